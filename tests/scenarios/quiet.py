"""Units that go to and fro along a line for a day, with truthful noise; run as a program: how quiet the rule is there.

A fix every ten seconds; a third each walk, drive and fly. Every device tells its accuracy (5 to 100 m, the 68 % radius)
truthfully, and its noise is white or remembers itself for a while, as that of real receivers does.
"""

import sys

import numpy as np
from rich.console import Console

from tests.engine.world import feature, mission
from tests.scenarios.fleet import Days, FleetWorld, Floats, batches_of, noise

STEP_S = 10.0
FIXES = 8640
AT_ONCE = 720
MARGIN_M = 50.0
SPEEDS_M_S = {"foot": 1.4, "vehicle": 15.0, "helicopter": 50.0}
_WAY_M = 40_000.0
_SIGMAS_A_RADIUS = 1.515
_RULE = {"rule": "line_crossing", "id": "r", "margin_m": MARGIN_M, "severity": "high"}
_LINE = feature([_RULE], [[-0.1, 0.0], [0.1, 0.0], [0.5, 0.0]], left="west", right="east")
DOCUMENT = mission(_LINE, gates={})


def platforms_of(units: int) -> list[str]:
    """Name each unit's platform."""
    return [list(SPEEDS_M_S)[unit % len(SPEEDS_M_S)] for unit in range(units)]


def homes_of(units: int) -> Floats:
    """Say on which side each unit is at home: 1 north of the line, -1 south."""
    return np.where(np.arange(units) % 2, 1.0, -1.0)


def drawn_accuracy_m(rng: np.random.Generator, units: int) -> Floats:
    """Draw each unit's accuracy: as many between 5 and 10 m as between 50 and 100."""
    return np.exp(rng.uniform(np.log(5), np.log(100), units))


def along_the_line(rng: np.random.Generator, memory_s: float, accuracy_m: Floats, true_north_m: Floats) -> Days:
    """Return the day of units whose true way is ``true_north_m`` of the line (a row a unit, a column a fix)."""
    units = len(accuracy_m)
    platforms = platforms_of(units)
    speed_m_s = np.array([SPEEDS_M_S[platform] for platform in platforms])
    second = np.arange(FIXES) * STEP_S
    gone_m = (speed_m_s[:, None] * second + rng.uniform(0, 2 * _WAY_M, units)[:, None]) % (2 * _WAY_M)
    sigma_m = accuracy_m / _SIGMAS_A_RADIUS
    east_m, north_m = (noise(rng, (units, FIXES), sigma_m, STEP_S, memory_s) for _ in range(2))
    return Days(
        second,
        np.minimum(gone_m, 2 * _WAY_M - gone_m) + east_m,
        true_north_m + north_m,
        np.repeat(accuracy_m[:, None], FIXES, axis=1),
        platforms,
    )


def beside_the_line(units: int, memory_s: float, accuracies: float) -> Days:
    """Return the day of units that keep to their side, by the margin and so many times their own accuracy."""
    rng = np.random.default_rng(round(memory_s))
    accuracy_m = drawn_accuracy_m(rng, units)
    north_m = homes_of(units) * (MARGIN_M + accuracies * accuracy_m)
    return along_the_line(rng, memory_s, accuracy_m, np.repeat(north_m[:, None], FIXES, axis=1))


def judged(days: Days) -> FleetWorld:
    """Return a world that has judged the days, two hours of all units at a time."""
    world = FleetWorld(DOCUMENT, days)
    for rows in batches_of(days, AT_ONCE):
        world.give(rows)
    return world


def over_the_line(days: Days) -> int:
    """Count the fixes that noise has put over the line, of units that keep to their side."""
    return int((np.sign(days.north_m) != homes_of(days.shape[0])[:, None]).sum())


def main(units: int) -> None:
    """Print how much is told of units that never were over the line."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{units} unit-days: true way from the line, memory of the noise, fixes over it, raised, confirmed")
    for accuracies in (0.0, 1.0):
        for memory_s in (0.0, 60.0, 300.0):
            days = beside_the_line(units, memory_s, accuracies)
            told = judged(days).latest.values()
            confirmed = sum(one.confirmed_us is not None for one in told)
            way = f"{MARGIN_M:.0f} m + {accuracies} × accuracy"
            console.print(f"{way}, {memory_s:.0f} s, {over_the_line(days)}, {len(told)}, {confirmed}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
