"""One column of numbers, packed without loss: offsets or differences in as few bytes as they need, byte by byte.

Stored bytes outlive releases: what a ``Column`` means never changes; a new way of packing is a new number of ``how``.
"""

import math

import msgspec
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
U64 = npt.NDArray[np.uint64]

_OFFSETS = 0
"""Each value is ``base + unit × stored``."""
_DIFFERENCES = 1
"""As offsets, but what is stored is the zigzag difference from the value before (0 before the first)."""
_RAW = 2
"""Eight bytes a value, as given."""
_SCALES = (1, 10, 100, 1000)
_EXACT = float(2**53)
_SAMPLE = 16
_NAN_BITS = np.array([np.nan]).view(np.int64)[0]


class Column(msgspec.Struct, array_like=True, frozen=True):
    """A packed column. ``scale`` 0: whole numbers; else decimals, stored times ``scale``."""

    how: int
    width: int
    base: int
    unit: int
    scale: int
    has_nan: bool
    """NaN is stored as the least value, which no number has then."""
    data: bytes


def pack(values: Array) -> Column:
    """Pack integers (up to 64 bits, signed or not above 2⁶³) or float64; ``unpack`` gives the same bits back."""
    if values.dtype.kind == "f":
        return _pack_floats(np.ascontiguousarray(values, np.float64))
    return _pack_integers(values.astype(np.int64), scale=0, has_nan=False)


def unpack(column: Column, rows: int, dtype: str) -> Array:
    """Return the column of ``rows`` values as ``dtype``, an array of its own."""
    if column.how == _RAW:
        return _joined(column.data, rows, 8).view(np.float64).astype(dtype)
    stored = _widened(column, rows)
    if column.how == _DIFFERENCES:
        stored = np.cumsum(zigzag_undone(stored), dtype=np.int64).view(np.uint64)
    whole = (stored * np.uint64(column.unit) + np.uint64(column.base % 2**64)).view(np.int64)
    if column.scale == 0:
        return whole.astype(dtype)
    decimals = whole / float(column.scale)
    if column.has_nan:
        decimals[whole == column.base] = np.nan
    return decimals.astype(dtype, copy=False)


def shuffled(values: Array) -> bytes:
    """Return the bytes of ``values`` place by place: all lowest bytes, then all next ones."""
    width = values.dtype.itemsize
    if width == 1:
        return values.tobytes()
    return values.view(np.uint8).reshape(len(values), width).T.tobytes()


def zigzag(values: npt.NDArray[np.int64]) -> U64:
    """Return 0, -1, 1, -2, … as 0, 1, 2, 3, …: small numbers of either sign become small numbers."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def zigzag_undone(values: U64) -> npt.NDArray[np.int64]:
    """Undo ``zigzag``."""
    return ((values >> np.uint64(1)) ^ (np.uint64(0) - (values & np.uint64(1)))).view(np.int64)


def _pack_floats(values: npt.NDArray[np.float64]) -> Column:
    nan = np.isnan(values)
    has_nan = bool(nan.any())
    numbers = values[~nan] if has_nan else values
    plain_nan = not has_nan or bool((values[nan].view(np.int64) == _NAN_BITS).all())
    for scale in _SCALES if plain_nan else ():
        whole = _scaled(numbers[:_SAMPLE], scale)
        if whole is not None and len(numbers) > _SAMPLE:
            whole = _scaled(numbers, scale)
        if whole is None:
            continue
        if not has_nan:
            return _pack_integers(whole, scale, has_nan=False)
        filled = np.full(len(values), whole.min() - 1 if len(whole) else 0, np.int64)
        filled[~nan] = whole
        return _pack_integers(filled, scale, has_nan=True)
    return Column(_RAW, 8, 0, 1, 0, has_nan, shuffled(values))


def _scaled(numbers: npt.NDArray[np.float64], scale: int) -> npt.NDArray[np.int64] | None:
    """Return ``numbers`` × ``scale`` as whole numbers if that gives the same bits back, else None."""
    with np.errstate(over="ignore", invalid="ignore"):
        product = np.rint(numbers * scale)
        if not (np.abs(product) < _EXACT).all():
            return None
        whole = product.astype(np.int64)
    same = (whole / float(scale)).view(np.int64) == numbers.view(np.int64)
    return whole if same.all() else None


def _pack_integers(values: npt.NDArray[np.int64], scale: int, *, has_nan: bool) -> Column:
    if not len(values):
        return Column(_OFFSETS, 0, 0, 1, scale, has_nan, b"")
    base = int(values.min())
    if base == values.max():
        return Column(_OFFSETS, 0, base, 1, scale, has_nan, b"")
    offsets = values.view(np.uint64) - np.uint64(base % 2**64)
    unit = _common_unit(offsets)
    if unit > 1:
        offsets //= np.uint64(unit)
    signed = offsets.view(np.int64)
    steps = np.diff(signed, prepend=np.int64(0))
    differences = zigzag(steps)
    width, other = _width(int(offsets.max())), _width(int(differences.max()))
    how, stored, width = (_OFFSETS, offsets, width) if width <= other else (_DIFFERENCES, differences, other)
    data = shuffled(stored.astype(f"<u{width}")) if width else b""
    return Column(how, width, base, unit, scale, has_nan, data)


def _common_unit(offsets: U64) -> int:
    """The greatest number that divides all: seconds among microseconds, five decimals among seven."""
    if math.gcd(*offsets[:_SAMPLE].tolist()) == 1:
        return 1
    return int(np.gcd.reduce(offsets)) or 1


def _width(greatest: int) -> int:
    return next(width for width in (0, 1, 2, 4, 8) if greatest < 2 ** (8 * width))


def _widened(column: Column, rows: int) -> U64:
    if column.width == 0:
        return np.zeros(rows, np.uint64)
    joined = _joined(column.data, rows, column.width)
    return joined.view(f"<u{column.width}").astype(np.uint64)


def _joined(data: bytes, rows: int, width: int) -> npt.NDArray[np.uint8]:
    """Undo ``shuffled``."""
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(width, rows).T).reshape(-1)
