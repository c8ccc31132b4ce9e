"""Slow oracles of rules over several tracks: what was so at each instant, from who was there. Shares no code with app/.

A zone is a box of degrees, every fix is plausible and says no accuracy, and the margin is 0: so a fix in the box is
inside, and the way in or out between two fixes is where the straight leg meets the side of the box (eastern or western:
the tests move along a parallel only).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

Kind = tuple[str, str, int, str]
"""Party, platform, strength, and a name of its marking."""


class Seen(NamedTuple):
    """One fix: microseconds, whole 1e-7 degrees of longitude, and what the report says of the entity."""

    us: int
    lon: int
    kind: Kind


class There(NamedTuple):
    """An entity was there from ``begin`` until before ``end`` (µs)."""

    begin: int
    end: int
    kind: Kind
    track: str


def presence(track: str, fixes: Sequence[Seen], west: int, east: int, silence_us: dict[str, int]) -> list[There]:
    """Return when a track was between two meridians: from its way in, or its first fix, to its way out or silence."""
    found: list[There] = []
    for number, here in enumerate(fixes):
        after = fixes[number + 1] if number + 1 < len(fixes) else None
        limit = here.us + silence_us[here.kind[1]]
        heard_again = after is not None and after.us <= limit
        inside = west < here.lon < east
        if inside:
            end = limit
            if after is not None and heard_again:
                end = after.us if west < after.lon < east else _way(here, after, west, east)[-1]
            found.append(There(here.us, end, here.kind, track))
        if after is not None and heard_again and not inside and west < after.lon < east:
            found.append(There(_way(here, after, west, east)[0], after.us, after.kind, track))
    return [it for it in found if it.begin < it.end]


def _way(one: Seen, two: Seen, west: int, east: int) -> list[int]:
    """Return when the leg meets the sides of the box, in order, rounded to microseconds."""
    crossed = [side for side in (west, east) if (one.lon < side) != (two.lon < side)]
    met = [Fraction(side - one.lon, two.lon - one.lon) for side in crossed]
    return [one.us + round(part * (two.us - one.us)) for part in sorted(met)]


def exceeded(there: Sequence[There], most: int) -> list[tuple[int, int, int]]:
    """Return from when until when more than ``most`` were there at a time, and how many at most: instant by instant."""
    instants = sorted({it.begin for it in there} | {it.end for it in there})
    found: list[tuple[int, int, int]] = []
    for instant in instants:
        number = sum(it.kind[2] for it in there if it.begin <= instant < it.end)
        last = found[-1] if found and found[-1][1] == -1 else None
        if number > most:
            if last is None:
                found.append((instant, -1, number))
            else:
                found[-1] = (last[0], -1, max(last[2], number))
        elif last is not None:
            found[-1] = (last[0], instant, last[2])
    return found


def short(times: Sequence[tuple[int, int, str, int]], need: int, begin: int, end: int) -> list[tuple[int, int]]:
    """Return when fewer than ``need`` were there between two instants, from (begin, end, track, strength) of each."""
    instants = sorted({begin, end} | {us for it in times for us in it[:2] if begin < us < end})
    found: list[tuple[int, int]] = []
    for instant, after in pairwise(instants):
        there = {track: strength for b, e, track, strength in sorted(times) if b <= instant < e}
        if sum(there.values()) < need:
            if found and found[-1][1] == instant:
                found[-1] = (found[-1][0], after)
            else:
                found.append((instant, after))
    return found


def lingering(
    track: str, fixes: Sequence[Seen], west: int, east: int, silence_us: int
) -> list[tuple[int, int, str, int]]:
    """Return when a track counts as there: for ``silence_us`` after every fix inside and every way out."""
    found = []
    for number, here in enumerate(fixes):
        after = fixes[number + 1] if number + 1 < len(fixes) else None
        heard_again = after is not None and after.us <= here.us + silence_us
        inside, strength = west < here.lon < east, here.kind[2]
        if after is None or not heard_again:
            if inside:
                found.append((here.us, here.us + silence_us, track, strength))
        elif inside and west < after.lon < east:
            found.append((here.us, after.us, track, strength))
        elif inside:
            found.append((here.us, _way(here, after, west, east)[-1] + silence_us, track, strength))
        elif west < after.lon < east:
            found.append((_way(here, after, west, east)[0], after.us, track, after.kind[2]))
    return found
