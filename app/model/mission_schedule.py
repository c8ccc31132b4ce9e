"""Schedules as a mission file states them. Works none out, but for whether its windows ever come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.model.mission_faults import Reading
from app.model.recurrence import never_comes, read_recurrence
from app.model.schedule import LONGEST_S, SINCE, Schedule, Window, local_start

MOST_WINDOWS = 24
_TIME = "must be a local time, 06:00 or 06:00:00"
_DATE_AND_TIME = f"{_TIME}, or a date of 1970 to 2399 and time, 2026-03-01T06:00"


def read_schedule(reading: Reading, name: str = "schedule") -> Schedule | None:
    """Read a schedule, adding every fault; None where there is none, or where it cannot be read."""
    value = reading.members.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        reading.fault(name, "must be an object of tz and windows")
        return None
    inner = reading.inner(value, name)
    inner.refuse_unknown(("tz", "windows"))
    zone = inner.text("tz", longest=64) or "UTC"
    if not _is_zone(zone):
        inner.fault("tz", "is not a time zone of the IANA database, such as Asia/Nicosia or UTC")
        zone = "UTC"
    listed = inner.objects("windows")
    if not listed and not (isinstance(value.get("windows"), list) and value["windows"]):
        inner.fault("windows", "must be a list of windows, one at least")
    if len(listed) > MOST_WINDOWS:
        inner.fault("windows", f"must be {MOST_WINDOWS} windows at most")
        listed = listed[:MOST_WINDOWS]
    windows = [window for members, path in listed if (window := _window(inner.inner(members, path)))]
    return Schedule(tz=zone, windows=tuple(windows))


def _is_zone(name: str) -> bool:
    # Names without a place ("localtime") mean another zone on another machine.
    if (name != "UTC" and "/" not in name) or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _window(reading: Reading) -> Window | None:
    reading.refuse_unknown(("rrule", "start", "end", "duration_s"))
    rrule, start, end = reading.text("rrule"), reading.text("start", required=True), reading.text("end")
    duration_s = reading.number("duration_s", 0, LONGEST_S, above_low=True)
    if reading.has("end") == reading.has("duration_s"):
        reading.fault("end", "say either end or duration_s")
    first = None if start is None else _first(reading, start, rrule)
    if end is not None and first is not None:
        _check_end(reading, end, first, rrule)
    if rrule is not None:
        _check_recurrence(reading, rrule, first, start or "")
    if start is None or first is None:
        return None
    return Window(rrule=rrule, start=start, end=end, duration_s=duration_s)


def _first(reading: Reading, start: str, rrule: str | None) -> datetime | None:
    try:
        day, clock = local_start(start)
    except ValueError:
        reading.fault("start", _DATE_AND_TIME)
        return None
    if day is None and rrule is None and not reading.has("rrule"):
        reading.fault("start", "must have a date where there is no rrule: 2026-03-01T06:00")
        return None
    return datetime.combine(SINCE if day is None else day, clock)


def _check_end(reading: Reading, end: str, first: datetime, rrule: str | None) -> None:
    try:
        day, clock = local_start(end)
    except ValueError:
        reading.fault("end", _TIME if rrule is not None else _DATE_AND_TIME)
        return
    if day is None:
        return
    if rrule is not None:
        reading.fault("end", f"{_TIME}: a window that recurs has no last date here, but in its rrule")
    elif not first < datetime.combine(day, clock) <= first + timedelta(seconds=LONGEST_S):
        reading.fault("end", "must be after start, and within a year of it")


def _check_recurrence(reading: Reading, rrule: str, first: datetime | None, start: str) -> None:
    try:
        recurrence = read_recurrence(rrule)
    except ValueError as error:
        reading.fault("rrule", str(error))
        return
    if first is None:
        return
    if recurrence.needs_date and "T" not in start:
        reading.fault("start", "must have a date, 2026-03-01T06:00: this rrule counts from there")
    elif never_comes(recurrence, first):
        reading.fault("rrule", "never comes")
