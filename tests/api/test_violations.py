"""Violations as found, listed and judged."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def cross(server: Server, unit: str = "p1", seconds: float = 0, **more: Any) -> None:
    """Let a unit cross the line southwards."""
    await server.push("positions", *server.crossing(unit, seconds, **more))


async def listed(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/violations{query}")
    assert answer.status_code == 200, answer.text
    violations: list[dict[str, Any]] = answer.json()["violations"]
    return violations


async def test_a_crossing_is_listed_with_its_revisions(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await cross(server)

        [violation] = await listed(officer)
        alone = (await officer.get(f"/api/v1/violations/{violation['id']}")).json()
        revisions = alone.pop("revisions")

        assert (violation["rule"], violation["feature"], violation["status"]) == ("line_crossing", "line", "confirmed")
        assert alone == violation == revisions[-1]
        assert [revision["revision"] for revision in revisions] == list(range(1, len(revisions) + 1))
        for report in violation["evidence"]["reports"]:
            assert (await officer.get(f"/api/v1/reports/{report}")).status_code == 200


async def test_what_one_may_not_see_is_not_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await cross(server, "kept", label=ARG_ONLY)
        await cross(server, "open")
        [kept] = [one for one in await listed(own) if one["units"][0]["unit"] == "kept"]

        assert [one["units"][0]["unit"] for one in await listed(other)] == ["open"]
        assert len(await listed(other, "?limit=1")) == 1
        assert (await other.get("/api/v1/violations?limit=1")).json()["next"] is None
        path = f"/api/v1/violations/{kept['id']}"
        judgement = {"state": "closed", "note": None, "revision": kept["revision"]}
        absent = await other.get("/api/v1/violations/v_" + "a" * 24)
        assert (await other.get(path)).content == absent.content
        assert (await other.post(f"{path}/assessment", json=judgement)).content == absent.content
        assert (await listed(own, f"?status={kept['status']}"))[0]["assessment"]["state"] == "open"


async def test_an_officer_judges_a_violation(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await cross(server)
        [violation] = await listed(officer)
        judgement = {"state": "acknowledged", "note": "seen by OP 91", "revision": violation["revision"]}

        answer = await officer.post(f"/api/v1/violations/{violation['id']}/assessment", json=judgement)

        assert answer.status_code == 200
        after = answer.json()
        assert after["revision"] == violation["revision"] + 1
        assert after["assessment"] == {
            "state": "acknowledged", "by": "k", "at": server.clock.text(), "note": "seen by OP 91",
        }  # fmt: skip
        assert await listed(officer) == [after]


async def test_of_two_officers_at_once_one_is_told_that_it_changed(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as one, server.reader() as two:
        await cross(server)
        [violation] = await listed(one)
        path = f"/api/v1/violations/{violation['id']}/assessment"

        answers = await asyncio.gather(
            *(
                client.post(path, json={"state": state, "note": None, "revision": violation["revision"]})
                for client, state in ((one, "verified"), (two, "not_verified"))
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["code"] == "stale"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "maybe"}, "state"),
        ({"revision": "1"}, "revision"),
        ({"revision": 0}, "revision"),
        ({"revision": 2**60}, "revision"),
        ({"note": 7}, "note"),
        ({"note": "x" * 5000}, "note"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_judgement_that_cannot_be_is_refused_by_field(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        body = {"state": "closed", "note": None, "revision": 1} | change

        answer = await officer.post("/api/v1/violations/v_x/assessment", json=body)

        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", field)


async def test_filters_and_pages_list_the_last_observed_first(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        for number in range(5):
            await cross(server, f"u{number}", seconds=-60 * number, lon=33.1 + number / 10)

        pages, following = [], "/api/v1/violations?limit=2&rule_unknown="
        assert (await officer.get(following)).status_code == 400
        following = "/api/v1/violations?limit=2&party=north"
        while following:
            answer = (await officer.get(following)).json()
            pages.append([one["units"][0]["unit"] for one in answer["violations"]])
            following = answer["next"]

        assert pages == [["u0", "u1"], ["u2", "u3"], ["u4"]]
        assert len(await listed(officer, "?feature=line&status=confirmed")) == 5
        assert await listed(officer, "?feature=west") == []
        assert await listed(officer, "?party=south") == []
        assert [one["units"][0]["unit"] for one in await listed(officer, "?bbox=33.25,34,33.35,36")] == ["u2"]
        assert len(await listed(officer, "?to=2026-09-23T11:58:00Z")) == 3
