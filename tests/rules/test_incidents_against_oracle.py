"""The rules over incidents against an oracle: ten thousand incidents each, none missed, none too many."""

import random
from collections.abc import Callable, Sequence
from math import cos, pi, sin
from typing import Any

import pytest

from app.model.incident import IncidentVersion
from app.model.mission import parse_mission
from app.model.mission_rules import FIRING, STATUS_QUO
from app.rules.incident_rulebook import IncidentRulebook
from tests.builders import incident
from tests.engine.world import feature, mission
from tests.rules.oracle_ground import E7, Grid, TooClose
from tests.rules.oracle_incident import Ground, Happened, Ruling, of_firing, of_status_quo, of_weapon

Worded = Callable[[random.Random], dict[str, Any]]
Judging = Callable[[Happened, Ground, dict[str, Any]], Ruling | None]
CASES = 10_000
MIDDLE = (333_000_000, 350_000_000)
A_METRE = 90.0
"""About so many 1e-7 degrees, of latitude."""


def star(draw: random.Random, least_m: float, most_m: float, turn: int = 1) -> tuple[Grid, ...]:
    """A ring of any shape around the middle."""
    corners = draw.randint(5, 9)
    ring = []
    for n in range(corners):
        radius = draw.uniform(least_m, most_m) * A_METRE
        angle = turn * 2 * pi * (n + draw.uniform(0, 0.8)) / corners
        ring.append((round(MIDDLE[0] + radius * cos(angle)), round(MIDDLE[1] + radius * sin(angle))))
    return (*ring, ring[0])


def polyline(draw: random.Random) -> tuple[Grid, ...]:
    """A line from west to east that turns back on itself at times."""
    lon = MIDDLE[0] - 6_000 * A_METRE
    found: list[Grid] = []
    for _ in range(draw.randint(2, 8)):
        found.append((round(lon), MIDDLE[1] + round(draw.uniform(-2_000, 2_000) * A_METRE)))
        lon += draw.uniform(-500, 4_000) * A_METRE
    return tuple(found)


def ground_of(draw: random.Random, on_line: bool) -> Ground:
    if on_line:
        return Ground(line=polyline(draw))
    outer, holes = star(draw, 1_200, 5_000), []
    if draw.random() < 0.3:
        holes.append(star(draw, 100, 500, turn=-1))
    return Ground(rings=(outer, *holes))


def somewhere(draw: random.Random) -> Grid:
    return tuple(middle + round(draw.gauss(0, 3_500) * A_METRE) for middle in MIDDLE)  # type: ignore[return-value]


def happened(draw: random.Random, categories: tuple[str, ...]) -> Happened:
    told = Happened(
        place=somewhere(draw),
        category=draw.choice([*categories, categories[0].upper(), f" {categories[0]} ", "traffic"]),
        weapon=draw.choice([None, "T-72", "t-72 ", "rifle"]),
        accuracy_m=draw.choice([None, draw.uniform(5, 60), draw.uniform(50, 900), draw.uniform(1_001, 4_000)]),
    )
    if draw.random() < 0.6:
        told = told._replace(bearing_deg=draw.uniform(0, 360), distance_m=draw.uniform(10, 9_000))
        if draw.random() < 0.7:
            told = told._replace(observer=somewhere(draw))
    return told


def as_told(one: Happened, number: int) -> IncidentVersion:
    return incident(
        incident=f"i-{number}",
        lon_e7=one.place[0],
        lat_e7=one.place[1],
        category=one.category,
        weapon=one.weapon,
        accuracy_m=one.accuracy_m,
        observer_lon_e7=one.observer and one.observer[0],
        observer_lat_e7=one.observer and one.observer[1],
        bearing_deg=one.bearing_deg,
        distance_m=one.distance_m,
    )


def book_of(ground: Ground, rule: dict[str, Any]) -> IncidentRulebook:
    def degrees(places: Sequence[Grid]) -> list[list[float]]:
        return [[lon / E7, lat / E7] for lon, lat in places]

    drawn = degrees(ground.line) if ground.line is not None else [degrees(ring) for ring in ground.rings or ()]
    return IncidentRulebook(parse_mission(mission(feature([{"id": "r1", **rule}], drawn))))


def compare(
    draw: random.Random, rule: dict[str, Any], categories: tuple[str, ...], judge: Judging, on_line: bool
) -> int:
    """Judge fifty incidents on one ground; return how many were compared."""
    ground = ground_of(draw, on_line)
    book, compared = book_of(ground, rule), 0
    for number in range(50):
        one = happened(draw, categories)
        try:
            expected = judge(one, ground, rule)
        except TooClose:
            continue
        compared += 1
        found = [verdict for _, verdict in book.verdicts(as_told(one, number))]
        if expected is None:
            assert found == [], (one, ground)
            continue
        assert len(found) == 1, (one, ground, expected)
        assert (found[0].status, found[0].direction) == (expected.status, expected.direction), (one, ground)
        assert found[0].confidence == pytest.approx(expected.confidence, abs=0.002)
        assert (found[0].lon_e7 / E7, found[0].lat_e7 / E7) == pytest.approx(expected.at, abs=5e-7)
    return compared


def many(seed: int, worded: Worded, categories: tuple[str, ...], judge: Judging, lines: float = 0.0) -> None:
    draw, compared = random.Random(seed), 0
    while compared < CASES:
        compared += compare(draw, worded(draw), categories, judge, draw.random() < lines)


def test_firing_is_found_where_the_oracle_finds_it() -> None:
    def worded(draw: random.Random) -> dict[str, Any]:
        return {"rule": "firing", "within_m": draw.choice([0, 0, round(draw.uniform(10, 2_000), 1)])}

    many(1, worded, FIRING[:3], lambda one, at, rule: of_firing(one, at, list(FIRING), rule["within_m"]), lines=0.5)


def test_breaches_of_the_status_quo_are_found_where_the_oracle_finds_them() -> None:
    many(
        2, lambda _: {"rule": "status_quo"}, STATUS_QUO[:3],
        lambda one, at, _: of_status_quo(one, at, list(STATUS_QUO)),
    )  # fmt: skip


def test_banned_weapons_are_found_where_the_oracle_finds_them() -> None:
    many(
        3, lambda _: {"rule": "restricted_weapon", "weapons": ["T-72", "BM-21"]}, ("firing", "movement"),
        lambda one, at, _: of_weapon(one, at, ["T-72", "BM-21"]),
    )  # fmt: skip
