import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.feature import Mission, PassageTerms
from app.model.identity import Unit
from app.model.instant import parse_instant
from app.model.label import Label
from app.model.mission import area, parse_mission
from app.model.mission_faults import MissionFaults
from app.model.mission_rules import RULE_KINDS, RULE_PARAMETERS
from app.model.schedule import Schedule, Window

SQUARE = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]
LINE_RULE = {"rule": "line_crossing", "id": "r1", "margin_m": 50}
WINDOW: dict[str, Any] = {"rrule": "FREQ=DAILY", "start": "06:00", "end": "18:00"}
ZONE_RULE = {"rule": "zone_incursion", "id": "z1"}


def line(**properties: Any) -> dict[str, Any]:
    sides = {"kind": "ceasefire_line", "left": "north", "right": "south"}
    return feature("l", "LineString", [[0.0, 0.0], [1.0, 0.0]], **{**sides, **properties})


def zone(coordinates: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    return feature("z", "Polygon", coordinates, kind="buffer_zone", **properties)


def feature(identifier: Any, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": identifier,
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": properties,
    }


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    head = {
        "id": "m",
        "name": "M",
        "parties": [{"id": "north", "name": "N"}, {"id": "south", "name": "S"}],
        "contingents": [{"id": "AAA", "name": "A"}],
    }
    return {"type": "FeatureCollection", "mission": {**head, **members}, "features": list(features)}


def parsed(*features: Any, **members: Any) -> Mission:
    return parse_mission(json.dumps(collection(*features, **members)).encode())


def faults_of(document: bytes | dict[str, Any]) -> list[tuple[str | None, str]]:
    with pytest.raises(MissionFaults) as caught:
        parse_mission(document if isinstance(document, bytes) else json.dumps(document).encode())
    return [(fault.feature, fault.field) for fault in caught.value.faults]


def test_a_mission_without_features_is_valid() -> None:
    mission = parsed()

    assert mission.features == ()
    assert mission.revision == 0
    assert mission.gates == {}
    assert mission.default_label == Label()


def test_everything_of_the_file_arrives_in_the_mission() -> None:
    mission = parsed(
        line(
            name="The line",
            valid_from="1974-08-16T00:00:00Z",
            valid_to=None,
            colour="ivory",
            rules=[LINE_RULE | {"direction": "left_to_right", "parties": ["north"], "severity": "critical"}],
        ),
        zone(rules=[ZONE_RULE | {"min_dwell_s": 30, "platforms": ["uav"], "advise_mission": True}]),
        exercise=True,
        gates={"vehicle": 30, "foot": None},
        default_label={"classification": "confidential", "releasable_to": ["HQ", "AAA"], "caveats": ["ORCON"]},
    )

    first, second = mission.features
    assert (first.left, first.right, first.name) == ("north", "south", "The line")
    assert first.valid_from_us == parse_instant("1974-08-16T00:00:00Z")
    assert first.valid_to_us is None
    assert first.properties == {"colour": "ivory"}
    assert first.rules[0].parameters == {"direction": "left_to_right"}
    assert (first.rules[0].margin_m, first.rules[0].settle_s, first.rules[0].max_gap_s) == (50, 300, 600)
    assert (first.rules[0].parties, first.rules[0].severity) == (("north",), "critical")
    assert second.rules[0].parameters == {"min_dwell_s": 30}
    assert second.rules[0].platforms == ("uav",)
    assert second.rules[0].advise_mission
    assert mission.exercise
    assert mission.gates == {"vehicle": 30, "foot": None}
    assert mission.default_label == Label("confidential", ("AAA", "HQ"), ("ORCON",))


def test_gates_null_switches_all_gates_off() -> None:
    assert parsed(gates=None).gates is None


@pytest.mark.parametrize(
    ("given", "after_s"),
    [
        ({}, {"high": 300, "critical": 300}),
        ({"escalate_after_s": None}, {}),
        ({"escalate_after_s": {"critical": 60, "medium": 900, "high": None}}, {"critical": 60, "medium": 900}),
    ],
)
def test_alerts_escalate_after_what_the_mission_says_of_their_severity(
    given: dict[str, Any], after_s: dict[str, float]
) -> None:
    assert parsed(**given).escalate_after_s == after_s


def test_an_altitude_in_a_position_is_left_out_of_the_geometry() -> None:
    mission = parsed(feature("p", "Point", [33.0, 35.0, 120.0], kind="position"))

    assert mission.features[0].geometry == {"type": "Point", "coordinates": [33.0, 35.0]}


def test_all_faults_are_named_at_once_with_their_features() -> None:
    document = collection(
        line(left=None, rules=[LINE_RULE | {"margin_m": -1, "colour": "red"}, {"rule": "line_crossing"}]),
        zone([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], valid_from="yesterday"),
        feature("far", "Point", [181, 0], kind="position"),
        gates={"submarine": 5},
    )

    assert faults_of(document) == [
        (None, "mission.gates.submarine"),
        ("l", "properties.left"),
        ("l", "properties.rules[0].colour"),
        ("l", "properties.rules[0].margin_m"),
        ("l", "properties.rules[1].id"),
        ("z", "geometry.coordinates"),
        ("z", "properties.valid_from"),
        ("far", "geometry.coordinates"),
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "FeatureCollection"),
        (b'{"a": 1, "a": 2}', "a twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "nested"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "digits"),
    ],
)
def test_what_is_not_strict_json_is_one_fault_of_the_file(document: bytes, words: str) -> None:
    with pytest.raises(MissionFaults, match=words):
        parse_mission(document)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (feature("x", "Point", [0, 0], kind="moat"), "properties.kind"),
        (feature("x", "Point", [0, 0], kind="buffer_zone"), "geometry.type"),
        (feature("x", "Polygon", SQUARE, kind="ceasefire_line", left="a", right="b"), "geometry.type"),
        (feature("x", "GeometryCollection", [], kind="position"), "geometry.type"),
        (feature("x", "Point", [0, 0], kind="crossing_point"), "properties.radius_m"),
        (feature("x", "Polygon", SQUARE, kind="crossing_point", radius_m=5), "properties.radius_m"),
        (feature("x", "Point", [0, 91], kind="position"), "geometry.coordinates"),
        (feature("x", "Point", ["0", 0], kind="position"), "geometry.coordinates"),
        (feature("x", "Point", [True, 0], kind="position"), "geometry.coordinates"),
        (feature("x", "LineString", [[0, 0]], kind="patrol_route"), "geometry.coordinates"),
        (feature("x", "LineString", [[0, 0], [0, 0]], kind="patrol_route"), "geometry.coordinates"),
        (feature("x", "MultiLineString", [[[0, 0], [1, 0]], []], kind="patrol_route"), "geometry.coordinates[1]"),
        (feature("x", "Polygon", [[[0, 0], [1, 0], [1, 1]]], kind="sector"), "geometry.coordinates[0]"),
        (feature("x", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1]]], kind="sector"), "geometry.coordinates[0]"),
        (feature("x", "MultiPolygon", [SQUARE, SQUARE], kind="sector"), "geometry.coordinates[1]"),
        (
            feature("x", "Polygon", [[[0, 80], [120, 80], [-120, 80], [0, 80]]], kind="sector"),
            "geometry.coordinates[0]",
        ),
        (
            feature("x", "LineString", [[-90, 0], [90, 0]], kind="patrol_route"),
            "geometry.coordinates",
        ),
        (feature("x", "Point", [0, 0], kind="position", left="a"), "properties.left"),
        (feature("x", "Point", [0, 0], kind="position", valid_form="2020-01-01T00:00:00Z"), "properties.valid_form"),
        (
            feature(
                "x",
                "Point",
                [0, 0],
                kind="position",
                valid_from="2020-01-02T00:00:00Z",
                valid_to="2020-01-01T00:00:00Z",
            ),
            "properties.valid_to",
        ),
        (feature("x", "LineString", [[0, 0], [1, 0]], kind="technical_fence", left="a", right="a"), "properties.right"),
    ],
)
def test_a_feature_that_cannot_be_meant_is_refused(wrong: dict[str, Any], field: str) -> None:
    assert faults_of(collection(wrong)) == [("x", field)]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "mission.id"),
        ({"name": ""}, "mission.name"),
        ({"exercise": "yes"}, "mission.exercise"),
        ({"default_lable": None}, "mission.default_lable"),
        ({"parties": [{"id": "mission", "name": "x"}]}, "mission.parties[0].id"),
        ({"parties": [{"id": "a"}, {"id": "a"}]}, "mission.parties[1].id"),
        ({"contingents": [{"id": "HQ", "name": "x"}]}, "mission.contingents[0].id"),
        ({"contingents": {"id": "A"}}, "mission.contingents"),
        ({"gates": {"foot": 0}}, "mission.gates.foot"),
        ({"gates": []}, "mission.gates"),
        ({"escalate_after_s": 300}, "mission.escalate_after_s"),
        ({"escalate_after_s": {"grave": 300}}, "mission.escalate_after_s.grave"),
        ({"escalate_after_s": {"high": 0}}, "mission.escalate_after_s.high"),
        ({"default_label": {"classification": "secret"}}, "mission.default_label.classification"),
        ({"default_label": {"caveats": ["NOFORN"]}}, "mission.default_label.caveats[0]"),
        ({"default_label": {"releasable_to": ["HQ", "BBB"]}}, "mission.default_label.releasable_to"),
    ],
)
def test_a_mission_member_that_cannot_be_meant_is_refused(members: dict[str, Any], field: str) -> None:
    assert faults_of(collection(**members)) == [(None, field)]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"rule": "trespass"}, "rule"),
        ({"rule": "zone_incursion"}, "rule"),
        ({"parties": ["east"]}, "parties[0]"),
        ({"parties": []}, "parties"),
        ({"platforms": ["tank"]}, "platforms[0]"),
        ({"direction": "up"}, "direction"),
        ({"min_dwell_s": 3}, "min_dwell_s"),
        ({"margin_m": "50"}, "margin_m"),
        ({"margin_m": True}, "margin_m"),
        ({"max_gap_s": 0}, "max_gap_s"),
        ({"severity": "flash"}, "severity"),
        ({"schedule": "FREQ=DAILY"}, "schedule"),
        ({"schedule": []}, "schedule"),
        ({"schedule": {}}, "schedule.windows"),
        ({"schedule": {"windows": []}}, "schedule.windows"),
        ({"schedule": {"windows": ["06:00"]}}, "schedule.windows[0]"),
        ({"schedule": {"windows": [WINDOW] * 25}}, "schedule.windows"),
        ({"schedule": {"windows": [WINDOW], "zone": "UTC"}}, "schedule.zone"),
        *(
            ({"schedule": {"windows": [WINDOW], "tz": tz}}, "schedule.tz")
            for tz in ("Cyprus/Nicosia", "Europe", "localtime", "../etc/passwd", "Asia/Nicosia/", "GMT+3", 3, "a\x00/b")
        ),
        *(
            ({"schedule": {"windows": [WINDOW | change]}}, f"schedule.windows[0].{field}")
            for change, field in (
                ({"rrule": "daily"}, "rrule"),
                ({"rrule": "FREQ=HOURLY"}, "rrule"),
                ({"rrule": "FREQ=SECONDLY;COUNT=5"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYSECOND=0,1,2"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYHOUR=6"}, "rrule"),
                ({"rrule": "FREQ=DAILY;FREQ=DAILY"}, "rrule"),
                ({"rrule": "FREQ=DAILY;INTERVAL=0"}, "rrule"),
                ({"rrule": "FREQ=DAILY;INTERVAL=99999999999999999999"}, "rrule"),
                ({"rrule": "FREQ=DAILY;COUNT=0"}, "rrule"),
                ({"rrule": "FREQ=DAILY;COUNT=2;UNTIL=20260101"}, "rrule"),
                ({"rrule": "FREQ=DAILY;UNTIL=20260230"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYMONTH=13"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYMONTHDAY=0"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2"}, "rrule"),
                ({"rrule": "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=2"}, "rrule"),
                ({"rrule": "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "start": "2026-11-24T06:00"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYSETPOS=1"}, "rrule"),
                ({"rrule": "FREQ=MONTHLY;BYSETPOS=1"}, "rrule"),
                ({"rrule": "FREQ=WEEKLY;BYDAY=1MO"}, "rrule"),
                ({"rrule": "FREQ=WEEKLY;BYDAY=MX"}, "rrule"),
                ({"rrule": "FREQ=WEEKLY;BYMONTHDAY=3"}, "rrule"),
                ({"rrule": "FREQ=DAILY;WKST=8"}, "rrule"),
                ({"rrule": "FREQ=DAILY;BYMONTH=" + "1," * 300 + "1"}, "rrule"),
                ({"rrule": 5}, "rrule"),
                ({"rrule": "FREQ=DAILY;INTERVAL=2"}, "start"),
                ({"rrule": "FREQ=DAILY;COUNT=2"}, "start"),
                ({"rrule": "FREQ=WEEKLY"}, "start"),
                ({"rrule": "FREQ=MONTHLY"}, "start"),
                ({"rrule": "FREQ=YEARLY;BYMONTH=3"}, "start"),
                ({"rrule": None}, "start"),
                ({"start": None}, "start"),
                ({"start": "6:00"}, "start"),
                ({"start": "24:00"}, "start"),
                ({"start": "06:00Z"}, "start"),
                ({"start": "06:00+02"}, "start"),
                ({"start": "2026-02-30T06:00"}, "start"),
                ({"start": "1969-12-31T06:00"}, "start"),
                ({"end": "24:30"}, "end"),
                ({"end": "2026-03-01T06:00"}, "end"),
                ({"end": None}, "end"),
                ({"duration_s": 60}, "end"),
                ({"end": None, "duration_s": 0}, "duration_s"),
                ({"end": None, "duration_s": 1e9}, "duration_s"),
                ({"rrule": None, "start": "2026-03-01T06:00", "end": "2026-03-01T06:00"}, "end"),
                ({"rrule": None, "start": "2026-03-01T06:00", "end": "2028-03-01T06:00"}, "end"),
                ({"from": "2026-03-01"}, "from"),
            )
        ),
        ({"min_count": 0}, "min_count"),
        ({"min_count": 2.5}, "min_count"),
        ({"advise_mission": 1}, "advise_mission"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: dict[str, Any], field: str) -> None:
    assert faults_of(collection(line(rules=[LINE_RULE | rule]))) == [("l", f"properties.rules[0].{field}")]


def test_a_rule_may_have_a_schedule_and_a_least_count() -> None:
    once = {"start": "2026-03-01T06:00", "end": "2026-03-03T18:00"}
    monthly = {"rrule": "FREQ=MONTHLY;BYDAY=-1SU;INTERVAL=2", "start": "2026-01-31T22:00:30", "duration_s": 3600}
    schedule = {"tz": "Asia/Nicosia", "windows": [WINDOW, once, monthly]}

    [rule] = parsed(line(rules=[LINE_RULE | {"schedule": schedule, "min_count": 3}])).features[0].rules

    assert rule.min_count == 3
    assert rule.schedule == Schedule(
        tz="Asia/Nicosia",
        windows=(
            Window(rrule="FREQ=DAILY", start="06:00", end="18:00"),
            Window(start="2026-03-01T06:00", end="2026-03-03T18:00"),
            Window(rrule="FREQ=MONTHLY;BYDAY=-1SU;INTERVAL=2", start="2026-01-31T22:00:30", duration_s=3600),
        ),
    )


def crossing_point(**properties: Any) -> dict[str, Any]:
    return feature("gate", "Point", [0.5, 0.0], kind="crossing_point", radius_m=100, **properties)


def test_a_crossing_point_says_whom_it_lets_pass_and_when() -> None:
    given = {"parties": ["north", "mission"], "units": ["AAA/van/2"], "convoys": ["C-1"]}
    hours = {"windows": [WINDOW]}

    plain, named = parsed(crossing_point(), crossing_point(**given, schedule=hours) | {"id": "other"}).features

    assert plain.passage == PassageTerms()
    assert named.passage == PassageTerms(
        schedule=Schedule(windows=(Window(**WINDOW),)),
        parties=("north", "mission"),
        units=(Unit("AAA", "van/2"),),
        convoys=("C-1",),
    )
    assert named.properties == given | {"schedule": hours}


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"parties": ["east"]}, "parties[0]"),
        ({"parties": "north"}, "parties"),
        ({"units": ["AAA/van", "van"]}, "units[1]"),
        ({"units": ["/van"]}, "units[0]"),
        ({"convoys": [1]}, "convoys"),
        ({"convoy": ["C-1"]}, "convoy"),
        ({"schedule": {"windows": [{"start": "06:00", "end": "18:00"}]}}, "schedule.windows[0].start"),
    ],
)
def test_terms_of_a_crossing_point_that_cannot_be_meant_are_refused(terms: dict[str, Any], field: str) -> None:
    assert faults_of(collection(crossing_point(**terms))) == [("gate", f"properties.{field}")]


