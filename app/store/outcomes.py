"""What the engine found, as it was told: violations with every revision, incidents with every version, its cursor.

Decides nothing about a reader: queries take the numbers of the markings he may see.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import apsw
import msgspec

from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.instant import SECOND_US
from app.model.outcome import Outcome
from app.model.report import E7
from app.model.violation import Violation, is_open
from app.store.codec import decode, encode
from app.store.notes import keep_mute, keep_note, lift_mute
from app.store.registry import save_registry

_CURSOR = "engine"
_violation_decoder = msgspec.msgpack.Decoder(Violation)
_incident_decoder = msgspec.msgpack.Decoder(IncidentVersion)
_json = msgspec.json.Encoder()
CLOCKS_APART_US = 600 * SECOND_US
"""What is observed may be, by our clock, five minutes ahead at most: so a violation changes after its end, nearly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is asked for; None asks for all. ``markings``: numbers of the markings the reader may see.

    ``bbox`` is west, south, east, north in degrees; west > east spans the antimeridian. Both ends of the time span
    are within. Incidents know neither ``status`` nor ``feature``: asked by either, there are none.
    """

    markings: Sequence[int]
    bbox: tuple[float, float, float, float] | None = None
    from_us: int | None = None
    to_us: int | None = None
    party: str | None = None
    status: str | None = None
    feature: str | None = None
    assessment: str | None = None
    """Of violations: the state of the officers' judgement."""
    told_before_us: int | None = None
    """Of violations: only those that are open and were first told before this."""


def commit_outcomes(connection: apsw.Connection, registry: Registry, outcomes: Sequence[Outcome], cursor: int) -> None:
    """Write what steps up to entry ``cursor`` changed. Markings that are new get their numbers from the registry."""
    for outcome in outcomes:
        for change in outcome.changes:
            _keep_violation(connection, change.after, registry.markings.number(change.after.marking))
        for version in outcome.incidents:
            _keep_incident(connection, version, registry.markings.number(version.marking))
        for note in outcome.notes:
            keep_note(connection, note, registry.markings.number(note.marking))
        for mute in outcome.mutes:
            keep_mute(connection, mute, registry.markings.number(mute.marking))
        for lifted in outcome.lifted:
            lift_mute(connection, lifted)
        if outcome.mission_changed:
            connection.execute("INSERT OR REPLACE INTO missions VALUES (?, ?)", (outcome.seq, outcome.received_us))
    if any(outcome.changes or outcome.incidents or outcome.notes or outcome.mutes for outcome in outcomes):
        save_registry(connection, registry)
    connection.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (_CURSOR, cursor))


def engine_cursor(connection: apsw.Connection) -> int:
    """Return the seq of the last entry whose outcome is committed; 0 before the first."""
    row = next(connection.execute("SELECT seq FROM cursors WHERE name = ?", (_CURSOR,)), None)
    return 0 if row is None else int(row[0])


def violation_by_id(connection: apsw.Connection, violation: str) -> Violation | None:
    """Return a violation in its present revision."""
    row = next(connection.execute("SELECT body FROM violations WHERE id = ?", (violation,)), None)
    return None if row is None else decode(row[0], _violation_decoder)


def violation_before(connection: apsw.Connection, violation: str, instant_us: int) -> Violation | None:
    """Return the newest revision of a violation that was told before an instant."""
    told = (one for one in reversed(violation_revisions(connection, violation)) if one.changed_us < instant_us)
    return next(told, None)


def violation_revisions(connection: apsw.Connection, violation: str) -> list[Violation]:
    """Return every revision of a violation, the oldest first."""
    rows = connection.execute("SELECT body FROM violation_revisions WHERE id = ? ORDER BY revision", (violation,))
    return [decode(body, _violation_decoder) for (body,) in rows]


def violations(
    connection: apsw.Connection, wanted: Wanted, limit: int, before: tuple[int, str] | None = None
) -> list[Violation]:
    """Return violations, the last observed first; ``before`` is (``observed_us``, ``id``) of the page before's last."""
    terms, values = _terms(wanted, _equal(wanted))
    if before is not None:
        terms.append("(observed_us, id) < (?, ?)")
        values.extend(before)
    if wanted.told_before_us is not None:
        terms.append("open")
    narrowed_here = wanted.assessment is not None or wanted.told_before_us is not None
    rows = connection.execute(
        f"SELECT body FROM violations WHERE {' AND '.join(terms)} ORDER BY observed_us DESC, id DESC LIMIT ?",
        (*values, -1 if narrowed_here else limit),
    )
    found = (decode(body, _violation_decoder) for (body,) in rows)
    return list(islice((one for one in found if _fits(one, wanted)), limit))


def violations_during(connection: apsw.Connection, wanted: Wanted) -> Iterator[Violation]:
    """Return violations that are wanted, also those that began before ``from_us`` and may have gone on after it."""
    terms, values = _terms(replace(wanted, from_us=None), _equal(wanted))
    if wanted.from_us is not None:
        terms.append("(observed_us >= ? OR open OR changed_us >= ?)")
        values.extend((wanted.from_us, wanted.from_us - CLOCKS_APART_US))
    rows = connection.execute(f"SELECT body FROM violations WHERE {' AND '.join(terms)}", values)
    return (decode(body, _violation_decoder) for (body,) in rows)


