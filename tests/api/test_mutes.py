"""Mutes: seen by all whom they concern, ended by their time or by hand."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def mutes(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/mutes{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["mutes"]
    return found


async def test_a_mute_is_seen_by_everybody_until_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as one, server.reader("GBR") as two:
        body = {"until": server.clock.text(3600), "rule": "r1", "feature": "line", "note": "Road works"}
        answer = await one.post("/api/v1/mutes", json=body)

        assert answer.status_code == 201
        made = answer.json()
        assert (made["rule"], made["feature"], made["track"], made["by"]) == ("r1", "line", None, "k")
        assert (made["since"], made["until"]) == (server.clock.text(), server.clock.text(3600))
        assert await mutes(two) == await mutes(one) == [made]
        server.clock.us += 3600 * 1_000_000
        assert await mutes(two) == []
        span = f"?from={server.clock.text(-1800)}&to={server.clock.text()}"
        assert await mutes(two, span) == [made]


async def test_any_officer_who_sees_a_mute_may_end_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as one, server.reader("GBR") as two:
        made = (await one.post("/api/v1/mutes", json={"until": server.clock.text(60), "rule": "r1"})).json()
        server.clock.us += 1_000_000

        assert (await two.delete(f"/api/v1/mutes/{made['id']}")).status_code == 204
        assert (await two.delete(f"/api/v1/mutes/{made['id']}")).status_code == 204
        assert await mutes(one) == []
        [over] = await mutes(one, f"?from={server.clock.text(-1)}")
        assert (over["lifted_at"], over["lifted_by"]) == (server.clock.text(), "k")
        assert (await two.delete("/api/v1/mutes/m_none")).status_code == 404


async def test_a_mute_of_a_hidden_track_does_not_exist_for_others(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("positions", server.position("kept", label=ARG_ONLY))
        [track] = (await own.get("/api/v1/tracks")).json()["tracks"]
        body = {"until": server.clock.text(60), "track": track["id"]}

        made = (await own.post("/api/v1/mutes", json=body)).json()

        assert len(await mutes(own)) == 1
        assert await mutes(other) == []
        absent = await other.delete("/api/v1/mutes/m_none")
        assert (await other.delete(f"/api/v1/mutes/{made['id']}")).content == absent.content
        refused = await other.post("/api/v1/mutes", json=body)
        assert refused.content == (await other.post("/api/v1/mutes", json=body | {"track": "t_none"})).content


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule": None}, None),
        ({"until": "soon"}, "until"),
        ({"until": "2026-09-23T12:00:00Z"}, "until"),
        ({"until": "2026-09-25T12:00:00Z"}, "until"),
        ({"feature": "nowhere"}, "feature"),
        ({"track": "t_none"}, "track"),
        ({"rule": " r1"}, "rule"),
        ({"note": ""}, "note"),
        ({"for": "ever"}, "for"),
    ],
)
async def test_a_mute_that_cannot_be_is_refused_by_field(
    tmp_path: Path, change: dict[str, Any], field: str | None
) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/mutes", json={"until": server.clock.text(60), "rule": "r1"} | change)

        assert (answer.status_code, answer.json().get("field")) == (422, field)
        assert await mutes(officer) == []
