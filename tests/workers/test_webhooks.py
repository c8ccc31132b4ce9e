import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pytest

from app.bus.memory import MemoryBus
from app.bus.nudges import OUTBOX
from app.model.label import Label, Marking
from app.model.violation import Change
from app.store.deliveries import Logged, logged
from app.store.errors import StoreUnavailable
from app.telemetry import Metrics
from app.webhooks.sender import Result
from app.workers.webhooks import MOST_TRIES_A_HOOK, WebhookWorker
from tests.builders import NOON_US, violation
from tests.store.outboxes import MemoryStore, revised
from tests.virtual_time import run_virtually

TAKEN = Result(duration_us=1000, code=200)
DOWN = Result(duration_us=1000, error="no connection: refused")
HOUR_S = 3600.0


class Seen(NamedTuple):
    """One try as a receiver saw it, or would have."""

    at_s: float
    url: str
    id: str
    object: str
    revision: int


Answer = Callable[[Seen], Awaitable[Result]]


class World:
    """A worker on virtual time, its outbox and bus, and receivers made of one function."""

    def __init__(self, answer: Answer, seed: int = 1) -> None:
        self.store = MemoryStore()
        self.bus = MemoryBus()
        self.metrics = Metrics.create()
        self.seen: list[Seen] = []
        self.answer = answer
        self.chance = random.Random(seed)

    def now_us(self) -> int:
        return NOON_US + round(asyncio.get_running_loop().time() * 1e6)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Result:
        told = msgspec.json.decode(body)["data"]
        seen = Seen(asyncio.get_running_loop().time(), url, headers["webhook-id"], told["id"], told["revision"])
        self.seen.append(seen)
        return await self.answer(seen)

    def worker(self) -> WebhookWorker:
        return WebhookWorker(
            self.store, self.bus, self.send, self.store.owner_of, self.now_us, self.chance, self.metrics
        )

    def owe(self, *news: object) -> None:
        self.store.owe(*news, at_us=self.now_us())  # type: ignore[arg-type]
        self.bus.publish(OUTBOX)

    async def work(self, seconds: float, story: Callable[[], Awaitable[None]] | None = None) -> None:
        """Let the worker work for so long beside ``story``, then stop it."""
        worker = self.worker()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run())
            if story is not None:
                await story()
            await asyncio.sleep(seconds)
            worker.stop()

    def log(self, hook: str) -> list[Logged]:
        return self.store.now(lambda connection: logged(connection, hook, None, 10_000))


async def takes(_: Seen) -> Result:
    return TAKEN


async def refuses(_: Seen) -> Result:
    return DOWN


def up_after(back_s: float) -> Answer:
    async def answer(seen: Seen) -> Result:
        return TAKEN if seen.at_s >= back_s else DOWN

    return answer


def test_news_is_sent_at_once() -> None:
    world = World(takes)

    async def story() -> None:
        await asyncio.sleep(100.5)
        world.owe(violation())

    hook = world.store.hook()
    run_virtually(world.work(5, story))

    [seen] = world.seen
    assert seen.at_s == pytest.approx(100.5, abs=0.001)
    [log] = world.log(hook.id)
    assert (log.state, [attempt.code for attempt in log.attempts]) == ("delivered", [200])
    assert b'accord_hook_attempts_total{outcome="taken"} 1.0' in world.metrics.text()


@pytest.mark.parametrize("seed", range(5))
def test_a_dead_receiver_is_tried_by_the_schedule(seed: int) -> None:
    world = World(refuses, seed)

    async def story() -> None:
        world.owe(violation())

    hook = world.store.hook()
    run_virtually(world.work(601, story))

    times = [seen.at_s for seen in world.seen]
    waits = [after - before for before, after in pairwise(times)]
    assert times[0] == 0
    for wait, nominal in zip(waits, [1, 2, 5, 10, 20, 40], strict=False):
        assert 0.8 * nominal - 0.01 <= wait <= 1.2 * nominal + 0.01
    assert all(48 - 0.01 <= wait <= 60.01 for wait in waits[6:])
    assert sum(at <= 600 for at in times) >= 12
    assert len({seen.id for seen in world.seen}) == 1
    assert [log.state for log in world.log(hook.id)] == ["pending"]


def test_a_receiver_that_never_returns_is_given_up_after_three_days_and_that_is_written_down() -> None:
    world = World(refuses)

    async def story() -> None:
        world.owe(violation())

    hook = world.store.hook()
    run_virtually(world.work(75 * HOUR_S, story))

    assert [log.state for log in world.log(hook.id)] == ["given_up"]
    assert 72 * HOUR_S <= world.seen[-1].at_s <= 74 * HOUR_S


@pytest.mark.parametrize("seed", range(5))
def test_a_receiver_down_for_an_hour_gets_everything_within_a_minute_in_order_and_under_one_id_each(seed: int) -> None:
    world = World(up_after(HOUR_S), seed)
    fleet = [violation(id=f"v_{number}") for number in range(40)]

    async def story() -> None:
        for first in fleet:
            world.owe(first)
            await asyncio.sleep(60)
            second = revised(first, status="confirmed", confirmed_us=NOON_US)
            world.owe(second)
            world.owe(revised(second.after, ended_us=NOON_US + 1))

    hook = world.store.hook()
    run_virtually(world.work(HOUR_S - 40 * 60 + 61, story))

    assert {log.state for log in world.log(hook.id)} == {"delivered"}
    taken = [seen for seen in world.seen if seen.at_s >= HOUR_S]
    assert len(taken) == 3 * len(fleet) == len({seen.id for seen in taken})
    assert max(seen.at_s for seen in taken) <= HOUR_S + 60
    for one in fleet:
        assert [seen.revision for seen in taken if seen.object == one.id] == [1, 2, 3]
    assert len({(seen.object, seen.revision, seen.id) for seen in world.seen}) == 3 * len(fleet)


