"""force_ceiling, sentence by sentence: more than agreed in a zone at a time, for each audience by what it may see."""

from typing import Any

from app.access.policy import may_read
from app.access.principals import Principal
from app.model.entry import Tick
from app.model.label import Classification, Label
from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission

BOX = [[[0.0, -0.1], [0.1, -0.1], [0.1, 0.1], [0.0, 0.1], [0.0, -0.1]]]
HOUR = 3600.0
HQ_ONLY = Label(releasable_to=("HQ",))
SECRET = Label("confidential")


def world(limits: list[dict[str, Any]], **named: Any) -> World:
    rule = {"rule": "force_ceiling", "id": "r1", "limits": limits}
    return World(mission(feature([rule], BOX, name="The area", **named)))


def tanks(most: int) -> World:
    return world([{"class": "armour", "party": "north", "max": most}])


def tank(second: float, unit: str, lon: float = 0.05, **named: Any) -> Told:
    return Told(second, lon, 0.0, unit=unit, platform=named.pop("platform", "armour"), **named)


def seconds(violation: Violation) -> tuple[float, float | None]:
    ended = violation.ended_us
    return (violation.observed_us - START_US) / 1e6, None if ended is None else (ended - START_US) / 1e6


def reads(clearance: Classification, *audiences: str, contingent: str | None = None) -> Principal:
    named = frozenset(audiences) if contingent is None else frozenset(audiences) | {contingent}
    return Principal(
        id="p", name="p", kind="user", role="officer", contingent=contingent, clearance=clearance, audiences=named
    )  # fmt: skip


def test_more_than_agreed_at_a_time_is_one_violation_until_it_no_longer_is() -> None:
    it = tanks(2)
    it.push([tank(0, "t1"), tank(10, "t2"), tank(20, "t3"), tank(30, "t1", 0.05)])

    (found,) = it.violations()
    assert (found.rule, found.party, found.status, found.direction) == ("force_ceiling", "north", "confirmed", None)
    assert [unit.unit for unit in found.units] == ["t1", "t2", "t3"]
    assert seconds(found) == (20.0, None)
    assert found.reason == "3 armour of north inside The area, 2 allowed, exceeded since 2025-06-15T15:07:00Z."

    it.push([tank(100, "t2", 0.05), tank(110, "t2", 0.15)])

    (found,) = it.violations()
    assert seconds(found) == (20.0, 105.0)
    assert found.revision == 2


def test_as_many_as_agreed_are_none_too_many() -> None:
    it = tanks(3)
    it.push([tank(0, "t1"), tank(10, "t2"), tank(20, "t3")])

    assert it.violations() == []


def test_a_report_of_twelve_counts_for_twelve() -> None:
    it = tanks(12)
    it.push([tank(0, "t1", strength=12)])
    assert it.violations() == []

    it.push([tank(60, "t2")])

    (found,) = it.violations()
    assert found.reason.startswith("13 armour of north")


def test_other_parties_and_classes_do_not_count_and_any_class_counts_all() -> None:
    it = world([{"class": "armour", "party": "north", "max": 1}, {"class": "any", "party": "south", "max": 1}])
    it.push([tank(0, "t1"), tank(1, "t2", party="south"), tank(2, "t3", platform="foot")])
    assert it.violations() == []

    it.push([tank(3, "t4", platform="foot", party="south")])

    (found,) = it.violations()
    assert found.reason.startswith("2 entities of south")


def test_who_falls_silent_is_lost_and_counts_no_longer_by_the_clock() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(60, "t2")])
    assert it.engine.groups.next_due_us() == START_US + round(HOUR * 1e6)

    now_us = START_US + round(HOUR * 1e6)
    outcome = it.take(Tick(now_us), now_us)

    assert [change.after.ended_us for change in outcome.changes] == [now_us]


def test_a_report_that_was_long_under_way_brings_back_who_was_thought_lost() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(60, "t2")])
    now_us = START_US + round(2 * HOUR * 1e6)
    it.take(Tick(now_us), now_us)

    it.push([tank(0.5 * HOUR, "t1"), tank(0.5 * HOUR, "t2")], now_us)

    (found,) = it.violations()
    assert seconds(found) == (60.0, 1.5 * HOUR)


def test_a_day_of_last_year_is_judged_in_its_own_time_and_is_late() -> None:
    it = tanks(1)
    now_us = START_US + 365 * 86_400_000_000
    it.push([tank(0, "t1"), tank(60, "t2"), tank(120, "t2"), tank(180, "t1", 0.15)], now_us)

    (found,) = it.violations()
    assert found.late
    assert seconds(found) == (60.0, 90.0)


def test_a_late_report_that_shows_it_never_was_withdraws_it() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(1000, "t2"), tank(1010, "t2")])
    assert len(it.violations()) == 1

    it.push([tank(500, "t1", 0.15), tank(600, "t1", 0.16)])

    assert it.violations() == []
    assert [violation.status for violation in it.latest.values()] == ["withdrawn"]


def test_who_is_cleared_for_more_is_told_what_others_must_not_learn() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(60, "t2", label=SECRET)])

    (found,) = it.violations()
    assert not may_read(reads("unclassified"), found.marking)
    assert may_read(reads("confidential"), found.marking)


def test_what_everyone_can_tell_is_told_once_whatever_else_some_may_see() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(60, "t2"), tank(120, "t3", label=SECRET), tank(180, "t4", label=HQ_ONLY)])

    (found,) = it.violations()
    assert may_read(reads("unclassified"), found.marking)
    assert found.reason.startswith("2 armour")


def test_a_contingent_counts_what_is_its_own_with_what_is_released_to_all() -> None:
    it = tanks(1)
    it.push([tank(0, "t1", label=HQ_ONLY), tank(60, "t2", contingent="GBR")])

    (found,) = it.violations()
    assert may_read(reads("unclassified", contingent="ARG"), found.marking)
    assert may_read(reads("unclassified", "HQ"), found.marking)
    assert not may_read(reads("unclassified", contingent="GBR"), found.marking)


def test_a_mission_without_the_rule_ends_what_was_going_on() -> None:
    it = tanks(1)
    it.push([tank(0, "t1"), tank(60, "t2")])

    it.change_mission(mission(feature([], BOX)))

    (found,) = it.violations()
    assert seconds(found) == (60.0, 60.0)
