"""In which minutes each feed was heard, by the marking of what came. Decides nothing about a reader.

Copied from the journal together with the history; what is not copied yet is asked of the entries themselves.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import apsw
import numpy as np

from app.model.entry import Entry, Reports
from app.model.report import I32, received_us_of

MINUTE_US = 60_000_000
_END_US = 2**62


class Heard(NamedTuple):
    """What came of one feed under one marking, received within one minute (µs since 1970, divided by 60,000,000)."""

    contingent: str
    feed: str
    marking: int
    minute: int
    first_us: int
    last_us: int
    reports: int


def profile_markings(connection: apsw.Connection) -> I32:
    """Return the marking number of each profile that is on disk."""
    return np.array([n for (n,) in connection.execute("SELECT marking FROM profiles ORDER BY number")], np.int32)


def heard_in(entries: Iterable[Entry], marking_of: I32) -> list[Heard]:
    """Return what positions the entries hold, minute by minute. ``marking_of`` is indexed by profile number."""
    found: dict[tuple[str, str, int, int], Heard] = {}
    for entry in entries:
        if isinstance(entry.body, Reports):
            for one in _of_reports(entry.body, marking_of):
                known = found.get(one[:4])
                found[one[:4]] = one if known is None else _joined(known, one)
    return list(found.values())


def keep_heard(connection: apsw.Connection, heard: Iterable[Heard]) -> None:
    """Add what was heard. In the transaction that moves the cursor of the history, so nothing is counted twice."""
    connection.executemany(
        "INSERT INTO heard VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us),"
        " reports = reports + excluded.reports",
        heard,
    )


def heard_between(
    connection: apsw.Connection, markings: Sequence[int], from_us: int, to_us: int, tail: Iterable[Heard] = ()
) -> list[Heard]:
    """Return what was heard in the minutes from ``from_us`` to ``to_us``, and each feed's last minute before those.

    ``tail`` is what is not on disk yet. By contingent, feed, and time.
    """
    wanted = set(markings)
    first, last = from_us // MINUTE_US, to_us // MINUTE_US
    found = [one for one in tail if one.marking in wanted and one.minute <= last]
    for key in _keys(connection):
        if key[2] not in wanted:
            continue
        before = connection.execute(
            "SELECT * FROM heard WHERE contingent = ? AND feed = ? AND marking = ? AND minute < ?"
            " ORDER BY minute DESC LIMIT 1",
            (*key, first),
        )
        found.extend(Heard(*row) for row in before)
        within = connection.execute(
            "SELECT * FROM heard WHERE contingent = ? AND feed = ? AND marking = ? AND minute BETWEEN ? AND ?",
            (*key, first, last),
        )
        found.extend(Heard(*row) for row in within)
    return sorted(found, key=lambda one: (one.contingent, one.feed, one.first_us))


def _keys(connection: apsw.Connection) -> Iterable[tuple[str, str, int]]:
    """Yield the distinct feeds and markings: one step down the index each, as there are few among many minutes."""
    key: tuple[str, str, int] | None = ("", "", -1)
    while key is not None:
        key = next(
            connection.execute(
                "SELECT contingent, feed, marking FROM heard WHERE (contingent, feed, marking) > (?, ?, ?)"
                " ORDER BY contingent, feed, marking LIMIT 1",
                key,
            ),
            None,
        )
        if key is not None:
            yield key


def _of_reports(reports: Reports, marking_of: I32) -> Iterable[Heard]:
    block = reports.block
    numbers: dict[tuple[str, str, int], int] = {}  # of contingent, feed and minute
    group = [
        numbers.setdefault((batch.contingent, batch.feed, batch.received_us // MINUTE_US), len(numbers))
        for batch in block.batches
    ]
    rows = np.array([batch.rows for batch in block.batches], np.int64)
    received_us = received_us_of(block)
    # One number a row, as numpy sorts numbers thirty times faster than columns.
    markings = int(marking_of.max(initial=0)) + 1
    coded = np.repeat(np.array(group, np.int64), rows) * markings + marking_of[block.profile]
    distinct, place, reports_of = np.unique(coded, return_inverse=True, return_counts=True)
    first_us, last_us = np.full(len(distinct), _END_US), np.full(len(distinct), -_END_US)
    np.minimum.at(first_us, place, received_us)
    np.maximum.at(last_us, place, received_us)
    groups = list(numbers)
    for code, *of_code in zip(
        distinct.tolist(), first_us.tolist(), last_us.tolist(), reports_of.tolist(), strict=True
    ):  # fmt: skip
        number, marking = divmod(code, markings)
        contingent, feed, minute = groups[number]
        yield Heard(contingent, feed, marking, minute, *of_code)


def _joined(one: Heard, other: Heard) -> Heard:
    return one._replace(
        first_us=min(one.first_us, other.first_us),
        last_us=max(one.last_us, other.last_us),
        reports=one.reports + other.reports,
    )
