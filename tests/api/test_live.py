"""The live connection on real sockets: who may open it, what he may say, and the whole way of a report."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from app.api.live import COLUMNS, PLAIN, live_route
from app.api.server import server_of
from app.store import accounts
from tests.api.server import Server, serving

WAIT_S = 5.0
SUBSCRIBE: dict[str, Any] = {
    "type": "subscribe",
    "layers": ["tracks", "incidents", "violations", "features", "feeds"],
    "bbox": None,
    "resume": None,
}


class Live:
    """A server whose live connections come over a real socket. Its hub ticks when the test says so."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port
        self.hub = server.context.hub

    def connection(
        self,
        key: str | None = None,
        origin: str | None = None,
        cookie: str | None = None,
        offered: tuple[str, ...] = (PLAIN,),
    ) -> connect:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if cookie:
            headers["Cookie"] = cookie
        return connect(
            f"ws://127.0.0.1:{self.port}/api/v1/live",
            additional_headers=headers,
            origin=None if origin is None else Origin(origin),
            subprotocols=[Subprotocol(name) for name in offered],
            open_timeout=WAIT_S,
            close_timeout=WAIT_S,
            max_size=None,
        )

    async def refused(self, **how: Any) -> tuple[int, str]:
        """Return status and problem code of a connection that is not accepted."""
        with pytest.raises(InvalidStatus) as raised:
            async with self.connection(**how):
                pass
        response = raised.value.response
        return response.status_code, json.loads(response.body or b"{}")["code"]

    async def cookie(self) -> str:
        password = self.server.user()
        async with self.server.client() as client:
            answer = await client.post("/api/v1/session", json={"name": "ana", "password": password})
        assert answer.status_code == 200
        return f"cop={answer.cookies['cop']}"


@asynccontextmanager
async def live(folder: Path) -> AsyncIterator[Live]:
    async with serving(folder) as server:
        hub = server.context.hub
        hub.start()
        server.context.worker.listen(hub)  # type: ignore[attr-defined]
        app = Starlette(routes=[live_route(hub, server.context.access)])
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        network = server_of(app, host="127.0.0.1", port=0)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(network.serve([listener]))
            try:
                yield Live(server, listener.getsockname()[1])
            finally:
                network.should_exit = True
                await task
        listener.close()


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Live]:
    async with live(tmp_path) as it:
        yield it


