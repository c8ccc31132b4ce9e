from tests.engine.world import START_US, Told, World, feature, mission

# A square of 0.02° (about 2.2 km) around 0.05, 0.05 near the equator: 0.001° is 111 m.
SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
RULE = {"rule": "zone_incursion", "id": "r1", "margin_m": 50, "severity": "high"}


def world(rule: dict[str, object] | None = None, shape: object = SQUARE, **member: object) -> World:
    return World(mission(feature([rule or RULE], shape), **member))


def east(*lons: float, every_s: float = 10, **named: object) -> list[Told]:
    """Fixes on latitude 0.05, one every ``every_s`` seconds."""
    return [Told(at * every_s, lon, 0.05, **named) for at, lon in enumerate(lons)]  # type: ignore[arg-type]


def test_going_in_and_out_is_one_incursion_from_crossing_to_crossing() -> None:
    it = world()

    it.push(east(0.030, 0.038, 0.042, 0.050, 0.058, 0.062, 0.070))

    (found,) = it.violations()
    assert (found.status, found.direction, found.nominal) == ("confirmed", "enter", False)
    assert abs(found.lon - 0.04) < 1e-7
    assert abs(found.observed_us - START_US - 15_000_000) <= 1
    assert found.confirmed_us == START_US + 20_000_000
    assert found.ended_us is not None
    assert abs(found.ended_us - START_US - 45_000_000) <= 1
    assert found.depth_m is not None
    assert abs(found.depth_m - 0.010 * 111_320) < 12


def test_a_fix_within_the_margin_confirms_nothing() -> None:
    it = world()

    it.push(east(0.030, 0.0397, 0.0403))

    (found,) = it.violations()
    assert (found.status, found.direction) == ("suspected", "enter")


def test_a_suspicion_is_withdrawn_when_the_track_is_confirmed_back_outside() -> None:
    it = world()

    it.push(east(0.030, 0.0397, 0.0403))
    it.push([Told(30, 0.0397, 0.05), Told(40, 0.030, 0.05)])

    assert it.violations() == []
    assert [found.status for found in it.latest.values()] == ["withdrawn"]


def test_a_suspicion_is_withdrawn_after_it_settled_and_revived_by_a_later_confirming_fix() -> None:
    it = world()

    it.push([Told(0, 0.030, 0.05), Told(10, 0.0403, 0.05)])
    it.push([Told(320, 0.0403, 0.0501)])
    withdrawn = [found.status for found in it.latest.values()]
    it.push([Told(330, 0.045, 0.05)])

    assert withdrawn == ["withdrawn"]
    (found,) = it.latest.values()
    assert (found.status, found.revision) == ("confirmed", 3)


def test_the_first_fix_inside_is_present_and_ends_at_the_way_out() -> None:
    it = world()

    it.push(east(0.050, 0.055, 0.065))

    (found,) = it.violations()
    assert (found.direction, found.status, found.observed_us) == ("present", "confirmed", START_US)
    assert (found.lon, found.lat) == (0.05, 0.05)
    assert found.ended_us is not None
    assert abs(found.ended_us - START_US - 15_000_000) <= 1


def test_two_fixes_in_a_row_are_needed_where_accuracy_exceeds_the_margin() -> None:
    one = world()
    two = world()

    one.push(east(0.030, 0.031, 0.050, 0.030, 0.031, accuracy_m=60))
    two.push(east(0.030, 0.031, 0.050, 0.051, 0.030, accuracy_m=60))

    assert one.violations() == []
    (found,) = two.violations()
    assert (found.status, found.confirmed_us) == ("confirmed", START_US + 30_000_000)


def test_a_fix_worse_than_a_kilometre_confirms_nothing() -> None:
    it = world()

    it.push(east(0.0, 0.001, 0.050, 0.051, 0.052, accuracy_m=1001))

    assert it.violations() == []


def test_a_leg_right_through_is_a_transit_without_depth() -> None:
    it = world()

    it.push(east(0.030, 0.070))

    (found,) = it.violations()
    assert (found.direction, found.status, found.depth_m) == ("transit", "confirmed", None)
    assert abs(found.lon - 0.04) < 1e-7
    assert abs(found.observed_us - START_US - 2_500_000) <= 1
    assert found.ended_us is not None
    assert abs(found.ended_us - START_US - 7_500_000) <= 1


def test_a_graze_of_one_side_is_no_transit() -> None:
    it = world()

    it.push([Told(0, 0.0499, 0.0399), Told(10, 0.0501, 0.0399), Told(20, 0.0520, 0.0399)])
    it.push([Told(30, 0.0600, 0.0398), Told(40, 0.0602, 0.0402)])  # clips a corner, metres deep

    assert it.violations() == []


def test_crossing_in_a_long_silence_is_nominal() -> None:
    it = world()

    it.push([Told(0, 0.030, 0.05), Told(601, 0.050, 0.05)])

    (found,) = it.violations()
    assert (found.direction, found.nominal) == ("enter", True)


