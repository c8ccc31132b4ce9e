"""Crossings that are authorised: by whom, where and when, and announced before or after they happened."""

import random
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

from app.model.entry import Announced, Assessed, Cancelled
from app.model.identity import Unit
from app.model.label import Label, Marking
from app.model.violation import Violation, is_open
from tests import builders
from tests.engine.test_order import IN_STRIP, IN_ZONE, LINE, ON_LINE, STRIP, ZONE, walk
from tests.engine.test_schedule import times
from tests.engine.world import START_US, Told, World, feature, mission

STRAIGHT = [[0.0, 0.0], [0.1, 0.0]]
SQUARE = [[[0.04, 0.04], [0.06, 0.04], [0.06, 0.06], [0.04, 0.06], [0.04, 0.04]]]
LINE_RULE = {"rule": "line_crossing", "id": "r1", "margin_m": 50, "severity": "high"}
ZONE_RULE = {"rule": "zone_incursion", "id": "r2", "margin_m": 50, "severity": "high"}


def gate(identifier: str, at: list[float], radius_m: float = 300, **properties: Any) -> dict[str, Any]:
    """A crossing point that is a circle."""
    members = {"kind": "crossing_point", "name": f"The {identifier}", "radius_m": radius_m} | properties
    return {
        "type": "Feature", "id": identifier, "geometry": {"type": "Point", "coordinates": at}, "properties": members,
    }  # fmt: skip


def line(**rule: Any) -> dict[str, Any]:
    return feature([LINE_RULE | rule], STRAIGHT, id="line")


def over(unit: str, lon: float = 0.05, *, second: float = 100, party: str = "north", south: bool = True) -> list[Told]:
    """Over the line in forty seconds, half of them before it."""
    far = 0.002 if south else -0.002
    return [
        Told(second - 20, lon, far, unit=unit, party=party),
        Told(second + 20, lon, -far, unit=unit, party=party),
    ]


def statuses(it: World) -> dict[str, str]:
    return {each.units[0].unit: each.status for each in it.violations()}


def announced(**named: Any) -> Announced:
    """A convoy of the north, announced for the gate at the time of the crossing, with what is named changed."""
    return builders.announced(**{"from_us": START_US, "to_us": START_US + 600_000_000, **named})


CANCELLED = Cancelled(contingent="ARG", movement="C-1", by="Ben", principal="u_2")


def test_a_crossing_at_a_point_by_a_party_that_it_names_is_authorised_and_says_so() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0], parties=["north"])))

    it.push(over("car"))

    [violation] = it.violations()
    assert (violation.status, violation.severity, violation.confirmed_us) == (
        "authorised", "high", START_US + 120_000_000
    )  # fmt: skip
    assert violation.reason.endswith("let pass at The gate.")
    assert not is_open(violation)


@pytest.mark.parametrize(
    ("point", "crossing"),
    [
        (gate("gate", [0.05, 0.0], parties=["south"]), over("car")),
        (gate("gate", [0.05, 0.0], units=["ARG/van"]), over("car")),
        (gate("gate", [0.05, 0.0], units=["GBR/car"]), over("car")),
        (gate("gate", [0.05, 0.0]), over("car")),
        (gate("gate", [0.05, 0.0], parties=["north"]), over("car", 0.053)),
        (gate("gate", [0.05, 0.0], parties=["north"], schedule=times(("16:00", "17:00"))), over("car")),
        (gate("gate", [0.05, 0.0], parties=["north"], valid_from="2025-06-15T16:00:00Z"), over("car")),
        (gate("gate", [0.05, 0.0], parties=["north"], valid_to="2025-06-15T15:07:00Z"), over("car")),
    ],
    ids=["other party", "other unit", "other contingent", "nobody", "elsewhere", "closed", "not yet", "no more"],
)
def test_any_other_crossing_is_a_violation(point: dict[str, Any], crossing: list[Told]) -> None:
    it = World(mission(line(), point))

    it.push(crossing)

    assert statuses(it) == {"car": "confirmed"}


