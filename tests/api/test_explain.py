"""Why a violation stands, over HTTP, against a geometry worked out by hand."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyproj import Geod
from shapely.geometry import LineString, Point, shape

from app.model.entry import MissionSet
from tests.api.server import MISSION, Server, serving

GEOD = Geod(ellps="WGS84")
ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def explained(client: httpx.AsyncClient, number: int = 0) -> dict[str, Any]:
    """What is said of one of the violations that the client sees."""
    listed = (await client.get("/api/v1/violations")).json()["violations"]
    answer = await client.get(f"/api/v1/violations/{listed[number]['id']}/explain")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["type"], found["reason"]) == ("FeatureCollection", listed[number]["reason"])
    return found


def of_role(found: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [one for one in found["features"] if one["properties"]["role"] == role]


def metres(one: Any, two: Any) -> float:
    return float(GEOD.inv(*one, *two)[2])


async def cross(server: Server, **more: Any) -> None:
    """Twenty seconds before noon 111 m north of the line, at noon 111 m south of it."""
    await server.push(
        "positions",
        *(
            server.position("p1", at, lon=33.2, lat=lat, party="north", accuracy_m=8, **more)
            for at, lat in ((-20, 35.001), (0, 34.999))
        ),
    )


async def test_a_crossing_is_explained_by_its_reports_leg_edge_and_margin(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await cross(server)

        found = await explained(officer)

    fixes = of_role(found, "fix")
    assert [fix["geometry"]["coordinates"] for fix in fixes] == [[33.2, 35.001], [33.2, 34.999]]
    assert [fix["properties"]["observed_at"] for fix in fixes] == ["2026-09-23T11:59:40Z", "2026-09-23T12:00:00Z"]
    assert {(fix["properties"]["contingent"], fix["properties"]["unit"]) for fix in fixes} == {("ARG", "p1")}
    for fix, circle in zip(fixes, of_role(found, "accuracy"), strict=True):
        [ring] = circle["geometry"]["coordinates"]
        assert [metres(fix["geometry"]["coordinates"], corner) for corner in ring] == pytest.approx(
            [8] * len(ring), abs=0.02
        )
        assert circle["properties"]["report"] == fix["properties"]["report"]
    [leg] = of_role(found, "leg")
    assert leg["geometry"]["coordinates"] == [[33.2, 35.001], [33.2, 34.999]]
    [crossing] = of_role(found, "crossing")
    assert crossing["geometry"]["coordinates"] == pytest.approx([33.2, 35.0], abs=1e-7)
    assert crossing["properties"]["observed_at"] == "2026-09-23T11:59:50Z"
    [edge] = of_role(found, "edge")
    drawn = LineString(edge["geometry"]["coordinates"])
    assert drawn.hausdorff_distance(LineString([(drawn.bounds[0], 35), (drawn.bounds[2], 35)])) == 0
    assert 1_000 < metres((33.2, 35), (drawn.bounds[2], 35)) < 5_000
    assert (edge["properties"]["left"], edge["properties"]["right"]) == ("north", "south")
    [margin] = of_role(found, "margin")
    assert margin["properties"]["distance_m"] == margin["properties"]["margin_m"] == 50
    band = shape(margin["geometry"])
    for bearing, there, beyond in ((0, 49.5, 50.5), (180, 49.5, 50.5)):
        assert band.covers(Point(GEOD.fwd(33.2, 35, bearing, there)[:2]))
        assert not band.covers(Point(GEOD.fwd(33.2, 35, bearing, beyond)[:2]))


async def test_the_edge_is_the_one_that_judged_after_the_line_was_redrawn(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await cross(server)
        moved = [MISSION["features"][0] | {"geometry": {"type": "LineString", "coordinates": [[33, 36], [34, 36]]}}]
        server.clock.us += 60_000_000
        await server.context.journal.append(MissionSet(json.dumps(MISSION | {"features": moved}).encode(), "test"))
        await server.judged()

        found = await explained(officer)

    [edge] = of_role(found, "edge")
    assert {lat for _, lat in edge["geometry"]["coordinates"]} == {35.0}


async def test_the_margin_is_as_wide_as_a_poor_fix_needs_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        steps = ((-40, 35.012), (-20, 35.01), (0, 34.99), (20, 34.985))
        await server.push(
            "positions",
            *(server.position("p1", at, lat=lat, party="north", accuracy_m=90) for at, lat in steps),
        )

        found = await explained(officer)

    assert of_role(found, "margin")[0]["properties"]["distance_m"] == 180
    assert [fix["geometry"]["coordinates"][1] for fix in of_role(found, "fix")] == [35.01, 34.99, 34.985]


async def test_who_may_not_see_a_violation_is_told_nothing_of_why(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as own, server.reader("GBR") as other:
        await cross(server, label=ARG_ONLY)
        [kept] = (await own.get("/api/v1/violations")).json()["violations"]

        refused = await other.get(f"/api/v1/violations/{kept['id']}/explain")

        assert refused.status_code == 404
        assert refused.content == (await other.get("/api/v1/violations/v_none/explain")).content
        assert (await own.get(f"/api/v1/violations/{kept['id']}/explain")).status_code == 200


async def test_what_was_raised_by_hand_has_a_place_and_the_edge(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post(
            "/api/v1/violations",
            json={
                "party": "north", "category": "construction", "lon": 33.2, "lat": 35.001,
                "observed_at": server.clock.text(), "feature": "line", "note": "A wall",
            },
        )  # fmt: skip
        assert answer.status_code < 300, answer.text
        await server.judged()

        found = await explained(officer)

    assert [one["properties"]["role"] for one in found["features"]] == ["edge", "crossing"]


async def test_across_the_antimeridian_all_is_drawn_in_one_turn(tmp_path: Path) -> None:
    line = MISSION["features"][0] | {
        "geometry": {"type": "LineString", "coordinates": [[179.9, 0.0], [-179.9, 0.0]]},
    }
    async with serving(tmp_path, mission=MISSION | {"features": [line]}) as server, server.reader() as officer:
        await server.push(
            "positions",
            server.position("p1", -20, lon=179.9999, lat=0.001, party="north"),
            server.position("p1", 0, lon=-179.9999, lat=-0.001, party="north"),
        )

        found = await explained(officer)

    lons = [lon for one in found["features"] for lon in shape(one["geometry"]).bounds[::2]]
    assert max(lons) - min(lons) < 0.1


async def test_a_shot_across_the_line_is_explained_by_its_ray(tmp_path: Path) -> None:
    line = MISSION["features"][0]
    firing = [{"rule": "firing", "id": "shots", "within_m": 200}]
    drawn = line | {"properties": line["properties"] | {"rules": firing}}
    async with serving(tmp_path, mission=MISSION | {"features": [drawn]}) as server, server.reader() as officer:
        await server.push(
            "incidents",
            {
                "incident": "shot-1", "observed_at": server.clock.text(), "lon": 33.2, "lat": 34.99, "accuracy_m": 100,
                "category": "mortar", "title": "Two rounds", "observer_lon": 33.21, "observer_lat": 34.98,
                "bearing_deg": 0, "distance_m": 5000,
            },
        )  # fmt: skip

        found = await explained(officer)

    [place], [observer], [origin] = (of_role(found, role) for role in ("incident", "observer", "origin"))
    assert place["geometry"]["coordinates"] == [33.2, 34.99]
    assert (place["properties"]["unit"], place["properties"]["kind"]) == ("shot-1", "mortar")
    assert observer["geometry"]["coordinates"] == [33.21, 34.98]
    assert metres(observer["geometry"]["coordinates"], origin["geometry"]["coordinates"]) == pytest.approx(
        5000, abs=0.1
    )
    assert origin["geometry"]["coordinates"][0] == 33.21
    [ray] = of_role(found, "ray")
    assert ray["geometry"]["coordinates"][0] == observer["geometry"]["coordinates"]
    assert ray["geometry"]["coordinates"][-1] == origin["geometry"]["coordinates"]
    [crossing] = of_role(found, "crossing")
    assert (crossing["geometry"]["coordinates"][1], crossing["properties"]["direction"]) == (35.0, "left_to_right")
    assert of_role(found, "margin")[0]["properties"]["distance_m"] == 200
    assert len(of_role(found, "accuracy")) == len(of_role(found, "edge")) == 1
