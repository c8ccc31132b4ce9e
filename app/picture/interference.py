"""Satellite navigation disturbed: units that are displaced together. Pure: from the jumps of all units to the events.

A jump is the first of a track's fixes that could not be believed, seen from the last one that could. Two jumps are
alike when they go as far the same way (within a kilometre or a quarter of the way) or land within a kilometre of each
other: a simulated signal shifts receivers alike or puts them all in one place. Three or more units with jumps that are
like one of them, within 60 s from it on, are an event; it takes in all jumps that are linked with these by steps from
one jump to one alike within ten minutes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.model.instant import SECOND_US
from app.model.report import E7, F64

TOGETHER_US = 60 * SECOND_US
"""Units displaced within this time of the first are displaced together."""
LINK_US = 600 * SECOND_US
"""An event goes on while the next jump that is alike comes within this time."""
UNITS = 3
"""So many units make an event of what would otherwise be faults of receivers."""
_NEAR_M = 1000.0
_SHARE = 0.25
_METRES_A_DEGREE = 111_195.0

Mask = npt.NDArray[np.bool_]


class Turn(NamedTuple):
    """A fix at which a track stopped being believed (``away``), or was believed again.

    Whole 1e-7 degrees; ``from_`` is the last believed place, and only of interest where it went away. ``ref`` is the
    report and ``profile`` its profile.
    """

    observed_us: int
    away: bool
    from_lon_e7: int
    from_lat_e7: int
    lon_e7: int
    lat_e7: int
    ref: tuple[int, int]
    profile: int


class Jump(NamedTuple):
    """A unit displaced: from its first doubtful fix to the first one believed again (None: not yet).

    ``audience`` says who may know of it: jumps of equal audience are seen by the same readers.
    """

    start_us: int
    slot: int
    ended_us: int | None
    turn: Turn
    audience: Hashable

    @property
    def key(self) -> tuple[int, int]:
        """What names a jump: of one unit, only one begins at an instant."""
        return self.start_us, self.slot


def jumps_of(turns: Iterable[Turn]) -> Iterator[tuple[Turn, int | None]]:
    """Pair the turns of one track, in observed order: where each time away began, and when it ended (None: not yet)."""
    began: Turn | None = None
    for turn in turns:
        if turn.away:
            began = turn
        elif began is not None:
            yield began, turn.observed_us
            began = None
    if began is not None:
        yield began, None


class Jumps:
    """Jumps of all units by their start, and what hangs together among them."""

    def __init__(self, jumps: Iterable[Jump] = ()) -> None:
        self._by_key = {jump.key: jump for jump in jumps}
        self._keys = sorted(self._by_key)
        self._ways = ways([self._by_key[key] for key in self._keys])

    def __contains__(self, key: tuple[int, int]) -> bool:
        return key in self._by_key

    def __getitem__(self, key: tuple[int, int]) -> Jump:
        return self._by_key[key]

    def __iter__(self) -> Iterator[Jump]:
        return iter([self._by_key[key] for key in self._keys])

    def put(self, jump: Jump) -> None:
        """Enter a jump; what was under its key goes."""
        if jump.key in self._by_key:
            self.drop(jump.key)
        at = bisect_left(self._keys, jump.key)
        self._keys.insert(at, jump.key)
        self._by_key[jump.key] = jump
        self._ways = np.insert(self._ways, at, ways([jump])[0], axis=0)

    def drop(self, key: tuple[int, int]) -> None:
        """Take a jump out."""
        at = bisect_left(self._keys, key)
        del self._by_key[key], self._keys[at]
        self._ways = np.delete(self._ways, at, axis=0)

    def near(self, jump: Jump) -> list[Jump]:
        """Return the jumps alike within ``LINK_US`` of a jump, and itself where it is among them."""
        around = self._around(jump.start_us)
        same = alike(ways([jump])[0], self._ways[around])
        return [self._by_key[self._keys[around.start + at]] for at in np.flatnonzero(same).tolist()]

    def together(self, seed: Jump) -> list[Jump]:
        """Return all jumps linked with ``seed``, one of them, by their start."""
        first = bisect_left(self._keys, seed.key)
        found = np.zeros(len(self._keys), np.bool_)
        found[first] = True
        edge = [first]
        while edge:
            at = edge.pop()
            around = self._around(self._keys[at][0])
            left = np.flatnonzero(~found[around]) + around.start
            linked = left[alike(self._ways[at], self._ways[left])]
            found[linked] = True
            edge += linked.tolist()
        return [self._by_key[self._keys[at]] for at in np.flatnonzero(found).tolist()]

    def _around(self, start_us: int) -> slice:
        return slice(
            bisect_left(self._keys, (start_us - LINK_US, -1)), bisect_right(self._keys, (start_us + LINK_US, 2**31))
        )


def ways(jumps: Sequence[Jump]) -> F64:
    """Return a row a jump: metres east and north that it goes, and degrees where it lands. On a sphere: to compare."""
    places = np.array([it.turn[2:6] for it in jumps], np.float64).reshape(-1, 4) / E7
    east = (places[:, 2] - places[:, 0] + 180.0) % 360.0 - 180.0
    middle = np.radians((places[:, 1] + places[:, 3]) / 2)
    east_m, north_m = east * np.cos(middle) * _METRES_A_DEGREE, (places[:, 3] - places[:, 1]) * _METRES_A_DEGREE
    return np.column_stack((east_m, north_m, places[:, 2], places[:, 3]))


def alike(way: F64, others: F64) -> Mask:
    """Say of each row of ``others`` whether it is a displacement as ``way`` is."""
    apart_m = np.hypot(others[:, 0] - way[0], others[:, 1] - way[1])
    longer_m = np.maximum(np.hypot(others[:, 0], others[:, 1]), np.hypot(way[0], way[1]))
    east = (others[:, 2] - way[2] + 180.0) % 360.0 - 180.0
    landed_m = np.hypot(east * np.cos(np.radians(way[3])), others[:, 3] - way[3]) * _METRES_A_DEGREE
    return np.asarray((apart_m <= np.maximum(_NEAR_M, _SHARE * longer_m)) | (landed_m <= _NEAR_M))


def established_us(jumps: Sequence[Jump]) -> int | None:
    """Return when enough units had been displaced together, or None: never. ``jumps`` are by their start."""
    best: int | None = None
    starts, table = [jump.start_us for jump in jumps], ways(jumps)
    for at, jump in enumerate(jumps):
        if best is not None and jump.start_us >= best:
            break
        others = jumps[at : bisect_right(starts, jump.start_us + TOGETHER_US)]
        if len(others) < UNITS:
            continue
        units: set[int] = set()
        for other, same in zip(others, alike(table[at], table[at : at + len(others)]).tolist(), strict=True):
            if same:
                units.add(other.slot)
            if len(units) == UNITS:
                best = other.start_us if best is None else min(best, other.start_us)
                break
    return best


def events(component: Sequence[Jump]) -> list[list[Jump]]:
    """Return the events to tell of jumps that hang together (all of them, by their start).

    Of those that the same readers may know of, each event by itself; only where these give none, the event of all, for
    those who may know of them all. So nobody is told anything that hangs on what he may not know of.
    """
    found = []
    audiences = dict.fromkeys(jump.audience for jump in component)
    for audience in audiences:
        mine = [jump for jump in component if jump.audience == audience]
        own = Jumps(mine)
        left = {jump.key for jump in mine}
        for jump in mine:
            if jump.key in left:
                event = own.together(jump)
                left -= {it.key for it in event}
                if established_us(event) is not None:
                    found.append(event)
    if not found and len(audiences) > 1 and established_us(component) is not None:
        found.append(list(component))
    return found
