"""A day of units with faults injected: what is doubtful is flagged, what is not is not, and none confirms.

A fix a minute of 200 units (COP_WHOLE=1: of 1,000, 1.44 million), truthful noise, some reports late by up to thirty
fixes. One fix in 250 begins a teleport of one to four fixes to somewhere 50 to 500 km away, which is further than any
of the platforms moves in that time.
"""

import os

import numpy as np
import pytest

from app.picture.tracks import IMPLAUSIBLE
from tests.engine.world import START_US, feature, mission
from tests.scenarios.fleet import Days, FleetWorld, batches_of, noise

UNITS = 1000 if os.environ.get("COP_WHOLE") else 200
NEAR = UNITS * 15 // 100
STEP_S = 60.0
FIXES = 1440
SPEEDS_M_S = {"foot": 1.4, "vehicle": 15.0, "vessel": 8.0, "helicopter": 50.0, "uav": 40.0}
COMMON = {"margin_m": 50, "severity": "high"}
ZONES = [
    feature(
        [COMMON | {"rule": "zone_incursion", "id": f"z{n}"}],
        [[[lon, 0.02], [lon + 0.05, 0.02], [lon + 0.05, 0.07], [lon, 0.07], [lon, 0.02]]],
        id=f"zone-{n}",
    )
    for n, lon in enumerate((-3.0, -1.0, 0.1, 0.2, 1.0, 3.0))
]
LINE = feature(
    [COMMON | {"rule": "line_crossing", "id": "r"}], [[-9.0, 0.1], [9.0, 0.1]], id="line", left="west", right="east"
)
DOCUMENT = mission(LINE, *ZONES, gates={})


def fleet(rng: np.random.Generator) -> tuple[Days, np.ndarray]:
    """The day, and which of its fixes are teleports. All but the last NEAR units keep clear of the features."""
    platforms = [list(SPEEDS_M_S)[unit % len(SPEEDS_M_S)] for unit in range(UNITS)]
    speed_m_s = np.array([SPEEDS_M_S[platform] for platform in platforms])
    course = rng.uniform(0, 2 * np.pi, UNITS)[:, None] + np.cumsum(rng.normal(0, 0.2, (UNITS, FIXES)), axis=1)
    shape = (UNITS, FIXES)
    # A wander that is folded back into a box: each unit stays within its own half of the country.
    east_m = np.cumsum(speed_m_s[:, None] * STEP_S * np.sin(course), axis=1) + rng.uniform(0, 30_000, UNITS)[:, None]
    north_m = np.cumsum(speed_m_s[:, None] * STEP_S * np.cos(course), axis=1) + rng.uniform(0, 15_000, UNITS)[:, None]
    east_m, north_m = (
        height - np.abs(metres % (2 * height) - height) for metres, height in ((east_m, 30_000.0), (north_m, 15_000.0))
    )
    north_m[: UNITS - NEAR] += 12_000.0
    accuracy_m = rng.uniform(5, 25, UNITS)
    east_m += noise(rng, shape, accuracy_m / 1.515, STEP_S, 120.0)
    north_m += noise(rng, shape, accuracy_m / 1.515, STEP_S, 120.0)
    away = np.zeros(shape, np.bool_)
    for unit, fix in np.argwhere(rng.random(shape) < 1 / 250).tolist():
        stop = fix + int(rng.integers(1, 5))
        # None at a track's beginning, which has nothing to be held against, and none amid another.
        if fix < 5 or away[unit, fix - 5 : stop].any():
            continue
        far_m, way = rng.uniform(50_000, 500_000), rng.uniform(0, 2 * np.pi)
        away[unit, fix:stop] = True
        east_m[unit, fix:stop] += far_m * np.sin(way)
        north_m[unit, fix:stop] += far_m * np.cos(way)
    return Days(np.arange(FIXES) * STEP_S, east_m, north_m, np.repeat(accuracy_m[:, None], FIXES, 1), platforms), away


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_teleports_are_flagged_clean_fixes_are_not_and_nothing_doubtful_confirms() -> None:
    rng = np.random.default_rng(11)
    days, away = fleet(rng)
    it = FleetWorld(DOCUMENT, days)
    late = {
        int(row): int(rng.integers(1, 31)) for row in rng.choice(UNITS * FIXES, UNITS * FIXES // 1000, replace=False)
    }
    teleported = away.ravel()
    seen = np.zeros((2, 2), np.int64)  # injected or not, by flagged or not

    for rows in batches_of(days, 1, late):
        it.give(rows)
        tracks = it.engine.tracks
        row_of = np.full(UNITS, -1)
        row_of[tracks.slot[: tracks.size]] = np.arange(tracks.size)
        place = row_of[rows // FIXES]
        newest = tracks.observed_us[place] == START_US + (rows % FIXES) * round(STEP_S * 1e6)
        flagged = (tracks.flags[place] & IMPLAUSIBLE) != 0
        np.add.at(seen, (teleported[rows[newest]].astype(int), flagged[newest].astype(int)), 1)

    (clean, wronged), (missed, caught) = seen.tolist()
    assert clean + wronged + missed + caught > 0.99 * UNITS * FIXES
    assert caught + missed > 0.006 * UNITS * FIXES
    assert caught >= 0.99 * (caught + missed), (caught, missed)
    assert wronged <= 0.001 * (clean + wronged), (clean, wronged)
    confirmed = [one for one in it.violations() if one.confirmed_us is not None and one.rule != "gnss_interference"]
    assert len(confirmed) > NEAR, "there is real traffic over the features"
    doubtful = it.places(np.flatnonzero(teleported))
    for violation in confirmed:
        assert violation.confirmed_us is not None
        unit = int(violation.units[0].unit.removeprefix("unit-"))
        fix = round((violation.confirmed_us - START_US) / 1e6 / STEP_S)
        assert unit >= UNITS - NEAR, "this unit never was near"
        assert not away[unit, fix], "confirmed by a doubtful fix"
        rests_on = {it.sealer.report_of(report) for report in violation.evidence.reports}
        assert rests_on.isdisjoint(doubtful), "it rests on a doubtful fix"
