"""The delivery log as a hook's owner reads it, and asking for deliveries once more."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import apsw

from app.store.outbox import Attempt, State, hold_followers


class Logged(NamedTuple):
    """One delivery with its newest tries, oldest try first.

    It has no revision: for incidents that would count versions which the hook's owner may not know of.
    """

    id: str
    event: str
    object: str
    raised_us: int
    state: State
    next_try_us: int | None
    attempts: tuple[Attempt, ...]


def logged(connection: apsw.Connection, hook: str, before: str | None, most: int) -> list[Logged]:
    """Return up to ``most`` deliveries to ``hook``, newest first, starting after the one with id ``before``."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT number, id, event, object, raised_us, state, next_try_us FROM outbox WHERE hook = ?1"
        " AND (?2 IS NULL OR number < (SELECT number FROM outbox WHERE id = ?2 AND hook = ?1))"
        " ORDER BY number DESC LIMIT ?3",
        (hook, before, most),
    ).fetchall()
    return [
        Logged(letter, event, thing, raised_us, state, next_us, _attempts(connection, number))
        for number, letter, event, thing, raised_us, state, next_us in rows
    ]


def redeliver(
    connection: apsw.Connection, hook: str, since_us: int | None, ids: Sequence[str] | None, now_us: int
) -> int:
    """Owe again, under the same ids, what was raised at or after ``since_us`` or has one of ``ids``; return how many.

    With neither, all that was not taken. What is pending is tried at once. Order within an object is kept.
    """
    connection.execute(
        "UPDATE outbox SET state = 'pending', tries = 0, since_us = ?1, next_try_us = ?1 WHERE hook = ?2 AND"
        " CASE WHEN ?3 IS NOT NULL THEN raised_us >= ?3 OR id IN (SELECT value FROM json_each(?4))"
        " WHEN ?4 IS NOT NULL THEN id IN (SELECT value FROM json_each(?4)) ELSE state <> 'delivered' END",
        (now_us, hook, since_us, None if ids is None else json.dumps(list(ids))),
    )
    owed = connection.changes()
    hold_followers(connection, hook)
    return owed


def _attempts(connection: apsw.Connection, number: int) -> tuple[Attempt, ...]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT at_us, duration_us, code, error FROM attempts WHERE delivery = ? ORDER BY attempt", (number,)
    ).fetchall()
    return tuple(Attempt(*row) for row in rows)
