"""The ground of the oracle: crossings, sides, metres and belief, one fix at a time, sharing no code with the project.

Ties are broken by really moving every fix: a hair (1e-20 of a grid step) east and a hair of that hair north, in whole
numbers. After that no fix is on an edge and no leg meets a vertex, so the plain definitions hold. A measure that lies
so near a limit that rounding could decide raises ``TooClose``: such a track is drawn again, not tolerated.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, cos, hypot, isinf, radians, sin, sqrt
from typing import Any, NamedTuple

import shapely
from geographiclib.geodesic import Geodesic

E7 = 10_000_000
SCALE = 10**40
HAIR = 10**20
SHORT_M = 20_000.0
A, E2 = 6_378_137.0, 0.00669437999014

Grid = tuple[int, int]
"""Longitude and latitude in whole 1e-7 degrees."""
Edge = tuple[Grid, Grid]
Rings = tuple[tuple[Grid, ...], ...]


class TooClose(Exception):
    """A measure is within a centimetre, or a tenth of a second, of what decides."""


class Meeting(NamedTuple):
    """Where a leg meets an edge: its share of the leg's metres, degrees, +1 to the left or in, and the edge."""

    share: float
    lon: float
    lat: float
    sign: int
    edge: Edge


def beyond(value: float, limit: float, slack: float = 0.01) -> bool:
    """Whether a value reaches a limit, where that is beyond doubt."""
    if isinf(limit):
        return False
    if abs(value - limit) < slack + 2e-5 * abs(limit):
        raise TooClose
    return value >= limit


def metres(one: Grid, two: Grid) -> float:
    """Metres on WGS84, by the radii at the middle latitude; over 20 km by GeographicLib."""
    phi = radians((one[1] + two[1]) / 2 / E7)
    w = sqrt(1 - E2 * sin(phi) ** 2)
    east = A / w * cos(phi) * radians((two[0] - one[0]) / E7)
    north = A * (1 - E2) / w**3 * radians((two[1] - one[1]) / E7)
    flat = hypot(east, north)
    if flat < SHORT_M:
        return flat
    return float(Geodesic.WGS84.Inverse(one[1] / E7, one[0] / E7, two[1] / E7, two[0] / E7)["s12"])


def flat(origin: Grid, point: tuple[float, float]) -> tuple[float, float]:
    """Metres east and north of ``origin``, in its tangent plane."""
    phi = radians(origin[1] / E7)
    w = sqrt(1 - E2 * sin(phi) ** 2)
    east = A / w * cos(phi) * radians((point[0] - origin[0]) / E7)
    return east, A * (1 - E2) / w**3 * radians((point[1] - origin[1]) / E7)


