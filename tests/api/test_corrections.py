"""What was told otherwise before, over HTTP: what changed, from what to what, why, and only to who may see it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import MISSION, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}
ZONE = {
    "type": "Feature",
    "id": "zone",
    "geometry": {"type": "Polygon", "coordinates": [[[33, 34], [34, 34], [34, 36], [33, 36], [33, 34]]]},
    "properties": {"kind": "buffer_zone", "name": "Zone", "rules": [{"rule": "firing", "id": "shots"}]},
}


async def corrected(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/corrections{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["corrections"]
    return found


def changes(one: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {change["field"]: (change["old"], change["new"]) for change in one["changes"]}


async def test_the_end_of_an_incursion_is_listed_with_what_it_changed(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", *server.crossing())
        assert await corrected(officer) == []
        server.clock.us += 20_000_000
        await server.push("positions", server.position(lat=35.1, party="north"))

        [one] = await corrected(officer)

    assert (one["revision"], one["cause"], one["at"]) == (2, "ended", "2026-09-23T12:00:20Z")
    assert changes(one)["ended_at"][0] is None
    assert changes(one)["ended_at"][1].startswith("2026-09-23T12:00:09.99")
    assert changes(one)["duration_s"] == (None, pytest.approx(20.0, abs=0.001))
    assert {"revision", "changed_at", "status", "lon"}.isdisjoint(changes(one))


async def test_a_late_report_that_moves_the_crossing_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", server.position(seconds=-20, lat=35.1, party="north"))
        await server.push("positions", server.position(lat=34.9, party="north"))
        await server.push("positions", server.position(seconds=-10, lat=34.99, party="north"))

        [late] = await corrected(officer)

        assert late["cause"] == "late_report"
        assert {"observed_at", "evidence"} <= set(changes(late))
        assert await corrected(officer, "?cause=ended") == []


async def test_an_amended_incident_and_a_judgement_say_why(tmp_path: Path) -> None:
    shot = {"incident": "s", "lon": 33.5, "lat": 35, "category": "firing", "title": "Shots", "party": "north"}
    async with serving(tmp_path, mission=MISSION | {"features": [ZONE]}) as server, server.reader() as officer:
        shot["observed_at"] = server.clock.text()
        await server.push("incidents", shot)
        [violation] = (await officer.get("/api/v1/violations")).json()["violations"]
        await officer.post(
            f"/api/v1/violations/{violation['id']}/assessment", json={"state": "verified", "note": None, "revision": 1}
        )
        server.clock.us += 1_000_000
        await server.push("incidents", shot | {"lon": 35})

        withdrawn, judged = await corrected(officer)

        assert (withdrawn["cause"], changes(withdrawn)["status"]) == ("amended", ("confirmed", "withdrawn"))
        assert (judged["cause"], set(changes(judged))) == ("assessed", {"assessment", "open"})
        page = (await officer.get("/api/v1/corrections?limit=1")).json()
        assert page["corrections"] == [withdrawn]
        assert (await officer.get(page["next"])).json() == {"corrections": [judged], "next": None}
        assert await corrected(officer, "?party=south") == await corrected(officer, "?feature=none") == []
        assert await corrected(officer, f"?to={judged['at']}") == [judged]


async def test_what_one_may_not_see_was_not_corrected(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as own, server.reader("GBR") as other:
        await server.push("positions", *server.crossing(label=ARG_ONLY))
        await server.push("positions", server.position(seconds=1, lat=35.1, party="north", label=ARG_ONLY))

        assert len(await corrected(own)) == 1
        assert await corrected(other) == []


@pytest.mark.parametrize("query", ["from=yesterday", "cause=whim", "cursor=x", "limit=0", "from=2026-09-24T00:00:00Z"])
async def test_a_filter_that_cannot_be_is_refused_by_name(tmp_path: Path, query: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get(f"/api/v1/corrections?{query}")

        assert (answer.status_code, answer.json()["field"]) == (400, query.partition("=")[0])
