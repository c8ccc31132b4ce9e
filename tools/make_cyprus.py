"""Writes missions/cyprus.geojson: the buffer zone as Natural Earth has it, and a fictional mission around it.

The ceasefire lines are the boundaries the zone shares with its northern and southern neighbour, arc for arc; where it
meets the sea or the Dhekelia base it has no line. Sectors, positions, crossing points and air zones are invented.
"""

from pathlib import Path
from typing import Any

import pyproj
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from tools.mission_file import feature, mission_text
from tools.topology import World, forwards, is_clockwise

TARGET = Path(__file__).parent.parent / "missions" / "cyprus.geojson"

_SINCE = {"valid_from": "1974-08-16T00:00:00Z", "valid_to": None}
_AIR = ["uav", "helicopter", "aircraft"]
_LOCAL = "+proj=aeqd +datum=WGS84 +lon_0=33.3 +lat_0=35.1"
_TO_M = pyproj.Transformer.from_crs("EPSG:4326", _LOCAL, always_xy=True).transform
_TO_DEG = pyproj.Transformer.from_crs(_LOCAL, "EPSG:4326", always_xy=True).transform

_SECTORS = (("1", "ARG", 32.4, 33.18), ("2", "GBR", 33.18, 33.47), ("4", "SVK", 33.47, 34.2))
_POSITIONS = (0.06, 0.16, 0.28, 0.45, 0.56, 0.68, 0.80, 0.92)
_CROSSINGS = ((0.22, "West gate"), (0.505, "Old mill"), (0.74, "East gate"))


class Ground:
    """The buffer zone's parts, from west to east, and the two lines along them, all eastward."""

    def __init__(self, world: World) -> None:
        north, south = world.boundary("N. Cyprus"), world.boundary("Cyprus")
        parts = []
        for ring in world.rings("Cyprus U.N. Buffer Zone"):
            outline = world.line(ring)
            if not is_clockwise(outline):
                raise ValueError("a part of the zone goes the other way round, and its lines would have wrong sides")
            # Clockwise the zone is on the right: that is eastward along its northern edge.
            northern = LineString(world.line([arc for arc in ring if forwards(arc) in north]))
            southern = LineString(world.line([arc for arc in ring if forwards(arc) in south])).reverse()
            parts.append((Polygon(outline), northern, southern))
        parts.sort(key=lambda part: part[0].bounds[0])
        self.zone = MultiPolygon([zone for zone, _, _ in parts])
        self.north = MultiLineString([line for _, line, _ in parts])
        self.south = MultiLineString([line for _, _, line in parts])
        _, self.main_north, self.main_south = max(parts, key=lambda part: part[0].area)

    def middle(self, share: float) -> Point:
        """Return the place between the lines, ``share`` of the way east along the long part of the zone."""
        place = self._between(share)
        if not self.zone.contains(place):
            raise ValueError(f"the middle at {share} lies outside the zone: take another share")
        return place

    def way(self, start: float, end: float, count: int) -> list[Point]:
        """Return up to ``count`` places between the lines, in order; where a bend leaves no middle there is none."""
        places = [self._between(start + (end - start) * step / (count - 1)) for step in range(count)]
        return [place for place in places if self.zone.contains(place)]

    def _between(self, share: float) -> Point:
        start = self.main_north.interpolate(share, normalized=True)
        across = self.main_south.interpolate(self.main_south.project(start))
        return Point((start.x + across.x) / 2, (start.y + across.y) / 2)


