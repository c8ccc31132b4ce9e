"""Features redrawn, added and ended over the API, with effective dates; and what that does to judgement and map."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.live.bulletin import Bulletin
from tests.api.server import Server, serving

JSON = {"content-type": "application/json"}
FARTHER_SOUTH = {"type": "LineString", "coordinates": [[33.0, 34.8], [34.0, 34.8]]}


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Server, httpx.AsyncClient]]:
    async with serving(folder) as server, server.reader() as officer:
        yield server, officer


async def versions(officer: httpx.AsyncClient, query: str = "feature=line") -> list[tuple[Any, Any, Any]]:
    """Start, end and latitude of the versions listed."""
    answer = await officer.get(f"/api/v1/features?{query}")
    assert answer.status_code == 200, answer.text
    return [
        (one["properties"]["valid_from"], one["properties"]["valid_to"], one["geometry"]["coordinates"][0][1])
        for one in answer.json()["features"]
    ]


async def redraw(officer: httpx.AsyncClient, **properties: Any) -> httpx.Response:
    return await officer.put(
        "/api/v1/features/line", json={"type": "Feature", "geometry": FARTHER_SOUTH, "properties": properties}
    )


async def crossings(officer: httpx.AsyncClient) -> set[tuple[str, str, Any]]:
    """Unit, crossing's latitude and line version of what stands."""
    found = (await officer.get("/api/v1/violations")).json()["violations"]
    return {
        (one["units"][0]["unit"], f"{one['lat']:.1f}", one["evidence"]["line_version"])
        for one in found
        if one["status"] != "withdrawn"
    }


