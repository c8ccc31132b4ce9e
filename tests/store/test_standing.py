"""Where units stood, against a list that is searched from end to end."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.identity import Profile
from app.model.report import FUTURE, NULL_ISLAND, OUT_OF_ORDER
from app.store.positions import PositionTable
from app.store.standing import NEVER_US, Asked, moves, standing
from tests.store.stores import Store, block, opened

UNITS = 4


class Told(NamedTuple):
    """One report; instants are small numbers."""

    slot: int
    observed_us: int
    received_us: int
    profile: int
    flags: int


TOLD = st.builds(
    Told, st.integers(0, UNITS - 1), st.integers(0, 60), st.integers(0, 60), st.integers(0, 2),
    st.sampled_from([0, 0, 0, OUT_OF_ORDER, FUTURE, NULL_ISLAND]),
)  # fmt: skip


def counts(one: Told, visible: list[bool]) -> bool:
    return visible[one.profile] and one.flags not in (FUTURE, NULL_ISLAND)


def since(one: Told, as_known: bool) -> int:
    return max(one.observed_us, one.received_us) if as_known else one.observed_us


def oracle(told: list[Told], as_known: bool, visible: list[bool], at_us: int) -> dict[int, int]:
    """By unit: when its newest report that counts was observed."""
    stood: dict[int, int] = {}
    for one in told:
        if counts(one, visible) and since(one, as_known) <= at_us:
            stood[one.slot] = max(one.observed_us, stood.get(one.slot, -1))
    return stood


def by_unit(table: PositionTable) -> dict[int, int]:
    assert len(set(table.slot.tolist())) == len(table)
    return dict(zip(table.slot.tolist(), table.observed_us.tolist(), strict=True))


async def stored(store: Store, told: list[Told], indexed_at: set[int]) -> None:
    for number in range(3):
        store.registry.profiles.number(Profile(str(number), None, None, "north", "hae", 0))
    store.slot("car-0")
    for place, one in enumerate(told):
        row = {"slot": one.slot, "observed_us": one.observed_us, "profile": one.profile, "flags": one.flags}
        await store.journal.append_reports(block(row, received_us=one.received_us))
        if place in indexed_at:
            await store.history.index(1_000)


@settings(max_examples=60, deadline=None)
@given(
    told=st.lists(TOLD, max_size=24, unique_by=lambda one: (one.slot, one.observed_us)),
    indexed_at=st.sets(st.integers(0, 23)),
    as_known=st.booleans(),
    visible=st.lists(st.booleans(), min_size=3, max_size=3),
    start_us=st.integers(0, 60),
    step_us=st.integers(1, 20),
)
def test_standing_and_moves_equal_a_list_at_every_instant(
    told: list[Told], indexed_at: set[int], as_known: bool, visible: list[bool], start_us: int, step_us: int
) -> None:
    instants = np.arange(start_us, 70, step_us, dtype=np.int64)

    async def play() -> None:
        with TemporaryDirectory() as folder, opened(Path(folder)) as store:
            await stored(store, told, indexed_at)
            asked = Asked(np.array([*visible, True]), as_known, store.journal.head())
            history, database = store.history, store.database
            stood = by_unit(await database.read(lambda db: standing(db, history, asked, UNITS, start_us)))
            assert stood == oracle(told, as_known, visible, start_us)
            newest_us = np.array([stood.get(slot, NEVER_US) for slot in range(UNITS)], np.int64)
            table, steps = await database.read(lambda db: moves(db, history, asked, newest_us, instants))
            assert (np.diff(steps) >= 0).all()
            for step, at_us in enumerate(instants[1:].tolist()):
                for slot, observed_us in by_unit(table.taken(steps == step)).items():
                    stood[slot] = max(observed_us, stood.get(slot, -1))
                assert stood == oracle(told, as_known, visible, at_us)

    asyncio.run(play())


async def test_what_the_journal_took_in_later_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await stored(store, [Told(0, 5, 5, 0, 0)], {0})
        head = store.journal.head()
        await stored(store, [Told(0, 6, 6, 0, 0), Told(1, 6, 6, 0, 0)], {0})
        asked = Asked(np.ones(4, np.bool_), False, head)

        table = await store.database.read(lambda db: standing(db, store.history, asked, UNITS, 60))

        assert by_unit(table) == {0: 5}
