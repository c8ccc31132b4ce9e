"""GeoJSON geometries as the lists of coordinates that edges are made of, and back. Judges no geometry."""

from collections.abc import Mapping
from typing import Any

Position = tuple[float, float]


class GeometryError(ValueError):
    """A geometry that is not the GeoJSON (RFC 7946) it should be; the message names what was met."""


def line_parts(geometry: Mapping[str, Any]) -> list[list[Position]]:
    """Return the parts of a LineString or MultiLineString, lon, lat in degrees. Raises GeometryError."""
    match geometry.get("type"):
        case "LineString":
            return [_positions(geometry.get("coordinates"), 2)]
        case "MultiLineString":
            return [_positions(part, 2) for part in _listed(geometry.get("coordinates"))]
    raise GeometryError(f"expected LineString or MultiLineString, not {_named(geometry)}")


def polygon_rings(geometry: Mapping[str, Any]) -> list[list[list[Position]]]:
    """Return the polygons of a Polygon or MultiPolygon, each its rings, lon, lat in degrees. Raises GeometryError."""
    match geometry.get("type"):
        case "Polygon":
            return [_rings(geometry.get("coordinates"))]
        case "MultiPolygon":
            return [_rings(polygon) for polygon in _listed(geometry.get("coordinates"))]
    raise GeometryError(f"expected Polygon or MultiPolygon, not {_named(geometry)}")


def point(geometry: Mapping[str, Any]) -> Position:
    """Return lon, lat of a Point, in degrees. Raises GeometryError."""
    if geometry.get("type") != "Point":
        raise GeometryError(f"expected Point, not {_named(geometry)}")
    return _position(geometry.get("coordinates"))


def _rings(value: object) -> list[list[Position]]:
    return [_positions(ring, 4) for ring in _listed(value)]


def _positions(value: object, least: int) -> list[Position]:
    positions = [_position(item) for item in _listed(value)]
    if len(positions) < least:
        raise GeometryError(f"expected at least {least} positions, not {len(positions)}")
    return positions


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise GeometryError("expected an array of coordinates that is not empty")
    return list(value)


def _position(value: object) -> Position:
    match value:
        case [int() | float() as lon, int() | float() as lat, *_] if bool not in (type(lon), type(lat)):
            if not (abs(lon) <= 540 and abs(lat) <= 90):
                raise GeometryError(f"{lon}, {lat} is not a longitude and latitude in degrees")
            return float(lon), float(lat)
    raise GeometryError("expected a position: longitude and latitude in degrees")


def _named(geometry: Mapping[str, Any]) -> str:
    kind = geometry.get("type")
    return kind if isinstance(kind, str) and len(kind) < 40 else "that"
