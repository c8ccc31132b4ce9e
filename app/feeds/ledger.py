"""What has been accepted: duplicates, conflicts and order, for many requests at once. Knows no HTTP and no tables.

A row whose key is above all keys of its unit is new. Every key is *claimed* before anything is awaited; one that may be
known is then looked up. Who meets another's claim keeps his own rows first, then waits for that claim to end, and looks
again. So no key is accepted twice, and nobody waits while others wait for him.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from app.feeds.content import is_same
from app.feeds.drafts import Draft
from app.feeds.order import Order, are_distinct
from app.model.identity import Registry
from app.model.report import COLUMNS, I32, I64, ReportBlock

Key: TypeAlias = tuple[int, int]
"""Slot and ``observed_us``."""
SentId: TypeAlias = tuple[int, str]
"""Slot and the sender's own id of a report."""
Rows: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]


class Known(Protocol):
    """What is on disk. Sees all that was kept before the call."""

    async def at(self, slots: Sequence[int], observed_us: Sequence[int]) -> tuple[I64, ReportBlock]:
        """Return for each key the row of the block that has its first report, or -1."""

    async def observed_of(self, sent: Sequence[SentId]) -> dict[SentId, int]:
        """Return when the first report under each known id was observed."""


Keep: TypeAlias = Callable[[ReportBlock, Sequence[tuple[SentId, int]]], Awaitable[object]]
"""Puts a block and its senders' ids (each with ``observed_us``) on disk. Takes its place in the order at once when
called; when it raises, nothing was kept."""


@dataclass(slots=True)
class Judgement:
    """What became of the rows of a draft: how many are kept, how many were known, and which are conflicts."""

    accepted: int = 0
    duplicates: int = 0
    conflicts: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Claim:
    """Keys that one request is about to decide on, until ``ended``. ``block`` is what it is putting on disk."""

    slot: I32
    observed_us: I64
    sent: list[SentId]
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    block: ReportBlock | None = None

    def keys(self) -> Iterator[Key]:
        return zip(self.slot.tolist(), self.observed_us.tolist(), strict=True)


@dataclass(slots=True)
class _Round:
    """Rows of a draft under judgement. ``above`` are those above all keys of their unit; ``later`` come next round."""

    rows: list[int]
    above: Mask
    distinct: bool = True
    later: list[int] = field(default_factory=list)


_ONLY = [0]


