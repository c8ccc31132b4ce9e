"""News between workers: who should wake up. A nudge may be lost or doubled: the store, not the bus, is the truth."""

from typing import Protocol

OUTBOX = "outbox"
"""Something new waits in the outbox."""


class Bus(Protocol):
    """Nudges by topic.

    Take ``heard`` first, then read the store, then ``wait`` since it: what came in between is not slept through.
    """

    def publish(self, topic: str) -> None:
        """Tell those who wait for ``topic`` that it has news."""

    def heard(self, topic: str) -> int:
        """Return the place in ``topic`` to wait from."""

    async def wait(self, topic: str, since: int, timeout_s: float) -> int:
        """Wait until ``topic`` is beyond ``since``, at most ``timeout_s``; return its place now."""
