"""``proximity``: by sentences, against an oracle, and in any order."""

import random
from typing import Any

import pytest

from app.model.entry import Tick
from app.model.feature import Feature, RuleSpec
from app.model.identity import Profile, Unit
from app.model.label import Label, Marking
from app.model.violation import Violation
from app.rules.group_rule import Stay
from app.rules.proximity import Proximity
from app.rules.rule import Instance
from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle_ground import E7, TooClose
from tests.rules.oracle_groups import Visit, near_each_other

BOX = [[[0.0, -0.1], [0.2, -0.1], [0.2, 0.1], [0.0, 0.1], [0.0, -0.1]]]
RULE = {"rule": "proximity", "id": "p1", "enter_m": 200, "leave_m": 300}
MARKING = Marking(("ARG",), Label())


def world(coordinates: Any = BOX, **rule: Any) -> World:
    return World(mission(feature([RULE | rule], coordinates)))


def car(second: float, unit: str, lat: float, party: str, lon: float = 0.1, **named: Any) -> Told:
    return Told(second, lon, lat, unit=unit, party=party, **named)


def seconds(violation: Violation) -> tuple[float, float | None]:
    ended = violation.ended_us
    return (violation.observed_us - START_US) / 1e6, None if ended is None else (ended - START_US) / 1e6


def test_from_nearer_than_one_distance_until_farther_than_the_other_is_one_violation() -> None:
    it = world()
    it.push([car(0, "n", 0.0, "north"), car(0, "s", 0.01, "south")])
    it.push([car(20 * n, "s", lat, "south") for n, lat in enumerate((0.005, 0.0015, 0.0022, 0.0015, 0.0022), 1)])
    (open_,) = it.violations()
    it.push([car(120, "s", 0.004, "south")])

    (found,) = it.violations()
    assert (found.rule, found.party, found.status, found.depth_m) == ("proximity", "south", "confirmed", None)
    assert [unit.unit for unit in found.units] == ["n", "s"]
    assert (seconds(open_), seconds(found)) == ((40.0, None), (40.0, 120.0))
    assert (found.lon, found.lat) == (0.1, 0.00075)
    assert found.reason == (
        "n of north and s of south 166 m from each other at The zone, nearer than 200 m since 2025-06-15T15:07:20Z, "
        "until farther than 300 m."
    )  # fmt: skip


def test_two_of_one_party_and_those_of_no_known_party_are_not_opposed() -> None:
    it = world()

    it.push([car(0, "a", 0.0, "north"), car(0, "b", 0.0, "north"), car(0, "c", 0.0, "unknown")])
    it.push([car(0, "d", 0.0, "mission")])

    assert it.violations() == []


def test_the_missions_own_count_where_the_rule_names_them() -> None:
    it = world(parties=["north", "mission"])

    it.push([car(0, "a", 0.0, "north"), car(0, "d", 0.0, "mission"), car(0, "s", 0.0, "south")])

    (found,) = it.violations()
    assert [unit.unit for unit in found.units] == ["a", "d"]


def test_who_falls_silent_is_near_nobody_any_longer_by_the_clock() -> None:
    it = world()
    it.push([car(0, "n", 0.0, "north"), car(60, "s", 0.0, "south")])

    now_us = START_US + 700_000_000
    it.take(Tick(now_us), now_us)

    (found,) = it.violations()
    assert seconds(found) == (60.0, 600.0)


def test_who_leaves_the_zone_is_near_nobody_any_longer() -> None:
    it = world()
    it.push([car(0, "n", 0.0, "north", 0.001), car(60, "s", 0.0, "south", 0.001), car(80, "s", 0.0, "south", -0.001)])

    (found,) = it.violations()
    assert seconds(found) == (60.0, 70.0)


def test_on_a_line_those_near_it_count() -> None:
    it = world([[0.0, 0.0], [0.2, 0.0]], within_m=500)
    it.push([car(0, "n", 0.001, "north"), car(0, "s", -0.0005, "south")])
    it.push([car(0, "far-n", 0.02, "north"), car(0, "far-s", 0.02, "south")])

    (found,) = it.violations()
    assert [unit.unit for unit in found.units] == ["n", "s"]