def present_violations(connection: apsw.Connection, changed_since_us: int) -> list[Violation]:
    """Return every violation that is open, and every one changed since; by first told."""
    rows = connection.execute(
        "SELECT body FROM violations WHERE open UNION SELECT body FROM violations WHERE changed_us >= ?",
        (changed_since_us,),
    )
    return sorted((decode(body, _violation_decoder) for (body,) in rows), key=lambda one: (one.told_us, one.id))


def incidents(
    connection: apsw.Connection, wanted: Wanted, limit: int, before: tuple[int, str, str] | None = None
) -> list[IncidentVersion]:
    """Return of each incident the newest version that the reader may see, if it is wanted; the last observed first.

    ``before``: (``observed_us``, contingent, incident) of the page before's last.
    """
    if wanted.status is not None or wanted.feature is not None:
        return []
    terms, values = _terms(wanted, {"party": wanted.party})
    if before is not None:
        terms.append("(observed_us, contingent, incident) < (?, ?, ?)")
        values.extend(before)
    # A newer version that the reader may not see must not hide the one that he may.
    rows = connection.execute(
        f"SELECT body FROM incidents AS told WHERE {' AND '.join(terms)} AND (newest OR NOT EXISTS ("
        " SELECT 1 FROM incidents AS later WHERE later.contingent = told.contingent"
        " AND later.incident = told.incident AND later.version > told.version"
        " AND later.marking IN (SELECT value FROM json_each(?))))"
        " ORDER BY observed_us DESC, contingent DESC, incident DESC LIMIT ?",
        (*values, _numbers(wanted), limit),
    )
    return [decode(body, _incident_decoder) for (body,) in rows]


def incident_key(connection: apsw.Connection, is_it: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """Return the first (contingent, incident) that ``is_it``: an incident's sealed id can be compared, not opened."""
    keys = connection.execute("SELECT contingent, incident FROM incidents WHERE newest")
    return next(((contingent, incident) for contingent, incident in keys if is_it(contingent, incident)), None)


def incident_versions(connection: apsw.Connection, contingent: str, incident: str) -> list[IncidentVersion]:
    """Return every version of an incident, the oldest first."""
    rows = connection.execute(
        "SELECT body FROM incidents WHERE contingent = ? AND incident = ? ORDER BY version", (contingent, incident)
    )
    return [decode(body, _incident_decoder) for (body,) in rows]


def mission_seqs(connection: apsw.Connection) -> list[int]:
    """Return the journal seqs of the mission's versions, the oldest first."""
    return [seq for (seq,) in connection.execute("SELECT seq FROM missions ORDER BY seq")]


def _keep_violation(connection: apsw.Connection, told: Violation, marking: int) -> None:
    body = encode(told)
    connection.execute(
        "INSERT OR REPLACE INTO violations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            told.id, told.revision, told.feature, told.party, told.status, told.lon, told.lat, told.observed_us,
            told.changed_us, int(is_open(told)), marking, body,
        ),
    )  # fmt: skip
    connection.execute("INSERT OR REPLACE INTO violation_revisions VALUES (?, ?, ?)", (told.id, told.revision, body))


def _keep_incident(connection: apsw.Connection, told: IncidentVersion, marking: int) -> None:
    connection.execute(
        "UPDATE incidents SET newest = 0 WHERE contingent = ? AND incident = ? AND version < ?",
        (told.contingent, told.incident, told.version),
    )
    connection.execute(
        "INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
        (
            told.contingent, told.incident, told.version, told.party, told.lon_e7 / E7, told.lat_e7 / E7,
            told.observed_us, told.received_us, marking, encode(told),
        ),
    )  # fmt: skip


def _fits(violation: Violation, wanted: Wanted) -> bool:
    """Whether a violation is wanted by what has no column of its own."""
    if wanted.assessment is not None and violation.assessment.state != wanted.assessment:
        return False
    return wanted.told_before_us is None or violation.told_us < wanted.told_before_us


def _equal(wanted: Wanted) -> dict[str, str | None]:
    return {"party": wanted.party, "status": wanted.status, "feature": wanted.feature}


def _terms(wanted: Wanted, equal: dict[str, str | None]) -> tuple[list[str], list[str | float]]:
    """Return the terms of a WHERE clause (no input in them) and the values to bind."""
    terms = ["marking IN (SELECT value FROM json_each(?))"]
    values: list[str | float] = [_json.encode([int(number) for number in wanted.markings]).decode()]
    for column, value in equal.items():
        if value is not None:
            terms.append(f"{column} = ?")
            values.append(value)
    if wanted.from_us is not None:
        terms.append("observed_us >= ?")
        values.append(wanted.from_us)
    if wanted.to_us is not None:
        terms.append("observed_us <= ?")
        values.append(wanted.to_us)
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        terms.append(f"lat BETWEEN ? AND ? AND (lon >= ? {'AND' if west <= east else 'OR'} lon <= ?)")
        values.extend((south, north, west, east))
    return terms, values


def _numbers(wanted: Wanted) -> str:
    return _json.encode([int(number) for number in wanted.markings]).decode()
