"""The quick look at which edges a leg cannot meet, against whole numbers; and distinct numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.geo.grid import distinct
from app.geo.predicates import surely_beside

FARTHEST = 2**33
"""Two and a half turns of longitude, in 1e-7 degrees."""
PLACES = st.tuples(st.integers(-FARTHEST, FARTHEST), st.integers(-900_000_000, 900_000_000))
Place = tuple[int, int]


def left(p: Place, q: Place, at: Place) -> int:
    return (q[0] - p[0]) * (at[1] - p[1]) - (q[1] - p[1]) * (at[0] - p[0])


def beside(p: Place, q: Place, a: Place, b: Place) -> bool:
    return bool(surely_beside(*(np.array([place], np.int64) for place in (p, q, a, b)))[0])


@given(
    PLACES, PLACES, st.tuples(*[st.fractions(-2, 2, max_denominator=1000)] * 2), st.tuples(*[st.integers(-2, 2)] * 4)
)
def test_an_edge_that_touches_the_line_of_the_leg_is_never_said_to_lie_beside_it(
    p: Place, q: Place, along: tuple[float, float], off: tuple[int, int, int, int]
) -> None:
    """Both ends are put on that line but for two steps of the grid, where floats could tell either side."""
    ends = [
        (round(p[0] + share * (q[0] - p[0])) + off[2 * n], round(p[1] + share * (q[1] - p[1])) + off[2 * n + 1])
        for n, share in enumerate(along)
    ]
    sides = [left(p, q, end) for end in ends]

    if beside(p, q, ends[0], ends[1]):
        assert sides[0] * sides[1] > 0


@given(PLACES, PLACES, PLACES, PLACES)
def test_what_is_said_to_lie_beside_does_and_what_clearly_does_is_said(p: Place, q: Place, a: Place, b: Place) -> None:
    sides = left(p, q, a), left(p, q, b)
    clear = sides[0] * sides[1] > 0 and min(map(abs, sides)) > 2e6

    said = beside(p, q, a, b)

    assert said or not clear
    assert sides[0] * sides[1] > 0 or not said


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1)))
def test_distinct_numbers_are_sorted_and_each_once(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
