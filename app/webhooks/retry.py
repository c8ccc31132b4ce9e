"""When to try a delivery again. Pure: time and chance come as arguments."""

import random
from email.utils import parsedate_to_datetime

FIRST_WAITS_S = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
MINUTE_S = 60.0
LONGEST_WAIT_S = 3600.0
GIVE_UP_S = 72 * 3600.0
JITTER = 0.2
LONGEST_HEEDED_S = 600.0
"""The longest Retry-After that is heeded: no receiver can silence its alerts for longer."""


def nominal_wait_s(tries: int, age_s: float) -> float:
    """Return the wait after the ``tries``-th failure (from 1) of a delivery that is ``age_s`` old, without jitter.

    1, 2, 5, 10, 20, 40 s, then every minute for two hours, so that a receiver that was down for an hour is found
    again within a minute; then a 120th of the age, at most an hour.
    """
    if tries <= len(FIRST_WAITS_S):
        return FIRST_WAITS_S[tries - 1]
    return min(max(MINUTE_S, age_s / 120), LONGEST_WAIT_S)


def next_try_us(
    tries: int, since_us: int, failed_us: int, chance: random.Random, retry_after_s: float | None = None
) -> int | None:
    """Return when to try again after the ``tries``-th failure, begun at ``failed_us``; None: give up.

    ``since_us`` is when the first try was due. The last try is the first one due after 72 hours.
    """
    age_s = (failed_us - since_us) / 1e6
    if age_s >= GIVE_UP_S:
        return None
    nominal_s = nominal_wait_s(tries, age_s)
    wait_s = nominal_s * (1 + chance.uniform(-JITTER, JITTER))
    if nominal_s == MINUTE_S:  # jitter must not stretch the minute within which a returned receiver is found
        wait_s = min(wait_s, MINUTE_S)
    if retry_after_s is not None:
        wait_s = max(wait_s, min(retry_after_s, LONGEST_HEEDED_S))
    return failed_us + round(wait_s * 1e6)


def retry_after_s(header: str | None, now_us: int) -> float | None:
    """Read a ``Retry-After`` header (RFC 9110, 10.2.3): seconds or an HTTP date; None where there is none to heed."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # "-0000": a date in UTC of unknown origin
        return None
    return max(0.0, at.timestamp() - now_us / 1e6)
