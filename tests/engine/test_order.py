"""The same reports give the same violations, in whatever order, batches and process they come."""

import random
from typing import Any

import pytest

from tests.engine.world import Told, World, feature, mission

LINE = [[0.0, 0.0], [0.03, 0.004], [0.05, -0.003], [0.1, 0.0]]
ZONE = [[[0.02, -0.01], [0.04, -0.012], [0.05, 0.001], [0.03, 0.008], [0.025, -0.002], [0.02, -0.01]]]
STRIP = [[[0.06, -0.02], [0.0606, -0.02], [0.0606, 0.02], [0.06, 0.02], [0.06, -0.02]]]
AREA = [[[0.005, -0.012], [0.095, -0.012], [0.095, 0.011], [0.05, 0.002], [0.005, 0.011], [0.005, -0.012]]]
COMMON = {"severity": "high"}
ON_LINE = COMMON | {"rule": "line_crossing", "id": "r1", "margin_m": 50, "settle_s": 60}
IN_ZONE = COMMON | {"rule": "zone_incursion", "id": "r2", "margin_m": 80}
IN_STRIP = COMMON | {"rule": "zone_incursion", "id": "r3", "margin_m": 100, "min_dwell_s": 40}
CEILING = {
    "rule": "force_ceiling", "id": "r4", "margin_m": 40,
    "limits": [{"class": "any", "party": "north", "max": 1}, {"class": "vehicle", "party": "north", "max": 2}],
}  # fmt: skip
TO_LINE = COMMON | {"rule": "approach", "id": "r5", "horizon_s": 90, "margin_m": 20}
TO_ZONE = COMMON | {"rule": "approach", "id": "r6", "horizon_s": 200, "min_speed_m_s": 3}
WATCH = {"rule": "absence", "id": "r7", "max_silence_s": 300, "required": 2}
SKY = {"rule": "airspace_violation", "platforms": ["vehicle"], "floor_m": 100, "merge_gap_s": 90, "settle_s": 60}
OVER_LINE = SKY | {"id": "r8", "margin_m": 30}
OVER_ZONE = SKY | {"id": "r9", "margin_m": 60, "ceiling_m": 900, "altitude_ref": "msl"}
BANNED = {"rule": "restricted_weapon", "id": "r10", "platforms": ["vehicle"], "margin_m": 40}
DOCUMENT = mission(
    feature([ON_LINE, TO_LINE, OVER_LINE], LINE, id="line"),
    feature([IN_ZONE, TO_ZONE, OVER_ZONE, BANNED], ZONE, id="zone"),
    feature([IN_STRIP], STRIP, id="strip", valid_from="2025-06-15T15:20:00Z"),
    feature([CEILING, WATCH], AREA, id="area"),
    gates={},
)


def walk(rng: random.Random, unit: str, fixes: int) -> list[Told]:
    """A walk that stays near the features, with jumps, silences and doubtful accuracy."""
    lon, lat, second = rng.uniform(0.0, 0.1), rng.uniform(-0.01, 0.01), rng.uniform(0, 100)
    east, north = rng.uniform(-4e-4, 4e-4), rng.uniform(-4e-4, 4e-4)
    told, height = list[Told](), rng.choice([None, 50.0, 500.0])
    for _ in range(fixes):
        if rng.random() < 0.2:
            east, north = rng.uniform(-6e-4, 6e-4), rng.uniform(-6e-4, 6e-4)
        second += rng.choice([5, 10, 10, 30, 700 if rng.random() < 0.03 else 20])
        lon, lat = min(max(lon + east, 0), 0.1), min(max(lat + north, -0.015), 0.015)
        jump = 0.2 if rng.random() < 0.02 else 0.0
        accuracy = rng.choice([None, None, 5.0, 40.0, 70.0, 1500.0])
        party = "north" if rng.random() < 0.995 else "south"
        height = rng.choice([None, 0.0, 90.0, 150.0, 800.0, 1200.0]) if rng.random() < 0.15 else height
        ref = rng.choice(["hae", "hae", "msl", "agl"]) if rng.random() < 0.2 else "hae"
        told.append(
            Told(round(second, 3), lon + jump, lat, accuracy, unit=unit, party=party, altitude_m=height,
                 altitude_ref=ref)
        )  # fmt: skip
    return told


