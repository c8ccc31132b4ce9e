"""Writes the scenario cyprus-demo: a day along the buffer zone in which most units keep the agreement and some do not.

The parties' units come near, run along the line, cross and come back; the first crossing is confirmed about a minute
after the start, the others follow every few minutes, and all of it goes on for ever.
"""

import json
import math
from typing import Any

from shapely.geometry import LineString, Point

from app.simulator.scenario import SCENARIOS, load_scenario
from tools.make_cyprus import Ground, degrees, metric
from tools.topology import World

Place = tuple[float, float]
TARGET = SCENARIOS / "cyprus-demo.json"
_CONTINGENTS = ("ARG", "GBR", "SVK")
_STRETCHES = {"ARG": (0.03, 0.36), "GBR": (0.38, 0.62), "SVK": (0.64, 0.96)}
_FRIEND_INFANTRY = "10031000001211000000"
_FRIEND_RECCE = "10031000001213000000"
_FRIEND_SUPPLY = "10031000001634000000"


class Line:
    """One of the two lines in metres, with places beside it. ``outward`` is 1 where its party's side is on the left."""

    def __init__(self, line: LineString, other: LineString, outward: int) -> None:
        self._line: LineString = metric(line)
        self._other: LineString = metric(other)
        self._outward = outward

    def beside(self, share: float, metres: float) -> Place:
        """Return the place so far on the party's side of the line (negative: beyond the line)."""
        return _lonlat(self._beside(share, metres))

    def way_across(self, share: float, before_m: float, beyond_m: float) -> tuple[Place, Place]:
        """Return a straight way over the line near ``share`` that cuts it once, and keeps clear at both its ends."""
        for step in range(400):
            at = share + 0.0005 * step
            start, end = self._beside(at, before_m), self._beside(at, -beyond_m)
            way = LineString([start, end])
            clear_m = min(0.9 * before_m, 150.0), 0.9 * beyond_m
            if (
                way.intersection(self._line).geom_type == "Point"
                and start.distance(self._line) >= clear_m[0]
                and end.distance(self._line) >= clear_m[1]
                and way.distance(self._other) >= 60.0
            ):
                return _lonlat(start), _lonlat(end)
        raise ValueError(f"no straight way across near {share}")

    def way_along(self, start: float, end: float, metres: float) -> list[Place]:
        """Return a way along the line on the party's side, never nearer than ``metres``."""
        offset = self._line.offset_curve(self._outward * metres * 1.05).simplify(8.0)
        parts = max(getattr(offset, "geoms", [offset]), key=lambda part: part.length)
        count = 24
        return [
            _lonlat(parts.interpolate(start + (end - start) * step / count, normalized=True))
            for step in range(count + 1)
        ]

    def _beside(self, share: float, metres: float) -> Point:
        here = self._line.interpolate(share, normalized=True)
        before, after = (self._line.interpolate(share + step, normalized=True) for step in (-0.0004, 0.0004))
        east, north = after.x - before.x, after.y - before.y
        far = self._outward * metres / math.hypot(east, north)
        return Point(here.x - north * far, here.y + east * far)


def _lonlat(point: Point) -> Place:
    place = degrees(point)
    return round(place.x, 6), round(place.y, 6)


def cyprus_demo(ground: Ground) -> str:
    """Return the text of the scenario file, a unit a line."""
    head = json.dumps({"name": "cyprus-demo", "mission": "cyprus.geojson", "seed": 20})[:-1]
    lists = {"units": [*own_units(ground), *party_units(ground)], "incidents": incidents(ground)}
    tail = ",\n".join(f'"{key}": [\n' + ",\n".join(map(json.dumps, items)) + "\n]" for key, items in lists.items())
    return f"{head},\n{tail}}}\n"


def go(speed_m_s: float, *path: Place) -> dict[str, Any]:
    """Return a step that goes along ``path``."""
    return {"go": path, "speed_m_s": speed_m_s}


def hold(seconds: float) -> dict[str, Any]:
    """Return a step that stays."""
    return {"hold_s": seconds}


