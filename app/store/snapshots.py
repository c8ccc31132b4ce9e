"""Snapshots of the engine's state: where to start the fold. Knows nothing of what is in them."""

from collections.abc import Collection
from typing import NamedTuple

import apsw

KEPT = 2


class Snapshot(NamedTuple):
    """The engine's state after entry ``seq``, in bytes of ``format``."""

    seq: int
    format: int
    body: bytes


def save_snapshot(connection: apsw.Connection, seq: int, format: int, body: bytes) -> None:
    """Keep the state after entry ``seq``, and the snapshot before it."""
    connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", (seq, format, body))
    connection.execute(
        "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?)", (KEPT,)
    )


def load_snapshot(connection: apsw.Connection, formats: Collection[int], upto: int) -> Snapshot | None:
    """Return the newest snapshot of a known format that stands at or before entry ``upto``."""
    rows = connection.execute("SELECT seq, format, body FROM snapshots WHERE seq <= ? ORDER BY seq DESC", (upto,))
    return next((Snapshot(*row) for row in rows if row[1] in formats), None)
