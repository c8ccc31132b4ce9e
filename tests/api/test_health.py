"""Health, metrics, the reference, the front end and the headers that all answers have."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from app.api.static import FrontEnd
from app.model.entry import Tick
from tests.api.server import serving


async def test_a_server_that_has_caught_up_is_ready(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        assert (await anyone.get("/healthz")).json() == {"status": "ok"}
        ready = await anyone.get("/readyz")

        assert ready.status_code == 200
        assert ready.json() == {"status": "ready", "lag_entries": 0, "lag_s": 0.0}


async def test_a_server_that_lags_is_not_ready(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        appended = asyncio.ensure_future(server.context.journal.append(Tick(server.clock.us)))
        await asyncio.wait_for(server.context.journal.wait_beyond(1, 5), 5)
        server.clock.us += 3600 * 1_000_000
        lagging = server.context.journal.head() > server.context.worker.cursor

        answer = await anyone.get("/readyz")

        await appended
        assert answer.status_code == (503 if lagging else 200)


async def test_counters_are_shown_only_to_who_may_read_the_metrics(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        password = server.user("root", "admin")
        admin = server.client()
        await admin.post("/api/v1/session", json={"name": "root", "password": password})
        scraper = server.reader(None, "integration", scopes=frozenset({"metrics"}))

        for client in (admin, scraper):
            assert (await client.get("/readyz")).json()["head"] == 1
            metrics = await client.get("/metrics")
            assert metrics.status_code == 200
            assert 'accord_http_requests_total{route="/readyz",status="200"}' in metrics.text
        assert (await server.reader().get("/metrics")).status_code == 403
        assert "head" not in (await server.reader().get("/readyz")).json()


@pytest.mark.parametrize("role", ["admin", "auditor"])
async def test_administrators_and_auditors_read_no_content(tmp_path: Path, role: str) -> None:
    async with serving(tmp_path) as server:
        password = server.user("root", role)
        client = server.client()
        await client.post("/api/v1/session", json={"name": "root", "password": password})

        assert (await client.get("/api/v1/me")).status_code == 200
        for name in ("picture", "tracks", "violations", "incidents", "feeds", "features", "quarantine"):
            assert (await client.get(f"/api/v1/{name}")).status_code == 403


async def test_every_answer_has_the_headers_that_browsers_heed(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        for path in ("/", "/docs", "/healthz", "/api/v1/me", "/nothing"):
            headers = (await anyone.get(path)).headers
            policy = headers["content-security-policy"]
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
        assert (await anyone.get("/api/v1/me")).headers["cache-control"] == "no-store"


async def test_the_reference_stands_on_its_own_and_names_every_route(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        document = (await anyone.get("/openapi.json")).json()
        page = (await anyone.get("/docs")).text

        assert {"/api/v1/picture", "/api/v1/tracks/{track_id}/history", "/api/v1/hooks"} <= set(document["paths"])
        for path in document["paths"]:
            assert path in page
        assert "<script" not in page
        assert not re.search(r"(src|href)=.https?:", page)
        for name in references_in(document):
            assert name in document["components"]["schemas"], name


def references_in(part: Any) -> set[str]:
    """The names of all shapes that a document points to."""
    if isinstance(part, dict):
        here = {str(part["$ref"]).rpartition("/")[2]} if "$ref" in part else set()
        return here.union(*map(references_in, part.values()))
    return set().union(*map(references_in, part)) if isinstance(part, list) else set()


async def test_without_a_front_end_the_root_says_what_to_do(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        answer = await anyone.get("/")

        assert answer.status_code == 200
        assert "make install" in answer.text


async def test_the_front_end_is_served_with_its_kept_and_its_fresh_files(tmp_path: Path) -> None:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>map</title>")
    (built / "assets" / "app-1a2b.js").write_text("let a;")
    async with serving(tmp_path) as server, server.client() as anyone:
        server.app._app.router.default = FrontEnd(built)

        index, script = await anyone.get("/"), await anyone.get("/assets/app-1a2b.js")

        assert index.text.endswith("<title>map</title>")
        assert index.headers["cache-control"] == "no-cache"
        assert "immutable" in script.headers["cache-control"]
        assert (await anyone.get("/assets/%2e%2e/%2e%2e/accord.db")).status_code == 404
        assert (await anyone.get("/assets")).status_code == 404
