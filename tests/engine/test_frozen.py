"""A frozen receiver, repeating one place while it tells a speed, is flagged and confirms nothing until it moves."""

import random

import pytest

from app.live.track_frames import flag_names
from tests.engine.world import Told, World, feature, mission

RULE = {"rule": "line_crossing", "id": "r", "margin_m": 50, "severity": "high"}
LINE = feature([RULE], [[-1.0, 0.0], [1.0, 0.0]])
DOCUMENT = mission(LINE, gates={})


def drive(*, speed_m_s: float | None = 15.0, repeats: int = 12) -> list[Told]:
    """North of the line, then at one place beyond it: too inaccurate to be sure for a minute, then accurate."""
    told = [Told(at * 10.0, at * 1e-3, 0.003, 5.0, speed_m_s=speed_m_s) for at in range(5)]
    there = (
        Told(50 + at * 10.0, 0.005, -0.003, 1500.0 if at < 6 else 5.0, speed_m_s=speed_m_s) for at in range(repeats)
    )
    return [*told, *there]


def flags(it: World) -> tuple[str, ...]:
    return flag_names(int(it.engine.tracks.flags[0]))


def test_what_is_frozen_is_flagged_and_confirms_nothing() -> None:
    it = World(DOCUMENT)
    for told in drive():
        it.push([told])

    assert flags(it) == ("implausible", "frozen")
    assert [violation.status for violation in it.latest.values()] == ["suspected"]


def test_it_is_believed_again_with_the_first_fix_that_moves() -> None:
    it = World(DOCUMENT)
    it.push([*drive(), Told(180, 0.006, -0.003, 5.0, speed_m_s=15.0)])

    assert flags(it) == ()
    assert [violation.status for violation in it.latest.values()] == ["confirmed"]


@pytest.mark.parametrize("case", ["parked", "no speed told", "gates off", "a few repeats"])
def test_what_may_well_be_so_is_not_doubted(case: str) -> None:
    it = World(mission(LINE) if case == "gates off" else DOCUMENT)
    speed_m_s = {"parked": 0.2, "no speed told": None}.get(case, 15.0)

    it.push(drive(speed_m_s=speed_m_s, repeats=5 if case == "a few repeats" else 12))

    assert flags(it) == ()


def test_many_that_are_frozen_are_no_interference() -> None:
    it = World(DOCUMENT)
    it.push([told._replace(unit=f"car-{unit}") for unit in range(4) for told in drive()])

    assert {violation.rule for violation in it.latest.values()} == {"line_crossing"}


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_over_restarts_it_is_the_same(seed: int) -> None:
    rng = random.Random(seed)
    reports = []
    place, second = (0.0, 0.002), 0.0
    for _ in range(150):
        second += rng.choice([1, 10, 30])
        if rng.random() < 0.3:
            place = round(place[0] + rng.uniform(-1e-3, 1e-3), 6), rng.choice([-0.002, 0.002, 0.3])
        accuracy = rng.choice([5.0, 5.0, 1500.0, None])
        reports.append(Told(second, *place, accuracy, speed_m_s=rng.choice([5.0, 5.0, 5.0, 5.0, 5.0, 0.0])))
    expected = World(DOCUMENT)
    expected.push(reports)
    rng.shuffle(reports)

    it = World(DOCUMENT)
    while reports:
        batch = rng.choice([1, 5, 40])
        it.push(reports[:batch])
        del reports[:batch]
        if rng.random() < 0.2:
            it.restart()

    assert it.standing() == expected.standing()
    assert it.engine.heads.stuck[0] == expected.engine.heads.stuck[0]
