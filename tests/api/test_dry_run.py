"""What a rule would have raised, asked over HTTP: equal to what it raised, of what the caller may see, and not kept."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, serving

ON_LINE = {"rule": "line_crossing", "id": "r1", "margin_m": 50}
ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}
ZONE = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [[[33, 34.8], [34, 34.8], [34, 34.95], [33, 34.95], [33, 34.8]]]},
    "properties": {"kind": "restricted_area", "name": "Drawn"},
}
OTHERWISE = ("cause", "id", "late", "revision", "told_at", "changed_at")


async def tried(client: httpx.AsyncClient, feature: Any, rule: dict[str, Any], **span: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/rules/dry-run", json={"feature": feature, "rule": rule} | span)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def alike(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Violations without what only one that was told has."""
    shown = [{name: value for name, value in one.items() if name not in OTHERWISE} for one in violations]
    for one in shown:
        one["evidence"] = one["evidence"] | {"reports": sorted(one["evidence"]["reports"])}
    return sorted(shown, key=lambda one: (one["observed_at"], one["units"][0]["unit"]))


async def some_traffic(server: Server) -> None:
    for number in range(12):
        await server.push("positions", *server.crossing(f"car-{number}", -3600 + 60 * number))
        if number % 3 == 0:
            await server.push("positions", server.position(f"car-{number}", -1800, lat=35.2, party="north"))
    await server.push("positions", server.position("car-1", -3600 + 50, lat=35.0501, party="north"))


@pytest.mark.parametrize("indexed", [False, True])
async def test_a_dry_run_of_a_rule_finds_what_the_rule_found(tmp_path: Path, indexed: bool) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await some_traffic(server)
        if indexed:
            await server.context.history.index(10_000)
        raised = (await officer.get("/api/v1/violations")).json()["violations"]
        head = server.context.journal.head()

        found = await tried(officer, "line", ON_LINE)

        assert len(raised) == 12
        assert alike(found["violations"]) == alike(raised)
        assert (found["complete"], found["positions"], found["judged_to"]) == (True, 29, found["to"])
        assert server.context.journal.head() == head
        assert (await officer.get("/api/v1/violations")).json()["violations"] == raised


async def test_only_the_span_is_judged(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await some_traffic(server)

        span = {"from": server.clock.text(-3600 + 100), "to": server.clock.text(-3600 + 240)}
        found = await tried(officer, "line", ON_LINE, **span)
        hour = await tried(officer, "line", ON_LINE, hours=0.75)

        assert [one["units"][0]["unit"] for one in found["violations"]] == ["car-2", "car-3", "car-4"]
        assert (found["from"], found["to"], found["positions"]) == (span["from"], span["to"], 6)
        assert hour["positions"] == 4


async def test_a_drawn_feature_can_have_a_rule_on_trial(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await some_traffic(server)

        found = await tried(officer, ZONE, {"rule": "zone_incursion", "margin_m": 50})

        assert {(one["rule"], one["direction"], one["feature_name"]) for one in found["violations"]} == {
            ("zone_incursion", "enter", "Drawn")
        }
        assert len(found["violations"]) == 12
        assert (await officer.get("/api/v1/features?feature=dry")).json()["features"] == []


async def test_what_the_caller_may_not_see_is_not_judged(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("GBR") as other, server.reader("ARG") as own:
        await server.push("positions", *server.crossing("open", -60), *server.crossing("kept", -60, label=ARG_ONLY))

        seen, known = [await tried(reader, "line", ON_LINE) for reader in (other, own)]

        assert [one["units"][0]["unit"] for one in seen["violations"]] == ["open"]
        assert {one["units"][0]["unit"] for one in known["violations"]} == {"open", "kept"}
        assert (seen["positions"], known["positions"]) == (2, 4)


async def test_progress_comes_line_by_line_and_the_result_last(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await some_traffic(server)

        answer = await officer.post(
            "/api/v1/rules/dry-run",
            json={"feature": "line", "rule": ON_LINE},
            headers={"Accept": "application/x-ndjson"},
        )

        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["type"] for line in lines] == ["progress"] * (len(lines) - 1) + ["dry_run"]
        instants = [line["judged_to"] for line in lines]
        assert instants == sorted(instants)
        assert len(lines[-1]["violations"]) == 12


async def test_one_rule_is_on_trial_at_a_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        async with server.context.past.trials:
            answer = await officer.post("/api/v1/rules/dry-run", json={"feature": "line", "rule": ON_LINE})

        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        assert (await tried(officer, "line", ON_LINE))["complete"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"rule": ON_LINE}, "feature"),
        ({"feature": "line"}, "rule"),
        ({"feature": "nowhere", "rule": ON_LINE}, "feature"),
        ({"feature": "line", "rule": {"rule": "none"}}, "properties.rules[0].rule"),
        ({"feature": "line", "rule": ON_LINE | {"margin_m": "wide"}}, "properties.rules[0].margin_m"),
        ({"feature": ZONE | {"geometry": None}, "rule": ON_LINE}, "geometry"),
        ({"feature": ZONE | {"properties": 3}, "rule": ON_LINE}, "feature.properties"),
        ({"feature": "line", "rule": ON_LINE, "hours": 0}, "hours"),
        ({"feature": "line", "rule": ON_LINE, "hours": 1e9}, "hours"),
        ({"feature": "line", "rule": ON_LINE, "from": "noon"}, "from"),
        ({"feature": "line", "rule": ON_LINE, "from": "2035-01-01T00:00:00Z"}, "to"),
        ({"feature": "line", "rule": ON_LINE, "from": "2026-01-01T00:00:00Z"}, "to"),
        ({"feature": "line", "rule": ON_LINE, "colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_its_place(tmp_path: Path, body: dict[str, Any], place: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/rules/dry-run", json=body)

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "invalid"), answer.text
        assert problem.get("field") == place or place in {fault["field"] for fault in problem["faults"]}


async def test_an_instant_before_all_calendars_is_no_fault_of_ours(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        found = await tried(officer, "line", ON_LINE, to="0001-01-01T00:00:01Z")

        assert (found["positions"], found["violations"]) == (0, [])
        assert (await server.client().post("/api/v1/rules/dry-run", json={})).status_code == 401


async def test_an_observer_tries_no_rules(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG", "observer") as reader:
        assert (await reader.post("/api/v1/rules/dry-run", json={})).status_code == 403
