"""A rule on trial finds what a live engine with that rule would have found, and shows the same reports for it."""

import random

import numpy as np
import pytest

from app.engine.by_hand import movement_of
from app.engine.trial import Trial
from app.model.entry import Entry
from app.model.report import Positions
from tests import builders
from tests.engine.test_order import IN_STRIP, IN_ZONE, LINE, ON_LINE, STRIP, ZONE, walk
from tests.engine.world import START_US, Told, World, feature, mission

RULES = {
    "line": feature([ON_LINE], LINE, id="line"),
    "zone": feature([IN_ZONE], ZONE, id="zone"),
    "strip": feature([IN_STRIP], STRIP, id="strip", valid_from="2025-06-15T15:20:00Z"),
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

    trial = tried(live, reports, document, rng)
    found = trial.standing(lambda _marking: True)

    expected, standing = live.violations(), live.standing()
    live.latest = {one.id: one for one in found}
    assert live.standing() == standing
    shown = {(one.observed_us, one.direction, frozenset(one.evidence.reports)) for one in found}
    assert shown == {(one.observed_us, one.direction, frozenset(one.evidence.reports)) for one in expected}
    assert trial.positions == len(reports)
    assert all(one.id.startswith("dry_") and not one.late for one in found)


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
