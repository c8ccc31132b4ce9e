"""Violations: what a rule found, in its present revision, and what officers made of it."""

from typing import Literal, NamedTuple

import msgspec

from app.model.identity import Unit
from app.model.label import Marking

Status = Literal["suspected", "confirmed", "authorised", "advisory", "withdrawn"]
Direction = Literal["left_to_right", "right_to_left", "enter", "transit", "present"]
Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
Cause = Literal[
    "found", "followed", "confirmed", "unconfirmed", "ended", "late_report", "mission_changed", "movement", "assessed",
    "amended", "by_hand",
]  # fmt: skip
"""Why a revision was made. ``found``: new; ``followed``: further reports; ``confirmed``, ``ended``: they were sure;
``unconfirmed``: none was, in time, or the track was surely back; ``late_report``: one came late, and its track was
judged again; ``movement``: a convoy was announced or cancelled; ``amended``: its incident was; ``by_hand``: an officer.
"""
AssessmentState = Literal["open", "acknowledged", "verified", "not_verified", "attributed", "protested", "closed"]
ASSESSMENT_STATES: tuple[AssessmentState, ...] = (
    "open", "acknowledged", "verified", "not_verified", "attributed", "protested", "closed",
)  # fmt: skip


class Assessment(msgspec.Struct, frozen=True):
    """An officer's judgement: state, who, when, why. ``at_us`` is None while nobody has judged."""

    state: AssessmentState = "open"
    by: str | None = None
    at_us: int | None = None
    note: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """What a violation rests on: sealed report ids in observed order (the deepest last), and the feature version."""

    reports: tuple[str, ...]
    line_version_us: int | None
    """``valid_from`` of the feature version, or None where it has none."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a violation. Instants are microseconds since 1970 UTC; degrees are lon, lat WGS84."""

    id: str
    rule: str
    rule_id: str
    feature: str
    feature_name: str
    track: str
    party: str
    units: tuple[Unit, ...]
    status: Status
    late: bool
    nominal: bool
    severity: Severity
    direction: Direction | None
    lon: float
    lat: float
    observed_us: int
    """The crossing, interpolated."""
    confirmed_us: int | None
    ended_us: int | None
    depth_m: float | None
    confidence: float
    evidence: Evidence
    reason: str
    """One sentence: why this fired."""
    platform: str | None = None
    """Of the report that raised it or, later, confirmed it."""
    radius_m: float | None = None
    """Of what is about an area and no point: how far around lon, lat."""
    marking: Marking
    assessment: Assessment = Assessment()
    revision: int = 1
    told_us: int
    """Received time of the entry that raised it: when it was first told."""
    changed_us: int
    """Received time of the entry that made this revision."""
    cause: Cause = "found"


class Change(NamedTuple):
    """A new or changed violation: the revision told before (None if new) and the one to tell now."""

    before: Violation | None
    after: Violation


def is_open(violation: Violation) -> bool:
    """Whether it still asks for attention: suspected or confirmed, and not ended or assessed to a close.

    What is authorised, or mere advice, asks for none.
    """
    if violation.status not in ("suspected", "confirmed") or violation.assessment.state == "closed":
        return False
    return violation.ended_us is None or violation.assessment.state == "open"
