"""Rules that are in force by the clock: inside their windows only, and afresh in each."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.engine.test_order import DOCUMENT, IN_STRIP, IN_ZONE, LINE, ON_LINE, STRIP, ZONE, straight, walk
from tests.engine.world import START_US, Told, World, feature, mission

SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
RULE = {"rule": "zone_incursion", "id": "r1", "margin_m": 50, "severity": "high"}
BEGINS = datetime.fromtimestamp(START_US // 1_000_000, UTC)
"""15:06:40"""


def times(*windows: tuple[str, str], tz: str = "UTC") -> dict[str, Any]:
    """Every day from one time to another."""
    return {"tz": tz, "windows": [{"rrule": "FREQ=DAILY", "start": start, "end": end} for start, end in windows]}


def world(**rule: Any) -> World:
    return World(mission(feature([RULE | rule], SQUARE)))


def second(clock: str, day: int = 0) -> float:
    """Seconds from the start to a time of its day, or of a day after it."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    at = BEGINS.replace(hour=hours, minute=minutes, second=seconds[0] if seconds else 0)
    return (at - BEGINS).total_seconds() + 86_400 * day


def found(it: World) -> list[tuple[str | None, float, float | None]]:
    """Each violation's direction, its beginning and its end, in seconds from the start."""
    return [
        (each.direction, (each.observed_us - START_US) / 1e6, each.ended_us and (each.ended_us - START_US) / 1e6)
        for each in it.violations()
    ]


def test_outside_its_windows_a_rule_judges_nothing() -> None:
    it = world(schedule=times(("16:00", "18:00")))

    it.push([Told(second("15:10"), 0.03, 0.05), Told(second("15:20"), 0.05, 0.05), Told(second("15:30"), 0.03, 0.05)])

    assert found(it) == []


def test_who_is_inside_when_a_window_begins_is_present() -> None:
    it = world(schedule=times(("16:00", "18:00")))

    it.push([Told(second("15:50"), 0.05, 0.05), Told(second("16:00"), 0.05, 0.05), Told(second("16:10"), 0.03, 0.05)])

    [(direction, begins, ends)] = found(it)
    assert (direction, begins) == ("present", second("16:00"))
    assert ends is not None
    assert second("16:00") < ends < second("16:10")


def test_an_incursion_ends_with_the_window() -> None:
    it = world(schedule=times(("16:00", "18:00")))

    it.push([Told(second("17:40"), 0.03, 0.05), Told(second("17:50"), 0.05, 0.05), Told(second("18:30"), 0.05, 0.05)])

    [(direction, _, ends)] = found(it)
    assert (direction, ends) == ("enter", second("18:00"))


def test_who_stays_over_the_break_between_two_windows_is_found_in_each() -> None:
    it = world(schedule=times(("16:00", "18:00")))

    it.push([Told(second("16:30"), 0.05, 0.05), Told(second("17:30"), 0.05, 0.05)])
    it.push([Told(second("16:30", day=1), 0.05, 0.05)], START_US)

    assert found(it) == [("present", second("16:30"), second("18:00")), ("present", second("16:30", day=1), None)]


def test_windows_that_touch_are_no_break() -> None:
    it = world(schedule=times(("15:00", "16:00"), ("16:00", "18:00")))

    it.push([Told(second("15:30"), 0.05, 0.05), Told(second("16:30"), 0.05, 0.05)])

    assert found(it) == [("present", second("15:30"), None)]


def test_a_break_is_not_overlooked_where_another_mission_was_set_in_it() -> None:
    it = world(schedule=times(("16:00", "18:00")))
    it.push([Told(second("17:00"), 0.05, 0.05)])

    it.change_mission(mission(feature([RULE | {"schedule": times(("16:00", "18:00"))}], SQUARE), name="Another"))
    it.push([Told(second("17:00", day=1), 0.05, 0.05)], START_US)

    assert found(it) == [("present", second("17:00"), second("18:00")), ("present", second("17:00", day=1), None)]


def test_the_windows_are_those_of_the_schedules_time_zone() -> None:
    it = world(schedule=times(("19:00", "20:00"), tz="Asia/Nicosia"))  # three hours ahead in June

    it.push([Told(second("15:50"), 0.05, 0.05), Told(second("16:30"), 0.05, 0.05)])

    assert found(it) == [("present", second("16:30"), None)]


def test_a_report_of_fewer_than_the_least_count_is_not_judged() -> None:
    it = world(min_count=3)

    it.push([Told(0, 0.05, 0.05, unit="two", strength=2), Told(0, 0.05, 0.05, unit="one")])
    it.push([Told(0, 0.05, 0.05, unit="three", strength=3)])

    assert [each.units[0].unit for each in it.violations()] == ["three"]


SCHEDULED = mission(
    feature([ON_LINE | {"schedule": times(("15:10", "15:40"), ("16:00", "17:20:30"), ("17:20:30", "18:15"))}], LINE,
            id="line"),
    feature([IN_ZONE | {"schedule": times(("20:30", "21:00"), ("18:30", "19:45"), tz="Asia/Nicosia")},
             IN_ZONE | {"id": "r4"}], ZONE, id="zone"),
    feature([IN_STRIP | {"schedule": {"windows": [{"start": "2025-06-15T15:15", "end": "2025-06-15T15:55"}]}}], STRIP,
            id="strip", valid_from="2025-06-15T15:20:00Z"),
    gates={},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_shuffled_and_re_batched_over_restarts_the_same_is_found_by_scheduled_rules(seed: int) -> None:
    rng = random.Random(4000 + seed)
    reports, expected = list[Told](), list[tuple[Any, ...]]()
    while not expected:  # a few walks keep away from everything
        reports = [report for fixes in (60, 300, 700) for report in walk(rng, f"car-{fixes}", fixes)]
        expected = straight(reports, SCHEDULED)

    shuffled = list(reports)
    if seed % 2:
        rng.shuffle(shuffled)
    else:
        shuffled.sort(key=lambda report: report.second + rng.choice([0, 0, 0, 60, 900, 4000]))
    it = World(SCHEDULED)
    while shuffled:
        batch = rng.choice([1, 3, 20, 200])
        it.push(shuffled[:batch])
        del shuffled[:batch]
        if rng.random() < 0.1:
            it.restart()

    assert it.standing() == expected
    assert expected != straight(reports, DOCUMENT)
    assert it.replayed() == it.outcomes