def test_a_schedule_stands_on_a_rule_or_a_crossing_point_and_nowhere_else() -> None:
    assert faults_of(collection(zone(schedule={"windows": [WINDOW]}))) == [("z", "properties.schedule")]


@pytest.mark.parametrize("kind", [kind for kind in RULE_KINDS if kind not in RULE_PARAMETERS])
def test_a_rule_that_stands_on_no_feature_is_refused_by_name(kind: str) -> None:
    with pytest.raises(MissionFaults, match=f"{kind} stands on no feature"):
        parsed(zone(rules=[{"rule": kind, "id": "r"}]))


def test_two_rules_of_one_feature_need_two_ids() -> None:
    assert faults_of(collection(line(rules=[LINE_RULE, LINE_RULE]))) == [("l", "properties.rules[1].id")]


def test_versions_of_a_feature_may_follow_but_not_overlap() -> None:
    old = line(valid_to="2020-01-01T00:00:00Z", rules=[LINE_RULE])
    new = line(valid_from="2020-01-01T00:00:00Z", rules=[LINE_RULE])

    assert [each.id for each in parsed(old, new).features] == ["l", "l"]
    assert faults_of(collection(old, line())) == [("l", "id")]


def test_a_feature_without_a_usable_id_is_named_by_its_place() -> None:
    nameless = [feature(None, "Point", [0, 0], kind="position"), feature("a\nb", "Point", [0, 0], kind="position")]

    assert faults_of(collection(*nameless)) == [("features[0]", "id"), ("features[1]", "id")]


