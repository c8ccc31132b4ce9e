"""The engine finds what the plain reading finds: on thousands of small tracks that sit on what is hard to judge.

Ten thousand times a track meets a line, and as often a zone: a track meets three rules or four, half of them on lines.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle import Found, Seen, Term, Watch, measured
from tests.rules.oracle_ground import E7, Grid, TooClose, believed

STEP = 10_000
"""A step of the lattice that features are drawn on, in 1e-7 degrees: about 111 m northwards."""
LINES = [
    [[(0, 0), (6, 0)]],
    [[(0, 0), (3, 0), (3, 3)]],
    [[(0, 0), (2, 1), (4, 0), (6, 1)]],
    [[(0, 0), (2, 0)], [(3, 0), (6, 1)]],
    [[(3, 3), (0, 3), (0, 0), (3, 0), (3, 1)]],
]
ZONES: list[Any] = [
    [[[(0, 0), (4, 0), (4, 4), (0, 4)]]],
    [[[(0, 0), (6, 0), (6, 0.6), (0, 0.6)]]],
    [[[(0, 0), (5, 0), (5, 2), (2, 2), (2, 5), (0, 5)]]],
    [[[(0, 0), (5, 1), (2, 4)]]],
    [[[(0, 0), (6, 0), (6, 6), (0, 6)], [(2, 2), (2, 4), (4, 4), (4, 2)]]],
    [[[(0, 0), (2, 0), (2, 4), (0, 4)]], [[(3, 0), (6, 0), (6, 3)]]],
]
INTERFERENCE = "gnss_interference"
"""What is told of several tracks at a time is held to an oracle of its own."""
TRACKS = 150
SHUFFLED = 25
GATES = {"vehicle": 70.0, "uav": 150.0, None: 600.0}


class Case(NamedTuple):
    """A mission's terms, perhaps those of a later mission from a fix on, and tracks, each a list of fixes."""

    terms: list[Term]
    later: list[Term]
    changes_at: int
    gates: dict[str, float] | None
    tracks: list[list[Told]]


class Row(NamedTuple):
    """A violation as both sides know it."""

    feature: str
    rule: str
    version: int
    direction: str
    status: str
    confirmed_us: int | None
    us: int
    ended_us: int | None
    lon: float
    lat: float
    depth_m: float | None
    nominal: bool
    party: str
    confidence: float


def grid(report: Told) -> Grid:
    return round(report.lon * E7), round(report.lat * E7)


def instant(us: int | None) -> str | None:
    return None if us is None else datetime.fromtimestamp(us / 1e6, UTC).isoformat()


def document(case: Case, terms: Sequence[Term]) -> bytes:
    """The mission file of these terms, one feature for all that share its id and validity."""
    features = []
    for key in dict.fromkeys((term.feature, term.valid_us) for term in terms):
        mine = [term for term in terms if (term.feature, term.valid_us) == key]
        features.append(feature_of(mine[0], [stated(term) for term in mine]))
    gates: dict[str, float] | None = None if case.gates is None else {}
    return mission(*features, gates=gates)


def feature_of(one: Term, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """The feature that a term is about, with these rules."""
    if one.zone:
        drawn: Any = [[[[x / E7, y / E7] for x, y in ring] for ring in part] for part in one.shape]
        named = {}
    else:
        drawn = [[[x / E7, y / E7] for x, y in part] for part in one.shape]
        drawn = drawn[0] if len(drawn) == 1 else drawn
        named = {"left": one.left, "right": one.right}
    it = feature(rules, drawn, id=one.feature, valid_from=instant(one.valid_us[0]), valid_to=instant(one.valid_us[1]),
                 **named)  # fmt: skip
    if not one.zone:
        it["geometry"]["type"] = "LineString" if len(one.shape) == 1 else "MultiLineString"
        it["properties"] |= {"kind": "ceasefire_line"} | named
    return it


def stated(term: Term) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": term.id, "margin_m": term.margin_m, "settle_s": term.settle_s, "max_gap_s": term.max_gap_s,
        "advise_mission": term.advise,
    }  # fmt: skip
    if term.parties is not None:
        rule["parties"] = list(term.parties)
    if term.platforms is not None:
        rule["platforms"] = list(term.platforms)
    if term.zone:
        return rule | {"rule": "zone_incursion", "min_dwell_s": term.min_dwell_s}
    return rule | {"rule": "line_crossing", "direction": term.direction}


