"""What a violation rests on, as geometry. Pure: reports, incident and feature version are given; rights are decided."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Proj
from shapely.geometry.base import BaseGeometry

from app.api.explain_documents import RoleFeature, RoleProperties
from app.geo.circle import circle
from app.geo.geodesy import geodesic_path
from app.model.feature import Feature, RuleSpec
from app.model.identity import Unit
from app.model.incident import IncidentVersion
from app.model.instant import instant_or_none, instant_text
from app.model.mission_geometry import shape_of
from app.model.report import E7
from app.model.violation import Violation

_GEOD = Geod(ellps="WGS84")
_LEAST_REACH_M = 1_000.0
_FARTHEST_EDGE_M = 100_000.0
"""An edge farther from all evidence than this explains nothing."""
_METRES_A_DEGREE = 111_320.0
_PIECE_DEGREES = 0.01
"""Edges are cut so fine before they are put on a plane."""
K = 2.0
"""How many times its accuracy a fix must be from an edge to confirm its side."""


class Seen(NamedTuple):
    """A report of the evidence, as its reader may see it."""

    id: str
    of: Unit
    observed_us: int
    received_us: int
    lon_e7: int
    lat_e7: int
    accuracy_m: float | None
    altitude_m: float | None
    altitude_ref: str


def explained(
    violation: Violation, seen: Sequence[Seen], incident: IncidentVersion | None, feature: Feature | None
) -> list[RoleFeature]:
    """Return all there is to draw, each thing before what lies on top of it."""
    fixes = sorted(seen, key=lambda one: one.observed_us)
    things = [*_of_reports(violation, fixes)]
    if incident is not None:
        things += _of_incident(incident)
    if violation.radius_m is not None:
        ring = _rounded(circle(violation.lon, violation.lat, violation.radius_m))
        said = RoleProperties(role="area", distance_m=violation.radius_m)
        things.append(RoleFeature({"type": "Polygon", "coordinates": [ring]}, said))
    things.append(_crossing(violation))
    things = [_moved(thing, violation.lon) for thing in things]
    edges = _edges(violation, fixes, feature, things) if feature is not None else []
    drawn = sorted(things, key=lambda thing: _ORDER.index(thing.properties.role))
    return [*edges, *drawn]


_ORDER = ("area", "accuracy", "way", "leg", "ray", "observer", "origin", "incident", "fix", "crossing")


def _of_reports(violation: Violation, fixes: Sequence[Seen]) -> Iterator[RoleFeature]:
    for one in fixes:
        said = RoleProperties(
            role="fix",
            report=one.id,
            observed_at=instant_text(one.observed_us),
            received_at=instant_text(one.received_us),
            contingent=one.of.contingent,
            unit=one.of.unit,
            accuracy_m=one.accuracy_m,
            altitude_m=one.altitude_m,
            altitude_ref=None if one.altitude_m is None else one.altitude_ref,
        )
        yield RoleFeature(_point(one.lon_e7 / E7, one.lat_e7 / E7), said)
        if one.accuracy_m:
            yield _circle(one.lon_e7 / E7, one.lat_e7 / E7, one.accuracy_m, report=one.id)
    for unit in dict.fromkeys(one.of for one in fixes):
        for one, two in pairwise(fix for fix in fixes if fix.of == unit):
            path = geodesic_path(one.lon_e7, one.lat_e7, two.lon_e7, two.lat_e7) / E7
            crossed = any(
                us is not None and one.observed_us <= us <= two.observed_us
                for us in (violation.observed_us, violation.ended_us)
            )
            said = RoleProperties(
                role="leg" if crossed else "way",
                contingent=unit.contingent,
                unit=unit.unit,
                nominal=crossed and violation.nominal,
            )
            yield RoleFeature({"type": "LineString", "coordinates": _rounded(path)}, said)


def _of_incident(told: IncidentVersion) -> Iterator[RoleFeature]:
    lon, lat = told.lon_e7 / E7, told.lat_e7 / E7
    said = RoleProperties(
        role="incident",
        observed_at=instant_text(told.observed_us),
        received_at=instant_text(told.received_us),
        contingent=told.contingent,
        unit=told.incident,
        name=told.title,
        kind=told.category,
        accuracy_m=told.accuracy_m,
    )
    yield RoleFeature(_point(lon, lat), said)
    if told.accuracy_m:
        yield _circle(lon, lat, told.accuracy_m)
    start = lon, lat
    if told.observer_lon_e7 is not None and told.observer_lat_e7 is not None:
        start = told.observer_lon_e7 / E7, told.observer_lat_e7 / E7
        yield RoleFeature(_point(*start), RoleProperties(role="observer", contingent=told.contingent))
    if told.bearing_deg is None or told.distance_m is None:
        return
    far_lon, far_lat, _ = _GEOD.fwd(*start, told.bearing_deg, told.distance_m)
    yield RoleFeature(_point(far_lon, far_lat), RoleProperties(role="origin", accuracy_m=told.accuracy_m))
    ends_e7 = (round(lon * E7) for lon in (*start, far_lon, far_lat))
    ray = geodesic_path(*ends_e7) / E7
    said = RoleProperties(role="ray", bearing_deg=told.bearing_deg, distance_m=told.distance_m)
    yield RoleFeature({"type": "LineString", "coordinates": _rounded(ray)}, said)


def _crossing(violation: Violation) -> RoleFeature:
    said = RoleProperties(
        role="crossing",
        observed_at=instant_text(violation.observed_us),
        direction=violation.direction,
        nominal=violation.nominal,
    )
    return RoleFeature(_point(violation.lon, violation.lat), said)


def _edges(
    violation: Violation, fixes: Sequence[Seen], feature: Feature, things: Iterable[RoleFeature]
) -> list[RoleFeature]:
    """Return the margin, if there is one, and the edge, in the window around all that is drawn."""
    spec = next((spec for spec in feature.rules if spec.id == violation.rule_id), None)
    distance_m = 0.0 if spec is None else _distance_m(violation, fixes, spec)
    window = shapely.unary_union([shapely.from_geojson(_json(thing.geometry)) for thing in things])
    stretch = _stretch(feature, window, distance_m)
    if stretch.is_empty:
        return []
    names: dict[str, Any] = {
        "feature": feature.id,
        "name": feature.name,
        "kind": feature.kind,
        "valid_from": instant_or_none(feature.valid_from_us),
        "valid_to": instant_or_none(feature.valid_to_us),
    }
    found = []
    if spec is not None and distance_m > 0:
        said = RoleProperties(role="margin", distance_m=distance_m, margin_m=spec.margin_m, **names)
        found.append(RoleFeature(_geometry(_band(stretch, distance_m, violation.lon, violation.lat)), said))
    said = RoleProperties(role="edge", left=feature.left, right=feature.right, **names)
    return [*found, RoleFeature(_geometry(stretch), said)]


def _distance_m(violation: Violation, fixes: Sequence[Seen], spec: RuleSpec) -> float:
    """Return how far from the edge something must have been, or for incidents may be, for the rule to be sure."""
    within_m = spec.parameters.get("within_m")
    if isinstance(within_m, int | float) and within_m > 0:
        return float(within_m)
    confirming = [fix for fix in fixes if fix.observed_us == violation.confirmed_us] or list(fixes[-1:])
    accuracy_m = max((fix.accuracy_m or 0.0 for fix in confirming), default=0.0)
    return max(spec.margin_m, K * accuracy_m)


def _stretch(feature: Feature, window: BaseGeometry, margin_m: float) -> BaseGeometry:
    """Return the lines of the feature's edge that lie around ``window``, in its turn of longitude."""
    west, south, east, north = window.bounds
    edge = _boundary(feature)
    edge = shapely.GeometryCollection([_turned(edge, turns) for turns in (-1, 0, 1)])
    near = shapely.get_point(shapely.shortest_line(window, edge), 1)
    if _GEOD.inv(near.x, near.y, *_nearest(window, near))[2] > _FARTHEST_EDGE_M:
        return shapely.LineString()
    west, south, east, north = min(west, near.x), min(south, near.y), max(east, near.x), max(north, near.y)
    narrow = max(0.02, float(np.cos(np.radians(max(abs(south), abs(north))))))
    reach_m = max(_LEAST_REACH_M, 3 * margin_m)
    pad = max(reach_m / _METRES_A_DEGREE, (north - south) / 4, (east - west) * narrow / 4)
    box = shapely.box(west - pad / narrow, south - pad, east + pad / narrow, north + pad)
    lines = [
        part
        for whole in edge.geoms
        for part in shapely.get_parts(shapely.intersection(whole, box)).tolist()
        if part.geom_type == "LineString" and part.length > 0
    ]
    return shapely.line_merge(shapely.MultiLineString(lines), directed=True) if lines else shapely.LineString()


