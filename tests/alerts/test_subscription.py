from typing import Any

import pytest

from app.alerts.events import EVENTS, INCIDENT_CREATED
from app.alerts.subscription import Filter, Subscription, wanted, wants_incident
from app.model.violation import Change
from tests.builders import NOON_US, incident, violation


def everything(**narrowing: Any) -> Subscription:
    return Subscription(events=EVENTS, filter=Filter(**narrowing))


RAISED = Change(None, violation())


def test_only_the_events_asked_for_are_told() -> None:
    crossed_and_back = Change(None, violation(status="confirmed", confirmed_us=NOON_US, ended_us=NOON_US + 9))

    assert wanted(Subscription(events=("violation.ended",)), crossed_and_back) == ("violation.ended",)
    assert wanted(Subscription(events=("violation.suspected",)), crossed_and_back) == ()
    assert wanted(everything(), crossed_and_back) == ("violation.confirmed", "violation.ended")


@pytest.mark.parametrize(
    ("narrowing", "told"),
    [
        ({"rules": ("line_crossing",)}, True),
        ({"rules": ("r1",)}, True),
        ({"rules": ("zone_incursion", "r2")}, False),
        ({"features": ("line-north",)}, True),
        ({"features": ("line-south",)}, False),
        ({"severity": "high"}, True),
        ({"severity": "info"}, True),
        ({"severity": "critical"}, False),
        ({"severity": "flash"}, False),
        ({"status": ("suspected",)}, True),
        ({"status": ("confirmed",)}, False),
        ({"rules": ("r1",), "features": ("line-south",)}, False),
    ],
)
def test_a_filter_narrows_by_rule_feature_least_severity_and_status(narrowing: dict[str, Any], told: bool) -> None:
    assert bool(wanted(everything(**narrowing), RAISED)) is told


def test_advisories_and_authorised_crossings_are_told_only_on_request() -> None:
    for status in ("advisory", "authorised"):
        raised = Change(None, violation(status=status, severity="info"))

        assert wanted(everything(), raised) == ()
        assert wanted(everything(status=(status,)), raised) == ("violation.confirmed",)


def test_a_correction_goes_to_whoever_was_told_even_if_it_leaves_the_filter() -> None:
    told = violation(status="confirmed")
    milder = Change(told, violation(status="confirmed", severity="low", revision=2))
    withdrawn = Change(told, violation(status="withdrawn", revision=2))

    assert wanted(everything(severity="high"), milder) == ("violation.changed",)
    assert wanted(everything(status=("confirmed",)), withdrawn) == ("violation.withdrawn",)


def test_changes_of_an_advisory_nobody_asked_for_are_not_told() -> None:
    change = Change(violation(status="advisory"), violation(status="advisory", depth_m=5.0, revision=2))

    assert wanted(everything(), change) == ()


def test_incidents_are_narrowed_by_event_and_severity_and_left_out_by_rule_or_feature() -> None:
    def wants(subscription: Subscription, severity: str = "medium") -> bool:
        return wants_incident(subscription, INCIDENT_CREATED, incident(severity=severity))

    assert wants(everything())
    assert wants(everything(severity="medium"))
    assert not wants(everything(severity="high"))
    assert wants(everything(severity="critical"), severity="flash")
    assert not wants(everything(rules=("r1",)))
    assert not wants(everything(features=("line-north",)))
    assert not wants(Subscription(events=("incident.amended",)))
