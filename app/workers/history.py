"""Moves journal entries into each unit's history, off the hot path. Late turns lose nothing: reads take in the tail."""

import asyncio
import logging
import time

from app.store.errors import StoreError
from app.store.history import History

LOOK_S = 2.0
WAIT_S = 15.0
"""A smaller tail waits this long: chunks of many rows are cheaper to write and to read."""
TAIL_POSITIONS = 200_000
TAIL_ENTRIES = 2_000
PASS_POSITIONS = 300_000
"""As many as the journal keeps in memory: the more rows a unit has in a pass, the less each of them costs."""

_log = logging.getLogger("accord.history")


class HistoryWorker:
    """Indexes when the tail is long or old. ``look_s`` is the time between two looks."""

    def __init__(self, history: History, look_s: float = LOOK_S, wait_s: float = WAIT_S) -> None:
        self._history = history
        self._look_s = look_s
        self._wait_s = wait_s

    async def run(self) -> None:
        """Work until cancelled. A store that is full or busy is asked again at the next look."""
        indexed_at = time.monotonic()
        while True:
            try:
                entries, positions = await self._history.tail()
                old = entries > 0 and time.monotonic() - indexed_at >= self._wait_s
                if old or entries >= TAIL_ENTRIES or positions >= TAIL_POSITIONS:
                    await self.catch_up()
                    indexed_at = time.monotonic()
            except StoreError as error:
                _log.warning("history waits: %s", error)
            await asyncio.sleep(self._look_s)

    async def catch_up(self) -> None:
        """Index what is there now, then merge small chunks."""
        entries, _ = await self._history.tail()
        while entries > 0:
            entries -= await self._history.index(PASS_POSITIONS)
        await self._history.merge()
