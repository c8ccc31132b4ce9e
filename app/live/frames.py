"""The shapes on the wire, for the live stream and the lists alike, and how the model's nouns become them.

Knows no reader: who calls has asked already whether the thing may be seen. Instants are RFC 3339, degrees are lon, lat
WGS84. ``frontend/src/protocol/frames.ts`` is made from this file.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec

from app.model.feature import Contingent, Feature, Mission, Party, RuleSpec
from app.model.incident import IncidentSeverity, IncidentVersion, Means
from app.model.instant import SECOND_US, instant_or_none, instant_text
from app.model.label import Label
from app.model.report import E7, FUTURE, NULL_ISLAND
from app.model.sealing import Sealer
from app.model.violation import AssessmentState, Cause, Direction, Severity, Status, Violation, is_open

Affiliation = Literal["pending", "unknown", "assumed_friend", "friend", "neutral", "suspect", "hostile"]
TrackStatus = Literal["live", "stale", "lost"]
Layer = Literal["tracks", "incidents", "violations", "features", "feeds"]
LAYERS: tuple[Layer, ...] = ("tracks", "incidents", "violations", "features", "feeds")
T = TypeVar("T")


class UnitFrame(msgspec.Struct, frozen=True):
    """A contingent's unit."""

    contingent: str
    unit: str


class SensorFrame(msgspec.Struct, frozen=True):
    """Where a drone looks: true heading and field of view in degrees, and what it sees on the ground."""

    heading_deg: float | None = None
    fov_deg: float | None = None
    footprint: Annotated[dict[str, Any] | None, "GeoJSON.Polygon | null"] = None


class DroneFrame(msgspec.Struct, frozen=True):
    """What the newest report says of a drone alone: who flies it from where, and what it looks at."""

    operator_lon: float | None = None
    operator_lat: float | None = None
    serial: str | None = None
    sensor: SensorFrame | None = None


class TrackFrame(msgspec.Struct, frozen=True, gc=False):
    """A track as it is now. ``members`` are its source tracks; ``label`` is that of its newest report."""

    id: str
    sources: tuple[UnitFrame, ...]
    party: str
    affiliation: Affiliation
    platform: str | None
    sidc: str | None
    callsign: str | None
    lon: float
    lat: float
    altitude_m: float | None
    altitude_ref: str
    course_deg: float | None
    speed_m_s: float | None
    accuracy_m: float | None
    observed_at: str
    received_at: str
    status: TrackStatus
    flags: tuple[str, ...]
    members: tuple[UnitFrame, ...]
    label: Label
    drone: DroneFrame | None = None


class AssessmentFrame(msgspec.Struct, frozen=True):
    """An officer's judgement; ``at`` is null while nobody has judged."""

    state: AssessmentState
    by: str | None
    at: str | None
    note: str | None


class EvidenceFrame(msgspec.Struct, frozen=True):
    """Report ids in observed order, and ``valid_from`` of the feature version it was judged by."""

    reports: tuple[str, ...]
    line_version: str | None


class ViolationFrame(msgspec.Struct, frozen=True):
    """One revision of a violation; ``open`` while it still asks for attention."""

    id: str
    rule: str
    rule_id: str
    feature: str
    feature_name: str
    track: str
    party: str
    units: tuple[UnitFrame, ...]
    status: Status
    late: bool
    nominal: bool
    severity: Severity
    direction: Direction | None
    lon: float
    lat: float
    observed_at: str
    confirmed_at: str | None
    ended_at: str | None
    duration_s: float | None
    depth_m: float | None
    confidence: float
    evidence: EvidenceFrame
    reason: str
    platform: str | None
    radius_m: float | None
    """How far around lon, lat, where it is about an area and no point."""
    assessment: AssessmentFrame
    revision: int
    told_at: str
    changed_at: str
    cause: Cause
    """Why this revision was made."""
    open: bool
    label: Label


