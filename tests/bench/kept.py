"""What a real server keeps: bytes a position on disk, memory a track, and how long it takes to start again."""

import os
import signal

import apsw
import numpy as np

from app.engine.heads import ARRAYS
from app.model.identity import Registry
from app.picture.tracks import Tracks
from app.store.database import Database
from tests.bench.figures import Figure, resident_bytes
from tests.bench.ingest import BATCH, drained
from tests.bench.load import send
from tests.bench.serving import Served
from tests.bench.traffic import Walker, batches, now_s

_ORDER_BYTES = 3 * 8
"""Of a unit in the ledger's order: its newest observation, that on disk, and its highest key."""


async def memory_per_track(served: Served, others: list[Walker]) -> list[Figure]:
    """Let units report that were never heard of."""
    before = resident_bytes(served.pid)
    requests = batches(others, BATCH, [now_s()], served.keys.devices)
    await send(served.port, requests, 4, b'"accepted":%d' % BATCH)
    await drained(served)
    each = (resident_bytes(served.pid) - before) / len(others)
    tracks = Tracks(Registry()).columns().values()
    arrays = (
        sum(column.itemsize for column in tracks) + sum(np.dtype(kind).itemsize for _, kind in ARRAYS) + _ORDER_BYTES
    )
    return [
        Figure("memory a track, arrays", f"{arrays} B", "≤ 400 B", arrays <= 400),
        Figure(
            "memory a track, growth of the process",
            f"{each:,.0f} B",
            "",
            note=f"{len(others):,} new units, with their names, room to grow and their reports in the journal's memory",
        ),
    ]


def bytes_per_position(served: Served) -> list[Figure]:
    """Count what the store holds."""
    database = Database.open(served.folder, read_only=True)
    journal, history, positions, indexed = database.read_now(_sizes)
    database.close()
    each = journal / positions
    return [
        Figure(
            "bytes a position in the journal",
            f"{each:.1f} B",
            "≤ 45 B",
            each <= 45,
            f"{positions:,} positions; {history / max(indexed, 1):.1f} B more in the history index"
            f" ({indexed / positions:.0%} indexed)",
        )
    ]


def killed(served: Served) -> None:
    """End the server as a crash would, so that the next start has a tail to fold."""
    os.kill(served.pid, signal.SIGKILL)


def start_time(served: Served, positions: int) -> list[Figure]:
    """Tell how long ``served``, started over what another left, took."""
    return [
        Figure(
            "start after kill -9, 10,000 tracks and a million positions",
            f"{served.start_s:.1f} s",
            "≤ 5 s",
            served.start_s <= 5,
            f"{positions:,} positions stored; {served.start_cpu_s:.1f} s of CPU, half of it the interpreter's imports",
        )
    ]


def stored_positions(served: Served) -> int:
    """Return how many positions the journal holds."""
    database = Database.open(served.folder, read_only=True)
    positions = database.read_now(_sizes)[2]
    database.close()
    return positions


def _sizes(connection: apsw.Connection) -> tuple[int, int, int, int]:
    """Bytes of the journal's reports and of history, and how many positions each holds."""
    journal, positions = next(
        connection.execute("SELECT sum(length(body)), sum(positions) FROM journal WHERE kind = 1")
    )
    history, indexed = next(
        connection.execute("SELECT coalesce(sum(length(body)), 0), coalesce(sum(positions), 0) FROM history")
    )
    return int(journal), int(history), int(positions), int(indexed)
