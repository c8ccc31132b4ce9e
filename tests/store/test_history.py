import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.entry import Tick
from app.model.report import Positions
from app.store.history import Window
from app.store.known import KnownReports
from tests.store.stores import NOON_US, Store, block, opened

END_US = 2**62


class Row(NamedTuple):
    """A position as the oracle remembers it."""

    observed_us: int
    seq: int
    place: int
    lon_e7: int
    received_us: int


@dataclass
class Remembered:
    """The oracle: a list for each unit, searched from end to end."""

    rows: dict[int, list[Row]] = field(default_factory=dict)

    def between(self, slot: int, from_us: int, to_us: int, upto_seq: int, limit: int | None) -> list[Row]:
        rows = [row for row in self.rows.get(slot, []) if from_us <= row.observed_us <= to_us and row.seq <= upto_seq]
        return sorted(rows)[:limit]


def rows_of(positions: Positions) -> list[Row]:
    columns = (
        positions.block.observed_us, positions.seq, positions.index, positions.block.lon_e7, positions.received_us
    )  # fmt: skip
    return [Row(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


async def append(store: Store, oracle: Remembered, reports: Sequence[tuple[int, int]], received_us: int) -> None:
    """Append one request of (slot, observed_us); each gets a longitude of its own."""
    store.slot("car-0")
    lons = [330_000_000 + 1000 * store.journal.head() + index for index in range(len(reports))]
    rows = [
        {"slot": slot, "observed_us": observed_us, "lon_e7": lon}
        for (slot, observed_us), lon in zip(reports, lons, strict=True)
    ]
    seq = await store.journal.append_reports(block(*rows, received_us=received_us))
    for index, ((slot, observed_us), lon) in enumerate(zip(reports, lons, strict=True)):
        oracle.rows.setdefault(slot, []).append(Row(observed_us, seq, index, lon, received_us))


REPORTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 15)), min_size=1, max_size=12)
STEPS = st.lists(
    st.one_of(
        REPORTS,
        st.just("tick"),
        st.just("merge"),
        st.just("restart"),
        st.integers(1, 30),
    ),
    max_size=25,
)

ASKS = st.tuples(st.integers(0, 15), st.integers(0, 17), st.integers(0, 25), st.none() | st.integers(1, 9))
"""From, to, the last seq to be seen, and a limit."""


