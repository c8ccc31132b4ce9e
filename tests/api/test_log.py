"""The log-book: written, corrected without losing a word, and seen by whom it is for."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def wrote(client: httpx.AsyncClient, text: str = "Patrol out", **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/log", json={"text": text, **more})
    assert answer.status_code == 201, answer.text
    note: dict[str, Any] = answer.json()
    return note


async def log(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/log{query}")
    assert answer.status_code == 200, answer.text
    notes: list[dict[str, Any]] = answer.json()["log"]
    return notes


async def crossed(server: Server, client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    await server.push("positions", *server.crossing(**more))
    violation: dict[str, Any] = (await client.get("/api/v1/violations")).json()["violations"][0]
    return violation


async def test_a_note_is_in_the_log_with_who_wrote_it_and_when(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        note = await wrote(officer, "Two lines\nof text", category="patrol", at=server.clock.text(-60))

        assert note["at"] == server.clock.text(-60)
        assert note["written_at"] == server.clock.text()
        assert (note["by"], note["revision"], note["earlier"]) == ("k", 1, [])
        assert await log(officer) == [note]
        assert (await officer.get(f"/api/v1/log/{note['id']}")).json() == note


async def test_a_correction_keeps_the_earlier_words(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        note = await wrote(officer, "OP 91 silent")
        server.clock.us += 1_000_000

        answer = await officer.post(
            f"/api/v1/log/{note['id']}/correction", json={"text": "OP 19 silent", "revision": 1}
        )
        again = await officer.post(f"/api/v1/log/{note['id']}/correction", json={"text": "OP 18", "revision": 1})

        assert answer.status_code == 200
        after = answer.json()
        assert (after["id"], after["text"], after["revision"], after["at"]) == (
            note["id"], "OP 19 silent", 2, note["at"],
        )  # fmt: skip
        assert [one["text"] for one in after["earlier"]] == ["OP 91 silent"]
        assert (again.status_code, again.json()["code"]) == (409, "stale")
        assert await log(officer) == [after]


async def test_a_note_about_something_is_seen_by_those_who_may_see_that(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        violation = await crossed(server, own, label=ARG_ONLY)
        kept = await wrote(own, "About it", violation=violation["id"])
        await wrote(own, "About them", track=violation["track"])
        await wrote(own, "For us", label={"releasable_to": ["ARG"]})
        shown = await wrote(own, "For all")

        assert len(await log(own)) == 4
        assert await log(other) == [shown]
        assert await log(own, f"?violation={violation['id']}") == [kept]
        hidden = await other.get(f"/api/v1/log/{kept['id']}")
        assert hidden.content == (await other.get("/api/v1/log/l_none")).content
        correction = {"text": "x", "revision": 1}
        answer = await other.post(f"/api/v1/log/{kept['id']}/correction", json=correction)
        assert answer.content == hidden.content
        pointing = await other.post("/api/v1/log", json={"text": "x", "violation": violation["id"]})
        absent = await other.post("/api/v1/log", json={"text": "x", "violation": "v_none"})
        assert pointing.content == absent.content


async def test_notes_are_listed_page_by_page_within_a_span(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        for minute in range(5):
            await wrote(officer, f"n{minute}", at=server.clock.text(-60 * minute))

        texts, following = [], "/api/v1/log?limit=2&category=general"
        while following:
            page = (await officer.get(following)).json()
            texts.append([note["text"] for note in page["log"]])
            following = page["next"]

        assert texts == [["n0", "n1"], ["n2", "n3"], ["n4"]]
        assert len(await log(officer, f"?from={server.clock.text(-120)}&to={server.clock.text(-60)}")) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "  \n "}, "text"),
        ({"text": "bell \x07"}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x", "category": "gossip"}, "category"),
        ({"text": "x", "at": "yesterday"}, "at"),
        ({"text": "x", "at": "2126-01-01T00:00:00Z"}, "at"),
        ({"text": "x", "track": "t_none"}, "track"),
        ({"text": "x", "violation": "v_none"}, "violation"),
        ({"text": "x", "label": {"releasable_to": ["NOBODY"]}}, "label.releasable_to"),
        ({"text": "x", "label": {"releasable_to": ["GBR"]}, "track": None}, None),
        ({"text": "x", "colour": "red"}, "colour"),
    ],
)
async def test_a_note_that_cannot_be_is_refused_by_field(
    tmp_path: Path, body: dict[str, Any], field: str | None
) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/log", json=body)

        # To another contingent alone an officer may write, for what is his own contingent's he may read himself.
        expected = (201, None) if field is None else (422, "invalid")
        assert (answer.status_code, answer.json().get("code")) == expected
        assert answer.json().get("field") == field


async def test_who_only_reads_writes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader(role="observer") as observer:
        answer = await observer.post("/api/v1/log", json={"text": "x"})

        assert answer.status_code == 403
        assert await log(observer) == []
