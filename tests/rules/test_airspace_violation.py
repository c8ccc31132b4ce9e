from typing import Any

import pytest

from tests.engine.world import START_US, Told, World, feature, mission

# A square of 0.02° (about 2.2 km) around 0.05, 0.05 near the equator: 0.001° is 111 m.
SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
LINE = [[0.0, 0.0], [0.1, 0.0]]
RULE: dict[str, Any] = {
    "rule": "airspace_violation", "id": "r1", "margin_m": 50, "floor_m": 100, "ceiling_m": 3000,
}  # fmt: skip


def world(shape: object = SQUARE, **rule: object) -> World:
    return World(mission(feature([RULE | rule], shape)))


def flight(*fixes: tuple[float, float, float | None], **named: Any) -> list[Told]:
    """Fixes on latitude 0.05: second, longitude, altitude."""
    return [Told(second, lon, 0.05, altitude_m=high, **({"platform": "uav"} | named)) for second, lon, high in fixes]


def seconds(us: int | None) -> float | None:
    return None if us is None else round((us - START_US) / 1e6, 3)


def spans(it: World) -> list[tuple[Any, ...]]:
    return [
        (one.direction or "", one.status, seconds(one.observed_us), seconds(one.ended_us)) for one in it.violations()
    ]


def test_within_the_band_it_is_as_an_incursion_of_the_zone() -> None:
    it = world()

    it.push(flight((0, 0.03, 500), (10, 0.038, 500), (20, 0.042, 500), (30, 0.05, 500), (40, 0.062, 500)))

    (found,) = it.violations()
    assert (found.direction, found.status, found.platform) == ("enter", "confirmed", "uav")
    assert (seconds(found.observed_us), seconds(found.confirmed_us)) == (15, 20)
    assert found.ended_us is not None
    assert abs(found.ended_us - START_US - 38_333_333) < 2
    assert found.depth_m == pytest.approx(0.01 * 111_320, abs=12)
    assert "at 500 m hae (band from 100 m up to 3000 m)" in found.reason


def test_over_and_under_the_band_nothing_is_raised_not_even_a_suspicion() -> None:
    for high in (3001, 99):
        it = world()
        it.push(flight(*((10.0 * at, 0.03 + 0.001 * at, high) for at in range(40))))
        assert it.latest == {}


def test_the_limits_are_within() -> None:
    for high in (100, 3000):
        it = world()
        it.push(flight((0, 0.05, high)))
        assert spans(it) == [("present", "confirmed", 0, None)]


def test_who_dives_into_the_band_enters_where_and_when_he_passes_its_ceiling() -> None:
    it = world()

    it.push(flight((0, 0.03, 4000), (10, 0.045, 4000), (20, 0.055, 2000), (30, 0.055, 4000), (200, 0.055, 4000)))

    (found,) = it.violations()
    assert (found.direction, seconds(found.observed_us), seconds(found.ended_us)) == ("enter", 15, 25)
    assert found.lon == pytest.approx(0.05, abs=1e-7)
    assert found.lat == pytest.approx(0.05, abs=1e-7)
    assert seconds(found.confirmed_us) == 20


def test_who_passes_the_whole_band_between_two_fixes_was_in_it() -> None:
    it = world()

    it.push(flight((0, 0.05, 4000), (100, 0.05, 0), (110, 0.05, 0)))

    assert spans(it) == [("enter", "confirmed", 25, 97.5)]
    assert it.violations()[0].depth_m is None


def test_an_unknown_altitude_is_within_and_says_so() -> None:
    it = world()

    it.push(flight((0, 0.03, None), (10, 0.05, None)))

    (found,) = it.violations()
    assert (found.status, seconds(found.observed_us)) == ("confirmed", 5)
    assert "altitude unknown, counted as within the band from 100 m up to 3000 m hae" in found.reason


def test_from_known_to_unknown_the_band_is_entered_at_the_fix_and_left_at_it() -> None:
    it = world()

    it.push(flight((0, 0.05, 5000), (10, 0.05, 5000), (20, 0.05, None), (30, 0.05, 5000), (160, 0.05, 5000)))

    assert spans(it) == [("enter", "confirmed", 20, 20)]


def test_a_new_stay_within_the_gap_reopens_the_episode_and_one_after_it_opens_another() -> None:
    low, high = 500, 5000
    it = world(merge_gap_s=60)
    fixes = flight((0, 0.05, low), (10, 0.05, high), (60, 0.05, low), (70, 0.05, high), (140, 0.05, high),
                   (150, 0.05, low))  # fmt: skip

    it.push(fixes[:2])
    assert spans(it) == [("present", "confirmed", 0, pytest.approx(5.556, abs=1e-3))]
    it.push(fixes[2:3])
    assert spans(it) == [("present", "confirmed", 0, None)]
    it.push(fixes[3:])

    assert spans(it) == [
        ("present", "confirmed", 0, pytest.approx(65.556, abs=1e-3)),
        ("enter", "confirmed", pytest.approx(144.444, abs=1e-3), None),
    ]


def test_out_over_the_edge_and_in_again_within_the_gap_is_one_episode() -> None:
    it = world()
    there_and_back = [(0, 0.03, 500), (10, 0.05, 500), (20, 0.07, 500), (130, 0.07, 500), (140, 0.05, 500)]

    it.push(flight(*there_and_back))
    assert spans(it) == [("enter", "confirmed", 5, None)]

    other = world(merge_gap_s=100)
    other.push(flight(*there_and_back))
    assert [found[:2] for found in spans(other)] == [("enter", "confirmed"), ("enter", "confirmed")]


