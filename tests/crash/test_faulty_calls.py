"""D2 and D4: the process is killed, or a system call fails, at every call of the commits and checkpoints of a run."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.writer import EXIT_STORE_FAILED
from tests.crash import strace
from tests.crash.aftermath import aftermath, broken_promises
from tests.crash.strace import Run

pytestmark = [pytest.mark.crash, pytest.mark.slow]
Faults = list[str]


def struck(memory: Path, calls: str, fault: str, every: int = 1) -> list[tuple[Run, Faults]]:
    """Run the workload with the fault at each (or every so many-th) of the calls; return how each run ended."""
    start = memory / "start"
    Database.open(start).close()
    total = strace.count(shutil.copytree(start, memory / "counted"), calls)
    assert total

    def strike(at: int) -> tuple[Run, Faults]:
        folder = shutil.copytree(start, memory / str(at))
        ended = strace.run(folder, calls, fault, at)
        return ended, broken_promises(aftermath(folder), ended.acknowledged, ended.refused)

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(strike, range(1, total + 1, every)))


@pytest.mark.parametrize("calls", strace.CALLS)
def test_killed_at_any_call_it_keeps_what_it_acknowledged(memory: Path, calls: str) -> None:
    runs = struck(memory, calls, "signal=KILL")

    assert [faults for _, faults in runs if faults] == []
    assert all(ended.status != 0 for ended, _ in runs), "each run was killed"


@pytest.mark.parametrize(
    ("calls", "fault"),
    [("fdatasync", "error=EIO"), ("fdatasync", "error=ENOSPC"), ("pwrite64", "error=EIO")],
)
def test_after_a_failed_write_or_sync_nothing_is_acknowledged_and_it_ends(memory: Path, calls: str, fault: str) -> None:
    runs = struck(memory, calls, fault, every=3 if calls == "pwrite64" else 1)

    assert [faults for _, faults in runs if faults] == []
    survivors = [ended for ended, _ in runs if ended.status != EXIT_STORE_FAILED]
    # SQLite syncs the folder of a new log and takes no notice of failure; we have synced it ourselves before.
    assert len(survivors) == (calls == "fdatasync")


def test_a_full_disk_refuses_and_goes_on(memory: Path) -> None:
    runs = struck(memory, "pwrite64", "error=ENOSPC", every=3)

    assert [faults for _, faults in runs if faults] == []
    assert {ended.status for ended, _ in runs} == {0}
    assert all(len(ended.acknowledged | ended.refused) == strace.APPENDS for ended, _ in runs)
    assert any(ended.refused for ended, _ in runs)
