"""Positions of units as history holds them: a report block's columns, and where in the journal each row stands."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from app.model.entry import Entry, Reports
from app.model.ordering import rows_in_order
from app.model.report import COLUMNS, F64, I32, I64, U8, Positions, ReportBlock, received_us_of

Rows = npt.NDArray[np.intp] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PositionTable:
    """Rows of one or more units. Units as in ReportBlock; ``extra`` numbers the extras of the row's own entry."""

    slot: I32
    observed_us: I64
    lon_e7: I32
    lat_e7: I32
    altitude_m: F64
    accuracy_m: F64
    speed_m_s: F64
    course_deg: F64
    profile: I32
    flags: U8
    extra: I32
    seq: I64
    index: I32
    """The row within entry ``seq``."""
    received_us: I64

    def __len__(self) -> int:
        return len(self.slot)

    def taken(self, rows: Rows | slice) -> "PositionTable":
        """Return the given rows alone, in that order."""
        return PositionTable(**{name: getattr(self, name)[rows] for name in COLUMN_NAMES})

    def as_positions(self) -> Positions:
        """Return the rows as the other packages know them, without their extras."""
        columns = {name: getattr(self, name) for name, _ in COLUMNS if name != "extra"}
        block = ReportBlock(**columns, extra=np.full(len(self), -1, np.int32))
        return Positions(block, self.seq, self.index.astype(np.int64), self.received_us)

    def in_order(self) -> "PositionTable":
        """Return the rows by slot, then ``observed_us``, then place in the journal."""
        return self.taken(rows_in_order(self.slot, self.observed_us, self.seq, self.index))


COLUMN_NAMES = tuple(field.name for field in fields(PositionTable))
_DTYPES: dict[str, Any] = {
    "slot": np.int32, "observed_us": np.int64, "lon_e7": np.int32, "lat_e7": np.int32, "altitude_m": np.float64,
    "accuracy_m": np.float64, "speed_m_s": np.float64, "course_deg": np.float64, "profile": np.int32,
    "flags": np.uint8, "extra": np.int32, "seq": np.int64, "index": np.int32, "received_us": np.int64,
}  # fmt: skip


_NONE = PositionTable(**{name: np.empty(0, dtype) for name, dtype in _DTYPES.items()})


def dtype_of(name: str) -> Any:
    """Return the numpy type of a column."""
    return _DTYPES[name]


def positions_of(entry: Entry) -> PositionTable:
    """Return the positions of an entry; none for entries of other kinds."""
    return _rows_of(entry, np.arange(len(entry.body.block))) if isinstance(entry.body, Reports) else no_positions()


def positions_within(entry: Entry, slots: Sequence[int], from_us: int, to_us: int) -> PositionTable:
    """Return the positions of an entry that are of ``slots`` and observed in the span (both ends within)."""
    if not isinstance(entry.body, Reports):
        return no_positions()
    block = entry.body.block
    of_slots = block.slot == slots[0] if len(slots) == 1 else np.isin(block.slot, slots, kind="table")
    rows = np.flatnonzero(of_slots & (block.observed_us >= from_us) & (block.observed_us <= to_us))
    return _rows_of(entry, rows) if len(rows) else no_positions()


def _rows_of(entry: Entry, rows: npt.NDArray[np.intp]) -> PositionTable:
    block = cast(Reports, entry.body).block
    columns = {name: getattr(block, name)[rows] for name in COLUMN_NAMES[:-3]}
    seq = np.full(len(rows), entry.seq, np.int64)
    received_us = received_us_of(block)[rows]
    return PositionTable(**columns, seq=seq, index=rows.astype(np.int32), received_us=received_us)


def no_positions() -> PositionTable:
    """Return no rows."""
    return _NONE


def joined_positions(parts: Sequence[PositionTable]) -> PositionTable:
    """Join in the given order."""
    if not parts:
        return no_positions()
    return PositionTable(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMN_NAMES})
