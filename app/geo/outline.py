"""From drawn coordinates to the directed edges of a line or zone on the grid. Measures nothing.

Lines are unwrapped over the antimeridian, and parts that continue each other are joined. A zone's rings are oriented so
that its inside lies left; polygons cut at ±180° (RFC 7946, 3.1.9) become one again, and a drawing that is not valid, or
no longer is once rounded, is repaired.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from app.geo.grid import HALF_TURN_E7, I64, POLE_E7, TURN_E7, Bools, Rows, to_grid, unwrapped

Drawn = Sequence[Sequence[float]] | npt.NDArray[np.float64]
"""Coordinates of a line part or ring: lon, lat in degrees; further values are ignored."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Directed edges from ``a`` to ``b``, each (n, 2) lon, lat. ``after`` is the edge that continues, or -1 at an end.

    ``part`` numbers the line part or ring. An edge may continue on another turn of longitude than it ends on.
    """

    a: I64
    b: I64
    after: Rows
    part: Rows


def line_outline(parts: Iterable[Drawn]) -> Outline:
    """Return the edges of the parts of a line.

    Raises:
        ValueError: no part has two different positions.
    """
    chains = [chain for chain in map(_positions, parts) if len(chain) > 1]
    if not chains:
        raise ValueError("a line needs two different positions")
    return _joined(chains)


def zone_outline(polygons: Iterable[Sequence[Drawn]]) -> Outline:
    """Return the edges of polygons, each the list of its rings, the exterior first; the inside lies left of each edge.

    Raises:
        ValueError: no area is left.
    """
    drawn = _in_one_frame([_framed([_closed(_positions(ring)) for ring in rings]) for rings in polygons if rings])
    rings = _valid_rings(drawn)
    if not rings:
        raise ValueError("a zone needs an area")
    lons = np.concatenate([ring[:, 0] for ring in rings])
    west, east = int(lons.min()), int(lons.max())
    if east - west == TURN_E7:
        return _joined(_without_seam(rings, west, east))
    return _joined(rings)


def _positions(drawn: Drawn) -> I64:
    grid = np.array([(position[0], position[1]) for position in drawn], np.float64).reshape(-1, 2)
    points = to_grid(grid)
    # From one of ±180° to the other is a whole turn along the parallel, as the lower edge of Antarctica is drawn.
    ends = np.abs(points[:, 0]) == HALF_TURN_E7
    whole = ends[:-1] & ends[1:] & (points[:-1, 0] != points[1:, 0])
    if not whole.any():
        points[:, 0] = unwrapped(points[:, 0])
    return _without_repeats(points)


def _without_repeats(points: I64) -> I64:
    keep: Bools = np.ones(len(points), np.bool_)
    keep[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    return points[keep]


def _closed(ring: I64) -> I64:
    """Close a ring; one that goes round the earth is closed over the nearer pole."""
    if not len(ring):
        return ring
    turned = int(ring[-1, 0] - ring[0, 0])
    if abs(turned) == TURN_E7 and ring[-1, 1] == ring[0, 1]:
        pole = POLE_E7 if ring[:, 1].mean() > 0 else -POLE_E7
        over = np.array([(ring[-1, 0], pole), (ring[0, 0], pole), ring[0]], np.int64)
        return np.concatenate((ring, over))
    if (ring[-1] != ring[0]).any():
        return np.concatenate((ring, ring[:1]))
    return ring


def _framed(rings: list[I64]) -> list[I64]:
    """Move each hole by whole turns to where its exterior is."""
    middle = _middle(rings[0])
    return [rings[0], *(_turned(hole, round((middle - _middle(hole)) / TURN_E7)) for hole in rings[1:] if len(hole))]


def _in_one_frame(polygons: list[list[I64]]) -> list[list[I64]]:
    """Where polygons meet at the antimeridian from both sides, move the western ones round to the eastern."""
    reach = [(int(rings[0][:, 0].min()), int(rings[0][:, 0].max())) for rings in polygons if len(rings[0])]
    meets = any(high >= HALF_TURN_E7 for _, high in reach) and any(low <= -HALF_TURN_E7 for low, _ in reach)
    if not meets or any(high - low >= TURN_E7 for low, high in reach):
        return polygons
    return [[_turned(ring, _middle(rings[0]) < 0) for ring in rings] for rings in polygons]


def _middle(ring: I64) -> float:
    return (int(ring[:, 0].min()) + int(ring[:, 0].max())) / 2 if len(ring) else 0.0


def _turned(ring: I64, turns: int) -> I64:
    return ring + np.array((turns * TURN_E7, 0), np.int64)


def _valid_rings(polygons: list[list[I64]]) -> list[I64]:
    shapes = [
        shapely.Polygon(rings[0], [hole for hole in rings[1:] if len(hole) > 3])
        for rings in polygons
        if len(rings[0]) > 3
    ]
    zone = shapely.MultiPolygon(shapes)
    if not zone.is_valid:
        # Snap-rounding keeps every vertex on the grid and the result valid.
        zone = shapely.union_all([shapely.make_valid(shape) for shape in shapes], grid_size=1.0)
    rings: list[I64] = []
    for polygon in shapely.get_parts(shapely.orient_polygons(zone)):
        if polygon.geom_type == "Polygon":
            rings += [np.rint(shapely.get_coordinates(ring)).astype(np.int64) for ring in shapely.get_rings(polygon)]
    return rings


def _without_seam(rings: list[I64], west: int, east: int) -> list[I64]:
    """Cut rings of a zone that goes round the earth open where its two ends, one turn apart, cancel each other."""
    edges = [(ring[i], ring[i + 1]) for ring in rings for i in range(len(ring) - 1)]
    on_seam = [(a, b) for a, b in edges if a[0] == b[0] and a[0] in (west, east)]
    heights = sorted({int(end[1]) for edge in on_seam for end in edge})
    net: Counter[tuple[int, int]] = Counter()
    for a, b in on_seam:
        low, high = sorted((int(a[1]), int(b[1])))
        for step in pairwise(height for height in heights if low <= height <= high):
            net[step] += 1 if b[1] > a[1] else -1
    chains: list[list[tuple[int, int]]] = []
    for ring in rings:
        chains.append([])
        for a, b in pairwise(ring.tolist()):
            if a[0] == b[0] and a[0] in (west, east):
                low, high = sorted((a[1], b[1]))
                steps = list(pairwise(height for height in heights if low <= height <= high))
                for bottom, top in steps if b[1] > a[1] else reversed(steps):
                    if net[bottom, top]:
                        ends = ((a[0], bottom), (a[0], top))
                        chains.append(list(ends if b[1] > a[1] else reversed(ends)))
                chains.append([])
                continue
            if not chains[-1]:
                chains[-1].append((a[0], a[1]))
            chains[-1].append((b[0], b[1]))
    return [np.array(chain, np.int64) for chain in chains if chain]


def _joined(chains: list[I64]) -> Outline:
    """Number the edges of chains, and let those that end where one other begins, on any turn, continue as one part."""
    a = np.concatenate([chain[:-1] for chain in chains])
    b = np.concatenate([chain[1:] for chain in chains])
    lengths = np.array([len(chain) - 1 for chain in chains])
    last = np.cumsum(lengths) - 1
    first = last - lengths + 1
    after = np.arange(1, len(a) + 1)
    after[last] = -1
    begins: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    ends: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (start, end) in enumerate(zip(_nodes(a[first]), _nodes(b[last]), strict=True)):
        if start == end:
            after[last[number]] = first[number]
        else:
            begins[start].append(number)
            ends[end].append(number)
    parts = np.arange(len(chains))
    for node, arriving in ends.items():
        leaving = begins.get(node, [])
        if len(arriving) == len(leaving) == 1:
            after[last[arriving[0]]] = first[leaving[0]]
            parts[parts == parts[leaving[0]]] = parts[arriving[0]]
    return Outline(a, b, after.astype(np.intp), np.repeat(parts, lengths).astype(np.intp))


def _nodes(points: I64) -> list[tuple[int, int]]:
    return [(lon % TURN_E7, lat) for lon, lat in points.tolist()]
