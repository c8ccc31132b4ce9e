"""Platforms that an area bans: by hand, and against the plain reading of a zone on ten thousand small tracks."""

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle import Seen, Term, Watch, measured
from tests.rules.oracle_ground import E7, TooClose, believed
from tests.rules.test_against_oracle import (
    Row,
    agree,
    drawn_terms,
    drawn_track,
    feature_of,
    grid,
    place_of,
    row,
    row_of,
)

SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
RULE: dict[str, Any] = {"rule": "restricted_weapon", "id": "r1", "margin_m": 50, "platforms": ["armour", "artillery"]}
TRACKS = 250
BANNED = ("armour", "artillery")


def world(**rule: Any) -> World:
    named = {"kind": "area_of_limitation", "name": "Alpha"}
    return World(mission(feature([{k: v for k, v in (RULE | rule).items() if v is not None}], SQUARE, **named)))


def drive(platform: str | None) -> list[Told]:
    return [Told(10.0 * at, 0.03 + 0.01 * at, 0.05, 5.0, platform=platform) for at in range(5)]


def test_a_banned_platform_inside_is_one_violation_that_says_what_and_where() -> None:
    it = world()

    it.push(drive("armour"))

    (found,) = it.violations()
    assert (found.rule, found.direction, found.status, found.platform) == (
        "restricted_weapon", "enter", "confirmed", "armour",
    )  # fmt: skip
    assert found.ended_us is not None
    assert found.reason.startswith("car-1 reported by ARG, armour ")
    assert "inside Alpha, area of limitation that bans armour, margin 50 m" in found.reason


@pytest.mark.parametrize("platform", ["vehicle", "foot", "uav", None])
def test_what_is_not_banned_may_be_there(platform: str | None) -> None:
    it = world()

    it.push(drive(platform))

    assert it.latest == {}


@pytest.mark.parametrize("platform", ["armour", "artillery", "vehicle", None])
def test_a_rule_about_weapons_alone_judges_no_track(platform: str | None) -> None:
    it = world(platforms=None, weapons=["mortar"])

    it.push(drive(platform))

    assert it.latest == {}


def document(term: Term, gates: dict[str, float] | None) -> bytes:
    rule: dict[str, Any] = {
        "rule": "restricted_weapon", "id": term.id, "margin_m": term.margin_m, "settle_s": term.settle_s,
        "max_gap_s": term.max_gap_s, "advise_mission": term.advise, "platforms": list(BANNED),
    }  # fmt: skip
    if term.parties is not None:
        rule["parties"] = list(term.parties)
    return mission(feature_of(term, [rule]), gates=gates)


def drawn_zone(rng: random.Random, lon: int, lat: int) -> Term:
    """A zone of which it is beyond doubt whether it has room for its margin."""
    while True:
        for term in drawn_terms(rng, lon, lat):
            if not term.zone:
                continue
            try:
                Watch(term)
            except TooClose:
                continue
            return replace(term, min_dwell_s=0.0, platforms=BANNED)


def drawn(seed: int) -> tuple[bytes, list[list[Told]], list[list[list[Row]]]]:
    """A zone, tracks of what it bans and of what it does not, and what the oracle says of each after each fix."""
    rng = random.Random(seed)
    lon, lat = rng.choice([(33.0, 35.0), (0.02, 0.01), (-70.5, -54.2), (24.9, 60.1)])
    term = drawn_zone(rng, round(lon * E7), round(lat * E7))
    gates: dict[str, float] | None = rng.choice([None, {}])
    tracks: list[list[Told]] = []
    expected: list[list[list[Row]]] = []
    while len(tracks) < TRACKS:
        platform = rng.choice(["armour", "artillery", "armour", "vehicle", None])
        track = [
            it._replace(platform=platform if rng.random() < 0.98 else "vehicle")
            for it in drawn_track(rng, [term], f"car-{len(tracks)}")[: rng.randrange(3, 9)]
        ]
        gate = [float("inf") if gates is None else 600.0 if it.platform is None else 70.0 for it in track]
        try:
            sure = believed([(grid(it), round(it.second * 1e6), it.accuracy_m) for it in track], gate)
            fixes = [Seen(START_US + round(it.second * 1e6), grid(it), it.accuracy_m, it.party, it.platform, ok)
                     for it, ok in zip(track, sure, strict=True)]  # fmt: skip
            watch, said = Watch(term), []
            for fix, ground in zip(fixes, measured(term, fixes), strict=True):
                watch.take(fix, ground)
                said.append(sorted((row(term, it) for it in watch.standing()), key=place_of))
        except TooClose:
            continue
        tracks.append(track)
        expected.append(said)
    return document(term, gates), tracks, expected


def found(it: World) -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = {}
    for one in it.violations():
        if one.rule == "restricted_weapon":
            told.setdefault(one.units[0].unit, []).append(row_of(one))
    return {unit: sorted(rows, key=place_of) for unit, rows in told.items()}


@pytest.mark.parametrize("seed", range(40))
def test_fix_by_fix_the_engine_finds_the_banned_that_the_oracle_finds(seed: int) -> None:
    terms, tracks, expected = drawn(seed)
    it = World(terms)
    for at in range(max(map(len, tracks))):
        it.push([track[at] for track in tracks if at < len(track)])
        told = found(it)
        for unit, said in enumerate(expected):
            now = said[min(at, len(said) - 1)]
            assert agree(now, told.get(f"car-{unit}", [])), (seed, unit, at, now, told.get(f"car-{unit}"))
    assert it.latest
