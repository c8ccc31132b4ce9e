"""The edges of one line or zone: what a path crosses, how far a point is, on which side. Knows no rules and no time.

Edges are straight in lon/lat (RFC 7946, 3.1.1). Which side, and whether crossed, is decided exactly
(``app.geo.predicates`` tells how ties fall); metres are on WGS84. Features, paths and points may be
on any turn of longitude.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from app.geo.geodesy import distance_m
from app.geo.grid import F64, I8, I64, STEPS_A_DEGREE, TURN_E7, Bools, Rows, distinct, normal_degrees, turns_between
from app.geo.nearest import Spans
from app.geo.outline import Drawn, Outline, line_outline, zone_outline
from app.geo.predicates import determinant, meeting, side_of_edge, surely_beside, turn

_AT_VERTEX_M = 1e-4
_FEW = 8
"""So many edges are asked one by one in the time of a look at all of them."""


class Crossing(NamedTuple):
    """Where a path crosses an edge.

    ``fraction`` of the path's length in metres, 0 … 1; ``lon``, ``lat`` in degrees; ``sign`` +1 from right to left
    (into a zone), -1 from left to right; ``edge`` is the edge's row.
    """

    fraction: float
    lon: float
    lat: float
    sign: int
    edge: int


class _Met(NamedTuple):
    """A crossing on the grid: the path's piece, where on it (0 … 1), and the turns the path was moved by to meet it."""

    piece: int
    along: float
    sign: int
    edge: int
    turns: int


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """A feature's directed edges from ``a`` to ``b``, each (n, 2), 1e-7 degrees. Zones lie left of their edges.

    ``after`` and ``before`` are the edges that continue one, or -1 at an end of a line. ``part`` numbers line parts
    and rings. ``bounds`` is west, south, east, north in 1e-7 degrees; east may be beyond 180°.
    """

    a: I64
    b: I64
    after: Rows
    before: Rows
    part: Rows
    is_zone: bool
    spans: Spans

    @staticmethod
    def of_line(parts: Iterable[Drawn]) -> "Edges":
        """Take the parts of a LineString or MultiLineString, lon, lat in degrees.

        Parts that continue each other are joined. Raises ValueError where there are no two different positions.
        """
        return _edges(line_outline(parts), is_zone=False)

    @staticmethod
    def of_zone(polygons: Iterable[Sequence[Drawn]]) -> "Edges":
        """Take the polygons of a Polygon or MultiPolygon, each its rings, exterior first; lon, lat in degrees.

        Any orientation will do; invalid drawings are repaired. Raises ValueError where no area is left.
        """
        return _edges(zone_outline(polygons), is_zone=True)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        return self.spans.bounds

    def crossings(self, path: I64) -> list[Crossing]:
        """Return where the path, (n, 2) lon, lat in 1e-7 degrees with continuous longitudes, crosses, in its order.

        The signs of a zone's crossings add up to inside(end) - inside(start), whatever is touched on the way.
        """
        (low_lon, low_lat), (high_lon, high_lat) = path.min(axis=0).tolist(), path.max(axis=0).tolist()
        west, south, east, north = self.bounds
        if low_lat > north or high_lat < south:
            return []
        found: list[_Met] = []
        for k in turns_between(low_lon, high_lon, west, east):
            found += self._crossed(path + np.array((k * TURN_E7, 0)) if k else path, k)
        if not found:
            return []
        if len(found) > 1:
            found = self._in_order(path, found)
        return _located(path, found)

    def distance_m(self, lon_e7: I64, lat_e7: I64) -> F64:
        """Return metres from each point to the nearest point of the edges."""
        return self.spans.nearest(np.asarray(lon_e7, np.int64), np.asarray(lat_e7, np.int64)).metres

    def inside(self, lon_e7: I64, lat_e7: I64) -> Bools:
        """Tell which points are inside the zone; one on the boundary as the tie-break of all predicates has it."""
        lon, lat = np.asarray(lon_e7, np.int64), np.asarray(lat_e7, np.int64)
        west, south, east, north = self.bounds
        winding = np.zeros(len(lon), np.int64)
        low, high = int(lon.min(initial=west)), int(lon.max(initial=west))
        for k in turns_between(low, high, west, east):
            moved = lon + k * TURN_E7
            rows = np.flatnonzero((moved >= west) & (moved <= east) & (lat >= south) & (lat <= north))
            if len(rows):
                np.add.at(winding, *self._wound(rows, moved[rows], lat[rows]))
        return winding > 0

    def side(self, lon_e7: I64, lat_e7: I64) -> I8:
        """Return +1 left, -1 right of the nearest edge of a line, 0 where the nearest point is an end."""
        lon, lat = np.asarray(lon_e7, np.int64), np.asarray(lat_e7, np.int64)
        nearest = self.spans.nearest(lon, lat)
        edge = nearest.edge
        lon = lon + TURN_E7 * np.rint(((self.a[edge, 0] + self.b[edge, 0]) / 2 - lon) / TURN_E7).astype(np.int64)
        side = self._side_of(edge, lon, lat)
        ends = self.a[edge], self.b[edge]
        length = distance_m(ends[0][:, 0], ends[0][:, 1], ends[1][:, 0], ends[1][:, 1])
        at_start = nearest.along * length < _AT_VERTEX_M
        at_end = (1 - nearest.along) * length < _AT_VERTEX_M
        for row in np.flatnonzero(at_start | at_end).tolist():
            into, out = (self.before[edge[row]], edge[row]) if at_start[row] else (edge[row], self.after[edge[row]])
            side[row] = 0 if into < 0 or out < 0 else self._side_at_vertex(into, out, lon[row], lat[row])
        return side

    def _side_at_vertex(self, into: np.intp, out: np.intp, lon: np.int64, lat: np.int64) -> int:
        """Left of a vertex that turns left is what is left of both edges; where it turns right, of either."""
        pair = np.array((into, out))
        # The two edges may lie on different turns of longitude.
        middles = (self.a[pair, 0] + self.b[pair, 0]) / 2
        near = lon + TURN_E7 * np.rint((middles - lon) / TURN_E7).astype(np.int64)
        sides = self._side_of(pair, near, np.array((lat, lat)))
        step_in, step_out = self.b[into] - self.a[into], self.b[out] - self.a[out]
        turned = turn(0, 0, *step_in.tolist(), *(step_in + step_out).tolist())
        if turned == 0:
            return int(sides[0])
        return int(sides.min() if turned > 0 else sides.max())

    def _side_of(self, edge: Rows, lon: I64, lat: I64) -> I8:
        ax, ay = self.a[edge, 0], self.a[edge, 1]
        dx, dy = self.b[edge, 0] - ax, self.b[edge, 1] - ay
        return side_of_edge(dx, dy, determinant(dx, dy, lon - ax, lat - ay))

    def _wound(self, rows: Rows, lon: I64, lat: I64) -> tuple[Rows, I64]:
        """Return (row, ±1) for each edge that the meridian north of a point crosses, westward ones being +1."""
        top = np.full(len(lon), self.bounds[3])
        point, span = self.spans.meeting(lon, lat, lon, top)
        pairs = distinct(point * len(self.a) + self.spans.edge[span])
        point, edge = np.divmod(pairs, len(self.a))
        ax, bx = self.a[edge, 0], self.b[edge, 0]
        x = lon[point]
        # The moved point is a hair east: an edge that reaches east from its meridian is met, one from the west is not.
        met = np.flatnonzero((np.minimum(ax, bx) <= x) & (x < np.maximum(ax, bx)))
        point, edge = point[met], edge[met]
        heading = np.sign(self.a[edge, 0] - self.b[edge, 0])
        below = self._side_of(edge, lon[point], lat[point]) == heading
        return rows[point[below]], heading[below]

    def _crossed(self, path: I64, k: int) -> list[_Met]:
        """Return the crossings of a path moved by ``k`` turns, in no order."""
        low, high = np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])
        piece, span = self.spans.meeting(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        if not len(piece):
            return []
        edge = self.spans.edge[span]
        if len(self.spans.edge) != len(self.a):
            piece, edge = np.divmod(distinct(piece * len(self.a) + edge), len(self.a))
        if len(edge) > _FEW:
            left = ~surely_beside(path[piece], path[piece + 1], self.a[edge], self.b[edge])
            piece, edge = piece[left], edge[left]
        points, found = path.tolist(), []
        for at, number, a, b in zip(
            piece.tolist(), edge.tolist(), self.a[edge].tolist(), self.b[edge].tolist(), strict=True
        ):  # fmt: skip
            met = meeting(points[at], points[at + 1], a, b)
            if met:
                found.append(_Met(at, met[0] / met[1], met[2], number, k))
        return found

    def _in_order(self, path: I64, found: list[_Met]) -> list[_Met]:
        """Sort crossings along the path, exactly: those at one place in the order the moved track meets them."""

        def place(met: _Met) -> tuple[int, Fraction, Fraction, Fraction, int]:
            (px, py), (qx, qy) = path[met.piece].tolist(), path[met.piece + 1].tolist()
            (ax, ay), (bx, by) = self.a[met.edge].tolist(), self.b[met.edge].tolist()
            dx, dy = bx - ax, by - ay
            o_p = dx * (py - ay) - dy * (px + met.turns * TURN_E7 - ax)
            divisor = dy * (qx - px) - dx * (qy - py)
            return met.piece, Fraction(o_p, divisor), Fraction(-dy, divisor), Fraction(dx, divisor), met.edge

        return sorted(found, key=place)


def _edges(outline: Outline, *, is_zone: bool) -> Edges:
    before = np.full(len(outline.a), -1, np.intp)
    continued = np.flatnonzero(outline.after >= 0)
    before[outline.after[continued]] = continued
    spans = Spans.of(outline.a, outline.b)
    return Edges(outline.a, outline.b, outline.after, before, outline.part, is_zone, spans)


def _located(path: I64, found: list[_Met]) -> list[Crossing]:
    start, end = path[:-1], path[1:]
    if len(start) == 1:
        before, share = [0.0], [1.0]
    else:
        lengths = distance_m(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
        total = max(float(lengths.sum()), 1e-9)
        before = ((np.cumsum(lengths) - lengths) / total).tolist()
        share = (lengths / total).tolist()
    crossings = []
    for piece, along, sign, edge, _ in found:
        (px, py), (qx, qy) = path[piece].tolist(), path[piece + 1].tolist()
        lon = normal_degrees(px + along * (qx - px))
        lat = (py + along * (qy - py)) / STEPS_A_DEGREE
        crossings.append(Crossing(before[piece] + along * share[piece], lon, lat, sign, edge))
    return crossings
