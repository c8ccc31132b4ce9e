import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from app.store.chunks import CHUNK_POSITIONS, chunks_of, instants_in, positions_in
from app.store.errors import UnreadableFormat
from app.store.positions import COLUMN_NAMES, PositionTable, dtype_of, joined_positions
from tests.store.test_codec import DECIMALS


@st.composite
def tables(draw: st.DrawFn) -> PositionTable:
    rows = draw(st.integers(0, 30))
    columns = {}
    for name in COLUMN_NAMES:
        kind = np.dtype(dtype_of(name))
        elements = DECIMALS if kind.kind == "f" else of_numpy.from_dtype(kind)
        columns[name] = draw(of_numpy.arrays(kind, rows, elements=st.integers(0, 3) if name == "slot" else elements))
    return PositionTable(**columns).in_order()


def same_rows(one: PositionTable, two: PositionTable) -> bool:
    return all(getattr(one, name).tobytes() == getattr(two, name).tobytes() for name in COLUMN_NAMES)


@given(tables())
def test_positions_come_back_bit_for_bit(table: PositionTable) -> None:
    chunks = list(chunks_of(table))

    assert same_rows(joined_positions([positions_in(chunk.slot, chunk.body) for chunk in chunks]), table)
    assert len({chunk.slot for chunk in chunks}) == len(chunks), "one chunk a unit"
    for chunk in chunks:
        mine = table.taken(table.slot == chunk.slot)
        assert (chunk.first_us, chunk.last_us) == (mine.observed_us.min(), mine.observed_us.max())
        assert (chunk.first_seq, chunk.positions) == (mine.seq.min(), len(mine))
        assert instants_in(chunk.body).tolist() == mine.observed_us.tolist()


def test_a_long_history_becomes_several_chunks_in_order() -> None:
    rows = 2 * CHUNK_POSITIONS + 5
    columns = {name: np.zeros(rows, dtype_of(name)) for name in COLUMN_NAMES}
    table = PositionTable(**{**columns, "observed_us": np.arange(rows, dtype=np.int64) * 1_000_000})

    chunks = list(chunks_of(table))

    assert [chunk.positions for chunk in chunks] == [CHUNK_POSITIONS, CHUNK_POSITIONS, 5]
    assert same_rows(joined_positions([positions_in(0, chunk.body) for chunk in chunks]), table)


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(UnreadableFormat, match="format 02"):
        positions_in(0, b"\x02\x00")


VERSION_1 = (
    "01041d00000028b52ffd24108100000080a084fc1e71004a00b8000c000000516a282528b52ffd24c0550100b800c8aa00c4"
    "002700a858619e00ffaa56aa557f0e04000007000193061104d56f6e23d041ce2820e002eb1d79f7"
)


def test_a_chunk_of_version_1_stays_readable() -> None:
    """The bytes were written by the first release; a later one may write others but must read these."""
    positions = positions_in(3, bytes.fromhex(VERSION_1))

    assert positions.slot.tolist() == [3, 3]
    assert positions.observed_us.tolist() == [1_790_164_800_000_000, 1_790_164_801_000_000]
    assert positions.lon_e7.tolist() == [333600000, 333600100]
    assert positions.altitude_m.tolist()[0] == 12.5
    assert np.isnan(positions.altitude_m[1])
    assert positions.seq.tolist() == [7, 9]
