"""What airspace_violation finds of one track: the ground from the plain reading of it, the heights laid over it anew.

After every fix all is worked out again from the beginning: when the track was certainly on the forbidden side, when it
was within the band, which times are both, and which of those are near enough to be one episode. Where the terms leave
a choice:

- Only sound fixes speak of height, and between two of them it changes evenly; a height unknown at one of them changes
  what is known at that fix, and at no time between. But if at a plausible fix between them, one of no use for its
  accuracy, the track was plainly on its own side, the height before it is forgotten: then the later fix speaks for all
  of the way to it.
- The side is beyond doubt up to the last sound fix at which no crossing waits to be confirmed: so far stays count.
- A suspicion is raised by the first fix by which the way since the last crossing met the band, while that crossing's
  own suspicion stands and no incursion is open; of a doubtful fix its own height is taken then. It is withdrawn with
  that suspicion, and by the confirming fix, if no stay comes of it. None is raised that would, confirmed, be an
  episode that has just ended.
- A stay that begins by its height has the direction of the crossing that led beyond; into a zone it is ``enter``.
- ``depth_m``: sound fixes within the band; after the last crossing up to the fix that confirms it, and after that
  those at which no crossing waits.
- An episode is confirmed by the first fix after which its first stay is beyond doubt, and is by that fix's party.
- A transit counts by the heights that its two fixes say, for as long as both it and the band hold.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from geographiclib.geodesic import Geodesic

from tests.rules.oracle import Found, Ground, Seen, Term, Watch
from tests.rules.oracle_ground import E7, TooClose, beyond

NEAR_US = 10_000
EVER = -(10**18)


class Sky(NamedTuple):
    """A band over a term."""

    term: Term
    floor_m: float | None
    ceiling_m: float | None
    merge_s: float

    def holds(self, height_m: float | None) -> bool:
        """Whether a height is within; one that nobody knows is."""
        above = self.floor_m is None or height_m is None or height_m >= self.floor_m
        return above and (self.ceiling_m is None or height_m is None or height_m <= self.ceiling_m)


class Piece(NamedTuple):
    """A time within the band (µs), and the fixes (numbers) between which it begins, if it begins by height."""

    since: int
    until: int
    legs: tuple[int, int] | None


@dataclass
class Incursion:
    """An incursion on the ground, with what it was when it was confirmed."""

    found: Found
    at: int
    """The fix that confirms it."""
    nominal: bool
    unseen: bool = False


@dataclass
class Episode:
    """Stays that are one."""

    direction: str
    status: str
    us: int
    lon: float
    lat: float
    nominal: bool
    party: str
    ended_us: int | None
    confirmed_us: int | None
    depths: list[float] = field(default_factory=list)
    unseen: bool = False

    @property
    def depth_m(self) -> float | None:
        """The greatest distance beyond the edge, or None."""
        return max(self.depths, default=None)


def apart(one: int, two: int) -> None:
    """Refuse two instants that are so near that rounding might order them either way."""
    if abs(one - two) < NEAR_US:
        raise TooClose


class SkyWatch:
    """One band over one term, watching one track."""

    def __init__(self, sky: Sky, fixes: list[Seen], heights: list[float | None]) -> None:
        self.sky = sky
        self.fixes = fixes
        self.heights = heights
        self.watch = Watch(sky.term)
        self.over: list[Episode] = []  # of times before the term last began to judge
        self._afresh(0)

    def _afresh(self, first: int) -> None:
        self.first = first
        self.plain: list[bool] = []  # by fix since then: no crossing waits
        self.idle: list[bool] = []  # nor is an incursion open
        self.opened: list[Found | None] = []  # what is open, where none waits
        self.metres: list[float] = []
        self.incursions: list[Incursion] = []
        self.passed: list[Episode] = []
        self.confirmed: dict[tuple[int, str], tuple[int, str]] = {}
        self.episodes: list[Episode] = []
        self.suspicion: Episode | None = None
        self.cause: Found | None = None
        self.doubted: list[tuple[Episode, Found]] = []

    def standing(self) -> list[Episode]:
        """What has been told and stands."""
        told = [*self.over, *self.episodes, *(it for it, _ in self.doubted)]
        told += [] if self.suspicion is None else [self.suspicion]
        return [it for it in told if it.status == "confirmed" or (it.status == "suspected" and it.party != "mission")]

    def stop(self, us: int) -> None:
        """The term judges the track no more."""
        for episode in self.episodes:
            episode.ended_us = us if episode.ended_us is None else episode.ended_us
        self.over += self.episodes + [it for it, _ in self.doubted]
        self.over += [] if self.suspicion is None else [self.suspicion]
        self.watch.stop(us)
        self._afresh(0)

    def take(self, at: int, ground: Ground) -> None:
        """Take the track's fix number ``at``."""
        fix, term = self.fixes[at], self.sky.term
        if not term.concerns(fix):
            until = term.valid_us[1]
            self.stop(fix.us if until is None else min(until, fix.us))
            self.watch.take(fix, ground)
            return
        if not self.watch.judging:
            self._afresh(at)
        known, was = len(self.watch.found), self.watch.open
        self.watch.take(fix, ground)
        now = self.watch.open
        self.plain.append(self.watch.turned == 0)
        self.idle.append(fix.plausible and self.watch.turned == 0 and now is None)
        self.opened.append(now if self.watch.turned == 0 else None)
        self.metres.append(ground.metres)
        if now is not None and now is not was:
            if was is not None:
                self.incursions[-1].unseen = True
            self.incursions.append(Incursion(now, at, now.nominal))
        self._suspect(at)
        self._judge(at)
        for found in self.watch.found[known:]:
            if found.direction == "transit":
                self._pass(at, found)
        if self.watch.suspicion is None:
            self.suspicion = None  # it became an episode, or it is withdrawn
        for it, cause in self.doubted:
            it.status = cause.status

    def _judge(self, at: int) -> None:
        """Work out all episodes again, by what is beyond doubt as of fix ``at``."""
        sure = [n for n in range(self.first, at + 1) if self.fixes[n].sound() and self.plain[n - self.first]]
        stays = list(self.passed)
        for piece in self._pieces(sure[-1]) if sure else []:
            for incursion in self.incursions:
                stays += self._common(piece, incursion, sure[-1])
        self.episodes = []
        for stay in sorted(stays, key=lambda it: it.us):
            last = self.episodes[-1] if self.episodes else None
            if last is not None and self._near(last, stay.us):
                last.ended_us = stay.ended_us
                last.depths += stay.depths
                last.nominal |= stay.unseen
                continue
            key = stay.us, stay.direction
            us, party = self.confirmed.setdefault(key, (self.fixes[at].us, self.fixes[at].party))
            self.episodes.append(replace(stay, confirmed_us=us, party=party, nominal=stay.nominal or stay.unseen))

    def _near(self, last: Episode, us: int) -> bool:
        """Whether a stay that begins then is of the same episode."""
        if last.ended_us is None or us <= last.ended_us:
            return True
        return not beyond((us - last.ended_us) / 1e6, self.sky.merge_s, 0.05)

    def _common(self, piece: Piece, incursion: Incursion, sure: int) -> list[Episode]:
        """The stay that a time within the band and an incursion have in common, if any."""
        found, term = incursion.found, self.sky.term
        ended_us = found.ended_us if found.ended_us is not None and found.ended_us <= self.fixes[sure].us else None
        for edge_us in (found.us, ended_us):
            if edge_us is not None:
                apart(edge_us, piece.since)
                if piece.until != self.fixes[sure].us or edge_us > piece.until:
                    apart(edge_us, piece.until)
        us = max(found.us, piece.since)
        until = piece.until if ended_us is None else min(piece.until, ended_us)
        if us > until:
            return []
        going_on = ended_us is None and piece.until == self.fixes[sure].us and self.sky.holds(self.heights[sure])
        depths = [
            self.metres[n - self.first]
            for n in self._sound(sure)
            if us <= self.fixes[n].us <= until and self.sky.holds(self.heights[n])
            and (
                self.fixes[n].us > found.us or found.direction == "present" if n <= incursion.at
                else self.opened[n - self.first] is found
            )
        ]  # fmt: skip
        direction, nominal, place = found.direction, incursion.nominal, (found.lon, found.lat)
        if us != found.us:
            assert piece.legs is not None, "the band was entered on some leg"
            direction, place = "enter" if term.zone else found.direction, self._place(piece.legs, us)
            nominal = self._long(piece.legs)
        unseen = incursion.unseen and until == ended_us
        return [Episode(direction, "confirmed", us, *place, nominal, "", None if going_on else until, None, depths,
                        unseen)]  # fmt: skip

    def _suspect(self, at: int) -> None:
        """Follow the suspicion on the ground."""
        watch, fix, cause = self.watch, self.fixes[at], self.watch.suspicion
        if cause is None:
            return
        if cause.status == "withdrawn":
            if self.suspicion is not None:
                self.suspicion.status = "withdrawn"
            return
        if watch.turned == 0 or watch.last is None or watch.open is not None or watch.way() != cause.direction:
            return
        depths = [self.metres[-1]] if fix.sound() and self.sky.holds(self.heights[at]) else []
        if self.suspicion is not None:
            self.suspicion.depths += depths
            return
        crossing, last_us, nominal = watch.last
        for piece in self._pieces(at, own=True):
            apart(last_us, piece.since)
            if piece.until != fix.us or last_us > piece.until:
                apart(last_us, piece.until)
            us = max(last_us, piece.since)
            if us > piece.until:
                continue
            if self.episodes and self._near(self.episodes[-1], us):
                return
            place = crossing.lon, crossing.lat
            if us != last_us:
                assert piece.legs is not None, "the band was entered on some leg"
                place, nominal = self._place(piece.legs, us), self._long(piece.legs)
            self.suspicion = Episode(cause.direction, "suspected", us, *place, nominal, fix.party, None, None, depths)
            return

    def _pass(self, at: int, found: Found) -> None:
        """Take a transit of the ground."""
        assert found.ended_us is not None
        us, until, place = found.us, found.ended_us, (found.lon, found.lat)
        if self.heights[at - 1] is not None and self.heights[at] is not None:
            piece = self._piece(at - 1, at)
            if piece is None:
                return
            apart(us, piece.until)
            apart(until, piece.since)
            if us > piece.until or until < piece.since:
                return
            if piece.since > us:
                apart(us, piece.since)
                us, place = piece.since, self._place((at - 1, at), piece.since)
            until = min(until, piece.until)
        it = Episode("transit", found.status, us, *place, found.nominal, self.fixes[at].party, until, None)
        if found.status == "confirmed":
            self.passed.append(it)
            self._judge(at)
        elif not (self.episodes and self._near(self.episodes[-1], us)):
            self.doubted.append((it, found))

    def _long(self, legs: tuple[int, int]) -> bool:
        return self.fixes[legs[1]].us - self.fixes[legs[0]].us > self.sky.term.max_gap_s * 1e6

    def _place(self, legs: tuple[int, int], us: int) -> tuple[float, float]:
        """Degrees of where the track was at an instant between two of its fixes."""
        one, two = self.fixes[legs[0]], self.fixes[legs[1]]
        share = (us - one.us) / (two.us - one.us)
        line = Geodesic.WGS84.InverseLine(one.place[1] / E7, one.place[0] / E7, two.place[1] / E7, two.place[0] / E7)
        spot = line.Position(line.s13 * share)
        return spot["lon2"], spot["lat2"]

    def _sound(self, at: int) -> list[int]:
        return [n for n in range(self.first, at + 1) if self.fixes[n].sound()]

    def _pieces(self, at: int, *, own: bool = False) -> list[Piece]:
        """When the track was within the band, up to fix ``at``; with ``own``, by that one's word even if doubtful."""
        numbers = self._sound(at)
        if own and numbers[-1:] != [at]:
            numbers.append(at)
        pieces: list[Piece] = []
        for before, number in zip([None, *numbers], numbers, strict=False):
            idle = [] if before is None else [n for n in range(before + 1, number) if self.idle[n - self.first]]
            if before is None or idle:
                since = EVER if before is None else self.fixes[idle[-1]].us
                piece = Piece(since, self.fixes[number].us, None) if self.sky.holds(self.heights[number]) else None
            else:
                piece = self._piece(before, number)
            if piece is None:
                continue
            if pieces and pieces[-1].until == piece.since:
                pieces[-1] = pieces[-1]._replace(until=piece.until)
            else:
                pieces.append(piece)
        return pieces

    def _piece(self, one: int, two: int) -> Piece | None:
        """When it was within the band between two fixes, by what they say."""
        a, b = self.heights[one], self.heights[two]
        start, end = self.fixes[one].us, self.fixes[two].us
        first, last = self.sky.holds(a), self.sky.holds(b)
        if a is None or b is None or a == b:
            return Piece(start if first else end, end if last else start, (one, two)) if first or last else None
        shares = [Fraction(0), Fraction(1)]
        for limit in (self.sky.floor_m, self.sky.ceiling_m):
            shares += [] if limit is None else [Fraction(limit - a) / Fraction(b - a)]
        within = [
            (low, high) for low, high in pairwise(sorted(share for share in shares if 0 <= share <= 1))
            if self.sky.holds(a + float((low + high) / 2) * (b - a))
        ]  # fmt: skip
        if within:
            return Piece(
                start + round(within[0][0] * (end - start)), start + round(within[-1][1] * (end - start)), (one, two)
            )
        if first or last:
            return Piece(start if first else end, start if first else end, (one, two))
        return None
