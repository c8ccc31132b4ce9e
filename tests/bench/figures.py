"""What a measurement gives: a figure beside what it should be. Measures nothing."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``met`` is None where there is no aim, only a figure to know."""

    what: str
    measured: str
    aim: str
    met: bool | None = None
    note: str = ""


def cpu_s(pid: int) -> float:
    """Return the processor seconds that a process has used, all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def percentile(values: list[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed. At least one value."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
