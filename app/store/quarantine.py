"""Items that were not accepted, with their bytes and the reason, for their contingent to list. Judges nothing.

Bounded for each contingent by ``ITEMS_KEPT`` and ``BYTES_KEPT``: the oldest go first, and are counted.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import apsw

from app.store.codec import compressed, decompressed

ITEMS_KEPT = 10_000
BYTES_KEPT = 64 * 1024 * 1024
"""Of the items as received, before compression."""
_WORTH_COMPRESSING = 256
_PLAIN, _ZSTANDARD = b"\x00", b"\x01"


class Rejected(NamedTuple):
    """An item as received, and why it was not accepted. ``code`` and ``detail`` as its sender was told."""

    contingent: str
    key_id: str
    feed: str
    received_us: int
    code: str
    detail: str
    item: bytes


class Quarantined(NamedTuple):
    """A rejected item under its number, which counts within its contingent."""

    number: int
    rejected: Rejected


class QuarantineTotals(NamedTuple):
    """What is kept of a contingent, and how many items had to go."""

    items: int
    bytes: int
    dropped: int


def keep_rejected(connection: apsw.Connection, rejected: Iterable[Rejected]) -> None:
    """Keep items, and drop the oldest of their contingents beyond the bounds."""
    by_contingent = attrgetter("contingent")
    for contingent, items in groupby(sorted(rejected, key=by_contingent), by_contingent):
        _keep(connection, contingent, list(items)[-ITEMS_KEPT:])


def quarantined(
    connection: apsw.Connection, contingent: str, limit: int, before: int | None = None
) -> list[Quarantined]:
    """Return a contingent's items, the newest first; ``before`` is the number of the page before's last."""
    rows = connection.execute(
        "SELECT number, contingent, key_id, feed, received_us, code, detail, item FROM quarantine"
        " WHERE contingent = ? AND number < ? ORDER BY number DESC LIMIT ?",
        (contingent, 2**62 if before is None else before, limit),
    )
    return [Quarantined(row[0], Rejected._make((*row[1:-1], _opened(row[-1])))) for row in rows]


def quarantine_totals(connection: apsw.Connection, contingent: str) -> QuarantineTotals:
    """Return how much of a contingent is kept and how much was dropped."""
    select = "SELECT items, bytes, dropped FROM quarantine_totals WHERE contingent = ?"
    return QuarantineTotals(*next(connection.execute(select, (contingent,)), (0, 0, 0)))


def _keep(connection: apsw.Connection, contingent: str, rejected: Sequence[Rejected]) -> None:
    select = "SELECT next, items, bytes, dropped FROM quarantine_totals WHERE contingent = ?"
    number, items, size, dropped = next(connection.execute(select, (contingent,)), (1, 0, 0, 0))
    connection.executemany(
        "INSERT INTO quarantine (contingent, number, key_id, feed, received_us, code, detail, size, item)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (contingent, place, *one[1:-1], len(one.item), _closed(one.item))
            for place, one in enumerate(rejected, number)
        ),
    )
    items += len(rejected)
    size += sum(len(one.item) for one in rejected)
    gone = 0
    if items > ITEMS_KEPT or size > BYTES_KEPT:
        oldest = connection.execute(
            "SELECT number, size FROM quarantine WHERE contingent = ? ORDER BY number", (contingent,)
        )
        for place, bytes_of in oldest:
            if items - gone <= ITEMS_KEPT and size <= BYTES_KEPT:
                break
            gone, size, last = gone + 1, size - bytes_of, place
        connection.execute("DELETE FROM quarantine WHERE contingent = ? AND number <= ?", (contingent, last))
    connection.execute(
        "INSERT OR REPLACE INTO quarantine_totals VALUES (?, ?, ?, ?, ?)",
        (contingent, number + len(rejected), items - gone, size, dropped + gone),
    )


def _closed(item: bytes) -> bytes:
    return _PLAIN + item if len(item) < _WORTH_COMPRESSING else _ZSTANDARD + compressed(item)


def _opened(stored: bytes) -> bytes:
    return stored[1:] if stored[:1] == _PLAIN else decompressed(stored[1:])