def test_tarpits_delay_nobody_else() -> None:
    async def answer(seen: Seen) -> Result:
        if "tarpit" in seen.url:
            await asyncio.sleep(10)
            return Result(duration_us=10_000_000, error="no whole answer within 10 s")
        return TAKEN

    world = World(answer)

    async def story() -> None:
        for number in range(100):
            world.owe(violation(id=f"v_{number}"))
            await asyncio.sleep(1)

    for number in range(10):
        world.store.hook(f"https://tarpit-{number}.test/")
    world.store.hook("https://good.test/")
    run_virtually(world.work(5, story))

    good = [seen for seen in world.seen if "good" in seen.url]
    assert len(good) == 100
    assert all(seen.at_s - int(seen.object.removeprefix("v_")) < 0.1 for seen in good)


def test_no_more_tries_run_at_one_hook_than_allowed() -> None:
    under_way, most = 0, 0

    async def answer(_: Seen) -> Result:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(1)
        under_way -= 1
        return TAKEN

    world = World(answer)

    async def story() -> None:
        world.owe(*(violation(id=f"v_{number}") for number in range(40)))

    world.store.hook()
    run_virtually(world.work(30, story))

    assert most == MOST_TRIES_A_HOOK
    assert len(world.seen) == 40


def test_a_worker_killed_between_sending_and_writing_down_sends_again_under_the_same_id() -> None:
    arrived = asyncio.Event()

    async def answer(seen: Seen) -> Result:
        if len(world.seen) == 1:
            arrived.set()
            await asyncio.sleep(HOUR_S)
        return TAKEN

    world = World(answer)
    hook = world.store.hook()

    async def killed_and_restarted() -> None:
        world.owe(violation())
        async with asyncio.TaskGroup() as tasks:
            killed = tasks.create_task(world.worker().run())
            await arrived.wait()
            killed.cancel()
        assert [log.state for log in world.log(hook.id)] == ["pending"]

        await world.work(1)

    run_virtually(killed_and_restarted())

    assert len(world.seen) == 2
    assert world.seen[0].id == world.seen[1].id
    assert [log.state for log in world.log(hook.id)] == ["delivered"]


def test_a_stopped_worker_lets_the_tries_under_way_end_and_starts_no_more() -> None:
    async def slow(_: Seen) -> Result:
        await asyncio.sleep(9)
        return TAKEN

    world = World(slow)

    async def story() -> None:
        world.owe(violation())
        world.owe(revised(violation(), status="confirmed"))
        await asyncio.sleep(1)

    hook = world.store.hook()
    run_virtually(world.work(0, story))

    assert [log.state for log in world.log(hook.id)] == ["pending", "delivered"]
    assert len(world.seen) == 1


def test_a_lost_nudge_delays_but_loses_nothing() -> None:
    world = World(takes)

    async def story() -> None:
        await asyncio.sleep(1)
        world.store.owe(violation(), at_us=world.now_us())

    world.store.hook()
    run_virtually(world.work(31, story))

    assert len(world.seen) == 1


def test_retry_after_holds_the_whole_hook() -> None:
    async def busy(seen: Seen) -> Result:
        return TAKEN if seen.at_s > 0 else Result(duration_us=1, code=429, error="HTTP 429", retry_after_s=300)

    world = World(busy)

    async def story() -> None:
        world.owe(violation())
        await asyncio.sleep(100)
        world.owe(violation(id="v_2"))

    world.store.hook()
    run_virtually(world.work(300, story))

    assert [round(seen.at_s) for seen in world.seen] == [0, 300, 300]


def test_what_a_hook_may_no_longer_be_told_is_not_sent() -> None:
    world = World(refuses)
    hook = world.store.hook()

    async def story() -> None:
        world.owe(violation(marking=Marking(("ARG",), Label("confidential"))))
        await asyncio.sleep(0.5)
        world.store.owners.clear()

    run_virtually(world.work(100, story))

    assert len(world.seen) == 1
    [log] = world.log(hook.id)
    assert log.state == "given_up"
    assert log.attempts[-1].error == "no longer allowed to be told"


def test_a_store_that_cannot_write_for_a_while_sees_no_try_repeated() -> None:
    class FullStore(MemoryStore):
        async def write(self, job):  # type: ignore[no-untyped-def]
            if asyncio.get_running_loop().time() < 50:
                raise StoreUnavailable("the disk is full")
            return self.now(job)

    world = World(takes)
    world.store = FullStore()

    async def story() -> None:
        world.owe(violation())

    hook = world.store.hook()
    run_virtually(world.work(60, story))

    assert len(world.seen) == 1
    assert [log.state for log in world.log(hook.id)] == ["delivered"]


def test_two_worlds_with_the_same_chances_try_at_the_same_times() -> None:
    def tries(seed: int) -> list[Seen]:
        world = World(up_after(300), seed)

        async def story() -> None:
            world.owe(violation(), Change(None, violation(id="v_2")))

        world.store.hook()
        run_virtually(world.work(400, story))
        return [seen._replace(id="") for seen in world.seen]

    assert tries(1) == tries(1)
    assert tries(1) != tries(2)
