"""A rule on trial finds what a live engine with that rule would have found, and shows the same reports for it."""

import random
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from app.engine.by_hand import movement_of
from app.engine.trial import Trial
from app.model.entry import Entry, Incidents, Tick
from app.model.incident import IncidentVersion
from app.model.report import Positions
from app.model.violation import Violation
from tests import builders
from tests.engine.test_order import (
    AREA,
    BANNED,
    CEILING,
    IN_STRIP,
    IN_ZONE,
    LINE,
    ON_LINE,
    OVER_LINE,
    OVER_ZONE,
    STRIP,
    TO_LINE,
    WATCH,
    ZONE,
    walk,
)
from tests.engine.world import START_US, Told, World, feature, mission

RULES = {
    "line": feature([ON_LINE], LINE, id="line"),
    "zone": feature([IN_ZONE], ZONE, id="zone"),
    "strip": feature([IN_STRIP], STRIP, id="strip", valid_from="2025-06-15T15:20:00Z"),
    "approach": feature([TO_LINE], LINE, id="line"),
    "air over a line": feature([OVER_LINE], LINE, id="line"),
    "air over a zone": feature([OVER_ZONE], ZONE, id="zone"),
    "banned": feature([BANNED], ZONE, id="zone"),
}
GROUPS = {
    "ceiling": feature([CEILING], AREA, id="area"),
    "absence": feature([WATCH], AREA, id="area"),
    "proximity": feature([{"rule": "proximity", "id": "r11", "enter_m": 2000, "leave_m": 2500}], AREA, id="area"),
    "build_up": feature(
        [{"rule": "build_up", "id": "r12", "count": 2, "radius_m": 2000, "window_s": 600}], AREA, id="area"
    ),
}
INCIDENTS: dict[str, dict[str, Any]] = {
    "firing": {"rule": "firing", "id": "r13"},
    "status_quo": {"rule": "status_quo", "id": "r14"},
    "a weapon told of": {"rule": "restricted_weapon", "id": "r15", "weapons": ["mortar"]},
}


def tried(live: World, reports: list[Told], document: bytes, rng: random.Random) -> Trial:
    """Put the mission's rule on trial over reports that ``live`` has, cut into slices anywhere."""
    trial = Trial(live.registry, live.sealer, document, START_US)
    reports = sorted(reports, key=lambda report: report.second)
    place = {(it.unit, round(it.second, 3)): row for row, it in enumerate(reports)}
    while reports:
        count = rng.choice([1, 10, 200, 500])
        part, reports = reports[:count], reports[count:]
        to_us = START_US + round(part[-1].second * 1e6)
        while reports and START_US + round(reports[0].second * 1e6) == to_us:
            part.append(reports.pop(0))
        rng.shuffle(part)
        index = np.array([place[it.unit, round(it.second, 3)] for it in part], np.int64)
        seq = np.full(len(part), 2, np.int64)
        trial.take(Positions(live.block(part, START_US), seq, index, np.full(len(part), to_us, np.int64)), (), to_us)
    return trial


@pytest.mark.parametrize("rule", list(RULES))
@pytest.mark.parametrize("seed", range(12))
def test_a_trial_finds_what_was_found_live_with_the_same_evidence(seed: int, rule: str) -> None:
    rng = random.Random(4000 + seed)
    reports = [report for unit in range(4) for report in walk(rng, f"car-{unit}", 200)]
    document = mission(RULES[rule], gates={})
    live = World(document)
    live.push(sorted(reports, key=lambda report: report.second))
    live.latest = {one.id: one for one in of_rules(live.latest.values())}

    trial = tried(live, reports, document, rng)
    found = trial.standing(lambda _marking: True)

    expected, standing = live.violations(), live.standing()
    live.latest = {one.id: one for one in found}
    assert live.standing() == standing
    shown = {(one.observed_us, one.direction, frozenset(one.evidence.reports)) for one in found}
    assert shown == {(one.observed_us, one.direction, frozenset(one.evidence.reports)) for one in expected}
    assert trial.positions == len(reports)
    assert all(one.id.startswith("dry_") and not one.late for one in found)


