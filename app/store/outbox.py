"""The outbox: what is owed to which hook, in which order, and every try. Written with the outcome; sends nothing.

A delivery is *due* when it has a ``next_try_us``. Deliveries of one object to one hook form a line: only the first
pending one is due, so that revisions arrive in order; the others have no ``next_try_us`` until it is done.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, NamedTuple

import apsw
import msgspec

from app.alerts.events import INCIDENT_AMENDED, INCIDENT_CREATED, Letter, as_seen
from app.alerts.subscription import wanted, wants_incident
from app.model.incident import IncidentVersion
from app.model.label import Marking
from app.model.outcome import Outcome
from app.model.violation import Violation
from app.store.hooks import Hook, OwnerOf, all_hooks, may_be_told
from app.store.outcomes import incident_versions

RETENTION_US = 30 * 86_400 * 1_000_000
"""How long what was delivered or given up can be listed and asked for again."""
ATTEMPTS_KEPT = 50
"""Tries remembered of one delivery: the newest."""
ERROR_BYTES = 1024

State = Literal["pending", "delivered", "given_up"]
WriteLetter = Callable[[str, Violation | IncidentVersion], Letter]
"""Writes the body that tells an event of an object. Pure: called within the transaction, on the writer's thread."""

_DUE = "number, id, hook, object, revision, event, marking, body, raised_us, since_us, tries"


class Delivery(NamedTuple):
    """One letter owed to one hook. ``id`` is the webhook-id."""

    number: int
    id: str
    hook: str
    object: str
    revision: int
    event: str
    marking: Marking
    body: bytes
    raised_us: int
    since_us: int
    tries: int


class Attempt(NamedTuple):
    """One try. ``code`` is the HTTP status, ``error`` None when it was taken."""

    at_us: int
    duration_us: int
    code: int | None
    error: str | None


def enqueue(connection: apsw.Connection, outcome: Outcome, owner_of: OwnerOf, write: WriteLetter, now_us: int) -> int:
    """Owe what ``outcome`` tells to every hook that asked for it and may read it; return how many letters that is.

    To be called in the transaction that stores the outcome: both are kept or neither. Doing it twice owes nothing
    twice, because a hook is owed an event of a revision once.
    """
    if not outcome.changes and not outcome.incidents:
        return 0
    letters: dict[tuple[str, Violation | IncidentVersion], Letter] = {}
    owed = 0
    for hook in all_hooks(connection):
        may = partial(may_be_told, hook, owner_of(connection, hook.owner))
        for told in _asked(connection, hook, outcome, may):
            if told not in letters:
                letters[told] = write(*told)
            owed += _owe(connection, hook, told[0], letters[told], told[1].marking, now_us)
    return owed


class Due(NamedTuple):
    """A due delivery, its hook, and whether the hook may still be told."""

    hook: Hook
    delivery: Delivery
    allowed: bool


def due(connection: apsw.Connection, owner_of: OwnerOf, now_us: int, most: int) -> tuple[list[Due], int | None]:
    """Return up to ``most`` due deliveries of each hook, longest due first, and when the next one will be due."""
    found: list[Due] = []
    later: list[int] = []
    for hook in all_hooks(connection):
        rows = connection.execute(
            f"SELECT {_DUE} FROM outbox WHERE hook = ? AND next_try_us <= ? ORDER BY next_try_us, number LIMIT ?",
            (hook.id, now_us, most),
        )
        deliveries = [_delivery(row) for row in rows]
        owner = owner_of(connection, hook.owner) if deliveries else None
        found.extend(Due(hook, delivery, may_be_told(hook, owner, delivery.marking)) for delivery in deliveries)
        [(next_us,)] = connection.execute(
            "SELECT min(next_try_us) FROM outbox WHERE hook = ? AND next_try_us > ?", (hook.id, now_us)
        )
        if next_us is not None:
            later.append(next_us)
    return found, min(later, default=None)


def record(connection: apsw.Connection, delivery: Delivery, attempt: Attempt, next_try_us: int | None) -> State:
    """Write down a try and what follows from it; return the delivery's state.

    A taken delivery makes the next of its line due, and, where its hook was failing, all that waits for the hook. One
    that failed is tried again at ``next_try_us``, or given up when that is None; then the next of its line is due.
    """
    if not connection.execute("SELECT 1 FROM outbox WHERE number = ?", (delivery.number,)).fetchone():
        return "given_up"  # its hook was removed during the try
    _log(connection, delivery.number, attempt)
    ended_us = attempt.at_us + attempt.duration_us
    if attempt.error is not None:
        connection.execute(
            "UPDATE hooks SET failing_since_us = coalesce(failing_since_us, ?) WHERE id = ?",
            (attempt.at_us, delivery.hook),
        )
        if next_try_us is not None:
            connection.execute(
                "UPDATE outbox SET tries = tries + 1, next_try_us = ? WHERE number = ?", (next_try_us, delivery.number)
            )
            hold_followers(connection, delivery.hook)
            return "pending"
    state: State = "delivered" if attempt.error is None else "given_up"
    connection.execute(
        "UPDATE outbox SET state = ?, tries = tries + 1, next_try_us = NULL WHERE number = ?", (state, delivery.number)
    )
    _advance(connection, delivery.hook, delivery.object, ended_us)
    if state == "delivered":
        _recovered(connection, delivery.hook, ended_us)
    return state


def _recovered(connection: apsw.Connection, hook: str, now_us: int) -> None:
    connection.execute("UPDATE hooks SET failing_since_us = NULL WHERE id = ? AND failing_since_us NOTNULL", (hook,))
    if connection.changes():
        connection.execute(
            "UPDATE outbox SET next_try_us = ? WHERE hook = ? AND next_try_us > ?", (now_us, hook, now_us)
        )


