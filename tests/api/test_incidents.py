"""Incidents as they are told and amended, to each as far as he may know."""

from pathlib import Path
from typing import Any

from tests.api.server import Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


def incident(server: Server, name: str = "i-1", seconds: float = 0, **more: Any) -> dict[str, Any]:
    return {
        "incident": name, "observed_at": server.clock.text(seconds), "lon": 33.2, "lat": 35.0, "category": "firing",
        "title": "Two shots",
    } | more  # fmt: skip


async def test_an_amended_incident_is_listed_once_with_its_versions(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("incidents", incident(server))
        await server.push("incidents", incident(server, title="Three shots", severity="high"))

        [listed] = (await officer.get("/api/v1/incidents")).json()["incidents"]
        alone = (await officer.get(f"/api/v1/incidents/{listed['id']}")).json()

        assert (listed["title"], listed["severity"], listed["contingent"]) == ("Three shots", "high", "ARG")
        assert [version["title"] for version in alone.pop("versions")] == ["Two shots", "Three shots"]
        assert alone == listed


async def test_a_hidden_amendment_changes_nothing_for_who_may_not_see_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("incidents", incident(server), incident(server, "i-2", label=ARG_ONLY))
        before = await other.get("/api/v1/incidents")
        [seen] = before.json()["incidents"]
        one = await other.get(f"/api/v1/incidents/{seen['id']}")
        await server.push("incidents", incident(server, title="By name", label=ARG_ONLY))

        assert (await other.get("/api/v1/incidents")).content == before.content
        assert (await other.get(f"/api/v1/incidents/{seen['id']}")).content == one.content
        titles = {told["incident"]: told["title"] for told in (await own.get("/api/v1/incidents")).json()["incidents"]}
        assert titles == {"i-1": "By name", "i-2": "Two shots"}
        [hidden] = [
            told["id"] for told in (await own.get("/api/v1/incidents")).json()["incidents"] if told["incident"] == "i-2"
        ]
        absent = await other.get("/api/v1/incidents/i_" + "a" * 24)
        assert (await other.get(f"/api/v1/incidents/{hidden}")).content == absent.content
        assert absent.status_code == 404


async def test_filters_and_pages_list_the_last_observed_first(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push(
            "incidents", *(incident(server, f"i-{n}", -60 * n, lon=33.1 + n / 10, party="north") for n in range(5))
        )

        pages, following = [], "/api/v1/incidents?limit=2&party=north"
        while following:
            answer = (await officer.get(following)).json()
            pages.append([one["incident"] for one in answer["incidents"]])
            following = answer["next"]

        assert pages == [["i-0", "i-1"], ["i-2", "i-3"], ["i-4"]]
        box = await officer.get("/api/v1/incidents?bbox=33.15,34,33.25,36&from=2026-09-23T11:00:00Z")
        assert [one["incident"] for one in box.json()["incidents"]] == ["i-1"]
        assert (await officer.get("/api/v1/incidents?party=south")).json() == {"incidents": [], "next": None}
