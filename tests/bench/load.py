"""A load small enough not to be what is measured: bare HTTP/1.1 and WebSocket clients on one uvloop. Checks answers."""

import asyncio
import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

_HOST = "127.0.0.1"
_DEADLINE_S = 120.0


@dataclass
class Sent:
    """What became of a load. ``took_s`` has each request's time from its first byte to its answer."""

    seconds: float = 0.0
    took_s: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)


class _Sender(asyncio.Protocol):
    """One keep-alive connection: the next request goes out when the answer to the last has come."""

    def __init__(self, requests: Iterator[bytes], expected: bytes, sent: Sent) -> None:
        self._requests = requests
        self._expected = expected
        self._sent = sent
        self._answer = b""
        self._began_s = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._began_s = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        self._sent.took_s.append(time.perf_counter() - self._began_s)
        if not (head.startswith(b"HTTP/1.1 200") and self._expected in body):
            self._sent.wrong.append(head[:40] + body[:200])
        self._answer = b""
        self.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def send(port: int, requests: Sequence[bytes], connections: int, expected: bytes) -> Sent:
    """Send all requests over so many connections; each answer must hold ``expected``."""
    sent = Sent()
    shared = iter(requests)
    loop = asyncio.get_running_loop()
    senders: list[_Sender] = []
    for _ in range(connections):
        _, sender = await loop.create_connection(lambda: _Sender(shared, expected, sent), _HOST, port)
        senders.append(sender)
    began_s = time.perf_counter()
    for sender in senders:
        sender.begin()
    async with asyncio.timeout(_DEADLINE_S):
        for sender in senders:
            await sender.done
    sent.seconds = time.perf_counter() - began_s
    if sent.wrong:
        raise RuntimeError(f"{len(sent.wrong)} wrong answers, the first: {sent.wrong[0]!r}")
    return sent


class Viewer(asyncio.Protocol):
    """A live connection, as the map has one, that reads all it is sent.

    ``heard`` is called with each message, where it is given.
    """

    def __init__(self, key: str, layers: Sequence[str], bbox: Sequence[float] | None,
                 heard: Callable[[bytes], None] | None = None) -> None:  # fmt: skip
        self._key = key
        self._subscription = json.dumps({"type": "subscribe", "layers": layers, "bbox": bbox, "resume": None}).encode()
        self._heard = heard
        self._buffer = bytearray()
        self._message = bytearray()
        self._open = False
        self.messages = 0
        self.bytes = 0
        self.began: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(
            b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: cop.v1.columns\r\n"
            b"Sec-WebSocket-Key: %s\r\nAuthorization: Bearer %s\r\n\r\n"
            % (b64encode(os.urandom(16)), self._key.encode())
        )

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        self._buffer += data
        if not self._open:
            head, blank, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not blank:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.began.set_exception(ConnectionError(head.decode()[:100]))
                return
            self._open, self._buffer = True, bytearray(rest)
            self._write(0x81, self._subscription)
        while self._took_frame():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True

    def _took_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        size, at = buffer[1] & 0x7F, 2
        if size == 126:
            size, at = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, at = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < at + size:
            return False
        first = buffer[0]
        if first & 0x0F == 0x9:
            self._write(0x8A, bytes(buffer[at : at + size]))
        elif first & 0x0F in (0x0, 0x1):
            if self._heard is not None:
                self._message += buffer[at : at + size]
            if first & 0x80:
                self.messages += 1
                if self._heard is not None:
                    self._heard(bytes(self._message))
                    self._message.clear()
                if not self.began.done():
                    self.began.set_result(None)
        del buffer[: at + size]
        return True

    def _write(self, first: int, payload: bytes) -> None:
        """Send a frame, masked with zeros: short, or of up to 64 KB."""
        size = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self.transport.write(bytes((first,)) + size + b"\0\0\0\0" + payload)


async def watch(port: int, viewer: Callable[[], Viewer]) -> Viewer:
    """Connect a viewer; return once he has his snapshot."""
    _, connected = await asyncio.get_running_loop().create_connection(viewer, _HOST, port)
    async with asyncio.timeout(_DEADLINE_S):
        await connected.began
    return connected
