"""The fixes of a step as columns, and how near they come to the edges: worked out in vectors, ahead of need."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from app.geo.grid import distinct
from app.model.report import F64, I32, I64
from app.rules.ahead import Ahead, courses_ahead
from app.rules.rule import Course, PositionRef
from app.rules.rulebook import Rulebook
from app.rules.side import TOO_INACCURATE_M, K

Rows = npt.NDArray[np.intp]

_RUN = 32
"""Distances worked out at once when one is asked for: a track that is near an edge mostly stays so for a while."""
_PAIRS = 500_000
"""So many pairs of a fix and a geometry are looked at in one go: a bound on memory."""


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
    altitude_m: float | None = None
    speed_m_s: float | None = None
    course_deg: float | None = None
    stuck: int = 0


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
    situation: I64
    altitude_m: F64
    speed_m_s: F64
    course_deg: F64
    stuck: I64
    """How many fixes in a row, up to it, repeat one place and say that they move: see ``plausibility.stuck``."""

    def __len__(self) -> int:
        return len(self.observed_us)

    def part(self, which: slice | npt.NDArray[np.bool_]) -> "Fixes":
        """Return the fixes that ``which`` picks."""
        return Fixes(*(getattr(self, name)[which] for name in Fixes.__slots__))

    def head(self, row: int) -> Head:
        """Return fix ``row`` as a head."""
        return Head(
            lon_e7=self.lon_e7.item(row),
            lat_e7=self.lat_e7.item(row),
            observed_us=self.observed_us.item(row),
            accuracy_m=optional(self.accuracy_m.item(row)),
            plausible=self.plausible.item(row),
            profile=self.profile.item(row),
            ref=(self.seq.item(row), self.index.item(row)),
            situation=self.situation.item(row),
            altitude_m=optional(self.altitude_m.item(row)),
            speed_m_s=optional(self.speed_m_s.item(row)),
            course_deg=optional(self.course_deg.item(row)),
            stuck=self.stuck.item(row),
        )


class Nearness:
    """Which legs may meet which geometry, and how far fixes are from edges.

    ``before`` is the fix that each leg comes from; ``has_leg`` is False where a track begins, and what ``before``
    says of that row is not looked at. ``origins`` are those of the tracks in the table: see ``origins_of``.

    A *pair* of a geometry and a row is the number geometry · rows + row. The distances of the ``asked`` pairs, and of
    all that a leg may meet, are worked out at once; without ``asked`` those are left until somebody needs them.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        fixes: Fixes,
        before: Fixes,
        has_leg: npt.NDArray[np.bool_],
        origins: Mapping[int, Head],
        asked: Rows | None = None,
    ) -> None:
        self.fixes = fixes
        self.origins = origins
        self._rulebook = rulebook
        self._metres: dict[int, float] = {}
        """Distances by pair."""
        legs = np.flatnonzero(has_leg)
        leg, met = rulebook.index.touching(
            before.lon_e7[legs], before.lat_e7[legs], fixes.lon_e7[legs], fixes.lat_e7[legs]
        )
        self.touching: dict[int, list[int]] = {}
        """Geometries that the leg to a row may meet."""
        for row, geometry in zip(legs[leg].tolist(), met.tolist(), strict=True):
            self.touching.setdefault(row, []).append(geometry)
        self.chords = self._met_by_chords()
        """Geometries that the chord to a row may meet; they are among those of ``touching`` too."""
        turned = ~has_leg | (fixes.situation != before.situation)
        turns = np.flatnonzero(turned)
        self.turns = frozenset(turns.tolist())
        """Rows from which other instances judge than before."""
        self.silence_us = fixes.observed_us - before.observed_us
        self.stirring = turned | (fixes.profile != before.profile) | ~fixes.plausible
        """Rows that a resting state must be asked about, whatever the silence before them."""
        self._far: tuple[int, npt.NDArray[np.bool_]] | None = None
        self._beginning = self._not_far(turns)
        if asked is not None:
            asked = np.concatenate((asked, met * len(fixes) + legs[leg]))
        self.courses = self._closing(before, courses_ahead(rulebook, fixes, before, legs), asked)
        """The courses of rows that lead towards a geometry which some rule that looks ahead judges by."""
        self._marks = sorted(self._beginning.keys() | self.touching.keys() | self.courses.keys())

    def marks(self, start: int, stop: int) -> Sequence[int]:
        """Return the rows of ``start`` … ``stop`` at which a quiet state may change, ascending.

        A turn whose fix is far outside everything that judges it from there on is none of them.
        """
        return self._marks[bisect_left(self._marks, start) : bisect_left(self._marks, stop)]

    def marked(self) -> npt.NDArray[np.bool_]:
        """Return, by row, whether it is one of the marks."""
        mask = np.zeros(len(self.fixes), np.bool_)
        mask[self._marks] = True
        return mask

    def _met_by_chords(self) -> dict[int, list[int]]:
        rows = np.array([row for row in self.origins if self.fixes.plausible[row]], np.intp)
        if not len(rows):
            return {}
        begun = [self.origins[row] for row in rows.tolist()]
        lon_e7, lat_e7 = (np.array(column) for column in zip(*((it.lon_e7, it.lat_e7) for it in begun), strict=True))
        chord, geometry = self._rulebook.index.touching(
            lon_e7, lat_e7, self.fixes.lon_e7[rows], self.fixes.lat_e7[rows]
        )
        chords: dict[int, list[int]] = {}
        for row, met in zip(rows[chord].tolist(), geometry.tolist(), strict=True):
            chords.setdefault(row, []).append(met)
            if met not in self.touching.setdefault(row, []):
                self.touching[row].append(met)
        return chords

    def rousing(self, start: int, stop: int, rests_us: int) -> Sequence[int]:
        """Return the rows at which a state that rests (see ``Pair.rests_us``) may change, but for its edge."""
        if stop - start == 1:  # mostly, and five times as fast
            is_roused = self.stirring.item(start) or self.silence_us.item(start) > rests_us
            return (start,) if is_roused else ()
        roused = self.stirring[start:stop] | (self.silence_us[start:stop] > rests_us)
        return [start + row for row in np.flatnonzero(roused).tolist()]

    def beginning(self, row: int) -> Sequence[int]:
        """Return the geometries that judge from this turn on and that its fix is not surely far outside of."""
        return self._beginning.get(row, ())

    def prepare(self, geometries: Iterable[int], row: int, stop: int) -> None:
        """Work out what is not known yet of the distances of ``row``, and of some rows after it before ``stop``.

        They are likely asked for next, and together cost little more than one.
        """
        size = len(self.fixes)
        missing = [geometry for geometry in geometries if geometry * size + row not in self._metres]
        if missing:
            rows = np.arange(row, min(row + _RUN, stop))
            self._measure(np.repeat(missing, len(rows)), np.tile(rows, len(missing)))

    def distance_m(self, geometry: int, row: int, stop: int) -> float:
        """Return the distance of ``row``; see ``prepare``."""
        pair = geometry * len(self.fixes) + row
        if pair not in self._metres:
            self.prepare((geometry,), row, stop)
        return self._metres[pair]

    def far(self, row: int) -> npt.NDArray[np.bool_]:
        """Return, by geometry, whether ``row`` is outside and farther from it than any rule's D, by a quick bound."""
        if self._far is None or self._far[0] != row:
            count = len(self._rulebook.geometries)
            geometry = np.arange(count)
            asked_m = np.maximum(self._rulebook.widest_m, K * np.nan_to_num(self.fixes.accuracy_m[row]))
            lon_e7, lat_e7 = (np.full(count, column[row]) for column in (self.fixes.lon_e7, self.fixes.lat_e7))
            self._far = row, self._rulebook.index.lower_bound_m(geometry, lon_e7, lat_e7) > asked_m
        return self._far[1]

    def _measure(self, geometry: Rows, row: Rows) -> F64:
        """Return, and keep, the distance of each row from its geometry."""
        metres = self._rulebook.spans.distance_m(geometry, self.fixes.lon_e7[row], self.fixes.lat_e7[row])
        self._metres.update(zip((geometry * len(self.fixes) + row).tolist(), metres.tolist(), strict=True))
        return metres

    def _closing(self, before: Fixes, ahead: Ahead, asked: Rows | None) -> dict[int, Course]:
        """Keep of the courses those to geometries that the fix is nearer to than the one before was.

        The distances of these, and of the pairs that are ``asked`` for too, are measured in one go.
        """
        row, geometry, size = ahead.row, ahead.geometry, len(self.fixes)
        here = geometry * size + row
        pairs = distinct(here if asked is None else np.concatenate((asked, here)))
        if not len(pairs):
            return {}
        asked_geometry, asked_row = np.divmod(pairs, size)
        metres = self._rulebook.spans.distance_m(
            np.concatenate((asked_geometry, geometry)),
            np.concatenate((self.fixes.lon_e7[asked_row], before.lon_e7[row])),
            np.concatenate((self.fixes.lat_e7[asked_row], before.lat_e7[row])),
        )
        self._metres.update(zip(pairs.tolist(), metres.tolist(), strict=False))
        nearer = metres[np.searchsorted(pairs, here)] < metres[len(pairs) :]
        towards: dict[int, list[int]] = {}
        for one, number in zip(row[nearer].tolist(), geometry[nearer].tolist(), strict=True):
            towards.setdefault(one, []).append(number)
        return {
            row: Course(ahead.speed_m_s.item(row), ahead.course_deg.item(row), ahead.derived.item(row), tuple(met))
            for row, met in towards.items()
        }

    def _not_far(self, rows: Rows) -> dict[int, list[int]]:
        """Return, for each of ``rows``, the geometries that need a rule's look."""
        near: dict[int, list[int]] = {}
        at_once = max(1, _PAIRS // max(1, len(self._rulebook.geometries)))
        for start in range(0, len(rows), at_once):
            some = rows[start : start + at_once]
            judging = self._rulebook.judging(self.fixes.situation[some])
            place, geometry = np.nonzero(judging)
            row = some[place]
            unsettled = self._unsettled(row, geometry)
            for one, number in zip(row[unsettled].tolist(), geometry[unsettled].tolist(), strict=True):
                near.setdefault(one, []).append(number)
        return near

    def _unsettled(self, row: Rows, geometry: Rows) -> npt.NDArray[np.bool_]:
        """Tell which of the pairs of a fix and a geometry need a rule's look.

        The others have a fix that by itself, and beyond every margin, confirms that it is outside.
        """
        fixes, book = self.fixes, self._rulebook
        lon_e7, lat_e7, accuracy_m = fixes.lon_e7[row], fixes.lat_e7[row], np.nan_to_num(fixes.accuracy_m[row])
        asked_m = np.maximum(book.widest_m[geometry], K * accuracy_m)
        doubtful = ~fixes.plausible[row] | (accuracy_m > TOO_INACCURATE_M)
        doubtful |= K * accuracy_m > book.narrowest_m[geometry]
        within = book.index.lower_bound_m(geometry, lon_e7, lat_e7) <= asked_m
        close = np.flatnonzero(within & ~doubtful)
        outside = self._measure(geometry[close], row[close]) >= asked_m[close]
        for number in sorted(set(geometry[close].tolist())):
            if book.geometries[number].is_zone:
                at = np.flatnonzero(geometry[close] == number)
                outside[at] &= ~book.geometries[number].inside(lon_e7[close[at]], lat_e7[close[at]])
        within[close] = ~outside
        unsettled: npt.NDArray[np.bool_] = doubtful | within
        return unsettled


def origins_of(
    head: Head | None, believed: Head | None, fixes: Fixes, start: int, stop: int
) -> tuple[dict[int, Head], Head | None]:
    """Return the origins of one track's rows ``start`` to ``stop``, and that of the row to come after them.

    The origin of a row whose fix before is not plausible is the last one that was: its chord begins there. Other rows
    have none. ``head`` is the fix before all of them (None: the track begins), ``believed`` the first row's origin.
    """
    before = head if head is None or head.plausible else believed
    origins: dict[int, Head] = {}
    if before is not head and before is not None:
        origins[start] = before
    for row in (start + np.flatnonzero(~fixes.plausible[start:stop])).tolist():
        if row > start:
            before = fixes.head(row - 1) if fixes.plausible[row - 1] else origins.get(row)
        if before is not None:
            origins[row + 1] = msgspec.structs.replace(before, situation=0)  # nobody asks for it
    return origins, origins.pop(stop, None)


def optional(value: float) -> float | None:
    """Return a column's value as a number, or None for NaN."""
    return float(value) if value == value else None
