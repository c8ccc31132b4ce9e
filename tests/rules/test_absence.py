"""absence, sentence by sentence: who must be in a place and has not been heard there, by the clock."""

from typing import Any

import pytest

from app.access.policy import may_read
from app.access.principals import Principal
from app.model.entry import Tick
from app.model.label import Label
from app.model.mission import parse_mission
from app.model.mission_faults import MissionFaults
from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission

BOX = [[[0.0, -0.1], [0.1, -0.1], [0.1, 0.1], [0.0, 0.1], [0.0, -0.1]]]
HALF_HOUR = 1800.0


def document(required: Any, kind: str = "position", head: dict[str, Any] | None = None, **named: Any) -> bytes:
    own = {name: named.pop(name) for name in ("parties", "schedule") if name in named}
    rule = {"rule": "absence", "id": "r1", "max_silence_s": HALF_HOUR, "required": required} | own
    return mission(feature([rule], BOX, kind=kind, name="OP 3", **named), **(head or {}))


def at(second: float, unit: str = "op-3", lon: float = 0.05, **named: Any) -> Told:
    return Told(second, lon, 0.0, unit=unit, party=named.pop("party", "mission"), **named)


def clock(it: World, second: float) -> None:
    now_us = START_US + round(second * 1e6)
    it.take(Tick(now_us), now_us)


def seconds(violation: Violation) -> tuple[float, float | None]:
    ended = violation.ended_us
    return (violation.observed_us - START_US) / 1e6, None if ended is None else (ended - START_US) / 1e6


def test_a_unit_that_falls_silent_is_missing_by_the_clock_until_it_is_heard_again() -> None:
    it = World(document(["ARG/op-3"]))
    it.push([at(0), at(600)])
    clock(it, 1800)
    assert it.engine.groups.next_due_us() == START_US + 2_400_000_000

    clock(it, 2399)
    assert it.violations() == []
    clock(it, 2400)

    (found,) = it.violations()
    assert (found.rule, found.party, found.status) == ("absence", "mission", "confirmed")
    assert [tuple(unit) for unit in found.units] == [("ARG", "op-3")]
    assert seconds(found) == (2400.0, None)
    assert found.reason == "op-3 of ARG is missing from OP 3, silent for 1800 s by 2025-06-15T15:46:40Z."

    it.push([at(5000)])

    (found,) = it.violations()
    assert seconds(found) == (2400.0, 5000.0)


def test_a_unit_that_was_never_heard_is_missing_after_its_time_from_the_rules_beginning_on() -> None:
    it = World(document(["ARG/op-3"]))
    assert it.engine.groups.next_due_us() == START_US + 1_800_000_000

    clock(it, 1800)

    (found,) = it.violations()
    assert seconds(found) == (1800.0, None)
    assert "never heard of there" in found.reason
    assert found.track == ""


def test_who_has_left_is_missing_only_when_he_has_been_away_for_too_long() -> None:
    it = World(document(["ARG/op-3"]))
    it.push([at(0), at(100, lon=0.15), at(1000, lon=0.15), at(1100, lon=0.05)])
    clock(it, 2000)
    assert it.violations() == []

    it.push([at(2000), at(2100, lon=0.15)])
    clock(it, 3849)
    assert it.violations() == []
    clock(it, 3850)

    (found,) = it.violations()
    assert seconds(found) == (3850.0, None)


def test_fewer_than_required_are_one_violation_until_enough_are_there() -> None:
    it = World(document(2, parties=["mission"]))
    it.push([at(0, "a"), at(0, "b"), at(1500, "a")])
    clock(it, 1900)

    (found,) = it.violations()
    assert seconds(found) == (1800.0, None)
    assert found.reason.startswith("1 of 2 required are at OP 3")

    it.push([at(3000, "a"), at(3000, "b", strength=2)])

    (found,) = it.violations()
    assert seconds(found) == (1800.0, 3000.0)


def test_others_than_the_named_parties_do_not_count() -> None:
    it = World(document(1, parties=["mission"]))
    it.push([at(1000, "x", party="north")])
    clock(it, 1800)

    assert len(it.violations()) == 1


def test_nobody_is_missing_outside_the_features_validity() -> None:
    it = World(document(["ARG/op-3"], valid_from="2025-06-15T16:06:40Z", valid_to="2025-06-15T17:06:40Z"))
    clock(it, 5399)
    assert it.violations() == []
    clock(it, 5400)
    assert [seconds(found) for found in it.violations()] == [(5400.0, None)]
    clock(it, 20_000)

    assert [seconds(found) for found in it.violations()] == [(5400.0, 7200.0)]


def test_a_late_report_that_he_was_there_withdraws_it() -> None:
    it = World(document(["ARG/op-3"]))
    it.push([at(0)])
    clock(it, 2000)
    assert len(it.violations()) == 1

    it.push([at(1700)], START_US + 2_000_000_000)

    assert it.violations() == []


def test_a_point_with_a_radius_is_a_place_too() -> None:
    rule = {"rule": "absence", "id": "r1", "max_silence_s": HALF_HOUR, "required": ["ARG/op-3"]}
    place = feature([rule], BOX, kind="position", radius_m=100)
    place["geometry"] = {"type": "Point", "coordinates": [0.05, 0.0]}
    it = World(mission(place))
    it.push([at(0, lon=0.0505)])
    clock(it, 1799)
    assert it.violations() == []

    clock(it, 1800)
    assert len(it.violations()) == 1


def test_a_point_without_a_radius_is_refused_by_name() -> None:
    rule = {"rule": "absence", "id": "r1", "max_silence_s": HALF_HOUR}
    place = feature([rule], BOX, kind="position")
    place["geometry"] = {"type": "Point", "coordinates": [0.05, 0.0]}

    with pytest.raises(MissionFaults, match="radius_m"):
        parse_mission(mission(place))


def test_by_a_schedule_each_window_is_a_watch_of_its_own() -> None:
    windows = [
        {"start": "2025-06-15T16:06:40", "duration_s": 3600},
        {"start": "2025-06-15T18:06:40", "duration_s": 3600},
    ]
    it = World(document(["ARG/op-3"], schedule={"tz": "UTC", "windows": windows}))
    it.push([at(3700)])
    for second in (5400, 5500, 7300, 10_800, 12_600, 20_000):
        clock(it, second)

    assert [seconds(found) for found in it.violations()] == [(5500.0, 7200.0), (12_600.0, 14_400.0)]


def test_it_is_told_to_those_for_whom_the_missions_label_is_and_to_others_by_what_they_may_see() -> None:
    secret = Label("confidential")
    it = World(document(["ARG/op-3"]))
    it.push([at(0), at(100, label=secret)])
    clock(it, 2000)

    (open_, hidden) = it.violations()
    visitor = Principal(id="v", name="v", kind="user", role="officer")
    assert [seconds(found) for found in (open_, hidden)] == [(1800.0, None), (1900.0, None)]
    assert [may_read(visitor, found.marking) for found in (open_, hidden)] == [True, False]