@lru_cache(maxsize=1 << 15)
def from_edge_m(point: Grid, edges: tuple[Edge, ...]) -> float:
    """Metres from a point to the nearest point of edges that are straight in degrees."""
    phi = radians(point[1] / E7)
    w = sqrt(1 - E2 * sin(phi) ** 2)
    east_m, north_m = A / w * cos(phi) * radians(1 / E7), A * (1 - E2) / w**3 * radians(1 / E7)
    rough = []
    for a, b in edges:
        ax, ay = east_m * (a[0] - point[0]), north_m * (a[1] - point[1])
        dx, dy = east_m * (b[0] - a[0]), north_m * (b[1] - a[1])
        share = min(1.0, max(0.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
        rough.append((hypot(ax + share * dx, ay + share * dy), share, a, b))
    # The plane is true at the point alone: measure again to the places that may be the nearest.
    limit_m = 1.05 * min(metres for metres, _, _, _ in rough) + 1.0
    return min(_to_place_m(point, share, a, b) for metres, share, a, b in rough if metres <= limit_m)


def _to_place_m(point: Grid, share: float, a: Grid, b: Grid) -> float:
    phi = radians((point[1] + a[1] + share * (b[1] - a[1])) / 2 / E7)
    w = sqrt(1 - E2 * sin(phi) ** 2)
    east = A / w * cos(phi) * radians((a[0] + share * (b[0] - a[0]) - point[0]) / E7)
    north = A * (1 - E2) / w**3 * radians((a[1] + share * (b[1] - a[1]) - point[1]) / E7)
    return hypot(east, north)


@lru_cache(maxsize=1 << 15)
def inside(point: Grid, rings: Rings) -> bool:
    """Whether the moved point is in the polygons, by counting the edges due north of it."""
    x, y = point[0] * SCALE + HAIR, point[1] * SCALE + 1
    odd = False
    for ring in rings:
        for a, b in pairwise(ring):
            if (a[0] * SCALE > x) != (b[0] * SCALE > x):
                left = _turn((a[0] * SCALE, a[1] * SCALE), (b[0] * SCALE, b[1] * SCALE), (x, y)) > 0
                odd ^= left == (b[0] < a[0])  # the edge is above the point
    return odd


@lru_cache(maxsize=1 << 14)
def meetings(path: tuple[Grid, ...], edges: tuple[Edge, ...]) -> tuple[Meeting, ...]:
    """Where the moved path meets edges, in its order; the sign is that of getting to an edge's left."""
    edges = tuple(edge for edge in edges if _boxes_meet(path, edge))
    if not edges:
        return ()
    lengths = [metres(p, q) for p, q in pairwise(path)]
    total = sum(lengths) or 1.0
    found = []
    before = 0.0
    for (p, q), length in zip(pairwise(path), lengths, strict=True):
        here = []
        moved_p, moved_q = ((x * SCALE + HAIR, y * SCALE + 1) for x, y in (p, q))
        for edge in edges:
            if not _boxes_meet((p, q), edge):
                continue
            a, b = ((x * SCALE, y * SCALE) for x, y in edge)
            side_p, side_q = _turn(a, b, moved_p), _turn(a, b, moved_q)
            if (side_p > 0) == (side_q > 0) or (_turn(moved_p, moved_q, a) > 0) == (_turn(moved_p, moved_q, b) > 0):
                continue
            here.append((Fraction(side_p, side_p - side_q), 1 if side_q > 0 else -1, edge))
        for share, sign, edge in sorted(here, key=lambda it: it[0]):
            lon, lat = (p[i] + float(share) * (q[i] - p[i]) for i in (0, 1))
            found.append(Meeting((before + float(share) * length) / total, lon / E7, lat / E7, sign, edge))
        before += length
    return tuple(found)


@lru_cache(maxsize=1 << 15)
def _box(places: tuple[Grid, ...]) -> tuple[int, int, int, int]:
    lons, lats = zip(*places, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _boxes_meet(one: tuple[Grid, ...], two: tuple[Grid, ...]) -> bool:
    west, south, east, north = _box(one)
    other = _box(two)
    return east >= other[0] and north >= other[1] and west <= other[2] and south <= other[3]


@lru_cache(maxsize=1 << 12)
def way(start: Grid, end: Grid) -> tuple[Grid, ...]:
    """The leg along the geodesic, cut to at most a kilometre."""
    length = metres(start, end)
    if length <= 1000.0:
        return start, end
    line = Geodesic.WGS84.InverseLine(start[1] / E7, start[0] / E7, end[1] / E7, end[0] / E7)
    pieces = ceil(line.s13 / 1000.0)
    spots = [line.Position(line.s13 * n / pieces) for n in range(1, pieces)]
    return start, *((round(spot["lon2"] * E7), round(spot["lat2"] * E7)) for spot in spots), end


def passes_through(path: tuple[Grid, ...], rings: Rings, margin_m: float) -> bool:
    """Whether a path with both ends outside goes into a zone for more than a graze.

    It does where a point of it is a margin inside, or where it cuts two stretches of the boundary: two rings, or two
    places of one ring between which the boundary, either way round, leaves the chord by at least the margin.
    """
    edges = edges_of(rings)
    cuts = meetings(path, edges)
    if len(cuts) < 2:
        return False
    if margin_m == 0:
        return True
    corners = tuple(corner for ring in rings for corner in ring)
    if any(_boxes_meet(piece, corners) and _reaches(*piece, rings, margin_m) for piece in pairwise(path)):
        return True
    return any(_stretches(one, two, rings, margin_m) for one, two in zip(cuts[::2], cuts[1::2], strict=True))


def edges_of(rings: Rings) -> tuple[Edge, ...]:
    """The edges of rings, or of the parts of a line."""
    return tuple(edge for ring in rings for edge in pairwise(ring))


def _reaches(start: Grid, end: Grid, rings: Rings, margin_m: float) -> bool:
    """Whether a straight way comes a margin deep into the zone: halved until its ends leave no doubt."""
    edges = edges_of(rings)
    length = metres(start, end)
    parts = [(0.0, 1.0)]
    while parts:
        low, high = parts.pop()
        middle = (low + high) / 2
        spot = round(start[0] + middle * (end[0] - start[0])), round(start[1] + middle * (end[1] - start[1]))
        away = from_edge_m(spot, edges)
        depth = away if inside(spot, rings) else -away
        if depth >= margin_m + 0.01:
            return True
        half = (high - low) / 2 * length * 1.001 + 0.015
        if depth + half < margin_m - 0.01:
            continue
        if half < 0.02:
            raise TooClose
        parts += [(low, middle), (middle, high)]
    return False


def _stretches(one: Meeting, two: Meeting, rings: Rings, margin_m: float) -> bool:
    if one.edge == two.edge:
        return False
    ring = next(ring for ring in rings if one.edge in pairwise(ring))
    if two.edge not in pairwise(ring):
        return True
    origin = round(one.lon * E7), round(one.lat * E7)
    chord = shapely.LineString([flat(origin, (cut.lon * E7, cut.lat * E7)) for cut in (one, two)])
    corners = ring[:-1]
    first, last = corners.index(one.edge[1]), corners.index(two.edge[1])

    def leaves(start: int, stop: int) -> bool:
        passed = [corners[(start + n) % len(corners)] for n in range((stop - start) % len(corners))]
        return any(beyond(chord.distance(shapely.Point(flat(origin, corner))), margin_m) for corner in passed)

    return all([leaves(first, last), leaves(last, first)])


@lru_cache(maxsize=64)
def no_room(rings_of_parts: tuple[Rings, ...], margin_m: float) -> bool:
    """Whether no place in the zone is a margin from its edge."""

    def empty(by_m: float) -> bool:
        return all(shapely.Polygon(*_outline(rings)).buffer(-by_m).is_empty for rings in rings_of_parts)

    if margin_m == 0:
        return False
    if empty(margin_m * 0.98) != empty(margin_m * 1.02):
        raise TooClose
    return empty(margin_m)


def _outline(rings: Rings) -> tuple[Any, Any]:
    origin = rings[0][0]
    outer, *holes = [[flat(origin, place) for place in ring] for ring in rings]
    return outer, holes


def believed(fixes: list[tuple[Grid, int, float | None]], gates_m_s: list[float]) -> list[bool]:
    """Which fixes (place, µs, accuracy) may be believed: readsb's counter, against the last believed fix.

    The accuracy of both ends, twice, is no speed. A track whose counter is used up starts afresh where it is.
    """
    told = [True]
    last, reliability = fixes[0], 1.0
    for fix, gate_m_s in zip(fixes[1:], gates_m_s[1:], strict=True):
        slack_m = 2 * ((last[2] or 0.0) + (fix[2] or 0.0))
        reach_m = gate_m_s * (fix[1] - last[1]) / 1e6 + slack_m
        good = not beyond(metres(last[0], fix[0]), reach_m)
        told.append(good)
        if good:
            last, reliability = fix, min(4.0, reliability + 1.0)
            continue
        reliability -= 0.26
        if reliability < 0.1:
            last, reliability = fix, 0.0
    return told


def _turn(a: Grid, b: Grid, c: Grid) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
