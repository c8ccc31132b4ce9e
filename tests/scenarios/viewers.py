"""One whole server on a clock that stands, and viewers who write down every byte that they are sent."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp

from app.main import Running, serving
from app.model.instant import SECOND_US
from app.settings import Settings
from app.store import accounts, outbox
from app.store.database import Database
from app.store.meta import kept
from tests.builders import NOON_US
from tests.scenarios.receiver import Receiver
from tests.scenarios.server import eventually

SECRET = b"the same in every world, so that ids can be compared"
LAYERS = ["tracks", "incidents", "violations", "features"]
"""Without the feeds: they are told by the real clock, every few seconds."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_RANDOM_ID = re.compile(r"\b(?:r|hook)_[a-z0-9]{10,}")
"""Ids of reports and hooks: the ones are made of places in the journal, the others by chance."""


@dataclass
class Viewer:
    """Somebody with a key: what he is sent, live and when he asks."""

    http: aiohttp.ClientSession
    url: str
    frames: list[str] = field(default_factory=list)
    socket: aiohttp.ClientWebSocketResponse | None = None
    epoch: str | None = None
    seq: int = 0

    async def watch(self) -> None:
        """Begin, or go on where the connection was lost."""
        resume = None if self.epoch is None else {"epoch": self.epoch, "seq": self.seq}
        self.socket = await self.http.ws_connect(f"{self.url}/api/v1/live", protocols=["cop.v1.json"])
        await self.socket.send_json({"type": "subscribe", "layers": LAYERS, "bbox": None, "resume": resume})

    async def part(self) -> None:
        """Lose the connection."""
        assert self.socket is not None
        await self.socket.close()

    async def read_until(self, *words: str) -> None:
        """Read until a message other than a ping holds all of ``words``."""
        assert self.socket is not None
        async with asyncio.timeout(20):
            while True:
                text = await self.socket.receive_str()
                frame = json.loads(text)
                if frame["type"] == "ping":
                    continue
                self.seq, epoch = frame["seq"], frame.get("epoch", self.epoch)
                self.epoch = epoch
                self.frames.append(self.plain(text.replace(str(epoch), "EPOCH")))
                if all(word in text for word in words):
                    return

    async def ask(self, path: str, method: str = "GET", **more: Any) -> str:
        """Return an answer's status, headers and body, as they can be compared between worlds."""
        async with self.http.request(method, f"{self.url}{path}", **more) as answer:
            heads = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != "date")
            return self.plain(f"{answer.status}\n" + "\n".join(heads) + f"\n{await answer.text()}")

    def plain(self, text: str) -> str:
        """Write an answer without what may differ: the address, and the ids of reports and hooks, numbered instead."""
        numbers: dict[str, str] = {}
        text = _ADDRESS.sub("http://address", text)
        return _RANDOM_ID.sub(lambda found: numbers.setdefault(found.group(), f"id-{len(numbers)}"), text)


@dataclass
class World:
    """A server and a clock that is moved by hand."""

    running: Running
    now: list[int]

    async def key(self, contingent: str | None, role: Any) -> str:
        """Make a key."""
        made = partial(accounts.create_key, name="k", role=role, contingent=contingent, now_us=self.now[0])
        return (await self.running.context.database.write(made))[1]

    @asynccontextmanager
    async def viewer(self, contingent: str | None, role: str) -> AsyncIterator[Viewer]:
        """Somebody who looks."""
        headers = {"Authorization": f"Bearer {await self.key(contingent, role)}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            yield Viewer(http, self.running.url)

    async def push(self, sender: Viewer, feed: str, items: Sequence[dict[str, Any]]) -> None:
        """Push, and wait until it is judged."""
        context = self.running.context
        async with sender.http.post(f"{sender.url}/api/v1/{feed}", json=list(items)) as answer:
            assert (await answer.json())["rejected"] == []
        assert await context.worker.wait_for(context.journal.head(), 20)


@asynccontextmanager
async def world(folder: Path, mission: Path) -> AsyncIterator[World]:
    """A world at noon."""
    database = Database.open(folder)
    database.write_now(partial(kept, name="sealing", make=lambda: SECRET))
    database.close()
    now = [NOON_US]
    settings = Settings(data=folder, mission=mission, port=0, hook_allow=(ip_network("127.0.0.0/8"),))
    async with serving(settings, lambda: now[0]) as running:
        yield World(running, now)


async def hooked(viewer: Viewer, events: Sequence[str], receiver: Receiver) -> None:
    """Let the viewer make a hook to the receiver."""
    body = {"url": receiver.url, "events": list(events)}
    async with viewer.http.post(f"{viewer.url}/api/v1/hooks", json=body) as made:
        assert made.status == 201, await made.text()


async def letters(here: World, receiver: Receiver, viewer: Viewer) -> list[str]:
    """Return what a receiver was told, each letter once, by object and revision, when nothing more is owed."""

    async def all_told() -> bool:
        here.now[0] += SECOND_US  # what waits behind another letter, or for another try, is due by the clock
        owed = await here.running.context.database.read(outbox.backlog)
        return owed.pending == 0

    await eventually(all_told, within_s=60)
    each = dict(receiver.taken)
    ordered = sorted(each.values(), key=lambda it: (it["data"]["id"], it["timestamp"]))
    return [viewer.plain(json.dumps(letter)) for letter in ordered]
