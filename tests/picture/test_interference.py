"""Units displaced together, against a plain reading: every jump held against every other."""

import math
import random
from itertools import combinations

import pytest

from app.picture.interference import Jump, Jumps, Turn, established_us, events, jumps_of

SECOND = 1_000_000


def jump(second: float, slot: int, start: tuple[float, float], end: tuple[float, float], audience: str = "all") -> Jump:
    lon0, lat0, lon1, lat1 = (round(x * 1e7) for x in (*start, *end))
    turn = Turn(round(second * SECOND), True, lon0, lat0, lon1, lat1, (1, slot), 0)
    return Jump(turn.observed_us, slot, None, turn, audience)


def plainly_alike(one: Jump, two: Jump) -> bool:
    def way(it: Jump) -> tuple[float, float]:
        lon0, lat0, lon1, lat1 = (x / 1e7 for x in it.turn[2:6])
        return (lon1 - lon0) * math.cos(math.radians((lat0 + lat1) / 2)) * 111.195, (lat1 - lat0) * 111.195

    far = max(math.hypot(*way(one)), math.hypot(*way(two)))
    if math.dist(way(one), way(two)) <= max(1.0, far / 4):
        return True
    east = (one.turn.lon_e7 - two.turn.lon_e7) / 1e7 * math.cos(math.radians(one.turn.lat_e7 / 1e7)) * 111.195
    return math.hypot(east, (one.turn.lat_e7 - two.turn.lat_e7) / 1e7 * 111.195) <= 1.0


def plain_groups(jumps: list[Jump]) -> list[set[Jump]]:
    groups = [{it} for it in jumps]
    for one, two in combinations(jumps, 2):
        if abs(one.start_us - two.start_us) <= 600 * SECOND and plainly_alike(one, two):
            mine = next(group for group in groups if one in group)
            theirs = next(group for group in groups if two in group)
            if mine is not theirs:
                mine |= theirs
                groups.remove(theirs)
    return groups


def plain_time(group: set[Jump]) -> int | None:
    found = []
    for first in group:
        after = sorted(
            (it.start_us, it.slot) for it in group
            if 0 <= it.start_us - first.start_us <= 60 * SECOND and plainly_alike(first, it)
        )  # fmt: skip
        for at, (start_us, _) in enumerate(after):
            if len({slot for _, slot in after[: at + 1]}) >= 3:
                found.append(start_us)
                break
    return min(found, default=None)


def plain_events(group: set[Jump]) -> list[set[Jump]]:
    told = [
        event
        for audience in {it.audience for it in group}
        for event in plain_groups([it for it in group if it.audience == audience])
        if plain_time(event) is not None
    ]
    return told or ([group] if plain_time(group) is not None else [])


def drawn(rng: random.Random) -> list[Jump]:
    """Jumps of a dozen units: some shifted alike, some put in one place, some just wrong; a pause now and then."""
    second, found = 0.0, {}
    for _ in range(rng.randrange(2, 40)):
        second += rng.choice([0, 1, 10, 20, 40, 61, 300, 700])
        start = rng.uniform(33.0, 33.3), rng.uniform(35.0, 35.3)
        shift = rng.choice([(0.5, 0.2), (0.5, 0.2), (-0.3, 0.0), (rng.uniform(-1, 1), rng.uniform(-1, 1))])
        end = start[0] + shift[0], start[1] + shift[1]
        if rng.random() < 0.2:
            end = 33.9, 35.9
        one = jump(second, rng.randrange(12), start, end, rng.choice(["all", "all", "ARG"]))
        found[one.key] = one
    return list(found.values())


@pytest.mark.parametrize("seed", range(20))
def test_what_hangs_together_is_what_a_plain_reading_finds(seed: int) -> None:
    rng = random.Random(seed)
    told = 0
    for _ in range(12):
        drawing = drawn(rng)
        jumps = Jumps(rng.sample(drawing, len(drawing) // 2))
        for it in rng.sample(drawing, len(drawing)):
            jumps.put(it)
        for extra in [jump(s, 99, (33.1, 35.1), (33.6, 35.3)) for s in (5.5, 70.5)]:
            jumps.put(extra)
            jumps.drop(extra.key)
        expected = plain_groups(drawing)
        for group in expected:
            component = jumps.together(next(iter(group)))
            assert set(component) == group
            assert established_us(component) == plain_time(group)
            mine, theirs = ({frozenset(event) for event in it} for it in (events(component), plain_events(group)))
            assert mine == theirs
            told += len(mine)
    assert told > 0


def test_the_shift_may_be_over_the_antimeridian() -> None:
    shifted = [jump(at, at, (179.9, -17.0 + at / 100), (-179.6, -17.0 + at / 100)) for at in range(3)]

    assert established_us(Jumps(shifted).together(shifted[0])) == 2 * SECOND


def test_a_time_away_ends_with_the_first_fix_that_is_believed_again() -> None:
    away = [Turn(at * SECOND, at % 2 == 1, 0, 0, 0, 0, (1, at), 0) for at in (1, 4, 7, 10, 11)]

    assert [(turn.observed_us // SECOND, end and end // SECOND) for turn, end in jumps_of(away)] == [
        (1, 4), (7, 10), (11, None),
    ]  # fmt: skip