def drawn_terms(rng: random.Random, lon: int, lat: int) -> list[Term]:
    """Terms on two features: two on the first, which may have two versions."""
    terms: list[Term] = []
    for number in range(2):
        zone = rng.random() < 0.5
        at = lon + rng.randrange(-2, 3) * STEP, lat + rng.randrange(-2, 3) * STEP

        def placed(part: Any, at: Grid = at, *, closed: bool = False) -> tuple[Grid, ...]:
            places = tuple((at[0] + round(x * STEP), at[1] + round(y * STEP)) for x, y in part)
            return (*places, places[0]) if closed else places

        if zone:
            shape: Any = tuple(tuple(placed(ring, closed=True) for ring in part) for part in rng.choice(ZONES))
        else:
            shape = tuple(placed(part) for part in rng.choice(LINES))
        sides = rng.choice(["north", "west"]), rng.choice(["south", "east"])
        turn_us = START_US + rng.randrange(1, 2000) * 1_000_000
        versions: list[tuple[int | None, int | None]] = [(None, None)]
        if rng.random() < 0.3:
            versions = rng.choice([[(None, turn_us)], [(turn_us, None)], [(None, turn_us), (turn_us, None)]])
        for version in versions:
            terms.extend(
                Term(
                    id=f"r{rule}",
                    zone=zone,
                    shape=shape,
                    margin_m=rng.choice([0.0, 20.0, 50.0, 50.0, 120.0]),
                    settle_s=rng.choice([30.0, 300.0]),
                    max_gap_s=rng.choice([120.0, 600.0]),
                    direction=rng.choice(["any", "any", "left_to_right", "right_to_left"]),
                    min_dwell_s=rng.choice([0.0, 0.0, 0.0, 60.0]) if zone else 0.0,
                    parties=rng.choice([None, None, None, ("south",), ("north", "unknown")]),
                    platforms=rng.choice([None, None, None, ("vehicle",)]),
                    advise=rng.random() < 0.5,
                    left=sides[0],
                    right=sides[1],
                    valid_us=version,
                    feature=f"f{number}",
                )
                for rule in range(2 - number)
            )
    return terms


def drawn_track(rng: random.Random, terms: Sequence[Term], unit: str) -> list[Told]:
    """Fixes at vertices, on edges and their extensions, near margins, where the last one was, and far away."""
    edges = [edge for term in terms for part in term.shape for ring in (part if term.zone else [part])
             for edge in pairwise(ring)]  # fmt: skip
    margins = [term.margin_m or 10.0 for term in terms]
    careful = rng.random() < 0.4
    wild = rng.choice([0.0, 0.0, 0.1])
    party, platform = rng.choice(["north", "south", "unknown", "mission"]), rng.choice(["vehicle", "uav", None])
    second, told, place = rng.randrange(100), list[Told](), (0, 0)
    for at in range(rng.randrange(4, 15)):
        a, b = rng.choice(edges)
        part = rng.choice([-3, 0, 1, 3, 5, 8, 10, 13])
        on_edge = a[0] + (b[0] - a[0]) * part // 10, a[1] + (b[1] - a[1]) * part // 10
        kind = rng.random()
        if kind < 0.12 and at:
            pass
        elif kind < 0.24:
            place = a
        elif kind < 0.36:
            place = on_edge
        elif kind < 0.42 and at:
            place = place[0] + rng.randrange(-STEP, STEP), place[1] + rng.randrange(-STEP, STEP)
        elif kind < 0.52:
            place = a[0] + rng.randrange(-8 * STEP, 8 * STEP), a[1] + rng.randrange(-8 * STEP, 8 * STEP)
        else:
            off_m = rng.choice(margins) * rng.choice([0.3, 0.8, 1.1, 1.3, 2.5, 8.0]) * rng.choice([-1, 1])
            way = rng.choice([(0, 1), (1, 0), (1, 1), (1, -1)])
            place = tuple(x + round(off_m * d / 111_000 * E7) for x, d in zip(on_edge, way, strict=True))
        here = place
        if rng.random() < wild:
            up = rng.randrange(-20, 20) * rng.choice([1, 20])
            here = place[0] + rng.choice([-1, 1]) * 500 * STEP, place[1] + up * STEP
        second += rng.choice([1, 5, 10, 10, 20, 30, 60, 119, 290, 310, 601, 4000])
        accuracy = None if careful else rng.choice([None, None, 5.0, 20.0, 30.0, 55.0, 150.0, 1500.0])
        if rng.random() < 0.01:
            party = rng.choice(["north", "south", "mission"])
        if rng.random() < 0.01:
            platform = rng.choice(["vehicle", "uav", None])
        told.append(Told(second, here[0] / E7, here[1] / E7, accuracy, unit=unit, party=party, platform=platform))
    return told


