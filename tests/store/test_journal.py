import asyncio
import threading
from pathlib import Path

import apsw
import numpy as np
import pytest

from app.model.entry import Incidents, Reports, Tick
from app.model.identity import Profile, Unit
from app.model.label import Label, Marking
from app.store.database import StoreFull, StoreUnavailable
from app.store.journal import Journal
from app.store.keys import KnownIncident, known_incidents, observed_of
from app.store.registry import load_registry
from app.store.writer import Job
from tests.builders import incident
from tests.store.stores import NOON_US, block, held, opened, same_bits


async def test_entries_are_numbered_from_1_without_gaps_in_order_of_the_calls(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        async with asyncio.TaskGroup() as tasks:
            with held(store.database):
                appends = [
                    tasks.create_task(store.journal.append_reports(block({"observed_us": 1}))),
                    tasks.create_task(store.journal.append_reports(block({"observed_us": 2}, {"observed_us": 3}))),
                    tasks.create_task(store.journal.append(Tick(7))),
                    tasks.create_task(store.journal.append_reports(block({"observed_us": 4}))),
                    tasks.create_task(store.journal.append(Tick(8))),
                ]
                await asyncio.sleep(0)

        entries = await store.journal.entries(0, 100)

    assert [append.result() for append in appends] == [1, 1, 2, 3, 4], "neighbouring blocks are one entry"
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert entries[1].body == Tick(7)
    assert isinstance(entries[0].body, Reports)
    assert entries[0].body.block.observed_us.tolist() == [1, 2, 3]


async def test_a_restarted_journal_reads_what_the_last_one_wrote(tmp_path: Path) -> None:
    given = block({"slot": 1, "altitude_m": 12.5}, {"slot": 0, "extra": 0}, extras=(b'{"remarks":"x"}',))
    with opened(tmp_path) as store:
        store.slot("car-7")
        store.slot("car-8", "GBR")
        await store.journal.append_reports(given)
        await store.journal.append(Tick(5))

    with opened(tmp_path) as again:
        assert again.journal.head() == 2
        reports, tick = await again.journal.entries(0, 100)
        assert isinstance(reports.body, Reports)
        assert same_bits(reports.body.block, given)
        assert tick.body == Tick(5)
        assert [again.registry.units[slot] for slot in (0, 1)] == [Unit("ARG", "car-7"), Unit("GBR", "car-8")]
        assert await again.journal.append(Tick(6)) == 3


async def test_an_entry_of_reports_was_received_with_its_last_batch(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await store.journal.append_reports(block({}, received_us=NOON_US + 5))
        await store.journal.append(Tick(1))

        assert [entry.received_us for entry in await store.journal.entries(0, 9)] == [NOON_US + 5, NOON_US]


async def test_memory_is_bounded_and_older_entries_come_from_disk(tmp_path: Path) -> None:
    with opened(tmp_path, recent_positions=10) as store:
        for n in range(30):
            await store.journal.append_reports(block({"observed_us": n}, {"observed_us": n}))

        assert [entry.seq for entry in store.journal.recent(0, 30)] == [26, 27, 28, 29, 30]
        for after in range(31):
            entries = await store.journal.entries(after, 100)
            seqs = [entry.seq for entry in entries]
            assert seqs == list(range(after + 1, 31))
            for entry in entries:
                assert isinstance(entry.body, Reports)
                assert entry.body.block.observed_us.tolist() == [entry.seq - 1] * 2
        assert [entry.seq for entry in await store.journal.entries(2, 3)] == [3, 4, 5]
        assert [entry.seq for entry in await store.journal.entries(26, 2)] == [27, 28]


async def test_new_names_are_on_disk_with_the_entry_that_uses_them(tmp_path: Path) -> None:
    secret = Marking(("ARG",), Label("confidential", ("ARG", "HQ"), ("ORCON",)))
    with opened(tmp_path) as store:
        for n in range(5):
            unit = store.registry.units.number(Unit("ARG", f"car-{n}"))
            marking = store.registry.markings.number(secret if n % 2 else Marking((f"C{n}",), Label()))
            profile = store.registry.profiles.number(Profile(f"call-{n}", None, None, "north", "hae", marking))
            await store.journal.append_reports(block({"slot": unit, "profile": profile}))
            stored = store.database.read_now(load_registry)
            assert stored.units.since(0) == store.registry.units.since(0)
            assert stored.profiles.since(0) == store.registry.profiles.since(0)
            assert stored.markings.since(0) == store.registry.markings.since(0)


async def test_names_of_a_failed_commit_are_written_by_the_next(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        pages = store.database.write_now(lambda connection: connection.pragma("page_count"))
        store.database.write_now(lambda connection: connection.pragma("max_page_count", pages))
        with pytest.raises(StoreFull):
            await store.journal.append_reports(block({}, extras=(np.random.default_rng(1).bytes(50_000),)))
        store.database.write_now(lambda connection: connection.pragma("max_page_count", 100_000))
        with pytest.raises(StoreUnavailable):
            await store.journal.barrier()

        assert await store.journal.append_reports(block({})) == 1

        assert store.database.read_now(load_registry).units.since(0) == [Unit("ARG", "car-7")]


async def test_a_full_disk_leaves_no_gap_and_no_trace(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).bytes(50_000)
    with opened(tmp_path) as store:
        await store.journal.append(Tick(1))
        pages = store.database.write_now(lambda connection: connection.pragma("page_count"))
        store.database.write_now(lambda connection: connection.pragma("max_page_count", pages))
        results = await asyncio.gather(
            *(store.journal.append_reports(block({}, extras=(noise,)), [((0, f"id-{n}"), 1)]) for n in range(3)),
            return_exceptions=True,
        )
        store.database.write_now(lambda connection: connection.pragma("max_page_count", 100_000))

        assert [type(result) for result in results] == [StoreFull] * 3
        assert store.journal.head() == 1
        assert await store.journal.append(Tick(2)) == 2
        assert [entry.body for entry in await store.journal.entries(0, 9)] == [Tick(1), Tick(2)]
        assert store.database.read_now(lambda connection: observed_of(connection, [(0, "id-0")])) == {}


async def test_a_barrier_waits_for_everything_before_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        async with asyncio.TaskGroup() as tasks:
            with held(store.database):
                append = tasks.create_task(store.journal.append_reports(block({})))
                barrier = tasks.create_task(store.journal.barrier())
                await asyncio.sleep(0)
                assert not barrier.done()

        assert append.result() == 1
        assert store.journal.head() == 1, "a barrier is no entry"


async def test_a_barrier_fails_with_what_was_appended_before_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        pages = store.database.write_now(lambda connection: connection.pragma("page_count"))
        store.database.write_now(lambda connection: connection.pragma("max_page_count", pages))
        noise = np.random.default_rng(1).bytes(50_000)

        append, barrier = await asyncio.gather(
            store.journal.append_reports(block({}, extras=(noise,))), store.journal.barrier(), return_exceptions=True
        )

        assert isinstance(append, StoreFull)
        assert isinstance(barrier, StoreFull | StoreUnavailable)


async def test_waiters_wake_when_the_head_passes_them(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        async with asyncio.TaskGroup() as tasks:
            waiting = [tasks.create_task(store.journal.wait_beyond(seq, 20.0)) for seq in (0, 0)]
            await asyncio.sleep(0)
            await store.journal.append(Tick(1))

        assert [task.result() for task in waiting] == [True, True]
        assert await store.journal.wait_beyond(0, 0.0)
        assert not await store.journal.wait_beyond(1, 0.0)


async def test_reports_waiting_beyond_the_bound_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.journal.WAITING_POSITIONS", 3)
    with opened(tmp_path) as store:
        async with asyncio.TaskGroup() as tasks:
            with held(store.database):
                taken = tasks.create_task(store.journal.append_reports(block({}, {}, {})))
                await asyncio.sleep(0)
                with pytest.raises(StoreUnavailable, match="too many"):
                    await store.journal.append_reports(block({}))

        assert taken.result() == 1
        assert await store.journal.append_reports(block({})) == 2


async def test_a_merged_entry_is_closed_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.journal.ENTRY_POSITIONS", 4)
    with opened(tmp_path) as store:
        async with asyncio.TaskGroup() as tasks:
            with held(store.database):
                appends = [tasks.create_task(store.journal.append_reports(block({}, {}, {}))) for _ in range(5)]
                await asyncio.sleep(0)

        assert [append.result() for append in appends] == [1, 1, 2, 2, 3]


async def test_those_whose_turn_comes_in_the_same_round_of_the_loop_share_an_entry(tmp_path: Path) -> None:
    with opened(tmp_path) as store:

        async def appended_after_the_writer_was_idle() -> int:
            idle = threading.Event()
            store.database.submit(Job(lambda _: None, lambda _: idle.set()))
            assert idle.wait(5), "the writer has done all that it was given"
            return await store.journal.append_reports(block({"observed_us": 2}))

        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(store.journal.append_reports(block({"observed_us": 1})))
            second = tasks.create_task(appended_after_the_writer_was_idle())

        assert (first.result(), second.result()) == (1, 1)


async def test_another_process_may_append_between(tmp_path: Path) -> None:
    with opened(tmp_path) as server, opened(tmp_path) as command:
        assert await server.journal.append(Tick(1)) == 1
        await command.journal.refresh()
        assert await command.journal.append(Tick(2)) == 2
        assert server.journal.head() == 1
        waiting = asyncio.create_task(server.journal.wait_beyond(1, 20.0))
        await asyncio.sleep(0)
        await server.journal.refresh()
        assert await waiting
        assert await command.journal.append(Tick(3)) == 3

        assert await server.journal.append(Tick(4)) == 4, "it finds that 3 is taken"
        assert [entry.body for entry in await server.journal.entries(0, 9)] == [Tick(n) for n in (1, 2, 3, 4)]
        assert [entry.body for entry in await server.journal.entries(1, 9)] == [Tick(n) for n in (2, 3, 4)]


async def test_senders_ids_are_kept_with_their_reports_and_the_first_stands(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await store.journal.append_reports(block({"observed_us": 5}), [((0, "id-1"), 5)])
        await store.journal.append_reports(block({"observed_us": 6}), [((0, "id-1"), 6), ((0, "id-2"), 6)])

        asked = [(0, "id-1"), (0, "id-2"), (1, "id-1"), (0, "id-3")]
        assert store.database.read_now(lambda connection: observed_of(connection, asked)) == {
            (0, "id-1"): 5,
            (0, "id-2"): 6,
        }


async def test_versions_of_incidents_are_known_once_they_are_in_the_journal(tmp_path: Path) -> None:
    first, second = incident(sha256=b"1" * 32), incident(version=2, sha256=b"2" * 32)
    with opened(tmp_path) as store:
        await store.journal.append(Incidents((first,)))
        await store.journal.append(Incidents((second,)))

        known = store.database.read_now(lambda connection: known_incidents(connection, "ARG", ["i-1", "i-2"]))

    assert set(known) == {"i-1"}
    assert known["i-1"] == KnownIncident(2, frozenset({b"1" * 32, b"2" * 32}))


async def test_an_append_that_breaks_leaves_the_journal_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await store.journal.append(Incidents((incident(),)))
        with pytest.raises(apsw.ConstraintError):
            await store.journal.append(Incidents((incident(),)))

        assert await store.journal.append(Tick(1)) == 2
        assert [entry.seq for entry in await store.journal.entries(0, 9)] == [1, 2]


async def test_a_second_loop_may_follow_the_first(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        await asyncio.to_thread(asyncio.run, append_one(store.journal))
        await append_one(store.journal)

        assert store.journal.head() == 2


async def append_one(journal: Journal) -> None:
    await journal.append(Tick(1))
