import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic
from shapely.geometry import LineString, Point, shape

from app.simulator.reporting import sends
from app.simulator.scenario import load_scenario

MISSION = Path(__file__).parent.parent.parent / "missions" / "cyprus.geojson"
START_US = 1_750_000_000_000_000
TWO_HOURS_S = 7_200
GATES_M_S = {"foot": 12, "vehicle": 70, "armour": 70, "helicopter": 120, "uav": 150, "static": 5}

Tracks = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def tracks() -> Tracks:
    """Each unit's reports over two hours, in the order in which they were observed, each once."""
    found: dict[str, dict[float, dict[str, Any]]] = defaultdict(dict)
    for send in takewhile(lambda send: send.at_s < TWO_HOURS_S, sends(load_scenario("cyprus-demo"), START_US)):
        if send.call != "incidents":
            found[send.item["unit"]][second(send.item)] = send.item
    return {unit: [reports[at] for at in sorted(reports)] for unit, reports in found.items()}


@pytest.fixture(scope="module")
def ground() -> dict[str, Any]:
    return {each["id"]: shape(each["geometry"]) for each in json.loads(MISSION.read_text())["features"]}


def second(item: dict[str, Any]) -> float:
    return datetime.fromisoformat(item["observed_at"]).timestamp() - START_US / 1e6


def place(item: dict[str, Any]) -> Point:
    return Point(item["lon"], item["lat"])


def crossings(reports: list[dict[str, Any]], line: Any) -> list[float]:
    legs = pairwise(reports)
    return [second(two) for one, two in legs if LineString([place(one), place(two)]).intersects(line)]


def test_no_leg_is_faster_than_the_gate_of_its_platform(tracks: Tracks) -> None:
    for unit, reports in tracks.items():
        for one, two in pairwise(reports):
            went_m = Geodesic.WGS84.Inverse(one["lat"], one["lon"], two["lat"], two["lon"])["s12"]
            assert went_m <= GATES_M_S[one["platform"]] * (second(two) - second(one)), unit


def test_a_party_crosses_in_the_first_minute_and_another_every_few_minutes_after(
    tracks: Tracks, ground: dict[str, Any]
) -> None:
    times_s = sorted(
        time_s
        for reports in tracks.values()
        if (party := reports[0]["party"]) != "mission"
        for time_s in crossings(reports, ground[f"cfl-{party}"])
    )

    assert 40 <= times_s[0] < 60
    assert 40 < len(times_s) < 120
    assert max(after - before for before, after in pairwise(times_s)) < 900


@pytest.mark.parametrize("unit", ["N-V1", "S-V1", "N-F1", "S-A1", "N-A1", "S-F1"])
def test_who_crosses_goes_well_beyond_the_margin_and_comes_back(
    tracks: Tracks, ground: dict[str, Any], unit: str
) -> None:
    reports = tracks[unit]
    line = ground[f"cfl-{reports[0]['party']}"]

    inside = [item for item in reports if ground["buffer-zone"].contains(place(item))]

    assert not ground["buffer-zone"].contains(place(reports[0]))
    assert max(off_m(item, line) for item in inside) > 100
    assert len(crossings(reports, line)) >= 2


@pytest.mark.parametrize("unit", ["N-F2", "S-F2"])
def test_who_only_steps_over_stays_within_the_margin(tracks: Tracks, ground: dict[str, Any], unit: str) -> None:
    reports = tracks[unit]
    line = ground[f"cfl-{reports[0]['party']}"]

    inside = [item for item in reports if ground["buffer-zone"].contains(place(item))]

    assert inside
    assert max(off_m(item, line) for item in inside) < 50
    assert any(off_m(item, line) > 50 for item in reports)


@pytest.mark.parametrize("unit", ["N-V3", "N-V4", "N-F3", "S-V3", "S-V4", "S-F4", "N-V2", "N-A2", "S-V2", "S-F3"])
def test_who_runs_along_the_line_or_turns_before_it_never_crosses(
    tracks: Tracks, ground: dict[str, Any], unit: str
) -> None:
    reports = tracks[unit]

    assert crossings(reports, ground[f"cfl-{reports[0]['party']}"]) == []
    assert min(off_m(item, ground["buffer-zone"]) for item in reports) < 300


def test_one_drone_flies_over_the_whole_zone_between_two_of_its_reports(tracks: Tracks, ground: dict[str, Any]) -> None:
    zone = ground["buffer-zone"]

    legs = [LineString([place(one), place(two)]) for one, two in pairwise(tracks["S-U1"])]

    ends_outside = [leg for leg in legs if not any(zone.contains(Point(end)) for end in leg.coords)]
    assert any(leg.intersection(zone).length > 0.002 for leg in ends_outside)


def test_one_drone_enters_the_no_fly_zone_from_outside(tracks: Tracks, ground: dict[str, Any]) -> None:
    inside = [ground["nfz-airfield"].contains(place(item)) for item in tracks["N-U1"]]

    assert not inside[0]
    assert any(inside)


def off_m(item: dict[str, Any], shape_: Any) -> float:
    """Metres to the nearest place of a shape, on the ellipsoid."""
    if shape_.geom_type.endswith("Polygon"):
        shape_ = shape_.boundary
    nearest = shape_.interpolate(shape_.project(place(item)))
    return float(Geodesic.WGS84.Inverse(item["lat"], item["lon"], nearest.y, nearest.x)["s12"])
