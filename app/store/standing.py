"""Where all units stood at an instant, and how they moved on from it. Knows no reader but by the profiles he may see.

A report *counts* from the instant at which it was both observed and received (*as known*), or observed (*as
corrected*). Of each unit the newest observed report that counts is where it stood.
"""

from dataclasses import dataclass, field

import apsw
import numpy as np
import numpy.typing as npt

from app.model.report import FUTURE, I64, NULL_ISLAND
from app.store.chunks import Unpacked, table_of, unpacked
from app.store.history import History
from app.store.positions import PositionTable, joined_positions

NEVER_US = -(2**62)
Rows = npt.NDArray[np.intp]
_CHUNKS_AT_ONCE = 512
"""Made into positions together. More at a time would keep other threads waiting."""
_STRADDLING = "SELECT body FROM history WHERE slot = ? AND last_us >= ? AND first_us <= ?"
_BEFORE = "SELECT last_us, body FROM history WHERE slot = ? AND last_us < ? ORDER BY last_us DESC"
_WITHIN = "SELECT body FROM history WHERE slot = ? AND last_us > ? AND first_us <= ?"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reports are asked for: of profiles that may be seen, up to a place in the journal."""

    visible: npt.NDArray[np.bool_]
    """By profile number, for all profiles up to that place."""
    as_known: bool
    upto_seq: int

    def since_us(self, observed_us: I64, received_us: I64) -> I64:
        """Return from when each report counts."""
        return np.maximum(observed_us, received_us) if self.as_known else observed_us

    def counting(self, rows: PositionTable | Unpacked, after_us: int, to_us: int) -> Rows:
        """Return which rows begin to count after ``after_us`` and not after ``to_us``."""
        since_us = self.since_us(rows.observed_us, rows.received_us)
        usable = (rows.flags & (FUTURE | NULL_ISLAND)) == 0
        found = np.flatnonzero(usable & (since_us > after_us) & (since_us <= to_us) & (rows.seq <= self.upto_seq))
        return found[self.visible[rows.profile[found]]]


def standing(connection: apsw.Connection, history: History, asked: Asked, slots: int, at_us: int) -> PositionTable:
    """Return of each of the first ``slots`` units where it stood: one row a unit, or none. For ``Database.read``."""
    tail = history.unindexed(connection, asked.upto_seq)
    tail = tail.taken(asked.counting(tail, NEVER_US, at_us))
    reached_us = np.full(slots, NEVER_US, np.int64)
    np.maximum.at(reached_us, tail.slot, tail.observed_us)
    found = _Gathered()
    for slot, least_us in enumerate(reached_us.tolist()):
        newest = _newest(connection, asked, slot, at_us, least_us)
        if newest is not None:
            found.add(slot, *newest)
    table = joined_positions([tail, found.table()])
    return table.taken(_last_of_each(table.slot, np.zeros(len(table), np.int64), table.observed_us))


def moves(
    connection: apsw.Connection, history: History, asked: Asked, newest_us: I64, instants_us: I64
) -> tuple[PositionTable, I64]:
    """Return how units moved: for each step between ``instants_us`` the newest report of each unit that then counts.

    Step 0 is after the first instant, up to the second. ``newest_us`` says by slot how new the report is by which a
    unit stands already: what is not newer is left out. Rows come by step; with them comes the step of each.
    """
    start_us, end_us = int(instants_us[0]), int(instants_us[-1])
    tail = history.unindexed(connection, asked.upto_seq)
    tail = tail.taken(asked.counting(tail, start_us, end_us))
    found = _Gathered()
    for slot, known_us in enumerate(newest_us.tolist()):
        after_us = known_us if asked.as_known else max(known_us, start_us)
        for (body,) in connection.execute(_WITHIN, (slot, after_us, end_us)):
            chunk = unpacked(body)
            rows = asked.counting(chunk, start_us, end_us)
            if len(rows):
                steps = _steps(asked.since_us(chunk.observed_us[rows], chunk.received_us[rows]), instants_us)
                found.add(
                    slot, chunk, rows[_last_of_each(np.zeros(len(rows), np.int64), steps, chunk.observed_us[rows])]
                )
    table = joined_positions([tail, found.table()])
    table = table.taken(table.observed_us > newest_us[table.slot])
    steps = _steps(asked.since_us(table.observed_us, table.received_us), instants_us)
    last = _last_of_each(table.slot, steps, table.observed_us)
    last = last[np.argsort(steps[last], kind="stable")]
    return table.taken(last), steps[last]


def observed(
    connection: apsw.Connection, history: History, asked: Asked, slots: int, after_us: int, to_us: int
) -> PositionTable:
    """Return all that the first ``slots`` units were reported to be at after an instant and not after another."""
    tail = history.unindexed(connection, asked.upto_seq)
    tail = tail.taken(asked.counting(tail, after_us, to_us))
    found = _Gathered()
    rows = connection.execute(
        "SELECT slot, body FROM history WHERE slot < ? AND last_us > ? AND first_us <= ?", (slots, after_us, to_us)
    )
    for slot, body in rows:
        chunk = unpacked(body)
        counting = asked.counting(chunk, after_us, to_us)
        if len(counting):
            found.add(slot, chunk, counting)
    return joined_positions([tail, found.table()])


@dataclass
class _Gathered:
    """Rows taken out of many chunks, made into positions many at once: that is the dear part of a small chunk."""

    slots: list[int] = field(default_factory=list)
    raws: list[int] = field(default_factory=list)
    wholes: list[I64] = field(default_factory=list)
    tables: list[PositionTable] = field(default_factory=list)

    def add(self, slot: int, chunk: Unpacked, rows: Rows) -> None:
        self.slots.append(slot)
        self.raws.append(chunk.raw)
        self.wholes.append(chunk.wholes[:, rows])
        if len(self.wholes) == _CHUNKS_AT_ONCE:
            self._make()

    def table(self) -> PositionTable:
        if self.wholes:
            self._make()
        return joined_positions(self.tables)

    def _make(self) -> None:
        counts = np.array([part.shape[1] for part in self.wholes])
        slots = np.repeat(np.array(self.slots, np.int32), counts)
        raws = np.repeat(np.array(self.raws, np.uint8), counts)
        self.tables.append(table_of(slots, raws, np.concatenate(self.wholes, axis=1)))
        self.slots, self.raws, self.wholes = [], [], []


def _newest(
    connection: apsw.Connection, asked: Asked, slot: int, at_us: int, least_us: int
) -> tuple[Unpacked, Rows] | None:
    """Return a unit's newest row that counts at ``at_us``, if one was observed after ``least_us``."""
    best = None
    bodies = [(at_us, body) for (body,) in connection.execute(_STRADDLING, (slot, at_us, at_us))]
    for chunks in (bodies, connection.execute(_BEFORE, (slot, at_us))):
        for last_us, body in chunks:
            if last_us <= least_us:
                break
            chunk = unpacked(body)
            rows = asked.counting(chunk, NEVER_US, at_us)[-1:]  # a chunk's rows are in observed order
            if len(rows) and chunk.observed_us[rows[0]] > least_us:
                best, least_us = (chunk, rows), int(chunk.observed_us[rows[0]])
    return best


def _steps(since_us: I64, instants_us: I64) -> I64:
    steps: I64 = np.searchsorted(instants_us, since_us, side="left").astype(np.int64) - 1
    return steps


def _last_of_each(slot: npt.NDArray[np.integer], steps: I64, observed_us: I64) -> Rows:
    """Return the row observed last of each slot and step, by slot and step."""
    order: Rows = np.lexsort((observed_us, steps, slot))
    if not len(order):
        return order
    last = np.append((np.diff(slot[order]) != 0) | (np.diff(steps[order]) != 0), True)
    rows: Rows = order[last]
    return rows