@settings(deadline=None, max_examples=60)
@given(steps=STEPS, asks=st.lists(ASKS, max_size=6))
def test_history_equals_a_list_whatever_is_indexed_when(
    steps: list[list[tuple[int, int]] | str | int], asks: list[tuple[int, int, int, int | None]]
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.store.history._SMALL_CHUNKS", 3)
        patch.setattr("app.store.chunks.CHUNK_POSITIONS", 5)
        asyncio.run(compare(Path(folder), steps, asks))


async def compare(
    folder: Path, steps: list[list[tuple[int, int]] | str | int], asks: list[tuple[int, int, int, int | None]]
) -> None:
    oracle = Remembered()
    pending = list(steps)
    while True:
        with opened(folder, recent_positions=15) as store:
            while pending and (step := pending.pop(0)) != "restart":
                if isinstance(step, list):
                    await append(store, oracle, step, NOON_US + len(pending))
                elif isinstance(step, int):
                    await store.history.index(step)
                elif step == "merge":
                    await store.history.merge()
                else:
                    await store.journal.append(Tick(1))
                await expect_equal(store, oracle, asks)
            if not pending:
                await expect_equal(store, oracle, asks)
                return


async def expect_equal(store: Store, oracle: Remembered, asks: list[tuple[int, int, int, int | None]]) -> None:
    head = store.journal.head()
    for slot in range(4):
        assert rows_of(await store.history.positions(slot, -END_US, END_US)) == oracle.between(
            slot, -END_US, END_US, head, None
        )
    for from_us, to_us, upto_seq, limit in asks:
        windows = [Window(slot, from_us, to_us) for slot in (2, 0, 3, 2)]
        ask = partial(store.history.positions_in, windows=windows, upto_seq=upto_seq, limit=limit)
        found = store.database.read_now(ask)
        assert [rows_of(positions) for positions in found] == [
            oracle.between(slot, from_us, to_us, upto_seq, limit) for slot in (2, 0, 3, 2)
        ]
    keys = [(slot, observed_us) for slot in range(4) for observed_us in (0, 7, 15, 16)]
    places, stored = await store.history.at([slot for slot, _ in keys], [observed_us for _, observed_us in keys])
    for (slot, observed_us), place in zip(keys, places.tolist(), strict=True):
        first = oracle.between(slot, observed_us, observed_us, head, 1)
        assert (place >= 0) == bool(first)
        if first:
            assert stored.lon_e7[place] == first[0].lon_e7


async def test_every_span_and_limit_over_overlapping_chunks_equals_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.chunks.CHUNK_POSITIONS", 3)
    oracle = Remembered()
    with opened(tmp_path) as store:
        for instants in ((0, 4, 5, 9), (2, 3, 4), (9, 1, 1), (6, 7, 8), (5, 2)):
            await append(store, oracle, [(0, observed_us) for observed_us in instants], NOON_US)
            if instants != (5, 2):
                await store.history.index(1)
        for from_us in range(11):
            for to_us in range(from_us, 11):
                for limit in (None, 1, 2, 3, 5):
                    found = await store.history.positions(0, from_us, to_us, limit=limit)
                    assert rows_of(found) == oracle.between(0, from_us, to_us, 99, limit)


async def test_what_another_process_appended_is_seen_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as server, opened(tmp_path) as command:
        server.slot("car-7")
        await server.journal.append_reports(block({"observed_us": 1}))
        await command.journal.append_reports(block({"observed_us": 2}))

        found = await server.history.positions(0, 0, END_US)

        assert found.block.observed_us.tolist() == [1, 2]
        assert found.seq.tolist() == [1, 2]


async def test_reads_are_right_while_appends_and_indexing_go_on(tmp_path: Path) -> None:
    with opened(tmp_path, recent_positions=50) as store:
        for slot in range(3):
            store.slot(f"car-{slot}")

        async def appending() -> None:
            for n in range(150):
                await store.journal.append_reports(block(*({"slot": slot, "observed_us": n} for slot in range(3))))

        async def indexing() -> None:
            while store.journal.head() < 150:
                await store.history.index(20)
                await store.history.merge()

        async def reading() -> None:
            while store.journal.head() < 150:
                known = store.journal.head()
                instants = (await store.history.positions(1, 0, END_US)).block.observed_us.tolist()
                assert instants == list(range(len(instants))), "nothing twice, nothing missed"
                assert len(instants) >= known

        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(indexing())
            for _ in range(3):
                tasks.create_task(reading())
            await appending()


@pytest.mark.parametrize("indexed", [False, True])
async def test_a_stored_report_is_found_by_its_key_with_its_extras(tmp_path: Path, indexed: bool) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        extras = (b'{"remarks":"first"}', b'{"remarks":"second"}')
        await store.journal.append_reports(block({"observed_us": 1}))
        await store.journal.append_reports(
            block({"observed_us": 5, "extra": 1}, {"observed_us": 6, "extra": -1}, {"observed_us": 7, "extra": 0},
                  extras=extras)
        )  # fmt: skip
        if indexed:
            await store.history.index(100)

        places, stored = await KnownReports(store.database, store.history).at([0, 0, 0, 1], [7, 6, 9, 7])
        first, second, *others = places.tolist()

        assert others == [-1, -1]
        assert stored.extras[stored.extra[first]] == extras[0]
        assert stored.extra[second] == -1
        assert stored.observed_us[[first, second]].tolist() == [7, 6]


async def test_asking_for_nothing_finds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        places, stored = await store.history.at([], [])

        assert (len(places), len(stored)) == (0, 0)
        assert store.database.read_now(lambda connection: store.history.positions_in(connection, [])) == []
        assert len(await store.history.positions(0, 0, END_US)) == 0


async def test_one_report_comes_with_the_request_it_came_in(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(store.journal.append(Tick(1)))
            tasks.create_task(store.journal.append_reports(block({"observed_us": 1}, {"observed_us": 2})))
            tasks.create_task(
                store.journal.append_reports(
                    block({"observed_us": 3, "extra": 0}, extras=(b"{}",), received_us=NOON_US + 9)
                )
            )
        seq = store.journal.head()

        found = await store.history.report(seq, 2)

        assert found is not None
        assert found.batch.received_us == NOON_US + 9
        assert found.block.observed_us.tolist() == [3]
        assert found.block.extras == [b"{}"]
        assert found.block.batches[0].rows == 1
        assert await store.history.report(seq, 3) is None
        assert await store.history.report(1, 0) is None, "a tick holds no reports"
        assert await store.history.report(99, 0) is None


async def test_small_chunks_are_merged(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        for n in range(16):
            await store.journal.append_reports(block({"observed_us": n}))
            await store.history.index(1)

        assert await store.history.merge() == 1
        assert await store.history.merge() == 0

        counts = store.database.read_now(lambda c: list(c.execute("SELECT positions FROM history")))
        assert counts == [(16,)]
