"""The network's edge: uvicorn with deadlines for what arrives and an end for peers that stop reading. Knows no route.

uvicorn has no receive timeout and no header cap with httptools, and never drops a WebSocket peer that stops reading;
``DeadlineHttp`` and ``LiveWebSocketProtocol`` mend that.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.ws_protocol import MESSAGE_BYTES, LiveWebSocketProtocol

HEADER_BYTES = 16_384
HEADERS_S = 5.0
BODY_S = 20.0
"""A body is given this long, and then as long as it keeps up ``BODY_BYTES_S``."""
BODY_BYTES_S = 1_000
BODY_MOST_S = 600.0
IDLE_S = 20
ANSWER_STUCK_S = 60.0
"""A peer that takes nothing of an answer for this long is cut."""
CONNECTIONS = 4_000
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_BAD_REQUEST_BODY = (
    b'{"type":"urn:accord:problem:bad_request","title":"Bad request","status":400,'
    b'"code":"bad_request","detail":"This is not HTTP/1.1."}'
)
_TOO_LARGE_BODY = (
    b'{"type":"urn:accord:problem:headers_too_large","title":"Headers too large","status":431,'
    b'"code":"headers_too_large","detail":"The headers of a request may have 16 KB."}'
)


class DeadlineHttp(HttpToolsProtocol):
    """HTTP/1.1 whose requests must arrive in time: headers in 5 s, a body in 20 s or at 1 KB/s, idle for 20 s."""

    headers_s = HEADERS_S
    body_s = BODY_S
    stuck_s = ANSWER_STUCK_S
    _timer: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _body_bytes = 0
    _body_began_s = 0.0
    _in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _no_delay(transport)
        self._arm(self.headers_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self._unstick()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None:  # the first bytes after a rest
            self._arm(self.headers_s)
        if not self._in_body:
            # Counted before parsing, for the parser keeps an unfinished header to itself.
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._in_body and self._head_bytes > HEADER_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE % (len(_TOO_LARGE_BODY), _TOO_LARGE_BODY))
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._head_bytes = 0
        self._body_bytes = 0
        self._body_began_s = self.loop.time()
        self._arm(self.body_s)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._head_bytes = 0
        self._disarm()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.stuck_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._unstick()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_BAD_REQUEST % (len(_BAD_REQUEST_BODY), _BAD_REQUEST_BODY))
        self.transport.close()

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._expired)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        taken_s = self.loop.time() - self._body_began_s
        # While reading is paused it is we who are slow, not the sender.
        keeps_up = self._body_bytes >= taken_s * BODY_BYTES_S and taken_s < BODY_MOST_S
        if self._in_body and (keeps_up or self.flow.read_paused):
            self._arm(self.body_s / 4)
            return
        self.transport.abort()


class Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs it, and says when it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    trusted_proxies: Sequence[str] = (),
) -> Server:
    """Return a server for ``app``, not yet started. X-Forwarded headers count only from ``trusted_proxies``."""
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=port,
        loop="uvloop",
        http=DeadlineHttp,
        ws=LiveWebSocketProtocol,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=10,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    return Server(config)


def check_certificate(tls_cert: Path, tls_key: Path) -> None:
    """See that a certificate and its key can be used.

    Raises:
        OSError: they cannot be read, or do not belong together.
    """
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tls_cert, tls_key)
    except OSError as error:
        raise OSError(f"the TLS certificate and key cannot be used: {error}") from error


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket, so that the port is known before the server starts; port 0 takes a free one.

    Raises:
        OSError: the address is none of this machine's, or is taken.
    """
    name = host.strip("[]")
    family = socket.AF_INET6 if _is_v6(name) else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((name, port))
    except OSError as error:
        listener.close()
        raise OSError(f"{host}:{port}: {error.strerror}") from error
    listener.set_inheritable(True)
    return listener


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _no_delay(transport: asyncio.Transport) -> None:
    connection: Any = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
