"""Units that move over a mission, and the requests they send, encoded beforehand. Opens no socket."""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, pi, radians, sin
from pathlib import Path
from typing import Any

import shapely

from app.model.instant import SECOND_US, instant_text
from tests.bench.serving import CONTINGENTS

METRES_A_DEGREE = 111_320.0
_APART_DEG = 0.006
_EXTRA_ZONES = 40
_A_CROSSER = 10
_noise = random.Random(17)
SPREAD = (32.55, 34.75, 33.95, 35.45)
"""West, south, east, north of where units are."""


def mission_document(example: Path) -> dict[str, Any]:
    """Return the example mission with zones added that every party is judged by, spread over its area."""
    document: dict[str, Any] = json.loads(example.read_text())
    rng = random.Random(7)
    for number in range(_EXTRA_ZONES):
        lon, lat = rng.uniform(SPREAD[0], SPREAD[2]), rng.uniform(SPREAD[1], SPREAD[3])
        ring = [
            (lon + 0.01 * cos(2 * pi * turn / 24), lat + 0.008 * sin(2 * pi * turn / 24)) for turn in [*range(24), 0]
        ]
        document["features"].append(
            {
                "type": "Feature",
                "id": f"bench-{number}",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {
                    "kind": "restricted_area",
                    "name": f"Bench area {number}",
                    "valid_from": "2000-01-01T00:00:00Z",
                    "valid_to": None,
                    "rules": [{"rule": "zone_incursion", "id": f"bench-{number}", "margin_m": 50, "severity": "low"}],
                },
            }
        )
    return document


@dataclass(frozen=True)
class Walker:
    """A unit that goes to and fro through a place, ``east_m`` and ``north_m`` off at most. ``is_near``: at a line."""

    unit: str
    contingent: str
    party: str
    lon: float
    lat: float
    east_m: float
    north_m: float
    period_s: float
    phase: float
    is_near: bool = False

    def at(self, second: float) -> tuple[float, float]:
        """Return lon, lat, degrees."""
        angle = 2 * pi * second / self.period_s + self.phase
        lon = self.lon + self.east_m * sin(angle) / (METRES_A_DEGREE * cos(radians(self.lat)))
        return lon, self.lat + self.north_m * sin(angle) / METRES_A_DEGREE

    def going(self, second: float) -> tuple[float, float]:
        """Return speed, m/s, and course, degrees true."""
        swing = cos(2 * pi * second / self.period_s + self.phase)
        speed_m_s = 2 * pi / self.period_s * hypot(self.east_m, self.north_m) * abs(swing)
        return speed_m_s, degrees(atan2(self.east_m * swing, self.north_m * swing)) % 360


def walkers(document: dict[str, Any], count: int, near_share: float, batch: int) -> list[Walker]:
    """Return ``count`` units, batches of ``batch`` being of one contingent.

    Of each batch ``near_share`` are at a ceasefire line: nine in ten beside it, within the margin, so that every fix of
    them is looked at, and one in ten crossing it to and fro. The others stay 500 m away from every edge that is judged.
    """
    rng = random.Random(11)
    judged = [feature for feature in document["features"] if feature["properties"].get("rules")]
    edges = shapely.union_all([shapely.geometry.shape(feature["geometry"]).boundary
                               if feature["geometry"]["type"].endswith("Polygon")
                               else shapely.geometry.shape(feature["geometry"]) for feature in judged])  # fmt: skip
    shapely.prepare(edges)
    lines = [
        (feature["properties"]["left"] if feature["id"] == "cfl-north" else "south", part)
        for feature in document["features"]
        if feature["properties"]["kind"] == "ceasefire_line"
        for part in shapely.get_parts(shapely.geometry.shape(feature["geometry"]))
    ]
    found = []
    for number in range(count):
        contingent = CONTINGENTS[number // batch % len(CONTINGENTS)]
        is_near = number % batch < near_share * batch
        if is_near:
            party, line = rng.choice(lines)
            place = line.interpolate(rng.random(), normalized=True)
            lon, lat = place.x, place.y
            crosses = number % _A_CROSSER == 0
            reach_m, period_s = rng.uniform(60, 120) if crosses else rng.uniform(5, 20), rng.uniform(60, 120)
        else:
            party = rng.choice(("north", "south", "mission"))
            while True:
                lon, lat = rng.uniform(SPREAD[0], SPREAD[2]), rng.uniform(SPREAD[1], SPREAD[3])
                if not shapely.dwithin(edges, shapely.Point(lon, lat), _APART_DEG):
                    break
            reach_m, period_s = rng.uniform(10, 150), rng.uniform(60, 120)
        heading = rng.uniform(0, 2 * pi)
        if is_near and not crosses:
            lon += (reach_m + 3) * sin(heading) / (METRES_A_DEGREE * cos(radians(lat)))
            lat += (reach_m + 3) * cos(heading) / METRES_A_DEGREE
        found.append(
            Walker(
                f"unit-{number:05}", contingent, party, lon, lat, reach_m * sin(heading), reach_m * cos(heading),
                period_s, rng.uniform(0, 2 * pi), is_near,
            )
        )  # fmt: skip
    return found


def item(walker: Walker, observed_us: int) -> str:
    """Return the JSON of a position with the fields that a vehicle's tracker commonly sends, and its noise."""
    lon, lat = walker.at(observed_us / SECOND_US)
    speed_m_s, course_deg = walker.going(observed_us / SECOND_US)
    lon, lat = lon + _noise.uniform(-1e-5, 1e-5), lat + _noise.uniform(-1e-5, 1e-5)
    return (
        f'{{"unit":"{walker.unit}","observed_at":"{instant_text(observed_us)}","lon":{lon:.7f},"lat":{lat:.7f},'
        f'"accuracy_m":{_noise.uniform(3, 8):.1f},"speed_m_s":{speed_m_s:.1f},'
        f'"course_deg":{course_deg:.1f},'
        f'"platform":"vehicle","party":"{walker.party}"}}'
    )


def request(key: str, body: bytes) -> bytes:
    """Return a whole request that pushes ``body``."""
    return (
        b"POST /api/v1/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (key.encode(), len(body), body)
    )


def batches(units: Sequence[Walker], size: int, seconds: Sequence[int], keys: dict[str, str]) -> list[bytes]:
    """Return requests of ``size`` positions each: at every one of ``seconds`` (since 1970) all units, in order."""
    found = []
    for second in seconds:
        for start in range(0, len(units), size):
            some = units[start : start + size]
            body = "[" + ",".join(item(one, second * SECOND_US) for one in some) + "]"
            found.append(request(keys[some[0].contingent], body.encode()))
    return found


def singles(units: Sequence[Walker], seconds: Sequence[int], keys: dict[str, str]) -> list[bytes]:
    """Return requests of one position each."""
    return [
        request(keys[one.contingent], item(one, second * SECOND_US).encode()) for second in seconds for one in units
    ]


def now_s() -> int:
    """Return the whole second of the day's clock."""
    return int(time.time())
