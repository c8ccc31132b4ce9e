"""The wire shapes: the contract's names, and values that read as the model's."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live.frames import incident_frame, violation_frame
from app.live.track_frames import TrackFraming, affiliation_of, flag_names
from app.model.identity import Profile, Unit
from app.model.instant import parse_instant
from app.model.label import Label
from app.model.report import E7, Batch, ReportBlock, received_us_of
from app.picture.tracks import Tracks
from tests.live.world import SEALER, START_US, World, marking

TRACK = (
    "id sources party affiliation platform sidc callsign lon lat altitude_m course_deg speed_m_s accuracy_m observed_at"
    " received_at status flags members"
)
VIOLATION = (
    "id rule rule_id feature track party units status late nominal severity direction lon lat observed_at confirmed_at"
    " ended_at duration_s depth_m confidence evidence assessment revision"
)
INCIDENT = (
    "incident observed_at lon lat category title description severity party weapon count means observer_lon"
    " observer_lat distance_m bearing_deg accuracy_m label"
)


def on_the_wire(frame: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(frame))


def test_a_track_has_every_field_of_the_contract() -> None:
    world = World()
    world.moves("ARG", "7", 33.1234567, -35.0)
    tracks = world.source.tracks

    [frame] = on_the_wire(TrackFraming(world.source.registry, SEALER).frames(tracks, np.array([0])))

    assert set(TRACK.split()) <= set(frame)
    assert (frame["lon"], frame["lat"], frame["altitude_m"], frame["course_deg"]) == (33.1234567, -35.0, None, 90.0)
    assert frame["sources"] == frame["members"] == [{"contingent": "ARG", "unit": "7"}]
    assert frame["id"] == SEALER.track_id(0)
    assert frame["status"] == "live"


def test_a_violation_has_every_field_of_the_contract() -> None:
    world = World()
    world.finds("v1", marking("ARG"))
    violation = msgspec.structs.replace(world.violations["v1"], ended_us=START_US + 90_500_000)

    frame = on_the_wire(violation_frame(violation))

    assert set(VIOLATION.split()) <= set(frame)
    assert frame["units"] == [{"contingent": "ARG", "unit": "7"}]
    assert frame["duration_s"] == 90.5
    assert frame["assessment"] == {"state": "open", "by": None, "at": None, "note": None}
    assert frame["evidence"]["reports"] == ["r_a", "r_b"]
    assert frame["observed_at"] == "2026-01-01T00:00:00Z"


def test_an_incident_has_every_field_it_was_sent_with_and_no_version() -> None:
    world = World()
    world.tells("ARG", "i1", marking("ARG"), 33.0, 35.0)

    frame = on_the_wire(incident_frame(world.incidents["ARG", "i1"][0], SEALER))

    assert set(INCIDENT.split()) <= set(frame)
    assert "version" not in frame
    assert frame["id"] != "i1"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4_000_000_000) | st.integers(1_767_225_600, 1_767_225_660),
            st.sampled_from([0, 1, 500_000, 999_999, 120_000, 1_000, 123_456]),
            st.integers(-1_800_000_000, 1_800_000_000),
            st.floats(-500, 20_000, width=32) | st.just(math.nan),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_values_read_back_as_they_were_reported(rows: list[tuple[int, int, int, float]]) -> None:
    world = World()
    registry = world.source.registry
    number = registry.markings.number(marking("ARG"))
    profile = registry.profiles.number(Profile("call", None, None, "north", "msl", number))
    observed_us = [seconds * 1_000_000 + micros for seconds, micros, _, _ in rows]
    size = len(rows)
    block = ReportBlock(
        slot=np.array([registry.units.number(Unit("ARG", str(n))) for n in range(size)], np.int32),
        observed_us=np.array(observed_us),
        lon_e7=np.array([lon for _, _, lon, _ in rows], np.int32),
        lat_e7=np.zeros(size, np.int32),
        altitude_m=np.array([altitude for *_, altitude in rows]),
        accuracy_m=np.full(size, np.nan),
        speed_m_s=np.full(size, 1.5),
        course_deg=np.full(size, np.nan),
        profile=np.full(size, profile, np.int32),
        flags=np.zeros(size, np.uint8),
        extra=np.full(size, -1, np.int32),
        batches=(Batch(size, "k", "ARG", "positions", START_US + 1, b""),),
    )
    tracks = Tracks(registry)
    tracks.apply(block, np.arange(size), received_us_of(block), np.zeros(size, np.uint8), START_US)

    frames = TrackFraming(registry, SEALER).frames(tracks, np.arange(size))

    assert [parse_instant(frame.observed_at) for frame in frames] == observed_us
    assert {frame.received_at for frame in frames} == {"2026-01-01T00:00:00.000001Z"}
    assert [round(frame.lon * E7) for frame in frames] == block.lon_e7.tolist()
    for frame, (*_, altitude) in zip(frames, rows, strict=True):
        assert (frame.altitude_m is None) == math.isnan(altitude)
        assert frame.altitude_m is None or abs(frame.altitude_m - altitude) <= 0.0051
    assert {(frame.speed_m_s, frame.party, frame.altitude_ref, frame.label) for frame in frames} == {
        (1.5, "north", "msl", Label())
    }


@pytest.mark.parametrize(
    ("party", "sidc", "affiliation"),
    [
        ("mission", None, "friend"),
        ("mission", "10061000001211000000", "friend"),
        ("north", None, "neutral"),
        ("unknown", None, "unknown"),
        ("north", "10061000001211000000", "hostile"),
        ("north", "10031000001211000000", "friend"),
        ("north", "10001000001211000000", "pending"),
        ("unknown", "SNGPUCI----K---", "neutral"),
        ("north", "SHGPUCI----K---", "hostile"),
        ("north", "sfgpuci----k---", "friend"),
        ("north", "SOGPUCI----K---", "neutral"),
        ("unknown", "10091000001211000000", "unknown"),
    ],
)
def test_affiliation_follows_party_then_symbol(party: str, sidc: str | None, affiliation: str) -> None:
    assert affiliation_of(party, sidc) == affiliation


def test_flags_are_told_by_name() -> None:
    assert flag_names(0) == ()
    assert flag_names(16 | 32) == ("drone", "implausible")
    assert flag_names(1 | 2 | 4 | 8) == ("future", "null_island", "too_late", "out_of_order")
