"""The built front end, at the root. It holds no data: what it shows, it asks for with the session of its user."""

import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parents[2] / "frontend" / "dist"
PACKED = ".gz"
_WEIGHT = re.compile(r"[01](\.\d{0,3})?")
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
    """The built files; where the build left a ``.gz`` beside one, browsers that take gzip get that."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(PACKED):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        # The bundler names what is in assets by its content: what has the name never changes.
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        packed = Path(f"{full_path}{PACKED}")
        is_packed = packed.is_file()
        if not is_packed or not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            response = super().file_response(full_path, stat_result, scope, status_code)
        else:
            response = super().file_response(packed, packed.stat(), scope, status_code)
            if response.status_code == status_code:
                response.headers["Content-Encoding"] = "gzip"
        if is_packed:
            response.headers["Vary"] = "Accept-Encoding"
        return response


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an ``Accept-Encoding`` header lets us send gzip (RFC 9110, 12.5.3); what is given weight 0 is refused."""
    weights: dict[str, float] = {}
    for part in accept_encoding.casefold().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weights[name] = float(weight) if _WEIGHT.fullmatch(weight) else 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0
