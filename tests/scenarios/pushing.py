"""A sender who knows nothing of the server's troubles: whatever was not acknowledged is sent again."""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.scenarios.server import Server

Item = dict[str, Any]
_TRY_S = 120.0


def batches(items: Sequence[Item], chance: Random, most: int) -> list[list[Item]]:
    """Cut ``items`` into requests of random sizes up to ``most``: single ones too."""
    cut, at = [], 0
    while at < len(items):
        size = chance.choice((1, chance.randint(2, max(2, most // 10)), chance.randint(1, most), most))
        cut.append(list(items[at : at + size]))
        at += size
    return cut


def muddled(items: Sequence[Item], chance: Random, most: int, again: float = 0.1) -> list[list[Item]]:
    """Return requests that bring every item in random order, and a share of them twice."""
    order = [*items, *chance.sample(list(items), round(again * len(items)))]
    chance.shuffle(order)
    return batches(order, chance, most)


@dataclass
class Pushed:
    """What became of a push."""

    accepted: int = 0
    duplicates: int = 0
    answered: int = 0
    tried_again: int = 0
    rejected: list[Item] = field(default_factory=list)


async def push(
    server: Server, key: str, requests: Iterable[Sequence[Item]], kill_after: Collection[int] = (), senders: int = 4
) -> Pushed:
    """Send requests, ``senders`` at a time, each until it is answered with 200.

    After each count of answers in ``kill_after`` the server is killed a random moment later, and started again.
    """
    pushed, waiting, moment = Pushed(), iter(list(requests)), asyncio.Condition()
    chance = Random(len(kill_after))
    over = False

    async def sender(client: httpx.AsyncClient) -> None:
        for number, items in enumerate(waiting):
            body, kind = _body(items, number)
            answer = await _until_answered(server, client, _path(items), body, kind, pushed)
            async with moment:
                pushed.answered += 1
                pushed.accepted += answer["accepted"]
                pushed.duplicates += answer["duplicates"]
                pushed.rejected += answer["rejected"]
                moment.notify_all()

    async def killer() -> None:
        for count in sorted(kill_after):
            async with moment:
                await moment.wait_for(lambda count=count: over or pushed.answered >= count)  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(0, 0.03))  # the kill itself, not a wait: it may come at any moment
            await server.kill()
            await server.start()

    async with server.client(key) as client, asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(killer())
        async with asyncio.TaskGroup() as sending:
            for _ in range(senders):
                sending.create_task(sender(client))
        over = True
        async with moment:
            moment.notify_all()
        await killing
    return pushed


def _body(items: Sequence[Item], number: int) -> tuple[bytes, str]:
    if len(items) == 1 and number % 2:
        return json.dumps(items[0]).encode(), "application/json"
    if number % 3 == 2:
        return "\n".join(map(json.dumps, items)).encode(), "application/x-ndjson"
    return json.dumps(items).encode(), "application/json"


def _path(items: Sequence[Item]) -> str:
    """Where these go: what has the id of an incident is one."""
    return "/api/v1/incidents" if items and "incident" in items[0] else "/api/v1/positions"


async def _until_answered(
    server: Server, client: httpx.AsyncClient, path: str, body: bytes, kind: str, pushed: Pushed
) -> dict[str, Any]:
    async with asyncio.timeout(_TRY_S):
        while True:
            try:
                answer = await client.post(path, content=body, headers={"Content-Type": kind})
            except httpx.TransportError:
                pushed.tried_again += 1
                await asyncio.sleep(0.05)  # as a sender does between two tries
                continue
            assert answer.status_code == 200, answer.text
            document: dict[str, Any] = answer.json()
            return document
