"""Second keys of what was accepted: senders' own ids of reports, for 30 days, and contents of incident versions."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import apsw

from app.model.incident import IncidentVersion

SENT_IDS_KEPT_US = 30 * 86_400 * 1_000_000
_DELETED_AT_ONCE = 5_000

SentId: TypeAlias = tuple[int, str]
"""A unit's slot and the sender's own id of a report. Only a hash of it is kept."""


class KnownIncident(NamedTuple):
    """How many versions of an incident were accepted, and the hashes of their contents."""

    versions: int
    hashes: frozenset[bytes]


def observed_of(connection: apsw.Connection, sent: Iterable[SentId]) -> dict[SentId, int]:
    """Return for each of the ids that is known when its first report was observed."""
    by_key = {_key(one): one for one in sent}
    rows = connection.executemany("SELECT key, observed_us FROM report_ids WHERE key = ?", ((key,) for key in by_key))
    return {by_key[key]: observed_us for key, observed_us in rows}


def known_incidents(connection: apsw.Connection, contingent: str, incidents: Iterable[str]) -> dict[str, KnownIncident]:
    """Return what is known of those of a contingent's incidents that were told before."""
    select = "SELECT incident, version, sha256 FROM incident_versions WHERE contingent = ? AND incident = ?"
    found: dict[str, KnownIncident] = {}
    for incident, version, sha256 in connection.executemany(select, ((contingent, one) for one in incidents)):
        versions, hashes = found.get(incident, (0, frozenset[bytes]()))
        found[incident] = KnownIncident(max(versions, version), hashes | {sha256})
    return found


def keep_sent_ids(connection: apsw.Connection, sent: Iterable[tuple[SentId, int]], seen_us: int) -> None:
    """Remember ids, each with the ``observed_us`` of its report; one that is known keeps its first."""
    rows = ((_key(one), observed_us, seen_us) for one, observed_us in sent)
    connection.executemany("INSERT OR IGNORE INTO report_ids VALUES (?, ?, ?)", rows)


def keep_incident_versions(connection: apsw.Connection, versions: Iterable[IncidentVersion]) -> None:
    """Remember the contents of incident versions."""
    rows = ((one.contingent, one.incident, one.version, one.sha256) for one in versions)
    connection.executemany("INSERT INTO incident_versions VALUES (?, ?, ?, ?)", rows)


def forget_sent_ids(connection: apsw.Connection, now_us: int) -> int:
    """Delete some of the ids that were first seen more than 30 days ago; return how many. Short: call until 0."""
    connection.execute(
        "DELETE FROM report_ids WHERE key IN (SELECT key FROM report_ids WHERE seen_us < ? LIMIT ?)",
        (now_us - SENT_IDS_KEPT_US, _DELETED_AT_ONCE),
    )
    return connection.changes()


def _key(sent: SentId) -> bytes:
    slot, report_id = sent
    return blake2b(report_id.encode(), digest_size=16, salt=slot.to_bytes(8, "little")).digest()
