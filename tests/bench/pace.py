"""How fast a core is while something else is measured on it: other work on the machine slows even a core of one's own.

Run as a program, it takes a fixed small piece of work ten times a second until it is told to stop, and says how long
the piece took.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from types import TracebackType

_PIECE = 20_000
_EVERY_S = 0.1


class Pace:
    """Between entry and exit of a ``with``, watches a core. ``share`` is its pace as a share of the best ever seen."""

    best_s = float("inf")

    def __init__(self, core: int) -> None:
        self._core = core
        self.took_s = 0.0

    def __enter__(self) -> "Pace":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.pace", str(self._core)], stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        said, _ = self._process.communicate(timeout=10)
        times = [float(line) for line in said.split()] or [_piece()]
        self.took_s = statistics.fmean(times)
        Pace.best_s = min(Pace.best_s, *times)

    @property
    def share(self) -> float:
        return Pace.best_s / self.took_s

    def __str__(self) -> str:
        return f"other work left the core {self.share:.0%} of its pace"


def _piece() -> float:
    began = time.thread_time()
    total = 0
    for number in range(_PIECE):
        total += number * number % 7
    return time.thread_time() - began


def _watch(core: int) -> None:
    os.sched_setaffinity(0, {core})
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    while True:
        print(_piece(), flush=True)
        time.sleep(_EVERY_S)


if __name__ == "__main__":
    _watch(int(sys.argv[1]))
