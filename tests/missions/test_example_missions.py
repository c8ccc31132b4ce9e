import math
from itertools import pairwise
from pathlib import Path

import pytest
from shapely.geometry import Point, shape

from app.model.feature import Feature, Mission
from app.model.mission import parse_mission
from app.model.mission_warnings import warnings

MISSIONS = Path(__file__).parent.parent.parent / "missions"


def mission(name: str) -> Mission:
    return parse_mission((MISSIONS / name).read_bytes())


def feature(of: Mission, identifier: str) -> Feature:
    return next(each for each in of.features if each.id == identifier)


def beside(start: list[float], end: list[float], metres: float) -> Point:
    """The place that far to the left of a segment's middle (right if negative), as a flat earth has it."""
    scale = math.cos(math.radians(start[1]))
    east, north = (end[0] - start[0]) * scale, end[1] - start[1]
    far = metres / 111_195 / math.hypot(east, north)
    return Point((start[0] + end[0]) / 2 - north * far / scale, (start[1] + end[1]) / 2 + east * far)


@pytest.mark.parametrize("path", sorted(MISSIONS.glob("*.geojson")), ids=lambda path: path.stem)
def test_every_mission_file_of_the_repository_is_without_faults(path: Path) -> None:
    assert parse_mission(path.read_bytes()).features


def test_nothing_in_the_cyprus_mission_is_doubtful() -> None:
    assert warnings(mission("cyprus.geojson")) == []


@pytest.mark.parametrize(("line", "zone_side"), [("cfl-north", "right"), ("cfl-south", "left")])
def test_the_buffer_zone_lies_on_the_side_that_the_line_says(line: str, zone_side: str) -> None:
    cyprus = mission("cyprus.geojson")
    zone = shape(feature(cyprus, "buffer-zone").geometry)
    sides = feature(cyprus, line)

    inside_left = inside_right = segments = 0
    for part in sides.geometry["coordinates"]:
        for start, end in pairwise(part):
            segments += 1
            inside_left += zone.contains(beside(start, end, 5.0))
            inside_right += zone.contains(beside(start, end, -5.0))

    assert (sides.left if zone_side == "left" else sides.right) == "buffer"
    expected = (segments, 0) if zone_side == "left" else (0, segments)
    assert (inside_left, inside_right) == expected


def test_the_lines_are_edges_of_the_buffer_zone() -> None:
    cyprus = mission("cyprus.geojson")
    edge = shape(feature(cyprus, "buffer-zone").geometry).boundary

    for line in ("cfl-north", "cfl-south"):
        assert edge.covers(shape(feature(cyprus, line).geometry))


def test_the_demo_has_every_kind_that_the_map_draws_but_one() -> None:
    assert {each.kind for each in mission("cyprus.geojson").features} == {
        "area_of_operations", "sector", "buffer_zone", "ceasefire_line", "technical_fence", "no_fly_zone",
        "restricted_area", "crossing_point", "position", "patrol_route", "storage_site",
    }  # fmt: skip


def test_two_rivers_holds_the_hard_geometries() -> None:
    rivers = mission("two-rivers.geojson")

    versions = [each for each in rivers.features if each.id == "river-line"]
    assert [(each.valid_from_us is None, each.valid_to_us is None) for each in versions] == [
        (False, False),
        (False, True),
    ]
    assert len(feature(rivers, "market").geometry["coordinates"]) == 2
    assert [str(warning.feature) for warning in warnings(rivers)] == ["towpath"]