def test_a_point_lets_pass_whom_it_names_by_unit_or_in_its_hours() -> None:
    hours = gate("gate", [0.05, 0.0], parties=["north"], schedule=times(("15:00", "17:00")))
    polygon = feature([], [[[0.069, -0.001], [0.071, -0.001], [0.071, 0.001], [0.069, 0.001], [0.069, -0.001]]],
                      kind="crossing_point", id="yard", units=["ARG/van"])  # fmt: skip
    it = World(mission(line(), hours, polygon))

    it.push(over("car") + over("van", 0.07) + over("bus", 0.07))

    assert statuses(it) == {"car": "authorised", "van": "authorised", "bus": "confirmed"}


def test_each_way_is_judged_by_itself() -> None:
    middle = feature([LINE_RULE], STRAIGHT, id="line", left="west", right="east")
    it = World(mission(middle, gate("gate", [0.05, 0.0], parties=["north"])))

    it.push([*over("out"), *over("out", 0.08, second=300, south=False)])  # out at the gate, back elsewhere
    it.push([*over("in", 0.08), *over("in", second=300, south=False)])
    it.push(over("northward", south=False))

    assert statuses(it) == {"out": "authorised", "in": "confirmed", "northward": "authorised"}
    assert [each.ended_us is not None for each in it.violations()].count(True) == 2


def test_a_nominal_crossing_is_never_authorised() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0], parties=["north"])))

    it.push([Told(0, 0.05, 0.002), Told(1200, 0.05, -0.002)])

    assert [(each.status, each.nominal) for each in it.violations()] == [("confirmed", True)]


def test_a_suspicion_is_not_authorised_before_it_is_confirmed() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0], parties=["north"])))

    it.push([Told(0, 0.05, 0.002), Told(40, 0.05, -0.0001)])
    suspected = statuses(it)
    it.push([Told(60, 0.05, -0.002)])

    assert (suspected, statuses(it)) == ({"car-1": "suspected"}, {"car-1": "authorised"})


def test_into_a_zone_one_may_enter_and_pass_through_but_not_be_found_there() -> None:
    zone = feature([ZONE_RULE], SQUARE, id="zone")
    it = World(mission(zone, gate("gate", [0.04, 0.05], 400, parties=["north"])))

    it.push([Told(0, 0.03, 0.05, unit="enters"), Told(100, 0.05, 0.05, unit="enters")])
    it.push([Told(0, 0.03, 0.05, unit="passes"), Told(100, 0.07, 0.05, unit="passes")])
    it.push([Told(0, 0.0415, 0.05, unit="found"), Told(100, 0.0416, 0.05, unit="found")])

    assert statuses(it) == {"enters": "authorised", "passes": "authorised", "found": "confirmed"}


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "restricted_weapon", "platforms": ["vehicle"]},
        {"rule": "airspace_violation", "platforms": ["vehicle"]},
    ],
)
def test_who_may_enter_may_not_therefore_bring_what_is_banned_nor_fly_there(rule: dict[str, Any]) -> None:
    zone = feature([ZONE_RULE, rule | {"id": "r3", "margin_m": 50}], SQUARE, id="zone")
    it = World(mission(zone, gate("gate", [0.04, 0.05], parties=["north"])))

    it.push([Told(0, 0.038, 0.05), Told(40, 0.042, 0.05)])

    assert {one.rule_id: one.status for one in it.violations()} == {"r2": "authorised", "r3": "confirmed"}


def test_the_missions_own_units_are_authorised_where_a_point_names_them_and_else_advised() -> None:
    it = World(mission(line(advise_mission=True), gate("gate", [0.05, 0.0], parties=["mission"])))

    it.push(over("patrol", party="mission") + over("lost", 0.08, party="mission"))

    assert statuses(it) == {"patrol": "authorised", "lost": "advisory"}
    assert {each.severity for each in it.violations()} == {"info"}


