"""Lets go of what need not be kept any longer, little by little. What that is, its owners say."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import apsw

from app.store.database import Database
from app.store.errors import StoreError

EVERY_S = 3600.0
_BETWEEN_S = 0.05
"""Between two deletions, so that they do not crowd out what comes in."""


class Forget(Protocol):
    """Deletes some of what is older than it need be at ``now_us``; returns how many rows, 0 when none are left."""

    def __call__(self, connection: apsw.Connection, now_us: int) -> int: ...


_log = logging.getLogger("accord.retention")


class RetentionWorker:
    """Calls every ``forget`` until it has nothing left, now and then every hour."""

    def __init__(self, database: Database, forget: Sequence[Forget], now_us: Callable[[], int]) -> None:
        self._database = database
        self._forget = forget
        self._now_us = now_us

    async def run(self) -> None:
        """Work until cancelled. A store that is full or busy is asked again in an hour."""
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                _log.warning("retention waits: %s", error)
            await asyncio.sleep(EVERY_S)

    async def sweep(self) -> None:
        """Let go of everything that is due now."""
        for forget in self._forget:
            due = partial(forget, now_us=self._now_us())
            while (gone := await self._database.write(due)) > 0:
                _log.info("let go of %d rows", gone)
                await asyncio.sleep(_BETWEEN_S)
