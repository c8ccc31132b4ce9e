"""TopoJSON arcs of world-atlas: which countries share which boundary, exactly. Knows no mission."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

Position = tuple[float, float]
WORLD = Path(__file__).parent.parent / "frontend/node_modules/world-atlas/countries-10m.json"


class World:
    """The countries of a world-atlas file, at its full resolution."""

    def __init__(self, path: Path = WORLD) -> None:
        topology = json.loads(path.read_text())
        self._scale: list[float] = topology["transform"]["scale"]
        self._shift: list[float] = topology["transform"]["translate"]
        self._arcs: list[list[list[int]]] = topology["arcs"]
        self._countries = {
            country["properties"]["name"]: country for country in topology["objects"]["countries"]["geometries"]
        }

    def rings(self, country: str) -> list[list[int]]:
        """Return the outer rings as arc numbers; ``~n`` is arc n backwards."""
        geometry = self._countries[country]
        polygons: list[list[list[int]]] = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        if any(len(polygon) > 1 for polygon in polygons):
            raise ValueError(f"{country} has holes, and they would be lost")
        return [polygon[0] for polygon in polygons]

    def boundary(self, country: str) -> set[int]:
        """Return the numbers of all arcs round a country, whichever way they go."""
        geometry: Any = self._countries[country]
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        return {forwards(arc) for polygon in polygons for ring in polygon for arc in ring}

    def points(self, arc: int) -> list[Position]:
        """Return the lon, lat degrees of an arc, to 1e-6."""
        x = y = 0
        found = []
        for dx, dy in self._arcs[forwards(arc)]:
            x, y = x + dx, y + dy
            lon, lat = (
                value * scale + shift for value, scale, shift in zip((x, y), self._scale, self._shift, strict=True)
            )
            found.append((round(lon, 6), round(lat, 6)))
        return found if arc >= 0 else found[::-1]

    def line(self, arcs: list[int]) -> list[Position]:
        """Return the points of arcs that follow each other."""
        found: list[Position] = []
        for arc in arcs:
            points = self.points(arc)
            if found and found[-1] != points[0]:
                raise ValueError("the arcs do not follow each other")
            found += points[1:] if found else points
        return found


def forwards(arc: int) -> int:
    """Return the number of an arc whichever way it goes."""
    return arc if arc >= 0 else ~arc


def is_clockwise(ring: list[Position]) -> bool:
    """Whether a closed ring has its inside on the right (planar, in degrees)."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) < 0
