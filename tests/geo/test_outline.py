"""However a zone or line is drawn, it is the same feature: orientation, repairs, antimeridian, poles."""

import numpy as np
import pytest

from app.geo.edges import Edges

SQUARE = [(10.0, 10.0), (12.0, 10.0), (12.0, 12.0), (10.0, 12.0), (10.0, 10.0)]
HOLE = [(10.5, 10.5), (11.0, 10.5), (11.0, 11.0), (10.5, 11.0), (10.5, 10.5)]


def inside(zone: Edges, *points: tuple[float, float]) -> list[bool]:
    grid = np.rint(np.array(points) * 1e7).astype(np.int64)
    return [bool(held) for held in zone.inside(grid[:, 0], grid[:, 1])]


def signs(zone: Edges, *points: tuple[float, float]) -> list[int]:
    return [crossing.sign for crossing in zone.crossings(np.rint(np.array(points) * 1e7).astype(np.int64))]


@pytest.mark.parametrize("outer", [1, -1])
@pytest.mark.parametrize("inner", [1, -1])
def test_a_zone_lies_left_of_its_edges_whatever_way_its_rings_run(outer: int, inner: int) -> None:
    zone = Edges.of_zone([[SQUARE[::outer], HOLE[::inner]]])

    assert inside(zone, (10.2, 10.2), (10.7, 10.7), (13.0, 11.0)) == [True, False, False]
    assert signs(zone, (9.0, 10.7), (13.0, 10.7)) == [1, -1, 1, -1]


def test_an_open_ring_is_closed() -> None:
    assert inside(Edges.of_zone([[SQUARE[:-1]]]), (11.0, 11.0), (9.0, 9.0)) == [True, False]


def test_a_ring_that_crosses_itself_is_repaired() -> None:
    bow = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]

    assert inside(Edges.of_zone([[bow]]), (0.5, 1.0), (1.5, 1.0), (1.0, 1.6)) == [True, True, False]


def test_polygons_that_overlap_or_touch_are_one_zone() -> None:
    beside = [(lon + 2.0, lat) for lon, lat in SQUARE]
    over = [(lon + 1.0, lat + 1.0) for lon, lat in SQUARE]

    assert signs(Edges.of_zone([[SQUARE], [beside]]), (9.0, 11.0), (15.0, 11.0)) == [1, -1]
    assert signs(Edges.of_zone([[SQUARE], [over]]), (9.0, 11.5), (15.0, 11.5)) == [1, -1]


@pytest.mark.parametrize("rings", [[], [[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 0.0)]], [[(5.0, 5.0)] * 4]])
def test_a_zone_without_area_is_refused(rings: list[list[tuple[float, float]]]) -> None:
    with pytest.raises(ValueError, match="a zone needs an area"):
        Edges.of_zone([rings])


@pytest.mark.parametrize("parts", [[], [[]], [[(1.0, 1.0), (1.0, 1.0)]]])
def test_a_line_of_one_position_is_refused(parts: list[list[tuple[float, float]]]) -> None:
    with pytest.raises(ValueError, match="a line needs two different positions"):
        Edges.of_line(parts)


CUT = [
    [[(179.0, -1.0), (180.0, -1.0), (180.0, 1.0), (179.0, 1.0), (179.0, -1.0)]],
    [[(-180.0, -1.0), (-179.0, -1.0), (-179.0, 1.0), (-180.0, 1.0), (-180.0, -1.0)]],
]
JUMPING = [[[(179.0, -1.0), (-179.0, -1.0), (-179.0, 1.0), (179.0, 1.0), (179.0, -1.0)]]]
UNWRAPPED = [[[(179.0, -1.0), (181.0, -1.0), (181.0, 1.0), (179.0, 1.0), (179.0, -1.0)]]]
WESTERN = [[[(-181.0, -1.0), (-179.0, -1.0), (-179.0, 1.0), (-181.0, 1.0), (-181.0, -1.0)]]]


@pytest.mark.parametrize("polygons", [CUT, CUT[::-1], JUMPING, UNWRAPPED, WESTERN])
def test_a_zone_over_the_antimeridian_has_no_seam(polygons: list[list[list[tuple[float, float]]]]) -> None:
    zone = Edges.of_zone(polygons)

    assert inside(zone, (179.5, 0), (-179.5, 0), (180, 0), (-180, 0), (178, 0), (-178, 0)) == [True] * 4 + [False] * 2
    assert signs(zone, (178.0, 0.0), (182.0, 0.0)) == [1, -1]
    assert signs(zone, (-182.0, 0.0), (-178.0, 0.0)) == [1, -1]
    assert signs(zone, (179.5, 0.0), (180.5, 0.0)) == []
    assert zone.distance_m(np.array([1_800_000_000]), np.array([0]))[0] == pytest.approx(110_574, rel=1e-3)


def test_the_hole_of_a_zone_over_the_antimeridian_may_be_drawn_on_either_side() -> None:
    hole = [(-179.8, -0.5), (-179.6, -0.5), (-179.6, 0.5), (-179.8, 0.5), (-179.8, -0.5)]

    assert inside(Edges.of_zone([[UNWRAPPED[0][0], hole]]), (-179.7, 0.0), (-179.9, 0.0)) == [False, True]


ANTARCTIC = [(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -65.0), (-180.0, -70.0), (-180.0, -90.0)]
ROUND_THE_POLE = [(-120.0, -70.0), (0.0, -65.0), (120.0, -70.0), (-120.0, -70.0)]


@pytest.mark.parametrize("ring", [ANTARCTIC, ROUND_THE_POLE, ROUND_THE_POLE[::-1]])
def test_a_zone_round_a_pole_has_no_seam(ring: list[tuple[float, float]]) -> None:
    zone = Edges.of_zone([[ring]])

    assert inside(zone, (180.0, -80.0), (-150.0, -80.0), (10.0, -89.0), (0.0, -60.0)) == [True, True, True, False]
    assert signs(zone, (170.0, -80.0), (190.0, -80.0)) == []
    assert signs(zone, (-110.0, -80.0), (-130.0, -80.0)) == []
    assert signs(zone, (179.0, -60.0), (181.0, -80.0)) == [1]


def test_a_zone_round_the_whole_earth_holds_every_longitude() -> None:
    band = [(-180.0, -10.0), (180.0, -10.0), (180.0, 10.0), (-180.0, 10.0), (-180.0, -10.0)]
    zone = Edges.of_zone([[band]])

    assert inside(zone, (-180.0, 0.0), (180.0, 0.0), (0.0, 0.0), (180.0, 11.0)) == [True, True, True, False]
    assert signs(zone, (179.0, 0.0), (181.0, 0.0)) == []


def test_coordinates_beyond_the_second_are_ignored() -> None:
    assert inside(Edges.of_zone([[[(*position, 120.0) for position in SQUARE]]]), (11.0, 11.0)) == [True]
