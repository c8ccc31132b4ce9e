"""Shapes that only the lists and look-ups have; what the live stream has too is in ``app.live.frames``."""

import math
from typing import Any, Literal

import msgspec

from app.access.principals import Role, capabilities
from app.api.desk import Identity
from app.api.explain_documents import Explanation, RoleFeature, RoleProperties  # noqa: F401  as below
from app.api.hook_documents import (  # noqa: F401  the reference looks here for every shape
    AttemptFrame,
    DeliveryFrame,
    DeliveryList,
    HookFrame,
    HookList,
    NewHookFrame,
    Redelivered,
)
from app.api.shift_documents import (  # noqa: F401  as above
    MovementFrame,
    MovementList,
    MuteFrame,
    MuteList,
    NoteFrame,
    NoteList,
)
from app.live.frames import (
    FeatureFrame,
    FeedFrame,
    IncidentFrame,
    MissionFrame,
    TrackFrame,
    ViolationFrame,
)
from app.model.label import Classification, Label
from app.model.violation import Cause, Status


class Me(msgspec.Struct, frozen=True):
    """Who asks. ``must_change_password``: he came in with a one-time password, which ends after a week."""

    id: str
    name: str
    kind: Literal["key", "user", "hook"]
    role: Role
    contingent: str | None
    audiences: list[str]
    clearance: Classification
    capabilities: list[str]
    must_change_password: bool


class TileFrame(msgspec.Struct, frozen=True):
    """A PMTiles file: where it is read in ranges, and what it covers (west, south, east, north).

    ``vector`` tiles follow the Protomaps schema, version 4.
    """

    url: str
    tiles: Literal["vector", "raster"]
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


class BasemapAnswer(msgspec.Struct, frozen=True):
    """The mission's own base map; null where it has none, and the built-in land is all there is."""

    basemap: TileFrame | None


class TrackList(msgspec.Struct, frozen=True):
    """Tracks of one page, and the path of the next page or null."""

    tracks: list[TrackFrame]
    next: str | None


class ViolationList(msgspec.Struct, frozen=True):
    """Violations of one page, newest first."""

    violations: list[ViolationFrame]
    next: str | None


class EpisodeParty(msgspec.Struct, frozen=True):
    """A party's air violations: how many began, their hours, and what was unmanned. A share of nothing is null."""

    party: str
    episodes: int
    hours: float
    unmanned_episodes: int
    unmanned_hours: float
    share_unmanned: float | None
    share_unmanned_hours: float | None


class EpisodeDay(msgspec.Struct, frozen=True):
    """The same of one day, UTC (2025-06-15). An episode counts on the day it began; its hours are split by day."""

    day: str
    party: str
    episodes: int
    hours: float
    unmanned_episodes: int
    unmanned_hours: float
    share_unmanned: float | None
    share_unmanned_hours: float | None


