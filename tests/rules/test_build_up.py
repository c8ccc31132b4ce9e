"""``build_up``: by sentences, against an oracle, and in any order."""

import random
from typing import Any

import pytest

from app.model.entry import Tick
from app.model.feature import Feature, RuleSpec
from app.model.label import Label
from app.rules.build_up import BuildUp
from app.rules.rule import Instance
from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle_ground import TooClose
from tests.rules.oracle_groups import built_up
from tests.rules.test_proximity import BOX, car, drawn, seconds, stays_of

RULE = {"rule": "build_up", "id": "b1", "count": 3, "radius_m": 300, "window_s": 600}


def world(coordinates: Any = BOX, **rule: Any) -> World:
    return World(mission(feature([RULE | rule], coordinates)))


def test_enough_of_one_party_near_one_of_them_is_one_violation_until_they_are_not() -> None:
    it = world()
    it.push([car(0, "a", 0.0, "north"), car(10, "b", 0.002, "north"), car(20, "c", -0.002, "north")])

    (found,) = it.violations()
    assert (found.rule, found.party, found.status, found.lat) == ("build_up", "north", "confirmed", 0.0)
    assert [unit.unit for unit in found.units] == ["a", "b", "c"]
    assert seconds(found) == (20.0, None)
    assert found.reason == (
        "3 entities of north within 300 m at The zone, 3 or more since 2025-06-15T15:07:00Z."
    )  # fmt: skip

    it.push([car(100, "c", -0.01, "north")])
    (found,) = it.violations()
    assert seconds(found) == (20.0, 100.0)


def test_other_parties_and_those_farther_away_do_not_count_but_strength_does() -> None:
    it = world()
    it.push([car(0, "a", 0.0, "north"), car(0, "b", 0.0, "south"), car(0, "c", 0.01, "north")])
    assert it.violations() == []

    it.push([car(0, "d", 0.001, "north", strength=2)])

    assert len(it.violations()) == 1


def test_who_was_silent_longer_than_the_window_counts_no_longer_by_the_clock() -> None:
    it = world()
    it.push([car(second, unit, 0.0, "north") for second, unit in ((0, "a"), (10, "b"), (20, "c"))])

    it.take(Tick(START_US + 700_000_000), START_US + 700_000_000)

    (found,) = it.violations()
    assert seconds(found) == (20.0, 600.0)


def rule(count: int, radius_m: float) -> BuildUp:
    parameters = {"count": count, "radius_m": radius_m, "window_s": 600, "within_m": None}
    spec = RuleSpec(rule="build_up", id="b", parameters=parameters)
    place = Feature(id="f", kind="buffer_zone", name="F", geometry={"type": "Polygon"}, rules=(spec,))
    return BuildUp(Instance(number=0, from_seq=0, feature=place, spec=spec, geometry=0), parameters, Label())


@pytest.mark.parametrize("seed", range(20))
def test_what_is_found_is_what_the_oracle_finds(seed: int) -> None:
    rng = random.Random(seed)
    judged = some = 0
    while judged < 500:
        visits, count, radius_m = drawn(rng), rng.choice([2, 3, 4]), rng.choice([80.0, 200.0])
        try:
            expected = sorted(
                (party, *it) for party in ("east", "north", "south") for it in built_up(visits, party, count, radius_m)
            )
        except TooClose:
            continue
        found = rule(count, radius_m).found(stays_of(visits), -(2**62), 10**6)
        assert sorted((it.party, it.begin_us, it.ended_us) for it in found) == expected, (seed, judged)
        judged, some = judged + 1, some + bool(expected)
    assert some > 100


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_over_restarts_the_same_is_found_and_a_replay_tells_it_again(seed: int) -> None:
    rng = random.Random(seed)
    reports: list[Told] = []
    for n in range(5):
        lon, lat, second = rng.uniform(0.0, 0.003), rng.uniform(0.0, 0.003), 0.0
        for _ in range(50):
            second += rng.choice([3, 10, 10, 30, 650 if rng.random() < 0.1 else 20])
            lon, lat = lon + rng.uniform(-4e-4, 4e-4), lat + rng.uniform(-4e-4, 4e-4)
            reports.append(car(round(second), f"car-{n}", lat, "north", abs(lon)))
    straight = world()
    straight.push(sorted(reports, key=lambda it: it.second))
    expected = straight.standing()

    it = world()
    rng.shuffle(reports)
    while reports:
        batch = rng.choice([1, 5, 40])
        it.push(reports[:batch])
        del reports[:batch]
        if rng.random() < 0.1:
            it.restart()

    assert it.standing() == expected
    assert len(expected) > 0
    assert it.replayed() == it.outcomes
