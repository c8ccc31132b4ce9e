"""The built front end, at the root. It holds no data: what it shows, it asks for with the session of its user."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parents[2] / "frontend" / "dist"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Accord</title>
<h1>The map is not built yet</h1>
<p>The server runs, and its API answers: see <a href="/docs">the reference</a>. <code>make install</code> builds the
map.</p></html>"""


class FrontEnd:
    """ASGI application for every path that no route has: the front end's files, or 404."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._index = folder / "index.html"
        self._files = _Files(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 4404})
            return
        path: str = scope["path"]
        if path.startswith("/api/") or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        if not self._index.is_file():
            if path != "/":
                raise HTTPException(404)
            await HTMLResponse(_NOT_BUILT)(scope, receive, send)
        elif path == "/":
            await FileResponse(self._index, headers={"Cache-Control": "no-cache"})(scope, receive, send)
        else:
            await self._files(scope, receive, send)


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # The bundler names what is in assets by its content: what has the name never changes.
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
