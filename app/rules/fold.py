"""The fold of one track: its fixes in observed order, through every rule that judges it. Pure; knows no store."""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from app.geo.edges import Crossing
from app.geo.geodesy import geodesic_path
from app.model.identity import Interned, Profile
from app.model.report import E7
from app.rules.nearness import Head, Nearness
from app.rules.rule import Course, Finding, Fix, Leg, Pair
from app.rules.rulebook import Rulebook
from app.rules.side import TOO_INACCURATE_M

_MANY = 8
"""With more states than this to look at, those that the fix is far from are told by one bound on all distances."""


class TrackFold:
    """Takes the fixes of one track after ``head`` (None: the track begins) through the rulebook, changing ``pairs``.

    ``pairs`` holds the states that are not quiet, by instance number; while all of them rest, most fixes need no look.
    The track's fixes are the rows ``start`` to ``stop`` of ``near.fixes``. ``only`` limits the fold to some instances.
    An instance that was not in force at the head meets its first fix afresh.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        profiles: Interned[Profile],
        head: Head | None,
        pairs: dict[int, Pair],
        near: Nearness,
        start: int,
        stop: int,
        only: frozenset[int] | None = None,
    ) -> None:
        self._rulebook = rulebook
        self._profiles = profiles
        self._head = head
        self._pairs = pairs
        self._near = near
        self._fixes = near.fixes
        self._start = start
        self._stop = stop
        self._only = only
        self._found: dict[int, Finding] = {}
        self._heads: dict[int, Head] = {}
        self._marks = near.marks(start, stop)
        self._rouses: dict[int, Sequence[int]] = {}

    def run(self) -> list[Finding]:
        """Fold all fixes; return the findings that are new or changed, once each, in the order they were first met."""
        pairs, situation = self._pairs, self._fixes.situation
        row = self._start
        while row < self._stop:
            rousing, due = self._rousing(), self._due()
            if all(pair.rests_us for pair in pairs.values()):  # nothing to watch: on to where a state may change
                row = min(self._next(row, rousing), max(row, due))
                if row == self._stop:
                    break
            active = self._active(situation.item(row))
            began: frozenset[int] = frozenset()
            if row in self._near.turns:
                over = self._interrupted(active, row)
                self._leave([number for number in sorted(pairs) if number not in active or number in over], row)
                began = active.difference(self._active_before(row)) | over
                self._begin(began, row)
            near, course = self._near.touching.get(row, ()), self._near.courses.get(row)
            instances_of = self._rulebook.instances_of
            met = {n for geometry in near for n in instances_of[geometry] if n in active}
            if course is not None:
                ahead = self._rulebook.ahead
                met |= {n for geometry in course.towards for n in instances_of[geometry] if n in ahead and n in active}
            rouse = row >= due or _holds(rousing, row)
            awake = pairs.keys() if rouse else {n for n, pair in pairs.items() if not pair.rests_us}
            numbers = (met | awake) - began
            if numbers and (row > self._start or self._head is not None):
                self._step(sorted(numbers), row, near, course)
            row += 1
        return list(self._found.values())

    def _rousing(self) -> Sequence[int]:
        """Return the rows at which the pairs that rest must be asked, ascending."""
        rests_us = min((pair.rests_us for pair in self._pairs.values() if pair.rests_us), default=0)
        if not rests_us:
            return ()
        rows = self._rouses.get(rests_us)
        if rows is None:
            rows = self._rouses[rests_us] = self._near.rousing(self._start, self._stop, rests_us)
        return rows

    def _due(self) -> int:
        """Return the row from which on the pairs that rest must be asked; that may lie before the present one."""
        until_us = min((pair.until_us for pair in self._pairs.values() if pair.until_us), default=0)
        if not until_us:
            return self._stop
        if self._fixes.observed_us.item(self._start) >= until_us:
            return self._start
        return self._start + int(self._fixes.observed_us[self._start : self._stop].searchsorted(until_us))

    def _next(self, row: int, rousing: Sequence[int]) -> int:
        """Return the next row, from ``row`` on, at which a state that is quiet or rests may change; else the end."""
        found = self._stop
        for rows in (self._marks, rousing):
            at = bisect_left(rows, row)
            found = min(found, rows[at]) if at < len(rows) else found
        return found

    def _active(self, situation: int) -> frozenset[int]:
        active = self._rulebook.active(situation)
        return active if self._only is None else active & self._only

    def _active_before(self, row: int) -> frozenset[int]:
        if row > self._start:
            return self._active(self._fixes.situation.item(row - 1))
        return frozenset() if self._head is None else self._active(self._head.situation)

    def _interrupted(self, active: frozenset[int], row: int) -> frozenset[int]:
        """Return the instances that judged the fix before and judge this one, but in another window."""
        before_us = self._before_us(row)
        if before_us is None:
            return frozenset()
        both = active & self._active_before(row)
        return self._rulebook.interrupted(both, before_us, self._fixes.observed_us.item(row))

    def _before_us(self, row: int) -> int | None:
        if row > self._start:
            return self._fixes.observed_us.item(row - 1)
        return None if self._head is None else self._head.observed_us

    def _begin(self, began: frozenset[int], row: int) -> None:
        near = self._near.beginning(row)
        numbers = sorted(n for geometry in near for n in self._rulebook.instances_of[geometry] if n in began)
        if not numbers:
            return
        here = self._head_at(row)
        lon_e7, lat_e7 = self._fixes.lon_e7[row : row + 1], self._fixes.lat_e7[row : row + 1]
        far = self._near.far(row).tolist() if len(numbers) > _MANY else ()
        away = self._fix(here, row, None) if far else None
        seen: dict[int, tuple[Fix, bool]] = {}
        """By geometry: the fix as seen from it, and whether inside."""
        for number in numbers:
            geometry = self._rulebook.instances[number].geometry
            if away is not None and far[geometry]:
                self._keep(number, *self._rulebook.rules[number].begin(away, False))
                continue
            if geometry not in seen:
                edges = self._rulebook.geometries[geometry]
                inside = edges.is_zone and bool(edges.inside(lon_e7, lat_e7)[0])
                seen[geometry] = self._fix(here, row, geometry), inside
            self._keep(number, *self._rulebook.rules[number].begin(*seen[geometry]))

    def _step(self, numbers: Sequence[int], row: int, near: Sequence[int], course: Course | None) -> None:
        head = self._head_at(row - 1) if row > self._start else self._head
        assert head is not None, "a first fix has no leg to step over"
        here = self._head_at(row)
        party = self._profiles[here.profile].party
        origin = self._near.origins.get(row)
        if len(numbers) > _MANY:
            numbers = self._step_away(numbers, row, near, course)
        instances, towards = self._rulebook.instances, () if course is None else course.towards
        path = geodesic_path(head.lon_e7, head.lat_e7, here.lon_e7, here.lat_e7) if near else None
        plain: Leg | None = None
        seen: dict[int, tuple[Leg, Fix]] = {}
        """By geometry: the leg and the fix, which all rules on it share."""
        self._near.prepare({instances[number].geometry for number in numbers}, row, self._stop)
        for number in numbers:
            geometry = instances[number].geometry
            if geometry not in seen:
                way = course if geometry in towards else None
                chord = None if origin is None else self._chord(origin, here, row, geometry)
                if path is not None and geometry in near:
                    crossings = self._rulebook.geometries[geometry].crossings(path)
                    leg = self._leg(head, here, path, crossings, way, chord)
                elif way is not None or chord is not None:
                    leg = self._leg(head, here, None, (), way, chord)
                else:
                    leg = plain = plain or self._leg(head, here, None, (), None)
                seen[geometry] = leg, self._fix(here, row, geometry)
            leg, fix = seen[geometry]
            pair = self._pairs.get(number)
            if pair is None:
                met = leg.crossings or leg.course is not None or (leg.chord is not None and leg.chord.crossings)
                if not met:
                    continue
                pair = Pair(settled=True)
            self._keep(number, pair, self._rulebook.rules[number].step(pair, leg, fix, party))

    def _step_away(
        self, numbers: Sequence[int], row: int, near: Sequence[int], course: Course | None
    ) -> Sequence[int]:  # fmt: skip
        """Step over the states of a track far outside, all alike; return the numbers that need a look of their own.

        A device that tells a large accuracy must be seen twice before it is settled outside of anything: without this
        its first fixes would be measured against each feature of the mission, one by one.
        """
        head = self._head_at(row - 1) if row > self._start else self._head
        assert head is not None, "a first fix has no leg to step over"
        here, far = self._head_at(row), self._near.far(row).tolist()
        leg, fix = self._leg(head, here, None, (), None), self._fix(here, row, None)
        party = self._profiles[here.profile].party
        left: list[int] = []
        for number in numbers:
            geometry, pair = self._rulebook.instances[number].geometry, self._pairs.get(number)
            met = geometry in near or (course is not None and geometry in course.towards)
            if pair is None or met or not far[geometry] or not pair.outside():
                left.append(number)
            else:
                self._keep(number, pair, self._rulebook.rules[number].step(pair, leg, fix, party))
        return left

    def _chord(self, origin: Head, here: Head, row: int, geometry: int) -> Leg:
        """Return the way to fix ``row`` from the last plausible fix, which is not the one before."""
        path: npt.NDArray[np.int64] | None = None
        crossings: Sequence[Crossing] = ()
        if geometry in self._near.chords.get(row, ()):
            path = geodesic_path(origin.lon_e7, origin.lat_e7, here.lon_e7, here.lat_e7)
            crossings = self._rulebook.geometries[geometry].crossings(path)
        return self._leg(origin, here, path, crossings, None)

    def _leg(
        self, head: Head, here: Head, path: npt.NDArray[np.int64] | None, crossings: Sequence[Crossing],
        course: Course | None, chord: Leg | None = None,
    ) -> Leg:  # fmt: skip
        return Leg(
            start_us=head.observed_us,
            start_ref=head.ref,
            start_profile=head.profile,
            path=path,
            crossings=crossings,
            believed=_believable(head) and _believable(here),
            start_lon_e7=head.lon_e7,
            start_lat_e7=head.lat_e7,
            start_altitude_m=head.altitude_m,
            start_altitude_ref=self._profiles[head.profile].altitude_ref,
            start_believed=_believable(head),
            course=course,
            chord=chord,
        )

    def _leave(self, numbers: Sequence[int], row: int) -> None:
        now_us, before_us = self._fixes.observed_us.item(row), self._before_us(row)
        for number in numbers:
            pair, ends_us = self._pairs.pop(number), None
            if before_us is not None:
                ends_us = self._rulebook.ends_between(self._rulebook.instances[number], before_us, now_us)
            at_us = now_us if ends_us is None else ends_us
            if pair.rests_us:
                at_us = min(at_us, now_us - self._near.silence_us.item(row) + pair.rests_us)
            self._note(self._rulebook.rules[number].leave(pair, at_us))

    def _keep(self, number: int, pair: Pair, findings: Sequence[Finding]) -> None:
        self._note(findings)
        if pair.quiet():
            self._pairs.pop(number, None)
        else:
            self._pairs[number] = pair

    def _note(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._found[id(finding)] = finding

    def _head_at(self, row: int) -> Head:
        """Return fix ``row`` as a head; of the last two rows it is remembered."""
        head = self._heads.get(row)
        if head is None:
            head = self._fixes.head(row)
            self._heads = {at: known for at, known in self._heads.items() if at == row - 1}
            self._heads[row] = head
        return head

    def _fix(self, here: Head, row: int, geometry: int | None) -> Fix:
        """Return the fix as seen from a geometry, or from one that it is far from."""
        return Fix(
            lon=here.lon_e7 / E7,
            lat=here.lat_e7 / E7,
            observed_us=here.observed_us,
            accuracy_m=here.accuracy_m,
            plausible=here.plausible,
            profile=here.profile,
            ref=here.ref,
            distance_m=inf if geometry is None else self._near.distance_m(geometry, row, self._stop),
            altitude_m=here.altitude_m,
            speed_m_s=here.speed_m_s,
            course_deg=here.course_deg,
            altitude_ref=self._profiles[here.profile].altitude_ref,
        )


def _holds(rows: Sequence[int], row: int) -> bool:
    at = bisect_left(rows, row)
    return at < len(rows) and rows[at] == row


def _believable(head: Head) -> bool:
    return head.plausible and (head.accuracy_m or 0.0) <= TOO_INACCURATE_M
