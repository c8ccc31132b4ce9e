"""Logging in and out over HTTP, and whose requests a cookie speaks for."""

from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.store import accounts
from tests.api.server import URL, Server, serving

PROXIED = Settings(behind_proxy=True)
OWN = {"sec-fetch-site": "same-origin", "origin": URL}
FOREIGN = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


async def log_in(server: Server, **headers: str) -> httpx.AsyncClient:
    """Return a client that has a session's cookie."""
    client = server.client(**headers)
    answer = await client.post("/api/v1/session", json={"name": "ana", "password": server.user()})
    assert answer.status_code == 200, answer.text
    return client


async def test_a_user_logs_in_sees_himself_and_logs_out(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        client = await log_in(server)

        me = (await client.get("/api/v1/me")).json()
        out = await client.delete("/api/v1/session")

        assert (me["name"], me["kind"], me["role"], me["contingent"]) == ("ana", "user", "officer", None)
        assert me["audiences"] == ["HQ"]
        assert {"read", "assess"} <= set(me["capabilities"])
        assert me["must_change_password"] is True
        assert out.status_code == 204
        assert "cop" not in client.cookies
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_the_cookie_is_kept_from_scripts_and_other_sites(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        body = {"name": "ana", "password": server.user()}
        answer = await server.client().post("/api/v1/session", json=body)

        cookie = answer.headers["set-cookie"]
        name, _, rest = cookie.partition("=")
        assert name == "cop"
        assert "HttpOnly" in rest
        assert "SameSite=strict" in rest
        assert "Secure" not in rest
        assert "Max-Age=43200" in rest


async def test_over_tls_the_cookie_is_tied_to_the_host(tmp_path: Path) -> None:
    async with serving(tmp_path, PROXIED) as server:
        body = {"name": "ana", "password": server.user()}
        answer = await server.client().post("/api/v1/session", json=body)

        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-cop=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"]


async def test_wrong_names_and_wrong_passwords_read_alike(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        server.user()
        client = server.client()

        wrong = await client.post("/api/v1/session", json={"name": "ana", "password": "guess"})
        unknown = await client.post("/api/v1/session", json={"name": "bob", "password": "guess"})

        assert wrong.status_code == unknown.status_code == 401
        assert wrong.content == unknown.content
        assert "set-cookie" not in wrong.headers


async def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        client = server.client()
        for _ in range(10):
            assert (await client.post("/api/v1/session", json={"name": "ana", "password": "g"})).status_code == 401

        answer = await client.post("/api/v1/session", json={"name": "ana", "password": "g"})

        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 901


async def test_a_link_logs_in_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        server.user()
        user = server.database.read_now(lambda db: accounts.find_user(db, "ana"))
        assert user is not None
        link = server.database.write_now(lambda db: accounts.create_link(db, user.id, server.clock.us))
        client = server.client()

        first = await client.post("/api/v1/session", json={"link": link})
        second = await server.client().post("/api/v1/session", json={"link": link})

        assert first.status_code == 200
        assert (await client.get("/api/v1/me")).json()["name"] == "ana"
        assert second.status_code == 401


async def test_a_password_is_changed_with_the_old_one(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        password = server.user()
        client = server.client()
        await client.post("/api/v1/session", json={"name": "ana", "password": password})

        poor = await client.post("/api/v1/me/password", json={"old": password, "new": "short"})
        done = await client.post("/api/v1/me/password", json={"old": password, "new": "four grey herons at dusk"})
        again = await server.client().post("/api/v1/session", json={"name": "ana", "password": password})

        assert (poor.status_code, poor.json()["field"]) == (422, "new")
        assert done.status_code == 204
        assert again.status_code == 401
        assert (await client.get("/api/v1/me")).json()["must_change_password"] is False


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 409),
        (OWN, 409),
        ({"sec-fetch-site": "none"}, 409),
        ({"origin": URL}, 409),
        (FOREIGN, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8001"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8001"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": f"{URL}.evil.example"}, 403),
    ],
)
async def test_a_cookie_speaks_only_for_our_own_pages(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with serving(tmp_path) as server:
        client = await log_in(server)
        await server.push("positions", *server.crossing())
        [violation] = (await client.get("/api/v1/violations")).json()["violations"]
        stale = {"state": "acknowledged", "note": None, "revision": 99}

        answer = await client.post(f"/api/v1/violations/{violation['id']}/assessment", json=stale, headers=headers)

        assert answer.status_code == status


async def test_every_unsafe_route_refuses_another_sites_page(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone:
        client = await log_in(server)
        paths = (await anyone.get("/openapi.json")).json()["paths"]
        unsafe = [
            (method, path)
            for path, calls in paths.items()
            for method, call in calls.items()
            if method != "get" and call.get("security") != [{"key": []}]  # those take no cookie at all
        ]
        assert len(unsafe) >= 8

        for method, path in unsafe:
            answer = await client.request(method, path, json={"name": "ana", "password": "x"}, headers=FOREIGN)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), (method, path)
            form = {**OWN, "content-type": "application/x-www-form-urlencoded"}
            answer = await client.request(method, path, content=b"a=1", headers=form)
            assert answer.status_code == 415, (method, path)


async def test_a_key_is_no_session(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        assert (await officer.delete("/api/v1/session")).status_code == 400
        change = {"old": "x", "new": "four grey herons at dusk"}
        assert (await officer.post("/api/v1/me/password", json=change)).status_code == 403
        assert (await officer.get("/api/v1/me", headers=FOREIGN)).status_code == 200


async def test_every_route_that_gives_data_asks_who_calls(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as anyone, server.reader(None, "observer") as observer:
        paths = (await anyone.get("/openapi.json")).json()["paths"]
        open_to_all = {"/healthz", "/readyz"}

        for path in [path for path, calls in paths.items() if "get" in calls and path not in open_to_all]:
            answer = await anyone.get(path)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
        for method, path in [("put", "/api/v1/mission"), ("get", "/metrics"), ("get", "/api/v1/quarantine")]:
            assert (await observer.request(method, path)).status_code == 403
        assert (await observer.post("/api/v1/violations/v/assessment", json={})).status_code == 403
