"""What line_crossing and zone_incursion find of one track: a plain reading, one fix at a time, sharing no code with us.

How the agreement's terms are read where they leave a choice:

- A fix is *sound* when it is plausible and no worse than a kilometre. It *confirms* its side when it is sound, D from
  the edge, and, where twice its accuracy exceeds the margin, so was the track's fix just before, on the same side. Any
  other fix in between, also a doubtful one, breaks the row.
- On a line the side is kept by crossings alone. Two crossings the same way with none back between (round an end) are
  one change: what counts is where the last one leads. So a change always has the direction of its last crossing.
- What fixes that are not plausible seem to cross raises a suspicion, no more. At the next plausible fix it is as if it
  had never been; the straight way to that from the last plausible fix counts in its place. Transits are by legs alone.
- A suspicion is raised by the fix that shows it. The timer runs from the crossing, but that fix itself never withdraws:
  a track that reports every hour would else never be suspected. Further crossings before a confirming fix belong to it.
  What the timer withdrew stays withdrawn until a fix confirms the change; crossing to and fro does not raise it again.
- ``depth_m`` counts sound fixes that are beyond the edge, from the crossing that the violation begins with to that of
  its end; while the track is back without confirmation none counts. Of a suspicion: those since it was raised.
- ``nominal`` speaks of the crossing that begins a violation, or of an end that nobody saw.
- A transit is judged by raw sides, while no incursion is open. If an end of its leg is not sound it is suspected, and
  withdrawn by the next confirming fix (its own end, if it confirms) or by the first later fix after the timer.
- ``min_dwell_s``: an incursion is suspected until a sound fix inside shows the stay, from its crossing, to be that
  long, or until it ends after as long; a shorter one is withdrawn. A shorter transit is not raised.
- A version that is over, or a track that a rule no longer concerns (its party or platform changed), ends what is open:
  at ``valid_to``, or at the first fix that is not judged, whichever is first; at the newest fix, if the mission
  changed. A suspicion stays. When the rule judges the track again it starts afresh.
- A violation is by the party that the fix named which confirmed it, or raised it while it is only suspected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import erf, sqrt
from typing import Any, NamedTuple

from tests.rules.oracle_ground import (
    E7,
    Grid,
    Meeting,
    beyond,
    edges_of,
    from_edge_m,
    inside,
    meetings,
    no_room,
    passes_through,
    way,
)


class Seen(NamedTuple):
    """A fix: µs, whole 1e-7 degrees, metres."""

    us: int
    place: Grid
    accuracy_m: float | None
    party: str
    platform: str | None
    plausible: bool

    def sound(self) -> bool:
        """Whether it may confirm at all."""
        return self.plausible and (self.accuracy_m or 0.0) <= 1000.0


@dataclass(frozen=True)
class Term:
    """A rule on a feature version. ``shape``: the parts of a line, or the polygons of a zone, each its closed rings.

    All of it are tuples.
    """

    id: str
    zone: bool
    shape: Any = field(hash=False)
    margin_m: float = 0.0
    settle_s: float = 300.0
    max_gap_s: float = 600.0
    direction: str = "any"
    min_dwell_s: float = 0.0
    parties: tuple[str, ...] | None = None
    platforms: tuple[str, ...] | None = None
    advise: bool = False
    left: str = "north"
    right: str = "south"
    valid_us: tuple[int | None, int | None] = (None, None)
    feature: str = "f1"

    def concerns(self, fix: Seen) -> bool:
        """Whether the term judges that fix: its party, its platform, its time."""
        if fix.party == "mission":
            who = self.advise
        else:
            who = self.parties is None or fix.party in self.parties
        since, until = self.valid_us
        when = (since is None or fix.us >= since) and (until is None or fix.us < until)
        return who and when and (self.platforms is None or fix.platform in self.platforms)


@dataclass
class Found:
    """What was found: µs, degrees, metres."""

    direction: str
    status: str
    lon: float
    lat: float
    us: int
    born: int
    nominal: bool
    party: str
    confidence: float
    confirmed_us: int | None = None
    ended_us: int | None = None
    depths: list[float] = field(default_factory=list)

    @property
    def depth_m(self) -> float | None:
        """The greatest distance beyond the edge, or None."""
        return max(self.depths, default=None)


class Ground(NamedTuple):
    """What the map says of a fix and the leg to it, for one term."""

    metres: float
    inside: bool
    crossings: Sequence[Meeting]
    passes: bool
    chord: Sequence[Meeting] | None
    """Of a plausible fix after one that is not: what the way from the last plausible fix crosses."""


def measured(term: Term, fixes: Sequence[Seen]) -> list[Ground]:
    """Measure every fix and leg of a track, before anything is judged."""
    rings = tuple(ring for part in term.shape for ring in part) if term.zone else term.shape
    edges = edges_of(rings)
    told: list[Ground] = []
    for at, fix in enumerate(fixes):
        crossings: Sequence[Meeting] = ()
        within = term.zone and inside(fix.place, rings)
        passes, chord = False, None
        if at:
            path = way(fixes[at - 1].place, fix.place)
            crossings = _signed(term, meetings(path, edges), told[-1].inside)
            if term.zone:
                passes = not told[-1].inside and not within and passes_through(path, rings, term.margin_m)
            sure = [n for n in range(at) if fixes[n].plausible]
            if fix.plausible and sure and sure[-1] != at - 1:
                chord = _signed(term, meetings(way(fixes[sure[-1]].place, fix.place), edges), told[sure[-1]].inside)
        told.append(Ground(from_edge_m(fix.place, edges), within, crossings, passes, chord))
    return told


def _signed(term: Term, crossings: Sequence[Meeting], starts_inside: bool) -> Sequence[Meeting]:
    """Let the crossings of a zone lead in and out in turn."""
    if not term.zone:
        return crossings
    start = 1 if starts_inside else -1
    return [crossing._replace(sign=-start if n % 2 == 0 else start) for n, crossing in enumerate(crossings)]


class Watch:
    """One term watching one track, from the track's first fix on."""

    def __init__(self, term: Term) -> None:
        self.term = term
        self.narrow = term.zone and no_room(term.shape, term.margin_m)
        self.found: list[Found] = []
        self.before: Seen | None = None
        self._afresh()

    def _afresh(self) -> None:
        self.judging = False
        self.settled = False
        self.turned = 0  # -1, 0, 1: what the crossings since the last confirming fix come to
        self.last: tuple[Meeting, int, bool] | None = None
        self.row = 0
        self.open: Found | None = None
        self.suspicion: Found | None = None
        self.passing: list[Found] = []
        self.ahead: list[float] = []  # depths since the last crossing, while the change is not confirmed
        self.trusted: Seen | None = None  # the last plausible fix
        self.sure: Any = None  # what turned, last and ahead were at it, while fixes that are not plausible follow

    def standing(self) -> list[Found]:
        """What has been told and stands: of the mission's own units only what is certain."""
        return [
            it for it in self.found
            if it.status == "confirmed" or (it.status == "suspected" and it.party != "mission")
        ]  # fmt: skip

    def stop(self, us: int) -> None:
        """The term judges the track no more."""
        if self.open is not None:
            self.open.ended_us = us
            self._dwell(None, us)
        self._afresh()

    def take(self, fix: Seen, ground: Ground) -> None:
        """Take the track's next fix."""
        before, self.before = self.before, fix
        if not self.term.concerns(fix):
            until = self.term.valid_us[1]
            self.stop(fix.us if until is None else min(until, fix.us))
            return
        legs: Sequence[Meeting] = ()
        if self.judging and before is not None:
            legs = ground.crossings
        self.judging = True
        crossings, since = legs, before
        if not fix.plausible:
            self.sure = self.sure or (self.turned, self.last, self.ahead)
        else:
            if self.sure is not None:
                (self.turned, self.last, self.ahead), self.sure = self.sure, None
                crossings, since = ground.chord or [], self.trusted
            self.trusted = fix
        turned = self.turned
        for crossing in crossings if since is not None else []:
            assert since is not None
            self.turned = max(-1, min(1, self.turned + crossing.sign))
            us = since.us + round(crossing.share * (fix.us - since.us))
            self.last = (crossing, us, fix.us - since.us > self.term.max_gap_s * 1e6)
            self.ahead = []
        confirming = self._confirms(fix, ground, self.turned != turned)
        if legs and before is not None:
            self._pass(before, fix, ground, legs)
        if not self.settled:
            if confirming:
                self.settled, self.turned = True, 0
                if ground.inside:
                    place = fix.place[0] / E7, fix.place[1] / E7
                    self.open = Found("present", "confirmed", *place, fix.us, fix.us, False, fix.party,
                                      self._sure(fix, ground), fix.us, depths=[ground.metres])  # fmt: skip
                    self.found.append(self.open)
        else:
            self._deepen(fix, ground)
            if self.turned and self.suspicion is None and self._opens(fix):
                self.suspicion = self._new(fix, ground)
            if confirming:
                self._decide(fix, ground)
        self._wait(fix, confirming)
        self._dwell(fix, None)
        if confirming:
            self.ahead = []

    def _confirms(self, fix: Seen, ground: Ground, turned: bool) -> bool:
        twice = 2 * (fix.accuracy_m or 0.0)
        needed = max(self.term.margin_m, twice)
        far = fix.sound() and (needed == 0 or beyond(ground.metres, needed))
        self.row = 0 if turned or not far else self.row
        self.row += far
        if far and (twice <= self.term.margin_m or self.row >= 2):
            return True
        return self.narrow and ground.inside and fix.sound() and beyond(self._sure(fix, ground), 0.95, 1e-4)

    def _sure(self, fix: Seen, ground: Ground) -> float:
        if not fix.accuracy_m:
            return 1.0
        return (1 + erf(ground.metres / (fix.accuracy_m / 1.515) / sqrt(2))) / 2

    def way(self) -> str | None:
        """The name of the change that waits to be confirmed."""
        if self.term.zone:
            return "enter" if self.turned > 0 else None
        return "right_to_left" if self.turned > 0 else "left_to_right"

    def _opens(self, fix: Seen) -> bool:
        """Whether the change, once confirmed, is an incursion: forbidden, not home, not the way back of one."""
        if self.term.zone:
            return self.turned > 0
        home = self.term.left if self.turned > 0 else self.term.right
        back = self.open is not None and self.open.direction != self.way()
        return home != fix.party and self.term.direction in ("any", self.way()) and not back

    def _new(self, fix: Seen, ground: Ground) -> Found:
        assert self.last is not None
        crossing, us, nominal = self.last
        direction = self.way()
        assert direction is not None
        depths = [ground.metres] if fix.sound() else []
        found = Found(direction, "suspected", crossing.lon, crossing.lat, us, fix.us, nominal, fix.party,
                      self._sure(fix, ground), depths=depths)  # fmt: skip
        self.found.append(found)
        return found

    def _deepen(self, fix: Seen, ground: Ground) -> None:
        if not fix.sound():
            return
        if self.turned:
            self.ahead.append(ground.metres)
            if self.suspicion is not None and self.suspicion.direction == self.way():
                self.suspicion.depths.append(ground.metres)
        elif self.open is not None:
            self.open.depths.append(ground.metres)

    def _decide(self, fix: Seen, ground: Ground) -> None:
        """A confirming fix: the side has changed for certain, or it has not."""
        confirmed = None
        if self.turned:
            assert self.last is not None
            crossing, us, nominal = self.last
            opens, direction, ended = self._opens(fix), self.way(), self.open
            if ended is not None:
                ended.ended_us = us
                ended.nominal |= ended.direction == direction
                self.open = None
                self._settle_dwell(ended, fix.us)
            if opens:
                same = self.suspicion is not None and self.suspicion.direction == direction
                confirmed = self.suspicion if same else self._new(fix, ground)
                assert confirmed is not None
                confirmed.status, confirmed.confirmed_us = "confirmed", fix.us
                confirmed.lon, confirmed.lat, confirmed.us, confirmed.nominal = crossing.lon, crossing.lat, us, nominal
                confirmed.party, confirmed.confidence = fix.party, self._sure(fix, ground)
                confirmed.depths = list(self.ahead)
                self.open = confirmed
        if self.suspicion is not None and self.suspicion is not confirmed:
            self.suspicion.status = "withdrawn"
        self.suspicion, self.turned = None, 0

    def _pass(self, before: Seen, fix: Seen, ground: Ground, crossings: Sequence[Meeting]) -> None:
        if not ground.passes or self.open is not None:
            return
        entry, leave = crossings[0], crossings[-1]
        span = fix.us - before.us
        us, ended_us = before.us + round(entry.share * span), before.us + round(leave.share * span)
        if self.term.min_dwell_s and not beyond((ended_us - us) / 1e6, self.term.min_dwell_s, 0.1):
            return
        sound = before.sound() and fix.sound()
        self.found.append(
            Found("transit", "confirmed" if sound else "suspected", entry.lon, entry.lat, us, fix.us,
                  span > self.term.max_gap_s * 1e6, fix.party, -1.0, fix.us if sound else None, ended_us)
        )  # fmt: skip
        if not sound:
            self.passing.append(self.found[-1])

    def _wait(self, fix: Seen, confirming: bool) -> None:
        """Withdraw what has waited too long; a confirming fix leaves no transit in doubt."""
        waiting = [it for it in (self.suspicion, *self.passing) if it is not None and it.status == "suspected"]
        for it in waiting:
            over = fix.us > it.born and beyond((fix.us - it.us) / 1e6, self.term.settle_s, 0.1)
            if over or (confirming and it in self.passing):
                it.status = "withdrawn"
        self.passing = [it for it in self.passing if it.status == "suspected"]

    def _dwell(self, fix: Seen | None, ended_us: int | None) -> None:
        """Hold back what is open until its stay is long enough."""
        it, dwell_s = self.open, self.term.min_dwell_s
        if it is None or not dwell_s:
            return
        if fix is None:
            assert ended_us is not None
            self._settle_dwell(it, ended_us)
            return
        if it.confirmed_us is not None and it.confirmed_us < fix.us:
            return  # shown before
        if fix.sound() and not self.turned and beyond((fix.us - it.us) / 1e6, dwell_s, 0.1):
            it.status, it.confirmed_us = "confirmed", fix.us
        else:
            it.status, it.confirmed_us = "suspected", None

    def _settle_dwell(self, it: Found, us: int) -> None:
        if not self.term.min_dwell_s or it.status == "confirmed":
            return
        assert it.ended_us is not None
        if beyond((it.ended_us - it.us) / 1e6, self.term.min_dwell_s, 0.1):
            it.status, it.confirmed_us = "confirmed", us
        else:
            it.status, it.confirmed_us = "withdrawn", None
