"""Crossings by example and by property: reversal, splitting, parity, and the ties that the tie-break decides."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.edges import Edges
from tests.geo import drawings

SQUARE = drawings.zone([[[(0, 0), (100, 0), (100, 100), (0, 100)]]]).feature
points = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
paths = st.lists(points, min_size=2, max_size=6)
seeds = st.integers(0, 10_000)


def signs(edges: Edges, *path: tuple[int, int]) -> list[int]:
    return [crossing.sign for crossing in edges.crossings(np.array(path, np.int64))]


def any_drawing(seed: int) -> drawings.Drawing:
    rng = np.random.default_rng(seed)
    makers = (
        lambda: drawings.blob(rng, (-4, -4), 2),
        lambda: drawings.star(rng, (0, 0), 6, 6, hole=False),
        lambda: drawings.walk(rng, (0, 0), 2, 6),
    )
    return makers[seed % 3]()


def test_a_leg_through_a_zone_enters_and_leaves() -> None:
    crossings = SQUARE.crossings(np.array([(-50, 40), (150, 40)]))

    assert [(c.sign, c.lon, c.lat) for c in crossings] == [(1, 0.0, 4e-6), (-1, 1e-5, 4e-6)]
    assert [c.fraction for c in crossings] == pytest.approx([0.25, 0.75])


def test_the_fraction_of_a_path_is_by_metres() -> None:
    path = np.array([(0, 600_000_000), (200_000, 600_000_000), (200_000, 601_000_000), (400_000, 601_000_000)])
    fence = Edges.of_line([[(0.0, 60.1), (0.03, 60.1 - 0.05 * 0.03 / 0.02)], [(0.03, 60.0), (0.03, 60.2)]])

    last = fence.crossings(path)[-1]

    # 0.02° of longitude there is 1.11 km, 0.1° of latitude 11.1 km; the last piece is crossed in its middle.
    assert last.fraction == pytest.approx((1.1158 + 11.1419 + 1.1124 / 2) / (1.1158 + 11.1419 + 1.1124), abs=2e-5)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (((-10, 0), (0, 0), (50, 0), (100, 0), (110, 0)), [1, -1]),  # along the lower edge: it belongs inside
        (((-10, 100), (50, 100), (110, 100)), []),  # along the upper edge: it does not
        (((0, -10), (0, 110)), [1, -1]),
        (((100, -10), (100, 110)), []),
        (((-10, 10), (0, 10), (-10, 10)), [1, -1]),  # touching the western edge counts as in and out
        (((110, 10), (100, 10), (110, 10)), []),  # the eastern one as nothing
        (((0, 0), (0, 0)), []),
        (((-10, -10), (0, 0)), [1]),
        (((100, 100), (110, 110)), []),
        (((-10, 110), (110, -10)), [1, -1]),
    ],
)
def test_ties_fall_as_for_a_track_a_hair_further_north_east(
    path: tuple[tuple[int, int], ...], expected: list[int]
) -> None:
    assert signs(SQUARE, *path) == expected


def test_a_track_driving_along_a_line_crosses_it_only_on_balance() -> None:
    line = Edges.of_line([[(0.0, 0.0), (0.001, 0.0)]])
    along = [(-10, -10), (100, 0), (200, 0), (200, 0), (300, 0), (400, 10), (500, 0), (600, -10)]

    assert sum(signs(line, *along)) == 0
    assert sum(signs(line, *along[:-1])) == 1


def test_going_round_an_end_is_no_crossing() -> None:
    line = Edges.of_line([[(0.0, 0.0), (0.001, 0.0)]])

    assert signs(line, (9_000, -100), (11_000, -100), (11_000, 100), (9_000, 100)) == []


@given(seeds, paths)
@settings(deadline=None)
def test_reversing_a_path_swaps_its_signs(seed: int, path: list[tuple[int, int]]) -> None:
    feature = any_drawing(seed).feature

    there, back = signs(feature, *path), signs(feature, *reversed(path))

    assert sorted(there) == sorted(-sign for sign in back)
    if feature.is_zone:
        assert there == [-sign for sign in reversed(back)]


@given(seeds, points, points, st.integers(2, 5))
@settings(deadline=None)
def test_splitting_a_leg_at_a_point_of_it_changes_no_crossing(
    seed: int, start: tuple[int, int], step: tuple[int, int], count: int
) -> None:
    feature = any_drawing(seed).feature
    stops = [(start[0] + i * step[0], start[1] + i * step[1]) for i in range(count + 1)]

    whole = feature.crossings(np.array((stops[0], stops[-1])))
    split = feature.crossings(np.array(stops))

    assert sorted(c.sign for c in whole) == sorted(c.sign for c in split)
    assert [c.lon for c in whole] == pytest.approx([c.lon for c in split], abs=1e-12)
    assert [c.lat for c in whole] == pytest.approx([c.lat for c in split], abs=1e-12)


@given(seeds, paths)
@settings(deadline=None)
def test_a_path_is_inside_where_its_crossings_took_it(seed: int, path: list[tuple[int, int]]) -> None:
    feature = any_drawing(seed - seed % 3 + seed % 2).feature
    ends = np.array((path[0], path[-1]))

    before, after = feature.inside(ends[:, 0], ends[:, 1]).astype(int).tolist()

    assert after == before + sum(signs(feature, *path))


@given(seeds, paths)
@settings(deadline=None)
def test_splitting_a_path_at_a_fix_splits_its_crossings(seed: int, path: list[tuple[int, int]]) -> None:
    feature = any_drawing(seed).feature

    legs = [sign for leg in pairwise(path) for sign in signs(feature, *leg)]

    assert legs == signs(feature, *path)
