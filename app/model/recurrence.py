"""Recurrence rules (RFC 5545, section 3.3.10) that say on which days something begins. Knows no time zone.

The time of day is not a rule's to say, so a rule recurs daily at most, and what it costs is bounded: see ``LAST``.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

LAST = datetime(2399, 12, 31, 23, 59, 59)
"""No rule recurs after this. dateutil seeks the next day, if there is none, until the year 9999. The Gregorian calendar
repeats itself every 400 years to the weekday, so rules are expanded 19 × 400 years ahead, where the end is near: no
rule whatever takes more than a few hundred thousand steps."""
_AHEAD = timedelta(days=19 * 146_097)
_LONGEST = 500
_FREQUENCIES: Mapping[str, int] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST_DAYS: Mapping[int, int] = dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
_WHOLE = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)


class _Numbers(NamedTuple):
    """A part that lists whole numbers: up to ``most``, below zero too where it may count from the end."""

    argument: str
    most: int
    from_end: bool


_NUMBERS: Mapping[str, _Numbers] = {
    "BYMONTH": _Numbers("bymonth", 12, False),
    "BYMONTHDAY": _Numbers("bymonthday", 31, True),
    "BYYEARDAY": _Numbers("byyearday", 366, True),
    "BYWEEKNO": _Numbers("byweekno", 53, True),
    "BYSETPOS": _Numbers("bysetpos", 366, True),
}
_NOT_WITH: Mapping[str, tuple[str, ...]] = {
    "BYMONTHDAY": ("WEEKLY",),
    "BYYEARDAY": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYWEEKNO": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYSETPOS": ("DAILY",),
}
"""Which parts RFC 5545 forbids, or leaves without a meaning, at which frequency."""
_PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS)


class Recurrence(NamedTuple):
    """A rule as it was read. ``until`` is the last instant at which one may begin: local if naive, else UTC."""

    frequency: int
    interval: int
    times: int | None
    until: datetime | None
    needs_date: bool
    """It counts from where it begins: from what date must be said."""
    arguments: dict[str, object]

    def days(self, first: datetime) -> Iterator[datetime]:
        """Return, ascending, when it recurs from ``first`` (local, naive) on; ``until`` is not looked at."""
        ahead = rrule(
            self.frequency, dtstart=first + _AHEAD, interval=self.interval, count=self.times, **self.arguments
        )
        return (at - _AHEAD for at in ahead)


def read_recurrence(text: str) -> Recurrence:
    """Read the value of an RRULE.

    Raises:
        ValueError: it is none, or not one of days; the message says what was expected and repeats no input.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"must be at most {_LONGEST} characters")
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, sign, value = part.partition("=")
        if name not in _PARTS or not sign:
            raise ValueError(f"must be NAME=value parts between semicolons, of {', '.join(_PARTS)}")
        if name in parts:
            raise ValueError(f"says {name} twice")
        parts[name] = value
    name = parts.get("FREQ", "")
    if name not in _FREQUENCIES:
        raise ValueError(f"FREQ must be one of {', '.join(_FREQUENCIES)}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("has COUNT or UNTIL, not both")
    for part, refused in _NOT_WITH.items():
        if part in parts and name in refused:
            raise ValueError(f"{part} has no meaning where FREQ is {name}")
    arguments: dict[str, object] = {
        numbers.argument: _numbers(part, parts[part], numbers) for part, numbers in _NUMBERS.items() if part in parts
    }
    if "BYSETPOS" in parts and not any(part in parts for part in ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")):
        raise ValueError("BYSETPOS needs another BY part to choose from")
    if "BYDAY" in parts:
        ordinal = name == "MONTHLY" or (name == "YEARLY" and "BYWEEKNO" not in parts)
        arguments["byweekday"] = tuple(_weekday(value, ordinal) for value in parts["BYDAY"].split(","))
    if "WKST" in parts:
        if parts["WKST"] not in _WEEKDAYS:
            raise ValueError(f"WKST must be one of {', '.join(_WEEKDAYS)}")
        arguments["wkst"] = _WEEKDAYS.index(parts["WKST"])
    interval = _whole("INTERVAL", parts.get("INTERVAL", "1"), 1000)
    count = _whole("COUNT", parts["COUNT"], 100_000) if "COUNT" in parts else None
    return Recurrence(
        frequency=_FREQUENCIES[name],
        interval=interval,
        times=count,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        needs_date=interval > 1 or count is not None or not _says_which_day(name, parts),
        arguments=arguments,
    )


def never_comes(recurrence: Recurrence, first: datetime) -> bool:
    """Whether the rule has no day at all from ``first`` on (a 30th of February; every seventh day, but a Monday)."""
    months, days = recurrence.arguments.get("bymonth"), recurrence.arguments.get("bymonthday")
    if isinstance(months, tuple) and isinstance(days, tuple):
        if all(abs(day) > _MOST_DAYS[month] for month in months for day in days):
            return True
    return next(recurrence.days(first), None) is None


def _says_which_day(frequency: str, parts: Mapping[str, str]) -> bool:
    """Whether the rule itself says which day of its week, month or year it means."""
    of_month = "BYDAY" in parts or "BYMONTHDAY" in parts
    match frequency:
        case "DAILY":
            return True
        case "WEEKLY":
            return "BYDAY" in parts
        case "MONTHLY":
            return of_month
    return of_month or "BYYEARDAY" in parts


def _whole(name: str, text: str, most: int) -> int:
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
        raise ValueError(f"{name} must be a whole number, 1 to {most}")
    return int(text)


def _numbers(name: str, text: str, numbers: _Numbers) -> tuple[int, ...]:
    values = [int(value) if _WHOLE.fullmatch(value) else 0 for value in text.split(",")]
    if not all(1 <= abs(value) <= numbers.most and (value > 0 or numbers.from_end) for value in values):
        below = f", or -1 to -{numbers.most}" if numbers.from_end else ""
        raise ValueError(f"{name} must list whole numbers, 1 to {numbers.most}{below}")
    return tuple(values)


def _weekday(text: str, ordinal: bool) -> weekday:
    match = _WEEKDAY.fullmatch(text)
    number = int(match[1]) if match and match[1] else None
    if match is None or (number is not None and not 1 <= abs(number) <= 53):
        raise ValueError(f"BYDAY must list weekdays, of {', '.join(_WEEKDAYS)}")
    if number is not None and not ordinal:
        raise ValueError("BYDAY with a number has a meaning only in a month or a year")
    return weekday(_WEEKDAYS.index(match[2]), number)


def _until(text: str) -> datetime:
    match = _UNTIL.fullmatch(text)
    expected = "UNTIL must be YYYYMMDD or YYYYMMDDThhmmss, with Z for UTC"
    if match is None:
        raise ValueError(expected)
    year, month, day, *time, utc = match.groups()
    hour, minute, second = (int(part) for part in time) if time[0] else (23, 59, 59)
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC if utc else None)
    except ValueError:
        raise ValueError(expected) from None
