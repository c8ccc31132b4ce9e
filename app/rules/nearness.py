"""The fixes of a step as columns, and how near they come to the edges: worked out in vectors, ahead of need."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from app.model.report import F64, I32, I64
from app.rules.rule import PositionRef
from app.rules.rulebook import Rulebook
from app.rules.side import TOO_INACCURATE_M, K

_RUN = 32
"""Distances worked out at once when one is asked for: a track that is near an edge mostly stays so for a while."""


class Head(msgspec.Struct, frozen=True):
    """The newest fix of a track, from which its next leg starts, and the situation it was judged in."""

    lon_e7: int
    lat_e7: int
    observed_us: int
    accuracy_m: float | None
    plausible: bool
    profile: int
    ref: PositionRef
    situation: int


@dataclass(frozen=True, slots=True)
class Fixes:
    """Fixes of one track in observed order: columns of equal length, whole 1e-7 degrees, µs, metres (NaN: none)."""

    lon_e7: I64
    lat_e7: I64
    observed_us: I64
    accuracy_m: F64
    plausible: npt.NDArray[np.bool_]
    profile: I32
    seq: I64
    index: I64
    situation: I32

    def __len__(self) -> int:
        return len(self.observed_us)

    def part(self, which: slice | npt.NDArray[np.bool_]) -> "Fixes":
        """Return the fixes that ``which`` picks."""
        return Fixes(*(getattr(self, name)[which] for name in Fixes.__slots__))

    def head(self, row: int) -> Head:
        """Return fix ``row`` as a head."""
        return Head(
            lon_e7=int(self.lon_e7[row]),
            lat_e7=int(self.lat_e7[row]),
            observed_us=int(self.observed_us[row]),
            accuracy_m=optional(self.accuracy_m[row]),
            plausible=bool(self.plausible[row]),
            profile=int(self.profile[row]),
            ref=(int(self.seq[row]), int(self.index[row])),
            situation=int(self.situation[row]),
        )


class Nearness:
    """Which legs may meet which geometry, and how far fixes are from edges.

    ``before`` is the fix that each leg comes from; ``has_leg`` is False where a track begins, and what ``before``
    says of that row is not looked at.
    """

    def __init__(self, rulebook: Rulebook, fixes: Fixes, before: Fixes, has_leg: npt.NDArray[np.bool_]) -> None:
        self.fixes = fixes
        self._rulebook = rulebook
        legs = np.flatnonzero(has_leg)
        leg, geometry = rulebook.index.touching(
            before.lon_e7[legs], before.lat_e7[legs], fixes.lon_e7[legs], fixes.lat_e7[legs]
        )
        self.touching: dict[int, list[int]] = {}
        """Geometries that the leg to a row may meet."""
        for row, met in zip(legs[leg].tolist(), geometry.tolist(), strict=True):
            self.touching.setdefault(row, []).append(met)
        turns = np.flatnonzero(~has_leg | (fixes.situation != before.situation))
        self.turns = frozenset(turns.tolist())
        """Rows from which other instances judge than before."""
        self._marks = sorted(self.turns | self.touching.keys())
        self._near_turn = self._not_far(turns)
        self._distances_m: dict[int, F64] = {}

    def marks(self, start: int, stop: int) -> Sequence[int]:
        """Return the rows of ``start`` … ``stop`` whose leg or situation may change a quiet state, ascending."""
        return self._marks[bisect_left(self._marks, start) : bisect_left(self._marks, stop)]

    def is_far(self, geometry: int, row: int) -> bool:
        """Whether the fix of a turn alone confirms, beyond every margin, that it is outside the geometry's bounds."""
        return geometry not in self._near_turn.get(row, ())

    def prepare(self, geometry: int, rows: I64) -> None:
        """Work out the distances of ``rows`` to a geometry in one go."""
        column = self._column(geometry)
        column[rows] = self._rulebook.geometries[geometry].distance_m(self.fixes.lon_e7[rows], self.fixes.lat_e7[rows])

    def distance_m(self, geometry: int, row: int, stop: int) -> float:
        """Return the distance of ``row``; the rows after it, before ``stop``, are likely asked for next."""
        column = self._column(geometry)
        if np.isnan(column[row]):
            run = np.arange(row, min(row + _RUN, stop))
            self.prepare(geometry, run)
        return float(column[row])

    def _column(self, geometry: int) -> F64:
        column = self._distances_m.get(geometry)
        if column is None:
            column = self._distances_m[geometry] = np.full(len(self.fixes), np.nan)
        return column

    def _not_far(self, rows: npt.NDArray[np.intp]) -> dict[int, set[int]]:
        """Return, for each of ``rows``, the geometries that need a closer look than their bounding box."""
        near: dict[int, set[int]] = {}
        if not len(rows):
            return near
        accuracy_m = np.nan_to_num(self.fixes.accuracy_m[rows])
        doubtful = ~self.fixes.plausible[rows] | (accuracy_m > TOO_INACCURATE_M)
        for geometry, numbers in enumerate(self._rulebook.instances_of):
            margin_m = max(self._rulebook.instances[number].spec.margin_m for number in numbers)
            low_m = min(self._rulebook.instances[number].spec.margin_m for number in numbers)
            apart_m = self._rulebook.index.lower_bound_m(
                np.full(len(rows), geometry), self.fixes.lon_e7[rows], self.fixes.lat_e7[rows]
            )
            unsure = doubtful | (apart_m <= np.maximum(margin_m, K * accuracy_m)) | (K * accuracy_m > low_m)
            for row in rows[unsure].tolist():
                near.setdefault(row, set()).add(geometry)
        return near


def optional(value: np.float64) -> float | None:
    """Return a column's value as a number, or None for NaN."""
    return None if np.isnan(value) else float(value)
