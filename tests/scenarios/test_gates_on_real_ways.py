"""The speed gates on real ways (taxis, storks, airliners): few honest fixes are doubted, and nearly all teleports are.

A fix is *honest* here when neither the leg to it nor the leg from it is faster than its platform can move: the taxis'
receivers do jump by themselves, and those jumps are rightly doubted.
"""

import gzip
from collections.abc import Iterator
from csv import DictReader
from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from app.picture.plausibility import believed, gate_of
from tests.scenarios.pairs import data_folder

DATA = data_folder()
PLATFORMS = {"porto_taxi": "vehicle", "stork_swiss_border": "uav", "adsb_swiss_border": "aircraft"}
"""Storks fly as far as small drones do."""
LONGEST = 4
"""Fixes of a teleport."""
EARTH_M = 6_371_000.0

pytestmark = pytest.mark.skipif(DATA is None, reason="COP_TEST_DATA does not name the folder of the shared tables")
Floats = NDArray[np.float64]


def ways(name: str) -> Iterator[tuple[Floats, Floats]]:
    """Each track's seconds, and its degrees (longitude, latitude) a row; the first of two fixes of an instant."""
    assert DATA is not None
    tracks: dict[str, dict[str, tuple[float, float]]] = {}
    with gzip.open(DATA / name / "tracks.csv.gz", "rt") as table:
        for row in DictReader(table):
            tracks.setdefault(row["track_id"], {}).setdefault(row["t"], (float(row["lon"]), float(row["lat"])))
    for fixes in tracks.values():
        instants = sorted(fixes)
        seconds = np.array([datetime.fromisoformat(instant).timestamp() for instant in instants])
        yield seconds, np.array([fixes[instant] for instant in instants])


def metres(one: Floats, two: Floats) -> Floats:
    """On a sphere."""
    lon0, lat0, lon1, lat1 = (np.radians(part) for part in (one[:, 0], one[:, 1], two[:, 0], two[:, 1]))
    half = np.sin((lat1 - lat0) / 2) ** 2 + np.cos(lat0) * np.cos(lat1) * np.sin((lon1 - lon0) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(half)))


def doubted(seconds: Floats, places: Floats, gate_m_s: float) -> NDArray[np.bool_]:
    count = len(seconds)
    grid = np.rint(places * 1e7).astype(np.int64)
    us = np.rint(seconds * 1e6).astype(np.int64)
    sure, _ = believed(None, grid[:, 0], grid[:, 1], us, np.full(count, np.nan), np.full(count, gate_m_s))
    return ~sure


def teleported(rng: np.random.Generator, seconds: Floats, places: Floats, gate_m_s: float) -> NDArray[np.bool_]:
    """Move one to four fixes now and then, further than the gate allows before the last of them; say which."""
    away = np.zeros(len(seconds), np.bool_)
    at = 5
    while at + 2 * LONGEST < len(seconds):
        if rng.random() < 0.05:
            stop = at + int(rng.integers(1, LONGEST + 1))
            reach_m = gate_m_s * (seconds[stop] - seconds[at - 2])
            north = (2.5 * reach_m + rng.uniform(0, 50_000)) / 111_200 * (1 if places[at, 1] < 0 else -1)
            if abs(north) < 80:
                places[at:stop, 1] += north
                away[at:stop] = True
            at = stop + LONGEST
        at += 1
    return away


@pytest.mark.parametrize("name", list(PLATFORMS))
def test_of_honest_fixes_on_real_ways_at_most_one_in_a_thousand_is_doubted(name: str) -> None:
    gate_m_s = gate_of(PLATFORMS[name], {})
    honest = wronged = 0
    for seconds, places in ways(name):
        fast = metres(places[:-1], places[1:]) > gate_m_s * np.diff(seconds)
        clean = ~(np.append(False, fast) | np.append(fast, False))
        honest += int(clean.sum())
        wronged += int((clean & doubted(seconds, places, gate_m_s)).sum())

    assert honest > 20_000
    assert wronged <= honest / 1000, (honest, wronged)


@pytest.mark.parametrize("name", list(PLATFORMS))
def test_of_teleports_put_into_real_ways_ninety_nine_in_a_hundred_are_doubted(name: str) -> None:
    rng = np.random.default_rng(4)
    gate_m_s = gate_of(PLATFORMS[name], {})
    injected = caught = 0
    for seconds, places in ways(name):
        away = teleported(rng, seconds, places, gate_m_s)
        injected += int(away.sum())
        caught += int((away & doubted(seconds, places, gate_m_s)).sum())

    assert injected > 500
    assert caught >= 0.99 * injected, (injected, caught)
