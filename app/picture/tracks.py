"""The tracks as a structure of arrays: one row a track and audience. Holds no geometry and no rules.

A unit whose reports all carry one marking has one row. Where a unit's reports carry several, each marking has a row
with the newest report so marked, so that a reader sees the newest he may see and nothing of the others.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.model.identity import Registry
from app.model.report import DRONE, I64, U8, ReportBlock
from app.model.silence import limits_us
from app.picture.freshness import LIVE, LOST, NEVER_US, STALE, statuses

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("slot", "i4"),
    ("marking", "i4"),
    ("observed_us", "i8"),
    ("received_us", "i8"),
    ("lon_e7", "i4"),
    ("lat_e7", "i4"),
    ("altitude_m", "f4"),
    ("accuracy_m", "f4"),
    ("speed_m_s", "f4"),
    ("course_deg", "f4"),
    ("profile", "i4"),
    ("flags", "u1"),
    ("status", "u1"),
    ("stale_us", "i8"),
    ("lost_us", "i8"),
    ("changed", "i8"),
)
IMPLAUSIBLE = 32
"""Flag of a track row: its newest fix could not be believed."""
STUCK = 64
"""Flag of a track row, besides ``IMPLAUSIBLE``: its receiver is frozen, repeating one place while it tells a speed."""


@dataclass
class Tracks:
    """All tracks. Rows ``0 … size-1`` of every column are in use; ``version`` grows with each step that changed any.

    ``stale_us`` and ``lost_us`` are instants at which the row's status falls due; ``changed`` is the version that
    last changed the row, and ``recast`` the one that last changed more of it than its motion: who it is, or what its
    newest report says of a drone. It is not kept with the others: who comes after a restart is told all.
    """

    registry: Registry

    def __post_init__(self) -> None:
        self.size = 0
        self.version = 0
        self.slot = np.empty(0, np.int32)
        self.marking = np.empty(0, np.int32)
        self.observed_us = np.empty(0, np.int64)
        self.received_us = np.empty(0, np.int64)
        self.lon_e7 = np.empty(0, np.int32)
        self.lat_e7 = np.empty(0, np.int32)
        self.altitude_m = np.empty(0, np.float32)
        self.accuracy_m = np.empty(0, np.float32)
        self.speed_m_s = np.empty(0, np.float32)
        self.course_deg = np.empty(0, np.float32)
        self.profile = np.empty(0, np.int32)
        self.flags = np.empty(0, np.uint8)
        self.status = np.empty(0, np.uint8)
        self.stale_us = np.empty(0, np.int64)
        self.lost_us = np.empty(0, np.int64)
        self.changed = np.empty(0, np.int64)
        self.recast = np.empty(0, np.int64)
        self.drones: dict[int, bytes] = {}
        """By row: the seldom fields of its newest report as JSON, where it came over the drones call and has any."""
        self._row_of = np.empty(0, np.int32)  # slot → its row, or -1, or MIXED
        self._mixed: dict[int, dict[int, int]] = {}  # slot → marking → row, where a slot has several
        self._profile_marking = np.empty(0, np.int32)
        self._profile_stale_us = np.empty(0, np.int64)
        self._profile_lost_us = np.empty(0, np.int64)

    def apply(self, block: ReportBlock, fresh: Rows, received_us: I64, doubts: U8, now_us: int) -> None:
        """Move the tracks to the reports ``fresh`` of ``block``; each row's status is taken at ``now_us``.

        ``fresh`` indexes reports newer than all their unit told before, each unit's in observed order.
        ``received_us`` and ``doubts`` (flags, as ``IMPLAUSIBLE``) have a value for every report of the block.
        """
        if not len(fresh):
            return
        self.version += 1
        self._learn_profiles()
        marking = self._profile_marking.take(block.profile[fresh])
        rows = self._rows_for(block.slot[fresh], marking)
        newest = _last_of_each(rows, self.size)  # of equal rows the last one is the newest
        rows, take = rows[newest], fresh[newest]
        self.observed_us[rows] = block.observed_us[take]
        self.received_us[rows] = received_us[take]
        self.lon_e7[rows] = block.lon_e7[take]
        self.lat_e7[rows] = block.lat_e7[take]
        self.altitude_m[rows] = block.altitude_m[take]
        self.accuracy_m[rows] = block.accuracy_m[take]
        self.speed_m_s[rows] = block.speed_m_s[take]
        self.course_deg[rows] = block.course_deg[take]
        profile = block.profile[take]
        self.recast[rows[self.profile[rows] != profile]] = self.version
        self.profile[rows] = profile
        self.flags[rows] = block.flags[take] | doubts[take]
        self.stale_us[rows] = self.observed_us[rows] + self._profile_stale_us.take(profile)
        self.lost_us[rows] = self.observed_us[rows] + self._profile_lost_us.take(profile)
        self._age(rows, now_us)
        self.changed[rows] = self.version
        self._look_at_drones(block, rows, take)

    def _look_at_drones(self, block: ReportBlock, rows: Rows, take: Rows) -> None:
        told = (block.extra[take] >= 0) & ((block.flags[take] & DRONE) != 0)
        self.recast[rows[told]] = self.version
        if self.drones:
            for row in self.drones.keys() & set(rows[~told].tolist()):
                del self.drones[row]
                self.recast[row] = self.version
        for row, extra in zip(rows[told].tolist(), block.extra[take[told]].tolist(), strict=True):
            self.drones[row] = block.extras[extra]

    def tick(self, now_us: int) -> None:
        """Let the clock turn statuses that are due at ``now_us``."""
        n = self.size
        due = np.flatnonzero(
            ((self.status[:n] == LIVE) & (self.stale_us[:n] <= now_us))
            | ((self.status[:n] == STALE) & (self.lost_us[:n] <= now_us))
        )
        if len(due):
            self.version += 1
            self._age(due, now_us)
            self.changed[due] = self.version

    def next_due_us(self) -> int:
        """Return the earliest instant at which some status falls due, or ``NEVER_US``."""
        n = self.size
        status = self.status[:n]
        due = np.where(status == LIVE, self.stale_us[:n], np.where(status == STALE, self.lost_us[:n], NEVER_US))
        return int(due.min(initial=NEVER_US))

    def visible(self, allowed: Mask) -> Rows:
        """Return the rows a reader sees: of each unit the newest whose marking is allowed.

        ``allowed`` is indexed by marking number, for all markings of the registry.
        """
        seen = allowed[self.marking[: self.size]]
        for rows in self._mixed.values():
            mine = [row for marking, row in rows.items() if allowed[marking]]
            if len(mine) > 1:
                newest = max(mine, key=lambda row: (self.observed_us[row], row))
                seen[[row for row in mine if row != newest]] = False
        return np.flatnonzero(seen)

    def row_of(self, slot: int, allowed: Mask) -> int | None:
        """Return the row a reader sees of the unit ``slot``, or None."""
        if slot >= len(self._row_of) or self._row_of[slot] < 0:
            return None
        mine = [row for marking, row in self._mixed.get(slot, {}).items() if allowed[marking]]
        if slot not in self._mixed:
            row = int(self._row_of[slot])
            return row if allowed[self.marking[row]] else None
        return max(mine, key=lambda row: (self.observed_us[row], row), default=None)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the rows in use, by column: what ``restore`` takes."""
        return {name: getattr(self, name)[: self.size] for name, _ in _COLUMNS}

    def restore(self, columns: dict[str, npt.NDArray[Any]], drones: dict[int, bytes], version: int) -> None:
        """Take over the rows that ``columns`` gave, and ``drones``."""
        self.drones = drones
        for name, column in columns.items():
            setattr(self, name, column)
        self.size, self.version = len(self.slot), version
        self.recast = np.full(self.size, version, np.int64)
        self._row_of = np.full(int(self.slot.max(initial=-1)) + 1, -1, np.int32)
        for row, (slot, marking) in enumerate(zip(self.slot.tolist(), self.marking.tolist(), strict=True)):
            if self._row_of[slot] < 0:
                self._row_of[slot] = row
            else:
                first = int(self._row_of[slot])
                self._mixed.setdefault(slot, {int(self.marking[first]): first})[marking] = row

    def _age(self, rows: Rows, now_us: int) -> None:
        observed = self.observed_us[rows]
        self.status[rows] = statuses(now_us - observed, self.stale_us[rows] - observed, self.lost_us[rows] - observed)

    def _learn_profiles(self) -> None:
        known = len(self._profile_marking)
        fresh = self.registry.profiles.since(known)
        if fresh:
            limits = [limits_us(profile) for profile in fresh]
            self._profile_marking = np.append(self._profile_marking, np.array([p.marking for p in fresh], np.int32))
            self._profile_stale_us = np.append(self._profile_stale_us, np.array([s for s, _ in limits], np.int64))
            self._profile_lost_us = np.append(self._profile_lost_us, np.array([lost for _, lost in limits], np.int64))

    def _rows_for(self, slots: npt.NDArray[np.int32], markings: npt.NDArray[np.int32]) -> Rows:
        top = int(slots.max()) + 1
        if top > len(self._row_of):
            grown = np.full(max(top, 2 * len(self._row_of), 64), -1, np.int32)
            grown[: len(self._row_of)] = self._row_of
            self._row_of = grown
        rows = self._row_of.take(slots).astype(np.intp)
        known = rows >= 0
        known[known] = self.marking[rows[known]] == markings[known]
        for i in np.flatnonzero(~known):  # a new unit, or one that has more than one marking
            rows[i] = self._row(int(slots[i]), int(markings[i]))
        return rows

    def _row(self, slot: int, marking: int) -> int:
        first = int(self._row_of[slot])
        if first < 0:
            self._row_of[slot] = row = self._new_row(slot, marking)
            return row
        rows = self._mixed.get(slot) or {int(self.marking[first]): first}
        if marking not in rows:
            rows[marking] = self._new_row(slot, marking)
            self._mixed[slot] = rows
        return rows[marking]

    def _new_row(self, slot: int, marking: int) -> int:
        row = self.size
        if row == len(self.slot):
            for name in (*(name for name, _ in _COLUMNS), "recast"):
                old = getattr(self, name)
                grown = np.zeros(max(64, 2 * len(old)), old.dtype)
                grown[: len(old)] = old
                setattr(self, name, grown)
        self.size += 1
        self.slot[row], self.marking[row], self.status[row] = slot, marking, LOST
        self.profile[row] = -1  # none yet, so that its first is a new one
        return row


def _last_of_each(rows: Rows, size: int) -> Rows:
    """Return, for each distinct value of ``rows``, the index of its last occurrence."""
    last = np.full(size, -1, np.intp)
    last[rows] = np.arange(len(rows))  # numpy keeps the last of repeated assignments
    return last[last >= 0] if len(rows) * 4 > size else np.unique(last[rows])
