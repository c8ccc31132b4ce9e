import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import islice, pairwise, takewhile
from typing import Any

import msgspec
import pytest
from geographiclib.geodesic import Geodesic

from app.simulator.reporting import Send, sends
from app.simulator.scenario import FASTEST_M_S, Link, Scenario, SimulatedIncident, Step, Unit, load_scenario

START_US = 1_750_000_000_000_000
HERE = (33.0, 35.0)


def unit(**more: Any) -> Unit:
    plain: dict[str, Any] = {
        "id": "U1",
        "contingent": "AAA",
        "platform": "static",
        "plan": (Step(go=(HERE,)), Step(hold_s=3600.0)),
        "link": Link(duplicate_share=0.0),
    }
    return Unit(**{**plain, **more})


def scenario(*units: Unit, seed: int = 1, incidents: Iterable[SimulatedIncident] = ()) -> Scenario:
    return Scenario(name="s", mission="m", seed=seed, units=units, incidents=tuple(incidents))


def until(of: Scenario, end_s: float) -> list[Send]:
    return list(takewhile(lambda send: send.at_s <= end_s, sends(of, START_US)))


def second(item: dict[str, Any]) -> float:
    return datetime.fromisoformat(item["observed_at"]).timestamp() - START_US / 1e6


def metres(one: dict[str, Any], other: dict[str, Any]) -> float:
    inverse = Geodesic.WGS84.Inverse(one["lat"], one["lon"], other["lat"], other["lon"])
    return float(inverse["s12"])


def test_the_same_seed_gives_the_same_reports_and_another_seed_others() -> None:
    demo = load_scenario("cyprus-demo")

    first = list(islice(sends(demo, START_US), 5_000))

    assert list(islice(sends(demo, START_US), 5_000)) == first
    other = msgspec.structs.replace(demo, seed=demo.seed + 1)
    assert list(islice(sends(other, START_US), 5_000)) != first


def test_sends_come_in_order_and_never_before_they_are_observed() -> None:
    taken = until(load_scenario("cyprus-demo"), 1_800)

    assert all(before.at_s <= after.at_s for before, after in pairwise(taken))
    assert min(send.at_s - second(send.item) for send in taken) >= -1e-6


def test_a_unit_moves_no_faster_than_its_platform_may() -> None:
    demo = load_scenario("cyprus-demo")
    seen: dict[str, dict[float, dict[str, Any]]] = defaultdict(dict)
    for send in until(demo, 3_600):
        if send.call != "incidents":
            seen[send.item["unit"]][second(send.item)] = send.item

    for each in demo.units:
        reports = [seen[each.id][at] for at in sorted(seen[each.id])]
        for before, after in pairwise(reports):
            # Two errors of 4.4 standard deviations each way: the truth itself keeps to the platform's speed.
            noise_m = 2 * 4.4 * each.accuracy_m / 1.515
            allowed_m = 1.15 * FASTEST_M_S[each.platform] * (second(after) - second(before)) + noise_m
            assert metres(before, after) <= allowed_m, each.id


def test_the_noise_holds_the_truth_within_the_accuracy_68_times_in_a_hundred() -> None:
    # Errors wander, so only reports far apart in time count as separate samples.
    units = [unit(id=f"U{number}", accuracy_m=20.0, report_every_s=600.0) for number in range(30)]

    errors_m = [metres(send.item, {"lon": HERE[0], "lat": HERE[1]}) for send in until(scenario(*units), 60_000)]

    share = sum(error_m <= 20.0 for error_m in errors_m) / len(errors_m)
    assert len(errors_m) == pytest.approx(3_000, abs=60)
    assert share == pytest.approx(0.683, abs=0.03)


def test_the_noise_of_reports_that_follow_each_other_is_correlated() -> None:
    items = [send.item for send in until(scenario(unit(accuracy_m=20.0, report_every_s=5.0)), 100_000)]

    errors = [item["lat"] - HERE[1] for item in items]
    mean = sum(errors) / len(errors)
    covariance = sum((one - mean) * (two - mean) for one, two in pairwise(errors))
    correlation = covariance / sum((error - mean) ** 2 for error in errors)

    assert correlation == pytest.approx(math.exp(-5 / 45), abs=0.02)


