"""Where units were: indexed chunks up to a cursor, and the journal entries after it (the *tail*). Judges nothing.

Every read takes cursor, chunks and tail from one state of the file, so nothing is seen twice and nothing is missed,
whatever the indexing does meanwhile.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import apsw
import numpy as np

from app.model.entry import Entry, Reports
from app.model.report import COLUMNS, I64, Batch, Positions, ReportBlock
from app.store.chunks import Chunk, chunks_of, instants_in, positions_in
from app.store.database import Database, StoreUnavailable
from app.store.heard import Heard, heard_in, keep_heard, profile_markings
from app.store.journal import Journal, read_entries
from app.store.positions import PositionTable, joined_positions, no_positions, positions_of, positions_within

_CURSOR = "history"
_SMALL_CHUNKS = 16
"""This many chunks of one unit below 256 rows are made one."""
_UNITS_A_MERGE = 200


class Window(NamedTuple):
    """Positions asked for: of a unit, observed from ``from_us`` to ``to_us``, both within."""

    slot: int
    from_us: int
    to_us: int


class StoredReport(NamedTuple):
    """One row of the journal as a block of its own, with the request it came in."""

    block: ReportBlock
    batch: Batch
    entry_received_us: int


class History:
    """Reads positions, and moves them from the tail into chunks when its worker asks."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def positions(
        self, slot: int, from_us: int, to_us: int, upto_seq: int | None = None, limit: int | None = None
    ) -> Positions:
        """Return a unit's positions observed in the span (both ends within), the first ``limit``; see positions_in."""
        window = Window(slot, from_us, to_us)
        return (await self._database.read(lambda conn: self.positions_in(conn, [window], upto_seq, limit)))[0]

    def positions_in(
        self,
        connection: apsw.Connection,
        windows: Sequence[Window],
        upto_seq: int | None = None,
        limit: int | None = None,
    ) -> list[Positions]:
        """Return for each window its positions by ``observed_us``, then place in the journal. For ``Database.read``.

        ``upto_seq`` leaves out what the journal took in later; ``limit`` keeps the first rows of each window.
        """
        if not windows:
            return []
        cursor, head = _cursor(connection), _head(connection)
        last_seq = head if upto_seq is None else min(head, upto_seq)
        slots = sorted({window.slot for window in windows})
        span = min(window.from_us for window in windows), max(window.to_us for window in windows)
        tail = self._tail(connection, cursor, last_seq, slots, span)
        bounds = np.searchsorted(tail.slot, np.array([slots, [slot + 1 for slot in slots]], np.int64))
        of_slot = {slot: tail.taken(slice(*ends)) for slot, ends in zip(slots, bounds.T.tolist(), strict=True)}
        merged = (_merged(connection, window, of_slot[window.slot], last_seq, limit) for window in windows)
        return [table.as_positions() for table in merged]

    async def at(self, slots: Sequence[int], observed_us: Sequence[int]) -> tuple[I64, ReportBlock]:
        """Look up the reports with the keys (slot, ``observed_us``), the first accepted of each.

        Returns for each key its row in the block, or -1; ``extras`` of the block belong to its rows.
        """
        return await self._database.read(lambda connection: self.at_in(connection, slots, observed_us))

    def at_in(
        self, connection: apsw.Connection, slots: Sequence[int], observed_us: Sequence[int]
    ) -> tuple[I64, ReportBlock]:
        """``at`` for ``Database.read``."""
        wanted: dict[int, set[int]] = {}
        for slot, instant in zip(slots, observed_us, strict=True):
            wanted.setdefault(slot, set()).add(instant)
        if not wanted:
            return np.empty(0, np.int64), self._as_block(connection, no_positions())
        span = min(observed_us), max(observed_us)
        tail = self._tail(connection, _cursor(connection), _head(connection), sorted(wanted), span)
        parts = [tail.taken(np.isin(tail.observed_us, np.array(sorted(set(observed_us)), np.int64)))]
        for slot, instants in wanted.items():
            keys = np.array(sorted(instants), np.int64)
            for body in _chunks_around(connection, slot, keys):
                rows = np.flatnonzero(np.isin(instants_in(body), keys))
                if len(rows):
                    parts.append(positions_in(slot, body).taken(rows))
        found = joined_positions(parts).in_order()
        first: dict[tuple[int, int], int] = {}
        for row, key in enumerate(zip(found.slot.tolist(), found.observed_us.tolist(), strict=True)):
            first.setdefault(key, row)
        places = [first.get(key, -1) for key in zip(slots, observed_us, strict=True)]
        return np.array(places, np.int64), self._as_block(connection, found)

    async def report(self, seq: int, index: int) -> StoredReport | None:
        """Return row ``index`` of entry ``seq``, or None if there is none."""
        entry = await self._database.read(lambda connection: self._entry(connection, seq))
        if entry is None or not isinstance(entry.body, Reports) or not 0 <= index < len(entry.body.block):
            return None
        block = entry.body.block
        ends = np.cumsum([batch.rows for batch in block.batches])
        batch = block.batches[int(np.searchsorted(ends, index, side="right"))]
        row = block.taken(np.array([index]))
        extra = int(row.extra[0])
        columns = {name: getattr(row, name) for name, _ in COLUMNS if name != "extra"}
        alone = ReportBlock(
            **columns,
            extra=np.array([0 if extra >= 0 else -1], np.int32),
            extras=[block.extras[extra]] if extra >= 0 else [],
            batches=[batch._replace(rows=1)],
        )
        return StoredReport(alone, batch, entry.received_us)

    async def index(self, positions: int) -> int:
        """Move the next entries, of about ``positions`` rows, from the tail into chunks; return how many entries."""
        cursor, upto, chunks, heard = await self._database.read(partial(self._next_chunks, positions=positions))
        if upto > cursor:
            await self._database.write(partial(_keep_chunks, cursor=cursor, upto=upto, chunks=chunks, heard=heard))
        return upto - cursor

    async def merge(self) -> int:
        """Make one of the many small chunks of some units; return of how many units."""
        old, new = await self._database.read(_small_chunks)
        if old:
            await self._database.write(partial(_replace_chunks, old=old, new=new))
        return len({chunk.slot for chunk in new})

    async def highest(self, slots: int) -> I64:
        """Return the highest ``observed_us`` there is of each of ``slots`` units, or -1."""
        return await self._database.read(partial(self._highest, slots=slots))

    def _highest(self, connection: apsw.Connection, slots: int) -> I64:
        highest = np.full(slots, -1, np.int64)
        for slot, last_us in connection.execute("SELECT slot, max(last_us) FROM history GROUP BY slot"):
            highest[slot] = last_us
        for entry in self._entries(connection, _cursor(connection), _head(connection)):
            if isinstance(entry.body, Reports):
                np.maximum.at(highest, entry.body.block.slot, entry.body.block.observed_us)
        return highest

    async def tail(self) -> tuple[int, int]:
        """Return how many entries and positions are not indexed yet."""
        return await self._database.read(_tail_size)

    def unindexed(self, connection: apsw.Connection, upto_seq: int) -> PositionTable:
        """Return all positions of the tail up to a place in the journal, in that order. For ``Database.read``."""
        entries = self._entries(connection, _cursor(connection), min(upto_seq, _head(connection)))
        return joined_positions([positions_of(entry) for entry in entries])

    def heard_in_tail(self, connection: apsw.Connection) -> list[Heard]:
        """Return when the tail's positions were heard. For ``Database.read``."""
        entries = self._entries(connection, _cursor(connection), _head(connection))
        return heard_in(entries, profile_markings(connection))

    def _next_chunks(self, connection: apsw.Connection, positions: int) -> tuple[int, int, list[Chunk], list[Heard]]:
        cursor, upto = _cursor(connection), _cursor(connection)
        taken: list[Entry] = []
        parts: list[PositionTable] = []
        for entry in self._entries(connection, cursor, _head(connection)):
            taken.append(entry)
            parts.append(positions_of(entry))
            upto = entry.seq
            positions -= len(parts[-1])
            if positions <= 0:
                break
        heard = heard_in(taken, profile_markings(connection))
        return cursor, upto, list(chunks_of(joined_positions(parts).in_order())), heard

    def _tail(
        self, connection: apsw.Connection, after: int, upto: int, slots: Sequence[int], span_us: tuple[int, int]
    ) -> PositionTable:
        """Return what the entries after the cursor hold of ``slots`` in the span, in order."""
        parts = [positions_within(entry, slots, *span_us) for entry in self._entries(connection, after, upto)]
        return joined_positions([part for part in parts if len(part)]).in_order()

    def _entries(self, connection: apsw.Connection, after: int, upto: int) -> Iterable[Entry]:
        """Yield entries with ``after`` < seq ≤ ``upto``: what memory holds from there, the others from disk."""
        recent = self._journal.recent(after, upto)
        if recent:
            yield from _stored(connection, after, recent[0].seq - 1)
            yield from recent
            after = recent[-1].seq  # this state of the file may be newer than what memory heard of
        yield from _stored(connection, after, upto)

    def _entry(self, connection: apsw.Connection, seq: int) -> Entry | None:
        return next(iter(self._journal.recent(seq - 1, seq) or read_entries(connection, seq - 1, seq, limit=1)), None)

    def _as_block(self, connection: apsw.Connection, found: PositionTable) -> ReportBlock:
        """Return positions as a block whose extras are read from their entries."""
        extra = np.full(len(found), -1, np.int32)
        extras: list[bytes] = []
        for row in np.flatnonzero(found.extra >= 0).tolist():
            entry = self._entry(connection, int(found.seq[row]))
            if entry is not None and isinstance(entry.body, Reports):
                extra[row] = len(extras)
                extras.append(entry.body.block.extras[int(found.extra[row])])
        columns = {name: getattr(found, name) for name, _ in COLUMNS if name != "extra"}
        return ReportBlock(**columns, extra=extra, extras=extras)


