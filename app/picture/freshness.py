"""How old a track may grow before it is stale, then lost: by the clock against ``observed_at``."""

import numpy as np

from app.model.identity import Profile
from app.model.instant import SECOND_US
from app.model.report import I64

LIVE, STALE, LOST = 0, 1, 2
STATUS_NAMES = ("live", "stale", "lost")
NEVER_US = np.iinfo(np.int64).max
"""The due time of a track whose status will not change by waiting."""

_MINUTE_US = 60 * SECOND_US
_AIR = (60 * SECOND_US, 10 * _MINUTE_US)
_LIMITS_US: dict[str | None, tuple[int, int]] = {
    "aircraft": _AIR,
    "uav": _AIR,
    "static": (24 * 60 * _MINUTE_US, 72 * 60 * _MINUTE_US),
}
_OTHERS = (5 * _MINUTE_US, 60 * _MINUTE_US)


def limits_us(profile: Profile) -> tuple[int, int]:
    """Return the ages, µs, from which a track of this profile is stale and lost."""
    return _LIMITS_US.get(profile.platform, _OTHERS)


def statuses(age_us: I64, stale_us: I64, lost_us: I64) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return the status of each track from its age and limits, all µs."""
    return (age_us >= stale_us).astype(np.uint8) + (age_us >= lost_us).astype(np.uint8)
