"""The 1e-7 degree grid every coordinate lies on, and longitudes on the circle. Knows no metres."""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I8 = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

STEPS_A_DEGREE = 10_000_000
HALF_TURN_E7 = 180 * STEPS_A_DEGREE
TURN_E7 = 360 * STEPS_A_DEGREE
POLE_E7 = 90 * STEPS_A_DEGREE
RADIANS_A_STEP = np.pi / HALF_TURN_E7


def to_grid(degrees: npt.ArrayLike) -> I64:
    """Round degrees to the grid, in whole 1e-7 degrees."""
    return np.rint(np.asarray(degrees, np.float64) * STEPS_A_DEGREE).astype(np.int64)


def distinct(numbers: I64) -> I64:
    """Return the numbers that there are, ascending. ``np.unique``, which hashes first, takes several times as long."""
    ordered = np.sort(numbers)
    firsts = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=firsts[1:])
    found: I64 = ordered[firsts]
    return found


def unwrapped(lon_e7: I64) -> I64:
    """Make longitudes continuous: each is moved by whole turns to within half a turn of the one before.

    The first stays; the others may leave ±180°. A step of exactly half a turn keeps its sign.
    """
    steps = np.diff(lon_e7)
    turns = np.where(steps > HALF_TURN_E7, -1, np.where(steps < -HALF_TURN_E7, 1, 0))
    moved = lon_e7.copy()
    moved[1:] += np.cumsum(turns) * TURN_E7
    return moved


def turns_between(low_e7: int, high_e7: int, west_e7: int, east_e7: int) -> range:
    """Return the whole turns k for which ``[low, high] + k·360°`` meets ``[west, east]`` (all 1e-7 degrees)."""
    return range(-((high_e7 - west_e7) // TURN_E7), (east_e7 - low_e7) // TURN_E7 + 1)


def normal_degrees(lon_e7: float) -> float:
    """Return a longitude given in 1e-7 degrees as degrees in -180 … 180."""
    turned = (lon_e7 + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    return turned / STEPS_A_DEGREE