def own_units(ground: Ground) -> list[dict[str, Any]]:
    """Return the mission's own units: posts, patrols, supply, a helicopter and a drone."""
    units = []
    late_link = {"duplicate_share": 0.02, "outage_every_s": 900, "outage_for_s": 90, "outage": "late"}
    lost_link = {"duplicate_share": 0.0, "outage_every_s": 1500, "outage_for_s": 120, "outage": "lost"}
    for contingent in _CONTINGENTS:
        west, east = _STRETCHES[contingent]
        span = east - west
        posts = [_place(ground.middle(west + span * part)) for part in (0.1, 0.5, 0.85)]
        for number, place in enumerate(posts, start=1):
            units.append({
                "id": f"{contingent}-OP{number}", "contingent": contingent, "platform": "static",
                "callsign": f"{contingent} OP {number}", "sidc": _FRIEND_INFANTRY, "plan": [go(0, place), hold(3600)],
                "report_every_s": 30, "accuracy_m": 5,
            })  # fmt: skip
        for number in range(1, 6):
            start = west + span * (number - 1) / 5
            way = [_place(place) for place in ground.way(start, start + span / 5, 13)]
            units.append({
                "id": f"{contingent}-V{number}", "contingent": contingent, "platform": "vehicle",
                "callsign": f"{contingent} PATROL {number}", "sidc": _FRIEND_RECCE,
                "plan": [go(9, *way), hold(60), go(9, *way[::-1]), hold(90)], "delay_s": 7 * number,
                "link": late_link if number == 2 else lost_link if number == 4 else {},
            })  # fmt: skip
        for number in range(1, 4):
            start = west + span * (0.15 + 0.3 * (number - 1))
            way = [_place(place) for place in ground.way(start, start + span / 50, 8)]
            units.append({
                "id": f"{contingent}-F{number}", "contingent": contingent, "platform": "foot",
                "callsign": f"{contingent} FOOT {number}", "sidc": _FRIEND_INFANTRY,
                "plan": [go(1.3, *way), hold(120), go(1.3, *way[::-1]), hold(120)], "report_every_s": 10,
                "accuracy_m": 6, "link": late_link if number == 3 else {},
            })  # fmt: skip
    south = Line(ground.main_south, ground.main_north, -1)
    for number, (contingent, share) in enumerate(zip(_CONTINGENTS, (0.2, 0.45, 0.75), strict=True), start=1):
        way = south.way_along(share, share + 0.1, 2_500)
        units.append({
            "id": f"{contingent}-S{number}", "contingent": contingent, "platform": "vehicle",
            "callsign": f"{contingent} SUPPLY", "sidc": _FRIEND_SUPPLY,
            "plan": [go(13, *way), hold(300), go(13, *way[::-1]), hold(300)], "report_every_s": 10,
        })  # fmt: skip
    flight = [_place(place) for place in ground.way(0.02, 0.98, 17)]
    units.append({
        "id": "GBR-H1", "contingent": "GBR", "platform": "helicopter", "callsign": "GBR HAWK", "altitude_m": 250,
        "plan": [go(42, *flight), go(42, *flight[::-1]), hold(600)], "report_every_s": 2, "accuracy_m": 15,
    })  # fmt: skip
    orbit = _ring(ground.middle(0.66), 700)
    units.append({
        "id": "SVK-U1", "contingent": "SVK", "platform": "uav", "callsign": "SVK EYE", "altitude_m": 120,
        "operator": _place(ground.middle(0.66)), "sensor_m": 90, "plan": [go(14, *orbit, orbit[0])],
        "report_every_s": 2, "accuracy_m": 5,
    })  # fmt: skip
    return units


