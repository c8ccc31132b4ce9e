"""The journal: everything that may change the picture, in one order without gaps. Judges nothing.

All appends that wait for the same commit share it; neighbouring report blocks become one packed entry.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

import apsw

from app.model.entry import Body, Entry, Incidents, Reports
from app.model.identity import Registry
from app.model.report import ReportBlock, concatenated
from app.store.codec import decode_body, encode_body
from app.store.database import Database, StoreUnavailable
from app.store.keys import SentId, keep_incident_versions, keep_sent_ids
from app.store.registry import registry_sizes, save_registry
from app.store.writer import Job

RECENT_POSITIONS = 300_000
WAITING_POSITIONS = 1_000_000
"""Positions that may wait for a commit; more are refused."""
ENTRY_POSITIONS = 50_000
"""A merged entry is closed once it has this many."""
_TURNS = 2
"""So often the loop goes round before the writer is given what waits."""
_READ_BYTES = 4_000_000
_DOUBT_S = 2.0


class _Append(NamedTuple):
    body: Body | None
    """None: a barrier."""
    sent: Sequence[tuple[SentId, int]]
    future: "asyncio.Future[int]"


class Journal:
    """The journal of one open store. Appends from one event loop at a time; ``head`` and ``recent`` from anywhere."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        now_us: Callable[[], int],
        recent_positions: int = RECENT_POSITIONS,
    ) -> None:
        """``registry`` is the one loaded from this store (``load_registry``); ``recent_positions`` bounds memory."""
        self._database = database
        self._registry = registry
        self._now_us = now_us
        self._recent_positions = recent_positions
        self._lock = threading.Lock()
        self._pending: list[_Append] = []
        self._pending_positions = 0
        self._scheduled = False
        self._in_hand: list[_Append] | None = None
        self._written: list[tuple[Entry, int]] = []
        self._sizes = (0, 0, 0)
        self._sizes_written = (0, 0, 0)
        self._head = database.read_now(_stored_head)
        self._recent: deque[Entry] = deque()
        self._recent_weight = 0
        self._watchers: set[asyncio.Future[None]] = set()
        self._failed_at = -_DOUBT_S

    async def append_reports(self, block: ReportBlock, sent: Sequence[tuple[SentId, int]] = ()) -> int:
        """Append a block (at least one row); return the seq of the entry that holds it.

        ``sent``: the senders' own ids in it (slot, id), each with the ``observed_us`` of its report. The block must
        not be changed afterwards. Raises as ``append``.
        """
        return await self._appended(Reports(block), sent, len(block))

    async def append(self, body: Body) -> int:
        """Append one entry; return its seq after the fsync. Entries keep the order of the calls.

        Raises:
            StoreFull: the disk is full; nothing was kept.
            StoreUnavailable: too much waits, or the outcome is unknown.
        """
        return await self._appended(body, (), 1)

    async def barrier(self) -> None:
        """Return once everything enqueued before this call is on disk. For answers that say "already known".

        Raises:
            StoreUnavailable: an append failed just before or meanwhile, so what was known may not be on disk.
        """
        asked_at = time.monotonic()
        await self._appended(None, (), 0)
        if self._failed_at > asked_at - _DOUBT_S:
            raise StoreUnavailable("an earlier write failed")

    def head(self) -> int:
        """Return the last committed seq; 0 before the first."""
        return self._head

    async def refresh(self) -> None:
        """Take note of entries that another process appended."""
        head = await self._database.read(_stored_head)
        self._advance([], head)
        for watcher in self._woken():
            if not watcher.done():
                watcher.set_result(None)

    async def entries(self, after: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries after seq ``after``, in order; fewer where they are large.

        Raises:
            UnreadableFormat: an entry of a newer release.
        """
        with self._lock:
            first = self._recent[0].seq if self._recent else self._head + 1
            if after + 1 >= first:
                start = after + 1 - first
                return [self._recent[place] for place in range(start, min(start + limit, len(self._recent)))]
        return await self._database.read(partial(read_entries, after=after, upto=self._head, limit=limit))

    def recent(self, after: int, upto: int) -> list[Entry]:
        """Return those entries with ``after`` < seq ≤ ``upto`` that are in memory: an unbroken run, in order."""
        with self._lock:
            first = self._recent[0].seq if self._recent else 0
            return list(islice(self._recent, max(after + 1 - first, 0), max(upto + 1 - first, 0)))

    async def wait_beyond(self, seq: int, timeout_s: float) -> bool:
        """Wait until ``head() > seq``; False if that took longer than ``timeout_s``."""
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._head > seq:
                return True
            self._watchers.add(watcher)
        try:
            async with asyncio.timeout(timeout_s):
                await watcher
        except TimeoutError:
            return self._head > seq
        finally:
            with self._lock:
                self._watchers.discard(watcher)
        return self._head > seq

    async def _appended(self, body: Body | None, sent: Sequence[tuple[SentId, int]], positions: int) -> int:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        with self._lock:
            if self._pending_positions + positions > WAITING_POSITIONS:
                raise StoreUnavailable("too many reports are waiting")
            if not self._scheduled:
                loop.call_soon(self._hand_over, loop, _TURNS)
                self._scheduled = True
            self._pending.append(_Append(body, sent, future))
            self._pending_positions += positions
        return await self._database.settled(future)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        """Give what waits to the writer once the loop has gone round: whoever else is ready shares the commit."""
        if turns > 1:
            loop.call_soon(self._hand_over, loop, turns - 1)
            return
        try:
            self._database.submit(Job(self._write, self._settled))
        except StoreUnavailable as error:
            for append in self._taken():
                if not append.future.done():
                    append.future.set_exception(error)

    def _taken(self) -> list[_Append]:
        with self._lock:
            appends, self._pending = self._pending, []
            self._pending_positions = 0
            self._scheduled = False
        return appends

    def _write(self, connection: apsw.Connection) -> None:
        self._in_hand = self._taken()
        self._written = []
        self._sizes_written = self._sizes
        bodies = list(_merged(self._in_hand))
        if not bodies:
            return
        self._sizes_written = registry_sizes(self._registry)
        if self._sizes_written != self._sizes:
            save_registry(connection, self._registry)
        now_us = self._now_us()
        seq = self._head
        for body, count in bodies:
            received_us = now_us
            if isinstance(body, Reports) and body.block.batches:
                received_us = max(batch.received_us for batch in body.block.batches)
            seq = _insert(connection, seq + 1, received_us, body)
            self._written.append((Entry(seq, received_us, body), count))
            if isinstance(body, Incidents):
                keep_incident_versions(connection, body.versions)
        sent = [one for append in self._in_hand for one in append.sent]
        if sent:
            keep_sent_ids(connection, sent, now_us)

    def _settled(self, error: Exception | None) -> None:
        """Tell all appends of the commit. On the writer's thread."""
        appends, self._in_hand = self._in_hand, None
        if appends is None:  # the transaction did not even begin
            appends = self._taken()
        written, self._written = self._written, []
        if error is not None:
            self._failed_at = time.monotonic()
            for append in appends:
                self._database.answer(append.future, None, error)
            return
        self._sizes = self._sizes_written
        if written:
            self._advance([entry for entry, _ in written], written[-1][0].seq)
        seqs = (entry.seq for entry, count in written for _ in range(count))
        for append in appends:
            self._database.answer(append.future, 0 if append.body is None else next(seqs), None)
        for watcher in self._woken() if written else ():
            self._database.answer(watcher, None, None)

    def _advance(self, entries: list[Entry], head: int) -> None:
        """Keep ``entries`` in memory, the oldest giving way, and move the head on; never back."""
        with self._lock:
            if (entries[0].seq if entries else head + 1) != self._head + 1:  # another process appended between
                self._recent.clear()
                self._recent_weight = 0
            self._recent.extend(entries)
            self._recent_weight += sum(map(_weight, entries))
            while self._recent_weight > self._recent_positions and len(self._recent) > 1:
                self._recent_weight -= _weight(self._recent.popleft())
            self._head = max(self._head, head)

    def _woken(self) -> set["asyncio.Future[None]"]:
        with self._lock:
            watchers, self._watchers = self._watchers, set()
        return watchers


def read_entries(connection: apsw.Connection, after: int, upto: int, limit: int) -> list[Entry]:
    """Read up to ``limit`` entries with ``after`` < seq ≤ ``upto`` from disk, about 4 MB of them at most."""
    entries: list[Entry] = []
    size = 0
    for seq, kind, received_us, body in connection.execute(
        "SELECT seq, kind, received_us, body FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        (after, upto, limit),
    ):
        entries.append(Entry(seq, received_us, decode_body(kind, body)))
        size += len(body)
        if size > _READ_BYTES:
            break
    return entries


def _stored_head(connection: apsw.Connection) -> int:
    head: int = next(connection.execute("SELECT coalesce(max(seq), 0) FROM journal"))[0]
    return head


def _insert(connection: apsw.Connection, seq: int, received_us: int, body: Body) -> int:
    """Write an entry under ``seq``, or the next free one if another process took that; return the seq it got."""
    kind, data = encode_body(body)
    row = (kind, received_us, _weight(Entry(seq, received_us, body)), data)
    statement = "INSERT INTO journal (seq, kind, received_us, positions, body) VALUES (?, ?, ?, ?, ?)"
    try:
        connection.execute(statement, (seq, *row))
    except apsw.ConstraintError:
        seq = _stored_head(connection) + 1
        connection.execute(statement, (seq, *row))
    return seq


def _merged(appends: Iterable[_Append]) -> Iterable[tuple[Body, int]]:
    """Yield the bodies to write and how many appends each holds: runs of report blocks become one."""
    blocks: list[ReportBlock] = []
    positions = 0
    for append in appends:
        if append.body is None:
            continue
        if blocks and (not isinstance(append.body, Reports) or positions >= ENTRY_POSITIONS):
            yield Reports(concatenated(blocks)), len(blocks)
            blocks, positions = [], 0
        if isinstance(append.body, Reports):
            blocks.append(append.body.block)
            positions += len(append.body.block)
        else:
            yield append.body, 1
    if blocks:
        yield Reports(concatenated(blocks)), len(blocks)


def _weight(entry: Entry) -> int:
    return len(entry.body.block) if isinstance(entry.body, Reports) else 1
