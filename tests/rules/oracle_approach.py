"""The oracle of ``approach``: every fix of a track is asked by itself what it foresees, and then the runs are read off.

What RULES.md leaves open is read so:

- A fix foresees a crossing when it and the fix before it, both judged, are sound; it is D metres from the edge, and
  nearer to it than the fix before; its speed is at least the least one; and its course, followed for the horizon (1,000
  km at most, in equal pieces of at most 10 km straight in degrees), first meets the edge in a forbidden way: into a
  zone, or over a line to the side that is not its own party's.
- Speed and course are the report's where it gives both. Else they are those of the leg, if that took no longer than
  ``max_gap_s`` and is longer than twice the accuracy of both its ends.
- Fixes that foresee a crossing, each less than the horizon after the one before, are one approach. It begins with the
  first of them. It ends at the first crossing its way on a leg after that, up to and with the leg to the first fix that
  is a horizon or more after its last one; if there is none, at its last one, once that fix is there; and in any case
  where the rule stops judging the track. Fixes that are not plausible say nothing: the way to a plausible fix is that
  from the last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple

from geographiclib.geodesic import Geodesic

from tests.rules.oracle import Seen
from tests.rules.oracle_ground import (
    E7,
    Edge,
    Grid,
    Meeting,
    TooClose,
    beyond,
    edges_of,
    from_edge_m,
    inside,
    meetings,
    metres,
    way,
)


class Motion(NamedTuple):
    """What a report says of speed and course: metres a second, degrees."""

    speed_m_s: float | None
    course_deg: float | None


@dataclass(frozen=True)
class Warning:
    """An approach rule on a feature version."""

    id: str
    zone: bool
    shape: Any = field(hash=False)
    horizon_s: float = 300.0
    min_speed_m_s: float = 1.0
    margin_m: float = 0.0
    max_gap_s: float = 600.0
    parties: tuple[str, ...] | None = None
    left: str = "north"
    right: str = "south"
    valid_us: tuple[int | None, int | None] = (None, None)
    feature: str = "f1"

    def concerns(self, fix: Seen) -> bool:
        """Whether the rule judges that fix."""
        since, until = self.valid_us
        when = (since is None or fix.us >= since) and (until is None or fix.us < until)
        return when and fix.party != "mission" and (self.parties is None or fix.party in self.parties)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges of all rings or parts."""
        return edges_of(tuple(ring for part in self.shape for ring in part) if self.zone else self.shape)


class Foreseen(NamedTuple):
    """A crossing ahead: its way, in how many seconds, degrees."""

    direction: str
    in_s: float
    lon: float
    lat: float


class Coming(NamedTuple):
    """An approach: by which fix it was foreseen, and when it ended."""

    fix: int
    foreseen: Foreseen
    ended_us: int | None


def comings(term: Warning, fixes: Sequence[Seen], motions: Sequence[Motion]) -> list[list[Coming]]:
    """Return the approaches as they stand after each fix of the track."""
    edges = term.edges
    far = [from_edge_m(fix.place, edges) for fix in fixes]
    ahead: list[Foreseen | None] = [None]
    crossed: list[list[tuple[str, int]]] = [[]]
    for at in range(1, len(fixes)):
        one, two = fixes[at - 1], fixes[at]
        judged = term.concerns(one) and term.concerns(two)
        ahead.append(_foreseen(term, one, two, motions[at], far[at - 1], far[at], edges) if judged else None)
        asked = judged and any(it is not None for it in ahead[:at])  # no approach begins before one is foreseen
        since = next(fix for fix in reversed(fixes[:at]) if fix.plausible)
        crossed.append(_crossed(term, since, two, edges) if asked and two.plausible else [])
    return [_standing(term, fixes[: at + 1], ahead, crossed) for at in range(len(fixes))]


def _standing(
    term: Warning, fixes: Sequence[Seen], ahead: Sequence[Foreseen | None], crossed: Sequence[list[tuple[str, int]]]
) -> list[Coming]:
    found = []
    begin = 0
    while begin < len(fixes):  # a stretch of fixes that are judged
        if not term.concerns(fixes[begin]):
            begin += 1
            continue
        end = begin
        while end < len(fixes) and term.concerns(fixes[end]):
            end += 1
        stopped_us = None
        if end < len(fixes):
            until = term.valid_us[1]
            stopped_us = fixes[end].us if until is None else min(until, fixes[end].us)
        found += _runs(term, fixes, range(begin, end), stopped_us, ahead, crossed)
        begin = end
    return found


