"""A store with the calls that take reports on it, and a client for them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from app.access.principals import Principal
from app.api.ingest import Ingest
from app.api.intake import Intake
from app.api.rates import Rates
from app.feeds.order import Order
from app.model.entry import Incidents, Reports
from app.model.feature import Contingent, Feature, Mission, Party
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.report import ReportBlock
from app.picture.feeds_health import FeedsHealth
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.store.known import KnownReports
from app.store.quarantine import Rejected, quarantined
from app.store.registry import load_registry
from app.telemetry import Metrics
from tests.builders import NOON_US

MISSION = Mission(
    parties=(Party("north", "North"), Party("south", "South")),
    contingents=(Contingent("ARG", "Argentina"), Contingent("GBR", "United Kingdom")),
    features=(
        Feature(
            id="sector-2",
            kind="sector",
            name="Sector 2",
            geometry={"type": "Polygon", "coordinates": [[[33, 35], [34, 35], [34, 36], [33, 36], [33, 35]]]},
        ),
    ),
)
WINDOW_US = 24 * 3600 * 1_000_000
KEYS = {
    b"Bearer arg": Principal(id="key-arg", name="post 7", kind="key", role="device", contingent="ARG"),
    b"Bearer gbr": Principal(id="key-gbr", name="post 8", kind="key", role="device", contingent="GBR"),
    b"Bearer eye": Principal(id="key-eye", name="reader", kind="key", role="observer", contingent="ARG"),
    b"Bearer all": Principal(id="key-all", name="gateway", kind="key", role="integration", scopes=frozenset({"write"})),
}


@dataclass
class Receiver:
    """The app, its store, and a clock that stands until it is set."""

    app: ASGIApp
    database: Database
    journal: Journal
    registry: Registry
    feeds: FeedsHealth
    now_us: list[int] = field(default_factory=lambda: [NOON_US])

    async def blocks(self) -> list[ReportBlock]:
        """Return the report blocks of the journal, in order."""
        entries = await self.journal.entries(0, 10_000)
        return [entry.body.block for entry in entries if isinstance(entry.body, Reports)]

    async def incidents(self) -> list[IncidentVersion]:
        """Return the incident versions of the journal, in order."""
        entries = await self.journal.entries(0, 10_000)
        return [one for entry in entries if isinstance(entry.body, Incidents) for one in entry.body.versions]

    async def quarantine(self, contingent: str = "ARG") -> list[Rejected]:
        """Return what is quarantined of a contingent, oldest first."""
        rows = await self.database.read(lambda connection: quarantined(connection, contingent, 10_000))
        return [row.rejected for row in reversed(rows)]

    def client(self, key: str | None = "arg") -> httpx.AsyncClient:
        """Return a client that sends ``key``."""
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1/api/v1/", headers=headers
        )


@asynccontextmanager
async def receiver(
    folder: Path, *, rates: Rates | None = None, monotonic_s: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[Receiver]:
    """Give a receiver whose store is in ``folder``."""
    database = Database.open(folder)
    try:
        registry = database.read_now(load_registry)
        now_us = [NOON_US]
        journal = Journal(database, registry, lambda: now_us[0])
        history = History(database, journal)
        feeds = FeedsHealth(registry)
        highest_us = await history.highest(len(registry.units))
        order = Order(WINDOW_US, highest_us, highest_us)
        intake = Intake(
            registry=registry,
            database=database,
            journal=journal,
            known=KnownReports(database, history),
            order=order,
            mission=lambda: MISSION,
            feeds=feeds,
            now_us=lambda: now_us[0],
        )
        rest = PlainTextResponse("elsewhere", 404)
        app = Ingest(
            rest,
            intake,
            lambda header: KEYS.get(header or b""),
            Metrics.create(),
            rates=rates,
            monotonic_s=monotonic_s,
        )
        yield Receiver(app, database, journal, registry, feeds, now_us)
    finally:
        database.close()


def position(**named: Any) -> dict[str, Any]:
    """A position of car-7 at noon, with what is named changed or added; None leaves a field out."""
    fields = {"unit": "car-7", "observed_at": "2026-09-23T12:00:00Z", "lon": 33.36, "lat": 35.17} | named
    return {name: value for name, value in fields.items() if value is not None}
