"""Runs the workload as a process of its own under strace, which kills it or fails a system call at a chosen one.

strace counts the calls of each thread by itself. A connection of ours holds the log's shared memory meanwhile, so that
only the thread that writes makes any, and every count is a call of a commit or a checkpoint. (--seccomp-bpf would be
faster, but loses signals after the first calls.)
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from app.store.connections import FILE_NAME, open_reader

APPENDS = 3
CALLS = ("pwrite64", "fdatasync")
"""The system calls of a commit and of a checkpoint, in the classes that are counted together."""
_ROOT = Path(__file__).parents[2]
_DEADLINE_S = 60


class Run(NamedTuple):
    """How the process ended and what it told of its appends; ``opened``: it came as far as to take any."""

    status: int
    opened: bool
    acknowledged: frozenset[int]
    refused: frozenset[int]


def run(folder: Path, calls: str, fault: str | None = None, at: int = 1) -> Run:
    """Run the workload on ``folder``; ``fault`` (``signal=KILL``, ``error=EIO``) strikes the ``at``-th of ``calls``."""
    inject = ["-e", f"inject={calls}:{fault}:when={at}"] if fault else []
    command = [strace(), "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", *inject]
    return _run(command, folder)


def count(folder: Path, calls: str) -> int:
    """Return how many of ``calls`` the undisturbed workload makes."""
    log = folder.with_suffix(".calls")
    result = _run([strace(), "-f", "-qq", "-o", str(log), "-e", f"trace={calls}"], folder)
    assert result.status == 0
    threads = re.findall(r"^(\d+) +\w+\(", log.read_text(), re.MULTILINE)
    assert len(set(threads)) == 1
    return len(threads)


def strace() -> str:
    """Return the program's path; where it is missing the test fails and names the package."""
    path = shutil.which("strace")
    if path is None:
        pytest.fail("these tests need strace: apt-get install strace")
    return path


def _run(command: list[str], folder: Path) -> Run:
    workload = [sys.executable, "-m", "tests.crash.workload", str(folder), str(APPENDS)]
    beside = open_reader(folder / FILE_NAME)
    try:
        beside.pragma("user_version")
        ended = subprocess.run(
            [*command, *workload], cwd=_ROOT, capture_output=True, text=True, timeout=_DEADLINE_S, check=False
        )
    finally:
        beside.close()
    told = [line.split() for line in ended.stdout.splitlines()]
    numbers = {
        word: frozenset(int(number) for said, number in told if said == word) for word in ("OPEN", "ACK", "FULL")
    }
    return Run(ended.returncode, bool(numbers["OPEN"]), numbers["ACK"], numbers["FULL"])