class IncidentFrame(msgspec.Struct, frozen=True):
    """The newest version of an incident that the reader may see. Versions are not numbered: he may not see them all."""

    id: str
    contingent: str
    incident: str
    observed_at: str
    received_at: str
    lon: float
    lat: float
    category: str
    title: str
    description: str | None
    severity: IncidentSeverity
    party: str | None
    weapon: str | None
    count: int | None
    means: Means | None
    observer_lon: float | None
    observer_lat: float | None
    distance_m: float | None
    bearing_deg: float | None
    accuracy_m: float | None
    flags: tuple[str, ...]
    label: Label


class FeatureProperties(msgspec.Struct, frozen=True):
    """What a feature is, and the rules on it."""

    kind: str
    name: str
    left: str | None
    right: str | None
    radius_m: float | None
    valid_from: str | None
    valid_to: str | None
    rules: tuple[RuleSpec, ...]


class FeatureFrame(msgspec.Struct, frozen=True, tag_field="type", tag="Feature"):
    """One version of a feature, as a GeoJSON Feature."""

    id: str
    geometry: Annotated[dict[str, Any], "GeoJSON.Geometry"]
    properties: FeatureProperties


class FeedFrame(msgspec.Struct, frozen=True):
    """The health of one feed of one contingent. A positive ``clock_skew_s`` says that the sender's clock runs ahead.

    ``duplicates`` and ``rejected`` are null for all but the contingent's own: what was not accepted has no label.
    """

    id: str
    contingent: str
    feed: str
    status: Literal["live", "silent"]
    last_heard_at: str | None
    rate_per_min: float
    accepted: int
    duplicates: int | None
    rejected: int | None
    clock_skew_s: float | None


class MissionFrame(msgspec.Struct, frozen=True):
    """Whose agreement the picture is about.

    ``escalate_after_s``: how long after it was first told an alert that nobody has acknowledged escalates, by severity.
    """

    id: str
    name: str
    parties: tuple[Party, ...]
    contingents: tuple[Contingent, ...]
    exercise: bool
    escalate_after_s: Annotated[dict[Severity, float], "Partial<Record<Severity, number>>"]


class Changes(msgspec.Struct, Generic[T], frozen=True):
    """What to put in place of what has its id, and the ids of what is no longer in view."""

    upsert: list[T]
    remove: list[str]


class Snapshot(msgspec.Struct, frozen=True, tag_field="type", tag="snapshot"):
    """All that the subscriber sees, in place of all he had. A layer he did not ask for is empty."""

    epoch: str
    seq: int
    at: str
    lag_s: int
    mission: MissionFrame
    tracks: list[TrackFrame]
    incidents: list[IncidentFrame]
    violations: list[ViolationFrame]
    features: list[FeatureFrame]
    feeds: list[FeedFrame]


class Resumed(msgspec.Struct, frozen=True, tag_field="type", tag="resumed"):
    """What he had still stands; all that he missed follows."""

    epoch: str
    seq: int
    at: str


