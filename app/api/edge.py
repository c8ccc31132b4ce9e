"""What every request passes on its way in and out: the host it asks for, the headers that browsers heed, the count."""

import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.origin import host_name
from app.api.errors import response_of
from app.model.problems import Problem
from app.settings import Settings
from app.telemetry import Metrics, log_of

LARGEST = 1_000_000
"""Bytes of a body, unless the call is one of these."""
LARGEST_OF = {"/api/v1/mission": 10_000_000}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self' blob:",  # MapLibre starts its worker from a blob where a bundler asks it to
        "style-src 'self' 'unsafe-inline'",  # the map and the panels place things by style attributes
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_log = log_of("api")


def knows_host(settings: Settings, host: str | None) -> bool:
    """Whether a ``Host`` header names this server.

    On loopback only loopback's names and ``settings.hosts`` do: a foreign name that resolves to this machine is
    another site's trick. Elsewhere every name does unless ``settings.hosts`` lists them.
    """
    if not settings.hosts and (not settings.on_loopback or settings.behind_proxy):
        return True
    name = host_name(host or "")
    return name in _LOOPBACK or name == settings.host.strip("[]") or name in {n.casefold() for n in settings.hosts}


class Edge:
    """ASGI middleware, outermost of ours."""

    def __init__(
        self, app: ASGIApp, settings: Settings, metrics: Metrics, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._monotonic_s = monotonic_s
        self._headers = dict(_HEADERS)
        if settings.secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        known = knows_host(self._settings, Headers(scope=scope).get("host"))
        if scope["type"] == "http":
            await self._answer(scope, receive, send, known)
        elif known:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4403})

    async def _answer(self, scope: Scope, receive: Receive, send: Send, known: bool) -> None:
        started_s = self._monotonic_s()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            if known:
                await self._app(scope, _counted(receive, LARGEST_OF.get(scope["path"], LARGEST)), send_on)
            else:
                await response_of(Problem("bad_request", "This server has another name."))(scope, receive, send_on)
        except Exception:
            # The edge of the process: the caller hears that it was our fault, the log hears why.
            _log.exception("request_failed", method=scope["method"], route=_route(scope))
            if status:
                raise
            await response_of(Problem("internal"))(scope, receive, send_on)
        finally:
            self._metrics.http_requests.labels(_route(scope), str(status)).inc()
            self._metrics.http_seconds.labels(_route(scope)).observe(self._monotonic_s() - started_s)


def _counted(receive: Receive, largest: int) -> Receive:
    """Return ``receive`` with an end: what a body claims of its length counts for nothing."""
    size = 0

    async def receive_on() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > largest:
            raise HTTPException(413)
        return message

    return receive_on


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "none"))
