"""A fix that is not looked at would have changed nothing: whoever looks at every one finds the same."""

import random

import pytest

from app.engine.heads import packed
from app.rules.presence import Presence
from app.rules.rule import Fix, Pair
from app.rules.side import stays_idle
from tests.engine.test_order import AREA, IN_STRIP, IN_ZONE, LINE, ON_LINE, STRIP, ZONE
from tests.engine.world import Told, World, feature, mission

NEAR_EACH_OTHER = {"rule": "proximity", "id": "r11", "enter_m": 400, "leave_m": 600, "within_m": 500}
TOGETHER = {"rule": "build_up", "id": "r12", "count": 3, "radius_m": 700, "window_s": 300, "within_m": 500}
DOCUMENT = mission(
    feature([ON_LINE], LINE, id="line"),
    feature([IN_ZONE], ZONE, id="zone"),
    feature([IN_STRIP, NEAR_EACH_OTHER, TOGETHER], STRIP, id="strip"),
    feature([{"rule": "absence", "id": "r7", "max_silence_s": 300, "required": 2}], AREA, id="area"),
)


def strolls(rng: random.Random, units: int, seconds: int) -> list[Told]:
    """Units on foot about the features: most of their fixes are a metre or two from the one before."""
    told = []
    for unit in range(units):
        lon, lat = rng.choice([(0.06, 0.0), (0.035, 0.0), (0.03, 0.004), (0.0598, 0.0)])
        party = rng.choice(["north", "south"])
        lon, lat = lon + rng.gauss(0, 8e-4), lat + rng.gauss(0, 8e-4)
        east, north, second = rng.gauss(0, 1e-5), rng.gauss(0, 1e-5), rng.uniform(0, 5)
        while second < seconds:
            if rng.random() < 0.05:
                east, north = rng.gauss(0, 2e-5), rng.gauss(0, 2e-5)
            lon, lat = lon + east, lat + north
            accuracy = rng.choice([None, 5.0, 5.0, 5.0, 30.0, 60.0, 1200.0 if rng.random() < 0.1 else 5.0])
            told.append(Told(round(second, 3), lon, lat, accuracy, unit=f"foot-{unit}", party=party))
            second += rng.choice([1, 2, 5, 5, 400 if rng.random() < 0.01 else 5])
    return sorted(told, key=lambda report: report.second)


def pushed(reports: list[Told]) -> World:
    it = World(DOCUMENT)
    for at in range(0, len(reports), 4):
        it.push(reports[at : at + 4])
    return it


@pytest.mark.parametrize("seed", range(4))
def test_states_are_left_as_looking_would_have_left_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = strolls(random.Random(3000 + seed), units=5, seconds=1000)
    asked = list[bool]()

    def counted(pair: Pair, margin_m: float, distance_m: float, accuracy_m: float) -> bool:
        asked.append(stays_idle(pair, margin_m, distance_m, accuracy_m))
        return asked[-1]

    monkeypatch.setattr("app.engine.judge.stays_idle", counted)
    idle = pushed(reports)
    monkeypatch.setattr("app.engine.judge.stays_idle", lambda *_: False)
    looking = pushed(reports)

    assert sum(asked) > 50
    assert idle.standing() == looking.standing() != []
    slots = range(len(idle.registry.units))
    states = [[packed(world.engine.heads.state(slot)) for slot in slots] for world in (idle, looking)]
    assert states[0] == states[1]


@pytest.mark.parametrize("seed", range(4))
def test_stays_rest_from_sample_to_sample(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = strolls(random.Random(4000 + seed), units=5, seconds=1000)
    looks, step = [0], Presence.step

    def counted(self: Presence, pair: Pair, *rest: object) -> object:
        looks[-1] += 1
        return step(self, pair, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Presence, "step", counted)
    resting = pushed(reports)
    looks.append(0)
    rest = Presence._rest

    def never(self: Presence, pair: Pair, fix: Fix) -> None:
        if self._asked.sample_us:
            pair.rests_us = pair.until_us = 0
        else:
            rest(self, pair, fix)

    monkeypatch.setattr(Presence, "_rest", never)
    looking = pushed(reports)

    assert resting.standing() == looking.standing() != []
    assert 0 < looks[0] < looks[1]
