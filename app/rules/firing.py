"""firing: shots and explosions in a zone, near a line, or across one.

Bearing and distance make a shot of two ends: it comes from the *origin*, which lies by them from the observer (from the
incident's own place where no observer stands), and goes to the place told. Its way is the geodesic.
"""

from typing import Any, ClassVar, Literal

import numpy as np
from pyproj import Geod

from app.geo.edges import Crossing, Edges
from app.geo.geodesy import geodesic_path
from app.geo.grid import I64
from app.model.incident import IncidentVersion
from app.model.report import E7
from app.model.violation import Direction
from app.rules.incident_rule import IncidentInstance, Verdict, folded, is_one_of, metres_inside, probability, status_of

_GEOD = Geod(ellps="WGS84")


class Firing:
    """An incident of one of ``categories`` inside the zone, within ``within_m`` of the feature, or across its edge."""

    kind: ClassVar[str] = "firing"
    judges: ClassVar[Literal["incidents"]] = "incidents"

    def __init__(self, instance: IncidentInstance, edges: Edges, parameters: dict[str, Any]) -> None:
        self.reach_m = float(parameters["within_m"])
        self._name = instance.feature.name
        self._edges = edges
        self._categories = folded(parameters["categories"])

    def judge(self, told: IncidentVersion) -> Verdict | None:
        """Return the verdict: across where that is as sure as near, else near."""
        if not is_one_of(told.category, self._categories):
            return None
        across, near = self._across(told), self._near(told)
        if across is None or near is None:
            return across or near
        return near if near.status == "confirmed" and across.status != "confirmed" else across

    def _near(self, told: IncidentVersion) -> Verdict | None:
        """Judge the place told: in the zone or within ``within_m`` of it, or within ``within_m`` of the line."""
        if not self._edges.is_zone and self.reach_m == 0:
            return None  # a line has no inside: without a distance only what goes across it counts
        if self._edges.is_zone:
            inside_m = metres_inside(self._edges, told.lon_e7, told.lat_e7)
        else:
            inside_m = -float(self._edges.distance_m(np.array([told.lon_e7]), np.array([told.lat_e7]))[0])
        confidence = probability(inside_m + self.reach_m, told.accuracy_m)
        status = status_of(confidence, told.accuracy_m)
        if status is None:
            return None
        is_in = self._edges.is_zone and inside_m >= 0
        where = f"{inside_m:.0f} m inside {self._name}" if is_in else f"{-inside_m:.0f} m from {self._name}"
        direction: Direction | None = "present" if self._edges.is_zone else None
        depth_m = inside_m if is_in else None
        return Verdict(status, direction, told.lon_e7, told.lat_e7, depth_m, confidence, where, True)

    def _across(self, told: IncidentVersion) -> Verdict | None:
        """Judge the way of the shot. An end nearer to the edge than its accuracy allows leaves it suspected."""
        path = way_of(told)
        crossings = [] if path is None else self._edges.crossings(path)
        net = sum(crossing.sign for crossing in crossings)
        if path is None or not crossings or (net % 2 == 0 and not self._edges.is_zone):
            return None
        ends_m = self._edges.distance_m(path[[0, -1], 0], path[[0, -1], 1])
        confidence = min(probability(float(metres), told.accuracy_m) for metres in ends_m)
        status = status_of(confidence, told.accuracy_m)
        if status is None:
            return None
        direction, where = self._direction(net, crossings)
        last = crossings[-1]
        depth_m = float(ends_m[1]) if not self._edges.is_zone or direction == "enter" else None
        return Verdict(status, direction, round(last.lon * E7), round(last.lat * E7), depth_m, confidence, where, True)

    def _direction(self, net: int, crossings: list[Crossing]) -> tuple[Direction | None, str]:
        if not self._edges.is_zone:
            return ("right_to_left" if net > 0 else "left_to_right"), f"fired across {self._name}"
        if net > 0:
            return "enter", f"fired into {self._name}"
        if net < 0:
            return None, f"fired out of {self._name}"
        if crossings[0].sign > 0:
            return "transit", f"fired through {self._name}"
        return "present", f"fired from {self._name} over its edge and back into it"


def way_of(told: IncidentVersion) -> I64 | None:
    """Return the way of a shot from its origin to the place told, (n, 2) in 1e-7 degrees; None where one is unknown."""
    if told.bearing_deg is None or told.distance_m is None:
        return None
    if told.observer_lon_e7 is not None and told.observer_lat_e7 is not None:
        start = told.observer_lon_e7, told.observer_lat_e7
    else:
        start = told.lon_e7, told.lat_e7
    lon, lat, _ = _GEOD.fwd(start[0] / E7, start[1] / E7, told.bearing_deg, told.distance_m)
    return geodesic_path(round(lon * E7), round(lat * E7), told.lon_e7, told.lat_e7)
