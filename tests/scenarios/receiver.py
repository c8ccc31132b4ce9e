"""A receiver of hooks as another system would write it: it verifies what it is sent, and comes and goes."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook


@dataclass
class Receiver:
    """Keeps its port while it is down. ``taken``: id and document of each delivery that was taken, in order."""

    secret: str = ""
    """What deliveries are verified with; empty where the server's clock is not the real one."""
    port: int = 0
    falls_after: int | None = None
    """After so many deliveries it breaks off in the middle of one, and takes no more."""
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    broken_off: bool = False
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is, once it has been up."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def up(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Be gone: connections are refused."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.secret:
            Webhook(self.secret).verify(body, dict(request.headers))
        if self.falls_after is not None and len(self.taken) >= self.falls_after:
            self.broken_off = True
            assert request.transport is not None
            request.transport.close()
            return web.Response(status=500)
        self.taken.append((request.headers["webhook-id"], json.loads(body)))
        return web.Response(status=204)