def test_a_hole_is_outside() -> None:
    hole = [[0.048, 0.048], [0.052, 0.048], [0.052, 0.052], [0.048, 0.052], [0.048, 0.048]]
    it = world(shape=[*SQUARE, hole])

    it.push(east(0.050, 0.0501))
    quiet = list(it.violations())
    it.push([Told(30, 0.055, 0.05)])

    assert quiet == []
    (found,) = it.violations()
    assert found.direction == "enter"
    assert abs(found.lon - 0.052) < 1e-7


def test_zones_across_the_antimeridian_are_whole() -> None:
    west = [[[179.9, -0.1], [180.0, -0.1], [180.0, 0.1], [179.9, 0.1], [179.9, -0.1]]]
    east_ = [[[-180.0, -0.1], [-179.9, -0.1], [-179.9, 0.1], [-180.0, 0.1], [-180.0, -0.1]]]
    it = world(shape=[west, east_])

    it.push([Told(0, 179.8, 0), Told(100, 179.95, 0), Told(200, -179.95, 0), Told(300, -179.8, 0)])

    (found,) = it.violations()
    assert found.direction == "enter"
    assert abs(found.lon - 179.9) < 1e-6
    assert found.ended_us is not None


def test_the_mission_s_own_units_are_not_judged() -> None:
    it = world()

    it.push(east(0.030, 0.050, party="mission"))

    assert it.violations() == []


def test_the_mission_s_own_units_are_only_advised_where_the_rule_says_so() -> None:
    it = world(RULE | {"advise_mission": True})

    it.push(east(0.030, 0.0403, party="mission"))
    suspected = list(it.latest.values())
    it.push([Told(20, 0.050, 0.05, party="mission")])

    assert suspected == []
    (found,) = it.violations()
    assert (found.status, found.severity, found.direction) == ("advisory", "info", "enter")


def test_a_short_stay_is_not_an_incursion_where_a_dwell_is_asked_for() -> None:
    short = world(RULE | {"min_dwell_s": 60})
    long = world(RULE | {"min_dwell_s": 60})

    short.push(east(0.030, 0.050, 0.055, 0.070))
    long.push(east(0.030, *[0.045 + 0.001 * n for n in range(8)], 0.070))

    assert short.violations() == []
    (found,) = long.violations()
    assert (found.status, found.direction) == ("confirmed", "enter")
    assert found.confirmed_us is not None
    assert found.confirmed_us - found.observed_us >= 60_000_000


def test_where_a_zone_has_no_room_for_the_margin_a_sure_fix_inside_confirms() -> None:
    strip = [[[0.04, 0.0496], [0.06, 0.0496], [0.06, 0.0504], [0.04, 0.0504], [0.04, 0.0496]]]  # 89 m across
    it = world(shape=strip)

    it.push([Told(0, 0.05, 0.045), Told(60, 0.05, 0.05, accuracy_m=20), Told(120, 0.05, 0.055)])

    (found,) = it.violations()
    assert (found.status, found.direction) == ("confirmed", "enter")


def test_a_version_that_ends_ends_what_is_open_and_the_next_starts_afresh() -> None:
    first = feature([RULE], SQUARE, valid_to="2025-06-15T15:07:05Z")
    second = feature([RULE | {"id": "r2"}], SQUARE, id="f2", valid_from="2025-06-15T15:07:05Z")
    it = World(mission(first, second))

    it.push(east(0.030, 0.050, 0.051, 0.052))

    entered, present = it.violations()
    assert (entered.rule_id, entered.direction, entered.ended_us) == ("r1", "enter", START_US + 25_000_000)
    assert (present.rule_id, present.direction, present.observed_us) == ("r2", "present", START_US + 30_000_000)


def test_a_jump_over_the_zone_and_back_is_suspected_at_most_until_the_next_sure_fix() -> None:
    it = world(gates={})

    it.push(east(0.030, 0.031))
    it.push([Told(20, 0.080, 0.05)])
    suspected = [(found.direction, found.status) for found in it.violations()]
    it.push([Told(30, 0.031, 0.05)])

    assert suspected == [("transit", "suspected")]
    assert it.violations() == []
    assert [found.status for found in it.latest.values()] == ["withdrawn"]


def test_time_withdraws_a_suspected_transit() -> None:
    it = world()

    it.push([Told(0, 0.030, 0.05, accuracy_m=1500), Told(100, 0.070, 0.05, accuracy_m=1500)])
    suspected = [(found.direction, found.status) for found in it.violations()]
    it.push([Told(400, 0.070, 0.05, accuracy_m=1500)])

    assert suspected == [("transit", "suspected")]
    assert it.violations() == []


def test_a_transit_shorter_than_the_dwell_is_no_incursion() -> None:
    short = world(RULE | {"min_dwell_s": 60})
    long = world(RULE | {"min_dwell_s": 60})

    short.push([Told(0, 0.030, 0.05), Told(100, 0.070, 0.05)])
    long.push([Told(0, 0.030, 0.05), Told(200, 0.070, 0.05)])

    assert short.violations() == []
    assert [found.direction for found in long.violations()] == ["transit"]


def test_a_stay_that_the_end_of_the_version_cuts_short_is_withdrawn() -> None:
    short = World(mission(feature([RULE | {"min_dwell_s": 60}], SQUARE, valid_to="2025-06-15T15:07:05Z")))

    short.push(east(0.030, 0.050, 0.050, 0.050))

    assert short.violations() == []