async def test_a_redrawn_line_has_two_versions_that_meet_at_the_effective_date(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        tomorrow = server.clock.text(86_400)

        answer = await redraw(officer, valid_from=tomorrow)

        assert answer.status_code == 200, answer.text
        assert await versions(officer) == [(None, tomorrow, 35.0), (tomorrow, None, 34.8)]
        assert await versions(officer, f"feature=line&at={server.clock.text()}") == [(None, tomorrow, 35.0)]
        assert await versions(officer, f"feature=line&at={tomorrow}") == [(tomorrow, None, 34.8)]
        rules = [one["properties"]["rules"] for one in answer.json()["features"]]
        assert rules[0] == rules[1] != [], "what is left out stays as it was"
        entry = (await server.context.journal.entries(server.context.journal.head() - 1, 1))[0]
        assert (entry.body.by, entry.body.principal is not None) == ("k", True)  # type: ignore[union-attr]


async def test_a_version_redrawn_between_two_others_ends_where_the_next_begins(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        late, early = server.clock.text(2000), server.clock.text(1000)
        await redraw(officer, valid_from=late)

        await redraw(officer, valid_from=early)

        assert await versions(officer) == [(None, early, 35.0), (early, late, 34.8), (late, None, 34.8)]


async def test_a_version_redrawn_from_its_own_beginning_is_corrected(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_server, officer):
        assert (await redraw(officer, valid_from=None)).status_code == 200

        assert await versions(officer) == [(None, None, 34.8)]


async def test_without_a_date_a_line_is_redrawn_from_now_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        await redraw(officer)

        assert await versions(officer) == [(None, server.clock.text(), 35.0), (server.clock.text(), None, 34.8)]


def going(server: Server, unit: str, seconds: float, *lats: float) -> list[dict[str, Any]]:
    """Positions twenty seconds apart, from so many seconds after the clock's present."""
    return [
        server.position(unit, seconds + 20 * place, lat=lat, party="north") for place, lat in enumerate(lats)
    ]  # fmt: skip


async def test_each_report_is_judged_by_the_line_of_its_day_also_when_it_comes_late(tmp_path: Path) -> None:
    """The old line is at 35.0, the new one at 34.8; every unit goes south over one of them, on one of the two days."""
    async with desk(tmp_path) as (server, officer):
        effective = server.clock.text()
        split = going(server, "split", -600, 35.1, 34.95, 34.9)
        late_old = going(server, "late-old", -600, 35.1, 34.9)
        new_day = [*going(server, "new-over", 600, 34.85, 34.75), *going(server, "new-beside", 600, 35.1, 34.9)]
        late_new = going(server, "late-new", 500, 34.85, 34.75)
        old_day = [*going(server, "old-over", -600, 35.1, 34.9), *going(server, "old-beside", -600, 34.85, 34.75)]
        await server.push("positions", split[0], split[2], *old_day)
        before = await crossings(officer)

        await redraw(officer, valid_from=effective)
        unchanged = await crossings(officer)
        server.clock.us += 1_200_000_000
        await server.push("positions", *new_day)
        await server.push("positions", split[1], *late_old, *late_new)
        after = await crossings(officer)

        assert before == unchanged == {("split", "35.0", None), ("old-over", "35.0", None)}
        assert after == before | {
            ("new-over", "34.8", effective), ("late-new", "34.8", effective), ("late-old", "35.0", None),
        }  # fmt: skip


async def test_a_report_between_two_from_before_the_change_splits_their_leg(tmp_path: Path) -> None:
    """The old line is judged in one state before and after it was redrawn: the crossing moves, and stays one."""
    async with desk(tmp_path) as (server, officer):
        first, between, last = going(server, "split", -600, 35.1, 34.99, 34.9)
        await server.push("positions", first, last)
        [told] = (await officer.get("/api/v1/violations")).json()["violations"]

        await redraw(officer, valid_from=server.clock.text(3600))
        await server.push("positions", between)

        [again] = (await officer.get("/api/v1/violations")).json()["violations"]
        assert (again["id"], again["revision"]) == (told["id"], told["revision"] + 1)
        assert again["observed_at"] < told["observed_at"]


async def test_both_versions_are_on_the_live_map_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        effective = server.clock.text(3600)
        await redraw(officer, valid_from=effective)

        bulletin = Bulletin()
        bulletin.begin((), (), server.context.engine.mission)
        [[old, new], [west]] = bulletin.features.since(0)[0]
        picture = (await officer.get("/api/v1/picture")).json()

        assert (old.properties.valid_to, new.properties.valid_from) == (effective, effective)
        assert west.id == "west"
        assert [one["id"] for one in picture["features"]] == ["line", "line", "west"]


async def test_a_feature_is_added_and_ended(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        zone = {"type": "Polygon", "coordinates": [[[33, 34], [33.1, 34], [33.1, 34.1], [33, 34]]]}
        feature = {
            "type": "Feature", "id": "depot", "geometry": zone, "properties": {"kind": "restricted_area", "name": "D"},
        }  # fmt: skip

        added = await officer.post("/api/v1/features", json=feature)
        twice = await officer.post("/api/v1/features", json=feature)
        now, later = server.clock.text(), server.clock.text(60)
        ended = await officer.delete("/api/v1/features/depot", params={"from": later})
        again = await officer.delete("/api/v1/features/depot", params={"from": later})

        assert (added.status_code, twice.status_code, twice.json()["code"]) == (201, 409, "exists")
        assert [one[:2] for one in await versions(officer, "feature=depot")] == [(now, later)]
        assert ended.status_code == 200
        assert again.status_code == 404
        assert (await officer.delete("/api/v1/features/depot", params={"from": now})).json()["features"] == []
        assert await versions(officer, "feature=depot") == []


async def test_who_read_another_mission_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        tag = (await officer.get("/api/v1/features")).headers["etag"]
        later = {"properties": {"name": "One"}}

        first = await officer.put("/api/v1/features/line", json=later, headers={"If-Match": tag})
        stale = [
            await officer.put("/api/v1/features/line", json=later, headers={"If-Match": tag}),
            await officer.delete("/api/v1/features/west", headers={"If-Match": tag}),
            await officer.put(
                "/api/v1/mission", content=server.context.engine.document, headers={"If-Match": tag, **JSON}
            ),
        ]  # fmt: skip

        assert first.status_code == 200
        assert [(answer.status_code, answer.json()["code"]) for answer in stale] == [(409, "stale")] * 3
        assert first.headers["etag"] == (await officer.get("/api/v1/mission")).headers["etag"] != tag
        await officer.delete("/api/v1/features/west", headers={"If-Match": first.headers["etag"]})
        assert await versions(officer, "feature=west&at=" + server.clock.text()) == []


async def test_changes_made_at_once_are_all_made(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        zone = {"type": "Polygon", "coordinates": [[[33, 34], [33.1, 34], [33.1, 34.1], [33, 34]]]}
        features = [
            {"type": "Feature", "id": f"z{n}", "geometry": zone, "properties": {"kind": "sector"}} for n in range(4)
        ]

        answers = await asyncio.gather(*(officer.post("/api/v1/features", json=one) for one in features))

        assert {answer.status_code for answer in answers} == {201}
        assert {one.id for one in server.context.engine.mission.features} == {"line", "west", "z0", "z1", "z2", "z3"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "at"),
    [
        ("PUT", "features/nowhere", {"properties": {}}, 404, None),
        ("PUT", "features/line", {"id": "other"}, 422, "id"),
        ("PUT", "features/line", {"properties": []}, 422, "properties"),
        ("PUT", "features/line", [], 422, None),
        ("PUT", "features/line", b"{", 400, None),
        ("PUT", "features/line", {"properties": {"valid_from": "noon"}}, 422, "properties.valid_from"),
        ("PUT", "features/line", {"geometry": {"type": "Point", "coordinates": [0, 0]}}, 422, "geometry.type"),
        ("PUT", "features/line", {"properties": {"rules": [{"rule": "none", "id": "x"}]}}, 422,
         "properties.rules[0].rule"),
        ("POST", "features", {"type": "Feature"}, 422, "id"),
        ("POST", "features", {"id": "x", "type": "Feature", "properties": {}}, 422, "properties.kind"),
        ("PUT", "features/line/rules/r1", {"rule": "line_crossing", "margin_m": -1}, 422,
         "properties.rules[0].margin_m"),
        ("PUT", "features/line/rules/r1", {"rule": "line_crossing", "id": "r2"}, 422, "id"),
        ("PUT", "features/nowhere/rules/r1", {"rule": "line_crossing"}, 404, None),
        ("DELETE", "features/line/rules/r9", None, 404, None),
        ("DELETE", "features/nowhere", None, 404, None),
        ("DELETE", "features/line?from=noon", None, 400, "from"),
        ("GET", "features?at=noon", None, 400, "at"),
        ("GET", "rules?at=noon", None, 400, "at"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_refused_with_its_place(
    tmp_path: Path, method: str, path: str, body: Any, status: int, at: str | None
) -> None:
    async with desk(tmp_path) as (server, officer):
        before = server.context.engine.document
        content: dict[str, Any] = {"content": body, "headers": JSON} if isinstance(body, bytes) else {"json": body}

        answer = await officer.request(method, f"/api/v1/{path}", **({} if body is None else content))

        assert answer.status_code == status, answer.text
        problem = answer.json()
        if at is not None:
            assert problem.get("field") == at or at in {fault["field"] for fault in problem["faults"]}
        assert server.context.engine.document == before


async def test_only_those_who_may_set_the_mission_change_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG", "observer") as reader:
        for method, path in (
            ("PUT", "features/line"), ("POST", "features"), ("DELETE", "features/line"), ("GET", "mission"),
            ("PUT", "features/line/rules/r1"), ("DELETE", "features/line/rules/r1"),
        ):  # fmt: skip
            answer = await reader.request(method, f"/api/v1/{path}", json={} if method in ("PUT", "POST") else None)
            assert answer.status_code == 403
        assert (await reader.get("/api/v1/rules")).status_code == 200


async def test_rules_are_listed_set_and_taken_away_and_the_others_keep_their_state(tmp_path: Path) -> None:
    async with desk(tmp_path) as (server, officer):
        await server.push("positions", *server.crossing("raider", -60))
        one = {"rule": "line_crossing", "parties": ["south"], "margin_m": 30}

        made = await officer.put("/api/v1/features/line/rules/r2", json=one)
        listed = (await officer.get("/api/v1/rules?limit=1")).json()
        second = (await officer.get(listed["next"])).json()
        await server.push("positions", server.position("raider", 0, lat=35.1, party="north"))
        [kept] = (await officer.get("/api/v1/violations")).json()["violations"]
        changed = await officer.put("/api/v1/features/line/rules/r2", json=one | {"margin_m": 40})
        gone = await officer.delete("/api/v1/features/line/rules/r2")

        assert [rule["rule"]["id"] for rule in made.json()["rules"]] == ["r1", "r2"]
        assert [rule["rule"] for rule in listed["rules"] + second["rules"]][1] == one | {"id": "r2"}
        assert (kept["rule_id"], kept["ended_at"]) == ("r1", kept["ended_at"])
        assert kept["ended_at"] is not None, "the incursion of before the change ends by the way back"
        assert changed.json()["rules"][1]["rule"]["margin_m"] == 40
        assert [rule["rule"]["id"] for rule in gone.json()["rules"]] == ["r1"]