def straight(reports: list[Told], document: bytes = DOCUMENT) -> list[tuple[Any, ...]]:
    """What one process finds that gets all in order, at once."""
    it = World(document)
    it.push(sorted(reports, key=lambda report: report.second))
    return it.standing()


def test_the_walks_violate_every_rule_over_tracks() -> None:
    rng = random.Random(5)
    found = {one[0] for unit in range(12) for one in straight(walk(rng, f"car-{unit}", 300))}
    found |= {one[0] for one in straight([report for unit in "abc" for report in walk(rng, unit, 300)])}

    assert found >= {f"r{number}" for number in (1, 2, 3, 4, 5, 6, 8, 9, 10)}


@pytest.mark.parametrize("seed", range(24))
def test_shuffled_and_re_batched_over_restarts_the_same_is_found(seed: int) -> None:
    rng = random.Random(seed)
    reports = [report for fixes in (40, 200, 700) for report in walk(rng, f"car-{fixes}", fixes)]
    expected = straight(reports)

    shuffled = list(reports)
    if seed % 2:
        rng.shuffle(shuffled)
    else:  # late by a little, as links are
        shuffled.sort(key=lambda report: report.second + rng.choice([0, 0, 0, 60, 900, 4000]))
    it = World(DOCUMENT)
    while shuffled:
        batch = rng.choice([1, 3, 20, 200])
        it.push(shuffled[:batch])
        del shuffled[:batch]
        if rng.random() < 0.1:
            it.restart()

    assert it.standing() == expected
    assert len(expected) > 0


@pytest.mark.parametrize("seed", range(8))
def test_one_by_one_in_order_is_as_good_as_all_at_once(seed: int) -> None:
    rng = random.Random(1000 + seed)
    reports = [report for unit in range(2) for report in walk(rng, f"car-{unit}", 150)]

    it = World(DOCUMENT)
    for report in sorted(reports, key=lambda report: report.second):
        it.push([report])

    assert it.standing() == straight(reports)


REDRAWN = mission(
    feature([ON_LINE], LINE, id="line", valid_to="2025-06-15T16:00:00Z"),
    feature([ON_LINE], [[0.0, 0.004], [0.1, 0.001]], id="line", valid_from="2025-06-15T16:00:00Z"),
    feature([IN_ZONE], ZONE, id="zone"),
    feature([IN_STRIP], STRIP, id="strip", valid_from="2025-06-15T15:20:00Z", valid_to="2025-06-15T17:00:00Z"),
    gates={},
)
CHANGES = {
    "a margin": DOCUMENT.replace(b'"margin_m": 80', b'"margin_m": 90'),
    "a line from the middle of the day": REDRAWN,
    "a line from the day before": REDRAWN.replace(b"2025-06-15T16", b"2025-06-14T16"),
}


@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize("seed", range(6))
def test_between_the_same_changes_of_mission_the_order_does_not_matter(seed: int, change: str) -> None:
    rng = random.Random(2000 + seed)
    reports = walk(rng, "car", 400)
    other = CHANGES[change]
    before = [report for report in reports if rng.random() < (0.9 if report.second < 4000 else 0.1)]
    after = [report for report in reports if report not in before]

    found = []
    for _ in range(2):
        it = World(DOCUMENT)
        rng.shuffle(before)
        for start in range(0, len(before), 37):
            it.push(before[start : start + 37])
        it.change_mission(other)
        rng.shuffle(after)
        for start in range(0, len(after), 23):
            it.push(after[start : start + 23])
        found.append(it.standing())

    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_of_the_journal_gives_each_revision_again(seed: int) -> None:
    rng = random.Random(3000 + seed)
    reports = walk(rng, "car", 300)
    rng.shuffle(reports)
    it = World(DOCUMENT)
    for start in range(0, len(reports), 17):
        it.push(reports[start : start + 17])

    outcomes = it.replayed()

    assert outcomes == it.outcomes
