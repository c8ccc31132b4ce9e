"""Appends to a real journal and says of each append what its caller was told. Run as a program, it says so on stdout.

Every append names a unit of its own and carries a sender's id: rows of four tables must stand or fall together.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.model.identity import Profile, Registry, Unit
from app.model.label import Label, Marking
from app.model.report import COLUMNS, Batch, ReportBlock
from app.store import writer
from app.store.database import Database, StoreFull
from app.store.journal import Journal
from app.store.registry import load_registry

ROWS = 3
"""Rows of each append; all of them carry its number as ``observed_us``."""
Tell = Callable[[str, int], None]
"""Hears ``ACK`` or ``FULL`` and the number of the append."""


def sender_id(number: int) -> str:
    """The sender's own id of an append."""
    return f"id-{number}"


def unit_of(number: int) -> Unit:
    """The unit of an append."""
    return Unit("ARG", f"car-{number}")


async def append_all(folder: Path, appends: int, waiters: int, tell: Tell) -> None:
    """Append numbers 0 … ``appends`` - 1, ``waiters`` at a time. Checkpoints come often, so that cuts meet them."""
    with _frequent_checkpoints():
        database = Database.open(folder)
        registry = database.read_now(load_registry)
        journal = Journal(database, registry, lambda: 1)
        numbers = iter(range(appends))
        tell("OPEN", 0)

        async def waiter() -> None:
            for number in numbers:
                await _append(journal, registry, number, tell)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(waiters):
                tasks.create_task(waiter())
        await database.write(
            lambda _: None
        )  # returns after the last checkpoint, so that every run makes the same calls
        database.close()


async def _append(journal: Journal, registry: Registry, number: int, tell: Tell) -> None:
    marking = registry.markings.number(Marking(("ARG",), Label()))
    profile = registry.profiles.number(Profile(f"call-{number}", None, None, "mission", "hae", marking))
    columns = {name: np.zeros(ROWS, np.dtype(dtype)) for name, dtype in COLUMNS} | {
        "slot": np.full(ROWS, registry.units.number(unit_of(number)), np.int32),
        "observed_us": np.full(ROWS, number, np.int64),
        "profile": np.full(ROWS, profile, np.int32),
        "extra": np.zeros(ROWS, np.int32),
    }
    noise = np.random.default_rng(number).bytes(1500)
    batch = Batch(ROWS, "key-1", "ARG", "positions", 1, bytes(32))
    block = ReportBlock(**columns, extras=[noise], batches=[batch])
    slot = int(columns["slot"][0])
    try:
        await journal.append_reports(block, [((slot, sender_id(number)), number)])
    except StoreFull:
        tell("FULL", number)
    else:
        tell("ACK", number)


@contextmanager
def _frequent_checkpoints() -> Iterator[None]:
    kept = writer.CHECKPOINT_PAGES, writer.RESTART_PAGES
    writer.CHECKPOINT_PAGES, writer.RESTART_PAGES = 8, 20
    try:
        yield
    finally:
        writer.CHECKPOINT_PAGES, writer.RESTART_PAGES = kept


def _say(word: str, number: int) -> None:
    os.write(1, b"%s %d\n" % (word.encode(), number))


if __name__ == "__main__":
    asyncio.run(append_all(Path(sys.argv[1]), appends=int(sys.argv[2]), waiters=1, tell=_say))
