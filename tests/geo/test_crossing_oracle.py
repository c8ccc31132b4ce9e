"""100,000 legs against the oracle of exact arithmetic: none missed, none extra, signs and order equal."""

import numpy as np
import pytest

from app.geo.geodesy import geodesic_path
from tests.geo import drawings, exact
from tests.geo.drawings import Drawing

TURN = 3_600_000_000
HALF = TURN // 2


def check(drawing: Drawing, path: list[exact.Point], drawn: list[exact.Point] | None = None) -> int:
    """Compare the crossings of ``drawn`` (by default the same path) with what the oracle says of ``path``."""
    found = drawing.feature.crossings(np.array(drawn or path, np.int64))
    wanted = exact.crossings(path, drawing.edges)
    assert len(found) == len(wanted)
    # Where a line runs back on itself, both edges are met at one and the same place, in either order.
    places = [wanted.index(next(other for other in wanted if other[:2] == one[:2])) for one in wanted]
    signs = [crossing.sign for crossing in found]
    assert sorted(zip(places, signs, strict=True)) == sorted(zip(places, [one[2] for one in wanted], strict=True))
    for crossing, (piece, along, _) in zip(found, wanted, strict=True):
        (px, py), (qx, qy) = path[piece], path[piece + 1]
        lon, lat = (px + float(along) * (qx - px)) / 1e7, (py + float(along) * (qy - py)) / 1e7
        assert crossing.lat == pytest.approx(lat, abs=2e-7)
        assert (crossing.lon - lon + 180) % 360 - 180 == pytest.approx(0, abs=2e-7)
    if drawing.is_zone:
        assert [crossing.sign for crossing in found[1:]] == [-crossing.sign for crossing in found[:-1]]
    return len(found)


def check_legs(drawing: Drawing, legs: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> int:
    total = sum(check(drawing, [(a, b), (c, d)]) for (a, b), (c, d) in legs.tolist())
    if drawing.is_zone:
        points = legs[:, 0]
        inside = drawing.feature.inside(points[:, 0], points[:, 1]).tolist()
        assert inside == [exact.inside((x, y), drawing.edges) for x, y in points.tolist()]
    return total


@pytest.mark.parametrize("seed", range(10))
def test_every_leg_of_a_tiny_grid_crosses_as_the_shifted_track_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    met = 0
    for _ in range(50):
        at = (int(rng.integers(-5, 5)), int(rng.integers(-5, 5)))
        for drawing in (
            drawings.blob(rng, at, 2),
            drawings.star(rng, at, 6, 5, hole=False),
            drawings.walk(rng, at, 2, 7),
        ):
            met += check_legs(drawing, drawings.legs(rng, drawing, 40, 3))

    assert met > 3000


@pytest.mark.parametrize("seed", range(10))
def test_every_leg_of_a_map_crosses_as_the_shifted_track_does(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    met = 0
    for _ in range(14):
        at = (int(rng.integers(-1_700_000_000, 1_700_000_000)), int(rng.integers(-700_000_000, 700_000_000)))
        size = int(10 ** rng.uniform(2, 6))
        for drawing in (
            drawings.blob(rng, at, size // 4),
            drawings.star(rng, at, size, 40, hole=True),
            drawings.walk(rng, at, size, 30),
        ):
            met += check_legs(drawing, drawings.legs(rng, drawing, 80, size // 2))

    assert met > 3000


def test_legs_of_continental_features_need_more_than_64_bits_and_are_right() -> None:
    rng = np.random.default_rng(7)
    met = 0
    for _ in range(20):
        small = drawings.star(rng, (0, 0), 800_000_000, 40, hole=True)
        corners = [(2 * x, y) for (x, y), _ in small.edges]
        drawing = drawings.zone([[corners[:40], corners[40:]]])
        legs = drawings.legs(rng, drawing, 100, 100_000_000)
        met += check_legs(drawing, legs[np.abs(legs).max(axis=(1, 2)) < 1_790_000_000])

    assert met > 500


def test_long_legs_cross_where_their_geodesic_does() -> None:
    rng = np.random.default_rng(8)
    met = 0
    for _ in range(60):
        at = (int(rng.integers(-1_000_000_000, 1_000_000_000)), int(rng.integers(-600_000_000, 600_000_000)))
        drawing = drawings.star(rng, at, 5_000_000, 12, hole=True)
        for (a, b), (c, d) in drawings.legs(rng, drawing, 25, 3_000_000).tolist():
            met += check(drawing, [(x, y) for x, y in geodesic_path(a, b, c, d).tolist()])

    assert met > 500


@pytest.mark.parametrize("seed", range(4))
def test_features_over_the_antimeridian_cross_alike_however_they_and_the_track_are_drawn(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    met = 0
    for _ in range(12):
        at = (HALF + int(rng.integers(-20, 20)), int(rng.integers(-600_000_000, 600_000_000)))
        size = int(10 ** rng.uniform(1.5, 6))
        plain = drawings.star(rng, at, size, 12, hole=True)
        rings = [[a for a, _ in plain.edges[:12]], [a for a, _ in plain.edges[12:]]] if len(plain.edges) == 24 else None
        walk = drawings.walk(rng, at, size, 12)
        drawn = [plain, walk]
        if rings:
            jumping = [[((x + HALF) % TURN - HALF, y) for x, y in ring] for ring in rings]
            west = [[(x - TURN, y) for x, y in ring] for ring in rings]
            drawn += [drawings.zone([rings], [jumping]), drawings.zone([rings], [west])]
        for drawing in drawn:
            legs = drawings.legs(rng, drawing, 60, size // 2)
            met += check_legs(drawing, legs)
            for (a, b), (c, d) in legs[:30].tolist():
                check(drawing, [(a, b), (c, d)], [(a - TURN, b), (c - TURN, d)])

    assert met > 1000
