"""Violations raised by hand, and those that nobody has acknowledged in time."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


def wall(server: Server, **more: Any) -> dict[str, Any]:
    return {
        "party": "north", "category": "construction", "lon": 33.25, "lat": 35.0, "observed_at": server.clock.text(-60),
        "note": "A wall of two metres",
    } | more  # fmt: skip


async def listed(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/violations{query}")
    assert answer.status_code == 200, answer.text
    violations: list[dict[str, Any]] = answer.json()["violations"]
    return violations


async def test_what_is_raised_by_hand_is_listed_judged_and_drawn_like_any_other(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/violations", json=wall(server, feature="line"))

        assert answer.status_code == 201
        raised = answer.json()
        assert (raised["rule"], raised["rule_id"], raised["status"]) == ("reported", "construction", "confirmed")
        assert (raised["feature"], raised["feature_name"], raised["severity"]) == ("line", "Line", "high")
        assert (raised["track"], raised["units"], raised["direction"]) == ("", [], None)
        assert "A wall of two metres" in raised["reason"]
        assert await listed(officer, "?party=north&feature=line") == [raised]
        assert (await officer.get("/api/v1/picture")).json()["violations"] == [raised]
        judgement = {"state": "verified", "note": None, "revision": 1}
        judged = await officer.post(f"/api/v1/violations/{raised['id']}/assessment", json=judgement)
        assert (judged.json()["revision"], judged.json()["assessment"]["state"]) == (2, "verified")


async def test_under_its_report_id_it_is_raised_once_amended_and_withdrawn(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer, server.reader() as other:
        first = await officer.post("/api/v1/violations", json=wall(server, report_id="w-1"))
        again = await officer.post("/api/v1/violations", json=wall(server, report_id="w-1"))
        amended = await officer.post("/api/v1/violations", json=wall(server, report_id="w-1", category="earthworks"))
        theirs = await other.post("/api/v1/violations", json=wall(server, report_id="w-1"))
        gone = await officer.post(
            "/api/v1/violations", json=wall(server, report_id="w-1", category="earthworks", withdrawn=True)
        )

        assert [one.status_code for one in (first, again, amended, theirs, gone)] == [201, 200, 200, 201, 200]
        assert again.json() == first.json()
        assert (amended.json()["id"], amended.json()["revision"]) == (first.json()["id"], 2)
        assert (gone.json()["status"], gone.json()["revision"]) == ("withdrawn", 3)
        assert theirs.json()["id"] != first.json()["id"]


async def test_it_can_be_amended_after_the_engine_has_let_go_of_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        body = wall(server, report_id="w-1", ended_at=server.clock.text())
        raised = (await officer.post("/api/v1/violations", json=body)).json()
        await officer.post(
            f"/api/v1/violations/{raised['id']}/assessment", json={"state": "closed", "note": None, "revision": 1}
        )
        server.clock.us += 2 * 86_400_000_000
        server.context.engine.violations.forget(server.clock.us - 86_400_000_000, ())

        amended = (await officer.post("/api/v1/violations", json=body | {"note": "Two walls"})).json()

        assert (amended["revision"], amended["assessment"]["state"]) == (3, "closed")
        assert server.context.engine.violations.get(raised["id"]) is not None


async def test_about_a_hidden_track_it_is_hidden(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("positions", server.position("kept", label=ARG_ONLY))
        [track] = (await own.get("/api/v1/tracks")).json()["tracks"]

        raised = await own.post("/api/v1/violations", json=wall(server, track=track["id"]))
        refused = await other.post("/api/v1/violations", json=wall(server, track=track["id"]))
        absent = await other.post("/api/v1/violations", json=wall(server, track="t_none"))

        assert raised.json()["units"] == [{"contingent": "ARG", "unit": "kept"}]
        assert await listed(other) == []
        assert (refused.status_code, refused.content) == (422, absent.content)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"party": "east"}, "party"),
        ({"category": "two\nlines"}, "category"),
        ({"lon": 181}, "lon"),
        ({"lat": "35"}, "lat"),
        ({"observed_at": "noon"}, "observed_at"),
        ({"observed_at": "2126-01-01T00:00:00Z"}, "observed_at"),
        ({"ended_at": "2020-01-01T00:00:00Z"}, "ended_at"),
        ({"note": " "}, "note"),
        ({"severity": "terrible"}, "severity"),
        ({"feature": "nowhere"}, "feature"),
        ({"track": "t_none"}, "track"),
        ({"status": "confirmed"}, "status"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/violations", json=wall(server) | change)

        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert await listed(officer) == []


async def test_who_may_not_raise_raises_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader(role="device") as device:
        assert (await device.post("/api/v1/violations", json=wall(server))).status_code == 403


async def test_what_nobody_acknowledged_in_time_can_be_asked_for(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        for name in ("old", "seen", "closed"):
            raised = (await officer.post("/api/v1/violations", json=wall(server, report_id=name))).json()
            if name != "old":
                state = {"seen": "acknowledged", "closed": "closed"}[name]
                await officer.post(
                    f"/api/v1/violations/{raised['id']}/assessment", json={"state": state, "note": None, "revision": 1}
                )
            server.clock.us += 300 * 1_000_000
        await officer.post("/api/v1/violations", json=wall(server, note="new"))

        waiting = await listed(officer, "?assessment=open&older_than=600")

        assert [one["assessment"]["state"] for one in waiting] == ["open"]
        assert waiting[0]["told_at"] == server.clock.text(-900)
        assert len(await listed(officer, "?older_than=600")) == 2, "what is closed asks for nothing"
        assert len(await listed(officer, "?assessment=closed")) == 1
        assert len(await listed(officer, "?assessment=open&limit=1")) == 1
        assert (await officer.get("/api/v1/violations?assessment=maybe")).status_code == 400