def _stored(connection: apsw.Connection, after: int, upto: int) -> Iterable[Entry]:
    while after < upto:
        entries = read_entries(connection, after, upto, limit=1_000)
        yield from entries
        after = entries[-1].seq


def _merged(
    connection: apsw.Connection, window: Window, tail: PositionTable, last_seq: int, limit: int | None
) -> PositionTable:
    """Join a window's chunks and tail. With a limit, chunks that start after its last row are not opened."""
    slot, from_us, to_us = window
    rows = connection.execute(
        "SELECT first_us, chunk FROM history WHERE slot = ? AND last_us >= ? AND first_us <= ? AND first_seq <= ?",
        (slot, from_us, to_us, last_seq),
    )
    found = _within(tail, from_us, to_us, last_seq)
    waiting: list[PositionTable] = []
    count = 0
    for first_us, number in sorted(rows):
        if limit is not None and len(found) + count >= limit:
            found, waiting, count = joined_positions([found, *waiting]).in_order().taken(slice(limit)), [], 0
            if first_us > found.observed_us[-1]:
                break
        waiting.append(_within(positions_in(slot, _body(connection, number)), from_us, to_us, last_seq))
        count += len(waiting[-1])
    return joined_positions([found, *waiting]).in_order().taken(slice(limit))


