"""``approach`` finds what the plain reading finds: on ten thousand small tracks that come, waver, halt and pass by."""

import random
import re
from collections.abc import Sequence
from functools import cache
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any, NamedTuple

import pytest

from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle import Seen
from tests.rules.oracle_approach import Coming, Motion, Warning, comings
from tests.rules.oracle_ground import E7, Grid, TooClose, believed
from tests.rules.test_against_oracle import LINES, STEP, ZONES, instant

TRACKS = 250
GATES = {"vehicle": 70.0, "uav": 150.0}
FORETOLD = re.compile(r"in (\d+) s \(\S+\) near (-?[\d.]+), (-?[\d.]+)")


class Row(NamedTuple):
    """An approach as both sides know it, and what it says of the crossing to come."""

    feature: str
    rule: str
    version: int
    direction: str
    us: int
    lon: float
    lat: float
    party: str
    ended_us: int | None
    in_s: float
    to_lon: float
    to_lat: float


def drawn_terms(rng: random.Random, lon: int, lat: int) -> list[Warning]:
    """Three rules on two features, of which one may have two versions."""
    terms = []
    for number in range(2):
        zone = rng.random() < 0.5
        at = lon + rng.randrange(-3, 4) * STEP, lat + rng.randrange(-3, 4) * STEP

        def placed(part: Any, at: Grid = at, *, closed: bool = False) -> tuple[Grid, ...]:
            places = tuple((at[0] + round(x * STEP), at[1] + round(y * STEP)) for x, y in part)
            return (*places, places[0]) if closed else places

        if zone:
            shape: Any = tuple(tuple(placed(ring, closed=True) for ring in part) for part in rng.choice(ZONES))
        else:
            shape = tuple(placed(part) for part in rng.choice(LINES))
        turn_us = START_US + rng.randrange(1, 900) * 1_000_000
        versions = [(None, turn_us), (turn_us, None)] if rng.random() < 0.2 else [(None, None)]
        sides = rng.choice(["north", "west"]), rng.choice(["south", "east"])
        for rule in range(2 - number):
            horizon_s, slowest = rng.choice([20.0, 60.0, 60.0, 300.0]), rng.choice([0.0, 1.0, 5.0])
            margin_m, gap_s = rng.choice([0.0, 0.0, 50.0]), rng.choice([45.0, 600.0])
            parties = rng.choice([None, None, ("south", "unknown")])
            terms += [
                Warning(f"r{rule}", zone, shape, horizon_s, slowest, margin_m, gap_s, parties, *sides, version,
                        f"f{number}")
                for version in versions
            ]  # fmt: skip
    return terms


def drawn_track(rng: random.Random, terms: Sequence[Warning], unit: str) -> list[Told]:
    """A mover that aims at places on and about the edges, turns, halts, jumps, and may tell its speed and course."""
    edges = [edge for term in terms for edge in term.edges]
    party, platform = rng.choice(["north", "south", "unknown"]), rng.choice(["vehicle", "uav"])
    accurate, telling, wild = rng.random() < 0.5, rng.choice([0.0, 0.5, 1.0]), rng.choice([0.0, 0.0, 0.06])
    speed_m_s = rng.choice([0.8, 3.0, 12.0, 12.0, 30.0, 60.0])
    corner, second, east, north = rng.choice(edges)[0], rng.randrange(100) * 1.0, 0.0, 0.0
    scale = 111_194.9 / E7
    lon, lat = (part + rng.choice([-1, 1]) * rng.choice([0.2, 1, 3, 10]) * STEP for part in corner)
    told = []
    for at in range(rng.randrange(3, 12)):
        if at == 0 or rng.random() < 0.3:
            a, b = rng.choice(edges)
            share = rng.choice([-0.3, 0.0, 0.2, 0.5, 0.5, 0.9, 1.4])
            to = a[0] + share * (b[0] - a[0]) - lon, a[1] + share * (b[1] - a[1]) - lat
            angle = atan2(to[1], to[0] * cos(radians(lat / E7))) + rng.choice([0, 0, 0, 0.2, -0.2, 3.1])
            speed = speed_m_s * rng.choice([1, 1, 1, 0.3, 0.0])
            east, north = speed * cos(angle), speed * sin(angle)
        pause_s = rng.choice([1, 5, 10, 10, 10, 30, 44, 61, 290, 700])
        second += pause_s
        lon += east * pause_s / scale / cos(radians(lat / E7))
        lat += north * pause_s / scale
        jump = rng.choice([-1, 1]) * 60 * STEP if rng.random() < wild else 0
        said: dict[str, float] = {}
        if rng.random() < telling:
            said = {"speed_m_s": hypot(east, north), "course_deg": degrees(atan2(east, north)) % 360}
            if rng.random() < 0.1:
                del said[rng.choice(sorted(said))]
        if rng.random() < 0.02:
            party = rng.choice(["north", "south", "mission"])
        accuracy = None if accurate else rng.choice([None, 4.0, 15.0, 60.0, 1500.0])
        told.append(
            Told(second, round(lon + jump) / E7, round(lat) / E7, accuracy, unit, party, platform, **said)  # type: ignore[arg-type]
        )
    return told


