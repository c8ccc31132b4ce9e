"""How a unit truly moves: its plan walked for ever, seen at given times. Knows no noise, no reports and no clock."""

import math
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from app.simulator.scenario import LonLat, Unit

_M_PER_DEG = 111_195.0
"""Of latitude, on a sphere: a simulated path may be 0.5 % off in length."""
_SPREAD = 0.15
"""A step is gone, or a hold held, up to so much faster or slower than planned, each time anew."""


class Stance(NamedTuple):
    """Where a unit is and how it moves. ``course_deg`` is true, and None while it stands."""

    lon: float
    lat: float
    speed_m_s: float
    course_deg: float | None


class _Stretch(NamedTuple):
    start_s: float
    end_s: float
    start: LonLat
    end: LonLat
    speed_m_s: float


class Walk:
    """A unit on its way. Ask for its stance in ascending order of time."""

    def __init__(self, unit: Unit, random: Random) -> None:
        self._stretches = _stretches(unit, random)
        self._now = next(self._stretches)

    def at(self, time_s: float) -> Stance:
        """Return the true stance so many seconds after the scenario's start."""
        while time_s >= self._now.end_s:
            self._now = next(self._stretches)
        return _on(self._now, time_s)


def distance_m(one: LonLat, other: LonLat) -> float:
    """Return the distance of two near places on a sphere."""
    return math.hypot(*_east_north_m(one, other))


def moved(place: LonLat, east_m: float, north_m: float) -> LonLat:
    """Return the place so many metres east and north, on a sphere, its longitude from -180 to 180."""
    lon = place[0] + east_m / (_M_PER_DEG * math.cos(math.radians(place[1])))
    return (lon + 180.0) % 360.0 - 180.0, place[1] + north_m / _M_PER_DEG


def _stretches(unit: Unit, random: Random) -> Iterator[_Stretch]:
    place = unit.plan[0].go[0]
    at_s = unit.delay_s
    yield _Stretch(0.0, at_s, place, place, 0.0)
    while True:
        for step in unit.plan:
            factor = random.uniform(1 - _SPREAD, 1 + _SPREAD)
            if not step.go:
                yield _Stretch(at_s, at_s + step.hold_s * factor, place, place, 0.0)
                at_s += step.hold_s * factor
                continue
            speed_m_s = step.speed_m_s * factor
            for target in step.go:
                if target != place:
                    took_s = distance_m(place, target) / speed_m_s
                    yield _Stretch(at_s, at_s + took_s, place, target, speed_m_s)
                    at_s += took_s
                    place = target


def _on(stretch: _Stretch, time_s: float) -> Stance:
    if not stretch.speed_m_s:
        return Stance(*stretch.start, 0.0, None)
    share = (time_s - stretch.start_s) / (stretch.end_s - stretch.start_s)
    east_m, north_m = _east_north_m(stretch.start, stretch.end)
    course_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
    return Stance(*moved(stretch.start, east_m * share, north_m * share), stretch.speed_m_s, course_deg)


def _east_north_m(start: LonLat, end: LonLat) -> tuple[float, float]:
    turn = (end[0] - start[0] + 180.0) % 360.0 - 180.0
    return turn * _M_PER_DEG * math.cos(math.radians(start[1])), (end[1] - start[1]) * _M_PER_DEG