def test_a_doubtful_side_is_suspected_only_within_the_band() -> None:
    for high, statuses in ((500, ["suspected"]), (5000, [])):
        it = world()
        it.push(flight((0, 0.03, high), (10, 0.0397, high), (20, 0.0403, high)))
        assert [found.status for found in it.violations()] == statuses


def test_a_suspicion_is_withdrawn_when_the_track_is_confirmed_back_outside() -> None:
    it = world()

    it.push(flight((0, 0.03, 500), (10, 0.0397, 500), (20, 0.0403, 500)))
    it.push(flight((30, 0.0397, 500), (40, 0.03, 500)))

    assert [found.status for found in it.latest.values()] == ["withdrawn"]


def test_a_transit_counts_where_it_met_the_band() -> None:
    it = world()
    it.push(flight((0, 0.03, 500), (20, 0.07, 500)))
    assert spans(it) == [("transit", "confirmed", 5, 15)]

    over = world()
    over.push(flight((0, 0.03, 5000), (20, 0.07, 5000)))
    assert over.latest == {}

    climbing = world()
    climbing.push(flight((0, 0.03, 2000), (20, 0.07, 4000)))
    assert spans(climbing) == [("transit", "confirmed", 5, 10)]

    nobody_knows = world()
    nobody_knows.push(flight((0, 0.03, 5000), (20, 0.07, None)))
    assert spans(nobody_knows) == [("transit", "confirmed", 5, 15)]


def test_over_a_line_it_has_the_direction_of_the_crossing() -> None:
    it = world(LINE)

    it.push([Told(10 * at, 0.05, lat, altitude_m=800, platform="aircraft") for at, lat in
             enumerate((0.02, 0.01, -0.01, -0.02, 0.01, 0.02))])  # fmt: skip

    assert spans(it) == [("left_to_right", "confirmed", 15, pytest.approx(36.667, abs=1e-3))]
    assert it.violations()[0].party == "north"


def test_to_fly_home_over_the_line_is_none() -> None:
    it = world(LINE)

    it.push([Told(10 * at, 0.05, lat, altitude_m=800, platform="uav", party="south") for at, lat in
             enumerate((0.02, 0.01, -0.01, -0.02))])  # fmt: skip

    assert it.latest == {}


@pytest.mark.parametrize("platform", ["vehicle", "foot", "vessel", None])
def test_who_does_not_fly_is_not_judged(platform: str | None) -> None:
    it = world()

    it.push(flight((0, 0.03, 500), (10, 0.05, 500), platform=platform))

    assert it.latest == {}


def test_a_rule_may_name_other_platforms() -> None:
    it = world(platforms=["helicopter"])

    it.push(flight((0, 0.05, 500), unit="a", platform="helicopter"))
    it.push(flight((0, 0.05, 500), unit="b", platform="uav"))

    assert [found.units[0].unit for found in it.violations()] == ["a"]


def test_sea_level_is_reckoned_by_the_geoid() -> None:
    """At 0.05° N, 0.05° E the geoid is 17 m above the ellipsoid."""
    within = world(altitude_ref="msl")
    within.push(flight((0, 0.05, 118)))
    below = world(altitude_ref="msl")
    below.push(flight((0, 0.05, 116)))
    raised = world()
    raised.push(flight((0, 0.05, 84), altitude_ref="msl"))

    assert "at 101 m msl" in within.violations()[0].reason
    assert below.latest == {}
    assert "at 101 m hae" in raised.violations()[0].reason


def test_above_ground_says_nothing_of_sea_level_and_the_reason_says_so() -> None:
    it = world(altitude_ref="msl")
    it.push(flight((0, 0.05, 5), altitude_ref="agl"))
    assert "altitude unknown above msl (given above agl), counted as within" in it.violations()[0].reason

    same = world(altitude_ref="agl")
    same.push(flight((0, 0.05, 5), altitude_ref="agl"))
    assert same.latest == {}


def test_no_floor_is_down_to_the_ground_and_no_ceiling_is_up_to_the_sky() -> None:
    it = world(floor_m=None)
    it.push(flight((0, 0.05, -20), unit="low"))
    other = world(ceiling_m=None)
    other.push(flight((0, 0.05, 40_000), unit="high"))

    assert len(it.violations()) == len(other.violations()) == 1
    assert "band up to 3000 m" in it.violations()[0].reason
    assert "band from 100 m)" in other.violations()[0].reason


def test_an_altitude_that_cannot_be_believed_confirms_nothing() -> None:
    """A fix a degree away, in a second, and back: whatever height it says."""
    it = World(mission(feature([RULE], SQUARE), gates={}))

    it.push(flight((0, 0.05, 5000), (10, 0.05, 5000), (11, 1.05, 500), (20, 0.05, 5000), (300, 0.05, 5000)))

    assert [found.status for found in it.violations()] == []


def test_a_zone_that_is_no_longer_in_force_ends_the_episode() -> None:
    rule = feature([RULE], SQUARE, valid_to="2025-06-15T15:07:00Z")
    it = World(mission(rule))

    it.push(flight((0, 0.05, 500), (10, 0.05, 500), (1000, 0.05, 500)))

    assert spans(it) == [("present", "confirmed", 0, 20)]


def test_far_away_a_track_keeps_no_state() -> None:
    it = world()

    it.push(flight((0, 0.03, 500), (10, 0.05, 500), (20, 0.07, 500)))
    assert it.engine.heads.pairs  # it may still come back
    it.push(flight((141, 0.08, 500)))

    assert not it.engine.heads.pairs