def test_a_late_outage_sends_all_its_reports_at_once_when_it_ends() -> None:
    link = Link(duplicate_share=0.0, outage_every_s=600.0, outage_for_s=60.0, outage="late")

    taken = until(scenario(unit(link=link, report_every_s=5.0)), 20_000)

    delays_s = [send.at_s - second(send.item) for send in taken]
    late = [send for send, delay_s in zip(taken, delays_s, strict=True) if delay_s > 0.01]
    assert 0.04 < len(late) / len(taken) < 0.2
    assert 30 < max(delays_s) < 91
    assert len({send.at_s for send in late}) < len(late) / 5
    assert len(taken) == pytest.approx(20_000 / 5, abs=25)


def test_a_lost_outage_leaves_a_gap() -> None:
    link = Link(duplicate_share=0.0, outage_every_s=600.0, outage_for_s=60.0, outage="lost")

    taken = until(scenario(unit(link=link, report_every_s=5.0)), 20_000)

    gaps_s = [second(after.item) - second(before.item) for before, after in pairwise(taken)]
    assert max(gaps_s) > 30
    assert all(send.at_s - second(send.item) < 0.01 for send in taken)


def test_a_duplicate_is_the_same_report_again_within_half_a_minute() -> None:
    taken = until(scenario(unit(link=Link(duplicate_share=0.1))), 20_000)

    first_sent: dict[str, Send] = {}
    again = []
    for send in taken:
        first = first_sent.setdefault(send.item["observed_at"], send)
        if first is not send:
            again.append((first, send))
    assert len(again) / len(first_sent) == pytest.approx(0.1, abs=0.02)
    assert all(first.item == send.item and send.at_s - first.at_s <= 30 for first, send in again)


def test_a_plan_is_walked_over_and_over() -> None:
    there = (33.01, 35.0)
    steps = (Step(go=(HERE, there), speed_m_s=10.0), Step(hold_s=60.0), Step(go=(HERE,), speed_m_s=10.0))
    walker = unit(platform="vehicle", plan=steps, delay_s=100.0, accuracy_m=0.01, report_every_s=1.0)

    items = [send.item for send in until(scenario(walker), 2_000)]

    lons = [item["lon"] for item in items]
    assert all(abs(lon - HERE[0]) < 1e-6 for lon, item in zip(lons, items, strict=True) if second(item) < 100)
    assert min(lons) == pytest.approx(HERE[0], abs=1e-6)
    assert max(lons) == pytest.approx(there[0], abs=1e-6)
    assert sum(before < 33.005 <= after for before, after in pairwise(lons)) >= 6
    assert {round(item["course_deg"]) for item in items if "course_deg" in item} == {90, 270}


def test_a_path_across_the_antimeridian_takes_the_short_way() -> None:
    steps = (Step(go=((179.99, 0.0), (-179.99, 0.0)), speed_m_s=20.0),)

    items = [send.item for send in until(scenario(unit(platform="vehicle", plan=steps, accuracy_m=0.01)), 200)]

    assert all(179.98 < abs(item["lon"]) <= 180 for item in items)


def test_an_incident_is_told_and_amended_under_the_same_id() -> None:
    told = SimulatedIncident(
        id="i", contingent="AAA", lon=33.0, lat=35.0, category="firing", title="Shots", first_s=10, every_s=1_000,
        amended_after_s=100, amendment="Quiet again.",
    )  # fmt: skip

    first, second_telling, other = islice(sends(scenario(incidents=[told]), START_US), 3)

    assert (first.at_s, second_telling.at_s) == (10, 110)
    assert second_telling.item == first.item | {"description": "Quiet again."}
    assert other.item["incident"] != first.item["incident"]
