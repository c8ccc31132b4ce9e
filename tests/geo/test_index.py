"""The index may say too much, never too little: against crossings, inside and distances of every feature."""

import numpy as np
import pytest

from app.geo.edges import Edges
from app.geo.geodesy import geodesic_path
from app.geo.index import LegIndex
from tests.geo import drawings

TURN = 3_600_000_000
HALF = TURN // 2


def on_earth(points: drawings.I64) -> drawings.I64:
    wrapped = points.copy()
    wrapped[..., 0] = (points[..., 0] + HALF) % TURN - HALF
    wrapped[..., 1] = np.clip(points[..., 1], -900_000_000, 900_000_000)
    return wrapped


def world(rng: np.random.Generator, around: tuple[int, int], spread: int, size: int) -> list[drawings.Drawing]:
    drawn = []
    for _ in range(4):
        at = (around[0] + int(rng.integers(-spread, spread)), around[1] + int(rng.integers(-spread, spread)))
        drawn += [
            drawings.star(rng, at, size, 9, hole=True),
            drawings.walk(rng, at, size, 6),
            drawings.blob(rng, at, max(1, size // 5)),
        ]
    return drawn


@pytest.mark.parametrize("lon", [0, HALF, -HALF, 1_234_567_890])
@pytest.mark.parametrize("lat", [0, 650_000_000, -800_000_000])
@pytest.mark.parametrize("reach", [500, 20_000, 1_000_000, 60_000_000])
def test_no_leg_that_crosses_is_dismissed(lon: int, lat: int, reach: int) -> None:
    rng = np.random.default_rng(lon % 97 + lat % 89 + reach)
    drawn = world(rng, (lon, lat), reach * 4, max(10, reach // 2))
    index = LegIndex([one.feature for one in drawn])
    legs = on_earth(np.concatenate([drawings.legs(rng, one, 12, reach) for one in drawn]))
    (lon0, lat0), (lon1, lat1) = legs[:, 0].T, legs[:, 1].T

    said = set(zip(*(part.tolist() for part in index.touching(lon0, lat0, lon1, lat1)), strict=True))

    met = 0
    for leg, ((a, b), (c, d)) in enumerate(legs.tolist()):
        path = geodesic_path(a, b, c, d)
        for number, one in enumerate(drawn):
            if one.feature.crossings(path):
                met += 1
                assert (leg, number) in said
    assert met > 20


def test_a_long_leg_is_not_dismissed_where_its_geodesic_rises_over_its_ends() -> None:
    arctic = Edges.of_line([[(5.0, 66.0), (5.0, 68.0)]])
    leg = [np.array([value]) for value in (-400_000_000, 600_000_000, 500_000_000, 600_000_000)]

    assert LegIndex([arctic]).touching(*leg)[0].tolist() == [0]
    assert len(arctic.crossings(geodesic_path(*(int(part[0]) for part in leg)))) == 1


def test_a_short_leg_beside_an_edge_is_dismissed() -> None:
    slope = Edges.of_line([[(33.0, 35.0), (33.1, 35.1)]])
    leg = [np.array([value]) for value in (330_040_000, 350_060_000, 330_045_000, 350_064_000)]

    assert len(LegIndex([slope]).touching(*leg)[0]) == 0


def test_every_zone_that_holds_a_point_is_named() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for around in ((0, 0), (HALF, 300_000_000), (-HALF, -600_000_000)):
        drawn = world(rng, around, 1_000_000, 1_000_000)
        index = LegIndex([one.feature for one in drawn])
        points = on_earth(np.array(around) + rng.integers(-2_500_000, 2_500_000, (300, 2)))
        lon, lat = points.T
        said = set(zip(*(part.tolist() for part in index.containing(lon, lat)), strict=True))

        for number, one in enumerate(drawn):
            if one.is_zone:
                rows = np.flatnonzero(one.feature.inside(lon, lat)).tolist()
                held += len(rows)
                assert {(row, number) for row in rows} <= said
    assert held > 150


def test_the_lower_bound_is_never_above_the_distance_and_nothing_within_the_bounds() -> None:
    rng = np.random.default_rng(6)
    within = 0
    for around in ((0, 0), (HALF, 300_000_000), (-HALF, 750_000_000)):
        drawn = world(rng, around, 3_000_000, 1_000_000)
        index = LegIndex([one.feature for one in drawn])
        spread = (10 ** rng.uniform(5, 8.5, (200, 1)) * rng.normal(0, 1, (200, 2))).astype(np.int64)
        lon, lat = on_earth(np.array(around) + spread).T
        for number, one in enumerate(drawn):
            bound = index.lower_bound_m(np.full(200, number), lon, lat)

            assert (bound <= one.feature.distance_m(lon, lat) + 1e-6).all()
            within += int(np.count_nonzero(bound == 0))
    assert 30 < within < 6000


def test_an_index_of_nothing_finds_nothing() -> None:
    index = LegIndex([])
    here = np.array([0])

    assert len(index.touching(here, here, here, here)[0]) == 0
    assert len(index.containing(here, here)[0]) == 0


def test_an_index_of_lines_holds_no_point() -> None:
    index = LegIndex([Edges.of_line([[(0.0, 0.0), (1.0, 1.0)]])])

    assert len(index.containing(np.array([5_000_000]), np.array([5_000_000]))[0]) == 0
