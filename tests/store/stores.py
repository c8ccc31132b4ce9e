"""Stores in a temporary folder, and blocks of reports as tests name them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from app.model.identity import Profile, Registry, Unit
from app.model.label import Label, Marking
from app.model.report import COLUMNS, Batch, ReportBlock
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.store.registry import load_registry
from app.store.writer import Job

NOON_US = 1_790_164_800_000_000
"""2026-09-23T12:00:00Z."""
OPEN = Marking(("ARG",), Label())


@dataclass
class Store:
    """Everything that is open on one folder."""

    database: Database
    registry: Registry
    journal: Journal
    history: History

    def slot(self, unit: str, contingent: str = "ARG") -> int:
        """The slot of a unit, whose profile and marking are known then, too."""
        marking = self.registry.markings.number(OPEN)
        self.registry.profiles.number(Profile(None, None, "vehicle", "mission", "hae", marking))
        return self.registry.units.number(Unit(contingent, unit))


@contextmanager
def opened(folder: Path, now_us: Callable[[], int] = lambda: NOON_US, **journal: Any) -> Iterator[Store]:
    """Open the store of ``folder`` and close it at the end. A failing disk raises in the writer's thread."""
    database = Database.open(folder, on_fatal=_must_not_fail)
    try:
        registry = database.read_now(load_registry)
        journal_ = Journal(database, registry, now_us, **journal)
        yield Store(database, registry, journal_, History(database, journal_))
    finally:
        database.close()


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Keep the writer busy inside: what is written meanwhile waits, and shares the next commit."""
    gate, begun = threading.Event(), threading.Event()

    def hold(_: apsw.Connection) -> None:
        begun.set()
        gate.wait(20)

    database.submit(Job(hold, lambda _: None))
    assert begun.wait(20)
    try:
        yield
    finally:
        gate.set()


def block(*rows: dict[str, Any], received_us: int = NOON_US, extras: tuple[bytes, ...] = ()) -> ReportBlock:
    """One accepted request; each row is what it names over an unremarkable report of slot 0 at noon."""
    common: dict[str, Any] = {
        "slot": 0, "observed_us": NOON_US, "lon_e7": 333600000, "lat_e7": 351700000, "altitude_m": np.nan,
        "accuracy_m": 5.0, "speed_m_s": 3.5, "course_deg": np.nan, "profile": 0, "flags": 0, "extra": -1,
    }  # fmt: skip
    columns = {name: np.array([{**common, **row}[name] for row in rows], np.dtype(dtype)) for name, dtype in COLUMNS}
    batch = Batch(len(rows), "key-1", "ARG", "positions", received_us, bytes(32))
    return ReportBlock(**columns, extras=list(extras), batches=[batch])


def same_bits(one: ReportBlock, two: ReportBlock) -> bool:
    """Whether two blocks are equal to the last bit, NaN payloads and all."""
    columns = all(
        getattr(one, name).dtype == getattr(two, name).dtype
        and getattr(one, name).tobytes() == getattr(two, name).tobytes()
        for name, _ in COLUMNS
    )
    return columns and list(one.extras) == list(two.extras) and list(one.batches) == list(two.batches)


def _must_not_fail(status: int) -> None:
    raise AssertionError(f"the store ended the process with {status}")
