import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.simulator.player import CATCH_UP_S, PlayRefused, Script, play
from app.simulator.scenario import Link, Scenario, Step, Unit, load_scenario

KEYS = {"ARG": "cop_a", "GBR": "cop_b", "SVK": "cop_c"}
FIELDS = {
    "unit", "observed_at", "lon", "lat", "altitude_m", "altitude_ref", "accuracy_m", "speed_m_s", "course_deg",
    "callsign", "sidc", "platform", "party", "count", "remarks", "report_id", "label",
}  # fmt: skip
DRONE_FIELDS = FIELDS | {"operator_lon", "operator_lat", "serial", "sensor"}
INCIDENT_FIELDS = {
    "incident", "observed_at", "lon", "lat", "category", "title", "description", "severity", "party", "weapon",
    "count", "means", "observer_lon", "observer_lat", "distance_m", "bearing_deg", "accuracy_m", "label",
}  # fmt: skip
PLATFORMS = {"foot", "vehicle", "armour", "artillery", "aircraft", "helicopter", "uav", "vessel", "static"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class Receiver:
    """A server that keeps what it is sent and answers as it is told: with ``statuses`` first, then 200."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, str, list[dict[str, Any]]]] = []
        self.statuses: list[int] = []
        self.heard = asyncio.Event()
        self.enough_items = 0

    async def take(self, request: web.Request) -> web.Response:
        items = await request.json()
        status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            return web.json_response({"code": "later"}, status=status)
        self.bodies.append((request.match_info["call"], request.headers["Authorization"], items))
        if sum(len(items) for _, _, items in self.bodies) >= self.enough_items:
            self.heard.set()
        return web.json_response({"accepted": len(items) - 1, "duplicates": 1, "rejected": []})


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    application = web.Application(client_max_size=10_000_000)
    application.router.add_post("/api/v1/{call}", receiver.take)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


def wall_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1e6)


def walker() -> Scenario:
    plan = (Step(go=((33.0, 35.0), (33.01, 35.0)), speed_m_s=8.0),)
    unit = Unit(id="U1", contingent="ARG", platform="vehicle", plan=plan, report_every_s=1.0, link=Link(0.0))
    return Scenario(name="s", mission="m", seed=1, units=(unit,))


def is_degrees(value: Any, most: float) -> bool:
    return isinstance(value, float) and math.isfinite(value) and -most <= value <= most


def faults(call: str, item: dict[str, Any]) -> list[str]:
    """What the contract would have against an item; written from its text alone."""
    fields = {"positions": FIELDS, "drones": DRONE_FIELDS, "incidents": INCIDENT_FIELDS}[call]
    needed = {"observed_at", "lon", "lat"} | ({"incident", "category", "title"} if call == "incidents" else {"unit"})
    found = [f"unknown {name}" for name in item.keys() - fields] + [f"no {name}" for name in needed - item.keys()]
    checks: dict[str, Callable[[Any], bool]] = {
        "observed_at": lambda value: INSTANT.fullmatch(value) is not None,
        "lon": lambda value: is_degrees(value, 180),
        "lat": lambda value: is_degrees(value, 90),
        "operator_lon": lambda value: is_degrees(value, 180),
        "operator_lat": lambda value: is_degrees(value, 90),
        "accuracy_m": lambda value: value > 0,
        "speed_m_s": lambda value: value >= 0,
        "course_deg": lambda value: 0 <= value < 360,
        "altitude_ref": lambda value: value in {"hae", "msl", "agl"},
        "platform": lambda value: value in PLATFORMS,
        "party": lambda value: value in {"mission", "north", "south"},
        "sidc": lambda value: len(value) in (20, 30) and value.isdigit(),
        "severity": lambda value: value in {"info", "low", "medium", "high", "flash"},
        "means": lambda value: value in {"seen", "heard", "recorded", "reported"},
        "sensor": lambda value: value["footprint"]["coordinates"][0][0] == value["footprint"]["coordinates"][0][-1],
    }
    return found + [f"bad {name}" for name, check in checks.items() if name in item and not check(item[name])]


def test_all_that_the_demo_sends_keeps_to_the_contract() -> None:
    script = Script(load_scenario("cyprus-demo"), 1_750_000_000_000_000)

    calls = set()
    while batches := script.due(1_800.0):
        for batch in batches:
            calls.add(batch.call)
            assert [fault for item in batch.items for fault in faults(batch.call, item)] == []

    assert calls == {"positions", "drones", "incidents"}


def test_a_script_gives_everything_once_and_never_more_than_asked() -> None:
    whole = Script(load_scenario("cyprus-demo"), 0).due(300.0, limit=10**9)
    script = Script(load_scenario("cyprus-demo"), 0)

    pieces = []
    while batches := script.due(300.0, limit=100):
        assert sum(len(batch.items) for batch in batches) <= 100
        pieces += batches

    def items(of: list[Any]) -> list[str]:
        return sorted(json.dumps([batch.contingent, batch.call, item]) for batch in of for item in batch.items)

    assert items(pieces) == items(whole)


async def test_each_contingent_reports_with_its_own_key(receiver: Receiver, url: str) -> None:
    played = await play(load_scenario("cyprus-demo"), url, KEYS, now_us=wall_us, speed=300.0, duration_s=1.0)

    for call, authorization, items in receiver.bodies:
        owner = {f"Bearer {key}": contingent for contingent, key in KEYS.items()}[authorization]
        own = [item for item in items if call != "incidents" and item["party"] == "mission"]
        assert all(item["unit"].startswith(owner) for item in own)
    assert played.sent == sum(len(items) for _, _, items in receiver.bodies) > 2_000
    assert played.duplicates == len(receiver.bodies)
    assert played.accepted == played.sent - played.duplicates


async def test_a_fast_play_is_dated_in_the_past_and_ends_at_the_clock(receiver: Receiver, url: str) -> None:
    began = datetime.now(UTC).timestamp()

    await play(walker(), url, KEYS, now_us=wall_us, speed=120.0, duration_s=1.0)

    ended = datetime.now(UTC).timestamp()
    times = [
        datetime.fromisoformat(item["observed_at"]).timestamp() for _, _, items in receiver.bodies for item in items
    ]
    assert times[0] - began == pytest.approx(-119, abs=2)
    assert began - 1 <= times[-1] <= ended


async def test_a_fast_play_without_an_end_catches_up_and_goes_on(receiver: Receiver, url: str) -> None:
    stop = asyncio.Event()
    receiver.enough_items = int(CATCH_UP_S)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        task = group.create_task(play(walker(), url, KEYS, now_us=wall_us, speed=10_000.0, stop=stop))
        await receiver.heard.wait()
        stop.set()

    assert task.result().sent >= CATCH_UP_S
    newest = datetime.fromisoformat(receiver.bodies[-1][2][-1]["observed_at"]).timestamp()
    assert newest <= datetime.now(UTC).timestamp()


async def test_what_the_server_could_not_take_is_sent_again_whole(receiver: Receiver, url: str) -> None:
    receiver.statuses = [503, 429]

    await play(walker(), url, KEYS, now_us=wall_us, speed=20.0, duration_s=1.0)

    times = [item["observed_at"] for _, _, items in receiver.bodies for item in items]
    assert len(times) == len(set(times)) >= 18
    assert times == sorted(times)


async def test_a_refusal_ends_the_play(receiver: Receiver, url: str) -> None:
    receiver.statuses = [401]

    with pytest.raises(PlayRefused, match="401"):
        await play(walker(), url, KEYS, now_us=wall_us, speed=20.0, duration_s=1.0)


async def test_a_contingent_without_a_key_is_named_before_anything_is_sent(receiver: Receiver, url: str) -> None:
    with pytest.raises(PlayRefused, match="no key for ARG, SVK"):
        await play(load_scenario("cyprus-demo"), url, {"GBR": "cop_b"}, now_us=wall_us)

    assert receiver.bodies == []
