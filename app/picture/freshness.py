"""How old a track may grow before it is stale, then lost: by the clock against ``observed_at``."""

import numpy as np

from app.model.report import I64

LIVE, STALE, LOST = 0, 1, 2
STATUS_NAMES = ("live", "stale", "lost")
NEVER_US = np.iinfo(np.int64).max
"""The due time of a track whose status will not change by waiting."""


def statuses(age_us: I64, stale_us: I64, lost_us: I64) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return the status of each track from its age and limits, all µs."""
    return (age_us >= stale_us).astype(np.uint8) + (age_us >= lost_us).astype(np.uint8)
