"""When the rules of a mission are in force: time, cut wherever a validity or a window of a schedule begins or ends."""

from collections.abc import Iterable

import numpy as np

from app.model.feature import Feature, RuleSpec
from app.model.instant import SECOND_US
from app.model.report import I64
from app.model.schedule import timetable

_AHEAD_US = 30 * 86_400 * SECOND_US
"""Edges are gathered so far beyond the newest instant asked for."""


class Intervals:
    """Numbers the intervals. Within one, the same rules are in force; no two have the same number.

    A number is made of two: which interval between the bounds of validities it is, and how many edges of windows have
    passed. Both are the same in every process, however far schedules were worked out.
    """

    def __init__(self, judged: Iterable[tuple[Feature, RuleSpec]]) -> None:
        bounds: set[int] = set()
        schedules = {}
        for feature, spec in judged:
            bounds.update(us for us in (feature.valid_from_us, feature.valid_to_us) if us is not None)
            if spec.schedule is not None:
                schedules[spec.schedule] = timetable(spec.schedule)
        self._bounds_us = np.array(sorted(bounds), np.int64)
        self._timetables = list(schedules.values())
        self._edges_us: I64 = np.empty(0, np.int64)
        self._known_us = -(2**63)

    @property
    def validities(self) -> int:
        """How many intervals the bounds of validities make."""
        return len(self._bounds_us) + 1

    def numbers(self, observed_us: I64) -> tuple[I64, I64 | None]:
        """Return, for each instant, the two parts of its interval's number; None for zeros: there are no schedules."""
        validity = np.searchsorted(self._bounds_us, observed_us, side="right").astype(np.int64)
        if not self._timetables or not len(observed_us):
            return validity, None
        edges_us = self._edges_upto(int(observed_us.max()))
        return validity, np.searchsorted(edges_us, observed_us, side="right").astype(np.int64)

    def in_force(self, feature: Feature, spec: RuleSpec, validity: int, window: int) -> bool:
        """Whether a rule is in force in an interval, by the two parts of its number."""
        first_us = int(self._bounds_us[validity - 1]) if validity else -(2**63)
        begun = feature.valid_from_us is None or feature.valid_from_us <= first_us
        if not begun or (feature.valid_to_us is not None and feature.valid_to_us <= first_us):
            return False
        if spec.schedule is None:
            return True
        return window > 0 and timetable(spec.schedule).covers_at(int(self._edges_us[window - 1]))

    def _edges_upto(self, until_us: int) -> I64:
        """Return the edges of all windows up to an instant, and maybe more."""
        if until_us > self._known_us:
            known_us = until_us + _AHEAD_US
            edges_us = np.unique(np.concatenate([timetable.edges_us(known_us) for timetable in self._timetables]))
            # An edge beyond this instant may vanish, once it is known that the next window goes on from there.
            self._edges_us, self._known_us = edges_us[edges_us <= known_us], known_us
        return self._edges_us


def in_force_at(feature: Feature, spec: RuleSpec, observed_us: int) -> bool:
    """Whether a rule judges what was observed at an instant: within its feature's validity and its own schedule."""
    begun = feature.valid_from_us is None or feature.valid_from_us <= observed_us
    if not begun or (feature.valid_to_us is not None and feature.valid_to_us <= observed_us):
        return False
    return spec.schedule is None or timetable(spec.schedule).covers_at(observed_us)


def ends_between(feature: Feature, spec: RuleSpec, from_us: int, upto_us: int) -> int | None:
    """Return when a rule that is in force at ``from_us`` first ceases to be, if it does so by ``upto_us``."""
    ends_us = feature.valid_to_us if feature.valid_to_us is not None and feature.valid_to_us <= upto_us else None
    if spec.schedule is None:
        return ends_us
    window_us = timetable(spec.schedule).end_between(from_us, upto_us)
    return min((us for us in (ends_us, window_us) if us is not None), default=None)
