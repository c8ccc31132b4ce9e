"""The whole way of a delivery with real processes, a real disk and a real receiver, killed where it hurts most."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from app.access.principals import Principal
from app.alerts.events import EVENTS
from app.alerts.subscription import Subscription
from app.model.outcome import Outcome
from app.model.violation import Change
from app.store import outbox
from app.store.database import Database
from app.store.hooks import add_hook, new_hook
from app.webhooks.signature import secret_text
from tests.builders import NOON_US, violation
from tests.store.outboxes import OFFICER, letter

SECRET = b"k" * 32


def anybody(_db: object, _id: str) -> Principal:
    return OFFICER


def owe(folder: Path, url: str, violations: int) -> None:
    database = Database.open(folder)
    hook = new_hook(OFFICER, url, Subscription(events=EVENTS), SECRET, NOON_US)
    database.write_now(partial(add_hook, hook=hook))
    changes = tuple(Change(None, violation(id=f"v_{number}")) for number in range(violations))
    outcome = Outcome(1, NOON_US, changes=changes)
    database.write_now(lambda db: outbox.enqueue(db, outcome, anybody, letter, NOON_US))
    database.close()


@asynccontextmanager
async def worker_process(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.webhooks.deliver", str(folder))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.crash
async def test_a_worker_killed_while_it_sends_delivers_everything_under_the_same_ids(tmp_path: Path) -> None:
    seen: list[tuple[str, bytes]] = []
    deadly = {3, 12}
    done = asyncio.Event()
    processes: list[asyncio.subprocess.Process] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        Webhook(secret_text(SECRET)).verify(body, dict(request.headers))
        seen.append((request.headers["webhook-id"], body))
        if len(seen) in deadly:
            processes[-1].send_signal(signal.SIGKILL)
        if len(seen) >= 20 + len(deadly) and len(set(seen)) == 20:
            done.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.to_thread(owe, tmp_path, f"http://127.0.0.1:{runner.addresses[0][1]}/hook", 20)

    async with asyncio.timeout(60):
        for _ in deadly:
            async with worker_process(tmp_path) as process:
                processes.append(process)
                assert await process.wait() == -signal.SIGKILL
        async with worker_process(tmp_path) as process:
            processes.append(process)
            await done.wait()
    await runner.cleanup()

    assert len(set(seen)) == 20
    assert len({body for _, body in seen}) == 20
    assert len(seen) > 20
