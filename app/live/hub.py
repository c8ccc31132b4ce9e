"""The live picture for everyone who watches: who is told what, and when. Decides no rights and opens no socket.

Subscribers are not sent events but the difference between what they know and what is. So one who lags skips what is
outdated, and one who returns gets what he missed; only violations are told one by one.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from time import monotonic
from typing import NamedTuple

from app.access.policy import Allowed
from app.access.principals import Principal
from app.live.audience import Audience, Rights, rights_of
from app.live.bodies import Bodies, Body
from app.live.bulletin import Bulletin, Revision
from app.live.envelope import DeltaPrefix, SnapshotPrefix, numbered, spliced, whole
from app.live.frames import FeedFrame, Ping, Resume, Resumed, Subscribe
from app.live.session import RETAIN_S, Point, Session
from app.live.source import PictureSource
from app.live.subscriber import ROOM, Line, Subscriber
from app.live.subscription import View, view_of
from app.live.track_frames import TrackFraming
from app.model.instant import instant_text
from app.model.outcome import Outcome
from app.model.sealing import Sealer

TICK_S = 0.25
PING_S = 1.0
FEEDS_S = 5.0
FORGET_S = 30.0
SHARED_SNAPSHOT = 256 * 1024
"""Snapshots from this size on may be up to a tick old, so that a storm of clients costs one a tick."""
MOST_CONNECTIONS = 100
"""Of one principal at a time."""
MOST_PARTED = 2_000
"""Streams kept for those who may resume; the longest parted is given up first."""

SLOW, SUPERSEDED, REVOKED = 4008, 4009, 4401
Message = tuple[bytes, ...]


class TooManyConnections(Exception):
    """The principal has as many live connections as one may have."""


_Known = tuple[Rights, View, int, int]
_DrawnDeltas = dict[_Known, Body | None]


class _Drawn(NamedTuple):
    body: Body
    at: str
    at_s: float


class Hub:
    """Tells every subscriber what he may see. Every call is made on the loop's thread, and none waits."""

    def __init__(
        self,
        source: PictureSource,
        sealer: Sealer,
        now_us: Callable[[], int],
        lag_s: Callable[[], float],
        feeds: Callable[[Principal, Allowed], Iterable[FeedFrame]],
        clock_s: Callable[[], float] = monotonic,
        nonce: Callable[[], str] = lambda: secrets.token_urlsafe(12),
    ) -> None:
        """``lag_s`` is by how much the engine is behind the journal; ``feeds`` is what one may know of them."""
        self._source = source
        self._now_us = now_us
        self._lag_s = lag_s
        self._feeds = feeds
        self._clock_s = clock_s
        self._nonce = nonce
        self._bulletin = Bulletin()
        self._bodies = Bodies(TrackFraming(source.registry, sealer), sealer, self._bulletin)
        self._audiences: dict[Rights, Audience] = {}
        self._subscribers: dict[Subscriber, None] = {}
        self._sessions: dict[str, Session] = {}
        self._parted: dict[str, float] = {}  # epoch → when its connection ended, longest ago first
        self._snapshots: dict[tuple[Rights, View], _Drawn] = {}
        self._freshly: dict[tuple[Rights, int], list[Revision]] = {}
        """By rights, the revisions after a number, as of the bulletin's number ``_fresh_of``."""
        self._fresh_of = -1
        self._ping_due_s = self._feeds_due_s = self._forget_due_s = float("-inf")

    @property
    def connections(self) -> int:
        """How many are connected."""
        return len(self._subscribers)

    def start(self) -> None:
        """Take in what the engine holds, before the first outcome is told."""
        self._bulletin.begin(self._source.violations.recent(), self._source.incidents.recent(), self._source.mission)

    async def run(self) -> None:
        """Tick until cancelled."""
        due_s = self._clock_s()
        while True:
            self.tick()
            due_s = max(due_s + TICK_S, self._clock_s())
            await asyncio.sleep(due_s - self._clock_s())

    def told(self, outcome: Outcome) -> None:
        """Tell a committed outcome: its violations at once, the rest at the next tick."""
        self._bulletin.take(outcome, self._source.mission)
        if not outcome.changes:
            return
        now_s = self._clock_s()
        for subscriber in self._subscribers:
            session = subscriber.session
            if session is not None and subscriber.line.backlog() < ROOM and self._bulletin.reaches(session.point.told):
                messages = self._violations(session, now_s)
                if messages:
                    subscriber.line.send(messages)

    def attach(
        self, line: Line, principal: Principal, current: Callable[[], Principal | None], columns: bool = False
    ) -> Subscriber:
        """Take a new connection. It is told nothing before it subscribes.

        ``current`` is asked at every tick who the principal is by now, or None if his credential is not good any more.
        ``columns``: it takes tracks that only moved by column.

        Raises:
            TooManyConnections: the principal has ``MOST_CONNECTIONS`` already.
        """
        if sum(other.principal.id == principal.id for other in self._subscribers) >= MOST_CONNECTIONS:
            raise TooManyConnections
        subscriber = Subscriber(line, principal, self._audience(principal), current, columns)
        self._subscribers[subscriber] = None
        return subscriber

    def subscribe(self, subscriber: Subscriber, message: Subscribe) -> None:
        """Begin, resume or change the view: at once, but no more often than once a tick."""
        subscriber.asked = message
        self._answer(subscriber, self._clock_s())

    def detach(self, subscriber: Subscriber) -> None:
        """The connection has ended. Its stream can be resumed for a while."""
        if subscriber not in self._subscribers:
            return
        del self._subscribers[subscriber]
        session, subscriber.session = subscriber.session, None
        if session is not None:
            self._parted[session.epoch] = self._clock_s()
            if len(self._parted) > MOST_PARTED:
                self._forget(next(iter(self._parted)))

    def tick(self) -> None:
        """Bring every subscriber who keeps up to the present; cut those who do not."""
        now_s, at = self._clock_s(), instant_text(self._now_us())
        if now_s >= self._feeds_due_s:
            self._feeds_due_s = now_s + FEEDS_S
            for audience in self._audiences.values():
                self._hear_feeds(audience)
        self._snapshots.clear()
        ping = None
        if now_s >= self._ping_due_s:
            self._ping_due_s = now_s + PING_S
            ping = whole(Ping(at, self._lag()))
            self._sweep(now_s)
        drawn: _DrawnDeltas = {}
        for subscriber in list(self._subscribers):
            if not self._recognised(subscriber):
                self._cut(subscriber, REVOKED, "the credential is not good any more")
            elif subscriber.stalled(now_s):
                self._cut(subscriber, SLOW, "too slow: resume, or ask for less")
            elif not self._answer(subscriber, now_s) and subscriber.session is not None:
                self._serve(subscriber, subscriber.session, now_s, at, drawn, ping)
        self._bulletin.trim()
        if now_s >= self._forget_due_s:
            self._forget_due_s = now_s + FORGET_S
            self._bulletin.forget(self._now_us())

    def _serve(
        self,
        subscriber: Subscriber,
        session: Session,
        now_s: float,
        at: str,
        drawn: _DrawnDeltas,
        ping: Message | None,
    ) -> None:
        backlog = subscriber.line.backlog()
        if backlog >= ROOM:
            return
        if not self._bulletin.reaches(session.point.told):
            subscriber.line.send(self._begun(subscriber, session.view, now_s))
            return
        messages = self._violations(session, now_s)
        if not backlog:
            messages += self._changes(session, now_s, at, drawn)
            if ping is not None:
                messages.append(ping)
        if messages:
            subscriber.line.send(messages)

    def _recognised(self, subscriber: Subscriber) -> bool:
        """Whether the principal is still somebody. New rights end his session, and begin one with a snapshot."""
        principal = subscriber.current()
        if principal is None or principal is subscriber.principal:
            return principal is not None
        subscriber.principal = principal
        if rights_of(principal) != subscriber.audience.rights:
            subscriber.audience = self._audience(principal)
            session = subscriber.session
            if session is not None:
                self._end(subscriber)
                subscriber.asked = subscriber.asked or Subscribe(tuple(session.view.layers), session.view.bbox)
        return True

    def _violations(self, session: Session, now_s: float) -> list[Message]:
        """Number the revisions that the session has not been told."""
        told, number = session.point.told, self._bulletin.number
        if told == number:
            return []
        fresh = self._fresh(session.audience, told) if "violations" in session.view.layers else []
        seqs = session.count_each(now_s, [revision.number for revision in fresh], number)
        return [numbered(seq, revision.tail) for seq, revision in zip(seqs, fresh, strict=True)]

    def _fresh(self, audience: Audience, told: int) -> list[Revision]:
        """Return the revisions told after number ``told`` that the audience may see: mostly many ask for the same."""
        if self._fresh_of != self._bulletin.number:
            self._fresh_of = self._bulletin.number
            self._freshly.clear()
        key = audience.rights, told
        fresh = self._freshly.get(key)
        if fresh is None:
            may = audience.allowed.may
            fresh = [it for it in self._bulletin.revisions(told) if may(it.violation.marking)]
            self._freshly[key] = fresh
        return fresh

    def _changes(
        self,
        session: Session,
        now_s: float,
        at: str,
        drawn: _DrawnDeltas,
    ) -> list[Message]:
        """Number the delta to the present, if it holds anything."""
        point, tracks = session.point, self._source.tracks
        if point.version == tracks.version and point.number == self._bulletin.number:
            return []
        key = _key(session)
        if key not in drawn:
            drawn[key] = self._bodies.delta(tracks, session.audience, session.view, point)
        body = drawn[key]
        if body is None:
            raise AssertionError("what a connected subscriber knows is remembered as long as its violations are")
        known = Point(body.version, body.number, point.told)
        if not body.tail:
            session.learn(known)
            return []
        return [spliced(DeltaPrefix(session.epoch, session.count(now_s, known), at), body.tail)]

    def _answer(self, subscriber: Subscriber, now_s: float) -> bool:
        """Answer what the subscriber asked, if anything, once a tick and where there is room. Return whether it was."""
        message = subscriber.asked
        if message is None or subscriber.line.backlog() >= ROOM:
            return False
        if subscriber.answered_s is not None and now_s < subscriber.answered_s + TICK_S:
            return False
        # Later, messages may be on their way that the client did not know of when it said what it holds.
        resume = message.resume if subscriber.answered_s is None else None
        subscriber.asked, subscriber.answered_s = None, now_s
        view = view_of(message, subscriber.columns)
        messages = self._resumed(subscriber, view, resume, now_s) if resume is not None else []
        subscriber.line.send(messages or self._begun(subscriber, view, now_s))
        return True

    def _begun(self, subscriber: Subscriber, view: View, now_s: float) -> list[Message]:
        """Begin a new session of the subscriber, in place of the one he may have, with a snapshot."""
        self._end(subscriber)
        drawn = self._snapshot(subscriber.audience, view, now_s)
        point = Point(drawn.body.version, drawn.body.number, drawn.body.number)
        session = Session(self._nonce(), subscriber.principal.id, subscriber.audience, view)
        self._sessions[session.epoch] = subscriber.session = session
        prefix = SnapshotPrefix(session.epoch, session.count(now_s, point), drawn.at, self._lag())
        return [spliced(prefix, drawn.body.tail)]

    def _snapshot(self, audience: Audience, view: View, now_s: float) -> _Drawn:
        tracks, key = self._source.tracks, (audience.rights, view)
        last = self._snapshots.get(key)
        if last is not None and now_s < last.at_s + TICK_S:
            current = (last.body.version, last.body.number) == (tracks.version, self._bulletin.number)
            if current or len(last.body.tail) >= SHARED_SNAPSHOT:
                return last
        body = self._bodies.snapshot(tracks, audience, view)
        drawn = self._snapshots[key] = _Drawn(body, instant_text(self._now_us()), now_s)
        return drawn

    def _resumed(self, subscriber: Subscriber, view: View, resume: Resume, now_s: float) -> list[Message]:
        """Continue the session that the subscriber names, or return nothing if a gap cannot be ruled out."""
        session = self._sessions.get(resume.epoch)
        if session is None or session.principal != subscriber.principal.id:
            return []
        if session.audience.rights != subscriber.audience.rights or session.view != view:
            return []
        point, tracks = session.remembers(resume.seq), self._source.tracks
        if point is None or not self._bulletin.reaches(point.told):
            return []
        body = self._bodies.delta(tracks, session.audience, view, point)
        if body is None:
            return []
        self._take_over(session, subscriber)
        session.rewind(resume.seq)
        at = instant_text(self._now_us())
        messages = [whole(Resumed(session.epoch, session.count(now_s, session.point), at))]
        messages += self._violations(session, now_s)
        return messages + self._changes(session, now_s, at, {_key(session): body})

    def _take_over(self, session: Session, subscriber: Subscriber) -> None:
        for other in list(self._subscribers):
            if other.session is session:
                other.session = None
                self._cut(other, SUPERSEDED, "resumed on another connection")
        self._parted.pop(session.epoch, None)
        subscriber.session = session

    def _end(self, subscriber: Subscriber) -> None:
        session, subscriber.session = subscriber.session, None
        if session is not None:
            self._forget(session.epoch)

    def _cut(self, subscriber: Subscriber, code: int, reason: str) -> None:
        if code == REVOKED:
            self._end(subscriber)
        self.detach(subscriber)
        subscriber.line.close(code, reason)

    def _forget(self, epoch: str) -> None:
        del self._sessions[epoch]
        self._parted.pop(epoch, None)

    def _sweep(self, now_s: float) -> None:
        """Drop the sessions nobody may resume any more, and the audiences and scopes that nobody looks through."""
        for epoch in [epoch for epoch, parted_s in self._parted.items() if parted_s + RETAIN_S < now_s]:
            self._forget(epoch)
        used = {(session.audience.rights, session.view.bbox) for session in self._sessions.values()}
        watched = {subscriber.audience.rights for subscriber in self._subscribers} | {rights for rights, _ in used}
        for rights, audience in list(self._audiences.items()):
            if rights not in watched:
                del self._audiences[rights]
            for bbox in [bbox for bbox in audience.scopes if (rights, bbox) not in used]:
                del audience.scopes[bbox]

    def _audience(self, principal: Principal) -> Audience:
        rights = rights_of(principal)
        audience = self._audiences.get(rights)
        if audience is None:
            audience = self._audiences[rights] = Audience(principal, self._source.registry)
            self._hear_feeds(audience)
        return audience

    def _hear_feeds(self, audience: Audience) -> None:
        self._bulletin.list_feeds(audience.feeds, self._feeds(audience.principal, audience.allowed))

    def _lag(self) -> int:
        """Whole seconds only: finer, it would tell how busy others are."""
        return int(self._lag_s())


def _key(session: Session) -> _Known:
    """What two sessions must share to be owed the same delta."""
    return session.audience.rights, session.view, session.point.version, session.point.number
