"""Journal entries as bytes and back. Every body opens with its format version and stays readable for ever.

Version 1: one byte of version, then one zstandard frame of MessagePack.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
import numpy as np
import zstandard

from app.model.entry import (
    Announced,
    Assessed,
    Body,
    Cancelled,
    Incidents,
    MissionSet,
    Muted,
    Noted,
    Raised,
    Reports,
    Tick,
    Unmuted,
)
from app.model.incident import IncidentVersion
from app.model.report import Batch, ReportBlock
from app.store.columns import Column, pack, unpack
from app.store.errors import UnreadableFormat

T = TypeVar("T")
REPORTS, INCIDENTS, TICK = 1, 2, 4
"""Kinds of entries, as stored, whose bodies have a form of their own."""
_STRUCTS: dict[int, type[MissionSet | Assessed | Noted | Muted | Unmuted | Raised | Announced | Cancelled]] = {
    3: MissionSet, 5: Assessed, 6: Noted, 7: Muted, 8: Unmuted, 9: Raised, 10: Announced, 11: Cancelled,
}  # fmt: skip
"""The other kinds. A struct may gain fields that have a default, and must lose none."""
_VERSION = b"\x01"
_LEVEL, _FAST_LEVEL = 1, -1
_SHORT = 16_384
"""Bytes up to which the fast level finds as much as the other in half the time."""
_COLUMNS_1: tuple[tuple[str, str], ...] = (
    ("slot", "<i4"), ("observed_us", "<i8"), ("lon_e7", "<i4"), ("lat_e7", "<i4"), ("altitude_m", "<f8"),
    ("accuracy_m", "<f8"), ("speed_m_s", "<f8"), ("course_deg", "<f8"), ("profile", "<i4"), ("flags", "<u1"),
    ("extra", "<i4"),
)  # fmt: skip
"""The columns of version 1, in stored order; not the model's tuple, which may grow."""


class _PackedBlock(msgspec.Struct, array_like=True, frozen=True):
    rows: int
    columns: list[Column]
    extras: list[bytes]
    batches: list[Batch]


class _Zstandard(threading.local):
    """Contexts are dear to make and serve one thread at a time."""

    def __init__(self) -> None:
        self.compress, self.compress_short = (
            zstandard.ZstdCompressor(level=level, write_checksum=True).compress for level in (_LEVEL, _FAST_LEVEL)
        )
        whole_frame = partial(zstandard.ZstdDecompressor().decompress, allow_extra_data=False)
        self.decompress: Callable[[bytes], bytes] = whole_frame


_zstandard = _Zstandard()
_encoder = msgspec.msgpack.Encoder()
_block_decoder = msgspec.msgpack.Decoder(_PackedBlock)
_incidents_decoder = msgspec.msgpack.Decoder(tuple[IncidentVersion, ...])
_tick_decoder = msgspec.msgpack.Decoder(int)
_struct_decoders = {kind: msgspec.msgpack.Decoder(struct) for kind, struct in _STRUCTS.items()}
_struct_kinds = {struct: kind for kind, struct in _STRUCTS.items()}


def compressed(data: bytes) -> bytes:
    """Return ``data`` as one zstandard frame with a checksum."""
    return (_zstandard.compress_short if len(data) <= _SHORT else _zstandard.compress)(data)


def decompressed(data: bytes) -> bytes:
    """Undo ``compressed``.

    Raises:
        UnreadableFormat: not such a frame, or damaged.
    """
    try:
        return _zstandard.decompress(data)
    except zstandard.ZstdError as error:
        raise UnreadableFormat(f"damaged stored bytes: {error}") from None


def encode(value: Any) -> bytes:
    """Return ``value`` (of msgspec's types) in the form that ``decode`` reads."""
    return _VERSION + compressed(_encoder.encode(value))


def decode(data: bytes, decoder: "msgspec.msgpack.Decoder[T]") -> T:
    """Read what ``encode`` wrote.

    Raises:
        UnreadableFormat: a version this release does not know, or damaged bytes.
    """
    if data[:1] != _VERSION:
        raise UnreadableFormat(f"stored format {data[:1].hex() or 'empty'}, known is {_VERSION.hex()}")
    try:
        return decoder.decode(decompressed(data[1:]))
    except msgspec.MsgspecError as error:
        raise UnreadableFormat(f"damaged stored bytes: {error}") from None


def encode_block(block: ReportBlock) -> bytes:
    """Pack a block by columns; ``decode_block`` gives it back bit for bit."""
    columns = [pack(getattr(block, name)) for name, _ in _COLUMNS_1]
    return encode(_PackedBlock(len(block), columns, list(block.extras), list(block.batches)))


def decode_block(data: bytes) -> ReportBlock:
    """Read a packed block.

    Raises:
        UnreadableFormat: see ``decode``.
    """
    packed = decode(data, _block_decoder)
    columns: dict[str, Any] = {
        name: unpack(column, packed.rows, np.dtype(dtype).str)
        for (name, dtype), column in zip(_COLUMNS_1, packed.columns, strict=True)
    }
    return ReportBlock(**columns, extras=packed.extras, batches=packed.batches)


def encode_body(body: Body) -> tuple[int, bytes]:
    """Return the kind and the bytes of an entry's body."""
    match body:
        case Reports(block):
            return REPORTS, encode_block(block)
        case Incidents(versions):
            return INCIDENTS, encode(versions)
        case Tick(now_us):
            return TICK, encode(now_us)
    return _struct_kinds[type(body)], encode(body)


def decode_body(kind: int, data: bytes) -> Body:
    """Read an entry's body.

    Raises:
        UnreadableFormat: a kind or version this release does not know, or damaged bytes.
    """
    match kind:
        case 1:
            return Reports(decode_block(data))
        case 2:
            return Incidents(decode(data, _incidents_decoder))
        case 4:
            return Tick(decode(data, _tick_decoder))
    if kind not in _STRUCTS:
        raise UnreadableFormat(f"journal entry of kind {kind}")
    return decode(data, _struct_decoders[kind])
