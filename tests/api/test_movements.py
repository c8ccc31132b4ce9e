"""Movements: announced, amended and cancelled, and what they let pass."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import MISSION, Server, serving

GATE = {
    "type": "Feature",
    "id": "gate",
    "geometry": {"type": "Point", "coordinates": [33.2, 35.0]},
    "properties": {"kind": "crossing_point", "name": "The gate", "radius_m": 500},
}
WITH_GATE = MISSION | {"features": [*MISSION["features"], GATE]}
ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


def convoy(server: Server, **named: Any) -> dict[str, Any]:
    """A convoy of the north at the gate, in the minute before and after now, with what is named changed."""
    return {
        "movement": "C-1", "party": "north", "crossing_point": "gate", "from": server.clock.text(-60),
        "to": server.clock.text(60),
    } | named  # fmt: skip


async def statuses(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get("/api/v1/violations")
    return [each["status"] for each in answer.json()["violations"]]


async def movements(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/movements{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["movements"]
    return found


async def test_a_convoy_is_announced_amended_and_cancelled(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer, server.reader("GBR") as two:
        made = await officer.post("/api/v1/movements", json=convoy(server, units=["ARG/p1", "GBR/x/2"], note="Flour"))
        again = await officer.post("/api/v1/movements", json=convoy(server, units=["ARG/p1", "GBR/x/2"], note="Flour"))
        amended = await officer.post("/api/v1/movements", json=convoy(server))

        assert [made.status_code, again.status_code, amended.status_code] == [201, 200, 200]
        assert made.json() == again.json()
        assert made.json() | {"units": [], "note": None} == amended.json()
        assert made.json() == {
            "id": made.json()["id"], "movement": "C-1", "contingent": "ARG", "party": "north",
            "units": ["ARG/p1", "GBR/x/2"], "crossing_point": "gate", "from": server.clock.text(-60),
            "to": server.clock.text(60), "note": "Flour", "status": "announced", "by": "k",
            "announced_at": server.clock.text(), "cancelled_at": None, "cancelled_by": None,
            "label": {"classification": "unclassified", "releasable_to": ["MISSION"], "caveats": []},
        }  # fmt: skip
        assert await movements(two) == [amended.json()]
        path = f"/api/v1/movements/{made.json()['id']}"
        assert (await two.get(path)).json() == amended.json()
        for _ in range(2):
            assert (await two.delete(path)).status_code == 204
        [gone] = await movements(officer)
        assert (gone["status"], gone["cancelled_by"]) == ("cancelled", "k")
        assert (await officer.post("/api/v1/movements", json=convoy(server))).json()["status"] == "announced"


async def test_a_crossing_is_authorised_whether_announced_before_or_after(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        await officer.post("/api/v1/movements", json=convoy(server, movement="early", units=["ARG/p1"]))
        await server.push("positions", *server.crossing("p1"))
        assert await statuses(officer) == ["authorised"]

        await server.push("positions", *server.crossing("p2"))
        assert sorted(await statuses(officer)) == ["authorised", "confirmed"]
        await officer.post("/api/v1/movements", json=convoy(server, movement="after", units=["ARG/p2"]))
        assert await statuses(officer) == ["authorised", "authorised"]

        assert (await officer.delete("/api/v1/movements/early")).status_code == 204
        assert sorted(await statuses(officer)) == ["authorised", "confirmed"]


async def test_a_contingents_name_for_a_movement_is_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader("ARG") as one, server.reader("GBR") as two:
        for officer in (one, two):
            assert (await officer.post("/api/v1/movements", json=convoy(server))).status_code == 201

        assert (await two.delete("/api/v1/movements/C-1")).status_code == 204

        assert {(each["contingent"], each["status"]) for each in await movements(one)} == {
            ("ARG", "announced"), ("GBR", "cancelled"),
        }  # fmt: skip


async def test_a_movement_that_one_may_not_see_does_not_exist(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader("ARG") as own, server.reader("GBR") as two:
        made = (await own.post("/api/v1/movements", json=convoy(server, label=ARG_ONLY))).json()
        await server.push("positions", *server.crossing("p1"))

        assert await statuses(own) == ["authorised"]
        assert await statuses(two) == [], "what is derived has the label of what it is derived from"
        assert await movements(two) == []
        absent = await two.get("/api/v1/movements/c_none")
        assert absent.status_code == 404
        assert (await two.get(f"/api/v1/movements/{made['id']}")).content == absent.content
        assert (await two.delete(f"/api/v1/movements/{made['id']}")).status_code == 404
        assert (await two.post("/api/v1/movements", json=convoy(server))).status_code == 201


async def test_only_who_may_raise_violations_may_announce(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        await officer.post("/api/v1/movements", json=convoy(server))
        for caller, status in (
            (server.reader(role="device"), 403),
            (server.reader(role="observer"), 403),
            (server.reader(role="integration", scopes={"read"}), 403),
            (server.reader(role="integration", scopes={"read", "raise"}), 200),
            (server.client(), 401),
        ):
            async with caller as client:
                assert (await client.post("/api/v1/movements", json=convoy(server))).status_code == status
                assert (await client.delete("/api/v1/movements/C-1")).status_code == (204 if status == 200 else status)


async def test_lists_are_narrowed_and_cut_into_pages(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        for number in range(4):
            span = {"from": server.clock.text(100 * number), "to": server.clock.text(100 * number + 50)}
            party = "south" if number == 3 else "north"
            body = convoy(server, movement=f"C-{number}", party=party, **span)
            assert (await officer.post("/api/v1/movements", json=body)).status_code == 201
        await officer.delete("/api/v1/movements/C-1")

        async def names(query: str) -> list[str]:
            return [each["movement"] for each in await movements(officer, query)]

        assert await names("") == ["C-0", "C-1", "C-2", "C-3"]
        assert await names("?party=south") == ["C-3"]
        assert await names("?status=cancelled") == ["C-1"]
        assert await names("?status=announced&feature=gate") == ["C-0", "C-2", "C-3"]
        assert await names("?feature=line") == []
        assert await names(f"?from={server.clock.text(150)}&to={server.clock.text(200)}") == ["C-1", "C-2"]
        page = (await officer.get("/api/v1/movements?limit=3")).json()
        assert [each["movement"] for each in page["movements"]] == ["C-0", "C-1", "C-2"]
        rest = (await officer.get(page["next"])).json()
        assert ([each["movement"] for each in rest["movements"]], rest["next"]) == (["C-3"], None)
        assert (await officer.get("/api/v1/movements?status=maybe")).status_code == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"movement": " C"}, "movement"),
        ({"movement": ""}, "movement"),
        ({"party": "nobody"}, "party"),
        ({"party": "unknown"}, "party"),
        ({"crossing_point": "line"}, "crossing_point"),
        ({"from": "soon"}, "from"),
        ({"to": "2026-09-23T11:00:00Z"}, "to"),
        ({"to": "2026-12-23T11:00:00Z"}, "to"),
        ({"units": ["p1"]}, "units[0]"),
        ({"units": ["ARG/p1", "/p1"]}, "units[1]"),
        ({"units": ["ARG/p1\n"]}, "units[0]"),
        ({"units": "ARG/p1"}, "units"),
        ({"note": " "}, "note"),
        ({"label": {"releasable_to": ["XYZ"]}}, "label.releasable_to"),
        ({"way": "north"}, "way"),
    ],
)
async def test_a_movement_that_cannot_be_is_refused_by_field(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/movements", json=convoy(server) | change)

        assert (answer.status_code, answer.json().get("field")) == (422, field)
        assert await movements(officer) == []


async def test_movements_are_known_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        made = (await officer.post("/api/v1/movements", json=convoy(server))).json()

    async with serving(tmp_path, mission=WITH_GATE) as server, server.reader() as officer:
        assert [each["id"] for each in await movements(officer)] == [made["id"]]