def hold_followers(connection: apsw.Connection, hook: str) -> None:
    """Let only the first pending delivery of each line of ``hook`` be due."""
    connection.execute(
        "UPDATE outbox SET next_try_us = NULL WHERE hook = ? AND next_try_us NOTNULL AND EXISTS"
        " (SELECT 1 FROM outbox AS first WHERE first.hook = outbox.hook AND first.object = outbox.object"
        " AND first.state = 'pending' AND first.number < outbox.number)",
        (hook,),
    )


def refuse(connection: apsw.Connection, delivery: Delivery, now_us: int) -> None:
    """Give a delivery up untried: its hook may no longer be told."""
    _log(connection, delivery.number, Attempt(now_us, 0, None, "no longer allowed to be told"))
    connection.execute("UPDATE outbox SET state = 'given_up', next_try_us = NULL WHERE number = ?", (delivery.number,))
    _advance(connection, delivery.hook, delivery.object, now_us)


class Backlog(NamedTuple):
    """What is still owed: letters, and the hooks that took nothing since their last failure."""

    pending: int
    failing_hooks: int


def backlog(connection: apsw.Connection) -> Backlog:
    """Count what is still owed."""
    [(pending, failing)] = connection.execute(
        "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending'),"
        " (SELECT count(*) FROM hooks WHERE failing_since_us NOTNULL)"
    )
    return Backlog(int(pending), int(failing))


def prune(connection: apsw.Connection, now_us: int, most: int = 1000) -> int:
    """Forget up to ``most`` deliveries that are done and older than the retention; return how many."""
    old = connection.execute(
        "SELECT number FROM outbox WHERE raised_us < ? AND state <> 'pending' LIMIT ?", (now_us - RETENTION_US, most)
    ).fetchall()
    connection.executemany("DELETE FROM attempts WHERE delivery = ?", old)
    connection.executemany("DELETE FROM outbox WHERE number = ?", old)
    return len(old)


def letter_id(hook: str, event: str, letter: Letter) -> str:
    """Return the webhook-id: the same whenever, and however often, the same news is told to the same hook.

    It is made of the body and not of the revision, which for incidents counts versions that the hook may not know of.
    """
    told = msgspec.json.encode((hook, event, letter.object_id, hashlib.sha256(letter.body).hexdigest()))
    return "msg_" + base64.b32encode(hashlib.sha256(told).digest()[:15]).decode("ascii").lower()


def _asked(
    connection: apsw.Connection, hook: Hook, outcome: Outcome, may: Callable[[Marking], bool]
) -> Iterator[tuple[str, Violation | IncidentVersion]]:
    """Yield the events of ``outcome`` that the hook asked for and may be told, as they look to it.

    What it might not be told before did not exist for it: the first thing that it may see is new. A violation that it
    was told of and may be told of no more is withdrawn, so that nothing stays open there for ever.
    """
    for change in outcome.changes:
        seen = as_seen(change, may)
        if seen is None:
            continue
        for event in wanted(hook.subscription, seen):
            yield event, seen.after
    for version in outcome.incidents:
        if not may(version.marking):
            continue
        event = INCIDENT_AMENDED if _knew(connection, version, may) else INCIDENT_CREATED
        if wants_incident(hook.subscription, event, version):
            yield event, version


def _knew(connection: apsw.Connection, version: IncidentVersion, may: Callable[[Marking], bool]) -> bool:
    if version.version == 1:
        return False
    versions = incident_versions(connection, version.contingent, version.incident)
    return any(may(earlier.marking) for earlier in versions if earlier.version < version.version)


def _owe(connection: apsw.Connection, hook: Hook, event: str, letter: Letter, marking: Marking, now_us: int) -> int:
    line = (hook.id, letter.object_id)
    waits = connection.execute(
        "SELECT 1 FROM outbox WHERE hook = ? AND object = ? AND state = 'pending' LIMIT 1", line
    ).fetchone()
    connection.execute(
        "INSERT OR IGNORE INTO outbox"
        " (id, hook, object, revision, event, marking, body, raised_us, since_us, state, next_try_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
        (
            letter_id(hook.id, event, letter), *line, letter.revision, event, msgspec.json.encode(marking),
            letter.body, now_us, now_us, None if waits else now_us,
        ),
    )  # fmt: skip
    return connection.changes()


def _advance(connection: apsw.Connection, hook: str, object_id: str, now_us: int) -> None:
    connection.execute(
        "UPDATE outbox SET next_try_us = ? WHERE next_try_us IS NULL AND number ="
        " (SELECT min(number) FROM outbox WHERE hook = ? AND object = ? AND state = 'pending')",
        (now_us, hook, object_id),
    )


def _log(connection: apsw.Connection, number: int, attempt: Attempt) -> None:
    [(last,)] = connection.execute("SELECT coalesce(max(attempt), 0) FROM attempts WHERE delivery = ?", (number,))
    error = attempt.error
    if error is not None:
        error = error.encode("utf-8", "replace")[:ERROR_BYTES].decode("utf-8", "ignore")
    connection.execute(
        "INSERT INTO attempts (delivery, attempt, at_us, duration_us, code, error) VALUES (?, ?, ?, ?, ?, ?)",
        (number, last + 1, attempt.at_us, attempt.duration_us, attempt.code, error),
    )
    connection.execute("DELETE FROM attempts WHERE delivery = ? AND attempt <= ?", (number, last + 1 - ATTEMPTS_KEPT))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    return Delivery(*row)._replace(marking=msgspec.json.decode(row[6], type=Marking))
