"""uvicorn's WebSocket protocol with what it lacks for live pictures: pieces sent as the peer takes them, and an end.

uvicorn never drops a peer that stops reading. An application finds its ``Wire`` in
``scope["extensions"]["accord.wire"]``; messages are then sent past ASGI, so that one blocked peer blocks nobody.
"""

import asyncio
import logging
import socket
from asyncio.transports import BaseTransport
from collections import deque
from typing import Any, cast

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

EXTENSION = "accord.wire"
MESSAGE_BYTES = 65_536
"""A client's message is no longer than this, inflated or not: compression is not negotiated."""
FRAGMENTS = 64
CHUNK = 64 * 1024
HIGH, LOW = 128 * 1024, 32 * 1024
"""Write buffer: above ``HIGH`` nothing is added until the peer has taken all but ``LOW``."""
ABORT_S = 3.0
CLOSED_S = 30.0
"""A peer that was cut for reading too slowly may still come to read why."""
_REASON_BYTES = 123  # RFC 6455, section 5.5: a control frame carries 125 bytes, two of which are the code
_Frame = tuple[bytes | memoryview, ...]
_TEXT, _CONTINUATION, _FINAL = 0x1, 0x0, 0x80


class LiveWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = ServerProtocol(max_size=MESSAGE_BYTES, logger=logging.getLogger("uvicorn.error"))
        self.wire = Wire(self)

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(HIGH, LOW)
        _no_delay(self.transport)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)  # the application starts only after this has returned
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = self.wire

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= FRAGMENTS:  # empty ones never reach the limit of bytes
            self.conn.fail(1009, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            # Closing waits for the buffer to drain; a peer that does not read would keep it for ever.
            if self.close_timer is None:
                self.loop.call_later(ABORT_S, self.transport.abort)

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # refused and told why: uvicorn takes it for a fault of the application

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(ABORT_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.wire.pump()


class Wire:
    """Sends text messages on one connection. Frames larger than a chunk go out in fragments, as there is room."""

    def __init__(self, protocol: LiveWebSocketProtocol) -> None:
        self._protocol = protocol
        self._pending: deque[_Frame] = deque()
        self._pending_bytes = 0
        self._given_bytes = 0

    def send(self, messages: list[tuple[bytes, ...]]) -> None:
        """Send messages, each given in pieces. What comes after a close is dropped."""
        if self._protocol.conn.state is not State.OPEN:
            return
        frames = [frame for pieces in messages for frame in framed(pieces)]
        pieces = [piece for frame in frames for piece in frame]
        given = sum(map(len, pieces))
        self._given_bytes += given
        transport = self._protocol.transport
        if not self._pending and given <= min(CHUNK, HIGH - transport.get_write_buffer_size()):
            transport.write(b"".join(pieces))  # as nearly all that is sent
            return
        self._pending += frames
        self._pending_bytes += given
        self.pump()

    def backlog(self) -> int:
        """Return how many bytes have not left this process."""
        return self._pending_bytes + self._protocol.transport.get_write_buffer_size()

    def drained(self) -> int:
        """Return how many bytes have left this process so far."""
        return self._given_bytes - self.backlog()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame behind what is in the buffer already, and end the connection in ``CLOSED_S`` at most."""
        protocol = self._protocol
        self._pending.clear()
        self._pending_bytes = 0
        if protocol.conn.state is not State.OPEN or not protocol.handshake_complete:
            protocol.transport.abort()
            return
        protocol.conn.send_close(code, reason.encode()[:_REASON_BYTES].decode(errors="ignore"))
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))
        protocol.close_sent = True
        protocol.close_timer = protocol.loop.call_later(CLOSED_S, protocol.transport.abort)
        if protocol.read_paused:
            protocol.read_paused = False
            protocol.transport.resume_reading()
        protocol.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def pump(self) -> None:
        """Hand the transport as many of the waiting frames as it has room for, each whole: others send frames too."""
        transport = self._protocol.transport
        while self._pending and transport.get_write_buffer_size() <= HIGH:
            room = left = HIGH + 1 - transport.get_write_buffer_size()
            pieces: list[bytes | memoryview] = []
            while self._pending and left > 0:
                frame = self._pending.popleft()
                left -= sum(map(len, frame))
                pieces += frame
            self._pending_bytes -= room - left
            if room - left <= CHUNK:  # to copy what is small is cheaper than to hand it on piece by piece
                transport.write(b"".join(pieces))
            else:
                transport.writelines(pieces)


def framed(pieces: tuple[bytes, ...]) -> list[_Frame]:
    """Return the frames (RFC 6455, section 5.2, unmasked) of one text message; no byte of it is copied."""
    size = sum(map(len, pieces))
    if size <= CHUNK:
        return [(_header(_FINAL | _TEXT, size), *pieces)]
    chunks = [memoryview(piece)[at : at + CHUNK] for piece in pieces for at in range(0, len(piece), CHUNK)]
    last = len(chunks) - 1
    return [
        (_header((_CONTINUATION if n else _TEXT) | (_FINAL if n == last else 0), len(chunk)), chunk)
        for n, chunk in enumerate(chunks)
    ]


def _header(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


def _no_delay(transport: asyncio.Transport) -> None:
    """Let small messages leave at once, where the connection is TCP."""
    connection: Any = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
