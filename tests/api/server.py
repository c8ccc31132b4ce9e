"""A whole server without a socket: every part is real but the clock, and requests go straight into the application."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from app.api.app import build
from app.api.context import Context
from app.api.desk import AccessDesk
from app.api.ingest import Ingest
from app.api.intake import Intake
from app.api.past import Past
from app.bus.memory import MemoryBus
from app.engine import Engine
from app.feeds.order import Order
from app.live.hub import Hub
from app.live.track_frames import TrackFraming
from app.model.entry import MissionSet
from app.model.instant import SECOND_US, instant_text
from app.model.sealing import Sealer
from app.picture.feeds_health import FeedsHealth
from app.settings import Settings
from app.store import accounts
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.store.known import KnownReports
from app.store.registry import load_registry
from app.telemetry import Metrics
from app.workers.engine import EngineWorker
from tests.builders import NOON_US

_NOTHING = np.empty(0, np.int64)
URL = "http://127.0.0.1:8000"
MISSION: dict[str, Any] = {
    "type": "FeatureCollection",
    "mission": {
        "id": "test",
        "name": "Test",
        "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        "contingents": [{"id": "ARG", "name": "A"}, {"id": "GBR", "name": "B"}],
        "gates": None,
    },
    "features": [
        {
            "type": "Feature",
            "id": "line",
            "geometry": {"type": "LineString", "coordinates": [[33.0, 35.0], [34.0, 35.0]]},
            "properties": {
                "kind": "ceasefire_line",
                "name": "Line",
                "left": "north",
                "right": "south",
                "rules": [{"rule": "line_crossing", "id": "r1", "margin_m": 50}],
            },
        },
        {
            "type": "Feature",
            "id": "west",
            "geometry": {"type": "Polygon", "coordinates": [[[33, 34], [33.5, 34], [33.5, 36], [33, 36], [33, 34]]]},
            "properties": {"kind": "sector", "name": "West"},
        },
    ],
}


class Clock:
    """Noon, until it is moved."""

    def __init__(self) -> None:
        self.us = NOON_US

    def now_us(self) -> int:
        return self.us

    def monotonic_s(self) -> float:
        return self.us / SECOND_US

    def text(self, seconds: float = 0) -> str:
        """The present and so many seconds, as a report says it."""
        return instant_text(self.us + round(seconds * SECOND_US))


@dataclass
class Server:
    """A server, and the clients of it."""

    context: Context
    clock: Clock
    app: Any
    database: Database

    def client(self, key: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client with a key, or with none and a cookie jar of its own."""
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)

    def key(self, contingent: str | None = "ARG", role: Any = "officer", **more: Any) -> str:
        made = partial(accounts.create_key, name="k", role=role, contingent=contingent, now_us=self.clock.us, **more)
        return self.database.write_now(made)[1]

    def reader(self, contingent: str | None = "ARG", role: Any = "officer", **more: Any) -> httpx.AsyncClient:
        return self.client(self.key(contingent, role, **more))

    def user(self, name: str = "ana", role: Any = "officer", **more: Any) -> str:
        """Make a user; return his one-time password."""
        made = partial(accounts.create_user, name=name, role=role, now_us=self.clock.us, **more)
        return self.database.write_now(made)[1] or ""

    async def push(self, feed: str, *items: dict[str, Any], contingent: str = "ARG") -> None:
        """Push reports and wait until they are judged."""
        answer = await self.reader(contingent, "device").post(f"/api/v1/{feed}", json=list(items))
        assert answer.status_code == 200, answer.text
        await self.judged()

    async def judged(self) -> None:
        assert await self.context.worker.wait_for(self.context.journal.head(), 5)

    def position(self, unit: str = "p1", seconds: float = 0, **more: Any) -> dict[str, Any]:
        return {"unit": unit, "observed_at": self.clock.text(seconds), "lon": 33.2, "lat": 34.9} | more

    def crossing(self, unit: str = "p1", seconds: float = 0, **more: Any) -> list[dict[str, Any]]:
        """Two positions on either side of the line."""
        more = {"party": "north"} | more
        return [
            self.position(unit, seconds - 20, lat=35.1, **more),
            self.position(unit, seconds, lat=34.9, **more),
        ]


@asynccontextmanager
async def serving(
    folder: Path, settings: Settings | None = None, mission: dict[str, Any] | None = None
) -> AsyncIterator[Server]:
    """Open a server on ``folder``; it has the test mission unless told another."""
    clock, settings = Clock(), settings or Settings()
    database = Database.open(folder)
    registry = database.read_now(load_registry)
    sealer, metrics, feeds = Sealer(b"sixteen bytes, or more"), Metrics.create(), FeedsHealth(registry)
    journal = Journal(database, registry, clock.now_us)
    history = History(database, journal)
    engine = Engine(registry, sealer)
    worker = EngineWorker(
        engine, journal, history, database, committed=0, outbox=lambda _connection, _outcome: None, feeds=feeds,
        now_us=clock.now_us,
    )  # fmt: skip
    intake = Intake(
        registry=registry, database=database, journal=journal, known=KnownReports(database, history),
        order=Order(engine.window_us, _NOTHING, _NOTHING), mission=lambda: engine.mission, feeds=feeds,
        now_us=clock.now_us,
    )  # fmt: skip
    context = Context(
        settings=settings, database=database, registry=registry, journal=journal, history=history, engine=engine,
        worker=worker, hub=Hub(worker, sealer, clock.now_us, worker.lag_s, lambda _principal, _allowed: ()),
        access=AccessDesk(database, registry, settings, clock.now_us, clock.monotonic_s), bus=MemoryBus(),
        feeds=feeds, framing=TrackFraming(registry, sealer), sealer=sealer, metrics=metrics, now_us=clock.now_us,
        past=Past(registry, sealer, history),
    )  # fmt: skip
    app = Ingest(build(context, intake, front_end=folder / "none"), intake, context.access.authenticate_key, metrics)
    try:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(worker.run())
            await journal.append(MissionSet(json.dumps(mission or MISSION).encode(), "test"))
            server = Server(context, clock, app, database)
            await server.judged()
            yield server
            running.cancel()
    finally:
        context.access.close()
        database.close()