def test_a_message_never_repeats_the_content_of_the_file() -> None:
    secret = "sekret-callsign"

    with pytest.raises(MissionFaults) as caught:
        parsed(
            feature("x", "Point", [secret, 0], kind=secret, name=[secret], valid_from=secret, rules=[{"rule": secret}]),
            name=[secret],
        )

    assert secret not in "".join(map(str, caught.value.faults))


def test_a_zone_cut_at_the_antimeridian_and_one_across_it_are_both_valid() -> None:
    across = [[[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]]
    east = [[[179, 0], [180, 0], [180, 1], [179, 1], [179, 0]]]
    west = [[[-180, 0], [-179, 0], [-179, 1], [-180, 1], [-180, 0]]]

    parsed(zone(across), feature("cut", "MultiPolygon", [east, west], kind="sector"))
    assert faults_of(collection(feature("x", "MultiPolygon", [across, west], kind="sector"))) == [
        ("x", "geometry.coordinates[1]")
    ]


def test_the_area_is_the_box_around_all_features() -> None:
    contains = area(parsed(zone(), feature("p", "Point", [3.0, 2.0], kind="position")))

    assert contains(0.0, 0.0)
    assert contains(3.0, 2.0)
    assert contains(2.0, 1.5)
    assert not contains(3.1, 1.0)
    assert not contains(1.0, -0.1)


def test_the_area_goes_across_the_antimeridian_and_not_round_the_earth() -> None:
    contains = area(
        parsed(
            feature("a", "Point", [-179.0, -1.0], kind="position"),
            feature("b", "Point", [179.0, 1.0], kind="position"),
        )
    )

    assert contains(180.0, 0.0)
    assert contains(-180.0, 0.0)
    assert not contains(0.0, 0.0)


def test_a_mission_without_features_has_no_area() -> None:
    assert not area(parsed())(0.0, 0.0)


def values() -> st.SearchStrategy[Any]:
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    )


@given(
    member=st.sampled_from(["id", "type", "geometry", "properties"]),
    inner=st.sampled_from(["kind", "left", "radius_m", "valid_from", "rules", "coordinates"]),
    value=values(),
)
def test_no_input_makes_anything_but_a_mission_or_its_faults(member: str, inner: str, value: Any) -> None:
    whole = {**line(rules=[LINE_RULE]), member: value}
    inside = line(rules=[LINE_RULE])
    inside["geometry" if inner == "coordinates" else "properties"][inner] = value
    ruled = line(rules=[LINE_RULE | {"margin_m": value}, value])
    document = {**collection(whole, inside, ruled, value), "extra": value}
    document["mission"]["gates"] = value
    document["mission"]["default_label"] = value

    with suppress(MissionFaults):
        parse_mission(json.dumps(document).encode())
