"""The order of each unit's observations: what is newest, and where a new report stands to it. Knows no duplicates."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from app.model.report import FUTURE, I32, I64, NULL_ISLAND, OUT_OF_ORDER, TOO_LATE, U8, ReportBlock

NONE_US = -1
"""Stands for "nothing observed yet"."""
_UNORDERED = FUTURE | NULL_ISLAND
_FEW = 8


class Order:
    """By slot: the newest observation that counts, and the highest key there is (which may lie in the future).

    A key above the highest is new without looking it up. ``newest_us`` and ``highest_us`` may be shorter than the
    registry: units beyond them have nothing yet.
    """

    def __init__(self, window_us: int, newest_us: I64, highest_us: I64) -> None:
        size = max(len(newest_us), len(highest_us), 64)
        self._window_us = window_us
        self._newest_us = _grown(newest_us.astype(np.int64), size)
        self._highest_us = _grown(highest_us.astype(np.int64), size)
        self._kept_us = self._newest_us.copy()

    def newest_us(self, slot: int) -> int:
        """Return the unit's newest observation that counts, or ``NONE_US``."""
        return int(self._newest_us[slot]) if 0 <= slot < len(self._newest_us) else NONE_US

    def are_above(self, slot: I32, observed_us: I64) -> npt.NDArray[np.bool_]:
        """Tell for each key whether it is above all keys there are, so that it must be new."""
        if len(slot) == 1:
            number = int(slot[0])
            known = self._highest_us[number] if 0 <= number < len(self._highest_us) else NONE_US
            return observed_us > known
        inside = (slot >= 0) & (slot < len(self._highest_us))
        known = np.where(inside, self._highest_us[np.where(inside, slot, 0)], NONE_US)
        above: npt.NDArray[np.bool_] = observed_us > known
        return above

    def raise_highest(self, slot: I32, observed_us: I64) -> None:
        """Note keys that are about to be kept."""
        self._fit(slot)
        if len(slot) == 1:
            number = slot[0]
            if observed_us[0] > self._highest_us[number]:
                self._highest_us[number] = observed_us[0]
        else:
            np.maximum.at(self._highest_us, slot, observed_us)

    def flags_of(self, slot: I32, observed_us: I64, flags: U8) -> U8:
        """Return ``flags`` with OUT_OF_ORDER and TOO_LATE added, each row judged after those before it.

        FUTURE and NULL_ISLAND rows have no place in the order. Negative slots (of a dry run) have nothing before them.
        """
        if len(slot) <= _FEW:
            return self._flags_of_few(slot, observed_us, flags)
        counted_us = np.where((flags & _UNORDERED) == 0, observed_us, NONE_US)
        if are_distinct(slot):
            return flags | self._judged(counted_us, self._before(slot))
        rows = np.argsort(slot, kind="stable")
        slots, observed = slot[rows], counted_us[rows]
        first = np.concatenate(([True], slots[1:] != slots[:-1]))
        distinct, rank = np.unique(observed, return_inverse=True)
        # A running maximum within each unit: units are lifted above one another by more than any rank.
        lift = np.cumsum(first) * len(distinct)
        highest = np.maximum.accumulate(rank + lift) - lift
        before = np.concatenate(([NONE_US], distinct[highest[:-1]]))
        before[first] = NONE_US
        before = np.maximum(before, self._before(slots))
        judged = flags.copy()
        judged[rows] |= self._judged(observed, before)
        return judged

    def _before(self, slot: I32) -> I64:
        """Return what counts as newest of each slot, ``NONE_US`` where nothing does."""
        inside = (slot >= 0) & (slot < len(self._newest_us))
        return np.where(inside, self._newest_us[np.where(inside, slot, 0)], NONE_US)

    def _judged(self, counted_us: I64, before_us: I64) -> U8:
        """Return the flags of observations after ``before_us``; those of ``NONE_US`` have no place in the order."""
        late = np.where(counted_us <= before_us, OUT_OF_ORDER, 0)
        late |= np.where(counted_us < before_us - self._window_us, TOO_LATE, 0)
        return np.where(counted_us >= 0, late, 0).astype(np.uint8)

    def move(self, block: ReportBlock) -> None:
        """Move on to the newest of a block's rows that count: it is about to be kept."""
        _raise(self._newest_us, block)

    def settle(self, block: ReportBlock) -> None:
        """Note that a block with which the order had moved is kept."""
        _raise(self._kept_us, block)

    def take_back(self, block: ReportBlock, others: Iterable[ReportBlock]) -> None:
        """Undo the move of a block that was not kept; ``others`` have moved too and may be kept yet."""
        self._newest_us[block.slot] = self._kept_us[block.slot]
        for other in others:
            _raise(self._newest_us, other)

    def _flags_of_few(self, slot: I32, observed_us: I64, flags: U8) -> U8:
        newest: dict[int, int] = {}
        judged = flags.tolist()
        for row, (unit, observed) in enumerate(zip(slot.tolist(), observed_us.tolist(), strict=True)):
            if judged[row] & _UNORDERED:
                continue
            before = newest.get(unit)
            if before is None:
                before = self.newest_us(unit)
            if observed <= before:
                judged[row] |= OUT_OF_ORDER | (TOO_LATE if observed < before - self._window_us else 0)
            newest[unit] = max(before, observed)
        return np.array(judged, np.uint8)

    def _fit(self, slot: I32) -> None:
        most = slot.item() if len(slot) == 1 else int(slot.max(initial=-1))
        if most >= len(self._newest_us):
            size = 2 * most + 2
            self._newest_us = _grown(self._newest_us, size)
            self._highest_us = _grown(self._highest_us, size)
            self._kept_us = _grown(self._kept_us, size)


def are_distinct(slot: I32) -> bool:
    """Whether no slot stands twice: so it is with most batches, and then each row is judged by itself."""
    ordered = np.sort(slot)
    return not (ordered[1:] == ordered[:-1]).any()


def _raise(newest_us: I64, block: ReportBlock) -> None:
    if len(block) == 1:
        slot = block.slot[0]
        if not block.flags[0] & _UNORDERED and block.observed_us[0] > newest_us[slot]:
            newest_us[slot] = block.observed_us[0]
        return
    counts = (block.flags & _UNORDERED) == 0
    np.maximum.at(newest_us, block.slot[counts], block.observed_us[counts])


def _grown(values: I64, size: int) -> I64:
    return np.concatenate((values, np.full(max(0, size - len(values)), NONE_US, np.int64)))