def test_a_late_report_that_shows_him_elsewhere_withdraws_it() -> None:
    it = world()
    it.push([car(0, "n", 0.0, "north"), car(400, "s", 0.001, "south"), car(300, "n", 0.0, "north")])
    assert len(it.violations()) == 1

    it.push([car(390, "n", 0.05, "north")])

    assert it.violations() == []


def drawn(rng: random.Random) -> list[Visit]:
    """A few tracks, each with visits that follow each other, at once or after a while."""
    visits = []
    for track in "abcd"[: rng.randrange(2, 5)]:
        us, party = rng.randrange(20), rng.choice(["north", "south", "east"])
        lon, lat = rng.randrange(60), rng.randrange(60)
        for _ in range(rng.randrange(1, 4)):
            end = us + rng.randrange(1, 60)
            places: list[tuple[int, tuple[int, int]]] = []
            at = us
            while at < end and len(places) < 5:
                lon, lat = lon + rng.randrange(-12, 13), lat + rng.randrange(-12, 13)
                places.append((at, (330_000_000 + lon * 1000, 350_000_000 + lat * 1000)))
                at += rng.randrange(1, 20)
            visits.append(Visit(track, party, rng.choice([1, 1, 3]), us, end, tuple(places)))
            us = end + rng.choice([0, 0, 7])
            party = rng.choice([party, party, "south"])
    return visits


def stays_of(visits: list[Visit]) -> list[Stay]:
    """The same as a group rule is given it. A place at the begin may be said by the stay itself or by a sample."""
    stays = []
    for it in visits:
        (_, first), *rest = it.places
        who = Profile(None, None, "vehicle", it.party, "hae", 0, it.strength)
        samples = tuple((us, lon, lat, (1, n)) for n, (us, (lon, lat)) in enumerate(rest))
        stays.append(
            Stay(it.begin, it.end, ord(it.track), Unit("ARG", it.track), who, 0, MARKING, first[0] / E7, first[1] / E7,
                 ((1, 0),), (0,), samples)
        )  # fmt: skip
    return sorted(stays, key=lambda stay: (stay.begin_us, stay.end_us, stay.unit))


def rule(enter_m: float, leave_m: float) -> Proximity:
    parameters = {"enter_m": enter_m, "leave_m": leave_m, "within_m": None}
    spec = RuleSpec(rule="proximity", id="p", parameters=parameters)
    place = Feature(id="f", kind="buffer_zone", name="F", geometry={}, rules=(spec,))
    return Proximity(Instance(number=0, from_seq=0, feature=place, spec=spec, geometry=0), parameters, Label())


@pytest.mark.parametrize("seed", range(20))
def test_what_is_found_is_what_the_oracle_finds(seed: int) -> None:
    rng = random.Random(seed)
    judged = some = 0
    while judged < 500:
        visits, enter_m, leave_m = drawn(rng), rng.choice([80.0, 150.0]), rng.choice([150.0, 250.0])
        try:
            expected = near_each_other(visits, enter_m, leave_m)
        except TooClose:
            continue
        found = rule(enter_m, leave_m).found(stays_of(visits), -(2**62), 10**6)
        told = sorted((chr(it.slots[0]), chr(it.slots[1]), it.begin_us, it.ended_us) for it in found)
        assert told == expected, (seed, judged)
        judged, some = judged + 1, some + bool(expected)
    assert some > 100


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_and_over_restarts_the_same_is_found_and_a_replay_tells_it_again(seed: int) -> None:
    rng = random.Random(seed)
    reports = []
    for n in range(5):
        lon, lat, second = rng.uniform(0.0, 0.003), rng.uniform(0.0, 0.003), 0.0
        for _ in range(80):
            second += rng.choice([3, 10, 10, 30, 650 if rng.random() < 0.1 else 20])
            lon, lat = lon + rng.uniform(-4e-4, 4e-4), lat + rng.uniform(-4e-4, 4e-4)
            reports.append(car(round(second), f"car-{n}", lat, ("north", "south")[n % 2], abs(lon)))
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
    assert len(expected) > 3
    assert it.replayed() == it.outcomes
