"""The area round a drawing has its edge where GeographicLib measures the distance to the drawing to be."""

import random
from itertools import pairwise

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic

from app.geo.edges import Edges
from app.geo.surroundings import surroundings

WGS84 = Geodesic.WGS84


def distance_m(lon: float, lat: float, line: list[tuple[float, float]]) -> float:
    """The least distance to any of the finely spaced positions of a line."""
    return float(min(WGS84.Inverse(lat, lon, at, on)["s12"] for on, at in line))


def fine(line: list[tuple[float, float]], steps: int) -> list[tuple[float, float]]:
    return [
        (a[0] + (b[0] - a[0]) * n / steps, a[1] + (b[1] - a[1]) * n / steps)
        for a, b in pairwise(line)
        for n in range(steps + 1)
    ]


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"), [(33.4, 35.1, 20.0), (-71.0, 64.0, 30_000.0), (179.99, -16.0, 5e3)]
)
def test_round_a_point_it_is_a_circle(lon: float, lat: float, radius_m: float) -> None:
    (ring,) = surroundings([[(lon, lat)]], radius_m)[0]

    for on, at in ring:
        assert WGS84.Inverse(lat, lon, at, on)["s12"] == pytest.approx(radius_m, rel=1e-3)
    assert Edges.of_zone([[ring]]).inside(np.array([round(lon * 1e7)]), np.array([round(lat * 1e7)]))[0]


@pytest.mark.parametrize("seed", range(6))
def test_the_edge_round_a_line_is_its_reach_away_from_the_line(seed: int) -> None:
    rng = random.Random(seed)
    lon, lat = rng.uniform(-170, 170), rng.uniform(-60, 60)
    line = [(lon, lat)]
    for _ in range(3):
        line.append((line[-1][0] + rng.uniform(0.02, 0.4), line[-1][1] + rng.uniform(-0.2, 0.2)))
    reach_m = rng.choice([500.0, 5_000.0, 60_000.0])

    area = surroundings([line], reach_m)

    near = fine(line, 400)
    ring = area[0][0]
    for on, at in rng.sample(ring, min(12, len(ring))):
        assert distance_m(on, at, near) == pytest.approx(reach_m, rel=2e-3)


def test_a_zone_is_part_of_its_surroundings_whatever_its_size() -> None:
    ring = [(10.0, 10.0), (12.0, 10.0), (12.0, 12.0), (10.0, 12.0), (10.0, 10.0)]

    area = surroundings([ring], 1_000.0, shapely.Polygon(ring))

    edges = Edges.of_zone(area)
    lons = np.array([11.0, 9.995, 9.98]) * 1e7
    assert edges.inside(lons.astype(np.int64), np.full(3, 110_000_000)).tolist() == [True, True, False]
