import asyncio
from functools import partial
from pathlib import Path

from app.store.keys import SENT_IDS_KEPT_US, forget_sent_ids, observed_of
from app.workers.history import HistoryWorker
from app.workers.retention import RetentionWorker
from tests.store.stores import NOON_US, block, opened


async def test_an_old_tail_is_indexed_however_short(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        for n in range(5):
            await store.journal.append_reports(block({"observed_us": n}))
        assert await store.history.tail() == (5, 5)

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(HistoryWorker(store.history, look_s=0.0, wait_s=0.0).run())
            tail = await store.history.tail()
            while tail != (0, 0):
                tail = await store.history.tail()
            running.cancel()

        assert (await store.history.positions(0, 0, 9)).block.observed_us.tolist() == [0, 1, 2, 3, 4]


async def test_catching_up_takes_in_all_there_is(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        for n in range(40):
            await store.journal.append_reports(block({"observed_us": n}))

        await HistoryWorker(store.history).catch_up()

        assert await store.history.tail() == (0, 0)


async def test_retention_lets_go_of_all_that_is_due_and_nothing_else(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        await store.journal.append_reports(block({"observed_us": 1}), [((0, "id-1"), 1)])

        for now_us, left in ((NOON_US + SENT_IDS_KEPT_US, 1), (NOON_US + SENT_IDS_KEPT_US + 1, 0)):
            await RetentionWorker(store.database, [forget_sent_ids], partial(int, now_us)).sweep()
            assert len(store.database.read_now(lambda c: observed_of(c, [(0, "id-1")]))) == left
