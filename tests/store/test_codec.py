from contextlib import suppress

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from app.model.entry import Assessed, Body, Cancelled, Incidents, MissionSet, Reports, Tick, Unmuted
from app.model.identity import Unit
from app.model.report import COLUMNS, Batch, ReportBlock
from app.store import codec
from app.store.columns import pack, unpack
from app.store.errors import UnreadableFormat
from tests.builders import announced, incident, muted, noted, raised
from tests.store.stores import block, same_bits

DECIMALS = st.one_of(
    st.floats(width=64),
    st.integers(-(10**7), 10**7).map(lambda n: n / 10),
    st.integers(-(10**7), 10**7).map(lambda n: n / 1000),
    st.sampled_from([0.0, -0.0, float("nan"), float("inf"), 1e308, 5e-324, 2.0**53, -1.0]),
)
BATCHES = st.builds(
    Batch, st.integers(0, 100), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9),
    st.integers(-(2**63), 2**63 - 1), st.binary(max_size=32),
)  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn) -> ReportBlock:
    rows = draw(st.integers(0, 40))
    columns = {}
    for name, dtype in COLUMNS:
        kind = np.dtype(dtype)
        elements = DECIMALS if kind.kind == "f" else of_numpy.from_dtype(kind)
        columns[name] = draw(of_numpy.arrays(kind, rows, elements=elements))
    return ReportBlock(
        **columns,
        extras=draw(st.lists(st.binary(max_size=40), max_size=4)),
        batches=draw(st.lists(BATCHES, max_size=4)),
    )


@given(blocks())
def test_a_block_comes_back_bit_for_bit(given_block: ReportBlock) -> None:
    assert same_bits(codec.decode_block(codec.encode_block(given_block)), given_block)


@given(of_numpy.arrays(np.float64, st.integers(0, 300), elements=DECIMALS))
def test_a_column_of_decimals_comes_back_bit_for_bit(values: np.typing.NDArray[np.float64]) -> None:
    assert unpack(pack(values), len(values), "<f8").tobytes() == values.tobytes()


@given(of_numpy.arrays(np.int64, st.integers(0, 300), elements=of_numpy.from_dtype(np.dtype(np.int64))))
def test_a_column_of_whole_numbers_comes_back_exactly(values: np.typing.NDArray[np.int64]) -> None:
    assert unpack(pack(values), len(values), "<i8").tobytes() == values.tobytes()


def test_a_nan_with_a_message_keeps_it() -> None:
    values = np.array([0x7FF8000000000123, 0x7FF8000000000000, 0x3FF0000000000000], np.int64).view(np.float64)

    assert unpack(pack(values), 3, "<f8").tobytes() == values.tobytes()


def test_a_realistic_position_takes_less_than_45_bytes() -> None:
    random, rows = np.random.default_rng(7), 1000
    realistic = ReportBlock(
        slot=random.permutation(5000)[:rows].astype(np.int32),
        observed_us=1_790_164_800_000_000 + random.integers(0, 60_000, rows) * 1000,
        lon_e7=random.integers(330_000_000, 345_000_000, rows).astype(np.int32),
        lat_e7=random.integers(345_000_000, 355_000_000, rows).astype(np.int32),
        altitude_m=np.round(random.uniform(0, 1500, rows), 1),
        accuracy_m=np.round(random.uniform(2, 30, rows), 1),
        speed_m_s=np.round(random.uniform(0, 30, rows), 2),
        course_deg=np.round(random.uniform(0, 360, rows), 1),
        profile=random.integers(0, 200, rows).astype(np.int32),
        flags=np.zeros(rows, np.uint8),
        extra=np.full(rows, -1, np.int32),
        batches=[Batch(rows, "key-1", "ARG", "positions", 1_790_164_860_000_000, random.bytes(32))],
    )

    assert len(codec.encode_block(realistic)) / rows <= 45


@pytest.mark.parametrize(
    "body",
    [
        Incidents((incident(), incident(version=2, title="Three shots", observer_lon_e7=1))),
        MissionSet(b'{"type": "FeatureCollection"}', "ana"),
        Tick(1_790_164_800_000_000),
        Assessed("v_1", 3, "verified", None, "Ana", "u-1"),
        noted(corrects="l_1"),
        muted(),
        Unmuted(mute="m_1", by="Ana", principal="u-1"),
        raised(units=(Unit("ARG", "op"),)),
        announced(units=(Unit("ARG", "van"),)),
        Cancelled(contingent="ARG", movement="C-1", by="Ana", principal="u-1"),
    ],
    ids=lambda body: type(body).__name__,
)
def test_a_body_comes_back_equal(body: Body) -> None:
    assert codec.decode_body(*codec.encode_body(body)) == body


def test_reports_come_back_as_reports() -> None:
    given_block = block({"observed_us": 1}, {"observed_us": 2, "extra": 0}, extras=(b'{"remarks":"x"}',))

    decoded = codec.decode_body(*codec.encode_body(Reports(given_block)))

    assert isinstance(decoded, Reports)
    assert same_bits(decoded.block, given_block)


def test_bytes_of_version_1_stay_readable() -> None:
    """The bytes were written by the first release; a later one may write others but must read these."""
    stored = bytes.fromhex(VERSION_1)

    assert same_bits(codec.decode_block(stored), block({"slot": 3}, {"slot": 4, "altitude_m": 12.5}))


@pytest.mark.parametrize("data", [b"", b"\x02", b"\x02" + codec.encode_block(block({}))[1:]])
def test_an_unknown_version_is_named(data: bytes) -> None:
    with pytest.raises(UnreadableFormat, match="stored format"):
        codec.decode_block(data)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnreadableFormat, match="kind 99"):
        codec.decode_body(99, codec.encode(1))


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(1, 255))
def test_damaged_bytes_are_noticed(noise: bytes, place: int, change: int) -> None:
    given_block = block({}, {"slot": 1})
    stored = bytearray(codec.encode_block(given_block))
    stored[1 + place % (len(stored) - 1)] ^= change

    with suppress(UnreadableFormat):  # a frame's header has a bit without a meaning
        assert same_bits(codec.decode_block(bytes(stored)), given_block)
    with pytest.raises(UnreadableFormat):
        codec.decode(b"\x01" + noise, msgspec.msgpack.Decoder(int))


VERSION_1 = (
    "0128b52ffd24bd950300740594029b970001030100c2c4020001970000cf00065c2538fe50000100c2c400970000ce13e255"
    "14f68420017c010ac305010123010a000101c300c2ff90919602a56b65792d31a3415247a9706f736974696f6e73c420000a"
    "00781b104c0d700920317084058fa8c6c82a6b9089619b4f0353518f"
)
