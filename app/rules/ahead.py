"""Where tracks go on to, for the rules that look ahead: in vectors, and cheaply for all that are far from edges."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from app.geo.course import course_at_end_deg, courses
from app.geo.geodesy import distance_m
from app.geo.grid import distinct
from app.model.instant import SECOND_US
from app.model.report import F64
from app.rules.rulebook import Horizon, Rulebook
from app.rules.side import TOO_INACCURATE_M, K

if TYPE_CHECKING:
    from app.rules.nearness import Fixes

Rows = npt.NDArray[np.intp]
_AT_ONCE = 10_000
"""So many courses are followed at once: a bound on memory."""


class Ahead(NamedTuple):
    """Pairs of a row and a geometry that its course meets, sorted, and how each row of the whole table moves."""

    row: Rows
    geometry: Rows
    speed_m_s: F64
    course_deg: F64
    derived: npt.NDArray[np.bool_]


def courses_ahead(rulebook: Rulebook, fixes: "Fixes", before: "Fixes", legs: Rows) -> Ahead:
    """Return which geometries the courses of fixes meet within a horizon; ``legs`` are the rows with a fix before.

    A report that gives speed and course is taken at its word. Else both are those of the leg, if it is longer than
    errors alone could make it: twice the accuracy of both ends is no speed.
    """
    nothing = np.empty(0, np.intp)
    if rulebook.ahead and len(legs):
        legs = legs[rulebook.looks_ahead(fixes.situation[legs])]
    if not rulebook.ahead or not len(legs):
        return Ahead(nothing, nothing, np.empty(0), np.empty(0), np.empty(0, np.bool_))
    speed_m_s, course_deg = fixes.speed_m_s.copy(), fixes.course_deg.copy()
    derived = np.isnan(speed_m_s) | np.isnan(course_deg)
    speed_m_s[derived] = course_deg[derived] = np.nan
    rest = legs[derived[legs]]
    speed_m_s[rest] = _speeds_m_s(fixes, before, rest, max(horizon.max_gap_s for horizon in rulebook.horizons))
    legs = legs[fixes.plausible[legs] & ~(fixes.accuracy_m[legs] > TOO_INACCURATE_M)]
    found = [nothing]
    for horizon in rulebook.horizons:
        fast = legs[speed_m_s[legs] >= horizon.min_speed_m_s]  # never, where there is no speed
        for start in range(0, len(fast), _AT_ONCE):
            rows = fast[start : start + _AT_ONCE]
            found.append(_met(rulebook, horizon, fixes, before, rows, speed_m_s, course_deg))
    count = max(1, len(rulebook.geometries))
    row, geometry = np.divmod(distinct(np.concatenate(found)), count)
    judged = rulebook.judging(fixes.situation[row])[np.arange(len(row)), geometry]
    return Ahead(row[judged], geometry[judged], speed_m_s, course_deg, derived)


def _speeds_m_s(fixes: "Fixes", before: "Fixes", rows: Rows, longest_s: float) -> F64:
    """Return the speeds of the legs to ``rows``, NaN where a leg says nothing."""
    length_m = distance_m(before.lon_e7[rows], before.lat_e7[rows], fixes.lon_e7[rows], fixes.lat_e7[rows])
    seconds = (fixes.observed_us[rows] - before.observed_us[rows]) / SECOND_US
    errors_m = K * (np.nan_to_num(before.accuracy_m[rows]) + np.nan_to_num(fixes.accuracy_m[rows]))
    tells = (seconds > 0) & (seconds <= longest_s) & (length_m > errors_m)
    return np.where(tells, length_m / np.where(seconds > 0, seconds, 1.0), np.nan)


def _met(
    rulebook: Rulebook, horizon: Horizon, fixes: "Fixes", before: "Fixes", rows: Rows, speed_m_s: F64, course_deg: F64
) -> Rows:
    """Return row · geometries + geometry of the courses that meet an edge; fill in the courses that legs derive."""
    reach_m = speed_m_s[rows] * horizon.horizon_s
    rows = rows[horizon.index.near(fixes.lon_e7[rows], fixes.lat_e7[rows], reach_m)]
    unknown = rows[np.isnan(course_deg[rows])]
    course_deg[unknown] = course_at_end_deg(
        before.lon_e7[unknown], before.lat_e7[unknown], fixes.lon_e7[unknown], fixes.lat_e7[unknown]
    )
    course, start, end = courses(
        fixes.lon_e7[rows], fixes.lat_e7[rows], course_deg[rows], speed_m_s[rows] * horizon.horizon_s
    )
    piece, met = horizon.index.touching(start[:, 0], start[:, 1], end[:, 0], end[:, 1], straight=True)
    pairs: Rows = rows[course[piece]] * len(rulebook.geometries) + horizon.geometries[met]
    return pairs