def _within(positions: PositionTable, from_us: int, to_us: int, last_seq: int) -> PositionTable:
    instants = positions.observed_us
    return positions.taken((instants >= from_us) & (instants <= to_us) & (positions.seq <= last_seq))


def _body(connection: apsw.Connection, number: int) -> bytes:
    body: bytes = next(connection.execute("SELECT body FROM history WHERE chunk = ?", (number,)))[0]
    return body


def _chunks_around(connection: apsw.Connection, slot: int, keys: I64) -> Iterable[bytes]:
    """Yield a unit's chunks whose span has room for any of ``keys`` (sorted instants, at least one)."""
    rows = connection.execute(
        "SELECT chunk, first_us, last_us FROM history WHERE slot = ? AND last_us >= ? AND first_us <= ?",
        (slot, int(keys[0]), int(keys[-1])),
    )
    for number, first_us, last_us in list(rows):
        next_key = int(np.searchsorted(keys, first_us))
        if next_key < len(keys) and keys[next_key] <= last_us:
            yield _body(connection, number)


def _keep_chunks(
    connection: apsw.Connection, cursor: int, upto: int, chunks: Sequence[Chunk], heard: Sequence[Heard]
) -> None:
    if _cursor(connection) != cursor:
        raise StoreUnavailable("another process indexes this store")
    _insert_chunks(connection, chunks)
    keep_heard(connection, heard)
    connection.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (_CURSOR, upto))


def _insert_chunks(connection: apsw.Connection, chunks: Iterable[Chunk]) -> None:
    connection.executemany(
        "INSERT INTO history (slot, first_us, last_us, first_seq, positions, body) VALUES (?, ?, ?, ?, ?, ?)", chunks
    )


def _small_chunks(connection: apsw.Connection) -> tuple[list[int], list[Chunk]]:
    """Return the numbers of small chunks that are due to be merged, and what they become."""
    slots = connection.execute(
        "SELECT slot FROM history WHERE positions < 256 GROUP BY slot HAVING count(*) >= ? LIMIT ?",
        (_SMALL_CHUNKS, _UNITS_A_MERGE),
    )
    numbers: list[int] = []
    parts = [no_positions()]
    for (slot,) in list(slots):
        for number, body in connection.execute(
            "SELECT chunk, body FROM history WHERE slot = ? AND positions < 256", (slot,)
        ):
            numbers.append(number)
            parts.append(positions_in(slot, body))
    return numbers, list(chunks_of(joined_positions(parts).in_order()))


def _replace_chunks(connection: apsw.Connection, old: Sequence[int], new: Sequence[Chunk]) -> None:
    connection.executemany("DELETE FROM history WHERE chunk = ?", ((number,) for number in old))
    _insert_chunks(connection, new)


def _tail_size(connection: apsw.Connection) -> tuple[int, int]:
    entries, positions = next(
        connection.execute(
            "SELECT count(*), coalesce(sum(positions), 0) FROM journal WHERE seq > ?", (_cursor(connection),)
        )
    )
    return int(entries), int(positions)


def _cursor(connection: apsw.Connection) -> int:
    row = next(connection.execute("SELECT seq FROM cursors WHERE name = ?", (_CURSOR,)), None)
    return 0 if row is None else int(row[0])


def _head(connection: apsw.Connection) -> int:
    return int(next(connection.execute("SELECT coalesce(max(seq), 0) FROM journal"))[0])
