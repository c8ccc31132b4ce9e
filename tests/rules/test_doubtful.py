"""Doubtful fixes raise suspicions at most: what is confirmed is what the believed fixes say, as if they came alone."""

import random
from itertools import permutations
from typing import Any

import pytest

from tests.engine.world import START_US, Told, World, feature, mission

LINE = [[0.0, 0.0], [0.1, 0.0]]
ZONE = [[[0.02, -0.01], [0.04, -0.012], [0.05, 0.001], [0.03, 0.008], [0.025, -0.002], [0.02, -0.01]]]
SOUTH, NORTH = -0.01, 0.01
JUMPS = [(0.05, 0.3), (0.5, 0.3), (0.5, -0.3)]
"""Over the line, on round its end, and back on the side where the unit is: further than any car drives in the time."""
OVER_LINE: dict[str, Any] = {"rule": "line_crossing", "id": "r1", "margin_m": 50}
OVER_ZONE = OVER_LINE | {"rule": "zone_incursion", "id": "r2"}
SKY = {"rule": "airspace_violation", "margin_m": 50, "platforms": ["vehicle"], "ceiling_m": 900}


def world(*rules: dict[str, Any]) -> World:
    return World(mission(feature(rules or [OVER_LINE], LINE, left="west", right="east"), gates={}))


def fix(second: float, lon: float, lat: float, **said: Any) -> Told:
    return Told(second, lon, lat, 5.0, altitude_m=100.0, **said)


def way(back: float) -> list[Told]:
    """South of the line, three jumps round its end in ten seconds, and again in the middle, ``back`` degrees north."""
    jumps = [fix(20.0 + 5 * at, *place) for at, place in enumerate(JUMPS)]
    before = [fix(0, 0.05, SOUTH), fix(10, 0.05, SOUTH - 1e-4)]
    return [*before, *jumps, fix(340, 0.05, back), fix(350, 0.05, back * 1.01)]


@pytest.mark.parametrize("rule", [OVER_LINE, SKY | {"id": "r3"}])
def test_who_seems_to_jump_over_a_line_and_round_its_end_and_home_is_suspected_until_he_is_believed(
    rule: dict[str, Any],
) -> None:
    it = world(rule)

    it.push(way(SOUTH)[:5])
    assert [one.status for one in it.violations()] == ["suspected"]

    it.push(way(SOUTH)[5:])
    assert it.violations() == []


@pytest.mark.parametrize("rule", [OVER_LINE, SKY | {"id": "r3"}])
def test_who_has_crossed_while_he_was_not_believed_is_confirmed_once_where_the_straight_way_crosses(
    rule: dict[str, Any],
) -> None:
    it = world(rule)

    it.push(way(NORTH))

    (found,) = it.violations()
    assert (found.status, found.direction, found.nominal) == ("confirmed", "right_to_left", False)
    assert (found.lon, found.lat) == (0.05, 0.0)
    assert found.observed_us == pytest.approx(START_US + 175.8e6, abs=1e5)
    assert found.confirmed_us == START_US + 340_000_000
    rests_on = [it.sealer.report_id(2, row) for row in (1, 5, 6)]  # the last is the deepest
    assert list(found.evidence.reports) == rests_on, "on nothing doubtful"


def test_a_crossing_over_a_doubtful_spell_longer_than_the_longest_gap_is_nominal() -> None:
    it = world(OVER_LINE | {"max_gap_s": 300})

    it.push(way(NORTH))

    assert [(one.status, one.nominal) for one in it.violations()] == [("confirmed", True)]


def test_it_ends_by_the_straight_way_too() -> None:
    it = world()
    it.push([fix(0, 0.05, SOUTH), fix(60, 0.05, NORTH), fix(70, 0.05, NORTH)])

    it.push([fix(80, 0.5, 0.3), fix(85, 0.5, -0.3), fix(400, 0.05, SOUTH), fix(410, 0.05, SOUTH)])

    (found,) = it.violations()
    assert found.ended_us == pytest.approx(START_US + 235e6, abs=1e5)


@pytest.mark.parametrize("back", [SOUTH, NORTH])
def test_the_order_and_restarts_change_nothing(back: float) -> None:
    expected = World(mission(feature([OVER_LINE], LINE, left="west", right="east"), gates={}))
    expected.push(way(back))

    for order in list(permutations(range(7)))[::97]:
        it = world()
        for number in order:
            it.push([way(back)[number]])
            it.restart()
        assert it.standing() == expected.standing(), order


def clean_walk(rng: random.Random, unit: str) -> list[Told]:
    """A drive about the line and the zone, a fix every ten seconds."""
    lon, lat, told = rng.uniform(0.0, 0.1), rng.uniform(-0.01, 0.01), list[Told]()
    east, north = 0.0, 0.0
    for at in range(60):
        if at % 6 == 0:
            east, north = rng.uniform(-3e-3, 3e-3), rng.uniform(-3e-3, 3e-3)
        lon, lat = min(max(lon + east, -0.01), 0.11), min(max(lat + north, -0.015), 0.015)
        told.append(fix(10.0 * at, lon, lat, unit=unit))
    return told


def faulty(rng: random.Random, walk: list[Told]) -> list[Told]:
    """The same drive, and between two of its fixes now and then one to three from elsewhere."""
    told = []
    for at, report in enumerate(walk):
        told.append(report)
        if at > 4 and rng.random() < 0.15:
            told += [
                report._replace(
                    second=report.second + 1 + number,
                    lon=report.lon + rng.choice([-1, 1]) * rng.uniform(0.2, 2),
                    lat=report.lat + rng.choice([-1, 1]) * rng.uniform(0.2, 2),
                )
                for number in range(rng.randrange(1, 4))
            ]
    return told


@pytest.mark.parametrize("seed", range(4))
def test_what_is_confirmed_is_as_if_doubtful_fixes_had_never_been_sent(seed: int) -> None:
    rng = random.Random(seed)
    document = mission(
        feature([OVER_LINE, SKY | {"id": "r3"}], LINE, id="line", left="west", right="east"),
        feature([OVER_ZONE, SKY | {"id": "r4", "merge_gap_s": 30}], ZONE, id="zone"),
        gates={},
    )
    walks = [clean_walk(rng, f"car-{number}") for number in range(60)]
    clean, doubtful = World(document), World(document)
    clean.push(report for walk in walks for report in walk)
    doubtful.push(report for walk in walks for report in faulty(rng, walk))

    def confirmed(it: World) -> list[tuple[Any, ...]]:
        return [one for one in it.standing() if one[4] == "confirmed" and one[3] != "transit" and one[0] in RULES]

    assert len({one[0] for one in confirmed(clean)}) == 4
    assert confirmed(doubtful) == confirmed(clean)


RULES = ("r1", "r2", "r3", "r4")
