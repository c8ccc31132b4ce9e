"""200 unit-days along a line, with noise as large as the devices say: noise alone confirms nothing, crossings all do.

COP_WHOLE=1 adds noise that remembers itself for five minutes.
"""

import os

import numpy as np
import pytest

from tests.engine.world import START_US
from tests.scenarios.quiet import (
    FIXES,
    MARGIN_M,
    SPEEDS_M_S,
    STEP_S,
    along_the_line,
    beside_the_line,
    drawn_accuracy_m,
    homes_of,
    judged,
    over_the_line,
    platforms_of,
)

UNITS = 200
EXCURSIONS = 4
WHOLE = pytest.mark.skipif(not os.environ.get("COP_WHOLE"), reason="COP_WHOLE is not set")
MEMORIES_S = [0.0, 60.0, pytest.param(300.0, marks=WHOLE)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("memory_s", MEMORIES_S)
def test_units_that_keep_their_distance_from_a_line_confirm_nothing(memory_s: float) -> None:
    """The distance is the margin and the device's own accuracy.

    That is what a mission asks of a patrol beside a line. One whose true way runs nearer cannot say itself on which
    side it was; at the very margin, noise with a memory confirms a crossing in some hundred days (docs/PERFORMANCE.md).
    """
    days = beside_the_line(UNITS, memory_s, accuracies=1.0)

    told = judged(days).latest.values()

    assert over_the_line(days) > 500, "the noise alone is over the line"
    assert [violation for violation in told if violation.confirmed_us is not None] == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("memory_s", MEMORIES_S)
def test_of_real_excursions_each_is_found_once_the_right_way(memory_s: float) -> None:
    """Four times a day each unit goes over at half its speed, four accuracies beyond the margin, stays and returns.

    Farther out its noise never reaches the line (six sigma), so each crossing must lie while it truly goes over.
    """
    rng = np.random.default_rng(1000 + round(memory_s))
    accuracy_m, home = drawn_accuracy_m(rng, UNITS), homes_of(UNITS)
    far_m = 4 * accuracy_m + MARGIN_M
    period_s = FIXES * STEP_S / EXCURSIONS
    phase_s = np.arange(FIXES) * STEP_S % period_s
    over_s = 2 * far_m / np.array([SPEEDS_M_S[platform] / 2 for platform in platforms_of(UNITS)])
    out_s, back_s = period_s / 4, period_s * 3 / 4
    gone = np.clip((phase_s - out_s) / over_s[:, None], 0, 1) - np.clip((phase_s - back_s) / over_s[:, None], 0, 1)
    days = along_the_line(rng, memory_s, accuracy_m, (home * far_m)[:, None] * (1 - 2 * gone))

    confirmed = [one for one in judged(days).violations() if one.status == "confirmed"]

    seen = set()
    for violation in confirmed:
        unit = int(violation.units[0].unit.removeprefix("unit-"))
        assert violation.direction == ("left_to_right" if home[unit] > 0 else "right_to_left")
        assert violation.ended_us is not None
        excursion, out = divmod((violation.observed_us - START_US) / 1e6, period_s)
        assert out_s - STEP_S <= out <= out_s + over_s[unit] + STEP_S
        back = (violation.ended_us - START_US) / 1e6 - excursion * period_s
        assert back_s - STEP_S <= back <= back_s + over_s[unit] + STEP_S
        seen.add((unit, excursion))
    assert len(confirmed) == len(seen) == UNITS * EXCURSIONS