class EpisodeTable(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """Air violations within a span, by day and party, and by party over all of it."""

    from_: str
    to: str
    days: list[EpisodeDay]
    parties: list[EpisodeParty]


class RejectedItem(msgspec.Struct, frozen=True):
    """An item of a request that was not accepted: its place, the code, and what is wrong with it."""

    index: int
    code: str
    detail: str


class TakenAnswer(msgspec.Struct, frozen=True):
    """What became of a request: every accepted item is on disk."""

    accepted: int
    duplicates: int
    rejected: list[RejectedItem]


class IncidentList(msgspec.Struct, frozen=True):
    """Incidents of one page, newest first, each in its newest version."""

    incidents: list[IncidentFrame]
    next: str | None


class FeatureList(msgspec.Struct, frozen=True):
    """Features of the mission, each version by itself."""

    features: list[FeatureFrame]
    next: str | None


class RuleFrame(msgspec.Struct, frozen=True):
    """A rule on one version of a feature; ``rule`` is worded as in the mission file, and can be sent back changed."""

    feature: str
    feature_name: str
    valid_from: str | None
    valid_to: str | None
    rule: dict[str, Any]


class RuleList(msgspec.Struct, frozen=True):
    """Rules of the mission, by feature, version and id."""

    rules: list[RuleFrame]
    next: str | None


class DryRun(msgspec.Struct, frozen=True, tag_field="type", tag="dry_run"):
    """What a rule would have raised. Not ``complete``: it was stopped at ``judged_to``, for time or number."""

    from_: str = msgspec.field(name="from")
    to: str
    judged_to: str
    complete: bool
    positions: int
    took_s: float
    violations: list[ViolationFrame]


class DryRunProgress(msgspec.Struct, frozen=True, tag_field="type", tag="progress"):
    """How far a dry run is: up to which instant it has judged, how many positions, and how much it found."""

    judged_to: str
    positions: int
    violations: int


class FeedList(msgspec.Struct, frozen=True):
    """Feeds, by contingent and name."""

    feeds: list[FeedFrame]
    next: str | None


class Position(msgspec.Struct, frozen=True):
    """One report of a track, as received. ``id`` opens it whole at ``/reports/{id}``."""

    id: str
    observed_at: str
    received_at: str
    lon: float
    lat: float
    altitude_m: float | None
    altitude_ref: str
    accuracy_m: float | None
    speed_m_s: float | None
    course_deg: float | None
    flags: tuple[str, ...]
    label: Label


class PositionList(msgspec.Struct, frozen=True):
    """A track's history, oldest first."""

    positions: list[Position]
    next: str | None


class DistancePosition(msgspec.Struct, frozen=True):
    """How far a report was from the feature, and on which side; both null while no version of it was in force.

    ``side`` is null where a line's nearest point is one of its ends. ``leg_speed_m_s`` is that of the way from the
    report before: null at the first, and where that is faster than the platform can be.
    """

    observed_at: str
    distance_m: float | None
    side: Literal["left", "right", "inside", "outside"] | None
    speed_m_s: float | None
    leg_speed_m_s: float | None


class DistanceList(msgspec.Struct, frozen=True):
    """A track's way beside one line or zone, oldest first. ``reports`` is of how many ``positions`` were chosen."""

    feature: str | None
    feature_name: str | None
    reports: int
    positions: list[DistancePosition]


class ViolationDetail(ViolationFrame, frozen=True, kw_only=True):
    """A violation, and every revision of it that the reader may see, oldest first."""

    revisions: list[ViolationFrame]


class FieldChange(msgspec.Struct, frozen=True):
    """A field of a violation, as it was told before and as it reads since."""

    field: str
    old: Any
    new: Any


class CorrectionFrame(msgspec.Struct, frozen=True):
    """A revision that told a violation otherwise: when it was told, why, and what changed."""

    violation: str
    revision: int
    at: str
    cause: Cause
    rule: str
    rule_id: str
    feature: str
    party: str
    status: Status
    observed_at: str
    changes: list[FieldChange]


class CorrectionList(msgspec.Struct, frozen=True):
    """Corrections of one page, the last told first."""

    corrections: list[CorrectionFrame]
    next: str | None


class IncidentDetail(IncidentFrame, frozen=True, kw_only=True):
    """An incident, and every version of it that the reader may see, oldest first."""

    versions: list[IncidentFrame]


class Report(msgspec.Struct, frozen=True):
    """One report: who sent what. ``original`` is the item as it was given, in our order of fields.

    ``batch_sha256`` is of the whole request, so only its own contingent, which sees all of it, is told; else null.
    """

    id: str
    feed: str
    contingent: str
    unit: str
    track: str
    received_at: str
    batch_sha256: str | None
    flags: tuple[str, ...]
    label: Label
    original: msgspec.Raw


class QuarantinedItem(msgspec.Struct, frozen=True):
    """An item that was not accepted: why, and its bytes as text (what is no UTF-8 is shown as �)."""

    id: str
    feed: str
    received_at: str
    code: str
    detail: str
    item: str


class Quarantine(msgspec.Struct, frozen=True):
    """Items of one page, newest first."""

    quarantine: list[QuarantinedItem]
    next: str | None


class Picture(msgspec.Struct, frozen=True):
    """Everything visible now: all tracks, the violations and incidents of the last 24 h, what is open, the mission."""

    at: str
    lag_s: int
    mission: MissionFrame
    tracks: list[TrackFrame]
    incidents: list[IncidentFrame]
    violations: list[ViolationFrame]
    features: list[FeatureFrame]
    feeds: list[FeedFrame]


class Refusal(msgspec.Struct, frozen=True):
    """An item of a request that was not accepted: its place, and why."""

    index: int
    code: str
    detail: str


class Accepted(msgspec.Struct, frozen=True):
    """What became of pushed items. ``accepted`` are on disk, and exclude duplicates; refused ones are in quarantine."""

    accepted: int
    duplicates: int
    rejected: list[Refusal]


def given(value: float) -> float | None:
    """Return a number of a column, or None where none was given (NaN)."""
    return None if math.isnan(value) else float(value)


def me_of(identity: Identity) -> Me:
    """Return what a caller is told of himself."""
    who = identity.principal
    return Me(
        id=who.id,
        name=who.name,
        kind=who.kind,
        role=who.role,
        contingent=who.contingent,
        audiences=sorted(who.audiences),
        clearance=who.clearance,
        capabilities=sorted(capabilities(who.role, who.scopes)),
        must_change_password=identity.must_change_password,
    )
