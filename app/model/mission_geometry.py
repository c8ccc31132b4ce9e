"""Geometries of a mission file: GeoJSON checked and made plain, and their shapes with longitudes unwrapped.

Knows nothing of rules. Shapes are planar in lon, lat degrees; a shape across the antimeridian goes on past ±180.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from app.model.mission_faults import Reading, is_number

LINES = ("LineString", "MultiLineString")
AREAS = ("Polygon", "MultiPolygon")
TYPES = ("Point", *LINES, *AREAS)
_DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

Position = tuple[float, float]


def checked_geometry(reading: Reading, allowed: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the member ``geometry`` as type and lon, lat coordinates alone, or None after adding its faults."""
    geometry = reading.members.get("geometry")
    if not isinstance(geometry, dict):
        reading.fault("geometry", "must be a GeoJSON geometry")
        return None
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        reading.fault("geometry.type", f"must be {' or '.join(allowed)} for this kind of feature")
        return None
    inner = reading.inner(geometry, "geometry")
    coordinates = _plain(inner, geometry.get("coordinates"), _DEPTH[kind], "coordinates")
    if coordinates is None:
        return None
    plain = {"type": kind, "coordinates": coordinates}
    return plain if _sound(inner, plain) else None


def shape_of(geometry: dict[str, Any]) -> BaseGeometry:
    """Return the shape of a checked geometry. Parts lie within 180 degrees of the first part's first point."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        return Point(coordinates)
    if kind == "LineString":
        return LineString(unwrapped(coordinates))
    if kind == "Polygon":
        return _polygon(coordinates, coordinates[0][0][0])
    if kind == "MultiLineString":
        near = coordinates[0][0][0]
        return MultiLineString([unwrapped(part, near) for part in coordinates])
    near = coordinates[0][0][0][0]
    return MultiPolygon([_polygon(part, near) for part in coordinates])


def unwrapped(points: Sequence[Sequence[float]], near: float | None = None) -> list[Position]:
    """Return ``points`` with whole turns added to the longitudes, so that no step is longer than 180 degrees."""
    found: list[Position] = []
    before = points[0][0] if near is None else near
    for lon, lat in points:
        before = lon + 360.0 * round((before - lon) / 360.0)
        found.append((before, lat))
    return found


def _polygon(rings: Sequence[Sequence[Sequence[float]]], near: float) -> Polygon:
    shell = unwrapped(rings[0], near)
    return Polygon(shell, [unwrapped(hole, shell[0][0]) for hole in rings[1:]])


def _plain(reading: Reading, value: Any, depth: int, path: str) -> Any:
    if not isinstance(value, list) or (depth and not value):
        reading.fault(path, "must be a list of positions" if depth else "must be a position [lon, lat]")
        return None
    if depth:
        parts = [_plain(reading, part, depth - 1, f"{path}[{index}]") for index, part in enumerate(value)]
        return None if None in parts else parts
    if not 2 <= len(value) <= 3 or not all(map(is_number, value)):
        reading.fault(path, "must be a position [lon, lat] of numbers in degrees")
    elif not -180 <= value[0] <= 180:
        reading.fault(path, "longitude must be from -180 to 180 degrees")
    elif not -90 <= value[1] <= 90:
        reading.fault(path, "latitude must be from -90 to 90 degrees")
    else:
        return [float(value[0]), float(value[1])]
    return None


def _sound(reading: Reading, geometry: dict[str, Any]) -> bool:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        return True
    if kind in LINES:
        parts = [coordinates] if kind == "LineString" else coordinates
        lines = [_sound_line(reading, part, _at(kind, number)) for number, part in enumerate(parts)]
        return all(lines)
    parts = [coordinates] if kind == "Polygon" else coordinates
    polygons = [_sound_polygon(reading, part, _at(kind, number)) for number, part in enumerate(parts)]
    if not all(polygons):
        return False
    return kind == "Polygon" or _apart(reading, shape_of(geometry))


def _at(kind: str, number: int) -> str:
    return f"coordinates[{number}]" if kind.startswith("Multi") else "coordinates"


def _sound_line(reading: Reading, points: list[list[float]], path: str) -> bool:
    if len({tuple(point) for point in points}) < 2:
        reading.fault(path, "a line needs two different points at least")
        return False
    return _no_half_turn(reading, points, path)


def _sound_polygon(reading: Reading, rings: list[list[list[float]]], path: str) -> bool:
    sound = True
    for number, ring in enumerate(rings):
        at = f"{path}[{number}]"
        if len(ring) < 4:
            reading.fault(at, "a ring needs four positions at least, the last equal to the first")
        elif ring[0] != ring[-1]:
            reading.fault(at, "a ring must end where it starts")
        elif not _no_half_turn(reading, ring, at):
            pass
        elif abs(unwrapped(ring)[-1][0] - ring[0][0]) > 1:
            reading.fault(at, "a ring must not go round a pole")
        else:
            continue
        sound = False
    if not sound:
        return False
    polygon = _polygon(rings, rings[0][0][0])
    if not polygon.is_valid:
        # The reason is "Self-intersection[32.5 35.1]" or alike: GEOS words and a place.
        reading.fault(path, f"is not a valid polygon: {shapely.is_valid_reason(polygon)}")
        return False
    return True


def _no_half_turn(reading: Reading, points: list[list[float]], path: str) -> bool:
    if any(abs(after[0] - before[0]) == 180 for before, after in pairwise(points)):
        reading.fault(path, "an edge of exactly 180 degrees of longitude may go either way: add a point between")
        return False
    return True


def _apart(reading: Reading, shape: BaseGeometry) -> bool:
    """Parts may touch, even along an edge (RFC 7946 cuts a zone so at the antimeridian), but not overlap."""
    parts = shapely.get_parts(shape)
    for one, two in shapely.STRtree(parts).query(parts, predicate="intersects").T:
        if one < two and parts[one].relate_pattern(parts[two], "T********"):
            reading.fault(f"coordinates[{two}]", f"overlaps coordinates[{one}]")
            return False
    return True