def _runs(
    term: Warning, fixes: Sequence[Seen], rows: range, stopped_us: int | None, ahead: Sequence[Foreseen | None],
    crossed: Sequence[list[tuple[str, int]]],
) -> list[Coming]:  # fmt: skip
    runs: list[list[int]] = []
    for at in rows:
        if ahead[at] is None:
            continue
        if runs and _apart_us(term, fixes[runs[-1][-1]].us, fixes[at].us):
            runs[-1].append(at)
        else:
            runs.append([at])
    found = []
    for run in runs:
        last_us = fixes[run[-1]].us
        later = [at for at in rows if at > run[-1] and fixes[at].plausible]
        over = next((at for at in later if not _apart_us(term, last_us, fixes[at].us)), None)
        foreseen = ahead[run[0]]
        assert foreseen is not None
        legs = range(run[0] + 1, rows.stop if over is None else over + 1)
        across = [us for at in legs for direction, us in crossed[at] if direction == foreseen.direction]
        ended = across[0] if across else stopped_us if over is None else last_us
        found.append(Coming(run[0], foreseen, ended))
    return found


def _apart_us(term: Warning, one_us: int, two_us: int) -> bool:
    return two_us - one_us < term.horizon_s * 1e6


def _crossed(term: Warning, one: Seen, two: Seen, edges: tuple[Edge, ...]) -> list[tuple[str, int]]:
    """The crossings of a leg that have a way: its name, and when."""
    told = []
    for direction, it in _named(term, one.place, meetings(way(one.place, two.place), edges)):
        if direction is not None:
            told.append((direction, one.us + round(it.share * (two.us - one.us))))
    return told


def _named(term: Warning, start: Grid, met: Sequence[Meeting]) -> list[tuple[str | None, Meeting]]:
    if not met or not term.zone:
        return [("right_to_left" if it.sign > 0 else "left_to_right", it) for it in met]
    rings = tuple(ring for part in term.shape for ring in part)
    within = inside(start, rings)
    return [("enter" if within == bool(n % 2) else None, it) for n, it in enumerate(met)]


def _foreseen(
    term: Warning, one: Seen, two: Seen, motion: Motion, before_m: float, here_m: float, edges: tuple[Edge, ...]
) -> Foreseen | None:
    if not (one.sound() and two.sound()):
        return None
    needed = max(term.margin_m, 2 * (two.accuracy_m or 0.0))
    if needed and not beyond(here_m, needed):
        return None
    if one.place == two.place or not beyond(before_m - here_m, 0.0, 0.01 + 4e-5 * before_m):
        return None
    speed, course = motion
    if speed is None or course is None:
        slack = 2 * ((one.accuracy_m or 0.0) + (two.accuracy_m or 0.0))
        length = metres(one.place, two.place)
        if two.us - one.us > term.max_gap_s * 1e6 or not beyond(length, slack):
            return None
        speed = length / ((two.us - one.us) / 1e6)
        course = _arrival_deg(one.place, two.place)
    if not beyond(speed, term.min_speed_m_s, 1e-6):
        return None
    reach = min(speed * term.horizon_s, 1_000_000.0)
    if here_m > 1.01 * reach + 10.0:
        return None
    path = _course(two.place, course, reach)
    exact = _first(term, two.place, path, edges)
    for east in (-3, 3):  # neither rounding nor a hair's breadth may decide
        for north in (-3, 3):
            moved = path[0], *((x + east, y + north) for x, y in path[1:])
            near = _first(term, two.place, moved, edges)
            if (near is None) != (exact is None) or (near and exact and near[0] != exact[0]):
                raise TooClose
    if exact is None:
        return None
    direction, it = exact
    if direction is None:
        return None
    home = {"right_to_left": term.left, "left_to_right": term.right}.get(direction)
    if home == two.party:
        return None
    return Foreseen(direction, it.share * reach / speed, it.lon, it.lat)


def _first(
    term: Warning, start: Grid, path: tuple[Grid, ...], edges: tuple[Edge, ...]
) -> tuple[str | None, Meeting] | None:
    return next(iter(_named(term, start, meetings(path, edges))), None)


def _arrival_deg(one: Grid, two: Grid) -> float:
    return float(Geodesic.WGS84.Inverse(one[1] / E7, one[0] / E7, two[1] / E7, two[0] / E7)["azi2"])


def _course(start: Grid, course_deg: float, reach_m: float) -> tuple[Grid, ...]:
    line = Geodesic.WGS84.Line(start[1] / E7, start[0] / E7, course_deg)
    pieces = max(1, ceil(reach_m / 10_000.0))
    spots = [line.Position(reach_m * n / pieces) for n in range(1, pieces + 1)]
    return start, *((round(it["lon2"] * E7), round(it["lat2"] * E7)) for it in spots)
