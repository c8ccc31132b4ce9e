"""What is allowed in a mission file but probably not meant. Changes nothing."""

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from app.model.feature import LINE_KINDS, Feature, Mission
from app.model.mission_faults import MissionFault
from app.model.mission_geometry import shape_of

_TAIL = 2.0
"""A part of a zone is a narrow tail when it reaches farther than this many margins from where a margin fits. The
corner of a wide zone reaches less, down to an angle of 39 degrees."""


def warnings(mission: Mission) -> list[MissionFault]:
    """Return what an officer should look at before the mission is loaded."""
    found: list[MissionFault] = []
    watched = [feature for feature in mission.features if feature.rules]
    if watched and not mission.parties:
        found.append(MissionFault(None, "parties", "no parties: the rules judge only reports of an unknown party"))
    if not mission.contingents:
        found.append(MissionFault(None, "contingents", "no contingents: nobody can be given a key to report with"))
    owners: dict[str, str] = {}
    for feature in mission.features:
        found += [
            MissionFault(feature.id, "rules", f"the rule id {rule.id} stands on the feature {owners[rule.id]} too")
            for rule in feature.rules
            if owners.setdefault(rule.id, feature.id) != feature.id
        ]
        if feature.kind in LINE_KINDS:
            found += _of_line(feature)
        found += _of_zone(feature)
        found += _of_crossing_point(feature)
    return found


def _of_crossing_point(feature: Feature) -> list[MissionFault]:
    terms = feature.passage
    if terms is None or terms.parties or terms.units or terms.convoys != ():
        return []
    return [MissionFault(feature.id, "convoys", "the crossing point names nobody, so no crossing of it is authorised")]


def _of_line(feature: Feature) -> list[MissionFault]:
    parts = shapely.get_parts(shape_of(feature.geometry))
    if all(part.is_simple for part in parts):
        return []
    return [MissionFault(feature.id, "geometry", "the line crosses itself, so its left and right change places")]


def _of_zone(feature: Feature) -> list[MissionFault]:
    margins_m = {rule.margin_m for rule in feature.rules if rule.rule == "zone_incursion" and rule.margin_m > 0}
    if not margins_m:
        return []
    zone = _metric(shape_of(feature.geometry))
    return [
        MissionFault(feature.id, "rules", f"the zone is narrower than 2 × margin_m ({2 * margin_m:g} m){where}")
        for margin_m in sorted(margins_m)
        if (where := _narrow(zone, margin_m)) is not None
    ]


def _narrow(zone: BaseGeometry, margin_m: float) -> str | None:
    core = zone.buffer(-margin_m)
    if core.is_empty:
        return " everywhere"
    opened = core.buffer(margin_m)
    vertices = shapely.points(shapely.get_coordinates(zone))
    has_tail = bool((shapely.distance(vertices, opened) > _TAIL * margin_m).any())
    has_neck = len(shapely.get_parts(core)) > len(shapely.get_parts(zone))
    return " in places" if has_tail or has_neck else None


def _metric(shape: BaseGeometry) -> BaseGeometry:
    """Project into metres round the shape's middle: true to 0.5 % within 1,000 km of it."""
    west, south, east, north = shape.bounds
    local = f"+proj=aeqd +datum=WGS84 +lon_0={(west + east) / 2} +lat_0={(south + north) / 2}"
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", local, always_xy=True).transform
    return shapely.transform(shape, lambda lonlat: np.column_stack(to_metres(*lonlat.T)))
