"""The nearest point of a set of edges, in metres on WGS84, and which edges a box can meet. Knows no sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from app.geo.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR_M
from app.geo.grid import F64, HALF_TURN_E7, I64, RADIANS_A_STEP, STEPS_A_DEGREE, TURN_E7, Rows

_MEAN_RADIUS_M = 6_371_008.8
_LARGEST_RADIUS_M = 6_399_594.0
_CHUNK = 16
_BLOCK = 1024
"""So many points at a time are compared with all chunks, to bound the memory of a call."""
_NEWTON_STEPS = 2


class Nearest(NamedTuple):
    """For each point: metres to the nearest point of the edges, that edge, and where on it (0 its start, 1 its end)."""

    metres: F64
    edge: Rows
    along: F64


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The edges cut into spans of at most one degree, under a tree of boxes.

    ``start`` and ``step`` (n, 2) are in 1e-7 degrees, ``low`` and ``high`` where the span lies on its ``edge``.
    ``middles`` (n, 3) are the spans' midpoints in space, metres, and ``radii`` hold the spans; ``chunk_middles`` and
    ``chunk_radii`` hold each 16 neighbouring spans.
    """

    edge: Rows
    low: F64
    high: F64
    start: F64
    step: F64
    middles: F64
    radii: F64
    chunk_middles: F64
    chunk_radii: F64
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
        end = start + step
        tree = shapely.STRtree(shapely.linestrings(np.stack((start, end), axis=1)))
        middles = _in_space(start[:, 0] + step[:, 0] / 2, start[:, 1] + step[:, 1] / 2)
        # A per mille more than half the span's length at the wider of its ends' parallels: no point of it is farther.
        wide = np.maximum(np.cos(start[:, 1] * RADIANS_A_STEP), np.cos(end[:, 1] * RADIANS_A_STEP))
        radii = np.hypot(step[:, 0] * wide, step[:, 1]) * (RADIANS_A_STEP * _LARGEST_RADIUS_M * 1.001 / 2)
        begins = np.arange(0, len(edge), _CHUNK)
        central = np.minimum(begins + _CHUNK // 2, len(edge) - 1)
        apart = np.linalg.norm(middles - np.repeat(middles[central], _CHUNK, axis=0)[: len(edge)], axis=1)
        chunk_radii = np.maximum.reduceat(apart + radii, begins)
        bounds = (west, south, east, north)
        return Spans(edge, low, high, start, step, middles, radii, middles[central], chunk_radii, tree, bounds)

    def meeting(self, west: I64 | F64, south: I64 | F64, east: I64 | F64, north: I64 | F64) -> tuple[Rows, Rows]:
        """Return (box, span) pairs: for each box, in this frame, every span whose own box it meets, and maybe more."""
        box, span = self.tree.query(shapely.box(west - 1.0, south - 1.0, east + 1.0, north + 1.0))
        return box, span

    def nearest(self, lon_e7: I64, lat_e7: I64) -> Nearest:
        """Return the nearest point of the edges for each point, to 1e-5 of the distance; of equals, the first edge."""
        here = _in_space(lon_e7, lat_e7)
        pairs = [self._candidates(here[row : row + _BLOCK], row) for row in range(0, len(here), _BLOCK)]
        if not pairs:
            return Nearest(np.empty(0), np.empty(0, np.intp), np.empty(0))
        point, span = (np.concatenate(part) for part in zip(*pairs, strict=True))
        metres, along = _measured(lon_e7[point], lat_e7[point], self.start[span], self.step[span])
        order = np.lexsort((span, metres, point))
        best = order[np.searchsorted(point[order], np.arange(len(here)))]
        chosen = span[best]
        at = self.low[chosen] + along[best] * (self.high[chosen] - self.low[chosen])
        return Nearest(metres[best], self.edge[chosen], at)

    def _candidates(self, here: F64, first: int) -> tuple[Rows, Rows]:
        """Return (point, span) pairs that hold the nearest span of each point in space; points numbered from ``first``.

        A middle lies on the edges, so the nearest one bounds the distance from above, and its radius from below.
        """
        squares = (here**2).sum(axis=1)[:, None] + (self.chunk_middles**2).sum(axis=1)
        # Squares of coordinates round to centimetres of distance. Unlike a matrix product, einsum starts no threads.
        gaps = np.sqrt(np.maximum(squares - 2 * np.einsum("ik,jk->ij", here, self.chunk_middles), 0.0))
        point, chunk = np.nonzero(gaps - self.chunk_radii <= gaps.min(axis=1, keepdims=True) + 1.0)
        point = np.repeat(point, _CHUNK)
        span = (chunk[:, None] * _CHUNK + np.arange(_CHUNK)).ravel()
        if len(self.edge) % _CHUNK:
            real = span < len(self.edge)
            point, span = point[real], span[real]
        away = here[point] - self.middles[span]
        gap = np.sqrt(np.einsum("ij,ij->i", away, away))
        least = np.minimum.reduceat(gap, np.searchsorted(point, np.arange(len(here))))
        near = gap - self.radii[span] <= least[point] + 1e-3
        return point[near] + first, span[near]


class ManySpans:
    """The spans of many features, to ask each of many points for its distance from one of them, all in one go.

    What it answers for a feature is what the feature's own ``Spans.nearest`` does. A call for each feature would cost
    a third of a millisecond each, and a block of reports asks about a few points of every feature.
    """

    def __init__(self, features: Sequence[Spans]) -> None:
        spans = np.array([len(feature.edge) for feature in features], np.intp)
        chunks = np.array([len(feature.chunk_radii) for feature in features], np.intp)
        self._chunks = chunks
        self._first_chunk = np.cumsum(chunks) - chunks
        begins = [np.arange(0, count, _CHUNK) for count in spans.tolist()]
        self._first_span = np.concatenate([np.empty(0, np.intp), *map(np.add, begins, np.cumsum(spans) - spans)])
        sizes = [np.minimum(_CHUNK, count - begin) for count, begin in zip(spans.tolist(), begins, strict=True)]
        self._size = np.concatenate([np.empty(0, np.intp), *sizes])
        nowhere, nothing = np.empty((3, 0)), np.empty(0)
        self._chunk_middles = np.concatenate([nowhere, *(feature.chunk_middles.T for feature in features)], axis=1)
        self._chunk_radii = np.concatenate([nothing, *(feature.chunk_radii for feature in features)])
        self._middles = np.concatenate([nowhere, *(feature.middles.T for feature in features)], axis=1)
        self._radii = np.concatenate([nothing, *(feature.radii for feature in features)])
        self._start = np.concatenate([np.empty((0, 2)), *(feature.start for feature in features)])
        self._step = np.concatenate([np.empty((0, 2)), *(feature.step for feature in features)])

    def distance_m(self, feature: Rows, lon_e7: I64, lat_e7: I64) -> F64:
        """Return metres from each point to the nearest point of its feature, of those numbered as given."""
        metres = np.empty(len(feature))
        first = 0
        ends = np.cumsum(self._chunks[feature])
        while first < len(feature):  # cut, so that a call's memory is bounded
            most = (ends[first - 1] if first else 0) + _BLOCK * _CHUNK
            last = max(first + 1, int(np.searchsorted(ends, most, side="right")))
            some = slice(first, last)
            metres[some] = self._distance_m(feature[some], lon_e7[some], lat_e7[some])
            first = last
        return metres

    def _distance_m(self, feature: Rows, lon_e7: I64, lat_e7: I64) -> F64:
        here, points = np.ascontiguousarray(_in_space(lon_e7, lat_e7).T), np.arange(len(feature))
        point, chunk = _spread(points, self._first_chunk[feature], self._chunks[feature])
        point, chunk = _nearest_of(here, point, self._chunk_middles, self._chunk_radii, chunk, 1.0)
        point, span = _spread(point, self._first_span[chunk], self._size[chunk])
        point, span = _nearest_of(here, point, self._middles, self._radii, span, 1e-3)
        starts, steps = self._start.take(span, axis=0), self._step.take(span, axis=0)
        metres, _ = _measured(lon_e7[point], lat_e7[point], starts, steps)
        least: F64 = np.minimum.reduceat(metres, np.searchsorted(point, points))
        return least


def _spread(points: Rows, first: Rows, counts: Rows) -> tuple[Rows, Rows]:
    """Return each of ``points`` as often as counted, with the numbers that follow its first."""
    begins = np.cumsum(counts) - counts
    return np.repeat(points, counts), np.arange(counts.sum()) + np.repeat(first - begins, counts)


def _nearest_of(here: F64, point: Rows, middles: F64, radii: F64, ball: Rows, slack_m: float) -> tuple[Rows, Rows]:
    """Return the pairs of a point (ascending) and a ball that may hold the nearest edge: its middle is on an edge.

    ``here`` and ``middles`` are (3, n): numpy takes numbers from a row in a fraction of the time of triples.
    """
    squares = np.zeros(len(point))
    for of_points, of_balls in zip(here, middles, strict=True):
        away = of_points.take(point) - of_balls.take(ball)
        squares += away * away
    gap = np.sqrt(squares)
    least = np.minimum.reduceat(gap, np.searchsorted(point, np.arange(here.shape[1])))
    near = gap - radii.take(ball) <= least.take(point) + slack_m
    return point[near], ball[near]


def _measured(lon: I64, lat: I64, start: F64, step: F64) -> tuple[F64, F64]:
    """Return metres from each point to its span and where on the span, by Newton's steps on the chord in space."""
    latitude = lat * RADIANS_A_STEP
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2)
    x0, z0 = normal * np.cos(latitude), normal * (1 - ECCENTRICITY_SQUARED) * np.sin(latitude)
    from_lon = _east(start[:, 0] - lon) * RADIANS_A_STEP
    from_lat = start[:, 1] * RADIANS_A_STEP
    d_lon, d_lat = step[:, 0] * RADIANS_A_STEP, step[:, 1] * RADIANS_A_STEP
    shrink = np.cos(latitude)
    size = np.maximum((d_lon * shrink) ** 2 + d_lat**2, 1e-30)
    along = np.clip(-(from_lon * d_lon * shrink**2 + (from_lat - latitude) * d_lat) / size, 0.0, 1.0)
    for number in range(_NEWTON_STEPS + 1):
        phi, lam = from_lat + along * d_lat, from_lon + along * d_lon
        sin_phi, cos_phi, sin_lam, cos_lam = np.sin(phi), np.cos(phi), np.sin(lam), np.cos(lam)
        squared = 1 - ECCENTRICITY_SQUARED * sin_phi**2
        normal = SEMI_MAJOR_M / np.sqrt(squared)
        meridian = normal * (1 - ECCENTRICITY_SQUARED) / squared
        x, y = normal * cos_phi * cos_lam - x0, normal * cos_phi * sin_lam
        z = normal * (1 - ECCENTRICITY_SQUARED) * sin_phi - z0
        if number == _NEWTON_STEPS:
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


def _in_space(lon_e7: I64 | F64, lat_e7: I64 | F64) -> F64:
    """Return positions on the ellipsoid as (n, 3) metres from the earth's centre."""
    lam, phi = lon_e7 * RADIANS_A_STEP, lat_e7 * RADIANS_A_STEP
    sin_phi = np.sin(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * sin_phi**2)
    flat = normal * np.cos(phi)
    return np.column_stack((flat * np.cos(lam), flat * np.sin(lam), normal * (1 - ECCENTRICITY_SQUARED) * sin_phi))