def judged(terms: Sequence[Warning], gated: bool, track: Sequence[Told]) -> list[list[Row]]:
    """What stands after each fix."""
    fixes = [(round(it.lon * E7), round(it.lat * E7)) for it in track]
    instants = [round(it.second * 1e6) for it in track]
    gates = [GATES[it.platform or ""] if gated else float("inf") for it in track]
    sure = believed([(place, us, it.accuracy_m) for place, us, it in zip(fixes, instants, track, strict=True)], gates)
    seen = [Seen(START_US + us, place, it.accuracy_m, it.party, it.platform, ok)
            for place, us, it, ok in zip(fixes, instants, track, sure, strict=True)]  # fmt: skip
    motions = [Motion(it.speed_m_s, it.course_deg) for it in track]
    by_term = {term: comings(term, seen, motions) for term in terms}
    return [
        sorted(row(term, seen, it) for term, standing in by_term.items() for it in standing[at])
        for at in range(len(track))
    ]


def row(term: Warning, seen: Sequence[Seen], it: Coming) -> Row:
    fix, ahead = seen[it.fix], it.foreseen
    return Row(
        term.feature, term.id, term.valid_us[0] or 0, ahead.direction, fix.us, fix.place[0] / E7, fix.place[1] / E7,
        fix.party, it.ended_us, ahead.in_s, ahead.lon, ahead.lat,
    )  # fmt: skip


def found(it: World) -> dict[str, list[Row]]:
    """What the engine has told and stands, by unit."""
    rows: dict[str, list[Row]] = {}
    for one in (one for one in it.violations() if one.rule == "approach"):
        rows.setdefault(one.units[0].unit, []).append(told_row(one))
    return {unit: sorted(of_unit) for unit, of_unit in rows.items()}


def told_row(one: Violation) -> Row:
    assert (one.status, one.confirmed_us, one.nominal, one.depth_m) == ("confirmed", one.observed_us, False, None)
    ahead = FORETOLD.search(one.reason)
    assert ahead is not None, one.reason
    return Row(
        one.feature, one.rule_id, one.evidence.line_version_us or 0, one.direction or "", one.observed_us, one.lon,
        one.lat, one.party, one.ended_us, float(ahead[1]), float(ahead[3]), float(ahead[2]),
    )  # fmt: skip


def agree(expected: list[Row], told: list[Row]) -> bool:
    """Whether both say the same: ends to 5 ms, what is foretold as exactly as the sentence has it."""
    return len(expected) == len(told) and all(
        mine[:8] == theirs[:8]
        and (mine.ended_us is None) == (theirs.ended_us is None)
        and abs((mine.ended_us or 0) - (theirs.ended_us or 0)) <= 5000
        and abs(mine.in_s - theirs.in_s) < 0.51 + 1e-4 * mine.in_s
        and abs(mine.to_lon - theirs.to_lon) < 6e-5
        and abs(mine.to_lat - theirs.to_lat) < 6e-5
        for mine, theirs in zip(expected, told, strict=True)
    )


