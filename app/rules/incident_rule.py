"""What every rule over incidents works with: a rule made ready for one feature version, and its verdict of an incident.

An incident is judged by itself, in its newest version. Its place is as sure as its ``accuracy_m`` says: ``confidence``
is the probability that it lies in the area, Φ(metres inside / σ).
"""

from statistics import NormalDist
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import msgspec
import numpy as np

from app.geo.edges import Edges
from app.model.feature import MISSION_PARTY, Feature, RuleSpec
from app.model.incident import IncidentVersion
from app.model.mission_rules import UNKNOWN_PARTY
from app.model.report import FUTURE, NULL_ISLAND
from app.model.violation import Direction
from app.rules.intervals import in_force_at

SURE = 0.95
"""The least confidence that confirms."""
THOUGHT = 0.05
"""The least confidence that is suspected."""
SIGMAS_OF_68 = 1.515
"""The radius that holds 68 % of two Gaussians, in their σ."""
WORST_M = 1_000.0
"""A place no surer than this confirms nothing."""
REACH_IN_ACCURACIES = 1.1
"""Farther than this many times its accuracy outside an area, nothing is suspected of being inside."""
_normal = NormalDist()


class IncidentInstance(msgspec.Struct, frozen=True, kw_only=True):
    """A rule on one feature version, as the mission in force states it."""

    feature: Feature
    spec: RuleSpec


class Verdict(NamedTuple):
    """What a rule makes of an incident. ``where`` completes "reported …" in the reason; degrees; metres."""

    status: Literal["confirmed", "suspected"]
    direction: Direction | None
    lon_e7: int
    lat_e7: int
    depth_m: float | None
    confidence: float
    where: str
    is_over: bool
    """It was over when it was told, as a shot is; what goes on until somebody says otherwise is not."""


class IncidentRule(Protocol):
    """A kind of rule over incidents. ``judge`` is pure, and never asked of one that ``concerns`` leaves out."""

    kind: ClassVar[str]
    judges: ClassVar[Literal["incidents"]]
    reach_m: float
    """How far outside its feature an incident whose place is exact may still concern it."""

    def __init__(self, instance: IncidentInstance, edges: Edges, parameters: dict[str, Any]) -> None: ...

    def judge(self, told: IncidentVersion) -> Verdict | None:
        """Return what the rule makes of an incident, or None where it finds nothing."""
        ...


def concerns(spec: RuleSpec, feature: Feature, told: IncidentVersion) -> bool:
    """Whether a rule judges such an incident: by party, number and time, and not where its flags set it aside.

    Incidents have no platform, so a rule that names platforms judges them as if it named none.
    """
    if told.flags & (FUTURE | NULL_ISLAND) or not in_force_at(feature, spec, told.observed_us):
        return False
    party = told.party or UNKNOWN_PARTY
    if party == MISSION_PARTY:
        if not spec.advise_mission:
            return False
    elif spec.parties is not None and party not in spec.parties:
        return False
    return (told.count or 1) >= spec.min_count


def folded(words: tuple[str, ...] | None) -> frozenset[str]:
    """Return words as they are compared: without regard to case and to blanks around them."""
    return frozenset(word.strip().casefold() for word in words or ())


def is_one_of(word: str | None, known: frozenset[str]) -> bool:
    """Whether an incident's own word is among ``folded`` words."""
    return word is not None and word.strip().casefold() in known


def probability(metres: float, accuracy_m: float | None) -> float:
    """Return how probable it is that what was measured so many metres inside is inside; outside is negative."""
    if not accuracy_m:
        return 1.0 if metres >= 0 else 0.0
    return _normal.cdf(metres * SIGMAS_OF_68 / accuracy_m)


def status_of(confidence: float, accuracy_m: float | None) -> Literal["confirmed", "suspected"] | None:
    """Return what a probability amounts to; None: nothing."""
    if confidence >= SURE and (accuracy_m or 0.0) <= WORST_M:
        return "confirmed"
    return "suspected" if confidence >= THOUGHT else None


def metres_inside(edges: Edges, lon_e7: int, lat_e7: int) -> float:
    """Return how far inside a zone a place is; outside, how far from it, negative."""
    lon, lat = np.array([lon_e7]), np.array([lat_e7])
    metres = float(edges.distance_m(lon, lat)[0])
    return metres if bool(edges.inside(lon, lat)[0]) else -metres


def inside(edges: Edges, told: IncidentVersion, name: str, *, is_over: bool) -> Verdict | None:
    """Return the verdict on an incident that must be inside a zone."""
    metres = metres_inside(edges, told.lon_e7, told.lat_e7)
    confidence = probability(metres, told.accuracy_m)
    status = status_of(confidence, told.accuracy_m)
    if status is None:
        return None
    depth_m = metres if metres >= 0 else None
    place = f"{metres:.0f} m inside {name}" if metres >= 0 else f"{-metres:.0f} m outside {name}"
    return Verdict(status, "present", told.lon_e7, told.lat_e7, depth_m, confidence, place, is_over)
