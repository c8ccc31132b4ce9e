"""Airspace: the engine finds what the plain reading finds, on ten thousand small flights."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from tests.engine.world import START_US, Told, World, mission
from tests.rules.oracle import Seen, Term, measured
from tests.rules.oracle_air import Episode, Sky, SkyWatch
from tests.rules.oracle_ground import E7, TooClose, believed
from tests.rules.test_against_oracle import Row, agree, drawn_terms, drawn_track, feature_of, grid, place_of, row_of

FLIGHTS = 250
AIRBORNE = ("aircraft", "helicopter", "uav")
HEIGHTS: list[float | None] = [None, 0.0, 60.0, 100.0, 100.0, 150.0, 500.0, 1000.0, 1010.0, 4000.0]
GATES = {"uav": 150.0, "aircraft": 600.0, "vehicle": 70.0, None: 600.0}


class Sortie(NamedTuple):
    """Bands on one feature, and flights near it."""

    skies: list[Sky]
    flights: list[list[Told]]
    expected: list[list[list[Row]]]
    gates: dict[str, float] | None


def document(sortie: Sortie) -> bytes:
    rules = []
    for sky in sortie.skies:
        term = sky.term
        rule: dict[str, Any] = {
            "rule": "airspace_violation", "id": term.id, "margin_m": term.margin_m, "settle_s": term.settle_s,
            "max_gap_s": term.max_gap_s, "advise_mission": term.advise, "merge_gap_s": sky.merge_s,
            "floor_m": sky.floor_m, "ceiling_m": sky.ceiling_m, "altitude_ref": "msl",
        }  # fmt: skip
        if term.parties is not None:
            rule["parties"] = list(term.parties)
        rules.append({name: value for name, value in rule.items() if value is not None})
    return mission(feature_of(sortie.skies[0].term, rules), gates=sortie.gates)


def drawn_flight(rng: random.Random, terms: Sequence[Term], unit: str) -> list[Told]:
    """A track as those on the ground, at heights about the limits: steady ones, and such as change often."""
    track = drawn_track(rng, terms, unit)[: rng.randrange(4, 11)]
    steady = rng.choice([0.0, 0.6, 0.9])
    platform: str | None = rng.choice(["uav", "uav", "aircraft"])
    high, ref = rng.choice(HEIGHTS), "msl"
    told = []
    for it in track:
        if rng.random() > steady:
            high, ref = rng.choice(HEIGHTS), "msl" if rng.random() < 0.95 else "agl"
        if rng.random() < 0.01:
            platform = rng.choice(["uav", "vehicle", None])
        told.append(it._replace(altitude_m=high, altitude_ref=ref, platform=platform))
    return told


def judged(sortie: Sortie, flight: Sequence[Told]) -> list[list[Row]]:
    """What stands after each fix of a flight."""
    gates = [float("inf") if sortie.gates is None else GATES[it.platform] for it in flight]
    sure = believed([(grid(it), round(it.second * 1e6), it.accuracy_m) for it in flight], gates)
    fixes = [Seen(START_US + round(it.second * 1e6), grid(it), it.accuracy_m, it.party, it.platform, ok)
             for it, ok in zip(flight, sure, strict=True)]  # fmt: skip
    heights = [it.altitude_m if it.altitude_ref == "msl" else None for it in flight]
    watches = [(SkyWatch(sky, fixes, heights), measured(sky.term, fixes)) for sky in sortie.skies]
    told = []
    for at in range(len(fixes)):
        for watch, grounds in watches:
            watch.take(at, grounds[at])
        told.append(sorted((row(watch, it) for watch, _ in watches for it in watch.standing()), key=place_of))
    return told


def row(watch: SkyWatch, it: Episode) -> Row:
    term = watch.sky.term
    return Row(
        term.feature, term.id, term.valid_us[0] or 0, it.direction,
        "advisory" if it.party == "mission" else it.status, it.confirmed_us, it.us, it.ended_us, it.lon, it.lat,
        it.depth_m, it.nominal, it.party, -1.0,
    )  # fmt: skip


def found(it: World) -> dict[str, list[Row]]:
    """What the engine has told of each unit and stands."""
    told: dict[str, list[Row]] = {}
    for one in it.violations():
        if one.rule != "airspace_violation":
            continue  # so many doubtful flights at once may look like interference
        told.setdefault(one.units[0].unit, []).append(row_of(one))
    return {unit: sorted(rows, key=place_of) for unit, rows in told.items()}


def drawn(seed: int) -> Sortie:
    """Bands and flights, with what the oracle says of each: those too near a limit are drawn again."""
    rng = random.Random(seed)
    lon, lat = rng.choice([(33.0, 35.0), (0.02, 0.01), (-70.5, -54.2), (24.9, 60.1)])
    terms = [
        replace(term, min_dwell_s=0.0, direction="any", platforms=AIRBORNE)
        for term in drawn_terms(rng, round(lon * E7), round(lat * E7))
    ]
    terms = [term for term in terms if (term.feature, term.valid_us) == (terms[0].feature, terms[0].valid_us)][:1]
    skies = [
        Sky(term, rng.choice([None, 100.0]), rng.choice([None, 1000.0, 1000.0]), rng.choice([0.0, 30.0, 120.0, 120.0]))
        for term in terms
    ]
    sortie = Sortie(skies, [], [], rng.choice([None, {}]))
    while len(sortie.flights) < FLIGHTS:
        flight = drawn_flight(rng, terms, f"car-{len(sortie.flights)}")
        try:
            sortie.expected.append(judged(sortie, flight))
        except TooClose:
            continue
        sortie.flights.append(flight)
    return sortie


@pytest.mark.parametrize("seed", range(36))
def test_fix_by_fix_the_engine_says_of_the_sky_what_the_oracle_says(seed: int) -> None:
    sortie = drawn(seed)
    step_by_step = World(document(sortie))
    for at in range(max(map(len, sortie.flights))):
        step_by_step.push([flight[at] for flight in sortie.flights if at < len(flight)])
        told = found(step_by_step)
        for unit, said in enumerate(sortie.expected):
            now = said[min(at, len(said) - 1)]
            assert agree(now, told.get(f"car-{unit}", [])), (seed, unit, at, now, told.get(f"car-{unit}"))


@pytest.mark.parametrize("seed", range(1000, 1004))
def test_in_any_order_and_over_restarts_the_engine_says_of_the_sky_what_the_oracle_says(seed: int) -> None:
    sortie = drawn(seed)
    rng = random.Random(seed)
    shuffled = World(document(sortie))
    reports = [report for flight in sortie.flights for report in flight]
    rng.shuffle(reports)
    while reports:
        batch = rng.choice([100, 400, 800])
        shuffled.push(reports[:batch])
        del reports[:batch]
        if rng.random() < 0.4:
            shuffled.restart()

    told = found(shuffled)
    for unit, said in enumerate(sortie.expected):
        assert agree(said[-1], told.get(f"car-{unit}", [])), (seed, unit, said[-1], told.get(f"car-{unit}"))
    assert told
