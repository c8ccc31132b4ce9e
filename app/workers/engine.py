"""The engine's worker: entries after the cursor → step → commit → tell. The only place where the fold meets I/O."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import apsw
import zstandard

from app.engine import Engine, Past
from app.engine.book import IncidentBook, ViolationBook
from app.engine.snapshot import FORMAT, frozen
from app.model.entry import Entry, Incidents, Reports
from app.model.feature import Mission
from app.model.identity import Registry
from app.model.instant import SECOND_US
from app.model.outcome import Outcome
from app.model.violation import Violation
from app.picture.feeds_health import FeedsHealth
from app.picture.tracks import Tracks
from app.store.database import Database
from app.store.history import History, Window
from app.store.journal import Journal
from app.store.outcomes import commit_outcomes, violation_before
from app.store.snapshots import save_snapshot

_AT_ONCE = 16
"""Entries read from the journal at once."""
_IDLE_S = 1.0
_SNAPSHOT_POSITIONS = 250_000
_SNAPSHOT_AFTER_US = 60 * SECOND_US

_END_OF_TIME_US = 2**62


class Listener(Protocol):
    """Who is told of an outcome once it is on disk."""

    def told(self, outcome: Outcome) -> None:
        """Take note of a committed outcome. Never waits."""
        ...


Outbox = Callable[[apsw.Connection, Outcome], None]
"""Writes what an outcome owes to hooks, in the transaction that commits the outcome."""


class EngineWorker:
    """Runs the engine over the journal. ``committed`` is the seq up to which outcomes are already on disk."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        history: History,
        database: Database,
        *,
        committed: int,
        outbox: Outbox,
        feeds: FeedsHealth,
        now_us: Callable[[], int],
    ) -> None:
        self.engine = engine
        self._journal = journal
        self._history = history
        self._database = database
        self._committed = committed
        self._outbox = outbox
        self._feeds = feeds
        self._listeners: list[Listener] = []
        self._now_us = now_us
        self._told = engine.cursor
        self._last_received_us = engine.now_us
        self._refused: dict[int, str] = {}
        self._moved = asyncio.Condition()
        self._positions = 0
        self._snapshot_us = now_us()
        self._snapshot_seq = engine.cursor

    @property
    def cursor(self) -> int:
        """The seq up to which everything is folded, committed and told."""
        return self._told

    @property
    def tracks(self) -> Tracks:
        """The tracks now."""
        return self.engine.tracks

    @property
    def registry(self) -> Registry:
        """The registry that the tracks' numbers belong to."""
        return self.engine.registry

    @property
    def mission(self) -> Mission:
        """The mission in force."""
        return self.engine.mission

    @property
    def violations(self) -> ViolationBook:
        """The violations at hand."""
        return self.engine.violations

    @property
    def incidents(self) -> IncidentBook:
        """The incidents at hand."""
        return self.engine.incidents

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` of every outcome from now on."""
        self._listeners.append(listener)

    def lag_s(self) -> float:
        """Return by how many seconds of receipt the picture is behind the journal; 0 when it is not."""
        if self._journal.head() <= self._told:
            return 0.0
        return max(0.0, (self._now_us() - self._last_received_us) / SECOND_US)

    async def wait_for(self, seq: int, timeout_s: float) -> bool:
        """Wait until entry ``seq`` is folded, committed and told; return whether it was so in time."""
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self._told >= seq)
        except TimeoutError:
            return False
        return True

    def refusal(self, seq: int) -> str | None:
        """Return why the officer's entry ``seq`` had no effect (``stale``, ``unknown``), or None."""
        return self._refused.get(seq)

    async def run(self) -> None:
        """Fold the journal for ever."""
        while True:
            entries = await self._journal.entries(self.engine.cursor, _AT_ONCE)
            if not entries:
                await self._snapshot_if_due()
                if not await self._journal.wait_beyond(self.engine.cursor, _IDLE_S):
                    await self._journal.refresh()  # a command may have appended from another process
                continue
            for entry in entries:
                await self._take(entry)
            await self._snapshot_if_due()

    async def catch_up(self) -> None:
        """Fold all that the journal holds now, then return."""
        head = self._journal.head()
        while self.engine.cursor < head:
            for entry in await self._journal.entries(self.engine.cursor, _AT_ONCE):
                await self._take(entry)

    async def _take(self, entry: Entry) -> None:
        outcome = self.engine.step(entry, await past_of(self.engine, self._history, self._database, entry))
        if entry.seq > self._committed and _matters(outcome):
            await self._database.write(lambda connection: self._commit(connection, outcome))
            self._committed = entry.seq
        self._told, self._last_received_us = entry.seq, entry.received_us
        match entry.body:
            case Reports(block):
                self._positions += len(block)
                self._feeds.took_reports(block)
            case Incidents(versions):
                self._feeds.took_incidents(versions)
            case _:
                pass
        if outcome.refused:
            self._refused[entry.seq] = outcome.refused
            if len(self._refused) > 1000:
                del self._refused[next(iter(self._refused))]
        for listener in self._listeners:
            listener.told(outcome)
        async with self._moved:
            self._moved.notify_all()

    def _commit(self, connection: apsw.Connection, outcome: Outcome) -> None:
        commit_outcomes(connection, self.registry, [outcome], outcome.seq)
        self._outbox(connection, outcome)

    async def _snapshot_if_due(self) -> None:
        waited = self._now_us() - self._snapshot_us >= _SNAPSHOT_AFTER_US
        if self.engine.cursor > self._snapshot_seq and (waited or self._positions >= _SNAPSHOT_POSITIONS):
            await self.snapshot()

    async def snapshot(self) -> None:
        """Save the engine's state, so that the next start folds only what comes after."""
        seq, data = self.engine.cursor, frozen(self.engine)
        packed = await asyncio.to_thread(zstandard.ZstdCompressor(level=1).compress, data)
        await self._database.write(lambda connection: save_snapshot(connection, seq, FORMAT, packed))
        self._snapshot_us, self._snapshot_seq, self._positions = self._now_us(), seq, 0


def _matters(outcome: Outcome) -> bool:
    """Whether the outcome holds anything that the store does not have yet."""
    by_hand = outcome.notes or outcome.mutes or outcome.lifted
    return bool(outcome.changes or outcome.incidents or outcome.mission_changed or by_hand)


async def past_of(engine: Engine, history: History, database: Database, entry: Entry) -> Past:
    """Fetch what the engine needs to step over ``entry``: most entries need nothing."""
    needs = engine.needs(entry)
    if not needs.positions and not needs.violations:
        return Past()
    positions = {}
    if needs.positions:
        windows = [Window(slot, after_us + 1, _END_OF_TIME_US) for slot, after_us in needs.positions.items()]
        read = partial(history.positions_in, windows=windows, upto_seq=entry.seq - 1)
        positions = dict(zip(needs.positions, await database.read(read), strict=True))
    violations = await database.read(partial(_told_before, keys=needs.violations, instant_us=entry.received_us))
    return Past(positions, violations)


def _told_before(connection: apsw.Connection, keys: Sequence[str], instant_us: int) -> dict[str, Violation]:
    """Return violations as they were told before an instant, by id.

    The store may be ahead of the fold, after a crash and in a replay: what the entry itself made is not its past.
    """
    told = ((key, violation_before(connection, key, instant_us)) for key in keys)
    return {key: one for key, one in told if one is not None}
