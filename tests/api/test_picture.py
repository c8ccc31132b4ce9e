"""Everything visible now, the features, the feeds and the mission, to each as far as he may know."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import MISSION, Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def incident(server: Server, name: str, **more: Any) -> dict[str, Any]:
    return {
        "incident": name, "observed_at": server.clock.text(), "lon": 33.2, "lat": 35.0, "category": "firing",
        "title": name,
    } | more  # fmt: skip


async def test_the_picture_holds_what_the_lists_hold(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", *server.crossing())
        await server.push("incidents", incident(server, "i-1"))

        picture = await got(officer, "picture")

        for name in ("tracks", "violations", "incidents", "features", "feeds"):
            assert picture[name] == (await got(officer, name))[name], name
            assert picture[name], name
        assert picture["mission"]["id"] == "test"
        assert picture["lag_s"] == 0


async def test_two_worlds_that_differ_in_hidden_things_look_alike(tmp_path: Path) -> None:
    answers: list[dict[str, bytes]] = []
    for world in ("without", "with"):
        async with serving(tmp_path / world) as server, server.reader("GBR") as other:
            await server.push("positions", *server.crossing("seen"))
            await server.push("incidents", incident(server, "i-1"))
            if world == "with":
                await server.push("positions", *server.crossing("kept", seconds=-60, label=ARG_ONLY))
                await server.push("incidents", incident(server, "i-2", label=ARG_ONLY))
                await server.reader("ARG", "device").post("/api/v1/positions", json=[{"unit": "bad"}])
            paths = ("picture", "tracks", "violations", "incidents", "features", "feeds")
            answers.append({path: (await other.get(f"/api/v1/{path}?")).content for path in paths})

    assert answers[0] == answers[1]


async def test_features_are_listed_by_place_party_and_validity(tmp_path: Path) -> None:
    mission = deepcopy(MISSION)
    redrawn = deepcopy(mission["features"][0])
    mission["features"][0]["properties"]["valid_to"] = "2020-01-01T00:00:00Z"
    redrawn["properties"]["valid_from"] = "2020-01-01T00:00:00Z"
    mission["features"].append(redrawn)
    async with serving(tmp_path, mission=mission) as server, server.reader() as officer:

        async def ids(query: str) -> list[str]:
            return [feature["id"] for feature in (await got(officer, f"features{query}"))["features"]]

        assert await ids("") == ["line", "line", "west"]
        assert await ids("?feature=line") == ["line", "line"]
        assert await ids("?from=2021-01-01T00:00:00Z") == ["line", "west"]
        assert await ids("?to=2019-01-01T00:00:00Z") == ["line", "west"]
        assert await ids("?party=north") == ["line", "line"]
        assert await ids("?bbox=33,35.5,33.1,35.6") == ["west"]
        assert await ids("?bbox=170,34,-170,36") == []
        first = await got(officer, "features?limit=2")
        assert len(first["features"]) == 2
        assert [f["id"] for f in (await officer.get(first["next"])).json()["features"]] == ["west"]


async def test_feed_health_is_counted_from_what_one_may_see(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("positions", server.position("a"), server.position("b"))
        await server.push("positions", server.position("kept", label=ARG_ONLY))
        await server.push("positions", server.position("a"), contingent="ARG")
        await server.reader("ARG", "device").post("/api/v1/positions", json=[server.position("bad", lat=91)])
        await server.push("drones", server.position("kept drone", label=ARG_ONLY))

        mine = {feed["feed"]: feed for feed in (await got(own, "feeds"))["feeds"]}
        theirs = {feed["feed"]: feed for feed in (await got(other, "feeds"))["feeds"]}

        assert set(mine) == {"positions", "drones"}
        assert set(theirs) == {"positions"}
        assert (mine["positions"]["accepted"], theirs["positions"]["accepted"]) == (3, 2)
        assert (mine["positions"]["duplicates"], mine["positions"]["rejected"]) == (1, 1)
        assert (theirs["positions"]["duplicates"], theirs["positions"]["rejected"]) == (None, None)
        assert mine["positions"]["status"] == "live"
        server.clock.us += 6 * 60 * 1_000_000
        assert (await got(own, "feeds"))["feeds"][0]["status"] == "silent"


async def test_the_quarantine_is_the_contingents_own(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        for number in range(5):
            bad = server.position(f"bad {number}", lat=91)
            answer = await server.reader("ARG", "device").post("/api/v1/positions", json=bad)
            assert answer.status_code == 422

        first = await got(own, "quarantine?limit=3")
        rest = (await own.get(first["next"])).json()

        units = [json.loads(item["item"])["unit"] for item in first["quarantine"] + rest["quarantine"]]
        assert units == [f"bad {number}" for number in (4, 3, 2, 1, 0)]
        assert {item["code"] for item in first["quarantine"]} == {"out_of_range"}
        assert rest["next"] is None
        assert await got(other, "quarantine") == {"quarantine": [], "next": None}
        async with server.reader(None) as staff:
            assert (await staff.get("/api/v1/quarantine")).status_code == 403


async def test_a_new_mission_is_in_force_when_it_is_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        mission = deepcopy(MISSION)
        mission["mission"]["name"] = "Redrawn"
        mission["features"].pop()

        answer = await officer.put("/api/v1/mission", json=mission)

        assert answer.status_code == 200
        assert answer.json()["name"] == "Redrawn"
        assert [feature["id"] for feature in (await got(officer, "features"))["features"]] == ["line"]


async def test_a_faulty_mission_is_refused_with_every_fault_by_feature(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        mission = deepcopy(MISSION)
        mission["features"][0]["properties"]["rules"][0]["rule"] = "nonsense"
        mission["features"][1]["geometry"] = {"type": "Point", "coordinates": [33, 35]}

        answer = await officer.put("/api/v1/mission", json=mission)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert {fault["feature"] for fault in answer.json()["faults"]} == {"line", "west"}
        assert (await officer.put("/api/v1/mission", content=b"{", headers=JSON)).status_code in (400, 422)
        assert (await got(officer, "picture"))["mission"]["name"] == "Test"


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("role", ["device", "observer"])
async def test_only_some_may_set_the_mission(tmp_path: Path, role: str) -> None:
    async with serving(tmp_path) as server, server.reader("ARG", role) as client:
        assert (await client.put("/api/v1/mission", json=MISSION)).status_code == 403
