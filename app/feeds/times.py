"""Many RFC 3339 date-times at once. Agrees with ``parse_instant`` on every text; knows no report."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.model.instant import SECOND_US, parse_instant
from app.model.report import I64

BAD_US = np.iinfo(np.int64).min
"""Stands for a text that is no RFC 3339 date-time with an offset."""
_FEW = 12
_REPEATED = 4
_FIXED = len("2026-01-01T00:00:00")
_DIGITS = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
_SIGNS = np.array([4, 7, 10, 13, 16])
_SIGN_BYTES = np.frombuffer(b"--T::", np.uint8)
_WEIGHTS = np.zeros((14, 6), np.int32)
for _place, (_unit, _weight) in enumerate(
    [(0, 1000), (0, 100), (0, 10), (0, 1), *((unit, weight) for unit in range(1, 6) for weight in (10, 1))]
):
    _WEIGHTS[_place, _unit] = _weight
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def parse_instants(texts: Sequence[str]) -> I64:
    """Return microseconds since 1970 UTC of each text, ``BAD_US`` where it is none."""
    if len(texts) < _FEW:
        return np.fromiter(map(instant_or_bad, texts), np.int64, len(texts))
    if texts.count(texts[0]) == len(texts):  # one second of all units
        return np.full(len(texts), instant_or_bad(texts[0]))
    distinct = dict.fromkeys(texts)
    if len(distinct) <= len(texts) // _REPEATED:  # many units that report by the second
        known = dict(zip(distinct, parse_instants(list(distinct)).tolist(), strict=True))
        return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))
    lengths = set(map(len, texts))
    if len(lengths) == 1:
        return _of_one_length(texts)
    found = np.empty(len(texts), np.int64)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    for length in lengths:
        rows = np.flatnonzero(sizes == length)
        found[rows] = _of_one_length([texts[row] for row in rows.tolist()])
    return found


def instant_or_bad(text: str) -> int:
    """Return microseconds since 1970 UTC of one text, ``BAD_US`` if it is none."""
    try:
        return parse_instant(text)
    except ValueError:
        return BAD_US


def _of_one_length(texts: Sequence[str]) -> I64:
    """Read the usual form (``T`` and ``Z``, no leap second) in columns, and each other text by itself."""
    joined = "".join(texts)
    length = len(texts[0])
    fraction = length - _FIXED - 2
    usual_length = length == _FIXED + 1 or 1 <= fraction <= 9
    if not (usual_length and joined.isascii()):
        return np.fromiter(map(instant_or_bad, texts), np.int64, len(texts))
    table = np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), length)
    digits = table[:, _DIGITS] - np.uint8(48)  # what is no digit wraps round to more than 9
    usual = (digits <= 9).all(axis=1) & (table[:, _SIGNS] == _SIGN_BYTES).all(axis=1) & (table[:, -1] == ord("Z"))
    year, month, day, hour, minute, second = (digits @ _WEIGHTS).T.astype(np.int64)
    leap_year = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month_days = _MONTH_DAYS[np.minimum(month, 12)] + ((month == 2) & leap_year)
    usual &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= month_days) & (year >= 1)
    usual &= (hour <= 23) & (minute <= 59) & (second <= 59)
    micros = np.zeros(len(texts), np.int64)
    if fraction >= 1:
        after = table[:, _FIXED + 1 : -1] - np.uint8(48)
        usual &= (table[:, _FIXED] == ord(".")) & (after <= 9).all(axis=1)
        shown = min(fraction, 6)
        micros = after[:, :shown].astype(np.int64) @ (10 ** np.arange(5, 5 - shown, -1))
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    found: I64 = seconds * SECOND_US + micros
    for row in np.flatnonzero(~usual).tolist():
        found[row] = instant_or_bad(texts[row])
    return found


def _days(year: I64, month: I64, day: I64) -> npt.NDArray[np.int64]:
    """Days since 1970-01-01 of proleptic Gregorian dates (years counted from March)."""
    shifted = year - (month <= 2)
    era_year = shifted % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return (shifted // 400) * 146_097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719_468
