import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.model.entry import Entry, Reports
from app.model.label import Label, Marking
from app.model.report import Batch
from app.store.heard import Heard, heard_between, heard_in
from tests.store.stores import NOON_US, Store, block, opened

SECRET = Marking(("ARG",), Label("confidential", ("ARG",)))
MINUTE_US = 60_000_000
NOON = NOON_US // MINUTE_US


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        store.slot("car-7")
        yield store


async def heard(store: Store, from_us: int, to_us: int, markings: tuple[int, ...] = (0,)) -> list[Heard]:
    tail = await store.database.read(store.history.heard_in_tail)
    return await store.database.read(lambda db: heard_between(db, markings, from_us, to_us, tail))


async def test_what_is_heard_is_counted_by_the_minute_wherever_it_stands(store: Store) -> None:
    for second in (0, 30, 59, 61):
        await store.journal.append_reports(block({}, {}, received_us=NOON_US + second * 1_000_000))
    in_tail = await heard(store, NOON_US, NOON_US + MINUTE_US)

    await store.history.index(10_000)
    await store.journal.append_reports(block({}, received_us=NOON_US + 62 * 1_000_000))

    assert in_tail == [
        Heard("ARG", "positions", 0, NOON, NOON_US, NOON_US + 59_000_000, 6),
        Heard("ARG", "positions", 0, NOON + 1, NOON_US + 61_000_000, NOON_US + 61_000_000, 2),
    ]
    assert sum(one.reports for one in await heard(store, NOON_US, NOON_US + MINUTE_US)) == 9
    await store.history.index(10_000)
    assert (await heard(store, NOON_US, NOON_US + MINUTE_US))[1].reports == 3


async def test_a_feeds_last_minute_before_the_span_is_told_too(store: Store) -> None:
    for minute in (-200, -100, 5):
        await store.journal.append_reports(block({}, received_us=NOON_US + minute * MINUTE_US))
    await store.history.index(10_000)

    assert [one.minute - NOON for one in await heard(store, NOON_US, NOON_US + 9 * MINUTE_US)] == [-100, 5]
    assert [one.minute - NOON for one in await heard(store, NOON_US, NOON_US)] == [-100]


async def test_nothing_is_told_of_what_came_under_another_marking(store: Store) -> None:
    store.registry.markings.number(SECRET)
    await store.journal.append_reports(block({}))
    await store.history.index(10_000)

    assert await heard(store, NOON_US, NOON_US, markings=(1,)) == []
    assert len(await heard(store, NOON_US, NOON_US, markings=(0, 1))) == 1


def test_what_is_mixed_in_one_entry_is_told_apart_by_feed_marking_and_minute() -> None:
    chance = random.Random(5)
    marking_of = np.array([7, 0, 7, 3], np.int32)
    told: dict[tuple[str, str, int, int], list[int]] = {}
    batches, profiles = [], []
    for _ in range(300):
        contingent, feed = chance.choice(("ARG", "GBR")), chance.choice(("positions", "drones"))
        received_us, rows = NOON_US + chance.randrange(5 * MINUTE_US), chance.randrange(1, 5)
        batches.append(Batch(rows, "key", contingent, feed, received_us, b""))
        for profile in chance.choices(range(4), k=rows):
            profiles.append(profile)
            key = contingent, feed, int(marking_of[profile]), received_us // MINUTE_US
            told.setdefault(key, []).append(received_us)
    whole = block(*[{}] * len(profiles))
    mixed = replace(whole, profile=np.array(profiles, np.int32), batches=batches)

    found = heard_in([Entry(1, NOON_US, Reports(mixed))], marking_of)

    assert sorted(found) == sorted(Heard(*key, min(at), max(at), len(at)) for key, at in told.items())
