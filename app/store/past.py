"""What had been told by an instant, and what is now known of it: violations, incidents, missions. Decides no rights.

What is returned bears its marking; whoever shows it asks first whether it may be seen.
"""

from collections.abc import Sequence

import apsw
import msgspec

from app.model.entry import MissionSet
from app.model.incident import IncidentVersion
from app.model.violation import Violation, is_open
from app.store.codec import decode
from app.store.journal import read_entries

MOST = 10_000
"""Of each kind of thing."""
DAY_US = 86_400_000_000
_CLOCKS_US = 600_000_000
"""Clocks may differ by so much between what was observed and when it was told."""
_violation_decoder = msgspec.msgpack.Decoder(Violation)
_incident_decoder = msgspec.msgpack.Decoder(IncidentVersion)
_json = msgspec.json.Encoder()


def violations_known(connection: apsw.Connection, at_us: int) -> list[Violation]:
    """Return the violations in the revision told by ``at_us``: those open then or changed in the day before."""
    rows = connection.execute(
        "SELECT body FROM violations WHERE open AND changed_us <= ?"
        " UNION SELECT body FROM violations WHERE changed_us BETWEEN ? AND ? LIMIT ?",
        (at_us, at_us - DAY_US, at_us, MOST),
    )
    found = [decode(body, _violation_decoder) for (body,) in rows]
    later = connection.execute(
        "SELECT body FROM violation_revisions WHERE id IN"
        " (SELECT id FROM violations WHERE changed_us > ? AND observed_us <= ?) ORDER BY id, revision",
        (at_us, at_us + DAY_US),
    )
    told = {one.id: one for (body,) in later if (one := decode(body, _violation_decoder)).changed_us <= at_us}
    found += [one for one in told.values() if is_open(one) or one.changed_us >= at_us - DAY_US]
    return sorted(found, key=lambda one: (one.told_us, one.id))


def violations_corrected(connection: apsw.Connection, at_us: int) -> list[Violation]:
    """Return the violations as they read now that happened by ``at_us`` and went on into the day before it.

    Those that were found to be none are left out.
    """
    rows = connection.execute(
        "SELECT body FROM violations WHERE status <> 'withdrawn' AND observed_us <= ?"
        " AND (observed_us >= ? OR open OR changed_us >= ?) ORDER BY observed_us DESC LIMIT ?",
        (at_us, at_us - DAY_US, at_us - DAY_US - _CLOCKS_US, MOST),
    )
    found = (decode(body, _violation_decoder) for (body,) in rows)
    since_us = at_us - DAY_US
    going_on = [one for one in found if max(one.observed_us, one.ended_us or at_us) >= since_us]
    return sorted(going_on, key=lambda one: (one.told_us, one.id))


def revisions_between(connection: apsw.Connection, after_us: int, to_us: int) -> list[Violation]:
    """Return the revisions told after ``after_us`` and not after ``to_us``, in that order."""
    rows = connection.execute(
        "SELECT body FROM violation_revisions WHERE id IN"
        " (SELECT id FROM violations WHERE changed_us > ? AND observed_us <= ?) ORDER BY id, revision",
        (after_us, to_us + DAY_US),
    )
    found = (decode(body, _violation_decoder) for (body,) in rows)
    return sorted((one for one in found if after_us < one.changed_us <= to_us), key=lambda one: one.changed_us)


def violations_observed(
    connection: apsw.Connection, markings: Sequence[int], from_us: int, to_us: int, limit: int = MOST
) -> list[Violation]:
    """Return the violations as they read now that happened in the span, both ends within, the last first."""
    rows = connection.execute(
        "SELECT body FROM violations WHERE observed_us BETWEEN ? AND ?"
        " AND marking IN (SELECT value FROM json_each(?)) ORDER BY observed_us DESC LIMIT ?",
        (from_us, to_us, _numbers(markings), limit),
    )
    return [decode(body, _violation_decoder) for (body,) in rows]


def incidents_told(
    connection: apsw.Connection, markings: Sequence[int], since_us: int, at_us: int
) -> list[IncidentVersion]:
    """Return of each incident observed since ``since_us`` the newest version told by ``at_us``, as a reader knew it."""
    rows = connection.execute(
        "SELECT body, max(version) FROM incidents WHERE observed_us >= ? AND observed_us <= ? AND received_us <= ?"
        " AND marking IN (SELECT value FROM json_each(?)) GROUP BY contingent, incident LIMIT ?",
        (since_us, at_us + _CLOCKS_US, at_us, _numbers(markings), MOST),
    )
    told = (decode(body, _incident_decoder) for body, _ in rows)
    return sorted(told, key=lambda one: (one.observed_us, one.contingent, one.incident), reverse=True)


def incidents_observed(
    connection: apsw.Connection, markings: Sequence[int], from_us: int, to_us: int, limit: int = MOST
) -> list[IncidentVersion]:
    """Return of each incident that happened in the span the newest version that a reader may see, the last first."""
    numbers = _numbers(markings)
    rows = connection.execute(
        "SELECT body FROM incidents AS told WHERE observed_us BETWEEN ? AND ?"
        " AND marking IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM incidents AS later"
        " WHERE later.contingent = told.contingent AND later.incident = told.incident"
        " AND later.version > told.version AND later.marking IN (SELECT value FROM json_each(?)))"
        " ORDER BY observed_us DESC LIMIT ?",
        (from_us, to_us, numbers, numbers, limit),
    )
    return [decode(body, _incident_decoder) for (body,) in rows]


def incidents_between(
    connection: apsw.Connection, markings: Sequence[int], after_us: int, to_us: int
) -> list[IncidentVersion]:
    """Return the versions told after ``after_us`` and not after ``to_us``, in that order; not of what was old then."""
    rows = connection.execute(
        "SELECT body FROM incidents WHERE observed_us BETWEEN ? AND ? AND received_us > ? AND received_us <= ?"
        " AND marking IN (SELECT value FROM json_each(?)) ORDER BY received_us, contingent, incident, version LIMIT ?",
        (after_us - DAY_US, to_us + _CLOCKS_US, after_us, to_us, _numbers(markings), MOST),
    )
    return [decode(body, _incident_decoder) for (body,) in rows]


def mission_seq_at(connection: apsw.Connection, at_us: int) -> int:
    """Return the journal seq of the mission in force at an instant; 0 before the first."""
    row = next(
        connection.execute("SELECT seq FROM missions WHERE received_us <= ? ORDER BY seq DESC LIMIT 1", (at_us,)), None
    )
    return 0 if row is None else int(row[0])


def missions_between(connection: apsw.Connection, after_us: int, to_us: int) -> list[tuple[int, int]]:
    """Return (seq, received) of the missions set after ``after_us`` and not after ``to_us``, in order."""
    rows = connection.execute(
        "SELECT seq, received_us FROM missions WHERE received_us > ? AND received_us <= ? ORDER BY seq LIMIT ?",
        (after_us, to_us, MOST),
    )
    return [(seq, received_us) for seq, received_us in rows]


def mission_document(connection: apsw.Connection, seq: int) -> bytes:
    """Return the mission file that entry ``seq`` set."""
    [entry] = read_entries(connection, seq - 1, seq, limit=1)
    assert isinstance(entry.body, MissionSet), "missions lists the seqs of such entries"
    return entry.body.document


def _numbers(markings: Sequence[int]) -> str:
    return _json.encode([int(number) for number in markings]).decode()
