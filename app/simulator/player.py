"""Plays a scenario into a running server over its public API, as the contingents' own senders would."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Any, NamedTuple

import aiohttp
import msgspec
import structlog

from app.model.instant import SECOND_US
from app.simulator.reporting import Call, Send, sends
from app.simulator.scenario import Scenario

TICK_S = 0.5
"""How often what is due is sent."""
CATCH_UP_S = 600.0
"""How far back a scenario without an end starts that is played faster than the clock."""
ITEMS_AT_ONCE = 1_000
REQUEST_TIMEOUT_S = 10.0
LONGEST_PAUSE_S = 10.0
GIVE_UP_S = 600.0
"""After so long without an answer that can be used, the server is taken to be gone for good."""

_log = structlog.get_logger(__name__)


class PlayRefused(Exception):
    """The server will not have what is played: a wrong key or address, or no answer for ten minutes."""


@dataclass(slots=True)
class Played:
    """What the server said to what was sent to it, in items."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By the code of the reject."""


class Batch(NamedTuple):
    """One request's items, in the order they are sent."""

    contingent: str
    call: Call
    items: list[dict[str, Any]]


class Script:
    """What of a scenario is due when. Time is in seconds since the scenario's start."""

    def __init__(self, scenario: Scenario, start_us: int) -> None:
        self._sends = sends(scenario, start_us)
        self._next = next(self._sends, None)

    def due(self, until_s: float, limit: int = ITEMS_AT_ONCE) -> list[Batch]:
        """Take what is due by then, ``limit`` items at most; empty when nothing is left by then."""
        taken = sorted(self._taken(until_s, limit), key=_addressee)
        return [Batch(*to, [send.item for send in batch]) for to, batch in groupby(taken, key=_addressee)]

    def _taken(self, until_s: float, limit: int) -> Iterator[Send]:
        while self._next is not None and self._next.at_s <= until_s and limit:
            yield self._next
            self._next = next(self._sends, None)
            limit -= 1


async def play(
    scenario: Scenario,
    url: str,
    keys: Mapping[str, str],
    *,
    now_us: Callable[[], int],
    speed: float = 1.0,
    duration_s: float | None = None,
    stop: asyncio.Event | None = None,
) -> Played:
    """Play ``scenario`` into the server at ``url`` until ``stop`` is set, or for ``duration_s`` of the clock.

    ``keys`` has a key for each of the scenario's contingents. At a ``speed`` above 1 nothing is dated in the future:
    the scenario starts in the past, so far back that it has caught up with the clock at the end; without an end ten
    minutes back, and from then on it goes at 1.

    Raises:
        PlayRefused: a contingent has no key, or the server answers what no second try would change.
        ValueError: ``speed`` is not above 0.
    """
    if speed <= 0:
        raise ValueError("speed must be above 0")
    if missing := [contingent for contingent in scenario.contingents if contingent not in keys]:
        raise PlayRefused(f"no key for {', '.join(missing)}")
    stopped = stop or asyncio.Event()
    behind_s = CATCH_UP_S if duration_s is None else (speed - 1.0) * duration_s
    behind_s = behind_s if speed > 1.0 else 0.0
    began_us = now_us()
    script = Script(scenario, began_us - round(behind_s * SECOND_US))
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        sender = _Sender(session, url.rstrip("/"), keys, stopped, Random(scenario.seed))
        while not stopped.is_set():
            elapsed_s = (now_us() - began_us) / SECOND_US
            is_over = duration_s is not None and elapsed_s >= duration_s
            elapsed_s = elapsed_s if duration_s is None else min(elapsed_s, duration_s)
            until_s = elapsed_s * speed if speed <= 1.0 else min(elapsed_s * speed, elapsed_s + behind_s)
            batches = script.due(until_s)
            for batch in batches:
                await sender.send(batch)
            if not batches:
                if is_over:
                    break
                await _waited(stopped, TICK_S)
    return sender.played


class _Sender:
    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        keys: Mapping[str, str],
        stopped: asyncio.Event,
        random: Random,
    ) -> None:
        self.played = Played()
        self._session = session
        self._url = url
        self._keys = keys
        self._stopped = stopped
        self._random = random

    async def send(self, batch: Batch) -> None:
        """Send a batch until the server has it; each try is the same request, so no try counts twice."""
        pause_s = waited_s = 0.0
        while not self._stopped.is_set():
            asked_s = await self._try(batch)
            if asked_s is None:
                self.played.sent += len(batch.items)
                return
            pause_s = max(asked_s, min(LONGEST_PAUSE_S, 2.0 * pause_s or TICK_S))
            waited_s += pause_s
            if waited_s > GIVE_UP_S:
                raise PlayRefused(f"the server has not taken {batch.call} for {GIVE_UP_S:.0f} s")
            await _waited(self._stopped, pause_s * self._random.uniform(0.8, 1.2))

    async def _try(self, batch: Batch) -> float | None:
        """Return None once the server has answered for every item, else how long it asks us to wait."""
        try:
            async with self._session.post(
                f"{self._url}/api/v1/{batch.call}",
                data=msgspec.json.encode(batch.items),
                headers={
                    "Authorization": f"Bearer {self._keys[batch.contingent]}",
                    "Content-Type": "application/json",
                },
            ) as answer:
                if answer.status in (200, 422):
                    self._count(msgspec.json.decode(await answer.read(), type=_Answer), batch)
                    return None
                if answer.status == 429 or answer.status >= 500:
                    _log.warning("simulator.try_later", status=answer.status)
                    return _seconds(answer.headers.get("Retry-After"))
                raise PlayRefused(f"the server answers {answer.status} to {batch.call} of {batch.contingent}")
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            _log.warning("simulator.no_answer", error=type(error).__name__)
            return 0.0

    def _count(self, answer: "_Answer", batch: Batch) -> None:
        self.played.accepted += answer.accepted
        self.played.duplicates += answer.duplicates
        self.played.rejected.update(reject.code for reject in answer.rejected)
        for reject in answer.rejected[:3]:
            _log.warning("simulator.rejected", call=batch.call, code=reject.code)


class _Reject(msgspec.Struct):
    code: str


class _Answer(msgspec.Struct):
    accepted: int = 0
    duplicates: int = 0
    rejected: list[_Reject] = []


def _addressee(send: Send) -> tuple[str, Call]:
    return send.contingent, send.call


def _seconds(retry_after: str | None) -> float:
    """A Retry-After in seconds; a date, which no server of ours writes, counts as none."""
    return min(float(retry_after), 60.0) if retry_after is not None and retry_after.isdecimal() else 0.0


async def _waited(stopped: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return
