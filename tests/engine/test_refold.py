"""Late reports correct what was told: what is the same violation keeps its id, its officer's judgement and its time."""

from app.model.entry import Assessed
from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission

SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
RULE = {"rule": "zone_incursion", "id": "r1", "margin_m": 50, "severity": "high"}
HOUR_US = 3_600_000_000


def world() -> World:
    return World(mission(feature([RULE], SQUARE)))


def at(second: float, lon: float) -> Told:
    return Told(second, lon, 0.05)


def verified(it: World, violation: Violation) -> None:
    """An officer verifies a violation."""
    it.take(Assessed(violation.id, violation.revision, "verified", "seen from OP 4", "Ana", "ana"))


def test_a_late_report_of_another_incursion_takes_nothing_from_the_one_that_was_told() -> None:
    it = world()
    it.push([at(0, 0.030), at(1000, 0.030), at(1010, 0.050), at(1020, 0.030)])
    (told,) = it.violations()
    verified(it, told)

    it.push([at(100, 0.050)], START_US + HOUR_US)
    it.push([at(2000, 0.030), at(2010, 0.050), at(2020, 0.030)])
    it.push([at(1500, 0.050)], START_US + HOUR_US)

    first, second, third, fourth = it.violations()
    assert (second.id, second.assessment.state, second.observed_us) == (told.id, "verified", told.observed_us)
    assert {it.assessment.state for it in (first, third, fourth)} == {"open"}
    assert [it.late for it in (first, second, third, fourth)] == [True, False, True, False]


def test_a_withdrawn_violation_that_is_found_again_is_the_same_one() -> None:
    line = {"rule": "line_crossing", "id": "r1", "margin_m": 50, "severity": "high"}
    it = World(mission(feature([line], [[0.0, 0.0], [0.1, 0.0]])))
    it.push([Told(0, 0.05, 0.002), Told(100, 0.05, -0.002)])
    (told,) = it.violations()
    verified(it, told)

    it.push([Told(30, 0.102, 0.002), Told(60, 0.102, -0.002)])  # it went round the end
    withdrawn = it.violations()
    it.push([Told(80, 0.05, 0.002)])

    (found,) = it.violations()
    assert withdrawn == []
    assert (found.id, found.assessment.state, found.observed_us) == (told.id, "verified", START_US + 90_000_000)


def test_reports_that_fill_the_leg_of_a_crossing_move_the_same_violation() -> None:
    it = world()
    it.push([at(0, 0.030), at(100, 0.050)])
    (told,) = it.violations()
    verified(it, told)

    it.push([at(20, 0.038), at(22, 0.041)])

    (found,) = it.violations()
    assert (found.id, found.assessment.state, found.confirmed_us) == (told.id, "verified", START_US + 22_000_000)


def test_a_transit_whose_track_is_heard_of_inside_becomes_an_entry() -> None:
    it = world()
    it.push([at(0, 0.030), at(100, 0.070)])
    (told,) = it.violations()
    verified(it, told)

    it.push([at(50, 0.050)])

    (changed,) = it.violations()
    assert (told.direction, changed.direction) == ("transit", "enter")
    assert (changed.id, changed.assessment.state) == (told.id, "verified")


def test_one_that_was_present_and_is_heard_of_before_becomes_an_entry() -> None:
    it = world()
    it.push([at(100, 0.050), at(110, 0.051)])
    (told,) = it.violations()
    verified(it, told)

    it.push([at(50, 0.030)])

    (changed,) = it.violations()
    assert (told.direction, changed.direction) == ("present", "enter")
    assert (changed.id, changed.assessment.state) == (told.id, "verified")


def test_what_is_found_hours_away_is_another_violation() -> None:
    it = world()
    it.push([at(0, 0.030), at(200, 0.030), at(20_000, 0.030), at(20_100, 0.070)])
    (told,) = it.violations()
    verified(it, told)

    it.push([at(100, 0.050), Told(20_050, 0.050, 0.100)])

    (found,) = it.violations()
    assert found.id != told.id
    assert found.assessment.state == "open"
    assert it.latest[told.id].status == "withdrawn"
