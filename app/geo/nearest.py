"""The nearest point of a set of edges, in metres on WGS84, and which edges a box can meet. Knows no sides."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from app.geo.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, SMALLEST_RADIUS_M
from app.geo.grid import F64, HALF_TURN_E7, I64, RADIANS_A_STEP, STEPS_A_DEGREE, TURN_E7, Rows, turns_between

_MEAN_RADIUS_M = 6_371_008.8
_ALL_PAIRS = 24
"""Up to so many spans, measuring all of them is cheaper than asking the tree."""
_NEWTON_STEPS = 3


class Nearest(NamedTuple):
    """For each point: metres to the nearest point of the edges, that edge, and where on it (0 its start, 1 its end)."""

    metres: F64
    edge: Rows
    along: F64


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The edges cut into spans of at most one degree, under a tree of boxes.

    ``start`` and ``step`` (n, 2) are in 1e-7 degrees, ``low`` and ``high`` where the span lies on its ``edge``. The
    tree's plane has longitudes shrunk by ``shrink``, so that near in it is about near in metres.
    """

    edge: Rows
    low: F64
    high: F64
    start: F64
    step: F64
    shrink: float
    tree: shapely.STRtree
    bounds: tuple[int, int, int, int]

    @staticmethod
    def of(a: I64, b: I64) -> "Spans":
        """Index the edges from ``a`` to ``b``, each (n, 2), at least one."""
        counts = np.maximum(1, -(-np.abs(b - a).max(axis=1) // STEPS_A_DEGREE))
        edge = np.repeat(np.arange(len(a)), counts)
        number = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
        low, high = number / counts[edge], (number + 1) / counts[edge]
        whole = (b - a)[edge]
        start = a[edge] + whole * low[:, None]
        step = whole * (high - low)[:, None]
        west, south = np.minimum(a, b).min(axis=0).tolist()
        east, north = np.maximum(a, b).max(axis=0).tolist()
        shrink = max(0.01, float(np.cos((south + north) / 2 * RADIANS_A_STEP)))
        plane = np.array((shrink, 1.0))
        tree = shapely.STRtree(shapely.linestrings(np.stack((start * plane, (start + step) * plane), axis=1)))
        return Spans(edge, low, high, start, step, shrink, tree, (west, south, east, north))

    def meeting(self, west: I64 | F64, south: I64 | F64, east: I64 | F64, north: I64 | F64) -> tuple[Rows, Rows]:
        """Return (box, span) pairs: for each box, in this frame, every span whose own box it meets, and maybe more."""
        boxes = shapely.box((west - 1) * self.shrink, south - 1.0, (east + 1) * self.shrink, north + 1.0)
        box, span = self.tree.query(boxes)
        return box, span

    def nearest(self, lon_e7: I64, lat_e7: I64) -> Nearest:
        """Return the nearest point of the edges for each point, to 1e-5 of the distance; of equals, the first edge."""
        middle = (self.bounds[0] + self.bounds[2]) // 2
        lon = (lon_e7 - middle + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7 + middle
        point, span = self._candidates(lon, lat_e7)
        metres, along = self._measured(lon[point], lat_e7[point], span)
        order = np.lexsort((span, metres, point))
        best = order[np.searchsorted(point[order], np.arange(len(lon)))]
        chosen = span[best]
        at = self.low[chosen] + along[best] * (self.high[chosen] - self.low[chosen])
        return Nearest(metres[best], self.edge[chosen], at)

    def _candidates(self, lon: I64, lat: I64) -> tuple[Rows, Rows]:
        count = len(self.edge)
        if count <= _ALL_PAIRS:
            return np.repeat(np.arange(len(lon)), count), np.tile(np.arange(count), len(lon))
        first = self.tree.nearest(shapely.points(lon * self.shrink, lat.astype(np.float64)))
        metres, _ = self._measured(lon, lat, first)
        west, south, east, north = _around(lon, lat, metres)
        points, spans = [np.arange(len(lon))], [first]
        low, high = int(np.floor(west.min(initial=0))), int(np.ceil(east.max(initial=0)))
        for turn in turns_between(low, high, self.bounds[0], self.bounds[2]):
            point, span = self.meeting(west + turn * TURN_E7, south, east + turn * TURN_E7, north)
            points.append(point)
            spans.append(span)
        point, span = np.concatenate(points), np.concatenate(spans)
        near = self._perhaps_nearer(lon[point], lat[point], span, metres[point])
        return point[near], span[near]

    def _perhaps_nearer(self, lon: I64, lat: I64, span: Rows, metres: F64) -> Rows:
        """Keep the spans that a plain local plane, its error allowed for, does not show to be beyond ``metres``."""
        shrink = np.cos(lat * RADIANS_A_STEP)
        dx, dy = self.step[span, 0] * shrink, self.step[span, 1]
        ux, uy = _east(self.start[span, 0] - lon) * shrink, self.start[span, 1] - lat
        along = np.clip(-(ux * dx + uy * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
        plane_m = np.hypot(ux + along * dx, uy + along * dy) * (RADIANS_A_STEP * SMALLEST_RADIUS_M)
        # Over an angle the parallel's scale changes by its tangent times that angle; the ellipsoid adds 1 %.
        tangent = np.abs(np.tan(lat * RADIANS_A_STEP))
        error = 0.015 + 2 * (1 + tangent) * np.maximum(metres, plane_m) / SMALLEST_RADIUS_M
        return np.flatnonzero((error > 0.3) | (plane_m * (1 - error) <= metres + 0.001))

    def _measured(self, lon: I64, lat: I64, span: Rows) -> tuple[F64, F64]:
        """Return metres from each point to its span and where on the span, by Newton's steps on the chord in space."""
        latitude = lat * RADIANS_A_STEP
        normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2)
        x0, z0 = normal * np.cos(latitude), normal * (1 - ECCENTRICITY_SQUARED) * np.sin(latitude)
        from_lon = _east(self.start[span, 0] - lon) * RADIANS_A_STEP
        from_lat = self.start[span, 1] * RADIANS_A_STEP
        d_lon, d_lat = self.step[span, 0] * RADIANS_A_STEP, self.step[span, 1] * RADIANS_A_STEP
        shrink = np.cos(latitude)
        size = np.maximum((d_lon * shrink) ** 2 + d_lat**2, 1e-30)
        along = np.clip(-(from_lon * d_lon * shrink**2 + (from_lat - latitude) * d_lat) / size, 0.0, 1.0)
        for step in range(_NEWTON_STEPS + 1):
            phi, lam = from_lat + along * d_lat, from_lon + along * d_lon
            sin_phi, cos_phi, sin_lam, cos_lam = np.sin(phi), np.cos(phi), np.sin(lam), np.cos(lam)
            squared = 1 - ECCENTRICITY_SQUARED * sin_phi**2
            normal = SEMI_MAJOR_M / np.sqrt(squared)
            meridian = normal * (1 - ECCENTRICITY_SQUARED) / squared
            x, y = normal * cos_phi * cos_lam - x0, normal * cos_phi * sin_lam
            z = normal * (1 - ECCENTRICITY_SQUARED) * sin_phi - z0
            if step == _NEWTON_STEPS:
                break
            east, north = normal * cos_phi * d_lon, meridian * d_lat
            speed = east**2 + north**2
            slope = east * (y * cos_lam - x * sin_lam) + north * (z * cos_phi - sin_phi * (x * cos_lam + y * sin_lam))
            outward = x * cos_lam + y * sin_lam
            bend = -(east * d_lon) * outward - 2 * north * d_lon * sin_phi * (y * cos_lam - x * sin_lam)
            bend -= north * d_lat * (cos_phi * outward + sin_phi * z)
            along = np.clip(along - slope / np.maximum(speed + bend, 0.1 * speed + 1e-12), 0.0, 1.0)
        chord = np.sqrt(x * x + y * y + z * z)
        return 2 * _MEAN_RADIUS_M * np.arcsin(np.minimum(chord / (2 * _MEAN_RADIUS_M), 1.0)), along


def _east(step_e7: F64) -> F64:
    """Return differences of longitude brought to within half a turn."""
    turned: F64 = np.where(np.abs(step_e7) > HALF_TURN_E7, step_e7 - TURN_E7 * np.rint(step_e7 / TURN_E7), step_e7)
    return turned


def _around(lon: I64, lat: I64, metres: F64) -> tuple[F64, F64, F64, F64]:
    """Return west, south, east, north of a box that surely holds all within ``metres`` of each point."""
    # On the sphere of the ellipsoid's smallest radius of curvature every distance is shorter than on the ellipsoid.
    radius = metres / SMALLEST_RADIUS_M * (1 + 1e-6) + 1e-9
    latitude = lat * RADIANS_A_STEP
    polar = np.abs(latitude) + radius >= np.pi / 2 - 1e-6
    ratio = np.sin(np.minimum(radius, np.pi / 2)) / np.maximum(np.cos(latitude), 1e-12)
    width = np.where(polar, np.pi, np.arcsin(np.minimum(ratio, 1.0))) / RADIANS_A_STEP
    height = radius / RADIANS_A_STEP
    return lon - width, lat - height, lon + width, lat + height
