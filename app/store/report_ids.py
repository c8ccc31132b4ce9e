"""The senders' own report ids: a second key for duplicates, remembered for 30 days. Keeps hashes, not texts."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import apsw

REMEMBERED_US = 30 * 86_400 * 1_000_000
_DELETE_AT_ONCE = 5_000


class ReportId(NamedTuple):
    """A sender's id within its scope, and the key (slot, ``observed_us``) of the report that had it first."""

    key: bytes
    slot: int
    observed_us: int


def report_id_key(contingent: str, unit: str | None, report_id: str) -> bytes:
    """Return the 16-byte key of a sender's id within contingent and unit, or within the contingent."""
    scope = f"{len(contingent)}:{contingent}" + ("" if unit is None else f"{len(unit)}:{unit}")
    return blake2b(report_id.encode(), digest_size=16, key=blake2b(scope.encode(), digest_size=32).digest()).digest()


def known_report_ids(connection: apsw.Connection, keys: Iterable[bytes]) -> dict[bytes, ReportId]:
    """Return those of ``keys`` that are known, each with its first report."""
    rows = connection.executemany(
        "SELECT key, slot, observed_us FROM report_ids WHERE key = ?", ((key,) for key in keys)
    )
    return {row[0]: ReportId(*row) for row in rows}


def insert_report_ids(connection: apsw.Connection, report_ids: Sequence[ReportId], seen_us: int) -> None:
    """Remember ids; one that is known keeps its first report."""
    connection.executemany(
        "INSERT OR IGNORE INTO report_ids VALUES (?, ?, ?, ?)", ((*report_id, seen_us) for report_id in report_ids)
    )


def forget_report_ids(connection: apsw.Connection, before_us: int) -> int:
    """Delete some of the ids first seen before ``before_us``; return how many. Call until 0: each call is short."""
    connection.execute(
        "DELETE FROM report_ids WHERE key IN (SELECT key FROM report_ids WHERE seen_us < ? LIMIT ?)",
        (before_us, _DELETE_AT_ONCE),
    )
    return connection.changes()
