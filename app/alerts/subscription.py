"""Which events somebody asked for: event names and a filter. Decides nothing about what they may read."""

import msgspec

from app.alerts.events import events_of
from app.model.incident import IncidentSeverity, IncidentVersion
from app.model.violation import Change, Severity, Status, Violation

TOLD_UNASKED: tuple[Status, ...] = ("suspected", "confirmed", "withdrawn")
"""Statuses told when a filter names none: advisories and authorised crossings only on request."""

_RANK: dict[Severity | IncidentSeverity, int] = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4, "flash": 4}


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows a subscription; an empty tuple and None narrow nothing.

    ``rules`` holds kinds (``line_crossing``) or ids (``r1``) of rules, ``features`` ids of features; ``severity`` is
    the least one told, and ``flash`` of incidents ranks with ``critical``. Incidents have no rule, feature or status:
    a filter by rule or feature leaves them out.
    """

    rules: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    severity: Severity | IncidentSeverity | None = None
    status: tuple[Status, ...] = ()


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """The events somebody asked for, by name, and the filter on them."""

    events: tuple[str, ...]
    filter: Filter = Filter()


def wanted(subscription: Subscription, change: Change) -> tuple[str, ...]:
    """Return the events of ``change`` to tell, in order.

    What the filter let through before is told again when the change takes it out of the filter: a correction goes to
    everyone who was told.
    """
    asked = tuple(event for event in events_of(change) if event in subscription.events)
    if asked and any(_passes(subscription.filter, seen) for seen in change if seen is not None):
        return asked
    return ()


def wants_incident(subscription: Subscription, event: str, version: IncidentVersion) -> bool:
    """Whether ``event`` (created or amended) of this version of an incident is to be told."""
    narrowing = subscription.filter
    if event not in subscription.events or narrowing.rules or narrowing.features:
        return False
    return _grave_enough(narrowing, version.severity)


def _passes(narrowing: Filter, violation: Violation) -> bool:
    if narrowing.rules and violation.rule not in narrowing.rules and violation.rule_id not in narrowing.rules:
        return False
    if narrowing.features and violation.feature not in narrowing.features:
        return False
    if violation.status not in (narrowing.status or TOLD_UNASKED):
        return False
    return _grave_enough(narrowing, violation.severity)


def _grave_enough(narrowing: Filter, severity: Severity | IncidentSeverity) -> bool:
    return narrowing.severity is None or _RANK[severity] >= _RANK[narrowing.severity]
