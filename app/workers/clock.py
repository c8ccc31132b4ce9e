"""The clock's worker: writes a tick into the journal when a status or a finding falls due, and only then."""

import asyncio
from collections.abc import Callable

from app.engine import Engine
from app.model.entry import Tick
from app.store.errors import StoreError
from app.store.journal import Journal
from app.telemetry import log_of

LOOK_S = 1.0
QUIET_US = 3_600_000_000
"""Without anything due, a tick is still written this often: it lets the engine forget what is over."""

_log = log_of("clock")


class ClockWorker:
    """One a server."""

    def __init__(self, engine: Engine, journal: Journal, now_us: Callable[[], int]) -> None:
        self._engine = engine
        self._journal = journal
        self._now_us = now_us
        self._ticked_us = now_us()

    async def run(self) -> None:
        """Look every second until cancelled. A store that is full or busy is asked again at the next look."""
        while True:
            now_us = self._now_us()
            due_us = min(
                self._engine.tracks.next_due_us(), self._engine.groups.next_due_us(), self._ticked_us + QUIET_US
            )
            if due_us <= now_us:
                try:
                    await self._journal.append(Tick(now_us))
                    self._ticked_us = now_us
                except StoreError as error:
                    _log.warning("clock_waits", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)
