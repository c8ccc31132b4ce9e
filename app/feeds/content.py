"""Whether two reports under one key say the same. Knows no order and no store."""

import numpy as np

from app.feeds.drafts import Draft
from app.model.identity import Registry
from app.model.report import DRONE, ReportBlock

_NUMBERS = ("altitude_m", "accuracy_m", "speed_m_s", "course_deg")


def is_same(draft: Draft, row: int, other: ReportBlock, place: int, registry: Registry) -> bool:
    """Whether row ``row`` of ``draft`` says what row ``place`` of ``other`` says, bit for bit.

    Flags are ours, not the sender's, and do not count. Nor does a label that the sender left out: the mission's
    default may have been another one when the first report came. Nor, between a position and a drone's, a platform
    that was left out of both: only the one call fills in ``uav``.
    """
    block = draft.block
    if block.lon_e7[row] != other.lon_e7[place] or block.lat_e7[row] != other.lat_e7[place]:
        return False
    for name in _NUMBERS:
        one, two = getattr(block, name)[row], getattr(other, name)[place]
        if one != two and not (np.isnan(one) and np.isnan(two)):
            return False
    if _extra_of(block, row) != _extra_of(other, place):
        return False
    number, stored = int(block.profile[row]), int(other.profile[place])
    if number == stored:
        return True
    if number < 0 or stored < 0:
        return False
    mine, theirs = registry.profiles[number], registry.profiles[stored]
    if not draft.labelled[row]:
        mine = mine._replace(marking=theirs.marking)
    if (block.flags[row] ^ other.flags[place]) & DRONE and {mine.platform, theirs.platform} == {None, "uav"}:
        mine = mine._replace(platform=theirs.platform)
    return mine == theirs


def _extra_of(block: ReportBlock, row: int) -> bytes | None:
    extra = int(block.extra[row])
    return None if extra < 0 else bytes(block.extras[extra])
