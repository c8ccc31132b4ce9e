"""Who may cross where and when: crossing points, their hours and whom they name, and movements announced for them.

A pure function of a crossing, the mission's crossing points and the movements that stand; it knows no violation.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from app.geo.edges import Edges
from app.geo.geodesy import distance_m
from app.geo.notation import point, polygon_rings
from app.model.feature import Feature, Mission, PassageTerms
from app.model.identity import Unit
from app.model.movement import Movement
from app.model.report import E7
from app.model.schedule import timetable


class Passed(NamedTuple):
    """A crossing for certain: where (lon, lat degrees) and when, by whom."""

    lon: float
    lat: float
    observed_us: int
    party: str
    unit: Unit


class Permission(NamedTuple):
    """Why a crossing is authorised: at this point, by its own terms or (``movement``) as an announced convoy."""

    point: Feature
    movement: Movement | None


class CrossingPoints:
    """The crossing points of a mission, made ready."""

    def __init__(self, mission: Mission) -> None:
        self.features = tuple(feature for feature in mission.features if feature.kind == "crossing_point")
        self._edges = [
            None if feature.geometry["type"] == "Point" else Edges.of_zone(polygon_rings(feature.geometry))
            for feature in self.features
        ]

    def permission(self, passed: Passed, movements: Iterable[Movement]) -> Permission | None:
        """Return what allows a crossing, or None: a point's own terms before a movement, and each in a fixed order."""
        open_here = [
            feature
            for feature, edges in zip(self.features, self._edges, strict=True)
            if _is_open(feature, passed.observed_us) and _holds(feature, edges, passed)
        ]
        for feature in open_here:
            if _names(_terms(feature), passed):
                return Permission(feature, None)
        for feature in open_here:
            announced = [one for one in movements if _is_of(one, feature, passed)]
            if announced:
                return Permission(feature, min(announced, key=lambda one: (one.contingent, one.movement)))
        return None


def _terms(feature: Feature) -> PassageTerms:
    return feature.passage or PassageTerms()


def _is_open(feature: Feature, observed_us: int) -> bool:
    begun = feature.valid_from_us is None or feature.valid_from_us <= observed_us
    if not begun or (feature.valid_to_us is not None and feature.valid_to_us <= observed_us):
        return False
    schedule = _terms(feature).schedule
    return schedule is None or timetable(schedule).covers_at(observed_us)


def _holds(feature: Feature, edges: Edges | None, passed: Passed) -> bool:
    lon_e7, lat_e7 = round(passed.lon * E7), round(passed.lat * E7)
    if edges is not None:
        return bool(edges.inside(np.array([lon_e7]), np.array([lat_e7]))[0])
    lon, lat = point(feature.geometry)
    assert feature.radius_m is not None, "a crossing point that is a point has a radius"
    return bool(distance_m(round(lon * E7), round(lat * E7), lon_e7, lat_e7)[0] <= feature.radius_m)


def _names(terms: PassageTerms, passed: Passed) -> bool:
    return passed.party in terms.parties or passed.unit in terms.units


def _is_of(movement: Movement, feature: Feature, passed: Passed) -> bool:
    """Whether the crossing is one that the movement was announced for, and the point takes such a convoy."""
    if movement.cancelled_us is not None or movement.crossing_point != feature.id:
        return False
    if not movement.from_us <= passed.observed_us <= movement.to_us:
        return False
    convoys = _terms(feature).convoys
    if convoys is not None and movement.movement not in convoys:
        return False
    return passed.unit in movement.units if movement.units else passed.party == movement.party