def metric(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in metres, for distances."""
    return shapely.transform(shape, _TO_M, interleaved=False)


def degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in metres back in lon, lat."""
    return shapely.transform(shape, _TO_DEG, interleaved=False)


def cyprus_mission(ground: Ground) -> str:
    """Return the text of the mission file."""
    return mission_text(_MISSION, [*_zones(ground), *_lines(ground), *_places(ground)])


def _zones(ground: Ground) -> list[dict[str, Any]]:
    zone_m = metric(ground.zone)
    operations = degrees(zone_m.buffer(9_000).simplify(400))
    wide = degrees(zone_m.buffer(2_500).simplify(150))
    found = [feature("ao", operations, "area_of_operations", "Area of operations", **_SINCE)]
    for number, contingent, west, east in _SECTORS:
        part = wide.intersection(box(west, 34, east, 36))
        found.append(feature(f"sector-{number}", part, "sector", f"Sector {number}", contingent=contingent, **_SINCE))
    air_rule = {"rule": "zone_incursion", "id": "buffer-air", "platforms": _AIR, "margin_m": 100, "severity": "medium"}
    found.append(feature("buffer-zone", ground.zone, "buffer_zone", "UN buffer zone", **_SINCE, rules=[air_rule]))
    airfield = degrees(metric(ground.middle(0.51)).buffer(2_500, quad_segs=8))
    rule = {"rule": "zone_incursion", "id": "airfield-air", "platforms": _AIR, "margin_m": 100, "severity": "high"}
    found.append(feature("nfz-airfield", airfield, "no_fly_zone", "No-fly zone Airfield", **_SINCE, rules=[rule]))
    depot = degrees(metric(ground.middle(0.28)).buffer(400, cap_style="square"))
    rule = {"rule": "zone_incursion", "id": "depot", "margin_m": 30, "severity": "medium"}
    found.append(feature("ra-depot", depot, "restricted_area", "Restricted area Depot", **_SINCE, rules=[rule]))
    return found


def _lines(ground: Ground) -> list[dict[str, Any]]:
    def rule(party: str) -> dict[str, Any]:
        return {
            "rule": "line_crossing", "id": f"cfl-{party}", "parties": [party], "direction": "any", "margin_m": 50,
            "severity": "high",
        }  # fmt: skip

    fence = degrees(metric(substring(ground.main_north, 0.62, 0.70, normalized=True)).offset_curve(220).simplify(20))
    return [
        feature(
            "cfl-north", ground.north, "ceasefire_line", "Northern ceasefire line", left="north", right="buffer",
            **_SINCE, rules=[rule("north")],
        ),
        feature(
            "cfl-south", ground.south, "ceasefire_line", "Southern ceasefire line", left="buffer", right="south",
            **_SINCE, rules=[rule("south")],
        ),
        feature("fence", fence, "technical_fence", "Northern fence", left="north", right="strip", **_SINCE),
    ]  # fmt: skip


def _places(ground: Ground) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for share in _POSITIONS:
        place = ground.middle(share)
        number = next(number for number, _, west, east in _SECTORS if west <= place.x < east)
        count = sum(each["id"].startswith(f"op-{number}") for each in found)
        found.append(feature(f"op-{number}{count + 1}", place, "position", f"OP {number}{count + 1}", **_SINCE))
    for index, (share, name) in enumerate(_CROSSINGS, start=1):
        place = ground.middle(share)
        if index == 2:
            gate = degrees(metric(place).buffer(300, quad_segs=4))
            found.append(feature(f"cp-{index}", gate, "crossing_point", name, **_SINCE))
        else:
            found.append(feature(f"cp-{index}", place, "crossing_point", name, radius_m=250, **_SINCE))
    route = LineString(ground.way(0.30, 0.42, 13))
    found.append(feature("route-blue", route, "patrol_route", "Patrol route Blue", **_SINCE))
    north = degrees(translate(metric(ground.middle(0.40)), 0, 4_000))
    found.append(feature("ws-north", north, "storage_site", "Weapon storage site North", **_SINCE))
    return found


_MISSION = {
    "id": "cyprus-demo",
    "name": "Cyprus (exercise)",
    "parties": [{"id": "north", "name": "Northern Force"}, {"id": "south", "name": "Southern Force"}],
    "contingents": [
        {"id": "ARG", "name": "Argentina"},
        {"id": "GBR", "name": "United Kingdom"},
        {"id": "SVK", "name": "Slovakia"},
    ],
    "exercise": True,
    "gates": {},
    "default_label": None,
}


if __name__ == "__main__":
    TARGET.write_text(cyprus_mission(Ground(World())))
