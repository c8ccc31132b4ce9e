"""Incidents: something that happened at a place, as one contingent tells it; each telling again is a new version."""

from typing import Literal

import msgspec

from app.model.label import Marking

IncidentSeverity = Literal["info", "low", "medium", "high", "flash"]
Means = Literal["seen", "heard", "recorded", "reported"]


class IncidentVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an incident. Degrees in whole 1e-7, instants in microseconds, distances in metres."""

    contingent: str
    incident: str
    version: int
    """1 for the first telling, then one more for each amendment."""
    observed_us: int
    received_us: int
    lon_e7: int
    lat_e7: int
    category: str
    title: str
    description: str | None = None
    severity: IncidentSeverity = "info"
    party: str | None = None
    weapon: str | None = None
    count: int | None = None
    means: Means | None = None
    observer_lon_e7: int | None = None
    observer_lat_e7: int | None = None
    distance_m: float | None = None
    bearing_deg: float | None = None
    accuracy_m: float | None = None
    flags: int = 0
    """As the flags of reports: FUTURE, NULL_ISLAND."""
    marking: Marking
    key_id: str
    sha256: bytes
    """Of the item's content, so that a version seen before is a duplicate."""
