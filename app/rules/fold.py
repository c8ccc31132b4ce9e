"""The fold of one track: its fixes in observed order, through every rule that judges it. Pure; knows no store."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.geo.edges import Crossing
from app.geo.geodesy import geodesic_path
from app.model.feature import ZONE_KINDS
from app.model.identity import Interned, Profile
from app.model.report import E7
from app.rules.nearness import Head, Nearness, optional
from app.rules.rule import Finding, Fix, Leg, Pair
from app.rules.rulebook import Rulebook
from app.rules.side import TOO_INACCURATE_M


class TrackFold:
    """Takes the fixes of one track after ``head`` (None: the track begins) through the rulebook, changing ``pairs``.

    ``pairs`` holds the states that are not quiet, by instance number. The track's fixes are the rows ``start`` to
    ``stop`` of ``near.fixes``. ``only`` limits the fold to some instances. An instance that was not in force at the
    head meets its first fix afresh.
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

    def run(self) -> list[Finding]:
        """Fold all fixes; return the findings that are new or changed, once each, in the order they were first met."""
        pairs, situation = self._pairs, self._fixes.situation
        marks = self._near.marks(self._start, self._stop)
        active = () if self._head is None else self._active(self._head.situation)
        row = self._start
        while row < self._stop:
            if not pairs:  # nothing to watch: on to the next leg near an edge, or to where other rules hold
                at = bisect_left(marks, row)
                if at == len(marks):
                    break
                row = marks[at]
            began: frozenset[int] = frozenset()
            if row in self._near.turns:
                was, active = active, self._active(int(situation[row]))
                self._leave([number for number in sorted(pairs) if number not in active], row)
                began = frozenset(active).difference(was)
                self._begin(sorted(began), row)
            if row > self._start or self._head is not None:
                near = self._near.touching.get(row, ())
                crossed = {n for geometry in near for n in self._rulebook.instances_of[geometry] if n in active}
                self._step(sorted((crossed | set(pairs)) - began), row, near)
            row += 1
        return list(self._found.values())

    def _active(self, situation: int) -> tuple[int, ...]:
        active = self._rulebook.active(situation)
        return active if self._only is None else tuple(number for number in active if number in self._only)

    def _begin(self, numbers: Sequence[int], row: int) -> None:
        lon_e7, lat_e7 = self._fixes.lon_e7[row : row + 1], self._fixes.lat_e7[row : row + 1]
        for number in numbers:
            instance = self._rulebook.instances[number]
            if self._near.is_far(instance.geometry, row):
                continue  # settled outside, silently
            edges = self._rulebook.geometries[instance.geometry]
            inside = instance.feature.kind in ZONE_KINDS and bool(edges.inside(lon_e7, lat_e7)[0])
            pair, findings = self._rulebook.rules[number].begin(self._fix(row, instance.geometry), inside)
            self._keep(number, pair, findings)

    def _step(self, numbers: Sequence[int], row: int, near: Sequence[int]) -> None:
        if not numbers:
            return
        party = self._profiles[int(self._fixes.profile[row])].party
        head = self._fixes.head(row - 1) if row > self._start else self._head
        assert head is not None, "a first fix has no leg to step over"
        path: npt.NDArray[np.int64] | None = None
        for number in numbers:
            instance = self._rulebook.instances[number]
            crossings: Sequence[Crossing] = ()
            if instance.geometry in near:
                if path is None:
                    path = geodesic_path(
                        head.lon_e7, head.lat_e7, int(self._fixes.lon_e7[row]), int(self._fixes.lat_e7[row])
                    )
                crossings = self._rulebook.geometries[instance.geometry].crossings(path)
            pair = self._pairs.get(number)
            if pair is None:
                if not crossings:
                    continue
                pair = Pair(settled=True)
            leg = Leg(
                start_us=head.observed_us,
                start_ref=head.ref,
                start_profile=head.profile,
                path=path,
                crossings=crossings,
                believed=_believable(head) and _believable(self._fixes.head(row)),
            )
            fix = self._fix(row, instance.geometry)
            self._keep(number, pair, self._rulebook.rules[number].step(pair, leg, fix, party))

    def _leave(self, numbers: Sequence[int], row: int) -> None:
        now_us = int(self._fixes.observed_us[row])
        for number in numbers:
            ends_us = self._rulebook.instances[number].feature.valid_to_us
            at_us = now_us if ends_us is None else min(ends_us, now_us)
            self._note(self._rulebook.rules[number].leave(self._pairs.pop(number), at_us))

    def _keep(self, number: int, pair: Pair, findings: Sequence[Finding]) -> None:
        self._note(findings)
        if pair.quiet():
            self._pairs.pop(number, None)
        else:
            self._pairs[number] = pair

    def _note(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._found[id(finding)] = finding

    def _fix(self, row: int, geometry: int) -> Fix:
        fixes = self._fixes
        return Fix(
            lon=int(fixes.lon_e7[row]) / E7,
            lat=int(fixes.lat_e7[row]) / E7,
            observed_us=int(fixes.observed_us[row]),
            accuracy_m=optional(fixes.accuracy_m[row]),
            plausible=bool(fixes.plausible[row]),
            profile=int(fixes.profile[row]),
            ref=(int(fixes.seq[row]), int(fixes.index[row])),
            distance_m=self._near.distance_m(geometry, row, self._stop),
        )


def _believable(head: Head) -> bool:
    return head.plausible and (head.accuracy_m or 0.0) <= TOO_INACCURATE_M
