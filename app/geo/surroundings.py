"""The area within so many metres of a point, line or zone, drawn as polygons. Decides nothing about who is in it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from app.geo.grid import F64

Ring = list[tuple[float, float]]

_GEOD = Geod(ellps="WGS84")
_PIECE_M = 2_000.0
"""Pieces of a drawing this long are straight in lon/lat and in metres alike, to a few decimetres."""
_CHUNK = 64
"""Pieces that share a middle to measure from: distances across are off by less than 0.1 % up to 300 km around it."""
_QUARTER = 32
"""Edges a quarter of a circle: inscribed, they are at most 0.03 % of its radius inside it."""


def surroundings(
    lines: Iterable[Sequence[tuple[float, float]]], reach_m: float, zone: BaseGeometry | None = None
) -> list[list[Ring]]:
    """Return the area within ``reach_m`` metres of lines, straight in lon/lat degrees, as polygons of rings.

    A line of one position is a point. ``zone``, in the same degrees, is part of the area whatever its size. The edge
    is within 0.1 % of ``reach_m``, up to 300 km. Longitudes are continuous along each line and may leave ±180°.
    """
    parts = [_around(chunk, reach_m) for line in lines for chunk in _chunks(line)]
    area = shapely.union_all([*parts, *([] if zone is None else [zone])])
    area = area.simplify(reach_m / 111_320.0 * 1e-4)
    return [
        [list(map(_position, shapely.get_coordinates(ring).tolist())) for ring in shapely.get_rings(polygon)]
        for polygon in shapely.get_parts(area)
    ]


def _position(pair: Any) -> tuple[float, float]:
    return pair[0], pair[1]


def _chunks(line: Sequence[tuple[float, float]]) -> list[F64]:
    """Return the line as runs of (n, 2) positions with a step of at most ``_PIECE_M``; each begins where one ended."""
    points = [np.array(line[:1], np.float64)]
    for (lon0, lat0), (lon1, lat1) in pairwise(line):
        metres = _GEOD.inv(lon0, lat0, lon1, lat1)[2]
        steps = np.arange(1, max(1, int(np.ceil(metres / _PIECE_M))) + 1)[:, None] / max(1, np.ceil(metres / _PIECE_M))
        points.append(np.array([(lon0, lat0)]) + steps * (lon1 - lon0, lat1 - lat0))
    dense = np.concatenate(points)
    return [dense[start : start + _CHUNK + 1] for start in range(0, max(1, len(dense) - 1), _CHUNK)]


def _around(points: F64, reach_m: float) -> BaseGeometry:
    """Buffer a run in the azimuthal equidistant plane of its middle."""
    lon, lat = points[len(points) // 2].tolist()
    middles = np.full(len(points), lon), np.full(len(points), lat)
    azimuth, _, metres = _GEOD.inv(*middles, points[:, 0], points[:, 1])
    flat = np.column_stack((metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))))
    shape = shapely.Point(flat[0]) if len(flat) == 1 else shapely.LineString(flat)
    around = shapely.segmentize(shape.buffer(reach_m, quad_segs=_QUARTER), _PIECE_M)
    return shapely.transform(around, lambda plane: _degrees(plane, lon, lat))


def _degrees(plane: F64, lon: float, lat: float) -> F64:
    count = len(plane)
    azimuth = np.degrees(np.arctan2(plane[:, 0], plane[:, 1]))
    lons, lats, _ = _GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuth, np.hypot(plane[:, 0], plane[:, 1]))
    return np.column_stack((lon + (lons - lon + 180.0) % 360.0 - 180.0, lats))