def test_a_suspicion_against_the_missions_own_units_is_told_to_nobody() -> None:
    it = World(mission(line(advise_mission=True)))

    outcome = it.push([Told(0, 0.05, 0.002, party="mission"), Told(40, 0.05, -0.0001, party="mission")])

    assert outcome.changes == ()


def test_a_movement_announced_lets_its_party_pass_in_its_time() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0]), gate("other", [0.08, 0.0])))

    it.take(announced())
    it.push(over("car") + over("late", second=700) + over("off", 0.08) + over("them", party="unknown"))

    assert statuses(it) == {"car": "authorised", "late": "confirmed", "off": "confirmed", "them": "confirmed"}
    [violation] = [each for each in it.violations() if each.status == "authorised"]
    assert violation.reason.endswith("let pass at The gate as announced: C-1.")


def test_a_movement_that_names_units_lets_only_those_pass() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0])))

    it.take(announced(units=(Unit("ARG", "van"),)))
    it.push(over("car") + over("van"))

    assert statuses(it) == {"car": "confirmed", "van": "authorised"}


def test_a_movement_passes_only_in_the_points_hours_and_where_the_point_takes_it() -> None:
    closed = gate("gate", [0.05, 0.0], schedule=times(("16:00", "17:00")))
    choosy = gate("choosy", [0.06, 0.0], convoys=["C-2"])
    it = World(mission(line(), closed, choosy))

    it.take(announced())
    it.take(announced(movement="C-2", crossing_point="choosy"))
    it.take(announced(movement="C-3", crossing_point="choosy", units=(Unit("ARG", "other"),)))
    it.push(over("closed") + over("taken", 0.06) + over("other", 0.06, party="unknown"))

    assert statuses(it) == {"closed": "confirmed", "taken": "authorised", "other": "confirmed"}


def test_announced_afterwards_amended_and_cancelled_it_corrects_what_was_told() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0])))
    it.push(over("car"))
    [told] = it.violations()
    it.take(Assessed(told.id, told.revision, "acknowledged", None, "Ana", "u_1"))

    seen: list[Violation] = []
    for body in (
        announced(), announced(from_us=START_US + 200_000_000), announced(note="now"), CANCELLED, announced(),
    ):  # fmt: skip
        it.take(body)
        seen += it.violations()

    assert [each.status for each in seen] == ["authorised", "confirmed", "authorised", "confirmed", "authorised"]
    assert {(each.id, each.assessment.state) for each in seen} == {(told.id, "acknowledged")}
    assert [each.revision for each in seen] == [3, 4, 5, 6, 7]


def test_said_twice_a_movement_changes_nothing() -> None:
    it = World(mission(line(), gate("gate", [0.05, 0.0])))
    it.push(over("car"))

    outcomes = [it.take(body) for body in (announced(), announced(), CANCELLED, CANCELLED)]
    unknown = it.take(Cancelled(contingent="GBR", movement="C-1", by="Ben", principal="u_2"))

    assert [len(outcome.changes) for outcome in outcomes] == [1, 0, 1, 0]
    assert [len(outcome.movements) for outcome in outcomes] == [1, 0, 1, 0]
    assert (unknown.changes, unknown.movements) == ((), ())


def test_who_may_not_see_the_movement_may_not_see_what_it_allowed() -> None:
    kept = Marking(("HQ",), Label("confidential", ("HQ",), ()))
    it = World(mission(line(), gate("gate", [0.05, 0.0])))
    it.push(over("car"))

    it.take(announced(marking=kept))

    [violation] = it.violations()
    assert violation.marking == Marking(("ARG", "HQ"), kept.label)


def test_a_crossing_point_that_comes_or_goes_corrects_what_was_told() -> None:
    with_gate = mission(line(), gate("gate", [0.05, 0.0], parties=["north"]))
    it = World(mission(line()))
    it.push(over("car"))

    found = [statuses(it)]
    for document in (with_gate, mission(line())):
        it.change_mission(document)
        found.append(statuses(it))

    assert found == [{"car": "confirmed"}, {"car": "authorised"}, {"car": "confirmed"}]


