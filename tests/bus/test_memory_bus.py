import asyncio

from app.bus.memory import MemoryBus
from app.bus.nudges import Bus


async def test_a_nudge_before_the_wait_is_not_slept_through() -> None:
    bus: Bus = MemoryBus()
    heard = bus.heard("journal")

    bus.publish("journal")

    assert await bus.wait("journal", heard, timeout_s=60) == heard + 1


async def test_a_nudge_wakes_everyone_who_waits_for_its_topic_and_nobody_else() -> None:
    bus = MemoryBus()
    async with asyncio.timeout(5), asyncio.TaskGroup() as waiting:
        first = waiting.create_task(bus.wait("journal", 0, timeout_s=60))
        second = waiting.create_task(bus.wait("journal", 0, timeout_s=60))
        other = waiting.create_task(bus.wait("outbox", 0, timeout_s=60))
        await asyncio.sleep(0)  # one turn of the loop: all three wait now

        bus.publish("journal")

        assert await first == await second == 1
        assert not other.done()
        bus.publish("outbox")


async def test_a_wait_ends_at_its_deadline_without_news() -> None:
    assert await MemoryBus().wait("journal", 0, timeout_s=0) == 0