@pytest.mark.parametrize("rule", list(GROUPS))
@pytest.mark.parametrize("seed", range(2))
def test_a_trial_finds_of_several_tracks_what_was_found_live_and_what_the_clock_told(seed: int, rule: str) -> None:
    rng = random.Random(5000 + seed)
    reports = [
        report._replace(party=("north", "south")[unit % 2])
        for unit in range(10)
        for report in walk(rng, f"car-{unit}", 60)
    ]
    document = mission(GROUPS[rule], gates={})
    live = World(document)
    live.push(sorted(reports, key=lambda report: report.second))
    end_us = START_US + round(max(report.second for report in reports) * 1e6) + 7200 * 1_000_000
    live.take(Tick(end_us), end_us)

    trial = tried(live, reports, document, rng)
    trial.take(nothing(live), (), end_us)

    assert live.violations(), "there is something to find"
    assert said(trial.standing(lambda _marking: True)) == said(of_rules(live.violations()))


@pytest.mark.parametrize("rule", list(INCIDENTS))
def test_a_trial_finds_of_incidents_what_was_found_live_in_their_newest_version(rule: str) -> None:
    document = mission(feature([INCIDENTS[rule]], ZONE, id="zone"))
    live = World(document)
    told = [
        incident(number, version, lon=lon, category=category)
        for number, category in enumerate(("firing", "construction"))
        for version, lon in ((1, 0.03), (2, 0.035))
    ]
    told += [incident(2, 1, lon=0.03), incident(2, 2, lon=0.3), incident(3, 1, lon=0.3)]
    for version in told:
        live.take(Incidents((version,)))

    trial = Trial(live.registry, live.sealer, document, START_US)
    for start in range(0, len(told), 3):
        trial.take(nothing(live), told[start : start + 3], START_US + start)

    assert live.violations(), "there is something to find"
    assert said(trial.standing(lambda _marking: True)) == said(of_rules(live.violations()))


def test_a_trial_does_not_count_interference_among_what_its_rule_found() -> None:
    document = mission(RULES["line"], gates={})
    live = World(document)
    reports = [
        Told(second, 0.5 + unit / 100 + second * 1e-5 + (0.6 if second >= 100 else 0.0), 0.5, 5.0, unit=f"car-{unit}")
        for unit in range(3)
        for second in range(0, 300, 10)
    ]
    live.push(sorted(reports, key=lambda report: report.second))

    trial = tried(live, reports, document, random.Random(6000))

    assert {one.rule for one in live.violations()} == {"gnss_interference"}
    assert trial.standing(lambda _marking: True) == []


def of_rules(found: Iterable[Violation]) -> list[Violation]:
    """Leave out what no rule of a mission finds."""
    return [one for one in found if one.rule != "gnss_interference"]


def incident(number: int, version: int, *, lon: float, category: str = "firing") -> IncidentVersion:
    """A version of an incident, some of them in the zone."""
    return builders.incident(
        incident=f"i-{number}", version=version, lon_e7=round(lon * 1e7), lat_e7=-20_000, category=category,
        weapon="mortar", observed_us=START_US, received_us=START_US, party="north",
    )  # fmt: skip


def nothing(live: World) -> Positions:
    """No positions."""
    none = np.empty(0, np.int64)
    return Positions(live.block([], START_US), none, none, none)


def said(found: Iterable[Violation]) -> list[tuple[Any, ...]]:
    """What must be the same on trial and live."""
    return sorted(
        (
            it.rule_id, it.direction or "", it.status, it.party, it.observed_us, it.ended_us or 0, it.lon, it.lat,
            it.reason, tuple(unit.unit for unit in it.units),
        )
        for it in found
    )  # fmt: skip


def test_a_trial_knows_the_crossing_points_and_the_movements_announced() -> None:
    point = {"kind": "crossing_point", "name": "G", "radius_m": 500}
    gate = {"type": "Feature", "id": "gate", "geometry": {"type": "Point", "coordinates": [0.05, 0.0]}}
    straight = feature([ON_LINE], [[0.0, 0.0], [0.1, 0.0]], id="line")
    document = mission(straight, gate | {"properties": point})
    live = World(document)
    announced = builders.announced(from_us=START_US, to_us=START_US + 10**8)
    move = movement_of(announced, Entry(1, START_US, announced))

    found = []
    for movements in ([], [move]):
        trial = Trial(live.registry, live.sealer, document, START_US, movements)
        block = live.block([Told(0, 0.05, 0.002), Told(40, 0.05, -0.002)], START_US)
        rows = np.arange(2)
        trial.take(Positions(block, rows + 2, rows, rows), (), START_US + 10**8)
        found += [one.status for one in trial.standing(lambda _marking: True)]

    assert found == ["confirmed", "authorised"]
