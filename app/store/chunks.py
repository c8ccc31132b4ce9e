"""Chunks of one unit's positions as bytes and back. Stays readable for ever; a new way of packing is a new version.

Version 1: one byte of version, one byte that says which decimal columns are raw, four bytes of length, then two
zstandard frames, one of the column ``observed_us`` (so that a key is looked up without reading the rest) and one of the
others. A column is its differences from row to row, zigzag, eight bytes each, shuffled: most of those bytes are zero.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.model.report import I32, I64, U8
from app.store.codec import compressed, decompressed
from app.store.columns import zigzag, zigzag_undone
from app.store.errors import UnreadableFormat
from app.store.positions import PositionTable, dtype_of

CHUNK_POSITIONS = 2048
_VERSION = 1
_COLUMNS_1 = (
    "observed_us", "lon_e7", "lat_e7", "altitude_m", "accuracy_m", "speed_m_s", "course_deg", "profile", "flags",
    "extra", "seq", "index", "received_us",
)  # fmt: skip
_DECIMALS_1 = ("altitude_m", "accuracy_m", "speed_m_s", "course_deg")
_HEAD = struct.Struct("<BBI")
_SCALE = 1000.0
_NAN = np.int64(-(2**63))
"""Stands for NaN among the thousandths."""
_NAN_BITS = np.array([np.nan]).view(np.int64)[0]
_EXACT = float(2**53)


class Chunk(NamedTuple):
    """Positions of one unit, ordered, as they are stored. ``first_us`` and ``last_us`` are both within."""

    slot: int
    first_us: int
    last_us: int
    first_seq: int
    positions: int
    body: bytes


def chunks_of(positions: PositionTable) -> Iterator[Chunk]:
    """Pack rows that are in order (``PositionTable.in_order``) into chunks of at most 2,048 rows of one unit."""
    if not len(positions):
        return
    starts = _starts(positions.slot)
    ends = np.append(starts[1:], len(positions))
    wholes, raws = _whole_numbers(positions, starts, ends)
    steps = np.diff(wholes, axis=1, prepend=np.int64(0))
    steps[:, starts] = wholes[:, starts]
    # Column by column and place by place: a chunk's bytes are then a plain cut, of which there may be 10,000 at a time.
    places = zigzag(steps).view(np.uint8).reshape(len(_COLUMNS_1), len(positions), 8)
    shuffled = np.ascontiguousarray(places.transpose(0, 2, 1))
    heads = zip(
        positions.slot[starts].tolist(),
        positions.observed_us[starts].tolist(),
        positions.observed_us[ends - 1].tolist(),
        np.minimum.reduceat(positions.seq, starts).tolist(),
        strict=True,
    )
    for head, start, end, raw in zip(heads, starts.tolist(), ends.tolist(), raws.tolist(), strict=True):
        keys = compressed(shuffled[:1, :, start:end].tobytes())
        others = compressed(shuffled[1:, :, start:end].tobytes())
        yield Chunk(*head, end - start, _HEAD.pack(_VERSION, raw, len(keys)) + keys + others)


class Unpacked(NamedTuple):
    """A chunk's rows as whole numbers: ``wholes`` has a row for each stored column; ``raw`` as stored."""

    raw: int
    wholes: I64

    @property
    def observed_us(self) -> I64:
        """When each was observed, ascending."""
        return self._column("observed_us")

    @property
    def received_us(self) -> I64:
        """When each was received."""
        return self._column("received_us")

    @property
    def profile(self) -> I64:
        """The number of each one's profile."""
        return self._column("profile")

    @property
    def flags(self) -> I64:
        """The flags of each."""
        return self._column("flags")

    @property
    def seq(self) -> I64:
        """Which journal entry each is of."""
        return self._column("seq")

    def _column(self, name: str) -> I64:
        column: I64 = self.wholes[_COLUMNS_1.index(name)]
        return column


def positions_in(slot: int, body: bytes) -> PositionTable:
    """Unpack a chunk.

    Raises:
        UnreadableFormat: a version this release does not know, or damaged bytes.
    """
    raw, wholes = unpacked(body)
    rows = wholes.shape[1]
    return table_of(np.full(rows, slot, np.int32), np.full(rows, raw, np.uint8), wholes)