def _nearest(window: BaseGeometry, near: BaseGeometry) -> tuple[float, float]:
    place = shapely.get_point(shapely.shortest_line(window, near), 0)
    return place.x, place.y


def _boundary(feature: Feature) -> BaseGeometry:
    shape = shape_of(feature.geometry)
    if shape.geom_type == "Point":
        if feature.radius_m is None:
            return shape
        return shapely.LineString(circle(shape.x, shape.y, feature.radius_m))
    return shape if shape.geom_type.endswith("LineString") else shape.boundary


def _band(stretch: BaseGeometry, distance_m: float, lon: float, lat: float) -> BaseGeometry:
    """Return what is within ``distance_m`` of the stretch, on a plane that keeps distances from the crossing."""
    plane = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")

    def put(xy: npt.NDArray[np.float64], *, back: bool) -> npt.NDArray[np.float64]:
        turned = np.column_stack(plane(xy[:, 0], xy[:, 1], inverse=back))
        if back:
            turned[:, 0] = lon + (turned[:, 0] - lon + 180.0) % 360.0 - 180.0
        return turned

    flat = shapely.transform(shapely.segmentize(stretch, _PIECE_DEGREES), lambda xy: put(xy, back=False))
    return shapely.transform(shapely.buffer(flat, distance_m, quad_segs=8), lambda xy: put(xy, back=True))


def _circle(lon: float, lat: float, radius_m: float, report: str | None = None) -> RoleFeature:
    ring = _rounded(circle(lon, lat, radius_m))
    said = RoleProperties(role="accuracy", accuracy_m=radius_m, report=report)
    return RoleFeature({"type": "Polygon", "coordinates": [ring]}, said)


def _moved(thing: RoleFeature, lon: float) -> RoleFeature:
    """Move a thing by whole turns to where its first position is within half a turn of ``lon``."""
    shape = shapely.from_geojson(_json(thing.geometry))
    first = shapely.get_coordinates(shape)[0, 0]
    turns = round((lon - first) / 360.0)
    if not turns:
        return thing
    return RoleFeature(_geometry(_turned(shape, turns)), thing.properties)


def _turned(shape: BaseGeometry, turns: int) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: np.column_stack((xy[:, 0] + turns * 360.0, xy[:, 1])))


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}


def _rounded(positions: Any) -> list[list[float]]:
    return [[round(float(lon), 7), round(float(lat), 7)] for lon, lat in positions]


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, 7))
    found: dict[str, Any] = msgspec.json.decode(shapely.to_geojson(rounded))
    return found


def _json(geometry: dict[str, Any]) -> str:
    return msgspec.json.encode(geometry).decode()
