from app.model.label import Label
from tests.engine.world import START_US, Told, World, feature, mission

# A line along latitude 0, drawn eastwards: north is on its left. 0.001° is 111 m.
LINE = [[0.0, 0.0], [0.1, 0.0]]
RULE = {"rule": "line_crossing", "id": "r1", "margin_m": 50, "severity": "high"}


def world(**rule: object) -> World:
    return World(mission(feature([RULE | rule], LINE)))


def north(*lats: float, every_s: float = 10, **named: object) -> list[Told]:
    """Fixes on longitude 0.05, one every ``every_s`` seconds."""
    return [Told(at * every_s, 0.05, lat, **named) for at, lat in enumerate(lats)]  # type: ignore[arg-type]


def test_out_and_back_is_one_incursion() -> None:
    it = world()

    it.push(north(0.002, 0.001, -0.001, -0.003, -0.001, 0.001, 0.002))

    (found,) = it.violations()
    assert (found.status, found.direction) == ("confirmed", "left_to_right")
    assert found.observed_us == START_US + 15_000_000
    assert found.confirmed_us == START_US + 20_000_000
    assert found.ended_us == START_US + 45_000_000
    assert found.depth_m is not None
    assert abs(found.depth_m - 0.003 * 110_574) < 1


def test_driving_along_the_line_is_silent_however_often_it_is_crossed() -> None:
    it = world()

    it.push([Told(at * 10, 0.01 + at * 0.0005, 0.0001 * (-1) ** at) for at in range(100)])

    assert it.violations() == []


def test_a_track_that_was_sure_on_one_side_is_suspected_then_withdrawn_along_the_line() -> None:
    it = world()

    it.push([Told(0, 0.009, 0.001)])
    for at in range(100):
        it.push([Told(10 + at * 10, 0.01 + at * 0.0005, -0.0001)])

    (found,) = it.latest.values()
    assert found.status == "withdrawn"
    assert found.revision == 2


def test_the_side_named_for_the_own_party_may_be_gone_home_to() -> None:
    it = world()

    it.push(north(-0.002, 0.002, party="north"))

    assert it.violations() == []


def test_only_the_forbidden_direction_opens_an_incursion() -> None:
    left = world(direction="left_to_right")
    right = world(direction="right_to_left", parties=["south"])

    left.push(north(-0.002, 0.002, party="south"))
    right.push(north(-0.002, 0.002, party="south"))

    assert left.violations() == []
    (found,) = right.violations()
    assert found.direction == "right_to_left"


def test_going_round_an_end_is_no_crossing() -> None:
    it = world()

    it.push([Told(0, 0.099, 0.002), Told(10, 0.102, 0.0), Told(20, 0.099, -0.002)])

    assert it.violations() == []


def test_a_second_crossing_the_same_way_ends_the_first_nominally() -> None:
    it = world()

    it.push(north(0.002, -0.002))
    it.push([Told(20, 0.102, 0.0), Told(30, 0.098, 0.002), Told(40, 0.098, -0.002)])

    first, second = it.violations()
    assert (first.nominal, first.ended_us, second.nominal, second.ended_us) == (
        True, START_US + 35_000_000, False, None,
    )  # fmt: skip


def test_the_crossing_is_the_last_raw_one_before_the_confirming_fix() -> None:
    it = world()

    it.push(north(0.001, -0.0001, 0.0001, -0.0002, -0.001))

    (found,) = it.violations()
    assert found.confirmed_us == START_US + 40_000_000
    assert START_US + 20_000_000 < found.observed_us < START_US + 30_000_000


def test_the_first_confirming_fix_sets_the_side_silently() -> None:
    it = world()

    it.push(north(0.0001, -0.0001, -0.001, -0.002))

    assert it.violations() == []


def test_a_jump_no_vehicle_can_make_is_suspected_only() -> None:
    it = World(mission(feature([RULE], LINE), gates={}))

    for report in north(0.002, 0.0021, -0.02, 0.0022):
        it.push([report])
    statuses = [found.status for found in it.latest.values()]

    assert statuses == ["withdrawn"]
    assert it.violations() == []


def test_a_track_believed_again_after_a_real_move_confirms() -> None:
    it = World(mission(feature([RULE], LINE), gates={}))

    it.push(north(0.002, 0.0021))
    it.push([Told(20 + at, 0.05, -0.1 - at * 1e-5) for at in range(30)])

    (found,) = it.violations()
    assert found.status == "confirmed"


def test_a_late_report_that_splits_a_leg_may_withdraw() -> None:
    it = world()

    it.push([Told(0, 0.05, 0.002), Told(100, 0.05, -0.002)])
    raised = it.violations()
    it.push([Told(30, 0.102, 0.002), Told(60, 0.102, -0.002)], received_us=START_US + 3600_000_000)

    assert [found.status for found in raised] == ["confirmed"]
    assert it.violations() == []
    assert it.latest[raised[0].id].status == "withdrawn"


