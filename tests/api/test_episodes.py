"""Air violations by party and day, over HTTP."""

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.api.server import MISSION, Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}
PATH = "/api/v1/violations/episodes"


def no_fly() -> dict[str, Any]:
    """The test mission, with the sky over ``west`` closed up to 3,000 m."""
    document = copy.deepcopy(MISSION)
    document["features"][1]["properties"]["rules"] = [
        {"rule": "airspace_violation", "id": "sky", "ceiling_m": 3000, "merge_gap_s": 60}
    ]
    return document


async def fly(server: Server, unit: str, begins_s: float, lasts_s: float | None, **more: Any) -> None:
    """Be over ``west`` from ``begins_s`` after noon on, for so long."""
    out, over = {"lon": 33.6}, {"lon": 33.4}
    way = [(begins_s - 10, out), (begins_s + 10, over)]
    if lasts_s is not None:
        way += [(begins_s + lasts_s - 10, over), (begins_s + lasts_s + 10, out)]
    more = {"party": "north", "platform": "uav", "lat": 34.5, "altitude_m": 500} | more
    await server.push("positions", *(server.position(unit, second, **more | place) for second, place in way))


async def test_the_table_has_number_hours_and_share_by_party_and_day(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=no_fly()) as server, server.reader() as officer:
        server.clock.us += 14 * 3600 * 1_000_000  # 02:00 on the next day
        await fly(server, "a", -50_400, 3600)
        await fly(server, "b", -40_000, 1800, platform="aircraft")
        await fly(server, "c", -9000, 3600)  # 23:30 to 00:30
        await fly(server, "d", -1800, None, party="south")  # 01:30, and goes on
        await fly(server, "e", -1800, 600, altitude_m=4000)

        table = (await officer.get(PATH)).json()

        assert table["to"] == "2026-09-24T02:00:00Z"
        assert table["days"] == [
            {"day": "2026-09-23", "party": "north", "episodes": 3, "hours": 2.0, "unmanned_episodes": 2,
             "unmanned_hours": 1.5, "share_unmanned": 0.6667, "share_unmanned_hours": 0.75},
            {"day": "2026-09-24", "party": "north", "episodes": 0, "hours": 0.5, "unmanned_episodes": 0,
             "unmanned_hours": 0.5, "share_unmanned": None, "share_unmanned_hours": 1.0},
            {"day": "2026-09-24", "party": "south", "episodes": 1, "hours": 0.5, "unmanned_episodes": 1,
             "unmanned_hours": 0.5, "share_unmanned": 1.0, "share_unmanned_hours": 1.0},
        ]  # fmt: skip
        assert [(one["party"], one["episodes"], one["hours"]) for one in table["parties"]] == [
            ("north", 3, 2.5),
            ("south", 1, 0.5),
        ]
        narrowed = (await officer.get(f"{PATH}?party=south&feature=west")).json()
        assert [one["party"] for one in narrowed["parties"]] == ["south"]
        assert (await officer.get(f"{PATH}?feature=line")).json()["days"] == []
        after = (await officer.get(f"{PATH}?from=2026-09-24T00:00:00Z")).json()
        assert [(one["party"], one["episodes"], one["hours"]) for one in after["days"]] == [
            ("north", 0, 0.5),
            ("south", 1, 0.5),
        ]


async def test_what_one_may_not_see_is_not_in_his_table(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, mission=no_fly()) as server,
        server.reader("ARG") as own,
        server.reader("GBR") as other,
    ):
        await fly(server, "a", -7200, 3600, label=ARG_ONLY)
        await fly(server, "b", -7200, 3600)

        assert (await own.get(PATH)).json()["parties"][0]["episodes"] == 2
        assert (await other.get(PATH)).json()["parties"][0]["episodes"] == 1


async def test_the_platform_is_on_the_violation(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=no_fly()) as server, server.reader() as officer:
        await fly(server, "a", -7200, 3600)

        [violation] = (await officer.get("/api/v1/violations")).json()["violations"]

        assert (violation["rule"], violation["platform"], violation["duration_s"]) == (
            "airspace_violation", "uav", pytest.approx(3600, abs=0.1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=yesterday", "from"), ("to=1", "to"), ("from=2020-01-01T00:00:00Z", "from"), ("status=confirmed", "status")],
)
async def test_what_cannot_be_asked_is_refused_by_field(tmp_path: Path, query: str, field: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get(f"{PATH}?{query}")

        assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    "query", ["to=0001-01-01T00:00:00Z", "to=0001-01-01T00:00:00%2B14:00", "from=2026-09-23T13:00:00Z",
              "to=9999-12-31T23:59:59Z"],
)  # fmt: skip
async def test_a_span_without_anything_is_an_empty_table(tmp_path: Path, query: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get(f"{PATH}?{query}")

        assert (answer.status_code, answer.json()["days"], answer.json()["parties"]) == (200, [], [])
