"""The picture as it was: known then, or corrected since; at an instant, or played."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.model.entry import MissionSet
from tests.api.server import MISSION, Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}
LAYERS = ("tracks", "violations", "incidents", "features", "feeds")
MINUTE_US = 60_000_000


async def got(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def incident(server: Server, name: str, **more: Any) -> dict[str, Any]:
    return {
        "incident": name, "observed_at": server.clock.text(), "lon": 33.2, "lat": 35.0, "category": "firing",
        "title": name,
    } | more  # fmt: skip


Seen = list[tuple[str, dict[str, Any]]]


async def busy_hour(server: Server, officer: httpx.AsyncClient, *others: httpx.AsyncClient) -> list[Seen]:
    """Let things happen minute by minute; return what each reader saw at the end of each."""
    seen: list[Seen] = [[] for _ in (officer, *others)]
    for minute in range(12):
        server.clock.us += MINUTE_US
        await server.push("positions", server.position("patrol", lon=33.1 + minute / 100))
        if minute == 2:
            await server.push("positions", *server.crossing("raider"))
        if minute == 4:
            await server.push("incidents", incident(server, "i-1"))
            await server.push("positions", server.position("kept", label=ARG_ONLY))
        if minute == 6:
            [violation] = (await got(officer, "violations"))["violations"]
            judgement = {"state": "acknowledged", "note": None, "revision": violation["revision"]}
            await officer.post(f"/api/v1/violations/{violation['id']}/assessment", json=judgement)
        if minute == 8:
            await server.push("incidents", incident(server, "i-1", title="two shots", lon=33.3))
            await server.push("drones", server.position("eye", altitude_m=120))
        if minute == 9:
            document = deepcopy(MISSION)
            document["features"][1]["properties"]["name"] = "Far West"
            await server.context.journal.append(MissionSet(json.dumps(document).encode(), "test"))
            await server.judged()
        server.context.engine.tracks.tick(server.clock.us)
        for mine, reader in zip(seen, (officer, *others), strict=True):
            mine.append((server.clock.text(), await got(reader, "picture")))
        server.clock.us += 1_000_000
    return seen


def comparable(picture: dict[str, Any]) -> dict[str, Any]:
    """The picture without what only the present knows of feeds, by id."""
    shown = {name: sorted(picture[name], key=lambda one: json.dumps(one)) for name in LAYERS}
    shown["feeds"] = [
        {name: feed[name] for name in ("id", "status", "last_heard_at", "accepted")}
        for feed in shown["feeds"]
        if feed["feed"] != "incidents"
    ]
    return shown | {"mission": picture["mission"]}


@pytest.mark.parametrize("indexed", [False, True])
async def test_as_known_at_every_instant_is_what_was_seen_then(tmp_path: Path, indexed: bool) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        seen = await busy_hour(server, own, other)
        if indexed:
            await server.context.history.index(10_000)

        for reader, mine in zip((own, other), seen, strict=True):
            for at, then in mine:
                past = await got(reader, f"picture?at={at}&as=known")
                assert comparable(past) == comparable(then), at
                assert (past["at"], past["lag_s"]) == (at, 0)


async def test_as_corrected_takes_in_what_came_later(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        then = server.clock.text(60)
        await server.push("positions", server.position("slow", -60, lat=35.3, party="north"))
        server.clock.us += 10 * MINUTE_US
        await server.push("positions", server.position("slow", lat=35.3, party="north"))
        await server.push("positions", server.position("slow", -600 + 30, lat=34.9, party="north"))
        await server.push("positions", server.position("slow", -600 + 40, lat=34.8, party="north"))

        known = await got(officer, f"picture?at={then}&as=known")
        corrected = await got(officer, f"picture?at={then}&as=corrected")

        assert [track["lat"] for track in known["tracks"]] == [35.3]
        assert known["violations"] == []
        assert [track["lat"] for track in corrected["tracks"]] == [34.8]
        assert [one["direction"] for one in corrected["violations"]] == ["left_to_right"]


async def test_a_past_without_hidden_things_looks_the_same(tmp_path: Path) -> None:
    answers: list[list[bytes]] = []
    for world in ("without", "with"):
        async with serving(tmp_path / world) as server, server.reader("GBR") as other:
            await server.push("positions", *server.crossing("seen"), server.position("walker", lat=34.5))
            if world == "with":
                await server.push("positions", *server.crossing("kept", label=ARG_ONLY))
                await server.push("positions", server.position("walker", 1, lat=34.6, label=ARG_ONLY))
                await server.push("incidents", incident(server, "i-1", label=ARG_ONLY))
            server.clock.us += 20 * MINUTE_US
            span = f"from={server.clock.text(-1800)}&to={server.clock.text()}"
            paths = [f"picture?at={server.clock.text(-600)}&as={how}" for how in ("known", "corrected")]
            paths += [f"replay?{span}&step_s=60&as={how}" for how in ("known", "corrected")]
            answers.append([(await other.get(f"/api/v1/{path}")).content for path in paths])

    assert answers[0] == answers[1]


class Screen:
    """What a client holds that takes in frames one after the other."""

    def __init__(self) -> None:
        self.layers: dict[str, dict[str, Any]] = {}
        self.mission: Any = None
        self.seq = 0

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ping":
            return
        assert frame["seq"] == self.seq + 1
        self.seq, self.mission = frame["seq"], frame.get("mission", self.mission)
        if frame["type"] == "snapshot":
            self.layers = {name: {one["id"]: one for one in frame[name]} for name in LAYERS}
            return
        for name in LAYERS:
            changes = frame.get(name, {"upsert": [], "remove": []})
            self.layers[name] |= {one["id"]: one for one in changes["upsert"]}
            for key in changes["remove"]:
                del self.layers[name][key]

    def shown(self) -> dict[str, Any]:
        document = {name: list(held.values()) for name, held in self.layers.items()} | {"mission": self.mission}
        shown = comparable(document)
        shown["feeds"] = [{name: feed[name] for name in ("id", "status")} for feed in shown["feeds"]]
        return shown


async def played(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/replay?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize("how", ["known", "corrected"])
async def test_a_replay_shows_at_every_step_what_the_picture_of_then_holds(tmp_path: Path, how: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        start = server.clock.text(30)
        await busy_hour(server, officer)
        await server.context.history.index(10)
        await server.push("positions", server.position("patrol", -200, lon=33.9))
        server.clock.us += 10 * MINUTE_US

        frames = await played(officer, f"from={start}&to={server.clock.text()}&step_s=45&as={how}")
        screen = Screen()
        for frame in frames:
            screen.take(frame)
            if frame["type"] != "ping":
                then = comparable(await got(officer, f"picture?at={frame['at']}&as={how}"))
                then["feeds"] = [{name: feed[name] for name in ("id", "status")} for feed in then["feeds"]]
                assert screen.shown() == then, frame["at"]

        assert frames[-1] == {"type": "ping", "at": server.clock.text(), "lag_s": 0}
        assert len(frames) == screen.seq + 1


async def test_a_replay_within_a_box_has_what_is_in_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        start = server.clock.text()
        for place in (33.1, 33.2, 33.3):
            server.clock.us += MINUTE_US
            await server.push("positions", server.position("patrol", lon=place))

        frames = await played(officer, f"from={start}&to={server.clock.text()}&step_s=60&bbox=33.15,34,33.25,36")

        assert [len(frame["tracks"]["upsert"]) for frame in frames[1:-1]] == [0, 1, 0]
        assert [len(frame["tracks"]["remove"]) for frame in frames[1:-1]] == [0, 0, 1]


async def test_two_replays_at_once_are_whole(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        start = server.clock.text()
        for _ in range(5):
            server.clock.us += MINUTE_US
            await server.push("positions", server.position("patrol"))
        query = f"from={start}&to={server.clock.text()}&step_s=1"

        one, two, three = await asyncio.gather(*(played(officer, query) for _ in range(3)))

        assert one == two == three
        assert len(one) == 5 * 60 + 2


@pytest.mark.parametrize(
    "path",
    [
        "picture?at=noon",
        "picture?as=known",
        "picture?at=2026-09-23T12:00:00Z&as=seen",
        "picture?colour=red",
        "replay",
        "replay?from=2026-09-23T12:00:00Z",
        "replay?from=2026-09-23T12:00:00Z&to=noon",
        "replay?from=2026-09-23T12:00:00Z&to=2026-09-23T12:00:00Z",
        "replay?from=2026-09-23T12:00:00Z&to=2026-09-24T12:00:01Z",
        "replay?from=2026-09-23T12:00:00Z&to=2026-09-24T12:00:00Z&step_s=1",
        "replay?from=2026-09-23T12:00:00Z&to=2026-09-23T12:30:00Z&step_s=0",
        "replay?from=2026-09-23T12:00:00Z&to=2026-09-23T12:30:00Z&bbox=1",
    ],
)
async def test_what_cannot_be_shown_is_refused(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get(f"/api/v1/{path}")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")
