"""The table of air violations, against one that was worked out by hand."""

from typing import Any

from app.alerts.episodes import HOUR_US, Sum, episodes
from app.model.violation import Violation
from tests.builders import NOON_US, violation

NOON = NOON_US  # 2026-09-23T12:00:00Z


def flight(begins_h: float, hours: float | None, platform: str | None = "uav", **more: Any) -> Violation:
    """An episode that begins so many hours after noon of 23 September."""
    start_us = NOON + round(begins_h * HOUR_US)
    fields: dict[str, Any] = {
        "rule": "airspace_violation", "status": "confirmed", "platform": platform, "observed_us": start_us,
        "ended_us": None if hours is None else start_us + round(hours * HOUR_US),
    }  # fmt: skip
    return violation(**(fields | more))


def of(episodes: int, hours: float, unmanned: int, unmanned_hours: float) -> Sum:
    return Sum(episodes, round(hours * HOUR_US), unmanned, round(unmanned_hours * HOUR_US))


def test_a_table_worked_out_by_hand_comes_out_exactly() -> None:
    """North: 3 on the 23rd, one of which flies 1.5 h into the 24th, and 2 on the 24th; south: one that goes on."""
    table = episodes(
        [
            flight(0, 1.25),
            flight(2, 0.5, "aircraft"),
            flight(11, 2.5),  # 23:00 to 01:30
            flight(13, 0.25),  # 01:00 on the 24th
            flight(20, 4, "helicopter"),  # 08:00 to 12:00
            flight(23, None, party="south"),  # from 11:00, and goes on
        ],
        None,
        NOON + 26 * HOUR_US,  # 14:00 on the 24th
    )

    assert table.by_day == {
        ("2026-09-23", "north"): of(3, 1.25 + 0.5 + 1.0, 2, 1.25 + 1.0),
        ("2026-09-24", "north"): of(2, 1.5 + 0.25 + 4.0, 1, 1.5 + 0.25),
        ("2026-09-24", "south"): of(1, 3.0, 1, 3.0),
    }
    assert table.by_party == {"north": of(5, 8.5, 3, 4.0), "south": of(1, 3.0, 1, 3.0)}


def test_within_a_span_what_began_before_it_has_hours_and_no_number() -> None:
    table = episodes([flight(-3, 4), flight(-9, 2), flight(1, 4)], NOON, NOON + 2 * HOUR_US)

    assert table.by_party == {"north": of(1, 1.0 + 1.0, 1, 2.0)}


def test_three_days_in_the_air_have_hours_on_each_and_count_on_the_first() -> None:
    table = episodes([flight(6, 48)], None, NOON + 100 * HOUR_US)

    assert table.by_day == {
        ("2026-09-23", "north"): of(1, 6, 1, 6),
        ("2026-09-24", "north"): of(0, 24, 0, 24),
        ("2026-09-25", "north"): of(0, 18, 0, 18),
    }


def test_to_midnight_and_no_further_has_nothing_on_the_next_day() -> None:
    assert list(episodes([flight(6, 6)], None, NOON + 24 * HOUR_US).by_day) == [("2026-09-23", "north")]


def test_a_stay_of_no_time_counts() -> None:
    assert episodes([flight(12, 0)], None, NOON + 24 * HOUR_US).by_day == {("2026-09-24", "north"): of(1, 0, 1, 0)}


def test_only_what_is_certain_and_forbidden_counts() -> None:
    others = [flight(0, 1, status=status) for status in ("suspected", "withdrawn", "authorised", "advisory")]

    assert episodes([*others, flight(0, 1, rule="zone_incursion")], None, NOON + 24 * HOUR_US) == ({}, {})


def test_what_is_unknown_is_not_unmanned() -> None:
    assert episodes([flight(0, 2, None)], None, NOON + 24 * HOUR_US).by_party == {"north": of(1, 2, 0, 0)}
