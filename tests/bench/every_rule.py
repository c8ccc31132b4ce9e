"""A mission with every rule on: two hundred features of 250 edges each, and on each all rules that may stand there."""

import json
import random
import time
from collections.abc import Mapping, Sequence
from math import cos, pi, sin
from typing import Any

import numpy as np

from app.engine import Engine, Past
from app.model.entry import Entry, MissionSet, Reports
from app.model.identity import Profile, Registry, Unit
from app.model.instant import SECOND_US
from app.model.label import Label, Marking
from app.model.mission_rules import RULE_PLACES
from app.model.report import E7, Batch, ReportBlock
from app.model.sealing import Sealer
from app.rules.rulebook import RULES
from tests.bench.figures import Figure
from tests.bench.traffic import SPREAD, Walker, now_s, walkers

AS_SET: Mapping[str, Mapping[str, Any]] = {
    "line_crossing": {},
    "zone_incursion": {"min_dwell_s": 30},
    "airspace_violation": {"platforms": ["aircraft", "helicopter", "uav"], "floor_m": 0},
    "restricted_weapon": {"platforms": ["armour", "artillery"]},
    "force_ceiling": {
        "limits": [
            {"class": "armour", "party": "north", "max": 75},
            {"class": "any", "party": "south", "max": 600},
        ]
    },
    "firing": {"within_m": 1000},
    "status_quo": {},
    "approach": {"horizon_s": 120, "min_speed_m_s": 2},
    "proximity": {"enter_m": 100, "leave_m": 150, "within_m": 500},
    "build_up": {"count": 10, "radius_m": 500, "window_s": 1800, "within_m": 500},
    "absence": {"max_silence_s": 3600},
}
"""Each rule as a mission might set it; one that the rulebook has and this lacks fails a test."""
FEATURES = 200
EDGES = 250
UNITS = 10_000
_ROUNDS = 20
_WARM_ROUNDS = 35
"""As many seconds: the dwell times of those who begin inside are over when it is measured."""
_RADIUS_DEG = 0.012, 0.010


def every_rule_document(mission: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mission file of ``mission``'s parties: half zones, half lines, wavy, spread over its area."""
    rng = random.Random(23)
    features = []
    for number in range(FEATURES):
        lon, lat = rng.uniform(SPREAD[0], SPREAD[2]), rng.uniform(SPREAD[1], SPREAD[3])
        is_zone = number % 2 == 0
        kind = "restricted_area" if is_zone else "ceasefire_line"
        rules = [
            {"rule": rule.kind, "id": f"{rule.kind}-{number}", "severity": "low", "margin_m": 50, **AS_SET[rule.kind]}
            for rule in RULES
            if kind in RULE_PLACES[rule.kind]
        ]
        properties: dict[str, Any] = {"kind": kind, "name": f"Feature {number}", "rules": rules}
        geometry: dict[str, Any]
        if is_zone:
            ring = [_around(lon, lat, 2 * pi * turn / EDGES) for turn in [*range(EDGES), 0]]
            geometry = {"type": "Polygon", "coordinates": [ring]}
        else:
            properties |= {"left": "north", "right": "south"}
            line = [
                (lon + _RADIUS_DEG[0] * (2 * step / EDGES - 1), lat + 5e-4 * sin(step / 5)) for step in range(EDGES + 1)
            ]
            geometry = {"type": "LineString", "coordinates": line}
        features.append(
            {"type": "Feature", "id": f"feature-{number}", "geometry": geometry, "properties": properties}
        )  # fmt: skip
    return {"type": "FeatureCollection", "mission": dict(mission), "features": features}


def _around(lon: float, lat: float, angle: float) -> tuple[float, float]:
    reach = 1 + 0.05 * sin(9 * angle)
    return lon + _RADIUS_DEG[0] * reach * cos(angle), lat + _RADIUS_DEG[1] * reach * sin(angle)


def judged_positions(document: dict[str, Any], batch: int) -> list[Figure]:
    """Fold positions of a second's distance in order, of units of which some shares are near an edge."""
    found = []
    for share in (0.01, 0.1, 1.0):
        units = walkers(document, UNITS if share < 1 else batch, share, batch)
        engine = Engine(Registry(), Sealer(bytes(32)))
        end_s = now_s()
        engine.step(Entry(1, end_s * SECOND_US, MissionSet(json.dumps(document).encode(), by="bench")), Past())
        blocks = _blocks(engine.registry, units, range(end_s - _ROUNDS - _WARM_ROUNDS, end_s))
        took_s = 0.0
        for number, block in enumerate(blocks):
            entry = Entry(engine.cursor + 1, int(block.observed_us[0]), Reports(block))
            began = time.thread_time()
            engine.step(entry, Past())
            took_s += (time.thread_time() - began) * (number >= _WARM_ROUNDS)
        each_ns = took_s / (_ROUNDS * len(units)) * 1e9
        what = f"judged position, every rule on, {share:.0%} of units at an edge"
        rules = len(engine.judge.rulebook.instances)
        found.append(Figure(what, f"{each_ns:,.0f} ns", "", note=f"{rules} rules on {FEATURES} features"))
    return found


def _blocks(registry: Registry, units: Sequence[Walker], seconds: Sequence[int]) -> list[ReportBlock]:
    """Return a block a second with a position of every unit."""
    slots, profiles = [], []
    for one in units:
        marking = registry.markings.number(Marking((one.contingent,), Label()))
        slots.append(registry.units.number(Unit(one.contingent, one.unit)))
        profiles.append(registry.profiles.number(Profile(None, None, "vehicle", one.party, "hae", marking)))
    count = len(units)
    nothing = np.full(count, np.nan)
    blocks = []
    for second in seconds:
        lon_e7, lat_e7 = np.rint(np.array([one.at(second) for one in units]) * E7).astype(np.int32).T
        speed_m_s, course_deg = np.array([one.going(second) for one in units]).T
        received_us = second * SECOND_US
        blocks.append(
            ReportBlock(
                slot=np.array(slots, np.int32), observed_us=np.full(count, received_us, np.int64), lon_e7=lon_e7,
                lat_e7=lat_e7, altitude_m=nothing, accuracy_m=np.full(count, 5.0), speed_m_s=speed_m_s,
                course_deg=course_deg, profile=np.array(profiles, np.int32), flags=np.zeros(count, np.uint8),
                extra=np.full(count, -1, np.int32),
                batches=[Batch(count, "bench", units[0].contingent, "positions", received_us, bytes(32))],
            )
        )  # fmt: skip
    return blocks
