"""Every error is a problem document that repeats nothing of what was sent, and no input is our fault."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from app.api.errors import problem_of
from app.model.problems import PROBLEMS, Problem
from app.settings import Settings
from app.store.errors import StoreFull, StoreUnavailable
from tests.api.server import serving

MARK = "c4n4ry"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/api/v1/{MARK}", 404),
        ("GET", f"/{MARK}.php", 404),
        ("GET", f"/..%2f..%2f{MARK}", 404),
        ("GET", f"/api/v1/tracks/{MARK}", 404),
        ("GET", f"/api/v1/tracks?bbox={MARK}", 400),
        ("GET", f"/api/v1/tracks?{MARK}!=1", 400),
        ("GET", f"/api/v1/tracks/t_x/history?from={MARK}", 404),
        ("GET", f"/api/v1/reports/{MARK}", 404),
        ("POST", f"/{MARK}", 404),
        ("POST", "/api/v1/tracks", 405),
        ("DELETE", "/api/v1/picture", 405),
        ("PATCH", "/", 404),
    ],
)
async def test_no_error_repeats_the_address(tmp_path: Path, method: str, path: str, status: int) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.request(method, path)

        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["code"] in PROBLEMS
        assert MARK not in answer.text
        assert MARK not in str(answer.headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b"[]",
        b'"' + MARK.encode() + b'"',
        b'{"name": "' + MARK.encode() + b'"}',
        b'{"name": NaN, "password": "x"}',
        b'{"name": "a", "password": Infinity}',
        b'{"name": "a", "password": 1e999}',
        b'{"name": "a", "password": ' + b"9" * 5000 + b"}",
        b'{"name": "\\ud800", "password": "x"}',
        b'{"name": "\\u0000", "password": "x"}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"name": "a", "password": "x", "' + MARK.encode() + b'<script>": 1}',
        b'{"name": "' + MARK.encode() * 100 + b'", "password": "x"}',
        b'{"link": "' + MARK.encode() + b'", "name": "x"}',
    ],
)
async def test_no_body_makes_a_fault_of_ours_or_comes_back(tmp_path: Path, body: bytes) -> None:
    async with serving(tmp_path) as server, server.client() as client:
        answer = await client.post("/api/v1/session", content=body, headers=JSON)

        assert answer.status_code in (400, 401, 422)
        assert answer.headers["content-type"] == "application/problem+json"
        assert MARK not in answer.text


async def test_a_body_that_is_too_large_is_refused_by_counting(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as client:

        async def chunks() -> object:
            for _ in range(40):
                yield b" " * 50_000

        lying = await client.post("/api/v1/session", content=chunks(), headers=JSON)  # type: ignore[arg-type]
        honest = await client.post("/api/v1/session", content=b" " * 1_000_001, headers=JSON)

        assert (lying.status_code, lying.json()["code"]) == (413, "too_large")
        assert (honest.status_code, honest.json()["code"]) == (413, "too_large")


async def test_a_method_that_is_not_allowed_says_which_are(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.post("/api/v1/picture")

        assert answer.headers["allow"] == "GET"


def test_the_table_names_every_kind_of_error() -> None:
    assert problem_of(StoreFull()).status == 507
    assert problem_of(StoreFull()).retry_s
    assert problem_of(StoreUnavailable("x")).status == 503
    assert problem_of(HTTPException(404, MARK)).code == "not_found"
    assert problem_of(Problem("stale")).status == 409
    surprise = problem_of(RuntimeError(MARK))
    assert (surprise.status, MARK in str(surprise.document())) == (500, False)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(400, 599))
def test_every_status_has_a_problem(status: int) -> None:
    assert problem_of(HTTPException(status)).code in PROBLEMS


async def test_a_fault_of_ours_tells_only_that(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await officer.get("/api/v1/me")
        server.database.close()

        answer = await officer.get("/api/v1/violations")

        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert answer.headers["content-type"] == "application/problem+json"
        assert not {"Traceback", "Error:", str(tmp_path)} & set(answer.text.split())


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("evil.example:8000", False),
        ("127.0.0.1.evil.example", False),
        ("169.254.169.254", False),
        ("", False),
    ],
)
async def test_on_loopback_only_our_own_names_are_answered(tmp_path: Path, host: str, known: bool) -> None:
    async with serving(tmp_path) as server, server.client() as client:
        answer = await client.get("/healthz", headers={"host": host})

        assert answer.status_code == (200 if known else 400)


async def test_a_listed_name_is_answered_behind_a_proxy(tmp_path: Path) -> None:
    settings = Settings(host="0.0.0.0", behind_proxy=True, hosts=("cop.example.org",))
    async with serving(tmp_path, settings) as server, server.client() as client:
        assert (await client.get("/healthz", headers={"host": "COP.example.org"})).status_code == 200
        assert (await client.get("/healthz", headers={"host": "evil.example"})).status_code == 400