BOX = [[[0.033, -0.02], [0.047, -0.02], [0.047, 0.02], [0.033, 0.02], [0.033, -0.02]]]
DOCUMENT = mission(
    feature([ON_LINE], LINE, id="line"),
    feature([IN_ZONE], ZONE, id="zone"),
    feature([IN_STRIP], STRIP, id="strip"),
    gate("west", [0.015, 0.002], 1200, parties=["north"], schedule=times(("15:20", "15:50"), ("16:30", "17:30"))),
    feature([], BOX, id="box", kind="crossing_point", units=["ARG/car-200"], parties=["south"]),
    gate("east", [0.08, -0.001], 2500),
    gates={},
)
MOVES = [
    announced(crossing_point="east", from_us=START_US, to_us=START_US + 6_000_000_000),
    announced(crossing_point="east", movement="C-2", units=(Unit("ARG", "car-60"),), to_us=START_US + 10**11),
    announced(crossing_point="box", movement="C-3", from_us=START_US + 10**9, to_us=START_US + 3 * 10**9),
]


def is_allowed(it: Violation) -> bool:
    """Whether a crossing is authorised under the document and the moves above, from their plain words."""
    if it.nominal or it.direction == "present":
        return False
    unit, second = it.units[0].unit, (it.observed_us - START_US) / 1e6
    west = Geodesic.WGS84.Inverse(it.lat, it.lon, 0.002, 0.015)["s12"] <= 1200
    east = Geodesic.WGS84.Inverse(it.lat, it.lon, -0.001, 0.08)["s12"] <= 2500
    box = 0.033 <= it.lon <= 0.047 and -0.02 <= it.lat <= 0.02
    minute = 6 + 40 / 60 + second / 60  # after 15:00
    return (
        (west and it.party == "north" and (20 <= minute % 1440 < 50 or 90 <= minute % 1440 < 150))
        or (box and (unit == "car-200" or it.party == "south"))
        or (east and it.party == "north" and 0 <= second <= 6000)
        or (east and unit == "car-60" and 0 <= second <= 100_000)
        or (box and it.party == "north" and 1000 <= second <= 3000)
    )


def walks(seed: int) -> list[Told]:
    rng = random.Random(5000 + seed)
    return [report for fixes in (60, 200, 500) for report in walk(rng, f"car-{fixes}", fixes)]


def straight(reports: list[Told]) -> World:
    """A world that hears of the movements first, and then of all reports in order."""
    it = World(DOCUMENT)
    for move in MOVES:
        it.take(move)
    it.push(sorted(reports, key=lambda report: report.second))
    return it


def test_authorised_is_what_the_plain_words_of_points_and_movements_allow() -> None:
    found = [each for seed in range(24) for each in straight(walks(seed)).violations() if each.status != "suspected"]

    wrong = [each for each in found if (each.status == "authorised") != is_allowed(each)]

    assert wrong == []
    assert sum(each.status == "authorised" for each in found) > 20
    assert sum(each.status == "confirmed" for each in found) > 20


@pytest.mark.parametrize("seed", range(8))
def test_in_any_order_of_reports_and_movements_the_same_is_authorised(seed: int) -> None:
    rng, reports = random.Random(6000 + seed), walks(seed)
    expected = straight(reports).standing()
    moves: list[Announced | Cancelled] = [
        announced(crossing_point="west"), *MOVES, announced(movement="C-9", crossing_point="west"),
        Cancelled(contingent="ARG", movement="C-9", by="Ana", principal="u_1"),
    ]  # fmt: skip

    rng.shuffle(reports)
    it = World(DOCUMENT)
    while reports or moves:
        if moves and (not reports or rng.random() < 0.1):
            it.take(moves.pop(0))
        else:
            batch = rng.choice([3, 20, 200])
            it.push(reports[:batch])
            del reports[:batch]
        if rng.random() < 0.1:
            it.restart()

    assert it.standing() == expected
    assert it.replayed() == it.outcomes
