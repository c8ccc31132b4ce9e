"""The mission: parties, contingents and features with their rules, as one version of the mission file gives them.

Parsing and the faults it finds are in ``app.model.mission``.
"""

from typing import Any, Literal

import msgspec

from app.model.identity import Unit
from app.model.label import Label
from app.model.schedule import Schedule
from app.model.violation import Severity

LineKind = Literal["ceasefire_line", "technical_fence"]
ZoneKind = Literal[
    "buffer_zone", "area_of_limitation", "no_fly_zone", "restricted_area", "sector", "area_of_operations"
]  # fmt: skip
PlaceKind = Literal["crossing_point", "position", "storage_site", "patrol_route"]
FeatureKind = LineKind | ZoneKind | PlaceKind
LINE_KINDS: tuple[str, ...] = ("ceasefire_line", "technical_fence")
ZONE_KINDS: tuple[str, ...] = (
    "buffer_zone", "area_of_limitation", "no_fly_zone", "restricted_area", "sector", "area_of_operations",
)  # fmt: skip
PLACE_KINDS: tuple[str, ...] = ("crossing_point", "position", "storage_site", "patrol_route")
ESCALATE_AFTER_S: dict[Severity, float] = {"high": 300.0, "critical": 300.0}
"""Where a mission does not say otherwise."""
MISSION_PARTY = "mission"
"""The party of the mission's own units."""


class Party(msgspec.Struct, frozen=True):
    """A party to the agreement."""

    id: str
    name: str


class Contingent(msgspec.Struct, frozen=True):
    """A nation's contingent: who reports."""

    id: str
    name: str


class RuleSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A rule on a feature, as the mission file states it, with defaults filled in.

    ``rule`` is its kind; common parameters are fields, others are in ``parameters``, as the rule's class reads them.
    """

    rule: str
    id: str
    parties: tuple[str, ...] | None = None
    """None: every party but ``mission``; ``unknown`` counts."""
    platforms: tuple[str, ...] | None = None
    margin_m: float = 0.0
    settle_s: float = 300.0
    max_gap_s: float = 600.0
    severity: Severity = "high"
    advise_mission: bool = False
    min_count: int = 1
    """Reports of fewer (a report that says no number is of one) are not judged."""
    schedule: Schedule | None = None
    """When it is in force; None: always."""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class PassageTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a crossing point lets pass, and when. It names parties, units and convoys; whoever is one of them may."""

    schedule: Schedule | None = None
    """None: at any time."""
    parties: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    convoys: tuple[str, ...] | None = None
    """Movements that may be announced for it, by the announcer's names; None: any."""


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One feature in one version. ``geometry`` is the GeoJSON geometry, lon/lat degrees."""

    id: str
    kind: str
    name: str
    geometry: dict[str, Any]
    left: str | None = None
    right: str | None = None
    radius_m: float | None = None
    valid_from_us: int | None = None
    valid_to_us: int | None = None
    rules: tuple[RuleSpec, ...] = ()
    passage: PassageTerms | None = None
    """Of crossing points alone."""
    properties: dict[str, Any] = msgspec.field(default_factory=dict)


class Mission(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the mission file. ``revision`` is the journal seq that set it (0: no mission yet)."""

    id: str = "none"
    name: str = "No mission loaded"
    parties: tuple[Party, ...] = ()
    contingents: tuple[Contingent, ...] = ()
    exercise: bool = False
    gates: dict[str, float | None] | None = msgspec.field(default_factory=dict)
    """Speed gates by platform, m/s, over the defaults; None: all gates are off."""
    default_label: Label = Label()
    escalate_after_s: dict[Severity, float] = msgspec.field(default_factory=ESCALATE_AFTER_S.copy)
    """So long after it was told a sure alert that nobody has acknowledged escalates; other severities never do."""
    features: tuple[Feature, ...] = ()
    revision: int = 0
