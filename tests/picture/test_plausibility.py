"""Believed fixes, against a plain reading of the rule one fix at a time."""

import math
import random
from dataclasses import dataclass

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from app.picture.plausibility import Anchor, believed, gate_of


@dataclass
class Fix:
    lon: float
    lat: float
    second: float
    accuracy_m: float = math.nan


def plainly(fixes: list[Fix], gate_m_s: float) -> list[bool]:
    """One fix after the other: measured against the last believed one, +1 if good up to 4, -0.26 if not."""
    anchor, reliability, told = fixes[0], 1.0, [True]
    for fix in fixes[1:]:
        metres = Geodesic.WGS84.Inverse(anchor.lat, anchor.lon, fix.lat, fix.lon)["s12"]
        slack = 2 * sum(a for a in (anchor.accuracy_m, fix.accuracy_m) if not math.isnan(a))
        if metres <= gate_m_s * (fix.second - anchor.second) + slack:
            reliability = min(4.0, reliability + 1.0)
            told.append(reliability >= 1.0)
            anchor = fix
            continue
        told.append(False)
        reliability -= 0.26
        if reliability < 0.1:
            anchor, reliability = fix, 0.0
    return told


def columns(fixes: list[Fix]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.array([round(fix.lon * 1e7) for fix in fixes], np.int64),
        np.array([round(fix.lat * 1e7) for fix in fixes], np.int64),
        np.array([round(fix.second * 1e6) for fix in fixes], np.int64),
        np.array([fix.accuracy_m for fix in fixes]),
    )


def journey(rng: random.Random, fixes: int) -> list[Fix]:
    """A drive at up to 30 m/s, with lone outliers, a lasting jump now and then, and stretches of rubbish."""
    told: list[Fix] = []
    lon, lat, second = 33.0, 35.0, 0.0
    while len(told) < fixes:
        second += rng.choice([1.0, 5.0, 10.0])
        lon, lat = lon + rng.uniform(-2e-4, 2e-4), lat + rng.uniform(-2e-4, 2e-4)
        accuracy = rng.choice([math.nan, 5.0, 20.0])
        kind = rng.random()
        if kind < 0.03:
            told.append(Fix(lon + 0.5, lat, second, accuracy))
        elif kind < 0.04:
            lon += 0.3
            told.append(Fix(lon, lat, second, accuracy))
        elif kind < 0.05:
            for _ in range(20):
                second += 1.0
                told.append(Fix(rng.uniform(0, 60), rng.uniform(-60, 60), second, accuracy))
        else:
            told.append(Fix(lon, lat, second, accuracy))
    return told[:fixes]


@pytest.mark.parametrize("seed", range(30))
def test_it_is_the_plain_rule_however_it_is_cut(seed: int) -> None:
    rng = random.Random(seed)
    fixes = journey(rng, rng.choice([3, 50, 1200]))

    told: list[bool] = []
    anchor: Anchor | None = None
    at = 0
    while at < len(fixes):
        part = fixes[at : at + rng.choice([1, 2, 40, 2000])]
        plausible, anchor = believed(anchor, *columns(part), np.full(len(part), 70.0))
        told += plausible.tolist()
        at += len(part)

    assert told == plainly(fixes, 70.0)


def test_a_teleport_is_not_believed_and_the_way_back_is() -> None:
    fixes = [Fix(33.0, 35.0, 0), Fix(33.0, 35.0001, 10), Fix(34.0, 35.0, 20), Fix(33.0, 35.0002, 30)]

    plausible, _ = believed(None, *columns(fixes), np.full(4, 70.0))

    assert plausible.tolist() == [True, True, False, True]


def test_gates_are_the_platform_s_unless_the_mission_says_otherwise() -> None:
    assert gate_of("foot", {}) == 12.0
    assert gate_of(None, {}) == 600.0
    assert gate_of("vehicle", {"vehicle": 40.0}) == 40.0
    assert gate_of("vehicle", {"vehicle": None}) == math.inf
    assert gate_of(None, {"absent": 50.0}) == 50.0
    assert gate_of("foot", None) == math.inf