def judged(case: Case, track: Sequence[Told]) -> list[list[Row]]:
    """What stands after each fix of a track, and at last after a change of mission that finds it silent."""
    gates = [float("inf") if case.gates is None else GATES[it.platform] for it in track]
    sure = believed([(grid(it), round(it.second * 1e6), it.accuracy_m) for it in track], gates)
    fixes = [Seen(START_US + round(it.second * 1e6), grid(it), it.accuracy_m, it.party, it.platform, ok)
             for it, ok in zip(track, sure, strict=True)]  # fmt: skip
    watches: dict[Term, Watch] = {}
    grounds = {term: measured(term, fixes) for term in {*case.terms, *case.later}}

    def standing() -> list[Row]:
        return sorted((row(term, it) for term, watch in watches.items() for it in watch.standing()), key=place_of)

    told = []
    for at, fix in enumerate(fixes):
        if at == case.changes_at:
            over(case, watches, fixes[at - 1].us)
        for term in case.terms if at < case.changes_at else case.later:
            watches.setdefault(term, Watch(term)).take(fix, grounds[term][at])
        told.append(standing())
    if case.changes_at >= len(fixes):
        over(case, watches, fixes[-1].us)
    return [*told, standing()]


def over(case: Case, watches: dict[Term, Watch], us: int) -> None:
    """The mission changes: what it no longer has judges no more."""
    for term, watch in watches.items():
        if term not in case.later:
            watch.stop(us)


def row(term: Term, it: Found) -> Row:
    return Row(
        term.feature, term.id, term.valid_us[0] or 0, it.direction, "advisory" if it.party == "mission" else it.status,
        it.confirmed_us, it.us, it.ended_us, it.lon, it.lat, it.depth_m, it.nominal, it.party, it.confidence,
    )  # fmt: skip


def place_of(it: Row) -> tuple[Any, ...]:
    return (it.feature, it.rule, it.version, it.direction, it.status, it.confirmed_us or 0, it.us)


def found(it: World) -> dict[str, list[Row]]:
    """What the engine has told of each unit and stands."""
    told: dict[str, list[Row]] = {}
    for one in it.violations():
        if one.rule != INTERFERENCE:
            told.setdefault(one.units[0].unit, []).append(row_of(one))
    return {unit: sorted(rows, key=place_of) for unit, rows in told.items()}


def row_of(one: Violation) -> Row:
    return Row(
        one.feature, one.rule_id, one.evidence.line_version_us or 0, one.direction or "", one.status, one.confirmed_us,
        one.observed_us, one.ended_us, one.lon, one.lat, one.depth_m, one.nominal, one.party, one.confidence,
    )  # fmt: skip


