"""What becomes of a body: opened, drafted, judged, kept, and the rejects in quarantine. Knows no HTTP.

The order is that of ``Intake.take``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeAlias

from app.access.principals import Principal
from app.feeds.bodies import Opened, judged, whole
from app.feeds.drafts import Drafter
from app.feeds.faults import Fault, Reject
from app.feeds.incident_ledger import IncidentLedger
from app.feeds.incidents import draft_incidents
from app.feeds.items import DroneItem, IncidentItem, Item, PositionItem
from app.feeds.ledger import Judgement, Ledger, SentId
from app.feeds.order import Order
from app.feeds.terms import Terms
from app.model.entry import Incidents
from app.model.feature import Mission
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.problems import Problem
from app.model.report import Batch, ReportBlock
from app.picture.feeds_health import FeedsHealth
from app.store.database import Database
from app.store.errors import StoreError, StoreUnavailable
from app.store.journal import Journal
from app.store.known import KnownReports
from app.store.quarantine import Rejected, keep_rejected

Feed: TypeAlias = Literal["positions", "drones", "incidents"]
ITEMS: dict[Feed, Item] = {"positions": PositionItem, "drones": DroneItem, "incidents": IncidentItem}
_MANY = 2_000
CONFLICT = Fault("conflict", None, "the first report under this key says otherwise")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request brought: how many items were accepted and known, and the rejects by place; was it NDJSON."""

    accepted: int
    duplicates: int
    rejects: Sequence[Reject]
    lines: bool


class Intake:
    """One a server."""

    def __init__(
        self,
        *,
        registry: Registry,
        database: Database,
        journal: Journal,
        known: KnownReports,
        order: Order,
        mission: Callable[[], Mission],
        feeds: FeedsHealth,
        now_us: Callable[[], int],
    ) -> None:
        """``order`` must know all that is on disk."""
        self._registry = registry
        self._database = database
        self._journal = journal
        self._mission = mission
        self._feeds = feeds
        self._now_us = now_us
        self._ledger = Ledger(registry, known, order)
        self._incident_ledger = IncidentLedger(known)
        self._terms_of = mission()
        self._drafter = Drafter(registry, Terms.of(self._terms_of))

    async def take(self, feed: Feed, principal: Principal, body: bytes, *, lines: bool, dry: bool) -> Taken:
        """Take in a body; when this returns, what it counts as accepted is on disk, and so are the rejects.

        ``lines`` says that the body is NDJSON; a ``dry`` run keeps nothing.

        Raises:
            Problem: not JSON, too many items, or the key reports for no contingent.
            StoreFull, StoreUnavailable: sending it again is safe.
        """
        contingent = principal.contingent
        if contingent is None:
            raise Problem("forbidden", "This key reports for no contingent.")
        opened = await _opened(body, ITEMS[feed], lines)
        received_us = self._now_us()
        one = _Request(feed, principal.id, contingent, received_us, dry)
        if feed == "incidents":
            judgement, places, rejects = await self._incidents(one, opened)
        else:
            judgement, places, rejects = await self._reports(one, opened)
        rejects += [Reject(places[row], CONFLICT, opened.raw_of(places[row])) for row in judgement.conflicts]
        rejects.sort(key=lambda reject: reject.index)
        if not dry:
            await self._quarantine(one, rejects)
            if rejects or judgement.duplicates:
                self._feeds.refused(
                    contingent, feed, received_us, duplicates=judgement.duplicates, rejected=len(rejects)
                )
        return Taken(judgement.accepted, judgement.duplicates, rejects, lines)

    def _present_terms(self) -> Terms:
        mission = self._mission()
        if mission is not self._terms_of:
            self._terms_of = mission
            self._drafter = Drafter(self._registry, Terms.of(mission))
        return self._drafter.terms

    async def _reports(self, one: "_Request", opened: Opened) -> tuple[Judgement, Sequence[int], list[Reject]]:
        self._present_terms()
        drones = one.feed == "drones"
        large = len(opened.items) > _MANY
        if large:
            await asyncio.sleep(0)  # a large batch is done in parts, so as not to hold up the loop
        draft = self._drafter.draft(opened, one.contingent, one.received_us, drones=drones, dry=one.dry)
        opened.let_go()
        if large:
            await asyncio.sleep(0)
        if one.dry:
            return await self._ledger.judge(draft), draft.places, draft.rejects
        digest = sha256(opened.body).digest()

        async def keep(block: ReportBlock, sent: Sequence[tuple[SentId, int]]) -> None:
            batch = Batch(len(block), one.key_id, one.contingent, one.feed, one.received_us, digest)
            await self._settled(self._journal.append_reports(block.of_request(batch), sent))

        return await self._ledger.accept(draft, keep), draft.places, draft.rejects

    async def _incidents(self, one: "_Request", opened: Opened) -> tuple[Judgement, Sequence[int], list[Reject]]:
        draft = draft_incidents(opened, self._present_terms(), one.contingent, one.key_id, one.received_us)

        async def keep(versions: tuple[IncidentVersion, ...]) -> None:
            for version in versions:
                self._registry.markings.number(version.marking)
            await self._settled(self._journal.append(Incidents(versions)))

        judgement = await self._incident_ledger.accept(one.contingent, draft.versions, None if one.dry else keep)
        return judgement, draft.places, draft.rejects

    async def _settled(self, append: Awaitable[object]) -> None:
        """Await an append. Where its outcome is unknown, wait until it is: its keys stay claimed so long."""
        try:
            await append
        except StoreUnavailable:
            try:
                await self._journal.barrier()
            except StoreError:
                pass  # the barrier came after the append, so that is over, whatever became of either
            raise

    async def _quarantine(self, one: "_Request", rejects: Sequence[Reject]) -> None:
        if not rejects:
            return
        rows = [
            Rejected(one.contingent, one.key_id, one.feed, one.received_us, fault.code, fault.detail, raw)
            for fault, raw in ((reject.fault, reject.raw) for reject in rejects)
        ]
        await self._database.write(lambda connection: keep_rejected(connection, rows))


@dataclass(frozen=True, slots=True)
class _Request:
    feed: Feed
    key_id: str
    contingent: str
    received_us: int
    dry: bool


async def _opened(body: bytes, item: Item, lines: bool) -> Opened:
    opened = whole(body, item, lines)
    if opened is not None:
        return opened
    for step in judged(body, item, lines):
        opened = step
        await asyncio.sleep(0)
    assert opened is not None
    return opened
