"""How near a track came to an edge and how fast it went, against GeographicLib and what was sent."""

import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from app.api.distances import MOST_POSITIONS, thinned
from app.model.entry import MissionSet
from tests.api.server import MISSION, Server, serving
from tests.api.test_tracks import ARG_ONLY, id_of

WGS84 = Geodesic.WGS84


def metres(lon0: float, lat0: float, lon1: float, lat1: float) -> float:
    return float(WGS84.Inverse(lat0, lon0, lat1, lon1)["s12"])


async def charted(server: Server, client: httpx.AsyncClient, query: str = "", unit: str = "p1") -> dict[str, Any]:
    answer = await client.get(f"/api/v1/tracks/{await id_of(server, client, unit)}/distances{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_report_has_its_distance_side_and_speed(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push(
            "positions",
            server.position(seconds=-120, lat=35.01),
            server.position(seconds=-60, lat=35.002, speed_m_s=9),
            server.position(seconds=0, lat=34.99),
        )

        found = await charted(server, officer)

    # East and west the line goes on far enough; due north of it the meridian is the shortest way but for a hair.
    away = [metres(33.2, lat, 33.2, 35.0) for lat in (35.01, 35.002, 34.99)]
    legs = [metres(33.2, 35.01, 33.2, 35.002) / 60, metres(33.2, 35.002, 33.2, 34.99) / 60]
    told = found["positions"]
    assert (found["feature"], found["feature_name"], found["reports"]) == ("line", "Line", 3)
    assert [one["distance_m"] for one in told] == pytest.approx(away, rel=1e-4)
    assert [one["side"] for one in told] == ["left", "left", "right"]
    assert [one["speed_m_s"] for one in told] == [None, 9, None]
    assert told[0]["leg_speed_m_s"] is None
    assert [one["leg_speed_m_s"] for one in told[1:]] == pytest.approx(legs, rel=1e-3)
    assert [one["observed_at"] for one in told] == [server.clock.text(at) for at in (-120, -60, 0)]


async def test_a_zone_is_measured_to_its_edge_from_both_sides(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", server.position(seconds=-9, lon=33.45), server.position(lon=33.55))

        found = await charted(server, officer, "?feature=west")

    assert [one["side"] for one in found["positions"]] == ["inside", "outside"]
    assert [one["distance_m"] for one in found["positions"]] == pytest.approx(
        [metres(lon, 34.9, 33.5, 34.9) for lon in (33.45, 33.55)], rel=1e-3
    )


async def test_a_report_is_measured_against_the_line_of_its_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        mission = json.loads(json.dumps(MISSION))
        old, *others = mission["features"]
        new = json.loads(json.dumps(old))
        old["properties"] |= {"valid_from": server.clock.text(-100), "valid_to": server.clock.text(-50)}
        new["properties"] |= {"valid_from": server.clock.text(-50)}
        new["geometry"]["coordinates"] = [[33.0, 34.8], [34.0, 34.8]]
        mission["features"] = [old, new, *others]
        await server.context.journal.append(MissionSet(json.dumps(mission).encode(), "test"))
        await server.push("positions", *(server.position(seconds=at) for at in (-120, -60, -40)))

        found = await charted(server, officer)

    told = [one["distance_m"] for one in found["positions"]]
    assert told[0] is None
    assert told[1:] == pytest.approx([metres(33.2, 34.9, 33.2, lat) for lat in (35.0, 34.8)], rel=1e-4)
    assert [one["side"] for one in found["positions"]] == [None, "right", "left"]


async def test_an_hour_is_charted_unless_another_span_is_asked_for(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", *(server.position(seconds=at) for at in (-4000, -3500, -100, 0, 400)))

        usual = await charted(server, officer)
        early = await charted(server, officer, f"?to={server.clock.text(-3000).replace('+', '%2B')}")

    assert [one["observed_at"] for one in usual["positions"]] == [server.clock.text(at) for at in (-3500, -100, 0)]
    assert [one["observed_at"] for one in early["positions"]] == [server.clock.text(at) for at in (-4000, -3500)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?feature=nowhere", "feature"),
        ("?from=2026-09-23T12:00:00Z&to=2026-09-23T11:00:00Z", "to"),
        ("?from=2026-09-20T12:00:00Z&to=2026-09-23T11:00:00Z", "to"),
        ("?from=yesterday", "from"),
    ],
)
async def test_what_cannot_be_charted_is_named(tmp_path: Path, query: str, field: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", server.position())

        answer = await officer.get(f"/api/v1/tracks/{await id_of(server, officer, 'p1')}/distances{query}")

    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_without_rules_speed_is_charted_alone(tmp_path: Path) -> None:
    mission = MISSION | {"features": []}
    async with serving(tmp_path, mission=mission) as server, server.reader() as officer:
        await server.push("positions", server.position(speed_m_s=4))

        found = await charted(server, officer)

    assert (found["feature"], found["positions"][0]["distance_m"], found["positions"][0]["speed_m_s"]) == (
        None,
        None,
        4,
    )


async def test_a_jump_beyond_belief_is_no_speed(tmp_path: Path) -> None:
    mission = MISSION | {"mission": MISSION["mission"] | {"gates": {}}}
    async with serving(tmp_path, mission=mission) as server, server.reader() as officer:
        way = ((-30, 34.9), (-20, 34.901), (-10, 34.8), (0, 34.9))
        await server.push("positions", *(server.position(seconds=at, lat=lat, platform="foot") for at, lat in way))

        found = await charted(server, officer)

    assert [one["leg_speed_m_s"] is not None for one in found["positions"]] == [False, True, False, False]


async def test_who_may_not_see_reports_is_charted_none_of_them(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push(
            "positions", server.position(seconds=-20), server.position(seconds=-10, lat=34.95, label=ARG_ONLY),
            server.position(), server.position("kept", label=ARG_ONLY),
        )  # fmt: skip

        assert (await charted(server, own))["reports"] == 3
        seen = await charted(server, other)
        kept = await id_of(server, own, "kept")
        hidden = await other.get(f"/api/v1/tracks/{kept}/distances")
        absent = await other.get(f"/api/v1/tracks/t_{'a' * 24}/distances")

    assert seen["reports"] == 2
    assert seen["positions"][1]["leg_speed_m_s"] == 0
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (404, absent.content)


def test_a_long_way_is_thinned_to_what_stands_out() -> None:
    rng = np.random.default_rng(3)
    count = 50_000
    observed_us = np.cumsum(rng.integers(1, 200_000, count))
    observed_us[30_000:] += 600_000_000  # a silence
    away, speed = rng.uniform(100, 200, count), rng.uniform(1, 2, count)
    away[12_345], speed[43_210] = 1.0, 99.0
    away[:50], speed[-50:] = np.nan, np.nan

    rows = thinned(observed_us, away, speed)

    assert len(rows) <= MOST_POSITIONS
    assert {0, 12_345, 29_999, 30_000, 43_210, count - 1} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()
    assert thinned(observed_us[:7], away[:7], speed[:7]).tolist() == list(range(7))
