"""Reports as the server keeps them: a block of columns, one row a position. Knows no format and no store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]

PLATFORMS = ("foot", "vehicle", "armour", "artillery", "aircraft", "helicopter", "uav", "vessel", "static")
ALTITUDE_REFS = ("hae", "msl", "agl")
E7 = 10_000_000
"""Grid steps a degree: all stored coordinates are whole 1e-7 degrees."""

FUTURE = 1
"""Flag: observed more than five minutes after receipt."""
NULL_ISLAND = 2
"""Flag: at 0, 0 (within 0.001 degrees) outside the mission's area."""
TOO_LATE = 4
"""Flag: older than the lateness window, counted back from the unit's newest observation: history only."""
OUT_OF_ORDER = 8
"""Flag: not newer than the unit's newest observation when it was accepted: history may move, the picture does not."""
DRONE = 16
"""Flag: came over the drones call; its further fields are in ``extras``."""
ASIDE = FUTURE | NULL_ISLAND | TOO_LATE
"""Flags that keep a report out of its track's order, window and rules."""


class Batch(NamedTuple):
    """One accepted request within a block: its rows are the next ``rows`` ones."""

    rows: int
    key_id: str
    contingent: str
    feed: str
    received_us: int
    sha256: bytes


COLUMNS: tuple[tuple[str, str], ...] = (
    ("slot", "<i4"),
    ("observed_us", "<i8"),
    ("lon_e7", "<i4"),
    ("lat_e7", "<i4"),
    ("altitude_m", "<f8"),
    ("accuracy_m", "<f8"),
    ("speed_m_s", "<f8"),
    ("course_deg", "<f8"),
    ("profile", "<i4"),
    ("flags", "<u1"),
    ("extra", "<i4"),
)


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """Accepted positions, in order of acceptance. Every column has one value a row; NaN means not given.

    ``slot`` numbers a unit and ``profile`` a profile of the registry; ``extra`` is an index into ``extras`` (JSON
    bytes of the seldom fields: report_id, remarks, count, and a drone's), or -1.
    """

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
    extras: Sequence[bytes] = ()
    batches: Sequence[Batch] = field(default=())

    def __len__(self) -> int:
        return len(self.slot)

    def of_request(self, batch: Batch) -> "ReportBlock":
        """Return the block as what one request brought."""
        return ReportBlock(
            self.slot, self.observed_us, self.lon_e7, self.lat_e7, self.altitude_m, self.accuracy_m, self.speed_m_s,
            self.course_deg, self.profile, self.flags, self.extra, self.extras, (batch,),
        )  # fmt: skip

    def taken(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "ReportBlock":
        """Return the block of the given rows alone; ``extras`` and ``batches`` stay as they are."""
        columns = {name: getattr(self, name)[rows] for name, _ in COLUMNS}
        return ReportBlock(**columns, extras=self.extras, batches=self.batches)


def concatenated(blocks: Sequence[ReportBlock]) -> ReportBlock:
    """Join blocks into one, in order, renumbering ``extra``. At least one block."""
    if len(blocks) == 1:
        return blocks[0]
    columns = {name: np.concatenate([getattr(block, name) for block in blocks]) for name, _ in COLUMNS}
    extras: list[bytes] = []
    shift = np.empty(len(columns["slot"]), np.int32)
    row = 0
    for block in blocks:
        shift[row : row + len(block)] = len(extras)
        extras.extend(block.extras)
        row += len(block)
    columns["extra"] = np.where(columns["extra"] >= 0, columns["extra"] + shift, -1).astype(np.int32)
    return ReportBlock(**columns, extras=extras, batches=[batch for block in blocks for batch in block.batches])


def received_us_of(block: ReportBlock) -> I64:
    """Return each row's time of receipt, from the batches."""
    return np.repeat(
        np.array([batch.received_us for batch in block.batches], np.int64),
        np.array([batch.rows for batch in block.batches], np.int64),
    )


@dataclass(frozen=True, slots=True)
class Positions:
    """Stored positions of one unit, in observed order: their columns, and where in the journal each one stands."""

    block: ReportBlock
    seq: I64
    index: I64
    """Row within its journal entry."""
    received_us: I64

    def __len__(self) -> int:
        return len(self.seq)
