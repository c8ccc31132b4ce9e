"""The wire: frames are whole and right, large ones go out as there is room, and a closed one ends."""

import asyncio
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.uri import parse_uri

from app.api.ws_protocol import CHUNK, CLOSED_S, EXTENSION, HIGH, LOW, LiveWebSocketProtocol, Wire, framed


class FakeTransport(asyncio.Transport):
    """A transport whose peer takes as much as it is told to; calls back as asyncio's do."""

    def __init__(self, protocol: LiveWebSocketProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self.buffer = bytearray()
        self.taken = bytearray()
        self.high = self.low = 0
        self.paused = False
        self.aborted = False
        self.largest = 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high, self.low = high or 0, low or 0

    def get_write_buffer_size(self) -> int:
        return len(self.buffer)

    def write(self, data: Any) -> None:
        self.buffer += data
        self.largest = max(self.largest, len(self.buffer))
        if len(self.buffer) > self.high and not self.paused:
            self.paused = True
            self._protocol.pause_writing()

    def takes(self, size: int) -> None:
        self.taken += self.buffer[:size]
        del self.buffer[:size]
        if self.paused and len(self.buffer) <= self.low:
            self.paused = False
            self._protocol.resume_writing()

    def is_closing(self) -> bool:
        return self.aborted

    def close(self) -> None:
        self.aborted = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Connection:
    """A handshaken connection over a fake transport, and the client's end of it."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        config = uvicorn.Config(self.app, log_config=None, interface="asgi3")
        config.load()
        self.client = ClientProtocol(parse_uri("ws://test/"), max_size=None)
        self.protocol = LiveWebSocketProtocol(config, ServerState(), {})
        self.transport = FakeTransport(self.protocol)
        self.opened = asyncio.Event()
        self.parts: list[bytes] = []
        self.got: list[str] = []
        self.fragments: list[int] = []

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.wire = scope["extensions"][EXTENSION]
        await receive()
        await send({"type": "websocket.accept"})
        self.opened.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def open(self) -> Wire:
        self.protocol.connection_made(self.transport)
        self.client.send_request(self.client.connect())
        self.protocol.data_received(b"".join(self.client.data_to_send()))
        async with asyncio.timeout(2):
            await self.opened.wait()
        self.reads(10_000)
        assert self.client.state is State.OPEN
        assert self.wire is not None
        return self.wire

    def reads(self, size: int) -> None:
        """The client takes bytes and reads messages from them."""
        self.transport.takes(size)
        self.client.receive_data(bytes(self.transport.taken))
        self.transport.taken.clear()
        for event in self.client.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.CONT):
                self.parts.append(bytes(event.data))
                self.fragments.append(len(event.data))
                if event.fin:
                    self.got.append(b"".join(self.parts).decode())
                    self.parts.clear()


@given(st.lists(st.binary(max_size=300) | st.integers(0, 3 * CHUNK).map(bytes), min_size=1, max_size=3))
def test_a_message_in_pieces_is_one_message_to_any_client(pieces: list[bytes]) -> None:
    client = Protocol(Side.CLIENT, max_size=None)
    for frame in framed(tuple(pieces)):
        assert sum(map(len, frame)) <= CHUNK + 10
        client.receive_data(b"".join(frame))

    frames = [event for event in client.events_received() if isinstance(event, Frame)]
    assert b"".join(frame.data for frame in frames) == b"".join(pieces)
    assert [frame.fin for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert frames[0].opcode is Opcode.TEXT


async def test_a_large_message_never_fills_more_than_the_buffer_and_arrives_whole() -> None:
    connection = Connection()
    wire = await connection.open()
    large = "x" * (40 * CHUNK + 17)

    wire.send([(b"small",), (large.encode(), b"tail"), (b"last",)])
    assert wire.backlog() > len(large)
    for _ in range(2000):
        connection.reads(10_000)

    assert connection.got == ["small", large + "tail", "last"]
    assert connection.transport.largest <= HIGH + CHUNK + 20
    assert wire.backlog() == 0
    assert max(connection.fragments) <= CHUNK


async def test_what_has_left_is_counted() -> None:
    connection = Connection()
    wire = await connection.open()
    before = wire.drained()
    wire.send([(b"x" * 5 * CHUNK,)])
    size = wire.backlog()
    connection.reads(1000)

    assert wire.drained() - before == 1000
    assert wire.backlog() == size - 1000
    assert LOW < HIGH


async def test_a_ping_between_fragments_is_answered_and_harms_nothing() -> None:
    connection = Connection()
    wire = await connection.open()
    wire.send([(b"x" * 10 * CHUNK,)])
    connection.client.send_ping(b"there?")
    connection.protocol.data_received(b"".join(connection.client.data_to_send()))
    for _ in range(100):
        connection.reads(CHUNK)

    assert connection.got == ["x" * 10 * CHUNK]


async def test_a_closed_wire_says_why_and_is_aborted_if_the_peer_does_not_read() -> None:
    connection = Connection()
    wire = await connection.open()
    wire.send([(b"x" * 10 * CHUNK,)])
    loop = asyncio.get_running_loop()

    wire.close(4008, "too slow")
    wire.send([(b"too late",)])

    timer = connection.protocol.close_timer
    assert timer is not None
    assert timer.when() - loop.time() <= CLOSED_S
    timer._run()
    assert connection.transport.aborted
    for _ in range(100):
        connection.reads(CHUNK)
    assert connection.client.close_rcvd is not None
    assert (connection.client.close_rcvd.code, connection.client.close_rcvd.reason) == (4008, "too slow")
    assert connection.got == []


async def test_closing_twice_aborts_at_once() -> None:
    connection = Connection()
    wire = await connection.open()
    wire.close(4008, "x" * 200)
    wire.close(4401, "again")

    assert connection.transport.aborted


@pytest.mark.parametrize("size", [0, 100])
async def test_a_message_of_endless_fragments_is_refused(size: int) -> None:
    connection = Connection()
    await connection.open()
    connection.client.send_text(b"x" * size, fin=False)
    for _ in range(1000):
        connection.client.send_continuation(b"x" * size, fin=False)
    connection.protocol.data_received(b"".join(connection.client.data_to_send()))
    connection.reads(10_000)

    assert connection.client.close_rcvd is not None
    assert connection.client.close_rcvd.code == 1009


async def test_a_large_message_of_a_client_is_refused() -> None:
    connection = Connection()
    await connection.open()
    connection.client.send_text(b"x" * 70_000)
    connection.protocol.data_received(b"".join(connection.client.data_to_send()))
    connection.reads(10_000)

    assert connection.client.close_rcvd is not None
    assert connection.client.close_rcvd.code == 1009
