"""The oracle of crossings: the track really is shifted by (ε, ε²), and both places of a meeting are solved for.

Shares no code with the application. All numbers are whole multiples of ε² = 2⁻⁸⁰: plain integers, exact rationals.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

Point = tuple[int, int]
Edge = tuple[Point, Point]
EPSILON = 1 << 40
UNIT = 1 << 80


def shifted(point: Sequence[int]) -> Point:
    return int(point[0]) * UNIT + EPSILON, int(point[1]) * UNIT + 1


def scaled(point: Sequence[int]) -> Point:
    return int(point[0]) * UNIT, int(point[1]) * UNIT


def ring_edges(ring: Sequence[Point], *, inside_left: bool) -> list[Edge]:
    """Edges of a closed ring, turned round where its area lies on the other side than asked."""
    points = list(ring) if ring[0] == ring[-1] else [*ring, ring[0]]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
    if (area > 0) != inside_left:
        points.reverse()
    return line_edges(points)


def line_edges(points: Sequence[Point]) -> list[Edge]:
    return [(a, b) for a, b in pairwise(points) if a != b]


def zone_edges(polygons: Sequence[Sequence[Sequence[Point]]]) -> list[Edge]:
    edges = []
    for exterior, *holes in polygons:
        edges += ring_edges(exterior, inside_left=True)
        for hole in holes:
            edges += ring_edges(hole, inside_left=False)
    return edges


def place(p: Point, q: Point, a: Point, b: Point) -> tuple[Fraction, int] | None:
    """Where the leg p→q meets the edge a→b: how far along the leg, and +1 from its right to its left, -1 back."""
    lx, ly, dx, dy, ux, uy = q[0] - p[0], q[1] - p[1], b[0] - a[0], b[1] - a[1], a[0] - p[0], a[1] - p[1]
    divisor = lx * dy - ly * dx
    if divisor == 0:
        return None
    on_leg, on_edge = ux * dy - uy * dx, ux * ly - uy * lx
    sign = 1 if divisor < 0 else -1
    if divisor < 0:
        divisor, on_leg, on_edge = -divisor, -on_leg, -on_edge
    assert on_leg not in (0, divisor), "a shifted fix never lies on an edge's line"
    assert on_edge not in (0, divisor), "a shifted leg never passes through a vertex"
    if 0 < on_leg < divisor and 0 < on_edge < divisor:
        return Fraction(on_leg, divisor), sign
    return None


def crossings(path: Sequence[Point], edges: Sequence[Edge]) -> list[tuple[int, Fraction, int]]:
    """(piece, place on it, sign) of each crossing of the shifted path, in its order."""
    found = []
    for piece, (start, end) in enumerate(pairwise(path)):
        west, east = min(start[0], end[0]), max(start[0], end[0])
        south, north = min(start[1], end[1]), max(start[1], end[1])
        p, q = shifted(start), shifted(end)
        for a, b in edges:
            if (a[0] < west and b[0] < west) or (a[0] > east and b[0] > east):
                continue
            if (a[1] < south and b[1] < south) or (a[1] > north and b[1] > north):
                continue
            met = place(p, q, scaled(a), scaled(b))
            if met:
                found.append((piece, *met))
    return sorted(found)


def inside(point: Point, edges: Sequence[Edge]) -> bool:
    """Even-odd along a ray to the east of the shifted point."""
    far = max((max(a[0], b[0]) for a, b in edges), default=0) + 1
    p = shifted(point)
    end = (max(far, point[0] + 1) * UNIT, p[1])
    return sum(place(p, end, scaled(a), scaled(b)) is not None for a, b in edges) % 2 == 1
