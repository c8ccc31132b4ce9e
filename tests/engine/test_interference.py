"""Three units or more displaced together are one alert, in any order of reports; a hook hears of it by its own name."""

import random

import pytest
from pyproj import Geod

from app.alerts.events import events_of
from app.api.explaining import explained
from app.live.frames import violation_frame
from app.model.label import Label
from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission

ZONE = feature(
    [{"rule": "zone_incursion", "id": "r", "margin_m": 50, "severity": "high"}],
    [[[0.5, -0.1], [0.7, -0.1], [0.7, 0.1], [0.5, 0.1], [0.5, -0.1]]],
)
DOCUMENT = mission(ZONE, gates={})
OPEN = Label()
RESTRICTED = Label(releasable_to=("ARG",))


def drive(
    unit: str, start: float, *, away: tuple[int, int] | None = None, shift: float = 0.6, label: Label = OPEN
) -> list[Told]:
    """A fix every 10 s for 10 minutes, 10 m apart; between two seconds ``away`` shifted by so many degrees east."""
    told = []
    for second in range(0, 600, 10):
        displaced = away is not None and away[0] <= second < away[1]
        lon = start + second * 1e-5 + (shift if displaced else 0.0)
        told.append(Told(second, lon, start / 10, 5.0, unit=unit, label=label))
    return told


def alerts(it: World) -> list[Violation]:
    return [violation for violation in it.violations() if violation.rule == "gnss_interference"]


def spoofed(units: int) -> list[Told]:
    return [
        told
        for unit in range(units)
        for told in drive(f"car-{unit}", unit / 100, away=(100 + 10 * unit, 200 + 10 * unit))
    ]


def test_three_units_shifted_alike_are_one_alert_where_they_truly_were_and_confirm_nothing() -> None:
    it = World(DOCUMENT)
    for told in sorted([*spoofed(3), *drive("car-9", 0.05)], key=lambda told: told.second):
        it.push([told])

    (alert,) = it.violations()
    assert (alert.rule, alert.feature, alert.party, alert.status) == ("gnss_interference", "", "unknown", "confirmed")
    assert [unit.unit for unit in alert.units] == ["car-0", "car-1", "car-2"]
    seconds = [(us or 0) - START_US for us in (alert.observed_us, alert.confirmed_us, alert.ended_us)]
    assert [us / 1e6 for us in seconds] == [100, 120, 220]
    assert alert.lon == pytest.approx(0.011, abs=1e-4)
    assert alert.radius_m == pytest.approx(1_113, abs=25), "from the middle car to the outer ones, 0.01 degrees away"
    assert "3 units displaced together by 66." in alert.reason
    assert violation_frame(alert).radius_m == alert.radius_m
    area, _ = explained(alert, [], None, None)
    (ring,) = area.geometry["coordinates"]
    far_m = {round(Geod(ellps="WGS84").inv(alert.lon, alert.lat, lon, lat)[2]) for lon, lat in ring}
    assert (area.properties.role, far_m) == ("area", {round(alert.radius_m or 0)})
    others = [seen for seen in it.latest.values() if seen.rule == "zone_incursion"]
    assert others, "their way into the zone was suspected"
    assert {seen.status for seen in others} == {"withdrawn"}


@pytest.mark.parametrize("faults", ["two", "unlike", "later", "gates off"])
def test_fewer_or_unlike_or_later_jumps_are_none(faults: str) -> None:
    reports = spoofed(2)
    if faults == "unlike":
        reports += drive("car-2", 0.02, away=(120, 220), shift=-0.4)
    elif faults == "later":
        reports += drive("car-2", 0.02, away=(180, 280))
    elif faults == "gates off":
        reports = spoofed(3)
    it = World(mission(ZONE) if faults == "gates off" else DOCUMENT)

    it.push(reports)

    assert alerts(it) == []


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_over_restarts_it_is_the_same(seed: int) -> None:
    rng = random.Random(seed)
    reports = spoofed(6)
    reports += [told for unit in (7, 8) for told in drive(f"car-{unit}", unit / 100, away=(500, 560), shift=-0.5)]
    expected = World(DOCUMENT)
    expected.push(reports)
    rng.shuffle(reports)

    it = World(DOCUMENT)
    while reports:
        batch = rng.choice([1, 3, 20, 100])
        it.push(reports[:batch])
        del reports[:batch]
        if rng.random() < 0.1:
            it.restart()

    assert it.standing() == expected.standing()
    (alert,) = alerts(it)
    assert len(alert.units) == 6
    assert it.replayed()[-1].changes == it.outcomes[-1].changes


def test_it_is_withdrawn_when_late_reports_show_that_one_had_been_there_all_along() -> None:
    it = World(DOCUMENT)
    there = [Told(second, 0.62, 0.002, 5.0, unit="car-2") for second in (*range(0, 95, 10), *range(120, 200, 10))]
    outlier = Told(100, 0.02, 0.002, 5.0, unit="car-2")
    it.push([*spoofed(2), outlier, *(told for told in there if told.second > 100)])
    (alert,) = alerts(it)
    assert len(alert.units) == 3

    it.push([told for told in there if told.second < 100])

    assert alerts(it) == []
    assert it.latest[alert.id].status == "withdrawn"


def test_hooks_hear_of_it_by_its_own_name_and_of_its_end() -> None:
    it = World(DOCUMENT)
    heard: list[str] = []
    for told in sorted(spoofed(3), key=lambda told: told.second):
        for change in it.push([told]).changes:
            if change.after.rule == "gnss_interference":
                heard += events_of(change)

    assert heard[0] == "gnss.interference"
    assert "violation.ended" in heard
    assert "violation.confirmed" not in heard


def test_what_readers_are_told_never_hangs_on_a_unit_that_they_may_not_know_of() -> None:
    """Two open units and a restricted one: an alert for those who may see all. A third open one: one for everybody."""
    it = World(DOCUMENT)
    it.push([*spoofed(2), *drive("secret", 0.02, away=(110, 210), label=RESTRICTED)])
    (shared,) = alerts(it)
    assert shared.marking.label == RESTRICTED

    it.push(drive("car-3", 0.03, away=(130, 230)))

    (alert,) = alerts(it)
    assert alert.marking.label == Label()
    assert [unit.unit for unit in alert.units] == ["car-0", "car-1", "car-3"]
    assert alert.revision == 1, "nothing was there before, for all that everybody may know"
    assert it.latest[shared.id].status == "withdrawn"
