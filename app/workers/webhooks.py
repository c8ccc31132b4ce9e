"""The worker that empties the outbox: tries what is due, writes down what came of it. Raises no alert of its own."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol, TypeVar

import apsw

from app.bus.nudges import OUTBOX, Bus
from app.model.outcome import Outcome
from app.store import outbox
from app.store.errors import StoreError
from app.store.hooks import Hook, OwnerOf
from app.store.outbox import Attempt, Delivery, Due
from app.telemetry import Metrics, log_of
from app.webhooks.retry import LONGEST_HEEDED_S, next_try_us
from app.webhooks.sender import Result
from app.webhooks.signature import signed_headers

T = TypeVar("T")
Send = Callable[[str, Mapping[str, str], bytes], Awaitable[Result]]
"""Posts a body with headers to a URL once, in bounded time; never raises for what the other side does."""

MOST_TRIES = 256
"""Tries under way at once, in all."""
MOST_TRIES_A_HOOK = 4
MOST_TRIES_FAILING = 2
"""Tries under way at a hook that took nothing last time: a dead endpoint holds few of the places."""
FAILING_PAUSE_US = 50_000
"""Least time between tries at a failing hook, so that a long backlog does not become a storm of commits."""
ROUND_S = 30.0
"""The worker looks at the outbox this often even if nobody nudges it."""
STORE_PAUSE_S = 1.0
COUNT_US = 10 * 1_000_000
PRUNE_US = 3600 * 1_000_000

_log = log_of("webhooks")


class Transactions(Protocol):
    """The part of the store that the worker uses."""

    async def read(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run ``job`` in one read transaction."""

    async def write(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run ``job`` in a write transaction; return after its commit."""


class OutboxNudge:
    """Hears of committed outcomes, and wakes the worker where one may have owed something to a hook."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def told(self, outcome: Outcome) -> None:
        """Publish a nudge if the outcome tells anything."""
        if outcome.changes or outcome.incidents:
            self._bus.publish(OUTBOX)


class WebhookWorker:
    """Delivers at least once: a try that was cut off before it was written down is made again, under the same id.

    One worker serves a store. Cancel ``run`` to end it at once; ``stop`` lets the tries under way come to their end.
    """

    def __init__(
        self,
        store: Transactions,
        bus: Bus,
        send: Send,
        owner_of: OwnerOf,
        now_us: Callable[[], int],
        chance: random.Random,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._bus = bus
        self._send = send
        self._owner_of = owner_of
        self._now_us = now_us
        self._chance = chance
        self._metrics = metrics
        self._busy: dict[str, set[int]] = {}
        self._held_us: dict[str, int] = {}
        self._stopping = False
        self._counted_us = 0
        self._pruned_us = 0

    async def run(self) -> None:
        """Deliver until ``stop``; returns when the tries under way are written down."""
        async with asyncio.TaskGroup() as tries:
            while not self._stopping:
                heard = self._bus.heard(OUTBOX)
                try:
                    next_us = await self._start_due(tries)
                    await self._keep_house()
                except StoreError as error:
                    _log.warning("outbox_unreadable", error=type(error).__name__)
                    await asyncio.sleep(STORE_PAUSE_S)
                    continue
                await self._bus.wait(OUTBOX, heard, self._wait_s(next_us))

    def stop(self) -> None:
        """Start no more tries, and let ``run`` return."""
        self._stopping = True
        self._bus.publish(OUTBOX)

    async def _start_due(self, tries: asyncio.TaskGroup) -> int | None:
        """Start what is due and has a place; return when the next one will be due."""
        # A try that ends while we read may still look due in what was read, so those under way before count as well.
        under_way = frozenset(number for numbers in self._busy.values() for number in numbers)
        now_us = self._now_us()
        most = MOST_TRIES_A_HOOK * 2
        found, next_us = await self._store.read(lambda connection: outbox.due(connection, self._owner_of, now_us, most))
        wakes = [] if next_us is None else [next_us]
        for item in sorted(found, key=lambda item: len(self._busy.get(item.hook.id, ()))):
            held_us = self._held_us.get(item.hook.id, 0)
            if held_us > now_us:
                wakes.append(held_us)
            elif item.delivery.number not in under_way and self._has_place(item):
                self._busy.setdefault(item.hook.id, set()).add(item.delivery.number)
                tries.create_task(self._try(item))
        return min(wakes, default=None)

    def _has_place(self, item: Due) -> bool:
        busy = len(self._busy.get(item.hook.id, ()))
        most = MOST_TRIES_A_HOOK if item.hook.failing_since_us is None else MOST_TRIES_FAILING
        return busy < most and sum(map(len, self._busy.values())) < MOST_TRIES

    async def _try(self, item: Due) -> None:
        hook, delivery, allowed = item
        try:
            if allowed:
                await self._deliver(hook, delivery)
            else:
                self._metrics.hook_attempts.labels("refused").inc()
                await self._written(partial(outbox.refuse, delivery=delivery, now_us=self._now_us()))
        finally:
            self._busy[hook.id].discard(delivery.number)
            if not self._busy[hook.id]:
                del self._busy[hook.id]
            self._bus.publish(OUTBOX)

    async def _deliver(self, hook: Hook, delivery: Delivery) -> None:
        begun_us = self._now_us()
        headers = signed_headers(hook.secret, delivery.id, begun_us, delivery.body)
        result = await self._send(hook.url, headers, delivery.body)
        attempt = Attempt(begun_us, result.duration_us, result.code, result.error)
        again_us = None
        if result.error is not None:
            again_us = next_try_us(delivery.tries + 1, delivery.since_us, begun_us, self._chance, result.retry_after_s)
            self._hold(hook.id, result)
        state = await self._written(partial(outbox.record, delivery=delivery, attempt=attempt, next_try_us=again_us))
        self._tell(hook, delivery, result, state)

    def _hold(self, hook_id: str, result: Result) -> None:
        pause_us = FAILING_PAUSE_US
        if result.retry_after_s is not None:
            pause_us = max(pause_us, round(min(result.retry_after_s, LONGEST_HEEDED_S) * 1e6))
        self._held_us[hook_id] = self._now_us() + pause_us

    async def _written(self, job: Callable[[apsw.Connection], T]) -> T | None:
        """Write what came of a try; None if that was not possible before the end.

        While the store cannot, the place stays taken: to forget the try would be to repeat it.
        """
        while True:
            try:
                return await self._store.write(job)
            except StoreError as error:
                _log.warning("try_not_written", error=type(error).__name__)
                if self._stopping:
                    return None
                await asyncio.sleep(STORE_PAUSE_S)

    def _tell(self, hook: Hook, delivery: Delivery, result: Result, state: outbox.State | None) -> None:
        self._metrics.hook_attempts.labels("failed" if result.error else "taken").inc()
        if result.error is None:
            self._held_us.pop(hook.id, None)
            self._metrics.hook_seconds.observe(max(0, self._now_us() - delivery.raised_us) / 1e6)
            if hook.failing_since_us is not None:
                _log.info("hook_recovered", hook=hook.id)
        elif hook.failing_since_us is None:
            _log.warning("hook_failing", hook=hook.id, code=result.code, error=result.error)
        if state == "given_up":
            _log.error("delivery_given_up", hook=hook.id, delivery=delivery.id, error=result.error)

    async def _keep_house(self) -> None:
        now_us = self._now_us()
        if now_us - self._counted_us >= COUNT_US:
            self._counted_us = now_us
            owed = await self._store.read(outbox.backlog)
            self._metrics.hook_pending.set(owed.pending)
            self._metrics.hooks_failing.set(owed.failing_hooks)
        if now_us - self._pruned_us >= PRUNE_US and not await self._store.write(partial(outbox.prune, now_us=now_us)):
            self._pruned_us = now_us

    def _wait_s(self, next_us: int | None) -> float:
        if next_us is None:
            return ROUND_S
        return min(max(0.0, (next_us - self._now_us()) / 1e6), ROUND_S)