def party_units(ground: Ground) -> list[dict[str, Any]]:
    """Return the parties' units, as the contingents see them."""
    north = Line(ground.main_north, ground.main_south, 1)
    south = Line(ground.main_south, ground.main_north, -1)
    seen = {"N": (north, "north"), "S": (south, "south")}
    units = []

    def add(identifier: str, share: float, platform: str, plan: list[dict[str, Any]], **more: Any) -> None:
        contingent = next(name for name in _CONTINGENTS if share < _STRETCHES[name][1] + 0.01)
        party = seen[identifier[0]][1]
        units.append(
            {"id": identifier, "contingent": contingent, "platform": platform, "party": party, "plan": plan, **more}
        )

    # Crosses, stays, comes back: (id, where, platform, speed, metres before and beyond, start, stay, rest).
    for identifier, share, platform, speed_m_s, before_m, beyond_m, delay_s, stay_s, rest_s in (
        ("N-V1", 0.440, "vehicle", 8.0, 400, 160, 0, 120, 1_100),
        ("S-V1", 0.520, "vehicle", 7.0, 450, 150, 150, 180, 1_300),
        ("N-F1", 0.300, "foot", 1.8, 200, 110, 280, 240, 1_500),
        ("S-A1", 0.800, "armour", 6.0, 500, 140, 420, 90, 1_700),
        ("N-A1", 0.120, "armour", 6.0, 500, 170, 640, 300, 1_900),
        ("S-F1", 0.160, "foot", 1.6, 200, 120, 760, 600, 1_600),
    ):
        line, _ = seen[identifier[0]]
        start, end = line.way_across(share, before_m, beyond_m)
        plan = [go(speed_m_s, start, end), hold(stay_s), go(speed_m_s, start), hold(rest_s)]
        add(identifier, share, platform, plan, delay_s=delay_s, report_every_s=4, accuracy_m=8)
    # Steps over by less than the margin and thinks better of it: suspected, then withdrawn.
    for identifier, share, delay_s in (("N-F2", 0.560, 90), ("S-F2", 0.880, 500)):
        line, _ = seen[identifier[0]]
        start, end = line.way_across(share, 160, 32)
        plan = [go(1.5, start, end), hold(40), go(1.5, start), hold(1_500)]
        add(identifier, share, "foot", plan, delay_s=delay_s, report_every_s=5, accuracy_m=4)
    # Comes up to the line and turns.
    for identifier, share, platform in (
        ("N-V2", 0.220, "vehicle"),
        ("N-A2", 0.700, "armour"),
        ("S-V2", 0.350, "vehicle"),
        ("S-F3", 0.620, "foot"),
    ):
        line, _ = seen[identifier[0]]
        far, near = line.beside(share, 900), line.beside(share, 120)
        speed_m_s = 1.4 if platform == "foot" else 7.0
        add(identifier, share, platform, [go(speed_m_s, far, near), hold(180), go(speed_m_s, far), hold(240)])
    # Runs along the line all day: near, and never over it.
    for identifier, start_share, metres, platform in (
        ("N-V3", 0.40, 90, "vehicle"),
        ("N-V4", 0.66, 250, "vehicle"),
        ("N-F3", 0.20, 80, "foot"),
        ("S-V3", 0.44, 90, "vehicle"),
        ("S-V4", 0.72, 250, "vehicle"),
        ("S-F4", 0.30, 80, "foot"),
    ):
        line, _ = seen[identifier[0]]
        length = 0.01 if platform == "foot" else 0.06
        way = line.way_along(start_share, start_share + length, metres)
        speed_m_s = 1.4 if platform == "foot" else 10.0
        add(identifier, start_share, platform, [go(speed_m_s, *way), hold(60), go(speed_m_s, *way[::-1]), hold(60)])
    # Drones: one flies over the whole zone between two of its reports, one goes into the airfield's no-fly zone.
    start, _ = south.way_across(0.26, 900, 150)
    far = _opposite(ground, start)
    add(
        "S-U1", 0.26, "uav", [go(40, start, far), hold(60), go(40, start), hold(1_200)], delay_s=330,
        report_every_s=45, accuracy_m=10, altitude_m=110, operator=start,
    )  # fmt: skip
    home = north.beside(0.47, 3_600)
    inside = _place(ground.middle(0.51))
    add(
        "N-U1", 0.49, "uav", [go(16, home, inside), hold(90), go(16, home), hold(1_500)], delay_s=200,
        report_every_s=3, accuracy_m=10, altitude_m=90, operator=home,
    )  # fmt: skip
    return units


def _opposite(ground: Ground, start: Place) -> Place:
    """Return the place as far north of the zone as ``start`` is south of it."""
    here = metric(Point(start))
    across: LineString = metric(ground.main_north)
    nearest = across.interpolate(across.project(here))
    east, north = nearest.x - here.x, nearest.y - here.y
    length = math.hypot(east, north)
    return _lonlat(Point(nearest.x + 900 * east / length, nearest.y + 900 * north / length))


def incidents(ground: Ground) -> list[dict[str, Any]]:
    """Return what the contingents report now and then."""
    found = []
    for identifier, contingent, share, category, title, severity, party, first_s, every_s in (
        ("gun", "GBR", 0.43, "weapon_pointed", "Weapon pointed at patrol", "medium", "north", 75, 2_400),
        ("dig", "ARG", 0.25, "construction", "Digging beside the line", "low", "south", 240, 3_600),
        ("shot", "SVK", 0.79, "firing", "Two single shots heard", "high", "south", 480, 3_000),
        ("man", "ARG", 0.10, "over_manning", "More soldiers than agreed at a post", "low", "north", 900, 4_200),
    ):
        place = ground.middle(share)
        found.append({
            "id": identifier, "contingent": contingent, "lon": round(place.x, 6), "lat": round(place.y, 6),
            "category": category, "title": title, "severity": severity, "party": party, "first_s": first_s,
            "every_s": every_s, "amended_after_s": 150, "amendment": "Patrol on the spot; both sides informed.",
        })  # fmt: skip
    return found


def _place(point: Point) -> Place:
    return round(point.x, 6), round(point.y, 6)


def _ring(centre: Point, radius_m: float) -> list[Place]:
    around = degrees(metric(centre).buffer(radius_m, quad_segs=4))
    return [_place(Point(corner)) for corner in list(around.exterior.coords)[:-1]]


if __name__ == "__main__":
    TARGET.write_text(cyprus_demo(Ground(World())))
    load_scenario("cyprus-demo")
