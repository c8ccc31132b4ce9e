"""How far a point is from edges, and on which side, against a search with GeographicLib and plain constructions."""

from collections.abc import Sequence

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from app.geo.edges import Edges
from app.geo.nearest import ManySpans, Spans
from tests.geo import drawings, exact

WGS84 = Geodesic.WGS84


def searched_m(lon: float, lat: float, edges: Sequence[exact.Edge]) -> float:
    """The least distance to points of the edges, straight in lon/lat: a scan, then a golden-section search."""

    def metres(edge: exact.Edge, at: float) -> float:
        (ax, ay), (bx, by) = edge
        there = (ay + at * (by - ay)) / 1e7, (ax + at * (bx - ax)) / 1e7
        return float(WGS84.Inverse(lat / 1e7, lon / 1e7, *there, Geodesic.DISTANCE)["s12"])

    best = np.inf
    for edge in edges:
        scan = [metres(edge, at / 8) for at in range(9)]
        low, high = max(0, int(np.argmin(scan)) - 1) / 8, min(8, int(np.argmin(scan)) + 1) / 8
        for _ in range(40):
            third = (high - low) * 0.381966
            if metres(edge, low + third) < metres(edge, high - third):
                high -= third
            else:
                low += third
        best = min(best, metres(edge, (low + high) / 2), *scan)
    return best


@pytest.mark.parametrize("size", [300, 30_000, 3_000_000, 60_000_000])
def test_distances_agree_with_a_search_along_every_edge(size: int) -> None:
    rng = np.random.default_rng(size)
    for _ in range(5):
        at = (int(rng.integers(-1_790_000_000, 1_790_000_000)), int(rng.integers(-750_000_000, 750_000_000)))
        drawing = drawings.star(rng, at, size, 4, hole=False)
        points = at + rng.integers(-2 * size, 2 * size + 1, (3, 2))
        metres = drawing.feature.distance_m(points[:, 0], points[:, 1])

        for (lon, lat), measured in zip(points.tolist(), metres.tolist(), strict=True):
            assert measured == pytest.approx(searched_m(lon, lat, drawing.edges), rel=1e-4, abs=0.002)


def test_the_tree_finds_the_same_distance_as_measuring_every_edge() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        at = (int(rng.integers(-1_790_000_000, 1_790_000_000)), int(rng.integers(-850_000_000, 850_000_000)))
        size = int(10 ** rng.uniform(3, 7))
        drawing = drawings.star(rng, at, size, 120, hole=False)
        points = at + (rng.normal(0, 1, (40, 2)) * size * 10 ** rng.uniform(0, 1.5)).astype(np.int64)
        points[:, 1] = np.clip(points[:, 1], -900_000_000, 900_000_000)
        alone = [Edges.of_line(drawings.degrees([[a, b]])) for a, b in drawing.edges]
        least = np.min([edge.distance_m(points[:, 0], points[:, 1]) for edge in alone], axis=0)

        assert drawing.feature.distance_m(points[:, 0], points[:, 1]) == pytest.approx(least, rel=1e-9, abs=1e-6)


def test_a_point_on_an_edge_is_at_no_distance() -> None:
    line = Edges.of_line([[(33.0, 35.0), (33.2, 35.2)]])

    assert line.distance_m(np.array([331_000_000]), np.array([351_000_000]))[0] == pytest.approx(0, abs=1e-6)


def test_a_distance_over_the_antimeridian_is_the_short_one() -> None:
    line = Edges.of_line([[(179.9999, -1.0), (179.9999, 1.0)]])

    metres = line.distance_m(np.array([-1_799_999_000, 1_799_998_000]), np.array([0, 0]))

    assert metres == pytest.approx([22.26, 11.13], abs=0.01)


def test_no_point_has_no_distance_and_no_side() -> None:
    none = np.empty(0, np.int64)
    line = Edges.of_line([[(33.0, 35.0), (33.2, 35.2)]])

    assert len(line.distance_m(none, none)) == len(line.side(none, none)) == 0


def sides(line: Edges, *points: tuple[float, float]) -> list[int]:
    grid = np.rint(np.array(points) * 1e7).astype(np.int64)
    return [int(side) for side in line.side(grid[:, 0], grid[:, 1])]


BENT = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]


