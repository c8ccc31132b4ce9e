"""Which versions of incidents have been accepted, for many requests at once. Knows no HTTP and no tables.

Works as the ledger of reports does: an incident is claimed before anything is awaited, and who meets another's claim
keeps his own first, then waits and looks again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from app.feeds.ledger import Judgement
from app.model.incident import IncidentVersion

IncidentKey: TypeAlias = tuple[str, str]
"""Contingent and incident."""
_REMEMBERED = 10_000


class Told(NamedTuple):
    """What has been told of one incident: its newest version's number, and every version's content by hash."""

    version: int
    hashes: frozenset[bytes]


class KnownIncidents(Protocol):
    """What the engine has taken from the journal and committed."""

    async def told(self, keys: Sequence[IncidentKey]) -> dict[IncidentKey, Told]:
        """Return what is known of those incidents that are known."""

    def cursor(self) -> int:
        """Return the seq up to which ``told`` sees everything."""


KeepIncidents: TypeAlias = Callable[[tuple[IncidentVersion, ...]], Awaitable[int]]
"""Puts versions on disk and returns their seq; when it raises, nothing was kept."""


class IncidentLedger:
    """One a server. All calls from one event loop."""

    def __init__(self, known: KnownIncidents) -> None:
        self._known = known
        self._claims: dict[IncidentKey, asyncio.Event] = {}
        self._recent: dict[IncidentKey, tuple[Told, int]] = {}

    def note(self, versions: Sequence[IncidentVersion], seq: int) -> None:
        """Take note of versions in journal entry ``seq`` that the engine may not have committed yet."""
        for version in versions:
            key = (version.contingent, version.incident)
            before = self._recent.get(key)
            hashes = before[0].hashes if before else frozenset[bytes]()
            self._recent[key] = Told(version.version, hashes | {version.sha256}), seq
        if len(self._recent) > _REMEMBERED:
            cursor = self._known.cursor()
            self._recent = {key: one for key, one in self._recent.items() if one[1] > cursor}

    async def accept(self, versions: Sequence[IncidentVersion], keep: KeepIncidents | None) -> Judgement:
        """Number and keep the new ones of ``versions``, in order; None keeps nothing (a dry run).

        Raises what ``keep`` raises; sending them again is safe.
        """
        judgement = Judgement()
        rows = list(range(len(versions)))
        while rows:
            held = {row: event for row in rows if (event := self._claims.get(_key_of(versions[row])))}
            mine = [versions[row] for row in rows if row not in held]
            if mine:
                await self._run(mine, judgement, keep)
            for event in set(held.values()):
                await event.wait()  # it ends with the other's ``keep``, which has a deadline
            rows = list(held)
        return judgement

    async def _run(self, versions: list[IncidentVersion], judgement: Judgement, keep: KeepIncidents | None) -> None:
        keys = list(dict.fromkeys(map(_key_of, versions)))
        ended = asyncio.Event()
        self._claims.update(dict.fromkeys(keys, ended))
        try:
            told = await self._told(keys)
            fresh: list[IncidentVersion] = []
            for version in versions:
                key = _key_of(version)
                before = told.get(key, Told(0, frozenset()))
                if version.sha256 in before.hashes:
                    judgement.duplicates += 1
                    continue
                told[key] = Told(before.version + 1, before.hashes | {version.sha256})
                fresh.append(msgspec.structs.replace(version, version=before.version + 1))
            if fresh and keep is not None:
                seq = await keep(tuple(fresh))
                self.note(fresh, seq)
            judgement.accepted += len(fresh)
        finally:
            for key in keys:
                del self._claims[key]
            ended.set()

    async def _told(self, keys: list[IncidentKey]) -> dict[IncidentKey, Told]:
        told = await self._known.told(keys)
        for key in keys:
            recent = self._recent.get(key)
            if recent is not None:
                version, hashes = told.get(key, Told(0, frozenset()))
                told[key] = Told(max(version, recent[0].version), hashes | recent[0].hashes)
        return told


def _key_of(version: IncidentVersion) -> IncidentKey:
    return version.contingent, version.incident
