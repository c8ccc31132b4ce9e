"""Which fixes may be believed: speed gates per platform and a reliability counter per track, as readsb keeps one.

And frozen receivers: their fixes repeat one place to the last digit and still tell a speed.

A fix is measured against the last believed one. A good leg adds 1 (up to 4), a bad one takes 0.26; a track that has
used up its reliability starts afresh from where it now is, and is believed again after one good leg there.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from app.geo.geodesy import distance_m
from app.model.instant import SECOND_US
from app.model.report import F64, I64

GATES_M_S: Mapping[str | None, float] = {
    "foot": 12.0,
    "vehicle": 70.0,
    "armour": 70.0,
    "artillery": 70.0,
    "vessel": 40.0,
    "helicopter": 120.0,
    "uav": 150.0,
    "aircraft": 600.0,
    "static": 5.0,
    None: 600.0,
}
"""Fastest plausible speed by platform, m/s; None: no platform given."""
GOOD, BAD, CAP, EXHAUSTED = 1.0, 0.26, 4.0, 0.1
_SLACK = 2.0
"""How many times both fixes' ``accuracy_m`` a jump may exceed the gate by: noise is not speed."""

FROZEN = 5
"""So many fixes in a row exactly where the one before was, though they say that they move: the receiver is frozen."""
MOVING_M_S = 1.5
"""What a fix must say of its speed to be moving: in a second, a hundred times further than coordinates resolve."""

_WIDEST_STEP_M = 0.011170
"""No 1e-7 degree is longer anywhere: one of latitude at a pole is 0.0111694 m."""
_RUN = 512
"""Legs judged at once: a bound on what a bad one makes us judge again."""

Mask = npt.NDArray[np.bool_]


class Anchor(msgspec.Struct):
    """The last believed fix of a track (whole 1e-7 degrees, µs, metres) and how far the track may be trusted."""

    lon_e7: int
    lat_e7: int
    observed_us: int
    accuracy_m: float
    reliability: float = GOOD


def gate_of(platform: str | None, overrides: Mapping[str, float | None] | None) -> float:
    """Return the gate of ``platform``, m/s: infinite where the mission switches it (``None``: all) off."""
    if overrides is None:
        return np.inf
    key = "absent" if platform is None else platform
    if key in overrides:
        gate = overrides[key]
        return np.inf if gate is None else gate
    return GATES_M_S[platform]


def leg_is_good(
    lon0_e7: I64, lat0_e7: I64, us0: I64, accuracy0_m: F64, lon1_e7: I64, lat1_e7: I64, us1: I64, accuracy1_m: F64,
    gate_m_s: F64,
) -> Mask:  # fmt: skip
    """Whether each leg stays below its gate, with slack for the accuracy of both ends (NaN: none given)."""
    slack_m = _SLACK * (np.nan_to_num(accuracy0_m) + np.nan_to_num(accuracy1_m))
    reach_m = gate_m_s * (np.abs(us1 - us0) / SECOND_US) + slack_m
    # Most are good by far: as if degrees of longitude were nowhere narrower, and the earth as wide as it is anywhere.
    good = (np.abs(lon1_e7 - lon0_e7) + np.abs(lat1_e7 - lat0_e7)) * _WIDEST_STEP_M <= reach_m
    rest = np.flatnonzero(~good)
    if len(rest):
        good[rest] = distance_m(lon0_e7[rest], lat0_e7[rest], lon1_e7[rest], lat1_e7[rest]) <= reach_m[rest]
    return np.asarray(good)


def stuck(
    lon0_e7: I64, lat0_e7: I64, stuck0: I64, lon1_e7: I64, lat1_e7: I64, speed1_m_s: F64, gate_m_s: F64, begins: Mask
) -> I64:  # fmt: skip
    """Count, up to ``FROZEN``, for each fix how many in a row have not moved from the place before, but say they move.

    ``begins`` marks where a table's next track begins: ``stuck0`` counts there what came before the table; it is not
    looked at elsewhere. A track's first fix must come with a place before that is not its own. NaN: no speed given.
    Where a gate is off (infinite), nothing is doubted.
    """
    counts = np.zeros(len(lon1_e7), np.int64)
    same = (lon0_e7 == lon1_e7) & (lat0_e7 == lat1_e7) & (speed1_m_s >= MOVING_M_S)
    for row in np.flatnonzero(same).tolist():  # hardly any
        if gate_m_s[row] < np.inf:
            counts[row] = min(FROZEN, 1 + int(stuck0[row] if begins[row] else counts[row - 1]))
    return counts


def believed(
    anchor: Anchor | None, lon_e7: I64, lat_e7: I64, observed_us: I64, accuracy_m: F64, gate_m_s: F64
) -> tuple[Mask, Anchor]:
    """Say of each fix of one track, in observed order, whether it may be believed; return the new anchor too.

    ``anchor`` is None before the track's first fix. At least one fix.
    """
    plausible = np.ones(len(lon_e7), np.bool_)
    start = 0
    if anchor is None:
        anchor, start = _anchored(lon_e7, lat_e7, observed_us, accuracy_m, 0, GOOD), 1
    while start < len(lon_e7):
        # Most tracks are good to their end: judge a run of consecutive legs at once, and step only over bad ones.
        stop = min(len(lon_e7), start + _RUN)
        good = leg_is_good(
            np.append(anchor.lon_e7, lon_e7[start : stop - 1]),
            np.append(anchor.lat_e7, lat_e7[start : stop - 1]),
            np.append(anchor.observed_us, observed_us[start : stop - 1]),
            np.append(anchor.accuracy_m, accuracy_m[start : stop - 1]),
            lon_e7[start:stop], lat_e7[start:stop], observed_us[start:stop], accuracy_m[start:stop],
            gate_m_s[start:stop],
        )  # fmt: skip
        run = int(np.argmin(good)) if not good.all() else len(good)
        if run:
            reliability = anchor.reliability + GOOD * np.arange(1, run + 1)
            plausible[start : start + run] = reliability >= GOOD
            start += run
            anchor = _anchored(lon_e7, lat_e7, observed_us, accuracy_m, start - 1, min(CAP, float(reliability[-1])))
            continue
        plausible[start] = False
        left = anchor.reliability - BAD
        if left < EXHAUSTED:
            anchor = _anchored(lon_e7, lat_e7, observed_us, accuracy_m, start, 0.0)
        else:
            anchor = msgspec.structs.replace(anchor, reliability=left)
        start += 1
    return plausible, anchor


def _anchored(lon_e7: I64, lat_e7: I64, observed_us: I64, accuracy_m: F64, at: int, reliability: float) -> Anchor:
    return Anchor(int(lon_e7[at]), int(lat_e7[at]), int(observed_us[at]), float(accuracy_m[at]), reliability)
