from collections.abc import Sequence

from app.model.feature import Contingent, Feature, Mission, Party, PassageTerms, RuleSpec
from app.model.mission_warnings import warnings

METRE = 1 / 111_195  # of latitude, in degrees; of longitude too, at the equator


def zone(outline_m: Sequence[tuple[float, float]], margin_m: float) -> Feature:
    ring = [[x * METRE, y * METRE] for x, y in (*outline_m, outline_m[0])]
    rule = RuleSpec(rule="zone_incursion", id="z", margin_m=margin_m)
    return Feature(
        id="zone", kind="buffer_zone", name="Z", geometry={"type": "Polygon", "coordinates": [ring]}, rules=(rule,)
    )


def messages(*features: Feature) -> list[str]:
    mission = Mission(parties=(Party("a", "A"),), contingents=(Contingent("c", "C"),), features=features)
    return [str(warning) for warning in warnings(mission)]


def test_a_zone_wider_than_twice_the_margin_is_silent() -> None:
    assert messages(zone([(0, 0), (205, 0), (205, 900), (0, 900)], 100)) == []


def test_a_zone_narrower_than_twice_the_margin_is_named() -> None:
    [message] = messages(zone([(0, 0), (195, 0), (195, 900), (0, 900)], 100))

    assert message.startswith("zone: rules: the zone is narrower than 2 × margin_m (200 m) everywhere")


def test_a_narrow_neck_is_named() -> None:
    neck = [(0, 0), (500, 0), (500, 500), (300, 500), (300, 700), (500, 700), (500, 1200), (0, 1200), (0, 700)]

    assert "in places" in messages(zone([*neck, (200, 700), (200, 500), (0, 500)], 100))[0]


def test_a_narrow_tail_is_named() -> None:
    assert "in places" in messages(zone([(0, 0), (500, 0), (500, 500), (50, 500), (50, 1500), (0, 1500)], 100))[0]


def test_a_line_that_crosses_itself_is_named() -> None:
    loop = {"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]}

    line = Feature(id="loop", kind="ceasefire_line", name="L", geometry=loop, left="a", right="b")

    assert "crosses itself" in messages(line)[0]


def test_one_rule_id_on_two_features_is_named() -> None:
    outline = [(0.0, 0.0), (500.0, 0.0), (500.0, 500.0)]
    one, other = zone(outline, 1), zone(outline, 1)

    assert messages(one, Feature(id="b", kind=other.kind, name="B", geometry=other.geometry, rules=other.rules)) == [
        "b: rules: the rule id z stands on the feature zone too"
    ]


def test_a_crossing_point_that_can_authorise_nobody_is_named() -> None:
    place = {"type": "Point", "coordinates": [0.0, 0.0]}
    closed, open_to_convoys = (
        Feature(id=identifier, kind="crossing_point", name="G", geometry=place, radius_m=9.0, passage=terms)
        for identifier, terms in (("shut", PassageTerms(convoys=())), ("open", PassageTerms()))
    )

    assert [str(each).partition(":")[0] for each in warnings(Mission(features=(closed, open_to_convoys)))] == [
        "mission", "shut"
    ]  # fmt: skip


def test_a_mission_that_nobody_can_report_to_or_break_is_named() -> None:
    square = zone([(0, 0), (500, 0), (500, 500)], 1)

    fields = [warning.field for warning in warnings(Mission(features=(square,)))]

    assert fields == ["parties", "contingents"]