def test_the_side_of_a_bend_is_that_of_both_its_edges() -> None:
    line = Edges.of_line([BENT])

    assert sides(line, (0.5, 0.1), (0.9, 0.9), (0.99, 0.01)) == [1, 1, 1]
    assert sides(line, (0.5, -0.1), (1.1, 0.5), (1.1, -0.1), (1.3, -0.01), (1.01, -0.3)) == [-1, -1, -1, -1, -1]


def test_reversing_a_line_swaps_its_sides() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        points = np.cumsum(rng.uniform(0.2, 1, (6, 2)) * rng.choice([-1, 1], (6, 2)) * (1, 0.2), axis=0)
        asked = [tuple(point) for point in rng.uniform(-4, 4, (30, 2)).tolist()]
        there, back = Edges.of_line([points.tolist()]), Edges.of_line([points[::-1].tolist()])

        assert sides(there, *asked) == [-side for side in sides(back, *asked)]


def test_beyond_an_end_of_a_line_there_is_no_side() -> None:
    assert sides(Edges.of_line([BENT]), (-0.1, 0.1), (1.1, 1.1), (0.9, 1.2), (0.0, 0.0)) == [0, 0, 0, 0]


def test_a_closed_line_has_no_end() -> None:
    ring = Edges.of_line([[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]])

    assert sides(ring, (-0.1, -0.1), (0.5, 0.5), (1.1, 1.1), (0.01, 0.01)) == [-1, 1, -1, 1]


def test_parts_that_continue_each_other_are_one_line_even_over_the_antimeridian() -> None:
    line = Edges.of_line([[(179.0, 0.0), (180.0, 0.0)], [(-180.0, 0.0), (-179.0, 0.0)]])

    assert sides(line, (180.0, 0.1), (-180.0, -0.1), (179.99, 0.1), (178.9, 0.0), (-178.9, 0.1)) == [1, -1, 1, 0, 0]


def test_a_line_jumping_over_the_antimeridian_has_its_sides() -> None:
    line = Edges.of_line([[(179.0, 0.0), (-179.0, 0.0)]])

    assert sides(line, (180.0, 0.1), (-179.5, -0.1), (179.5, 0.1), (-178.9, 0.0)) == [1, -1, 1, 0]


def test_crossing_takes_a_track_from_side_to_side() -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        line = Edges.of_line([np.cumsum(rng.uniform(0.01, 0.1, (8, 2)) * (1, rng.choice([-1, 1])), axis=0).tolist()])
        start = rng.integers(*line.spans.bounds[0::2]), rng.integers(*line.spans.bounds[1::2])
        middle = (line.a[3] + line.b[3]) // 2
        path = np.array((start, 2 * middle - start))
        before, after = line.side(path[:, 0], path[:, 1]).tolist()
        net = sum(crossing.sign for crossing in line.crossings(path))

        if before and after and len(line.crossings(path)):
            assert after - before == 2 * net


def test_many_features_asked_at_once_answer_as_each_alone() -> None:
    rng = np.random.default_rng(31)
    features = []
    for number in range(40):
        count = int(rng.choice([2, 5, 16, 17, 33, 300]))
        middle = rng.uniform((-1.8e9, -8e8), (1.8e9, 8e8))
        path = np.rint(middle + np.cumsum(rng.uniform(-4e6 if number % 7 else -4e8, 4e6, (count, 2)), axis=0))
        features.append(Spans.of(path[:-1].astype(np.int64), path[1:].astype(np.int64)))
    which = rng.integers(0, len(features), 3_000)
    near = np.array([features[one].start[0] for one in which]) + rng.normal(0, 10.0 ** rng.uniform(3, 8, (3_000, 1)))
    lon = ((near[:, 0] + 1.8e9) % 3.6e9 - 1.8e9).astype(np.int64)
    lat = np.clip(near[:, 1], -9e8, 9e8).astype(np.int64)

    found = ManySpans(features).distance_m(which, lon, lat)

    alone = np.array(
        [features[one].nearest(lon[at : at + 1], lat[at : at + 1]).metres[0] for at, one in enumerate(which)]
    )
    np.testing.assert_allclose(found, alone, rtol=0, atol=1e-6)
    assert len(ManySpans(features).distance_m(which[:0], lon[:0], lat[:0])) == 0
