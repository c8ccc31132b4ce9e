"""One connection: how much it takes, and what it has asked for. Decides nothing about content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.access.principals import Principal
from app.live.audience import Audience
from app.live.frames import Subscribe
from app.live.session import Session

ROOM = 64 * 1024
"""While more than so many bytes are on their way to a subscriber, nothing is added, not even a violation."""
STALL_S = 8.0
LEAST_PROGRESS = 128 * 1024
"""Who has not read all he was sent, nor at least so many bytes in ``STALL_S``, has stalled."""


class Line(Protocol):
    """A connection as the hub needs it. None of these raises, waits or reads."""

    def send(self, messages: list[tuple[bytes, ...]]) -> None:
        """Send text messages, each given in pieces, as fast as the peer takes them."""

    def backlog(self) -> int:
        """Return how many bytes were sent and have not left this process."""

    def drained(self) -> int:
        """Return how many bytes have left this process so far."""

    def close(self, code: int, reason: str) -> None:
        """Say why and close; drop the connection within three seconds, whether or not the peer reads."""


@dataclass(eq=False)
class Subscriber:
    """A connection of ``principal``. It has a session once it has subscribed. ``columns``: as of a ``View``."""

    line: Line
    principal: Principal
    audience: Audience
    current: Callable[[], Principal | None]
    columns: bool = False
    session: Session | None = None
    asked: Subscribe | None = None
    """A subscription that is not answered yet."""
    answered_s: float | None = None
    _busy_since_s: float | None = None
    _drained: int = 0

    def stalled(self, now_s: float) -> bool:
        """Whether the peer has stopped reading, or all but. Asked at every tick."""
        if not self.line.backlog():
            self._busy_since_s = None
            return False
        drained = self.line.drained()
        if self._busy_since_s is not None and now_s - self._busy_since_s < STALL_S:
            return False
        stalled = self._busy_since_s is not None and drained - self._drained < LEAST_PROGRESS
        self._busy_since_s, self._drained = now_s, drained
        return stalled
