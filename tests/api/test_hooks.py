"""Hooks over HTTP, on a real store with real keys; what is delivered is put into the outbox by hand."""

import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.alerts.events import EVENTS
from app.api import errors, hooks
from app.api.desk import AccessDesk
from app.bus.memory import MemoryBus
from app.bus.nudges import OUTBOX
from app.model.identity import Registry
from app.model.outcome import Outcome
from app.model.violation import Change
from app.settings import Settings
from app.store import accounts, outbox
from app.store.database import Database
from tests.builders import NOON_US, violation
from tests.store.outboxes import letter

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()
ASKED: dict[str, Any] = {"url": "https://receiver.test/hook", "events": ["violation.confirmed", "violation.suspected"]}


@dataclass
class World:
    """What the router uses of a server."""

    settings: Settings
    database: Database
    access: AccessDesk
    bus: MemoryBus

    def now_us(self) -> int:
        return NOON_US

    def key(self, contingent: str | None = "ARG", role: Any = "officer", **more: Any) -> dict[str, str]:
        """Make a key; return the header that carries it."""
        made = partial(accounts.create_key, name="k", role=role, contingent=contingent, now_us=NOON_US, **more)
        return {"Authorization": f"Bearer {self.database.write_now(made)[1]}"}

    def raise_violation(self, name: str) -> None:
        """Commit what the engine would owe to hooks for a new violation."""
        outcome = Outcome(1, NOON_US, changes=(Change(None, violation(id=name)),))
        owner_of = partial(accounts.principal_of_id, now_us=NOON_US)
        self.database.write_now(lambda db: outbox.enqueue(db, outcome, owner_of, letter, NOON_US))

    def deliver_all(self, error: str | None = None) -> None:
        owner_of = partial(accounts.principal_of_id, now_us=NOON_US)
        due, _ = self.database.read_now(lambda db: outbox.due(db, owner_of, NOON_US, 100))
        for item in due:
            attempt = outbox.Attempt(NOON_US, 20_000, 200 if error is None else 500, error)
            again_us = None if error is None else NOON_US + 5_000_000
            self.database.write_now(
                partial(outbox.record, delivery=item.delivery, attempt=attempt, next_try_us=again_us)
            )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database.open(tmp_path)
    settings = Settings(hook_allow="127.0.0.0/8")  # type: ignore[arg-type]
    desk = AccessDesk(database, Registry(), settings, lambda: NOON_US, lambda: 0.0)
    yield World(settings, database, desk, MemoryBus())
    desk.close()
    database.close()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.context = world
    app.include_router(hooks.router)
    errors.install(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cop.test/api/v1") as client:
        yield client


async def made(http: httpx.AsyncClient, key: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = await http.post("/hooks", json={**ASKED, **more}, headers=key)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_hook_is_made_and_its_secret_shown_once(http: httpx.AsyncClient, world: World) -> None:
    key = world.key()

    answer = await http.post("/hooks", json={**ASKED, "filter": {"severity": "high"}, "secret": None}, headers=key)

    hook = answer.json()
    assert answer.headers["location"] == f"/api/v1/hooks/{hook['id']}"
    assert len(base64.b64decode(hook.pop("secret").removeprefix("whsec_"))) == 32
    assert hook == {
        "id": hook["id"],
        "url": "https://receiver.test/hook",
        "events": ["violation.confirmed", "violation.suspected"],
        "filter": {"rules": [], "features": [], "severity": "high", "status": []},
        "created_at": "2026-09-23T12:00:00Z",
        "failing_since": None,
    }
    assert (await http.get("/hooks", headers=key)).json() == {"hooks": [hook], "next": None}
    assert (await http.get(f"/hooks/{hook['id']}", headers=key)).json() == hook


async def test_a_secret_may_be_brought_along(http: httpx.AsyncClient, world: World) -> None:
    assert (await made(http, world.key(), secret=SECRET))["secret"] == SECRET


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://10.0.0.1/x"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "ftp://receiver.test/"}, "url"),
        ({"url": "https://me:sesame@receiver.test/"}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": ["violation.imagined"]}, "events.0"),
        ({"events": "violation.confirmed"}, "events"),
        ({"filter": {"severity": "huge"}}, "filter.severity"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"rules": [""]}}, "filter.rules.0"),
        ({"secret": "whsec_c2hvcnQ="}, "secret"),
        ({"secret": "plain"}, "secret"),
        ({"owner": "me"}, "owner"),
    ],
)
async def test_a_bad_hook_is_refused_by_field_without_an_echo(
    http: httpx.AsyncClient, world: World, change: dict[str, Any], field: str
) -> None:
    answer = await http.post("/hooks", json={**ASKED, **change}, headers=world.key())

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert answer.json()["field"].startswith(field)
    for said in ("10.0.0.1", "169.254", "sesame", "imagined", "c2hvcnQ"):
        assert said not in answer.text


async def test_loopback_and_plain_http_are_taken_where_they_are_listed(http: httpx.AsyncClient, world: World) -> None:
    assert (await made(http, world.key(), url="http://127.0.0.1:9000/hook"))["url"] == "http://127.0.0.1:9000/hook"


@pytest.mark.parametrize(("role", "status"), [("device", 403), ("observer", 403), ("officer", 200)])
async def test_only_who_may_have_hooks_reaches_them(
    http: httpx.AsyncClient, world: World, role: str, status: int
) -> None:
    assert (await http.get("/hooks", headers=world.key(role=role))).status_code == status
    assert (await http.get("/hooks")).status_code == 401