class Moves(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tracks of which only this changed, by column: what stands at one place of every column is one track's.

    Columns without a value for any of them are left out, and so is ``status`` where all are live.
    """

    id: list[str]
    lon: list[float]
    lat: list[float]
    observed_at: list[str]
    received_at: list[str]
    altitude_m: list[float | None] | None = None
    course_deg: list[float | None] | None = None
    speed_m_s: list[float | None] | None = None
    accuracy_m: list[float | None] | None = None
    status: list[TrackStatus] | None = None
    flags: list[tuple[str, ...]] | None = None


class Delta(msgspec.Struct, frozen=True, tag_field="type", tag="delta", omit_defaults=True):
    """What changed since the message before. Every layer but ``tracks`` is left out where nothing of it changed.

    ``moves`` comes only to those who asked for columns; ``tracks`` has for them what is new or changed otherwise.
    """

    epoch: str
    seq: int
    at: str
    tracks: Changes[TrackFrame]
    incidents: Changes[IncidentFrame] | None = None
    violations: Changes[ViolationFrame] | None = None
    features: Changes[FeatureFrame] | None = None
    feeds: Changes[FeedFrame] | None = None
    mission: MissionFrame | None = None
    moves: Moves | None = None


class ViolationTold(msgspec.Struct, frozen=True, tag_field="type", tag="violation"):
    """A new violation, or a new revision of one: told at once, each of them."""

    seq: int
    violation: ViolationFrame


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    """The picture is complete as of ``at``, less ``lag_s`` by which the engine is behind. Not counted in ``seq``."""

    at: str
    lag_s: int


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last message that the client has."""

    epoch: str
    seq: int


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe", forbid_unknown_fields=True):
    """What the client wants to see: ``bbox`` (west, south, east, north) narrows tracks and incidents."""

    layers: tuple[Layer, ...] = LAYERS
    bbox: tuple[float, float, float, float] | None = None
    resume: Resume | None = None


class ClientPing(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    """A client's sign of life; nothing is answered."""


ServerFrame = Snapshot | Resumed | Delta | ViolationTold | Ping
ClientFrame = Subscribe | ClientPing


def violation_frame(violation: Violation) -> ViolationFrame:
    """Return the wire shape of one revision."""
    ended_us = violation.ended_us
    judged = violation.assessment
    return ViolationFrame(
        id=violation.id,
        rule=violation.rule,
        rule_id=violation.rule_id,
        feature=violation.feature,
        feature_name=violation.feature_name,
        track=violation.track,
        party=violation.party,
        units=tuple(UnitFrame(unit.contingent, unit.unit) for unit in violation.units),
        status=violation.status,
        late=violation.late,
        nominal=violation.nominal,
        severity=violation.severity,
        direction=violation.direction,
        lon=violation.lon,
        lat=violation.lat,
        observed_at=instant_text(violation.observed_us),
        confirmed_at=instant_or_none(violation.confirmed_us),
        ended_at=instant_or_none(ended_us),
        duration_s=None if ended_us is None else (ended_us - violation.observed_us) / SECOND_US,
        depth_m=violation.depth_m,
        confidence=violation.confidence,
        evidence=EvidenceFrame(violation.evidence.reports, instant_or_none(violation.evidence.line_version_us)),
        reason=violation.reason,
        platform=violation.platform,
        radius_m=violation.radius_m,
        assessment=AssessmentFrame(judged.state, judged.by, instant_or_none(judged.at_us), judged.note),
        revision=violation.revision,
        told_at=instant_text(violation.told_us),
        changed_at=instant_text(violation.changed_us),
        cause=violation.cause,
        open=is_open(violation),
        label=violation.marking.label,
    )


def incident_frame(version: IncidentVersion, sealer: Sealer) -> IncidentFrame:
    """Return the wire shape of one version of an incident."""
    return IncidentFrame(
        id=sealer.incident_id(version.contingent, version.incident),
        contingent=version.contingent,
        incident=version.incident,
        observed_at=instant_text(version.observed_us),
        received_at=instant_text(version.received_us),
        lon=version.lon_e7 / E7,
        lat=version.lat_e7 / E7,
        category=version.category,
        title=version.title,
        description=version.description,
        severity=version.severity,
        party=version.party,
        weapon=version.weapon,
        count=version.count,
        means=version.means,
        observer_lon=_degrees(version.observer_lon_e7),
        observer_lat=_degrees(version.observer_lat_e7),
        distance_m=version.distance_m,
        bearing_deg=version.bearing_deg,
        accuracy_m=version.accuracy_m,
        flags=tuple(name for bit, name in ((FUTURE, "future"), (NULL_ISLAND, "null_island")) if version.flags & bit),
        label=version.marking.label,
    )


def feature_frame(feature: Feature) -> FeatureFrame:
    """Return one version of a feature as GeoJSON."""
    properties = FeatureProperties(
        kind=feature.kind,
        name=feature.name,
        left=feature.left,
        right=feature.right,
        radius_m=feature.radius_m,
        valid_from=instant_or_none(feature.valid_from_us),
        valid_to=instant_or_none(feature.valid_to_us),
        rules=feature.rules,
    )
    return FeatureFrame(feature.id, feature.geometry, properties)


def mission_frame(mission: Mission) -> MissionFrame:
    """Return what of a mission is not its features. Its revision stays inside: it counts journal entries."""
    return MissionFrame(
        mission.id,
        mission.name,
        mission.parties,
        mission.contingents,
        mission.exercise,
        mission.escalate_after_s,
    )


def _degrees(value_e7: int | None) -> float | None:
    return None if value_e7 is None else value_e7 / E7
