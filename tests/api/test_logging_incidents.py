"""An officer logs an incident from the operations centre, with his session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.api.server import URL, Server, serving

FROM_OUR_PAGE = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}


def incident(server: Server, **more: Any) -> dict[str, Any]:
    return {
        "incident": "log-1", "observed_at": server.clock.text(), "lon": 33.2, "lat": 35.0, "category": "firing",
        "title": "Two bursts", "severity": "high",
    } | more  # fmt: skip


@asynccontextmanager
async def logged_in(
    server: Server, role: str = "officer", contingent: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:  # fmt: skip
    password = server.user("ana", role, contingent=contingent)
    async with server.client(**FROM_OUR_PAGE) as client:
        answer = await client.post("/api/v1/session", json={"name": "ana", "password": password})
        assert answer.status_code == 200, answer.text
        chosen = {"old": password, "new": "four calm words for watch"}
        assert (await client.post("/api/v1/me/password", json=chosen)).status_code == 204
        yield client


async def test_it_is_told_as_that_of_headquarters(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server) as ana:
        answer = await ana.post("/api/v1/incidents", json=incident(server))

        assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
        (told,) = (await ana.get("/api/v1/incidents")).json()["incidents"]
        assert (told["contingent"], told["title"]) == ("HQ", "Two bursts")


async def test_an_officer_of_a_contingent_tells_it_as_his_contingent_s(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server, contingent="ARG") as ana:
        await ana.post("/api/v1/incidents", json=incident(server))

        (told,) = (await ana.get("/api/v1/incidents")).json()["incidents"]
        assert told["contingent"] == "ARG"


async def test_again_under_its_id_it_is_amended_and_the_same_again_is_a_duplicate(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server) as ana:
        first = incident(server)
        await ana.post("/api/v1/incidents", json=first)
        again = await ana.post("/api/v1/incidents", json=first)
        await ana.post("/api/v1/incidents", json=first | {"title": "Three bursts"})

        assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}
        (told,) = (await ana.get("/api/v1/incidents")).json()["incidents"]
        assert told["title"] == "Three bursts"


async def test_a_field_that_cannot_be_is_named(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server) as ana:
        answer = await ana.post("/api/v1/incidents", json=incident(server, lat=91))

    assert answer.status_code == 422
    assert answer.json()["field"] == "lat"


async def test_observers_may_not_and_nobody_may_not(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server, "observer") as ana, server.client() as nobody:
        assert (await ana.post("/api/v1/incidents", json=incident(server))).status_code == 403
        assert (await nobody.post("/api/v1/incidents", json=incident(server))).status_code == 401


async def test_another_site_s_page_cannot_log_in_an_officer_s_name(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server) as ana:
        foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        answer = await ana.post("/api/v1/incidents", json=incident(server), headers=foreign)

    assert answer.status_code == 403


async def test_what_headquarters_log_is_no_feed_that_falls_silent(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, logged_in(server) as ana:
        await ana.post("/api/v1/incidents", json=incident(server))

        feeds = (await ana.get("/api/v1/feeds")).json()["feeds"]

    assert [feed for feed in feeds if feed["contingent"] == "HQ"] == []
