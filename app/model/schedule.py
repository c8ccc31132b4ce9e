"""Schedules: at which instants a rule or a crossing point is in force, by wall clocks of one place. Reads no clock.

A window begins at a local time and holds its first instant, not its last. Local times that a change to summer time
leaves out are taken with the offset before it, and of those that come twice the first is meant (RFC 5545, 3.3.5).
"""

import re
import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from app.model.instant import SECOND_US
from app.model.recurrence import LAST, read_recurrence
from app.model.report import I64

EARLIEST = date(1970, 1, 1)
"""No window begins before this day."""
SINCE = date(2000, 1, 1)
"""The first day of windows that name no date."""
LONGEST_S = 366 * 86_400
_MICROSECOND = timedelta(microseconds=1)
_LOCAL = re.compile(r"(?:(\d{4}-\d\d-\d\d)T)?(\d\d:\d\d(?::\d\d)?)", re.ASCII)
_AHEAD_US = 400 * 86_400 * SECOND_US
"""Windows are worked out so far beyond the newest instant asked for."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A window, or one that recurs, as the mission file says it and as ``app.model.mission_schedule`` has checked it.

    ``start`` is a local time (``06:00``, ``06:00:30``) or date and time (``2026-03-01T06:00``); so is ``end``: a time
    is the next such after the start. Either ``end`` or ``duration_s`` is given.
    """

    rrule: str | None = None
    start: str
    end: str | None = None
    duration_s: float | None = None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """The union of windows, in the time zone ``tz`` (IANA)."""

    tz: str = "UTC"
    windows: tuple[Window, ...]


class Span(NamedTuple):
    """From ``start_us`` on, until before ``end_us``."""

    start_us: int
    end_us: int


class Timetable:
    """A schedule worked out, as far as it was asked for. Safe to use from several threads."""

    def __init__(self, schedule: Schedule) -> None:
        zone = ZoneInfo(schedule.tz)
        self._coming = [_Coming(_spans(window, zone)) for window in schedule.windows]
        self._spans: list[Span] = []
        self._until_us = -(2**63)
        self._edges_us: I64 = np.empty(0, np.int64)
        self._growing = threading.Lock()

    def edges_us(self, until_us: int) -> I64:
        """Return where windows begin and end, in turns, ascending; all of them up to ``until_us``, and maybe more.

        Windows that overlap or touch are one. However far it was worked out, what is up to ``until_us`` is the same.
        """
        if until_us >= self._until_us:
            with self._growing:
                if until_us >= self._until_us:
                    self._work_out(until_us + _AHEAD_US)
        return self._edges_us

    def covers(self, observed_us: I64) -> npt.NDArray[np.bool_]:
        """Tell of each instant whether it lies in a window."""
        if not len(observed_us):
            return np.zeros(0, np.bool_)
        edges_us = self.edges_us(int(observed_us.max()))
        covered: npt.NDArray[np.bool_] = np.searchsorted(edges_us, observed_us, side="right") % 2 == 1
        return covered

    def covers_at(self, observed_us: int) -> bool:
        """Whether an instant lies in a window."""
        return bool(np.searchsorted(self.edges_us(observed_us), observed_us, side="right") % 2)

    def end_between(self, from_us: int, upto_us: int) -> int | None:
        """Return when the window that holds ``from_us`` ends, if it does so by ``upto_us``, which is not before it.

        Where no window holds ``from_us``, that itself.
        """
        edges_us = self.edges_us(upto_us)
        at = int(np.searchsorted(edges_us, from_us, side="right"))
        if at % 2 == 0:
            return from_us
        end_us = int(edges_us[at])
        return end_us if end_us <= upto_us else None

    def _work_out(self, until_us: int) -> None:
        for coming in self._coming:
            self._spans.extend(coming.upto(until_us))
        self._spans = _united(self._spans)
        # Edges before the bound: who reads the one without the lock has the other too.
        self._edges_us = np.array([edge for span in self._spans for edge in span], np.int64)
        self._until_us = until_us


@lru_cache(maxsize=1024)
def timetable(schedule: Schedule) -> Timetable:
    """Return the timetable of a schedule: one for all that have the same."""
    return Timetable(schedule)


def local_start(start: str) -> tuple[date | None, time]:
    """Read a local time or date and time.

    Raises:
        ValueError: it is neither, or the date is not of 1970 to 2399.
    """
    match = _LOCAL.fullmatch(start)
    if match is None:
        raise ValueError("not a local time")
    at = time.fromisoformat(match[2])
    if match[1] is None:
        return None, at
    on = date.fromisoformat(match[1])
    if not EARLIEST <= on <= LAST.date():
        raise ValueError("too far away")
    return on, at


class _Coming:
    """The spans of one window, taken as far as asked for."""

    def __init__(self, spans: Iterator[Span]) -> None:
        self._spans = spans
        self._next: Span | None = next(spans, None)

    def upto(self, until_us: int) -> Iterator[Span]:
        """Take the spans that begin at ``until_us`` or before and were not taken yet."""
        while self._next is not None and self._next.start_us <= until_us:
            yield self._next
            self._next = next(self._spans, None)


def _spans(window: Window, zone: ZoneInfo) -> Iterator[Span]:
    day, clock = local_start(window.start)
    first = datetime.combine(SINCE if day is None else day, clock)
    if window.rrule is None:
        yield _span(window, first, _end(window, first), zone)
        return
    recurrence = read_recurrence(window.rrule)
    until = LAST if recurrence.until is None else recurrence.until
    length = _end(window, first) - first
    for start in recurrence.days(first):
        if start.replace(tzinfo=zone) > until if until.tzinfo is not None else start > until:
            return
        yield _span(window, start, start + length, zone)


def _end(window: Window, start: datetime) -> datetime:
    """Return the local time at which a window of that local start ends, if no clock is changed in it."""
    if window.end is None:
        assert window.duration_s is not None, "a window ends somehow"
        return start + timedelta(seconds=window.duration_s)
    day, clock = local_start(window.end)
    end = datetime.combine(start.date() if day is None else day, clock)
    return end + timedelta(days=1) if day is None and end <= start else end


def _span(window: Window, start: datetime, end: datetime, zone: ZoneInfo) -> Span:
    start_us = _instant_us(start, zone)
    if window.end is None:
        return Span(start_us, start_us + (end - start) // _MICROSECOND)
    # In the hour that summer time leaves out, a short window may come to nothing.
    return Span(start_us, max(start_us, _instant_us(end, zone)))


def _instant_us(at: datetime, zone: ZoneInfo) -> int:
    return int(at.replace(tzinfo=zone).timestamp()) * SECOND_US  # local times are whole seconds


def _united(spans: list[Span]) -> list[Span]:
    united: list[Span] = []
    for span in sorted(spans):
        if span.start_us >= span.end_us:
            continue
        if united and span.start_us <= united[-1].end_us:
            united[-1] = Span(united[-1].start_us, max(united[-1].end_us, span.end_us))
        else:
            united.append(span)
    return united
