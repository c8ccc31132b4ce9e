"""What the rules over incidents must find, worked out plainly for one incident and one feature.

Shares no code with the project. A measure that lies so near a limit that rounding could decide raises ``TooClose``.
"""

from collections.abc import Sequence
from math import erf, sqrt
from typing import Literal, NamedTuple

from geographiclib.geodesic import Geodesic

from tests.rules.oracle_ground import (
    E7,
    Edge,
    Grid,
    Meeting,
    Rings,
    TooClose,
    edges_of,
    from_edge_m,
    inside,
    meetings,
    way,
)

SLACK_M = 0.05
SIGMAS = 1.515
UPPER, LOWER = 1.6448536269514722, -1.6448536269514722
"""Of a Gaussian, what 95 % and 5 % lie below."""


class Happened(NamedTuple):
    """An incident; places in whole 1e-7 degrees."""

    place: Grid
    category: str = "firing"
    weapon: str | None = None
    accuracy_m: float | None = None
    observer: Grid | None = None
    bearing_deg: float | None = None
    distance_m: float | None = None


class Ground(NamedTuple):
    """A line, left to right of its corners, or the rings of a zone."""

    line: tuple[Grid, ...] | None = None
    rings: Rings | None = None

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges of the line, or of all rings."""
        if self.line is not None:
            return edges_of((self.line,))
        assert self.rings is not None
        return edges_of(self.rings)


class Ruling(NamedTuple):
    status: Literal["confirmed", "suspected"]
    direction: str | None
    confidence: float
    at: tuple[float, float]


def of_status_quo(told: Happened, ground: Ground, categories: list[str]) -> Ruling | None:
    return _in_zone(told, ground) if _named(told.category, categories) else None


def of_weapon(told: Happened, ground: Ground, weapons: list[str]) -> Ruling | None:
    return _in_zone(told, ground) if told.weapon is not None and _named(told.weapon, weapons) else None


def of_firing(told: Happened, ground: Ground, categories: list[str], within_m: float) -> Ruling | None:
    if not _named(told.category, categories):
        return None
    near = None
    depth_m = _depth_m(told.place, ground)
    if ground.line is None or within_m > 0:
        near = _ruled(depth_m + within_m, told, None if ground.line else "present", exact=within_m == 0)
    across = _across(told, ground)
    if near is not None and (across is None or (near.status == "confirmed" and across.status == "suspected")):
        return near
    return across


def _named(word: str, words: list[str]) -> bool:
    return any(word.strip().lower() == other.strip().lower() for other in words)


def _depth_m(place: Grid, ground: Ground) -> float:
    away_m = from_edge_m(place, ground.edges)
    return away_m if ground.rings is not None and inside(place, ground.rings) else -away_m


def _in_zone(told: Happened, ground: Ground) -> Ruling | None:
    return _ruled(_depth_m(told.place, ground), told, "present", exact=True)


def _ruled(depth_m: float, told: Happened, direction: str | None, *, exact: bool) -> Ruling | None:
    at = told.place[0] / E7, told.place[1] / E7
    if told.accuracy_m is None:
        if not exact and abs(depth_m) < SLACK_M:
            raise TooClose
        return Ruling("confirmed", direction, 1.0, at) if depth_m >= 0 else None
    status = _status(depth_m, told.accuracy_m)
    return None if status is None else Ruling(status, direction, _gauss(depth_m, told.accuracy_m), at)


def _gauss(depth_m: float, accuracy_m: float) -> float:
    return (1 + erf(depth_m / (accuracy_m / SIGMAS) / sqrt(2))) / 2


def _status(depth_m: float, accuracy_m: float) -> Literal["confirmed", "suspected"] | None:
    sigma_m = accuracy_m / SIGMAS
    for limit in (UPPER, LOWER):
        if abs(depth_m - limit * sigma_m) < SLACK_M:
            raise TooClose
    if depth_m > UPPER * sigma_m and accuracy_m <= 1000:
        return "confirmed"
    return "suspected" if depth_m > LOWER * sigma_m else None


def _across(told: Happened, ground: Ground) -> Ruling | None:
    if told.bearing_deg is None or told.distance_m is None:
        return None
    start = told.observer or told.place
    spot = Geodesic.WGS84.Direct(start[1] / E7, start[0] / E7, told.bearing_deg, told.distance_m)
    origin = round(spot["lon2"] * E7), round(spot["lat2"] * E7)
    edges = ground.edges
    met = meetings(way(origin, told.place), edges)
    if not met or (ground.line is not None and len(met) % 2 == 0):
        return None
    least_m = min(from_edge_m(end, edges) for end in (origin, told.place))
    status: Literal["confirmed", "suspected"] | None = "confirmed"
    confidence = 1.0
    if told.accuracy_m is not None:
        status, confidence = _status(least_m, told.accuracy_m), _gauss(least_m, told.accuracy_m)
    assert status is not None, "an end is never beyond its own edge"
    return Ruling(status, _direction(origin, told.place, ground, met), confidence, (met[-1].lon, met[-1].lat))


def _direction(origin: Grid, target: Grid, ground: Ground, met: Sequence[Meeting]) -> str | None:
    if ground.line is not None:
        return "right_to_left" if sum(one.sign for one in met) > 0 else "left_to_right"
    assert ground.rings is not None
    was, is_in = inside(origin, ground.rings), inside(target, ground.rings)
    return {(False, True): "enter", (True, False): None, (False, False): "transit", (True, True): "present"}[was, is_in]
