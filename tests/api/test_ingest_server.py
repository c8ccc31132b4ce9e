"""The network's edge on real sockets: what comes too slowly or too large ends, who does not read is cut."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send

from app.api.server import DeadlineHttp, server_of

DEADLINE_S = 10.0


class HastyHttp(DeadlineHttp):
    headers_s = 0.5
    body_s = 0.5
    stuck_s = 0.5


class Echo:
    """Answers with the length of the body, or with ``answer``."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.started = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            self.started.set()
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            size, more = 0, True
            while more:
                message = await receive()
                size += len(message.get("body", b""))
                more = message.get("more_body", False)
            answer = self.answer or b"%d" % size
            headers = [(b"content-length", b"%d" % len(answer))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})


@asynccontextmanager
async def serving(app: Echo) -> AsyncIterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # who comes before the server accepts waits for it
    server = server_of(app, host="127.0.0.1", port=0)
    server.config.http = HastyHttp
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(server.serve([listener]))
        await app.started.wait()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
    listener.close()


async def ends(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the server ends the connection."""
    async with asyncio.timeout(DEADLINE_S):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize(
    "begin",
    [b"", b"POST / HTTP/1.1\r\nhost", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_what_does_not_arrive_in_time_is_cut(begin: bytes) -> None:
    async with serving(Echo()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begin)

        assert await ends(reader) == b""
        writer.close()


async def test_two_requests_on_one_connection_are_answered_and_the_next_must_come_in_time() -> None:
    async with serving(Echo()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabcde")
            async with asyncio.timeout(DEADLINE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                assert await reader.readexactly(1) == b"5"
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"server:" not in head.lower()
        writer.write(b"POST")

        assert await ends(reader) == b""
        writer.close()


async def test_a_head_of_more_than_16_kb_is_431() -> None:
    async with serving(Echo()) as port:
        for head in (b"x: " + b"a" * 20_000, b"".join(b"x%d: a\r\n" % n for n in range(3000)), b"cookie: " * 4000):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n" + head)

            assert (await ends(reader)).startswith(b"HTTP/1.1 431 ")
            writer.close()


@pytest.mark.parametrize(
    "begin", [b"NONSENSE\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"]
)
async def test_what_is_no_http_is_a_problem_too(begin: bytes) -> None:
    async with serving(Echo()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begin)

        head, _, body = (await ends(reader)).partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["code"] == "bad_request"
        writer.close()


async def test_a_large_body_is_no_large_head() -> None:
    async with serving(Echo()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\nconnection: close\r\n\r\n" + b"x" * 3_000_000
        )

        assert (await ends(reader)).endswith(b"3000000")
        writer.close()


async def test_who_does_not_read_an_answer_is_cut() -> None:
    async with serving(Echo(answer=b"x" * 30_000_000)) as port:
        connection = await asyncio.get_running_loop().run_in_executor(
            None, socket.create_connection, ("127.0.0.1", port)
        )
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        connection.setblocking(False)

        async with asyncio.timeout(DEADLINE_S):
            await _is_reset(connection)
        connection.close()


async def _is_reset(connection: socket.socket) -> None:
    """Wait until the server has given the connection up, without reading from it."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            await loop.sock_sendall(connection, b"\r\n")
        except (ConnectionResetError, BrokenPipeError):
            return
        await asyncio.sleep(0)
