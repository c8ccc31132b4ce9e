"""What a unit's reporter sends and when: with noise, duplicates and outages, and incidents. Sends nothing itself."""

import heapq
import math
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, Literal, NamedTuple

from app.model.instant import SECOND_US, instant_text
from app.simulator.motion import Stance, Walk, moved
from app.simulator.scenario import Scenario, SimulatedIncident, Unit

RADIUS_PER_SIGMA = 1.515
"""The radius that holds a two-dimensional Gaussian with 68 % probability, in standard deviations of one axis."""
CORRELATED_S = 45.0
"""GPS error wanders: two errors so far apart in time still share 1/e of their size."""
_DUPLICATE_WITHIN_S = 30.0

Call = Literal["positions", "drones", "incidents"]


class Send(NamedTuple):
    """An item to send at ``at_s`` seconds after the scenario's start."""

    at_s: float
    contingent: str
    call: Call
    item: dict[str, Any]


def sends(scenario: Scenario, start_us: int) -> Iterator[Send]:
    """Yield for ever, in order of ``at_s``, what is sent by a scenario that started at ``start_us``."""
    streams = [_unit_sends(scenario, unit, start_us) for unit in scenario.units]
    streams += [_incident_sends(scenario, incident, start_us) for incident in scenario.incidents]
    return heapq.merge(*streams, key=lambda send: send.at_s)


def _random(scenario: Scenario, identifier: str, purpose: str) -> Random:
    return Random(f"{scenario.seed}:{identifier}:{purpose}")


def _unit_sends(scenario: Scenario, unit: Unit, start_us: int) -> Iterator[Send]:
    call: Call = "positions" if unit.operator is None else "drones"
    link = _random(scenario, unit.id, "link")
    outage = _Outages(unit, _random(scenario, unit.id, "outage"))
    waiting: list[tuple[float, int, dict[str, Any]]] = []
    for number, (at_s, item) in enumerate(_items(scenario, unit, start_us)):
        # Nothing that is still to come is sent before ``at_s``, so what is due by then is due in order.
        while waiting and waiting[0][0] <= at_s:
            due_s, _, due = heapq.heappop(waiting)
            yield Send(due_s, unit.contingent, call, due)
        heard_s = outage.heard_s(at_s)
        if heard_s is None:
            continue
        heapq.heappush(waiting, (heard_s, 2 * number, item))
        if link.random() < unit.link.duplicate_share:
            heapq.heappush(waiting, (heard_s + link.uniform(0.0, _DUPLICATE_WITHIN_S), 2 * number + 1, item))


class _Outages:
    """When a unit's link is out, and what that does to its reports."""

    def __init__(self, unit: Unit, random: Random) -> None:
        self._link = unit.link
        self._random = random
        self._start_s = self._end_s = 0.0
        self._advance()

    def heard_s(self, at_s: float) -> float | None:
        """Return when a report of ``at_s`` gets through (None: never). Ask in ascending order."""
        while at_s >= self._end_s:
            self._advance()
        if at_s < self._start_s:
            return at_s
        return self._end_s if self._link.outage == "late" else None

    def _advance(self) -> None:
        if self._link.outage_every_s <= 0:
            self._start_s = self._end_s = math.inf
            return
        self._start_s = self._end_s + self._random.expovariate(1 / self._link.outage_every_s)
        self._end_s = self._start_s + self._link.outage_for_s * self._random.uniform(0.5, 1.5)


def _items(scenario: Scenario, unit: Unit, start_us: int) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield (seconds since the start, report) at the unit's own beat."""
    beat = _random(scenario, unit.id, "beat")
    walk = Walk(unit, _random(scenario, unit.id, "motion"))
    wander = _wander(unit, _random(scenario, unit.id, "noise"))
    first_s = beat.uniform(0.2, min(unit.report_every_s, 5.0) + 0.2)
    for number in count():
        # A whole millisecond, as senders write it; the jitter is too small to change the order.
        at_s = round(first_s + unit.report_every_s * (number + beat.uniform(0.0, 0.08)), 3)
        yield at_s, _report(unit, walk.at(at_s), next(wander), start_us + round(at_s * SECOND_US))


def _wander(unit: Unit, random: Random) -> Iterator[tuple[float, float]]:
    """Yield the GPS error in metres east and north at each report: a first-order Gauss-Markov process."""
    sigma_m = unit.accuracy_m / RADIUS_PER_SIGMA
    keep = math.exp(-unit.report_every_s / CORRELATED_S)
    fresh_m = sigma_m * math.sqrt(1.0 - keep * keep)
    east_m, north_m = random.gauss(0.0, sigma_m), random.gauss(0.0, sigma_m)
    while True:
        yield east_m, north_m
        east_m = keep * east_m + random.gauss(0.0, fresh_m)
        north_m = keep * north_m + random.gauss(0.0, fresh_m)


def _report(unit: Unit, stance: Stance, error_m: tuple[float, float], observed_us: int) -> dict[str, Any]:
    lon, lat = moved((stance.lon, stance.lat), *error_m)
    report: dict[str, Any] = {
        "unit": unit.id,
        "observed_at": instant_text(observed_us),
        "lon": round(lon, 7),
        "lat": round(lat, 7),
        "accuracy_m": unit.accuracy_m,
        "speed_m_s": round(stance.speed_m_s, 1),
        "platform": unit.platform,
        "party": unit.party,
    }
    if stance.course_deg is not None:
        report["course_deg"] = round(stance.course_deg, 1) % 360.0
    if unit.altitude_m is not None:
        report |= {"altitude_m": unit.altitude_m, "altitude_ref": "agl"}
    if unit.callsign is not None:
        report["callsign"] = unit.callsign
    if unit.sidc is not None:
        report["sidc"] = unit.sidc
    if unit.operator is not None:
        report |= {"operator_lon": unit.operator[0], "operator_lat": unit.operator[1], "serial": f"SIM-{unit.id}"}
    if unit.sensor_m is not None:
        report["sensor"] = _sensor(lon, lat, unit.sensor_m, stance.course_deg or 0.0)
    return report


def _sensor(lon: float, lat: float, half_m: float, heading_deg: float) -> dict[str, Any]:
    corners = ((-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m), (-half_m, -half_m))
    ring = [[round(value, 7) for value in moved((lon, lat), *corner)] for corner in corners]
    footprint = {"type": "Polygon", "coordinates": [ring]}
    return {"heading_deg": round(heading_deg, 1) % 360.0, "fov_deg": 60.0, "footprint": footprint}


def _incident_sends(scenario: Scenario, incident: SimulatedIncident, start_us: int) -> Iterator[Send]:
    random = _random(scenario, incident.id, "incident")
    at_s = incident.first_s
    for number in count(1):
        item: dict[str, Any] = {
            "incident": f"{incident.id}-{start_us // SECOND_US}-{number}",
            "observed_at": instant_text(start_us + round(at_s * SECOND_US)),
            "lon": round(incident.lon + random.uniform(-0.002, 0.002), 6),
            "lat": round(incident.lat + random.uniform(-0.002, 0.002), 6),
            "category": incident.category,
            "title": incident.title,
            "severity": incident.severity,
            "means": "seen",
            "accuracy_m": 50.0,
        }
        if incident.party is not None:
            item["party"] = incident.party
        yield Send(at_s, incident.contingent, "incidents", item)
        if incident.amended_after_s is not None:
            amended = item | {"description": incident.amendment}
            yield Send(at_s + incident.amended_after_s, incident.contingent, "incidents", amended)
        at_s += incident.every_s * random.uniform(0.8, 1.2)
