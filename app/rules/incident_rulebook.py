"""The rules over incidents that a mission makes, and which of them an incident may concern, by boxes."""

from collections.abc import Iterator, Mapping

import numpy as np

from app.geo.circle import circle
from app.geo.edges import Edges
from app.geo.grid import I64, TURN_E7
from app.geo.notation import line_parts, point, polygon_rings
from app.model.feature import LINE_KINDS, Feature, Mission
from app.model.incident import IncidentVersion
from app.rules.firing import Firing, way_of
from app.rules.incident_rule import REACH_IN_ACCURACIES, IncidentInstance, IncidentRule, Verdict, concerns
from app.rules.reported_weapon import ReportedWeapon
from app.rules.status_quo import StatusQuo

INCIDENT_RULES: tuple[type[IncidentRule], ...] = (Firing, StatusQuo, ReportedWeapon)
"""Every rule over incidents, a file each."""
_KINDS: Mapping[str, type[IncidentRule]] = {rule.kind: rule for rule in INCIDENT_RULES}
_STEPS_A_METRE = 1e7 / 110_500.0
"""Of latitude, at least; of longitude, at the equator."""
_NARROWEST = 0.01
"""Cosine of the latitude beyond which a box goes all round the pole."""


class IncidentRulebook:
    """All of a mission's rules over incidents."""

    def __init__(self, mission: Mission) -> None:
        self._rules: list[tuple[IncidentInstance, IncidentRule]] = []
        boxes: list[tuple[int, int, int, int]] = []
        reaches_m: list[float] = []
        for feature in mission.features:
            judged = [spec for spec in feature.rules if spec.rule in _KINDS]
            if not judged:
                continue
            edges = _edges(feature)
            for spec in judged:
                instance = IncidentInstance(feature=feature, spec=spec)
                rule = _KINDS[spec.rule](instance, edges, spec.parameters)
                self._rules.append((instance, rule))
                boxes.append(edges.bounds)
                reaches_m.append(rule.reach_m)
        self._boxes: I64 = np.array(boxes, np.int64).reshape(-1, 4)
        self._reaches_m = np.array(reaches_m)

    def verdicts(self, told: IncidentVersion) -> Iterator[tuple[IncidentInstance, Verdict]]:
        """Yield what each rule that finds something makes of an incident."""
        for number in self._near(told):
            instance, rule = self._rules[number]
            if concerns(instance.spec, instance.feature, told):
                verdict = rule.judge(told)
                if verdict is not None:
                    yield instance, verdict

    def _near(self, told: IncidentVersion) -> list[int]:
        """Return the rules whose features' boxes the incident, its doubt or its shot's way may meet."""
        if not self._rules:
            return []
        way = way_of(told)
        places = np.array([(told.lon_e7, told.lat_e7)]) if way is None else way
        low, high = places.min(axis=0), places.max(axis=0)
        pads = (self._reaches_m + REACH_IN_ACCURACIES * (told.accuracy_m or 0.0)) * _STEPS_A_METRE + 1
        west, south, east, north = self._boxes.T
        meets = (low[1] <= north + pads) & (high[1] >= south - pads)
        farthest = np.maximum(abs(low[1]), abs(high[1])) + pads
        narrow = np.maximum(np.cos(np.radians(np.minimum(farthest / 1e7, 90.0))), 0.0)
        round_the_pole = narrow < _NARROWEST
        wide = pads / np.maximum(narrow, _NARROWEST)
        beside = np.zeros(len(meets), np.bool_)
        for turns in range(-2, 3):
            by = turns * TURN_E7
            beside |= (low[0] + by <= east + wide) & (high[0] + by >= west - wide)
        found: list[int] = np.flatnonzero(meets & (beside | round_the_pole)).tolist()
        return found


def _edges(feature: Feature) -> Edges:
    if feature.kind in LINE_KINDS:
        return Edges.of_line(line_parts(feature.geometry))
    if feature.geometry["type"] == "Point":
        assert feature.radius_m is not None, "a point that is judged has a radius"
        return Edges.of_zone([[circle(*point(feature.geometry), feature.radius_m)]])
    return Edges.of_zone(polygon_rings(feature.geometry))
