"""Journal entries: everything that may change the picture, in one order. Time and officers' hands are data too."""

from typing import NamedTuple

import msgspec

from app.model.incident import IncidentVersion
from app.model.report import ReportBlock
from app.model.violation import AssessmentState


class Reports(NamedTuple):
    """Positions of one or more accepted requests."""

    block: ReportBlock


class Incidents(NamedTuple):
    """Versions of incidents, of one accepted request."""

    versions: tuple[IncidentVersion, ...]


class MissionSet(msgspec.Struct, frozen=True):
    """A mission file, whole, as it was given; it replaces the one before."""

    document: bytes
    by: str


class Tick(NamedTuple):
    """The clock, told to the fold only when a status is due to change: ``now_us``."""

    now_us: int


class Assessed(msgspec.Struct, frozen=True):
    """An officer's judgement of a violation, made against ``revision``."""

    violation: str
    revision: int
    state: AssessmentState
    note: str | None
    by: str
    principal: str


Body = Reports | Incidents | MissionSet | Tick | Assessed


class Entry(NamedTuple):
    """One journal entry. ``seq`` starts at 1 and has no gaps."""

    seq: int
    received_us: int
    body: Body