class Ledger:
    """One a server. All calls from one event loop."""

    def __init__(self, registry: Registry, known: Known, order: Order) -> None:
        """``order`` must know all that is on disk."""
        self._registry = registry
        self._known = known
        self._order = order
        self._claims: dict[Key, _Claim] = {}
        self._unlisted: dict[_Claim, None] = {}
        """Claims whose keys are not among ``_claims`` yet: of what is new nobody asks, and most is new."""
        self._id_claims: dict[SentId, _Claim] = {}
        self._keeping: set[_Claim] = set()

    async def accept(self, draft: Draft, keep: Keep) -> Judgement:
        """Keep what is new in ``draft``, in row order. What is counted as known is on disk when this returns.

        The draft is used up: the flags of its block become those of its rows' order.

        Raises what ``keep`` raises: then nothing of the last part is kept, though earlier parts may be; sending the
        draft again is safe.
        """
        if len(draft) == 1 and not draft.report_ids and self._above(draft, _ONLY).item():
            return await self._accept_new(draft, keep)
        judgement = Judgement()
        rows = list(range(len(draft)))
        while rows:
            above = self._above(draft, rows)
            mine, held = rows, self._held(draft, rows, above)
            if held:
                mine = [row for row in rows if row not in held]
                above = above[[row not in held for row in rows]]
            later = await self._run(draft, mine, above, judgement, keep) if mine else []
            for claim in set(held.values()):
                await claim.ended.wait()  # it ends with the other's ``keep``, which has a deadline
            rows = sorted([*held, *later])
        return judgement

    async def _accept_new(self, draft: Draft, keep: Keep) -> Judgement:
        """``accept`` a single row that is known to be new: by far the most requests are that."""
        claim = self._claim(draft, _ONLY)
        try:
            await self._keep(draft, _ONLY, claim, keep)
        finally:
            self._release(claim)
        return Judgement(accepted=1)

    async def judge(self, draft: Draft) -> Judgement:
        """Say what ``accept`` would, and keep nothing. For dry runs, where units not known have negative slots."""
        judgement = Judgement()
        rows = list(range(len(draft)))
        while rows:
            one = _Round(rows, self._above(draft, rows), distinct=False)
            judgement.accepted += len(await self._decide(draft, one, judgement))
            rows = one.later
        return judgement

    def _above(self, draft: Draft, rows: list[int]) -> Mask:
        slot, observed_us = _keys_of(draft.block, rows)
        return self._order.are_above(slot, observed_us)

    def _held(self, draft: Draft, rows: list[int], above: Mask) -> dict[int, _Claim]:
        """Return the rows whose key or id another request is deciding on."""
        if not self._claims and not self._unlisted:
            return {}
        held: dict[int, _Claim] = {}
        # A claim raises its unit's highest key, so what is above that is nobody's.
        known = [] if above.all() else np.array(rows)[~above].tolist()
        has_ids = bool(draft.report_ids and self._id_claims)
        if not known and not has_ids:
            return held
        slots, observed_us = draft.block.slot.tolist(), draft.block.observed_us.tolist()
        if known:
            self._list()
        for row in known:
            claim = self._claims.get((slots[row], observed_us[row]))
            if claim is not None:
                held[row] = claim
        if has_ids:
            for row in rows:
                sent = draft.report_ids[row]
                claim = None if sent is None else self._id_claims.get((slots[row], sent))
                if claim is not None:
                    held[row] = claim
        return held

    def _list(self) -> None:
        for claim in self._unlisted:
            self._claims.update(dict.fromkeys(claim.keys(), claim))
        self._unlisted.clear()

    async def _run(
        self, draft: Draft, rows: list[int], above: Mask, judgement: Judgement, keep: Keep
    ) -> list[int]:  # fmt: skip
        """Decide on ``rows``, which are nobody else's, and keep the new ones; return those to look at again."""
        one = _Round(rows, above)
        claim = self._claim(draft, rows)
        one.distinct = are_distinct(claim.slot) or len(set(claim.keys())) == len(rows)
        try:
            accepted = await self._decide(draft, one, judgement)
            if accepted:
                await self._keep(draft, accepted, claim, keep)
                judgement.accepted += len(accepted)
        finally:
            self._release(claim)
        return one.later

    def _claim(self, draft: Draft, rows: list[int]) -> _Claim:
        slot, observed_us = _keys_of(draft.block, rows)
        sent: list[SentId] = []
        if draft.report_ids:
            ids = [draft.report_ids[row] for row in rows]
            sent = [(unit, one) for unit, one in zip(slot.tolist(), ids, strict=True) if one is not None]
        claim = _Claim(slot, observed_us, sent)
        self._unlisted[claim] = None
        self._id_claims.update(dict.fromkeys(sent, claim))
        self._order.raise_highest(slot, observed_us)
        return claim

    def _release(self, claim: _Claim) -> None:
        if claim in self._unlisted:
            del self._unlisted[claim]
        else:
            for key in claim.keys():
                self._claims.pop(key, None)
        for sent in claim.sent:
            self._id_claims.pop(sent, None)
        claim.ended.set()

    async def _decide(self, draft: Draft, one: _Round, judgement: Judgement) -> list[int]:
        """Return the rows to keep, counting the others. What hangs on a row that was refused goes to ``later``."""
        ids = draft.report_ids
        has_ids = bool(ids) and any(ids[row] is not None for row in one.rows)
        if one.distinct and not has_ids and one.above.all():
            return one.rows
        leaders = _leaders(draft.block, one.rows)
        foreign = await self._foreign(draft, one.rows) if has_ids else set()
        stored, place_of = await self._stored(draft.block, np.array(one.rows)[~one.above].tolist())
        accepted: list[int] = []
        kept: set[int] = set()
        kept_ids: set[SentId] = set()
        for row, leader in zip(one.rows, leaders, strict=True):
            sent = ids[row] if has_ids else None
            sent_id = None if sent is None else (int(draft.block.slot[row]), sent)
            if row in place_of:
                self._compare(draft, row, stored, place_of[row], judgement)
            elif leader in kept:
                self._compare(draft, row, draft.block, leader, judgement)
            elif row in foreign or sent_id in kept_ids:
                judgement.conflicts.append(row)
            elif leader != row:
                one.later.append(row)
            else:
                accepted.append(row)
                kept.add(row)
                if sent_id is not None:
                    kept_ids.add(sent_id)
        return accepted

    def _compare(self, draft: Draft, row: int, other: ReportBlock, place: int, judgement: Judgement) -> None:
        if is_same(draft, row, other, place, self._registry):
            judgement.duplicates += 1
        else:
            judgement.conflicts.append(row)

    async def _foreign(self, draft: Draft, rows: list[int]) -> set[int]:
        """Return the rows whose sender's id stands for a report of another instant."""
        slots, observed_us = draft.block.slot.tolist(), draft.block.observed_us.tolist()
        sent = {row: (slots[row], one) for row in rows if (one := draft.report_ids[row]) is not None}
        known = await self._known.observed_of(list(dict.fromkeys(sent.values())))
        return {row for row, one in sent.items() if known.get(one, observed_us[row]) != observed_us[row]}

    async def _stored(self, block: ReportBlock, rows: list[int]) -> tuple[ReportBlock, dict[int, int]]:
        """Look up keys; return the block that holds those known, and each known row's place in it."""
        if not rows:
            return block, {}
        slot, observed_us = _keys_of(block, rows)
        places, stored = await self._known.at(slot.tolist(), observed_us.tolist())
        return stored, {row: place for row, place in zip(rows, places.tolist(), strict=True) if place >= 0}

    async def _keep(self, draft: Draft, accepted: list[int], claim: _Claim, keep: Keep) -> None:
        """Flag and keep rows. Nothing is awaited between the two, so that entries stand in the order of the flags."""
        block = draft.block if len(accepted) == len(draft) else _only(draft.block, accepted)
        np.copyto(block.flags, self._order.flags_of(block.slot, block.observed_us, block.flags))
        self._order.move(block)
        sent: list[tuple[SentId, int]] = []
        if draft.report_ids:
            keys = zip(accepted, block.slot.tolist(), block.observed_us.tolist(), strict=True)
            sent = [((slot, one), at) for row, slot, at in keys if (one := draft.report_ids[row]) is not None]
        claim.block = block
        self._keeping.add(claim)
        kept = False
        try:
            await keep(block, sent)
            kept = True
        finally:
            self._keeping.discard(claim)
            if kept:
                self._order.settle(block)
            else:
                self._order.take_back(block, [one.block for one in self._keeping if one.block is not None])


def _keys_of(block: ReportBlock, rows: list[int]) -> tuple[I32, I64]:
    if len(rows) == len(block):
        return block.slot, block.observed_us
    return block.slot[rows], block.observed_us[rows]


def _leaders(block: ReportBlock, rows: list[int]) -> list[int]:
    """Return for each row the first of ``rows`` that has its key."""
    slot, observed_us = _keys_of(block, rows)
    first: dict[Key, int] = {}
    keys = zip(slot.tolist(), observed_us.tolist(), strict=True)
    return [first.setdefault(key, row) for key, row in zip(keys, rows, strict=True)]


def _only(block: ReportBlock, rows: list[int]) -> ReportBlock:
    """Return some rows of a block, and no extras but theirs."""
    columns = {name: getattr(block, name)[rows] for name, _ in COLUMNS}
    extras = [block.extras[extra] for extra in columns["extra"].tolist() if extra >= 0]
    given = columns["extra"] >= 0
    columns["extra"] = np.where(given, np.cumsum(given) - 1, -1).astype(np.int32)
    return ReportBlock(**columns, extras=extras)
