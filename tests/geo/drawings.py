"""Random features and legs on the grid, degenerate ones over-represented. Coordinates are whole 1e-7 degrees."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from app.geo.edges import Edges
from tests.geo import exact

I64 = npt.NDArray[np.int64]
Polygon = list[list[exact.Point]]


@dataclass(frozen=True)
class Drawing:
    """A feature as the oracle sees it (``edges``) and as the application was given it (``feature``)."""

    feature: Edges
    edges: list[exact.Edge]
    vertices: I64 = field(repr=False)

    @property
    def is_zone(self) -> bool:
        return self.feature.is_zone


def zone(polygons: list[Polygon], given: list[Polygon] | None = None) -> Drawing:
    """A zone; ``given`` is how it is drawn to the application, where that differs."""
    edges = exact.zone_edges(polygons)
    return Drawing(Edges.of_zone(degrees(polygon) for polygon in given or polygons), edges, vertices_of(edges))


def line(parts: Polygon, given: Polygon | None = None) -> Drawing:
    edges = [edge for part in parts for edge in exact.line_edges(part)]
    return Drawing(Edges.of_line(degrees(given or parts)), edges, vertices_of(edges))


def degrees(rings: Polygon) -> list[list[tuple[float, float]]]:
    return [[(lon / 1e7, lat / 1e7) for lon, lat in ring] for ring in rings]


def vertices_of(edges: list[exact.Edge]) -> I64:
    return np.array([point for edge in edges for point in edge], np.int64)


def polygons_of(shape: shapely.Geometry) -> list[Polygon]:
    return [
        [[(round(x), round(y)) for x, y in shapely.get_coordinates(ring)] for ring in shapely.get_rings(polygon)]
        for polygon in shapely.get_parts(shape)
    ]


def blob(rng: np.random.Generator, at: exact.Point, cell: int) -> Drawing:
    """Cells of a small chequered board: right angles, holes, corners that touch, runs along one line."""
    on = np.argwhere(rng.random((5, 5)) < rng.uniform(0.3, 0.8))
    if not len(on):
        on = np.array([(0, 0)])
    x, y = at[0] + on[:, 0] * cell, at[1] + on[:, 1] * cell
    return zone(polygons_of(shapely.union_all(shapely.box(x, y, x + cell, y + cell))))


def star(rng: np.random.Generator, at: exact.Point, size: int, corners: int, *, hole: bool) -> Drawing:
    """A ring round a centre, perhaps with the same ring in small as a hole, drawn in either orientation."""
    angles = np.sort(rng.choice(360, corners, replace=False)) * np.pi / 180
    radii = rng.uniform(0.3, 1.0, corners) * size
    ring = np.column_stack((at[0] + radii * np.cos(angles), at[1] + radii * np.sin(angles)))
    rings = [ring, at + (ring - at) * 0.4] if hole else [ring]
    drawn: Polygon = [[(round(x), round(y)) for x, y in points] for points in rings]
    shape = shapely.Polygon(drawn[0], drawn[1:])
    if not shape.is_valid or shape.area == 0:
        return blob(rng, at, max(1, size // 3))
    return zone([[points if rng.random() < 0.5 else points[::-1] for points in drawn]])


def walk(rng: np.random.Generator, at: exact.Point, size: int, steps: int) -> Drawing:
    """A line that may cross itself, run back on itself and close."""
    points = at + np.cumsum(rng.integers(-size, size + 1, (steps, 2)), axis=0)
    points[1] += (points[0] == points[1]).all()
    parts = [points.tolist()]
    if rng.random() < 0.3:
        parts[0].append(parts[0][0])
    if rng.random() < 0.3:
        parts.append((points[::-1] + np.array((size, 0))).tolist())
    return line([[(x, y) for x, y in part] for part in parts])


def legs(rng: np.random.Generator, drawing: Drawing, count: int, size: int) -> I64:
    """Legs (count, 2, 2) about a drawing: many start, end, turn or run on its vertices and edges, some do not move."""
    low, high = drawing.vertices.min(axis=0) - size, drawing.vertices.max(axis=0) + size
    ends = rng.integers(low, high + 1, (count, 2, 2))
    edges = np.array(drawing.edges, np.int64)
    chosen = edges[rng.integers(len(edges), size=count)]
    kind = rng.random(count)
    at_vertex = kind < 0.2
    ends[at_vertex, 0] = chosen[at_vertex, 0]
    both = kind < 0.05
    ends[both, 1] = edges[rng.integers(len(edges), size=both.sum()), 1]
    through = (kind >= 0.2) & (kind < 0.35)
    ends[through, 1] = 2 * chosen[through, 0] - ends[through, 0]
    along = (kind >= 0.35) & (kind < 0.5)
    reach = rng.integers(-2, 4, (count, 2, 1))
    ends[along] = (chosen[:, :1] + reach * (chosen[:, 1:] - chosen[:, :1]))[along]
    middle = (kind >= 0.5) & (kind < 0.6)
    ends[middle, 0] = (chosen.sum(axis=1) // 2)[middle]
    still = (kind >= 0.6) & (kind < 0.65)
    ends[still, 1] = ends[still, 0]
    level = (kind >= 0.65) & (kind < 0.7)
    ends[level, 1, 1] = ends[level, 0, 1] = chosen[level, 0, 1]
    return ends