def near(one: float | None, two: float | None, by: float) -> bool:
    if one is None or two is None:
        return one is two
    return abs(one - two) <= by


def same(mine: Row, theirs: Row) -> bool:
    """Whether two rows say the same: instants to 5 ms, places to a few centimetres, depths to a decimetre."""
    return (
        place_of(mine)[:6] == place_of(theirs)[:6]
        and (mine.nominal, mine.party) == (theirs.nominal, theirs.party)
        and near(mine.us, theirs.us, 5000)
        and near(mine.ended_us, theirs.ended_us, 5000)
        and near(mine.lon, theirs.lon, 4e-7)
        and near(mine.lat, theirs.lat, 4e-7)
        and near(mine.depth_m, theirs.depth_m, 0.06 + 2e-5 * (mine.depth_m or 0.0))
        and (mine.confidence < 0 or near(mine.confidence, theirs.confidence, 1e-3))
    )


def agree(expected: list[Row], told: list[Row]) -> bool:
    return len(expected) == len(told) and all(same(*pair) for pair in zip(expected, told, strict=True))


def drawn(seed: int, tracks: int) -> tuple[Case, list[list[list[Row]]]]:
    """A case of so many tracks, and what the oracle says of each: those too near a limit are drawn again."""
    rng = random.Random(seed)
    lon, lat = rng.choice([(33.0, 35.0), (0.02, 0.01), (-70.5, -54.2), (24.9, 60.1)])
    while True:
        terms = drawn_terms(rng, round(lon * E7), round(lat * E7))
        changes_at = rng.choice([10**6, rng.randrange(2, 8)])
        later = [
            replace(term, margin_m=35.0) if kind > 0.8 else term
            for term in terms if (kind := rng.random()) > 0.2
        ] if changes_at < 100 else terms  # fmt: skip
        case = Case(terms, later, changes_at, rng.choice([None, {}]), [])
        expected: list[list[list[Row]]] = []
        for _ in range(8 * tracks):
            track = drawn_track(rng, terms, f"car-{len(case.tracks)}")
            try:
                said = judged(case, track)
            except TooClose:
                continue
            case.tracks.append(track)
            expected.append(said)
            if len(expected) == tracks:
                return case, expected


@pytest.mark.parametrize("seed", range(40))
def test_fix_by_fix_the_engine_says_what_the_oracle_says(seed: int) -> None:
    case, expected = drawn(seed, TRACKS)
    it = World(document(case, case.terms))

    for at in range(max(map(len, case.tracks))):
        if at == case.changes_at:
            it.change_mission(document(case, case.later))
        it.push([track[at] for track in case.tracks if at < len(track)])
        told = found(it)
        for unit, said in enumerate(expected):
            last = len(said) - 2
            now = said[at] if at <= last else said[-1] if at >= case.changes_at else said[last]
            assert agree(now, told.get(f"car-{unit}", [])), (seed, unit, at, now, told.get(f"car-{unit}"))
    if any(len(said) - 1 > 0 for said in expected):
        assert it.latest


@pytest.mark.parametrize("seed", range(1000, 1040))
def test_in_any_order_and_over_restarts_the_engine_says_what_the_oracle_says(seed: int) -> None:
    rng = random.Random(seed)
    case, expected = drawn(seed, SHUFFLED)
    it = World(document(case, case.terms))

    for part in (slice(0, case.changes_at), slice(case.changes_at, None)):
        reports = [report for track in case.tracks for report in track[part]]
        rng.shuffle(reports)
        if part.start:
            it.change_mission(document(case, case.later))
        while reports:
            batch = rng.choice([1, 5, 40, 400])
            it.push(reports[:batch])
            del reports[:batch]
            if rng.random() < 0.2:
                it.restart()

    told = found(it)
    for unit, said in enumerate(expected):
        assert agree(said[-1], told.get(f"car-{unit}", [])), (seed, unit, said[-1], told.get(f"car-{unit}"))
