"""How deep a path goes, and whether it cuts a zone for real: by construction and against a walk in small steps."""

import numpy as np
import pytest

from app.geo.edges import Edges
from app.geo.geodesy import geodesic_path
from app.geo.passage import departs, reaches_inside
from tests.geo import drawings

METRE = 89.83
"""Steps of 1e-7 degrees a metre, at the equator."""


def path(*points: tuple[float, float]) -> drawings.I64:
    """A path near 0, 0, in metres east and north."""
    return np.rint(np.array(points) * METRE).astype(np.int64)


def zone(*rings: list[tuple[float, float]]) -> Edges:
    return Edges.of_zone([[(np.array(ring) * METRE / 1e7).tolist() for ring in rings]])


STRIP = zone([(-2000.0, 0.0), (2000.0, 0.0), (2000.0, 60.0), (-2000.0, 60.0)])
SQUARE = zone([(-500.0, -500.0), (500.0, -500.0), (500.0, 500.0), (-500.0, 500.0)])


@pytest.mark.parametrize(("margin_m", "reached"), [(99.0, True), (101.0, False), (0.0, True)])
def test_a_clipped_corner_is_as_deep_as_its_nearest_edge(margin_m: float, reached: bool) -> None:
    leg = path((300.0, -600.0), (600.0, -300.0)) + path((-50.0, 50.0))

    assert reaches_inside(SQUARE, leg, margin_m) is reached


def test_a_path_that_stays_outside_reaches_nothing() -> None:
    leg = path((-600.0, -600.0), (-600.0, 600.0))

    assert not reaches_inside(SQUARE, leg, 0.0)
    assert not reaches_inside(SQUARE, leg, 10.0)


def test_running_along_at_just_less_than_the_margin_ends_and_is_not_reached() -> None:
    assert not reaches_inside(SQUARE, path((-600.0, -400.1), (600.0, -400.1)), 100.0)
    assert reaches_inside(SQUARE, path((-600.0, -399.0), (600.0, -399.0)), 100.0)


def test_the_depth_agrees_with_a_walk_in_small_steps() -> None:
    rng = np.random.default_rng(9)
    for _ in range(25):
        drawing = drawings.star(rng, (300_000_000, 400_000_000), 200_000, 12, hole=True)
        for (a, b), (c, d) in drawings.legs(rng, drawing, 6, 50_000).tolist():
            leg = geodesic_path(a, b, c, d)
            steps = np.linspace(leg[:-1], leg[1:], 200, axis=1).reshape(-1, 2).round().astype(np.int64)
            inside = drawing.feature.inside(steps[:, 0], steps[:, 1])
            deepest_m = float((drawing.feature.distance_m(steps[:, 0], steps[:, 1]) * inside).max())
            if deepest_m > 50:
                assert reaches_inside(drawing.feature, leg, deepest_m - 0.5)
            assert not reaches_inside(drawing.feature, leg, deepest_m + 20)


def test_crossing_a_strip_narrower_than_the_margin_departs() -> None:
    leg = path((0.0, -200.0), (30.0, 200.0))

    assert departs(STRIP, leg, 100.0)
    assert not reaches_inside(STRIP, leg, 100.0)


def test_grazing_one_straight_stretch_does_not_depart() -> None:
    bump = zone([(-500.0, -500.0), (500.0, -500.0), (500.0, 0.0), (50.0, 0.0), (0.0, 8.0), (-50.0, 0.0), (-500.0, 0.0)])

    assert len(bump.crossings(path((-200.0, 3.0), (200.0, 3.0)))) == 2
    assert not departs(bump, path((-200.0, 3.0), (200.0, 3.0)), 50.0)


def test_entering_and_leaving_over_one_edge_does_not_depart() -> None:
    leg = path((-100.0, -520.0), (0.0, -480.0), (100.0, -520.0))

    assert len(SQUARE.crossings(leg)) == 2
    assert not departs(SQUARE, leg, 10.0)
    assert reaches_inside(SQUARE, leg, 19.0)


def test_entering_at_the_outer_ring_and_leaving_into_a_hole_departs() -> None:
    yard = zone(
        [(-500.0, -500.0), (500.0, -500.0), (500.0, 500.0), (-500.0, 500.0)],
        [(-450.0, -450.0), (450.0, -450.0), (450.0, 450.0), (-450.0, 450.0)],
    )

    assert departs(yard, path((-600.0, 0.0), (0.0, 0.0)), 100.0)


def test_a_path_that_does_not_cross_does_not_depart() -> None:
    assert not departs(SQUARE, path((-600.0, -600.0), (-600.0, 600.0)), 1.0)
    assert not departs(SQUARE, path((-600.0, 0.0), (0.0, 0.0)), 1.0)


def test_cutting_off_a_corner_departs_once_it_is_deeper_than_the_margin() -> None:
    leg = path((300.0, -600.0), (600.0, -300.0))

    assert departs(SQUARE, leg, 70.0)
    assert not departs(SQUARE, leg, 71.5)


def test_a_zone_over_the_antimeridian_is_cut_alike() -> None:
    strip = Edges.of_zone([[[(179.99, 0.0), (-179.99, 0.0), (-179.99, 0.0005), (179.99, 0.0005)]]])
    leg = np.array([(-1_799_990_000, -20_000), (-1_800_010_000, 20_000)])

    assert departs(strip, leg, 100.0)
    assert reaches_inside(strip, leg, 20.0)
    assert not reaches_inside(strip, leg, 40.0)
