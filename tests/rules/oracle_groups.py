"""The oracles of ``proximity`` and ``build_up``: at every instant when anything changes, all is looked at afresh."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.rules.oracle_ground import Grid, TooClose, metres


class Visit(NamedTuple):
    """A track in the area from ``begin`` until before ``end`` (µs): its places, each from an instant on."""

    track: str
    party: str
    strength: int
    begin: int
    end: int
    places: tuple[tuple[int, Grid], ...]


def place_at(visits: Sequence[Visit], track: str, us: int) -> tuple[Visit, Grid] | None:
    """Where a track is at an instant: its latest place in the visit that is going on."""
    for visit in visits:
        if visit.track == track and visit.begin <= us < visit.end:
            known = [place for at, place in visit.places if at <= us]
            return (visit, known[-1]) if known else None
    return None


def instants(visits: Sequence[Visit]) -> list[int]:
    """Every instant at which something may change."""
    return sorted({us for it in visits for us in (it.begin, it.end, *(at for at, _ in it.places if at < it.end))})


def near_each_other(visits: Sequence[Visit], enter_m: float, leave_m: float) -> list[tuple[str, str, int, int]]:
    """Return (track, track, begin, end) of each time that two tracks of different parties were together."""
    found = []
    tracks = sorted({it.track for it in visits})
    for n, one in enumerate(tracks):
        for two in tracks[n + 1 :]:
            begin: int | None = None
            for us in instants(visits):
                a, b = place_at(visits, one, us), place_at(visits, two, us)
                apart = float("inf")
                if a is not None and b is not None and a[0].party != b[0].party:
                    apart = metres(a[1], b[1])
                    if min(abs(apart - enter_m), abs(apart - leave_m)) < 0.05:
                        raise TooClose
                if begin is None and apart < enter_m:
                    begin = us
                elif begin is not None and apart > leave_m:
                    found.append((one, two, begin, us))
                    begin = None
    return sorted(found)


def built_up(visits: Sequence[Visit], party: str, count: int, radius_m: float) -> list[tuple[int, int]]:
    """Return (begin, end) of each time that enough of a party were within the radius of one of them."""
    found = []
    begin: int | None = None
    for us in instants(visits):
        here = [it for track in {v.track for v in visits} if (it := place_at(visits, track, us)) is not None]
        here = [it for it in here if it[0].party == party]
        enough = False
        for _, centre in here:
            total = 0
            for visit, place in here:
                apart = metres(centre, place)
                if abs(apart - radius_m) < 0.05:
                    raise TooClose
                total += visit.strength if apart <= radius_m else 0
            enough |= total >= count
        if enough and begin is None:
            begin = us
        elif not enough and begin is not None:
            found.append((begin, us))
            begin = None
    return found
