"""Chunks of one unit's positions as bytes and back. Stays readable for ever; a new way of packing is a new version.

Every version begins with its number and a byte that says which decimal columns are raw, and has of each column the
differences from row to row, zigzag.

Version 1, of long chunks: four bytes of length, then two zstandard frames, one of the column ``observed_us`` (so that a
key is looked up without reading the rest) and one of the others: eight bytes a number, shuffled, as most are zero.

Version 2, of short ones: two bytes that count the rows, the columns narrowed, and four bytes of a CRC 32 of all that.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.model.report import I32, I64, U8
from app.store.codec import compressed, decompressed
from app.store.columns import U64, zigzag, zigzag_undone
from app.store.errors import UnreadableFormat
from app.store.narrow import narrowed, widened
from app.store.positions import PositionTable, dtype_of

CHUNK_POSITIONS = 2048
SHORT_POSITIONS = 256
"""Chunks of fewer rows are short."""
_COLUMNS = (
    "observed_us", "lon_e7", "lat_e7", "altitude_m", "accuracy_m", "speed_m_s", "course_deg", "profile", "flags",
    "extra", "seq", "index", "received_us",
)  # fmt: skip
_DECIMALS = ("altitude_m", "accuracy_m", "speed_m_s", "course_deg")
_FRAMED, _NARROW = 1, 2
_FRAMED_HEAD = struct.Struct("<BBI")
_NARROW_HEAD = struct.Struct("<BBH")
_CHECKSUM_BYTES = 4
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
    numbers, raws = _numbers(positions, starts, ends)
    heads = zip(
        positions.slot[starts].tolist(),
        positions.observed_us[starts].tolist(),
        positions.observed_us[ends - 1].tolist(),
        np.minimum.reduceat(positions.seq, starts).tolist(),
        (ends - starts).tolist(),
        strict=True,
    )
    for head, body in zip(heads, _bodies(numbers, starts, ends - starts, raws), strict=True):
        yield Chunk(*head, body)


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
        column: I64 = self.wholes[_COLUMNS.index(name)]
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
    wholes = _wholes(body, len(_COLUMNS))  # an empty body has no second byte, and is refused here
    return Unpacked(body[1], wholes)


def table_of(slots: I32, raws: U8, wholes: I64) -> PositionTable:
    """Return unpacked rows, of as many chunks as there are, as positions; ``slots`` and ``raws`` are of each row."""
    columns: dict[str, Any] = {"slot": slots}
    for name, whole in zip(_COLUMNS, wholes, strict=True):
        if name not in _DECIMALS:
            columns[name] = whole.astype(dtype_of(name))
            continue
        columns[name] = np.where(whole == _NAN, np.nan, whole / _SCALE)
        raw = (raws & (1 << _DECIMALS.index(name))) != 0
        if raw.any():
            columns[name] = np.where(raw, np.ascontiguousarray(whole).view(np.float64), columns[name])
    return PositionTable(**columns)


def instants_in(body: bytes) -> I64:
    """Return the ``observed_us`` of a chunk's rows without unpacking the rest. Raises as ``positions_in``."""
    instants: I64 = _wholes(body, 1)[0]
    return instants


def _bodies(numbers: U64, starts: I64, counts: I64, raws: U8) -> Iterator[bytes]:
    """Yield the body of each chunk; ``numbers`` has a row for each column."""
    is_short = counts < SHORT_POSITIONS
    short = narrowed(
        numbers if is_short.all() else np.compress(np.repeat(is_short, counts), numbers, axis=1), counts[is_short]
    )
    for start, count, raw in zip(starts.tolist(), counts.tolist(), raws.tolist(), strict=True):
        if count < SHORT_POSITIONS:
            body = _NARROW_HEAD.pack(_NARROW, raw, count) + next(short)
            yield body + zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "little")
        else:
            places = numbers[:, start : start + count].copy().view(np.uint8).reshape(len(_COLUMNS), count, 8)
            shuffled = places.transpose(0, 2, 1)
            keys = compressed(shuffled[:1].tobytes())
            yield _FRAMED_HEAD.pack(_FRAMED, raw, len(keys)) + keys + compressed(shuffled[1:].tobytes())


def _wholes(body: bytes, wanted: int) -> I64:
    """Return the whole numbers of the first column, or of all."""
    version = body[0] if body else None
    if version == _FRAMED:
        keys, others = _frames(body)
        numbers = _unframed(keys, 1)
        if wanted > 1:
            numbers = np.concatenate([numbers, _unframed(others, wanted - 1)])
    elif version == _NARROW:
        numbers = _unnarrowed(body, wanted)
    else:
        known = f"{_FRAMED:02x} and {_NARROW:02x}"
        raise UnreadableFormat(f"history chunk of format {body[:1].hex() or 'empty'}, known are {known}")
    wholes: I64 = np.cumsum(zigzag_undone(numbers), axis=1, dtype=np.int64)
    return wholes


def _frames(body: bytes) -> tuple[bytes, bytes]:
    """Return the frames of the keys and of the other columns."""
    if len(body) < _FRAMED_HEAD.size:
        raise UnreadableFormat("damaged stored bytes: a history chunk ends in its head")
    end = _FRAMED_HEAD.size + _FRAMED_HEAD.unpack_from(body)[2]
    return body[_FRAMED_HEAD.size : end], body[end:]


def _unframed(frame: bytes, columns: int) -> U64:
    places = np.frombuffer(decompressed(frame), np.uint8).reshape(columns, 8, -1)
    numbers: U64 = np.ascontiguousarray(places.transpose(0, 2, 1)).view(np.uint64).reshape(columns, -1)
    return numbers


def _unnarrowed(body: bytes, wanted: int) -> U64:
    said, checksum = body[:-_CHECKSUM_BYTES], int.from_bytes(body[-_CHECKSUM_BYTES:], "little")
    if len(said) < _NARROW_HEAD.size or zlib.crc32(said) != checksum:
        raise UnreadableFormat("damaged stored bytes: a history chunk does not fit its checksum")
    return widened(said[_NARROW_HEAD.size :], len(_COLUMNS), _NARROW_HEAD.unpack_from(said)[2], wanted)


def _starts(slot: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Return where each chunk starts: at every new slot, and after every 2,048 rows of one."""
    firsts = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    lengths = np.diff(np.append(firsts, len(slot)))
    if lengths.max() <= CHUNK_POSITIONS:
        return firsts
    pieces = [np.arange(first, first + length, CHUNK_POSITIONS) for first, length in zip(firsts, lengths, strict=True)]
    return np.concatenate(pieces)


def _numbers(positions: PositionTable, starts: I64, ends: I64) -> tuple[U64, U8]:
    """Return what is stored of all columns, a row each, and for each chunk the bits of the decimals that are raw."""
    numbers = np.empty((len(_COLUMNS), len(positions)), np.uint64)
    raws = np.zeros(len(starts), np.uint8)
    # Column by column, as all that is made of one stays in the processor's cache.
    for row, name in enumerate(_COLUMNS):
        whole = getattr(positions, name)
        if name in _DECIMALS:
            thousandths, exact = _thousandths(whole)
            raw = ~np.logical_and.reduceat(exact, starts)
            raws |= raw.astype(np.uint8) << _DECIMALS.index(name)
            whole = np.where(np.repeat(raw, ends - starts), whole.view(np.int64), thousandths)
        whole = whole.astype(np.int64, copy=False)
        steps = np.empty_like(whole)
        np.subtract(whole[1:], whole[:-1], out=steps[1:])
        steps[starts] = whole[starts]
        numbers[row] = zigzag(steps)
    return numbers, raws


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
