"""The ledger against dictionaries: every order, batching, duplication and interleaving, and writes that fail."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds.ledger import Judgement, Keep, Ledger, SentId
from app.feeds.order import Order
from app.model.identity import Registry
from app.model.instant import instant_text
from app.model.report import FUTURE, I64, NULL_ISLAND, OUT_OF_ORDER, TOO_LATE, ReportBlock, concatenated
from tests.builders import NOON_US
from tests.feeds.items import drafted

KEPT = ("slot", "observed_us", "lon_e7", "flags")
SECOND_US = 1_000_000
WINDOW_S = 20
NOTHING = np.empty(0, np.int64)


class Sent(NamedTuple):
    """An item: unit, second after noon less 100, what it says, and its sender's id."""

    unit: str
    second: int
    says: int
    report_id: str | None = None

    @property
    def item(self) -> dict[str, Any]:
        lon = 0.0 if self.says == 9 else 33.0 + self.says
        item = {
            "unit": self.unit,
            "observed_at": instant_text(NOON_US + (self.second - 100) * SECOND_US),
            "lon": lon,
            "lat": lon,
        }
        return item | ({"report_id": self.report_id} if self.report_id else {})

    @property
    def is_unordered(self) -> bool:
        return self.second > 400 or self.says == 9


class Disk:
    """What is kept, in order. Every call gives way to others a random number of times; a write may fail."""

    def __init__(self, seed: int = 0, fails: float = 0.0) -> None:
        self.blocks: list[ReportBlock] = []
        self.ids: dict[SentId, int] = {}
        self._queue: list[tuple[ReportBlock, Sequence[tuple[SentId, int]]]] = []
        self._random = random.Random(seed)
        self._fails = fails
        self._moved = asyncio.Condition()

    async def at(self, slots: Sequence[int], observed_us: Sequence[int]) -> tuple[I64, ReportBlock]:
        await self._give_way()
        stored = concatenated(self.blocks) if self.blocks else drafted([], Registry()).block
        keys = list(zip(stored.slot.tolist(), stored.observed_us.tolist(), strict=True))
        await self._give_way()
        wanted = zip(slots, observed_us, strict=True)
        return np.array([keys.index(key) if key in keys else -1 for key in wanted], np.int64), stored

    async def observed_of(self, sent: Sequence[SentId]) -> dict[SentId, int]:
        await self._give_way()
        return {one: self.ids[one] for one in sent if one in self.ids}

    async def keep(self, block: ReportBlock, sent: Sequence[tuple[SentId, int]]) -> None:
        place = (block, sent)
        self._queue.append(place)
        await self._give_way()
        if self._random.random() < self._fails:
            async with self._moved:
                self._queue[:] = [one for one in self._queue if one is not place]
                self._moved.notify_all()
            raise OSError("disk full")
        async with self._moved:
            # Commits keep the order of the calls.
            await self._moved.wait_for(lambda: self._queue[0] is place)
            self._queue.pop(0)
            self._moved.notify_all()
        self.blocks.append(block)
        self.ids.update(dict(sent))
        await self._give_way()

    async def _give_way(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)

    def rows(self) -> list[tuple[int, int, int, int]]:
        """Slot, observed, lon and flags of every row, in order."""
        return [
            row
            for block in self.blocks
            for row in zip(
                *(getattr(block, n).tolist() for n in ("slot", "observed_us", "lon_e7", "flags")), strict=True
            )
        ]


def ledger_on(disk: Disk, registry: Registry) -> Ledger:
    return Ledger(registry, disk, Order(WINDOW_S * SECOND_US, NOTHING, NOTHING))


async def accept(ledger: Ledger, registry: Registry, items: Sequence[Sent], keep: Keep) -> Judgement:
    return await ledger.accept(drafted([one.item for one in items], registry), keep)


def told(items: Sequence[Sent], judgement: Judgement) -> tuple[int, int, list[int]]:
    return judgement.accepted, judgement.duplicates, sorted(judgement.conflicts)


