"""The server put together: every part is made here, in the order in which it needs the others, and started."""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import apsw
import msgspec
import numpy as np
import zstandard

from app.access.principals import Principal
from app.api.app import build
from app.api.context import Context
from app.api.desk import AccessDesk
from app.api.feeds import frames_of
from app.api.ingest import Ingest
from app.api.intake import Intake
from app.api.live import live_route
from app.api.server import listening_socket, server_of
from app.bus.memory import MemoryBus
from app.engine import Engine
from app.engine.snapshot import FORMAT, thawed
from app.feeds.order import NONE_US, Order
from app.live.frames import incident_frame, violation_frame
from app.live.hub import Hub
from app.live.track_frames import TrackFraming
from app.model.entry import MissionSet
from app.model.identity import Registry
from app.model.mission import parse_mission
from app.model.outcome import Outcome
from app.model.report import I64
from app.model.sealing import Sealer
from app.picture.feeds_health import FeedsHealth
from app.settings import Settings
from app.store import accounts, outbox
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.store.keys import forget_sent_ids
from app.store.known import KnownReports
from app.store.meta import kept
from app.store.outcomes import engine_cursor
from app.store.registry import load_registry
from app.store.snapshots import load_snapshot
from app.telemetry import Metrics, log_of
from app.webhooks.guard import Guard
from app.webhooks.payload import LetterWriter
from app.webhooks.sender import Sender
from app.workers.clock import ClockWorker
from app.workers.engine import EngineWorker
from app.workers.history import HistoryWorker
from app.workers.retention import RetentionWorker
from app.workers.webhooks import OutboxNudge, WebhookWorker

MISSION_S = 60.0
"""How long the engine may take over a mission file given at the start."""
_log = log_of("main")


def wall_clock_us() -> int:
    """Return the time of day, µs since 1970 UTC: the one place that reads it."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Fold:
    """What every process needs that folds a journal: the store, and the engine as the newest snapshot has it."""

    database: Database
    registry: Registry
    sealer: Sealer
    journal: Journal
    history: History
    engine: Engine


def opened(settings: Settings, now_us: Callable[[], int] = wall_clock_us) -> Fold:
    """Open the store of ``settings.data``, and read the engine back from its newest snapshot.

    Raises:
        StoreError: the store cannot be opened.
    """
    database = Database.open(settings.data)
    registry = database.read_now(load_registry)
    sealer = Sealer(database.write_now(partial(kept, name="sealing", make=partial(os.urandom, 32))))
    journal = Journal(database, registry, now_us)
    window_us = round(settings.lateness_window.total_seconds() * 1_000_000)
    snapshot = database.read_now(partial(load_snapshot, formats=(FORMAT,), upto=journal.head()))
    if snapshot is None:
        engine = Engine(registry, sealer, window_us)
    else:
        engine = thawed(zstandard.ZstdDecompressor().decompress(snapshot.body), registry, sealer, window_us)
    return Fold(database, registry, sealer, journal, History(database, journal), engine)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes requests: where, and its parts."""

    url: str
    context: Context
    stopped: asyncio.Event
    """Set when it has ended by itself."""


@contextlib.asynccontextmanager
async def serving(settings: Settings, now_us: Callable[[], int] = wall_clock_us) -> AsyncIterator[Running]:
    """Run a server until the block ends: folded up to the journal's end before it takes the first request.

    Raises:
        StoreError: the store cannot be opened.
        MissionFaults: ``settings.mission`` is no mission file.
        OSError: the port is taken, or the mission file cannot be read.
    """
    mission = settings.mission.read_bytes() if settings.mission else None
    if mission is not None:
        parse_mission(mission)
    listener = listening_socket(settings.host, settings.port)
    url = _url(settings, listener.getsockname()[1])
    fold = opened(settings, now_us)
    database, registry, sealer, journal, engine = fold.database, fold.registry, fold.sealer, fold.journal, fold.engine
    metrics, bus, feeds = Metrics.create(), MemoryBus(), FeedsHealth(registry)
    desk = AccessDesk(database, registry, settings, now_us, time.monotonic)
    letters = LetterWriter(
        lambda violation: msgspec.to_builtins(violation_frame(violation)),
        lambda incident: msgspec.to_builtins(incident_frame(incident, sealer)),
        url,
    )

    def owner_of(connection: apsw.Connection, account: str) -> Principal | None:
        return accounts.principal_of_id(connection, account, now_us())

    def owe(connection: apsw.Connection, outcome: Outcome) -> None:
        outbox.enqueue(connection, outcome, owner_of, letters, now_us())

    worker = EngineWorker(
        engine, journal, fold.history, database,
        committed=database.read_now(engine_cursor), outbox=owe, feeds=feeds, now_us=now_us,
    )  # fmt: skip
    hub = Hub(
        worker, sealer, now_us, worker.lag_s, lambda principal, allowed: frames_of(feeds, principal, allowed, now_us())
    )
    await worker.catch_up()
    order = Order(engine.window_us, _newest_us(engine), await fold.history.highest(len(registry.units)))
    hub.start()
    worker.listen(hub)
    worker.listen(OutboxNudge(bus))
    intake = Intake(
        registry=registry, database=database, journal=journal, known=KnownReports(database, fold.history), order=order,
        mission=lambda: engine.mission, feeds=feeds, now_us=now_us,
    )  # fmt: skip
    context = Context(
        settings=settings, database=database, registry=registry, journal=journal, history=fold.history, engine=engine,
        worker=worker, hub=hub, access=desk, bus=bus, feeds=feeds, framing=TrackFraming(registry, sealer),
        sealer=sealer, metrics=metrics, now_us=now_us,
    )  # fmt: skip
    app = Ingest(build(context, [live_route(hub, desk)]), intake, desk.authenticate_key, metrics)
    server = server_of(
        app, host=settings.host, port=settings.port, tls_cert=settings.tls_cert, tls_key=settings.tls_key,
        trusted_proxies=("*",) if settings.behind_proxy else (),  # nobody else can reach the port
    )  # fmt: skip
    stopped = asyncio.Event()
    retention = RetentionWorker(database, [forget_sent_ids], now_us)
    try:
        async with Sender(Guard(settings.hook_allow), now_us) as sender, asyncio.TaskGroup() as tasks:
            hooks = WebhookWorker(database, bus, sender.send, owner_of, now_us, random.Random(), metrics)
            taking = tasks.create_task(server.serve([listener]))
            taking.add_done_callback(lambda _: stopped.set())
            working = [
                tasks.create_task(job())
                for job in (
                    worker.run, hub.run, hooks.run, desk.run, retention.run,
                    ClockWorker(engine, journal, now_us).run, HistoryWorker(fold.history).run,
                )
            ]  # fmt: skip
            if mission is not None and mission != engine.document:
                seq = await journal.append(MissionSet(mission, by="operator"))
                await worker.wait_for(seq, MISSION_S)
            try:
                yield Running(url, context, stopped)
            finally:
                server.should_exit = True
                await taking
                hooks.stop()
                for task in working:
                    task.cancel()
        await worker.catch_up()
        await worker.snapshot()
    finally:
        desk.close()
        database.close()
        listener.close()


def _newest_us(engine: Engine) -> I64:
    return np.where(engine.heads.known, engine.heads.observed_us, NONE_US)


def _url(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_cert else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{port}"
