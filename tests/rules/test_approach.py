"""``approach``: predicted to cross, while closing; once per approach, however the track wavers."""

from typing import Any

from tests.engine.world import START_US, Told, World, feature, mission

# A line along latitude 0, drawn eastwards: north is on its left. 0.001° is 111 m.
LINE = [[0.0, 0.0], [0.1, 0.0]]
SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
RULE = {"rule": "approach", "id": "a1", "horizon_s": 120, "severity": "low"}


def world(coordinates: Any = LINE, **rule: object) -> World:
    return World(mission(feature([RULE | rule], coordinates)))


def north(*lats: float, every_s: float = 10, start_s: float = 0, lon: float = 0.05, **named: object) -> list[Told]:
    """Fixes on one meridian, one every ``every_s`` seconds."""
    return [Told(start_s + at * every_s, lon, lat, **named) for at, lat in enumerate(lats)]  # type: ignore[arg-type]


def test_a_crossing_is_foreseen_at_the_first_fix_within_the_horizon_and_ends_with_it() -> None:
    it = world()

    it.push(north(*(0.0195 - at * 0.001 for at in range(24))))  # 11 m/s

    (found,) = it.violations()
    assert (found.rule, found.status, found.direction, found.depth_m) == (
        "approach", "confirmed", "left_to_right", None,
    )  # fmt: skip
    assert (found.lon, found.lat, found.observed_us) == (0.05, 0.0115, START_US + 80_000_000)
    assert found.confirmed_us == found.observed_us
    assert found.ended_us == START_US + 195_000_000
    assert "1272 m from The line on course 180° at 11.1 m/s, to be crossed in 115 s (" in found.reason
    assert "near 0.0000, 0.0500" in found.reason


def test_what_reports_say_of_speed_and_course_goes_before_what_the_leg_says() -> None:
    away, fast = world(), world()

    away.push(north(0.006, 0.005, 0.004, speed_m_s=11.0, course_deg=90.0))
    fast.push(north(0.0401, 0.04, speed_m_s=50.0, course_deg=180.0))

    assert away.violations() == []
    assert len(fast.violations()) == 1


def test_a_course_without_a_speed_says_nothing() -> None:
    it = world()

    it.push(north(0.006, 0.005, course_deg=0.0))

    assert len(it.violations()) == 1


def test_the_first_fix_of_a_track_foresees_nothing() -> None:
    it = world()

    it.push(north(0.004, speed_m_s=11.0, course_deg=180.0))

    assert it.violations() == []


def test_only_while_closing() -> None:
    it = world()

    it.push(north(0.004, 0.005, 0.005, speed_m_s=11.0, course_deg=180.0))

    assert it.violations() == []


def test_going_home_is_no_approach() -> None:
    it = world()

    it.push(north(-0.005, -0.004, party="north") + north(-0.005, -0.004, party="south", unit="car-2"))

    (found,) = it.violations()
    assert (found.units[0].unit, found.direction) == ("car-2", "right_to_left")


def test_a_zone_is_approached_from_outside_only() -> None:
    it = world(SQUARE)

    it.push(north(0.030, 0.035))
    it.push(north(0.045, 0.050, unit="car-2"))

    (found,) = it.violations()
    assert (found.units[0].unit, found.direction) == ("car-1", "enter")


def test_a_course_past_the_end_of_a_line_is_no_approach() -> None:
    it = world()

    it.push(north(0.005, 0.004, lon=0.1001))

    assert it.violations() == []


def test_slower_than_the_least_speed_is_no_approach() -> None:
    it = world(min_speed_m_s=12.0)

    it.push(north(0.005, 0.004, 0.0028))

    (found,) = it.violations()
    assert found.observed_us == START_US + 20_000_000


def test_what_errors_alone_could_make_is_no_speed() -> None:
    it = world()

    it.push(north(0.0050, 0.0046, 0.0050, 0.0046, 0.0050, 0.0046, accuracy_m=15.0))

    assert it.violations() == []


def test_a_leg_over_a_long_silence_says_no_course() -> None:
    it = world()

    it.push(north(0.05, 0.004, every_s=700))

    assert it.violations() == []


def test_a_fix_that_is_not_sure_of_its_side_foresees_nothing() -> None:
    it = world(margin_m=200)

    it.push(north(0.0016, 0.0015))

    assert it.violations() == []


def test_a_jump_that_cannot_be_believed_foresees_nothing() -> None:
    it = World(mission(feature([RULE], LINE), gates={}))

    it.push(north(0.5, 0.5001, 0.004, 0.5002, 0.5003))

    assert it.violations() == []


def test_a_halt_or_a_wavering_fix_neither_ends_an_approach_nor_begins_another() -> None:
    it = world()

    for report in north(0.010, 0.009, 0.0091, 0.008, 0.008, 0.008, 0.008, 0.007, 0.0071, 0.006):
        it.push([report])

    (found,) = it.violations()
    assert (found.observed_us, found.ended_us, found.revision) == (START_US + 10_000_000, None, 1)


def test_who_turns_away_ends_it_where_it_was_last_foreseen_and_may_come_again() -> None:
    it = world()

    it.push(north(0.010, 0.009, 0.008, 0.009, 0.010, 0.010))
    open_still = it.violations()
    it.push(north(0.010, 0.009, start_s=140))

    first, second = it.violations()
    assert open_still[0].ended_us is None
    assert (first.observed_us, first.ended_us) == (START_US + 10_000_000, START_US + 20_000_000)
    assert (second.observed_us, second.ended_us) == (START_US + 150_000_000, None)


def test_to_and_fro_over_the_line_is_one_approach() -> None:
    it = world()

    it.push(north(*(0.003 * (-1) ** (at // 4) for at in range(40)), party="unknown", speed_m_s=11.0, course_deg=180.0))
    it.push(north(0.004, 0.003, -0.003, 0.003, 0.002, -0.001, 0.002, unit="car-2", party="unknown"))

    assert [found.units[0].unit for found in it.violations()].count("car-2") == 1


def test_the_zone_is_no_longer_in_force_ends_an_approach() -> None:
    it = World(mission(feature([RULE], LINE, valid_to="2025-06-15T15:07:00Z")))

    it.push(north(*(0.012 - at * 0.0001 for at in range(40)), speed_m_s=60.0, course_deg=180.0))

    (found,) = it.violations()
    assert found.ended_us == START_US + 20_000_000


def test_a_late_report_that_shows_a_turn_withdraws_the_approach() -> None:
    it = world()

    it.push(north(0.010, 0.009))
    it.push([Told(5, 0.05, 0.0088, speed_m_s=0.1, course_deg=180.0)])

    assert it.violations() == []
    (withdrawn,) = it.latest.values()
    assert withdrawn.status == "withdrawn"


def test_over_the_antimeridian() -> None:
    it = world([[-179.999, -0.1], [-179.999, 0.1]])  # drawn northwards: west is its left

    it.push([Told(at, lon, 0.0) for at, lon in ((0, 179.990), (60, 179.995))])
    it.push([Told(at, lon, 0.0, unit="b", party="south") for at, lon in ((0, 179.990), (60, 179.995))])

    (found,) = it.violations()
    assert (found.direction, found.units[0].unit) == ("left_to_right", "car-1")


def test_a_missions_own_unit_is_advised_where_the_rule_says_so() -> None:
    it = world(advise_mission=True)

    it.push(north(0.005, 0.004, party="mission"))

    (found,) = it.violations()
    assert (found.status, found.severity) == ("advisory", "info")
