"""Which versions of incidents have been accepted, for many requests at once. Knows no HTTP and no tables.

Works as the ledger of reports does: an incident is claimed before anything is awaited, and who meets another's claim
keeps his own first, then waits and looks again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec

from app.feeds.ledger import Judgement
from app.model.incident import IncidentVersion


class Told(Protocol):
    """What has been told of one incident: its newest version's number, and the hash of every version's content."""

    @property
    def versions(self) -> int: ...

    @property
    def hashes(self) -> frozenset[bytes]: ...


class KnownIncidents(Protocol):
    """What is on disk. Sees all that was kept before the call."""

    async def incidents(self, contingent: str, incidents: Sequence[str]) -> Mapping[str, Told]:
        """Return what is known of those of a contingent's incidents that were told before."""


KeepIncidents: TypeAlias = Callable[[tuple[IncidentVersion, ...]], Awaitable[object]]
"""Puts versions on disk; when it raises, nothing was kept."""


class IncidentLedger:
    """One a server. All calls from one event loop."""

    def __init__(self, known: KnownIncidents) -> None:
        self._known = known
        self._claims: dict[tuple[str, str], asyncio.Event] = {}

    async def accept(
        self, contingent: str, versions: Sequence[IncidentVersion], keep: KeepIncidents | None
    ) -> Judgement:
        """Number and keep the new ones of a contingent's ``versions``, in order; None keeps nothing (a dry run).

        Raises what ``keep`` raises; sending them again is safe.
        """
        judgement = Judgement()
        rows = list(range(len(versions)))
        while rows:
            held = {row: event for row in rows if (event := self._claims.get((contingent, versions[row].incident)))}
            mine = [versions[row] for row in rows if row not in held]
            if mine:
                await self._run(contingent, mine, judgement, keep)
            for event in set(held.values()):
                await event.wait()  # it ends with the other's ``keep``, which has a deadline
            rows = list(held)
        return judgement

    async def _run(
        self, contingent: str, versions: list[IncidentVersion], judgement: Judgement, keep: KeepIncidents | None
    ) -> None:
        incidents = list(dict.fromkeys(version.incident for version in versions))
        ended = asyncio.Event()
        self._claims.update({(contingent, incident): ended for incident in incidents})
        try:
            known = await self._known.incidents(contingent, incidents)
            told = {incident: (one.versions, set(one.hashes)) for incident, one in known.items()}
            fresh: list[IncidentVersion] = []
            for version in versions:
                number, hashes = told.get(version.incident, (0, set[bytes]()))
                if version.sha256 in hashes:
                    judgement.duplicates += 1
                    continue
                told[version.incident] = number + 1, hashes | {version.sha256}
                fresh.append(msgspec.structs.replace(version, version=number + 1))
            if fresh and keep is not None:
                await keep(tuple(fresh))
            judgement.accepted += len(fresh)
        finally:
            for incident in incidents:
                del self._claims[contingent, incident]
            ended.set()
