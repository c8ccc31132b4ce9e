"""Incidents as violations: raised, amended, withdrawn, revived; the same after restarts, in batches and in a replay."""

from typing import Any

import pytest

from app.model.entry import Incidents, Tick
from app.model.incident import IncidentVersion
from app.model.label import Label, Marking
from app.model.mission import parse_mission
from app.model.mission_faults import MissionFaults
from app.model.report import FUTURE
from app.model.violation import Violation
from tests.builders import incident
from tests.engine.world import START_US, World, feature, mission

SQUARE = [[[33.0, 35.0], [33.2, 35.0], [33.2, 35.2], [33.0, 35.2], [33.0, 35.0]]]
LINE = [[33.0, 35.0], [34.0, 35.0]]
FIRING = {"rule": "firing", "id": "shots"}
DAY_US = 86_400_000_000


def told(version: int = 1, lon: float = 33.1, lat: float = 35.1, **more: Any) -> IncidentVersion:
    """A firing in the middle of the square."""
    said = {"observed_us": START_US, "received_us": START_US, "party": "north"} | more
    return incident(version=version, lon_e7=round(lon * 1e7), lat_e7=round(lat * 1e7), **said)


def zone(*rules: dict[str, Any], **named: Any) -> dict[str, Any]:
    return feature(rules or (FIRING,), SQUARE, id="zone", **named)


def only(world: World) -> Violation:
    [violation] = world.latest.values()
    return violation


def test_a_shot_in_the_zone_is_a_violation_that_is_over() -> None:
    world = World(mission(zone(valid_from="2020-01-01T00:00:00Z")))

    [change] = world.take(Incidents((told(accuracy_m=30.0),))).changes

    found = change.after
    assert (found.rule, found.rule_id, found.feature, found.status, found.direction) == (
        "firing", "shots", "zone", "confirmed", "present",
    )  # fmt: skip
    assert (found.party, [(*unit,) for unit in found.units], found.track) == ("north", [("ARG", "i-1")], "")
    assert (found.observed_us, found.confirmed_us, found.ended_us) == (START_US, START_US, START_US)
    assert found.evidence.reports == (world.sealer.incident_id("ARG", "i-1"),)
    assert found.depth_m == pytest.approx(9_115, abs=30)
    assert found.reason == (
        f"firing reported by ARG as i-1, {found.depth_m:.0f} m inside The zone, accuracy 30 m, version of 2020-01-01."
    )


def test_a_shot_over_the_line_says_from_which_side() -> None:
    world = World(mission(feature([FIRING], LINE)))
    seen = {"observer_lon_e7": 331_000_000, "observer_lat_e7": 349_900_000}

    world.take(Incidents((told(lat=34.995, bearing_deg=0.0, distance_m=3_000.0, **seen),)))

    found = only(world)
    assert (found.status, found.direction, found.lat) == ("confirmed", "left_to_right", 35.0)
    assert "fired across The line" in found.reason


@pytest.mark.parametrize(
    ("accuracy_m", "status"), [(None, "confirmed"), (50.0, "confirmed"), (400.0, "suspected"), (2_000.0, "suspected")]
)
def test_the_accuracy_of_the_place_decides_what_is_sure(accuracy_m: float | None, status: str) -> None:
    world = World(mission(zone()))

    world.take(Incidents((told(lat=35.001, accuracy_m=accuracy_m),)))

    assert only(world).status == status


@pytest.mark.parametrize(
    "other",
    [
        {"category": "traffic"}, {"flags": FUTURE}, {"party": "mission"}, {"party": "south"}, {"lon": 33.3},
        {"observed_us": START_US - 400 * DAY_US},
    ],
)  # fmt: skip
def test_what_the_rule_does_not_speak_of_is_no_violation(other: dict[str, Any]) -> None:
    world = World(mission(zone(FIRING | {"parties": ["north"]}, valid_from="2025-01-01T00:00:00Z")))

    assert world.take(Incidents((told(**other),))).changes == ()


def test_unknown_fire_counts_unless_parties_are_named() -> None:
    world = World(mission(zone()))

    world.take(Incidents((told(party=None),)))

    assert only(world).party == "unknown"


