"""Instants: whole microseconds since 1970 UTC inside, RFC 3339 outside. Reads no clock."""

import re
from datetime import UTC, datetime, timedelta

SECOND_US = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


def parse_instant(text: str) -> int:
    """Return microseconds since 1970 UTC of an RFC 3339 date-time; digits past the microsecond are cut.

    Raises:
        ValueError: no offset, not RFC 3339, or no such date. A leap second (``:60``) is read as the next second.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date-time with an offset")
    year, month, day, hour, minute, second, fraction, sign, off_h, off_m = match.groups()
    leap = second == "60"
    base = datetime(int(year), int(month), int(day), int(hour), int(minute), 59 if leap else int(second), tzinfo=UTC)
    micros = int((fraction or "0")[:6].ljust(6, "0")) if fraction else 0
    total = (base - EPOCH) // timedelta(microseconds=1) + micros + (SECOND_US if leap else 0)
    if sign:
        if int(off_h) > 23 or int(off_m) > 59:
            raise ValueError("not an RFC 3339 offset")
        offset = (int(off_h) * 60 + int(off_m)) * 60 * SECOND_US
        total -= offset if sign == "+" else -offset
    return total


def instant_text(us: int) -> str:
    """Write microseconds since 1970 UTC as RFC 3339 with ``Z``; the fraction only where there is one."""
    seconds, micros = divmod(us, SECOND_US)
    text = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    if text.index("-") < 4:  # strftime does not pad years below 1000
        text = text.rjust(19, "0")
    return f"{text}.{micros:06d}".rstrip("0") + "Z" if micros else text + "Z"


def instant_or_none(us: int | None) -> str | None:
    """``instant_text``, or None for None."""
    return None if us is None else instant_text(us)
