"""Many units' days as columns, fed to an engine a block at a time: for figures that need a million fixes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine import Past
from app.model.entry import Entry, Reports
from app.model.identity import Profile, Unit
from app.model.label import Label, Marking
from app.model.report import Batch, Positions, ReportBlock
from tests.engine.world import START_US, World

Floats = NDArray[np.floating]
Numbers = NDArray[np.int64]
METRES_A_DEGREE = 111_200.0
"""Of latitude, and of longitude at the equator: good enough to place simulated units."""


@dataclass(frozen=True)
class Days:
    """Fixes of all units, one row a unit and one column an instant: seconds, metres east and north of 0, 0, metres."""

    second: Floats
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats
    platform: Sequence[str]
    speed_m_s: Floats | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.east_m.shape[0], self.east_m.shape[1]


class FleetWorld(World):
    """A world whose past is looked up in the days themselves: entries hold fixes of them alone, each of them once."""

    def __init__(self, document: bytes, days: Days) -> None:
        self.days = days
        units, fixes = days.shape
        super().__init__(document)
        marking = self.registry.markings.number(Marking(("ARG",), Label()))
        profiles = [
            self.registry.profiles.number(Profile(None, None, platform, "north", "hae", marking))
            for platform in days.platform
        ]
        slots = [self.registry.units.number(Unit("ARG", f"unit-{unit}")) for unit in range(units)]
        assert slots == list(range(units)), "a unit's row is its slot"
        self._profile = np.repeat(np.array(profiles, np.int32), fixes)
        self._slot = np.repeat(np.arange(units, dtype=np.int32), fixes)
        second = np.broadcast_to(days.second, (units, fixes)).ravel()
        self._observed_us = START_US + np.rint(second * 1e6).astype(np.int64)
        self._lon_e7, self._lat_e7 = (
            np.rint(metres.ravel() / METRES_A_DEGREE * 1e7).astype(np.int32) for metres in (days.east_m, days.north_m)
        )
        self._accuracy_m = np.broadcast_to(days.accuracy_m, (units, fixes)).ravel().astype(np.float64)
        given = np.full((units, fixes), np.nan) if days.speed_m_s is None else days.speed_m_s
        self._speed_m_s = np.broadcast_to(given, (units, fixes)).ravel().astype(np.float64)
        self._seq = np.zeros(units * fixes, np.int64)
        self._index = np.zeros(units * fixes, np.int64)

    def give(self, rows: Numbers) -> None:
        """Push the fixes of ``rows`` (unit × fixes + fix), in that order, as one entry."""
        seq, n = len(self.entries) + 1, len(rows)
        self._seq[rows], self._index[rows] = seq, np.arange(n)
        entry = Entry(seq, START_US, Reports(self._block(rows, [Batch(n, "key", "ARG", "positions", START_US, b"")])))
        self.entries.append(Entry(seq, START_US, Reports(self._block(rows[:0], []))))
        self.step(entry)

    def places(self, rows: Numbers) -> set[tuple[int, int]]:
        """Return the places in the journal of fixes that have been given: entry and row of it."""
        return set(zip(self._seq[rows].tolist(), self._index[rows].tolist(), strict=True))

    def _block(self, rows: Numbers, batches: Sequence[Batch]) -> ReportBlock:
        n = len(rows)
        nan = np.full(n, np.nan)
        return ReportBlock(
            slot=self._slot[rows],
            observed_us=self._observed_us[rows],
            lon_e7=self._lon_e7[rows],
            lat_e7=self._lat_e7[rows],
            altitude_m=nan,
            accuracy_m=self._accuracy_m[rows],
            speed_m_s=self._speed_m_s[rows],
            course_deg=nan,
            profile=self._profile[rows],
            flags=np.zeros(n, np.uint8),
            extra=np.full(n, -1, np.int32),
            batches=batches,
        )

    def _past(self, entry: Entry) -> Past:
        positions = {}
        fixes = self.days.shape[1]
        for slot, after_us in self.engine.needs(entry).positions.items():
            rows = np.arange(slot * fixes, (slot + 1) * fixes)
            stored = (self._seq[rows] > 0) & (self._seq[rows] < entry.seq) & (self._observed_us[rows] > after_us)
            rows = rows[stored]
            if len(rows):
                received_us = np.full(len(rows), START_US, np.int64)
                positions[slot] = Positions(self._block(rows, []), self._seq[rows], self._index[rows], received_us)
        return Past(positions)


def batches_of(days: Days, at_once: int, late: Mapping[int, int] | None = None) -> Iterator[Numbers]:
    """Give the rows of ``days`` by instants, ``at_once`` instants of all units a batch.

    ``late``: row → how many batches later it is given.
    """
    units, fixes = days.shape
    delayed = late or {}
    waiting: dict[int, list[int]] = {}
    count = -(-fixes // at_once)
    for number in range(count):
        instants = np.arange(number * at_once, min((number + 1) * at_once, fixes))
        rows = (np.arange(units)[:, None] * fixes + instants[None, :]).ravel()
        if delayed:
            for row in np.intersect1d(rows, np.fromiter(delayed, np.int64, len(delayed))).tolist():
                waiting.setdefault(number + delayed[row], []).append(row)
            rows = rows[~np.isin(rows, np.fromiter(delayed, np.int64, len(delayed)))]
        rows = np.concatenate([rows, np.array(waiting.pop(number, []), np.int64)])
        if len(rows):
            yield rows
    for _, left in sorted(waiting.items()):
        yield np.array(left, np.int64)


def noise(rng: np.random.Generator, shape: tuple[int, int], sigma_m: Floats, step_s: float, memory_s: float) -> Floats:
    """Gaussian noise of ``sigma_m`` (by unit): white for a memory of 0, else an AR(1) that forgets in ``memory_s``."""
    white = rng.standard_normal(shape)
    if memory_s > 0:
        keeps = np.exp(-step_s / memory_s)
        fresh = np.sqrt(1 - keeps**2)
        for at in range(1, shape[1]):
            white[:, at] = keeps * white[:, at - 1] + fresh * white[:, at]
    return white * sigma_m[:, None]