def test_an_amendment_corrects_withdraws_and_revives_one_violation() -> None:
    world = World(mission(zone()))
    world.take(Incidents((told(1),)))
    world.take(Incidents((told(2, party="south"),)))
    assert (only(world).revision, only(world).party, only(world).status) == (2, "south", "confirmed")

    world.take(Incidents((told(3, lon=33.9),)))
    assert (only(world).revision, only(world).status) == (3, "withdrawn")
    assert world.take(Incidents((told(4, lon=33.8),))).changes == ()

    world.take(Incidents((told(5, accuracy_m=20.0),)))
    assert (only(world).revision, only(world).status) == (4, "confirmed")
    assert world.take(Incidents((told(6, accuracy_m=20.0, description="the same"),))).changes == ()


def test_an_amendment_days_later_finds_the_violation_that_the_engine_let_go() -> None:
    world = World(mission(zone()))
    world.take(Incidents((told(1),)))
    closed = only(world)
    world.engine.violations.forget(2**62, ())
    world.engine.violations.load([])
    world.restart()

    world.take(Incidents((told(2, lon=33.9),)), START_US + 3 * DAY_US)

    assert (only(world).id, only(world).revision, only(world).status) == (closed.id, 2, "withdrawn")


def test_an_amendment_carries_its_own_label() -> None:
    world = World(mission(zone()))
    world.take(Incidents((told(1),)))
    secret = Marking(("ARG",), Label("confidential", ("ARG",)))

    world.take(Incidents((told(2, marking=secret),)))

    assert only(world).marking == secret


def test_another_mission_judges_only_what_comes_after_it() -> None:
    world = World(mission())
    world.take(Incidents((told(1, incident="before"),)))

    assert world.change_mission(mission(zone())).changes == ()
    world.take(Incidents((told(1, incident="after"),)))
    assert [unit.unit for unit in only(world).units] == ["after"]
    assert world.change_mission(mission()).changes == ()


def test_a_version_of_the_feature_judges_what_happened_in_its_time() -> None:
    before = zone(valid_from="2020-01-01T00:00:00Z", valid_to="2025-01-01T00:00:00Z")
    world = World(mission(before, zone(valid_from="2025-01-01T00:00:00Z")))
    world.take(Incidents((told(1),)))
    first = only(world)

    world.take(Incidents((told(2, observed_us=START_US - 300 * DAY_US),)))

    statuses = {it.id: it.status for it in world.latest.values()}
    assert statuses.pop(first.id) == "withdrawn"
    assert list(statuses.values()) == ["confirmed"]


def test_a_post_that_is_a_point_is_a_circle() -> None:
    post: dict[str, Any] = {
        "type": "Feature", "id": "op-1", "geometry": {"type": "Point", "coordinates": [33.1, 35.1]},
        "properties": {
            "kind": "position", "name": "OP 1", "radius_m": 100, "rules": [{"rule": "status_quo", "id": "s"}],
        },
    }  # fmt: skip
    world = World(mission(post))

    world.take(
        Incidents(
            tuple(
                told(incident=f"{north_m}", lat=35.1 + north_m / 110_945, category="Construction")
                for north_m in (-101, -99, 99, 101)
            )
        )
    )

    assert sorted(it.units[0].unit for it in world.violations()) == ["-99", "99"]
    assert {it.ended_us for it in world.violations()} == {None}
    del post["properties"]["radius_m"]
    with pytest.raises(MissionFaults, match="status_quo on a point needs it"):
        parse_mission(mission(post))


def test_a_banned_weapon_is_told_by_an_incident() -> None:
    world = World(mission(zone({"rule": "restricted_weapon", "id": "tanks", "weapons": ["T-72"]})))

    world.take(Incidents((told(weapon=" t-72 "), told(incident="i-2", weapon="rifle"), told(incident="i-3"))))

    assert only(world).reason.startswith("firing with t-72 reported by ARG as i-1")


def test_what_stands_is_the_same_in_any_batches_after_restarts_and_in_a_replay() -> None:
    document = mission(
        zone(FIRING, {"rule": "status_quo", "id": "quo"}), feature([FIRING | {"within_m": 500}], LINE, id="line")
    )
    versions = [
        told(version, incident=f"i-{n}", lat=34.99 + 0.01 * ((n * version) % 7), category=category)
        for version in (1, 2, 3)
        for n, category in enumerate(("firing", "construction") * 6)
    ]
    whole, single = World(document), World(document)
    whole.take(Incidents(tuple(versions)))
    for number, version in enumerate(versions):
        single.take(Incidents((version,)))
        if number % 5 == 0:
            single.take(Tick(START_US))
            single.restart()

    assert whole.standing()
    assert whole.standing() == single.standing()
    assert single.replayed() == single.outcomes