def test_a_late_report_that_adds_a_crossing_says_so() -> None:
    it = world()

    it.push([Told(0, 0.05, 0.002), Told(100, 0.05, 0.002)])
    it.push([Told(50, 0.05, -0.002)], received_us=START_US + 3600_000_000)

    (found,) = it.violations()
    assert (found.late, found.status) == (True, "confirmed")
    assert found.ended_us is not None


def test_a_new_mission_judges_only_what_comes_after_it() -> None:
    it = world()
    it.push(north(0.002, -0.002))

    it.change_mission(mission(feature([RULE | {"id": "r2"}], LINE)))
    it.push([Told(20, 0.05, 0.002), Told(30, 0.05, -0.002)])

    first, second = it.violations()
    assert (first.rule_id, first.ended_us) == ("r1", START_US + 10_000_000)
    assert (second.rule_id, second.observed_us) == ("r2", START_US + 25_000_000)


def test_an_unchanged_rule_keeps_its_state_over_a_new_mission() -> None:
    it = world()
    it.push(north(0.002, -0.002))
    (before,) = it.violations()

    other = feature([], LINE, id="other", name="Another line")
    it.change_mission(mission(feature([RULE], LINE), other))
    it.push([Told(20, 0.05, 0.002)])

    (after,) = it.violations()
    assert after.id == before.id
    assert after.ended_us == START_US + 15_000_000


def test_a_track_that_reports_seldom_is_suspected_until_its_next_fix() -> None:
    it = world()

    it.push([Told(0, 0.05, 0.002), Told(3600, 0.05, -0.0003)])
    suspected = [found.status for found in it.violations()]
    it.push([Told(7200, 0.05, -0.0003)])

    assert suspected == ["suspected"]
    assert it.violations() == []


def test_a_suspicion_says_how_deep_the_track_has_come() -> None:
    it = world()

    it.push(north(0.002, -0.0001, -0.0004, -0.0002))

    (found,) = it.violations()
    assert found.status == "suspected"
    assert found.depth_m is not None
    assert abs(found.depth_m - 0.0004 * 110_574) < 0.1


def test_the_depth_is_that_of_fixes_since_the_crossing_which_are_good_enough() -> None:
    it = world()

    it.push([Told(0, 0.05, 0.002), Told(10, 0.05, -0.003, accuracy_m=2000)])
    it.push([Told(20, 0.05, 0.0001), Told(30, 0.05, -0.001), Told(40, 0.05, -0.02, accuracy_m=2000)])

    (found,) = it.violations()
    assert found.depth_m is not None
    assert abs(found.depth_m - 0.001 * 110_574) < 0.1


def test_noise_about_the_end_of_a_line_does_not_add_up() -> None:
    it = world()

    def at(second: float, lon: float, lat: float) -> Told:
        return Told(second, lon, lat, party="south")

    it.push([at(0, 0.0999, -0.001)])
    for second in (10, 40, 70):  # over the line, round its end, and over it again the same way
        it.push([at(second, 0.0999, 1e-4), at(second + 10, 0.1001, 0.0), at(second + 20, 0.0999, -1e-4)])
    it.push([at(200, 0.0999, 0.0001), at(210, 0.0999, -0.0001), at(220, 0.0999, -0.001)])

    assert it.violations() == []


def test_the_end_of_a_version_is_known_exactly() -> None:
    it = World(mission(feature([RULE], LINE, valid_to="2025-06-15T15:07:05Z")))

    it.push(north(0.002, -0.002, -0.002, -0.002))

    (found,) = it.violations()
    assert (found.ended_us, found.nominal) == (START_US + 25_000_000, False)


def test_a_violation_is_by_the_party_of_the_fix_that_confirmed_it() -> None:
    it = World(mission(feature([RULE | {"advise_mission": True}], LINE, left="west", right="east")))
    it.push([Told(0, 0.05, 0.5, party="mission")])

    it.push(north(0.002, -0.002, unit="car-2", party="south"))
    it.push([Told(20, 0.05, -0.003, unit="car-2", party="mission"), Told(30, 0.05, 0.002, unit="car-2", party="north")])

    (found,) = it.violations()
    assert (found.status, found.severity, found.party) == ("confirmed", "high", "south")


def test_the_label_is_that_of_all_evidence() -> None:
    secret = Label(classification="confidential", releasable_to=("ARG",))
    crossing, deepest = world(), world()

    crossing.push([Told(0, 0.05, 0.002), Told(10, 0.05, -0.0001), Told(20, 0.05, 0.0001, label=secret)])
    crossing.push([Told(30, 0.05, -0.0001), Told(40, 0.05, -0.001)])
    deepest.push([Told(0, 0.05, 0.002), Told(10, 0.05, -0.0001), Told(20, 0.05, -0.002, 150, label=secret)])
    deepest.push([Told(30, 0.05, -0.001, 5)])

    for it in (crossing, deepest):
        (found,) = it.violations()
        assert found.status == "confirmed"
        assert found.marking.label == secret
