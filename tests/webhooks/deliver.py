"""Delivers what the outbox of a folder owes until it is killed: ``python -m tests.webhooks.deliver FOLDER``."""

import asyncio
import random
import sys
import time
from pathlib import Path

from app.bus.memory import MemoryBus
from app.store.database import Database
from app.telemetry import Metrics
from app.webhooks.addresses import parse_allowed
from app.webhooks.guard import Guard
from app.webhooks.sender import Sender
from app.workers.webhooks import WebhookWorker
from tests.store.outboxes import OFFICER


def now_us() -> int:
    return time.time_ns() // 1000


async def deliver(folder: Path) -> None:
    database = Database.open(folder)
    async with Sender(Guard(parse_allowed("127.0.0.0/8")), now_us) as sender:
        worker = WebhookWorker(
            database, MemoryBus(), sender.send, lambda _db, _id: OFFICER, now_us, random.Random(), Metrics.create()
        )
        await worker.run()


if __name__ == "__main__":
    asyncio.run(deliver(Path(sys.argv[1])))
