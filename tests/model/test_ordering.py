import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.model.ordering import rows_in_order

KEYS = st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2), st.integers(0, 1)), max_size=30)


@given(KEYS, st.sampled_from(["as they come", "in order", "in order within each unit"]))
def test_rows_are_ordered_by_unit_then_by_the_other_keys_and_else_stay(
    keys: list[tuple[int, int, int]], how: str
) -> None:
    if how == "in order":
        keys.sort()
    elif how == "in order within each unit":
        keys.sort(key=lambda key: key[1:])
    unit, *then = (np.array([key[part] for key in keys], np.int64) for part in range(3))

    rows = rows_in_order(unit.astype(np.int32), *then).tolist()

    assert rows == sorted(range(len(keys)), key=lambda row: (*keys[row], row))