async def test_a_hook_does_not_exist_for_another_contingent(http: httpx.AsyncClient, world: World) -> None:
    own, other, headquarters = world.key(), world.key("GBR"), world.key(None)
    hook = (await made(http, own))["id"]

    for stranger in (other, headquarters):
        assert (await http.get("/hooks", headers=stranger)).json()["hooks"] == []
        for method, path in [
            ("GET", f"/hooks/{hook}"),
            ("DELETE", f"/hooks/{hook}"),
            ("GET", f"/hooks/{hook}/deliveries"),
            ("POST", f"/hooks/{hook}/redeliver"),
        ]:
            answer = await http.request(method, path, headers=stranger)
            missing = await http.request(method, path.replace(hook, "hook_00"), headers=stranger)
            assert answer.status_code == 404
            assert answer.json() == missing.json()
    assert (await http.get(f"/hooks/{hook}", headers=own)).status_code == 200


async def test_a_hook_told_more_than_a_colleague_may_see_does_not_exist_for_him(
    http: httpx.AsyncClient, world: World
) -> None:
    cleared = world.key()
    colleague = world.key(clearance="unclassified")
    lesser = (await made(http, colleague))["id"]
    await made(http, cleared)

    assert [hook["id"] for hook in (await http.get("/hooks", headers=colleague)).json()["hooks"]] == [lesser]
    assert len((await http.get("/hooks", headers=cleared)).json()["hooks"]) == 2


async def test_a_deleted_hook_is_gone(http: httpx.AsyncClient, world: World) -> None:
    key = world.key()
    hook = (await made(http, key))["id"]
    world.raise_violation("v_1")

    assert (await http.delete(f"/hooks/{hook}", headers=key)).status_code == 204

    assert (await http.get(f"/hooks/{hook}", headers=key)).status_code == 404
    assert (await http.get("/hooks", headers=key)).json()["hooks"] == []
    world.raise_violation("v_2")
    assert world.database.read_now(outbox.backlog).pending == 0


async def test_the_delivery_log_tells_every_try(http: httpx.AsyncClient, world: World) -> None:
    key = world.key()
    hook = (await made(http, key))["id"]
    world.raise_violation("v_1")
    world.deliver_all("HTTP 500: not now")

    [delivery] = (await http.get(f"/hooks/{hook}/deliveries", headers=key)).json()["deliveries"]

    assert delivery.pop("id").startswith("msg_")
    assert delivery == {
        "type": "violation.suspected",
        "object": "v_1",
        "raised_at": "2026-09-23T12:00:00Z",
        "state": "pending",
        "next_try_at": "2026-09-23T12:00:05Z",
        "attempts": [
            {"at": "2026-09-23T12:00:00Z", "duration_s": 0.02, "status": 500, "error": "HTTP 500: not now"},
        ],
    }
    assert (await http.get(f"/hooks/{hook}", headers=key)).json()["failing_since"] == "2026-09-23T12:00:00Z"


async def test_the_delivery_log_comes_in_pages(http: httpx.AsyncClient, world: World) -> None:
    key = world.key()
    hook = (await made(http, key))["id"]
    for number in range(5):
        world.raise_violation(f"v_{number}")

    objects: list[str] = []
    path: str | None = f"/api/v1/hooks/{hook}/deliveries?limit=2"
    while path is not None:
        page = (await http.get(f"http://cop.test{path}", headers=key)).json()
        objects.extend(delivery["object"] for delivery in page["deliveries"])
        path = page["next"]

    assert objects == ["v_4", "v_3", "v_2", "v_1", "v_0"]
    wrong = await http.get(f"/hooks/{hook}/deliveries?cursor=nonsense", headers=key)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"since": "2026-09-23T12:00:00Z"}, 2),
        ({"since": "2026-09-23T14:00:00+02:00"}, 2),
        ({"since": "2026-09-23T12:00:01Z"}, 0),
        ({"ids": []}, 0),
        ({}, 0),
        (None, 0),
    ],
)
async def test_what_was_delivered_is_owed_again_and_the_worker_woken(
    http: httpx.AsyncClient, world: World, body: dict[str, Any] | None, count: int
) -> None:
    key = world.key()
    hook = (await made(http, key))["id"]
    world.raise_violation("v_1")
    world.raise_violation("v_2")
    world.deliver_all()

    answer = await http.post(f"/hooks/{hook}/redeliver", json=body, headers=key)

    assert answer.json() == {"redelivered": count}
    assert world.database.read_now(outbox.backlog).pending == count
    assert world.bus.heard(OUTBOX) == 1


async def test_single_deliveries_and_all_that_failed_are_owed_again(http: httpx.AsyncClient, world: World) -> None:
    key = world.key()
    hook = (await made(http, key))["id"]
    world.raise_violation("v_1")
    world.raise_violation("v_2")
    world.deliver_all()
    log = (await http.get(f"/hooks/{hook}/deliveries", headers=key)).json()["deliveries"]

    one = await http.post(f"/hooks/{hook}/redeliver", json={"ids": [log[0]["id"]]}, headers=key)
    rest = await http.post(f"/hooks/{hook}/redeliver", headers=key)
    wrong = await http.post(f"/hooks/{hook}/redeliver", json={"since": "yesterday"}, headers=key)

    assert one.json() == rest.json() == {"redelivered": 1}
    assert (wrong.status_code, wrong.json()["field"]) == (422, "since")


def test_every_event_can_be_asked_for() -> None:
    assert get_args(hooks.Event) == EVENTS


def test_every_event_and_call_is_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/hooks.md").read_text("utf-8")

    assert all(f"`{event}`" in guide for event in EVENTS)
    for route in hooks.router.routes:
        assert isinstance(route, APIRoute)
        assert route.path.replace("hook_id", "id") in guide