class Plain:
    """The rules of duplicates and order, an item at a time, in dictionaries."""

    def __init__(self) -> None:
        self.said: dict[tuple[str, int], tuple[int, str | None]] = {}
        self.ids: dict[tuple[str, str], int] = {}
        self.newest: dict[str, int] = {}

    def take(self, items: Sequence[Sent]) -> tuple[int, int, list[int]]:
        accepted, duplicates, conflicts = 0, 0, []
        for place, one in enumerate(items):
            key, said = (one.unit, one.second), (one.says, one.report_id)
            if key in self.said:
                if self.said[key] == said:
                    duplicates += 1
                else:
                    conflicts.append(place)
            elif one.report_id and self.ids.get((one.unit, one.report_id), one.second) != one.second:
                conflicts.append(place)
            else:
                accepted += 1
                self.said[key] = said
                if one.report_id:
                    self.ids[one.unit, one.report_id] = one.second
        return accepted, duplicates, conflicts


def flags_in_order(rows: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """The flags that rows must have, each after those before it."""
    newest: dict[int, int] = {}
    found = []
    for slot, observed_us, lon_e7, _ in rows:
        if observed_us > NOON_US + 300 * SECOND_US or lon_e7 == 0:
            found.append(
                (FUTURE if observed_us > NOON_US + 300 * SECOND_US else 0) | (NULL_ISLAND if not lon_e7 else 0)
            )
            continue
        before = newest.get(slot, -1)
        flags = OUT_OF_ORDER if observed_us <= before else 0
        if observed_us < before - WINDOW_S * SECOND_US:
            flags |= TOO_LATE
        found.append(flags)
        newest[slot] = max(before, observed_us)
    return found


SENT = st.builds(
    Sent,
    unit=st.sampled_from("ab"),
    second=st.integers(0, 8).map(lambda n: n * 7) | st.just(500),
    says=st.sampled_from([0, 0, 0, 1, 9]),
    report_id=st.none() | st.none() | st.sampled_from("xyz"),
)
PLAIN_SENT = SENT.map(lambda one: one._replace(report_id=None))


@settings(max_examples=120, deadline=None)
@given(requests=st.lists(st.lists(SENT, min_size=1, max_size=12), max_size=8))
async def test_one_request_after_another_is_judged_as_by_dictionaries(requests: list[list[Sent]]) -> None:
    registry, disk, plain = Registry(), Disk(), Plain()
    ledger = ledger_on(disk, registry)

    for items in requests:
        dry = await ledger.judge(drafted([one.item for one in items], registry))
        judgement = await accept(ledger, registry, items, disk.keep)
        assert told(items, judgement) == plain.take(items)
        assert told(items, dry) == told(items, judgement)

    assert [row[3] for row in disk.rows()] == flags_in_order(disk.rows())


@settings(max_examples=120, deadline=None)
@given(
    requests=st.lists(st.lists(PLAIN_SENT, min_size=1, max_size=10), min_size=1, max_size=10),
    seed=st.integers(0, 2**32),
    fails=st.sampled_from([0.0, 0.0, 0.3]),
)
async def test_at_once_and_with_failing_writes_no_key_is_kept_twice(
    requests: list[list[Sent]], seed: int, fails: float
) -> None:
    registry, disk = Registry(), Disk(seed, fails)
    ledger = ledger_on(disk, registry)
    answers: list[tuple[list[Sent], Judgement]] = []

    async def send(items: list[Sent]) -> None:
        for _ in range(200):
            try:
                answers.append((items, await accept(ledger, registry, items, disk.keep)))
                return
            except OSError:
                continue  # the sender tries again, as it was told that it may

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for items in requests:
            tasks.create_task(send(items))

    rows = disk.rows()
    kept = {(slot, observed_us): lon for slot, observed_us, lon, _ in rows}
    assert len(kept) == len(rows)
    assert len(answers) == len(requests)
    sent = {(one.unit, one.second) for items in requests for one in items}
    assert len(kept) == len(sent)
    for items, judgement in answers:
        assert judgement.accepted + judgement.duplicates + len(judgement.conflicts) == len(items)
        for row in judgement.conflicts:
            one = drafted([items[row].item], registry).block
            assert kept[one.slot.item(), one.observed_us.item()] != one.lon_e7.item()
    if not fails:
        assert sum(judgement.accepted for _, judgement in answers) == len(kept)
        assert [row[3] for row in rows] == flags_in_order(rows)


async def test_two_requests_that_hold_what_the_other_wants_both_end() -> None:
    registry, disk = Registry(), Disk(seed=3)
    ledger = ledger_on(disk, registry)
    one, two = Sent("a", 1, 0), Sent("b", 1, 0)

    async with asyncio.timeout(5):
        first, second = await asyncio.gather(
            accept(ledger, registry, [one, two], disk.keep), accept(ledger, registry, [two, one], disk.keep)
        )

    assert sorted([told([], first), told([], second)]) == [(0, 2, []), (2, 0, [])]


async def test_what_was_not_kept_leaves_no_trace_in_the_order() -> None:
    registry, disk = Registry(), Disk()
    ledger = ledger_on(disk, registry)
    await accept(ledger, registry, [Sent("a", 1, 0)], disk.keep)

    async def full(_block: ReportBlock, _sent: Sequence[tuple[SentId, int]]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await accept(ledger, registry, [Sent("a", 50, 0)], full)
    await accept(ledger, registry, [Sent("a", 5, 0)], disk.keep)
    await accept(ledger, registry, [Sent("a", 50, 0)], disk.keep)

    assert [row[3] for row in disk.rows()] == [0, 0, 0]


def flagged(slots: int, **lists: Any) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """Rows of slot, second and flags."""
    row = st.tuples(st.integers(0, slots - 1), st.integers(0, 40), st.sampled_from([0, 0, 0, FUTURE]))
    return st.lists(row, max_size=40, **lists)


@settings(max_examples=200, deadline=None)
@given(flagged(4) | flagged(60, min_size=9, unique_by=lambda row: row[0]))
def test_many_rows_are_flagged_as_few_are(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array(values) for values in zip(*rows, strict=True)] or [np.empty(0)] * 3
    slot, observed_us, flags = columns[0].astype(np.int32), columns[1] * SECOND_US, columns[2].astype(np.uint8)
    newest = np.array([10 * SECOND_US, -1, 35 * SECOND_US, *range(0, 40 * SECOND_US, SECOND_US)])
    order = Order(WINDOW_S * SECOND_US, newest, newest)

    found = order.flags_of(slot, observed_us.astype(np.int64), flags)

    before = dict(enumerate(newest.tolist()))
    for row, (unit, second, flag) in enumerate(rows):
        newest_us = before.setdefault(unit, -1)
        late = not flag and second * SECOND_US <= newest_us
        too_late = not flag and second * SECOND_US < newest_us - WINDOW_S * SECOND_US
        assert found[row] == flag | (OUT_OF_ORDER if late else 0) | (TOO_LATE if too_late else 0)
        if not flag:
            before[unit] = max(newest_us, second * SECOND_US)


async def test_a_label_left_out_is_not_other_content_when_the_default_changes() -> None:
    registry, disk = Registry(), Disk()
    ledger = ledger_on(disk, registry)
    plain, labelled = Sent("a", 1, 0).item, Sent("a", 1, 0).item | {"label": {"classification": "confidential"}}

    await ledger.accept(drafted([labelled], registry), disk.keep)
    again = await ledger.accept(drafted([plain], registry), disk.keep)
    narrower = await ledger.accept(
        drafted([plain | {"label": {"classification": "unclassified"}}], registry), disk.keep
    )

    assert (again.duplicates, narrower.conflicts) == (1, [0])