def unpacked(body: bytes) -> Unpacked:
    """Unpack a chunk as far as whole numbers. Raises as ``positions_in``."""
    raw, keys = _opened(body)
    others = _unframed(body[_HEAD.size + len(keys) :], len(_COLUMNS_1) - 1)
    return Unpacked(raw, np.concatenate([_unframed(keys, 1), others]))


def table_of(slots: I32, raws: U8, wholes: I64) -> PositionTable:
    """Return unpacked rows, of as many chunks as there are, as positions; ``slots`` and ``raws`` are of each row."""
    columns: dict[str, Any] = {"slot": slots}
    for name, whole in zip(_COLUMNS_1, wholes, strict=True):
        if name not in _DECIMALS_1:
            columns[name] = whole.astype(dtype_of(name))
            continue
        columns[name] = np.where(whole == _NAN, np.nan, whole / _SCALE)
        raw = (raws & (1 << _DECIMALS_1.index(name))) != 0
        if raw.any():
            columns[name] = np.where(raw, np.ascontiguousarray(whole).view(np.float64), columns[name])
    return PositionTable(**columns)


def instants_in(body: bytes) -> I64:
    """Return the ``observed_us`` of a chunk's rows without unpacking the rest. Raises as ``positions_in``."""
    instants: I64 = _unframed(_opened(body)[1], 1)[0]
    return instants


def _opened(body: bytes) -> tuple[int, bytes]:
    """Return which decimals are raw, and the frame of the keys."""
    if body[:1] != bytes((_VERSION,)):
        raise UnreadableFormat(f"history chunk of format {body[:1].hex() or 'empty'}, known is {_VERSION:02x}")
    _, raw, length = _HEAD.unpack_from(body)
    return raw, body[_HEAD.size : _HEAD.size + length]


def _unframed(frame: bytes, columns: int) -> I64:
    places = np.frombuffer(decompressed(frame), np.uint8).reshape(columns, 8, -1)
    stored = np.ascontiguousarray(places.transpose(0, 2, 1)).view(np.uint64).reshape(columns, -1)
    wholes: I64 = np.cumsum(zigzag_undone(stored), axis=1, dtype=np.int64)
    return wholes


def _starts(slot: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Return where each chunk starts: at every new slot, and after every 2,048 rows of one."""
    firsts = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    lengths = np.diff(np.append(firsts, len(slot)))
    if lengths.max() <= CHUNK_POSITIONS:
        return firsts
    pieces = [np.arange(first, first + length, CHUNK_POSITIONS) for first, length in zip(firsts, lengths, strict=True)]
    return np.concatenate(pieces)


def _whole_numbers(
    positions: PositionTable, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return all columns as rows of whole numbers, and for each chunk the bits of the decimals that are raw."""
    wholes = np.empty((len(_COLUMNS_1), len(positions)), np.int64)
    raws = np.zeros(len(starts), np.uint8)
    for row, name in enumerate(_COLUMNS_1):
        values = getattr(positions, name)
        if name not in _DECIMALS_1:
            wholes[row] = values
            continue
        thousandths, exact = _thousandths(values)
        raw = ~np.logical_and.reduceat(exact, starts)
        raws |= raw.astype(np.uint8) << _DECIMALS_1.index(name)
        wholes[row] = np.where(np.repeat(raw, ends - starts), values.view(np.int64), thousandths)
    return wholes, raws


def _thousandths(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return values × 1000 as whole numbers, and for each whether the same bits come back."""
    values = np.ascontiguousarray(values)
    bits = values.view(np.int64)
    with np.errstate(over="ignore", invalid="ignore"):
        product = np.rint(values * _SCALE)
        fits = np.abs(product) < _EXACT
    whole = np.where(fits, product, 0.0).astype(np.int64)
    exact = fits & ((whole / _SCALE).view(np.int64) == bits)
    nan = bits == _NAN_BITS
    return np.where(nan, _NAN, whole), exact | nan
