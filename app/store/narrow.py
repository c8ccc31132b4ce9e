"""Whole numbers of many short chunks, packed in one go: each column of a chunk in as few bytes as its numbers need.

A packed chunk is one byte a column (the width of its first number, and sixteen times that of the widest other), then
row by row the lowest bytes of its numbers. In so few rows zstandard finds little more, and takes a call for each chunk.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from app.model.report import I64, U8
from app.store.columns import U64

_TOO_WIDE = np.array([1 << (8 * width) for width in range(8)], np.uint64)
"""By width: the least number that needs more bytes."""
_PLACES = np.arange(8)


def narrowed(numbers: U64, counts: I64) -> Iterator[bytes]:
    """Yield the packed chunks. ``numbers`` (columns, rows) has their rows in turn, ``counts`` (≥ 1) of each."""
    starts = np.cumsum(counts) - counts
    # What begins a chunk is no difference, and wider than all others.
    first_widths, firsts, first_ends = _cut(numbers.take(starts, axis=1), np.ones_like(counts), 0)
    widths, others, ends = _cut(numbers, counts, 1)
    heads = (first_widths | widths << 4).T.tobytes()
    columns, head, begin, other = len(numbers), 0, 0, 0
    for first_end, end in zip(first_ends, ends, strict=True):
        yield heads[head : head + columns] + firsts[begin:first_end] + others[other:end]
        head, begin, other = head + columns, first_end, end


def widened(data: bytes, columns: int, rows: int, wanted: int) -> U64:
    """Return the numbers (wanted, rows) of a packed chunk's first so many columns; ``data`` is undamaged."""
    first, other = [width & 15 for width in data[:columns]], [width >> 4 for width in data[:columns]]
    others = np.frombuffer(data[columns + sum(first) :], np.uint8).reshape(rows - 1, sum(other))
    first, other = first[:wanted], other[:wanted]
    places = np.zeros((rows, 8 * wanted), np.uint8)
    places[0, _needed(first)] = np.frombuffer(data, np.uint8, sum(first), columns)
    places[1:, _needed(other)] = others[:, : sum(other)]
    numbers: U64 = np.ascontiguousarray(places.view(np.uint64).T)
    return numbers


def _cut(numbers: U64, counts: I64, skipped: int) -> tuple[U8, bytes, list[int]]:
    """Return each chunk's widths by column, all chunks' bytes but for their first ``skipped`` rows, and the ends."""
    starts = np.cumsum(counts) - counts
    greatest = np.empty((len(numbers), len(counts)), np.uint64)
    for column, of_column in zip(numbers, greatest, strict=True):
        looked_at = column
        if skipped:
            looked_at = column.copy()
            looked_at[starts] = 0
        np.maximum.reduceat(looked_at, starts, out=of_column)
    widths = np.searchsorted(_TOO_WIDE, greatest, side="right").astype(np.uint8)
    widest = widths.max(axis=1).tolist()
    # Only the bytes that any chunk needs are looked at one by one.
    rows = np.concatenate(
        [column.view(np.uint8).reshape(-1, 8)[:, :width] for column, width in zip(numbers, widest, strict=True)],
        axis=1,
    )
    needed = (_PLACES < widths.T[:, :, None]).reshape(len(counts), -1)[:, _needed(widest)]
    kept = np.repeat(needed, counts, axis=0)
    if skipped:
        kept[starts] = False
    return widths, rows[kept].tobytes(), np.cumsum(needed.sum(axis=1) * (counts - skipped)).tolist()


def _needed(widths: Sequence[int]) -> list[int]:
    """Return which of eight bytes a column are needed, column by column."""
    return [8 * column + place for column, width in enumerate(widths) for place in range(width)]