async def following(socket: ClientConnection, kind: str | None = None) -> dict[str, Any]:
    """Return the next message, or the next of a kind."""
    async with asyncio.timeout(WAIT_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if kind in (None, message["type"]):
                return message


async def code_of(socket: ClientConnection) -> int:
    """Return the code with which the server closes."""
    async with asyncio.timeout(WAIT_S):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def test_a_report_becomes_a_track_and_a_crossing_is_told(there: Live) -> None:
    async with there.connection(there.server.key("GBR")) as socket:
        assert socket.subprotocol == PLAIN
        await socket.send(json.dumps(SUBSCRIBE))
        snapshot = await following(socket)
        assert (snapshot["type"], snapshot["seq"], snapshot["tracks"]) == ("snapshot", 1, [])
        assert {feature["id"] for feature in snapshot["features"]} == {"line", "west"}

        await there.server.push("positions", *there.server.crossing())
        violation = await following(socket, "violation")
        there.hub.tick()
        delta = await following(socket, "delta")

    assert violation["violation"]["feature"] == "line"
    assert [track["sources"] for track in delta["tracks"]["upsert"]] == [[{"contingent": "ARG", "unit": "p1"}]]


async def test_what_only_moved_comes_by_column_to_who_offers_to_read_columns(there: Live) -> None:
    async with there.connection(there.server.key("GBR"), offered=(PLAIN, COLUMNS)) as socket:
        assert socket.subprotocol == COLUMNS
        await socket.send(json.dumps(SUBSCRIBE))
        await following(socket)
        first, *_, last = there.server.crossing()
        await there.server.push("positions", first)
        there.hub.tick()
        whole = await following(socket, "delta")
        await there.server.push("positions", last)
        there.hub.tick()
        moved = await following(socket, "delta")

    [track] = whole["tracks"]["upsert"]
    assert "moves" not in whole
    assert moved["tracks"] == {"upsert": [], "remove": []}
    assert (moved["moves"]["id"], moved["moves"]["lon"]) == ([track["id"]], [last["lon"]])


async def test_who_offers_only_what_the_server_does_not_speak_is_refused(there: Live) -> None:
    assert await there.refused(key=there.server.key("GBR"), offered=("cop.v9",)) == (400, "bad_request")


async def test_who_comes_back_resumes(there: Live) -> None:
    key = there.server.key("GBR")
    async with there.connection(key) as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        held = await following(socket)
    await there.server.push("positions", *there.server.crossing())

    async with there.connection(key) as socket:
        await socket.send(json.dumps(SUBSCRIBE | {"resume": {"epoch": held["epoch"], "seq": held["seq"]}}))
        kinds = [(await following(socket))["type"] for _ in range(3)]

    assert kinds == ["resumed", "violation", "delta"]


async def test_without_a_good_credential_nobody_is_let_in(there: Live, caplog: pytest.LogCaptureFixture) -> None:
    assert await there.refused() == (401, "unauthorised")
    assert await there.refused(key="accord_nobody_knows_this") == (401, "unauthorised")
    assert await there.refused(cookie="cop=made-up", origin=f"http://127.0.0.1:{there.port}") == (401, "unauthorised")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_who_reads_no_content_is_refused(there: Live) -> None:
    key = there.server.key(None, "integration", scopes=frozenset({"write"}))

    assert await there.refused(key=key) == (403, "forbidden")


FOREIGN = (
    None,
    "null",
    "",
    "http://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://localhost:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://evil.example@127.0.0.1:1",
    "file://127.0.0.1:{port}",
    "http://127.0.0.1:{port}0",
    "127.0.0.1:{port}",
)


async def test_a_cookie_with_another_origin_or_none_is_refused(there: Live) -> None:
    cookie = await there.cookie()
    for origin in FOREIGN:
        written = origin.format(port=there.port) if origin else origin
        assert await there.refused(cookie=cookie, origin=written) == (403, "foreign_origin"), origin


async def test_our_own_page_is_let_in_with_its_cookie(there: Live) -> None:
    cookie = await there.cookie()
    async with there.connection(cookie=cookie, origin=f"http://127.0.0.1:{there.port}") as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        assert (await following(socket))["type"] == "snapshot"


async def test_a_key_needs_no_origin_and_may_have_any(there: Live) -> None:
    async with there.connection(there.server.key(), origin="http://elsewhere.example") as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        assert (await following(socket))["type"] == "snapshot"


async def test_another_subprotocol_alone_is_refused(there: Live) -> None:
    with pytest.raises(InvalidStatus) as raised:
        async with connect(
            f"ws://127.0.0.1:{there.port}/api/v1/live",
            additional_headers={"Authorization": f"Bearer {there.server.key()}"},
            subprotocols=[Subprotocol("cop.v9")],
        ):
            pass
    assert raised.value.response.status_code == 400


@pytest.mark.parametrize(
    ("said", "code"),
    [("nonsense", 4400), (b"\xff\x00", 4400), ('{"type":"subscribe","layers":["all"]}', 4400), ("x" * 5000, 4400)],
)
async def test_what_is_no_message_of_ours_ends_the_connection(there: Live, said: str | bytes, code: int) -> None:
    async with there.connection(there.server.key()) as socket:
        await socket.send(said)
        assert await code_of(socket) == code
    assert there.hub.connections == 0


async def test_a_message_beyond_the_limit_ends_the_connection(there: Live) -> None:
    async with there.connection(there.server.key()) as socket:
        with contextlib.suppress(ConnectionClosed):
            await socket.send("x" * 70_000)
        assert await code_of(socket) == 1009


async def test_a_revoked_key_ends_its_connection_at_the_next_tick(there: Live) -> None:
    now_us = there.server.clock.us
    made = partial(accounts.create_key, name="k", role="officer", contingent="ARG", now_us=now_us)
    key_id, key = there.server.database.write_now(made)
    async with there.connection(key) as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        await following(socket)
        there.server.database.write_now(lambda db: accounts.revoke_key(db, key_id, now_us))
        there.server.clock.us += 1_000_000
        there.hub.tick()

        assert await code_of(socket) == 4401


async def test_a_picture_of_many_tracks_arrives_whole(there: Live) -> None:
    await there.server.push("positions", *(there.server.position(f"p{n}") for n in range(3000)))

    async with there.connection(there.server.key()) as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        snapshot = await following(socket)

    assert len({track["id"] for track in snapshot["tracks"]}) == 3000