def document(terms: Sequence[Warning], gated: bool) -> bytes:
    features = []
    for key in dict.fromkeys((term.feature, term.valid_us) for term in terms):
        mine = [term for term in terms if (term.feature, term.valid_us) == key]
        one = mine[0]
        depth = [[[[x / E7, y / E7] for x, y in ring] for ring in part] for part in one.shape] if one.zone else [
            [[x / E7, y / E7] for x, y in part] for part in one.shape
        ]  # fmt: skip
        named = {} if one.zone else {"kind": "ceasefire_line", "left": one.left, "right": one.right}
        drawn: Any = depth[0] if not one.zone and len(depth) == 1 else depth
        it = feature([stated(term) for term in mine], drawn, id=one.feature, valid_from=instant(one.valid_us[0]),
                     valid_to=instant(one.valid_us[1]), **named)  # fmt: skip
        if not one.zone:
            it["geometry"]["type"] = "LineString" if len(one.shape) == 1 else "MultiLineString"
        features.append(it)
    return mission(*features, gates={} if gated else None)


def stated(term: Warning) -> dict[str, Any]:
    rule = {
        "rule": "approach", "id": term.id, "horizon_s": term.horizon_s, "min_speed_m_s": term.min_speed_m_s,
        "margin_m": term.margin_m, "max_gap_s": term.max_gap_s,
    }  # fmt: skip
    return rule if term.parties is None else rule | {"parties": list(term.parties)}


@cache
def drawn(seed: int) -> tuple[list[Warning], bool, list[list[Told]], list[list[list[Row]]]]:
    """Rules, tracks, and what the oracle says of each: tracks too near a limit are drawn again."""
    rng = random.Random(seed)
    lon, lat = rng.choice([(33.0, 35.0), (0.02, 0.01), (-70.5, -54.2), (24.9, 60.1)])
    terms, gated = drawn_terms(rng, round(lon * E7), round(lat * E7)), rng.random() < 0.5
    tracks: list[list[Told]] = []
    expected: list[list[list[Row]]] = []
    while len(tracks) < TRACKS:
        track = drawn_track(rng, terms, f"car-{len(tracks)}")
        try:
            expected.append(judged(terms, gated, track))
        except TooClose:
            continue
        tracks.append(track)
    return terms, gated, tracks, expected


@pytest.mark.parametrize("seed", range(40))
def test_fix_by_fix_the_engine_foresees_what_the_oracle_foresees(seed: int) -> None:
    terms, gated, tracks, expected = drawn(seed)
    it = World(document(terms, gated))

    for at in range(max(map(len, tracks))):
        it.push([track[at] for track in tracks if at < len(track)])
        told = found(it)
        for unit, said in enumerate(expected):
            now = said[min(at, len(said) - 1)]
            assert agree(now, told.get(f"car-{unit}", [])), (seed, unit, at, now, told.get(f"car-{unit}"))
    assert sum(len(said[-1]) for said in expected) > TRACKS / 25


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_and_over_restarts_the_engine_foresees_the_same(seed: int) -> None:
    rng = random.Random(1000 + seed)
    terms, gated, tracks, expected = drawn(seed)
    it = World(document(terms, gated))

    reports = [report for track in tracks for report in track]
    rng.shuffle(reports)
    while reports:
        batch = rng.choice([5, 40, 400])
        it.push(reports[:batch])
        del reports[:batch]
        if rng.random() < 0.05:
            it.restart()

    told = found(it)
    for unit, said in enumerate(expected):
        assert agree(said[-1], told.get(f"car-{unit}", [])), (seed, unit, said[-1], told.get(f"car-{unit}"))
