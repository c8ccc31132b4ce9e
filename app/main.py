"""The server put together: every part is made here, in the order in which it needs the others, and started."""

import asyncio
import contextlib
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import apsw
import msgspec
import numpy as np
import zstandard

from app.access.policy import Allowed
from app.access.principals import Principal
from app.api.app import build
from app.api.basemap import read_head
from app.api.context import Context
from app.api.desk import AccessDesk
from app.api.feeds import frames_of
from app.api.ingest import Ingest
from app.api.intake import Intake
from app.api.live import live_route
from app.api.past import Past
from app.api.server import check_certificate, listening_socket, server_of
from app.bus.memory import MemoryBus
from app.engine import Engine
from app.engine.snapshot import FORMAT, thawed
from app.feeds.order import NONE_US, Order
from app.live.frames import FeedFrame, incident_frame, violation_frame
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
from app.store.lock import serving_alone
from app.store.meta import kept
from app.store.outcomes import engine_cursor
from app.store.registry import load_registry
from app.store.snapshots import load_snapshot
from app.telemetry import Metrics
from app.webhooks.guard import Guard
from app.webhooks.payload import LetterWriter
from app.webhooks.sender import Sender
from app.workers.clock import ClockWorker
from app.workers.engine import EngineWorker
from app.workers.history import HistoryWorker
from app.workers.retention import RetentionWorker
from app.workers.webhooks import OutboxNudge, WebhookWorker

STARTING_S = 30.0
MISSION_S = 60.0
"""How long the engine may take over a mission file given at the start."""


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
        OSError: the port is taken, or the mission file, the base map or the certificate cannot be read.
    """
    mission = settings.mission.read_bytes() if settings.mission else None
    if mission is not None:
        parse_mission(mission)
    if settings.basemap is not None:
        read_head(settings.basemap)
    if settings.tls_cert is not None and settings.tls_key is not None:
        check_certificate(settings.tls_cert, settings.tls_key)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listening_socket(settings.host, settings.port)))
        stack.enter_context(serving_alone(settings.data))
        fold = opened(settings, now_us)
        stack.callback(fold.database.close)
        parts = _parts(settings, fold, _url(settings, listener.getsockname()[1]), now_us)
        stack.callback(parts.context.access.close)
        await parts.worker.catch_up()
        parts.context.hub.start()
        parts.worker.listen(parts.context.hub)
        parts.worker.listen(OutboxNudge(parts.context.bus))
        async with _working(settings, fold, parts, now_us):
            if mission is not None and mission != fold.engine.document:
                seq = await fold.journal.append(MissionSet(mission, by="operator"))
                await parts.worker.wait_for(seq, MISSION_S)
            async with _taking_requests(settings, fold, parts, listener, now_us) as stopped:
                yield Running(parts.url, parts.context, stopped)
        await parts.worker.catch_up()
        await parts.worker.snapshot()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts that the workers and the api share."""

    url: str
    worker: EngineWorker
    context: Context
    owner_of: Callable[[apsw.Connection, str], Principal | None]


def _parts(settings: Settings, fold: Fold, url: str, now_us: Callable[[], int]) -> _Parts:
    database, registry, sealer, engine = fold.database, fold.registry, fold.sealer, fold.engine
    feeds = FeedsHealth(registry)
    letters = LetterWriter(
        lambda violation: msgspec.to_builtins(violation_frame(violation)),
        lambda incident: msgspec.to_builtins(incident_frame(incident, sealer)),
        url,
    )

    def owner_of(connection: apsw.Connection, account: str) -> Principal | None:
        return accounts.principal_of_id(connection, account, now_us())

    def owe(connection: apsw.Connection, outcome: Outcome) -> None:
        outbox.enqueue(connection, outcome, owner_of, letters, now_us())

    def feeds_of(principal: Principal, allowed: Allowed) -> list[FeedFrame]:
        return frames_of(feeds, principal, allowed, now_us())

    worker = EngineWorker(
        engine, fold.journal, fold.history, database,
        committed=database.read_now(engine_cursor), outbox=owe, feeds=feeds, now_us=now_us,
    )  # fmt: skip
    context = Context(
        settings=settings, database=database, registry=registry, journal=fold.journal, history=fold.history,
        engine=engine, worker=worker, hub=Hub(worker, sealer, now_us, worker.lag_s, feeds_of),
        access=AccessDesk(database, registry, settings, now_us, time.monotonic), bus=MemoryBus(), feeds=feeds,
        framing=TrackFraming(registry, sealer), sealer=sealer, metrics=Metrics.create(), now_us=now_us,
        past=Past(registry, sealer, fold.history),
    )  # fmt: skip
    return _Parts(url, worker, context, owner_of)


@contextlib.asynccontextmanager
async def _working(settings: Settings, fold: Fold, parts: _Parts, now_us: Callable[[], int]) -> AsyncIterator[None]:
    """Run the workers until the block ends."""
    context = parts.context
    async with Sender(Guard(settings.hook_allow), now_us) as sender, asyncio.TaskGroup() as tasks:
        hooks = WebhookWorker(
            fold.database, context.bus, sender.send, parts.owner_of, now_us, random.Random(), context.metrics
        )
        jobs = (
            parts.worker.run,
            context.hub.run,
            context.access.run,
            hooks.run,
            ClockWorker(fold.engine, fold.journal, now_us).run,
            HistoryWorker(fold.history).run,
            RetentionWorker(fold.database, [forget_sent_ids], now_us).run,
        )
        working = [tasks.create_task(job()) for job in jobs]
        try:
            yield
        finally:
            hooks.stop()
            for task in working:
                task.cancel()


@contextlib.asynccontextmanager
async def _taking_requests(
    settings: Settings, fold: Fold, parts: _Parts, listener: socket.socket, now_us: Callable[[], int]
) -> AsyncIterator[asyncio.Event]:
    """Answer requests until the block ends; the event tells that the server has ended by itself."""
    context, engine = parts.context, fold.engine
    highest_us = await fold.history.highest(len(fold.registry.units))
    intake = Intake(
        registry=fold.registry, database=fold.database, journal=fold.journal, feeds=context.feeds,
        known=KnownReports(fold.database, fold.history), order=Order(engine.window_us, _newest_us(engine), highest_us),
        mission=lambda: engine.mission, now_us=now_us,
    )  # fmt: skip
    server = server_of(
        Ingest(
            build(context, intake, [live_route(context.hub, context.access)]), intake,
            context.access.authenticate_key, context.metrics,
        ),
        host=settings.host, port=settings.port, tls_cert=settings.tls_cert, tls_key=settings.tls_key,
        trusted_proxies=("*",) if settings.behind_proxy else (),  # nobody else can reach the port
    )  # fmt: skip
    stopped = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(server.serve([listener]))
        taking.add_done_callback(lambda _: stopped.set())
        async with asyncio.timeout(STARTING_S):
            await server.ready.wait()
        try:
            yield stopped
        finally:
            server.should_exit = True


def _newest_us(engine: Engine) -> I64:
    return np.where(engine.heads.known, engine.heads.observed_us, NONE_US)


def _url(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_cert else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{port}"
