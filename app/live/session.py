"""One subscriber's stream: what he has been sent, so that a resume is proved or refused. Sends nothing itself."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from app.live.audience import Audience
from app.live.subscription import View

RETAIN_S = 90.0
"""A stream can be resumed this long after its connection ended, from any message sent in that time."""
MOST_POINTS = 65_536
"""… but from no message further back than so many."""
_TRIM_FROM = 512


class Point(NamedTuple):
    """What a subscriber knows: tracks as of ``version``, the bulletin as of ``number``, violations up to ``told``.

    Violations are told at once and so run ahead of the rest.
    """

    version: int
    number: int
    told: int


class Session:
    """A stream of messages numbered from 1, under one epoch, principal, audience and view."""

    def __init__(self, epoch: str, principal: str, audience: Audience, view: View) -> None:
        self.epoch = epoch
        self.principal = principal
        self.audience = audience
        self.view = view
        self.point = Point(-1, -1, -1)
        self.seq = 0
        self._after = 0  # the messages remembered are those numbered _after + 1 … seq
        self._sent_s = array("d")
        self._points = array("q")  # three numbers a message

    def count(self, now_s: float, point: Point) -> int:
        """Return the number of the next message, after which the subscriber knows ``point``."""
        self.point = point
        self._points.extend(point)
        return self._count(now_s, 1)[0]

    def count_each(self, now_s: float, told: Sequence[int], upto: int) -> range:
        """Return the numbers of the next messages, after each of which he has been told up to one of ``told``.

        After all of them, be there any or none, that is up to ``upto``.
        """
        version, number, _ = self.point
        known = Point(version, number, upto)
        if not told:
            self.learn(known)
            return range(0)
        for each in told[:-1]:
            self._points.extend((version, number, each))
        self._points.extend(known)
        self.point = known
        return self._count(now_s, len(told))

    def _count(self, now_s: float, messages: int) -> range:
        self._sent_s.extend([now_s] * messages)
        self.seq += messages
        kept = len(self._sent_s)
        if kept >= _TRIM_FROM and (self._sent_s[kept // 2] < now_s - RETAIN_S or kept > MOST_POINTS):
            self._after += kept // 2
            del self._sent_s[: kept // 2]
            del self._points[: 3 * (kept // 2)]
        return range(self.seq - messages + 1, self.seq + 1)

    def learn(self, point: Point) -> None:
        """The subscriber, by all he has been sent, knows ``point``."""
        self.point = point
        if self._sent_s:
            self._points[-3:] = array("q", point)

    def remembers(self, seq: int) -> Point | None:
        """Return what the subscriber knew after message ``seq``, or None if that is not remembered."""
        place = seq - self._after - 1
        if not 0 <= place < len(self._sent_s):
            return None
        return Point(*self._points[3 * place : 3 * place + 3])

    def rewind(self, seq: int) -> None:
        """The messages after ``seq``, which is remembered, never arrived: their numbers are free again."""
        point = self.remembers(seq)
        if point is None:
            raise ValueError("a message that is not remembered")
        keep = seq - self._after
        del self._sent_s[keep:]
        del self._points[3 * keep :]
        self.seq, self.point = seq, point
