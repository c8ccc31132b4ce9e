"""Journal entries: everything that may change the picture, in one order. Time and officers' hands are data too."""

from typing import NamedTuple

import msgspec

from app.model.identity import Unit
from app.model.incident import IncidentVersion
from app.model.label import Marking
from app.model.note import NoteCategory
from app.model.report import ReportBlock
from app.model.violation import AssessmentState, Severity


class Reports(NamedTuple):
    """Positions of one or more accepted requests."""

    block: ReportBlock


class Incidents(NamedTuple):
    """Versions of incidents, of one accepted request."""

    versions: tuple[IncidentVersion, ...]


class MissionSet(msgspec.Struct, frozen=True):
    """A mission file, whole, as it was given; it replaces the one before.

    ``over`` is the revision that it was made from (None: any): where another is in force by then, it has no effect.
    """

    document: bytes
    by: str
    principal: str | None = None
    over: int | None = None


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


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A note of the log-book, or another wording of the note ``corrects``."""

    text: str
    category: NoteCategory
    at_us: int
    by: str
    principal: str
    violation: str | None
    track: str | None
    marking: Marking
    corrects: str | None = None


class Muted(msgspec.Struct, frozen=True, kw_only=True):
    """What shall make no sound until an instant; see ``app.model.note.Mute``."""

    rule: str | None
    feature: str | None
    track: str | None
    until_us: int
    note: str | None
    by: str
    principal: str
    marking: Marking


class Unmuted(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a mute before its time."""

    mute: str
    by: str
    principal: str


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A violation raised by hand. ``key`` is the officer's own name for it: raised again under it, it is amended."""

    key: str
    party: str
    category: str
    lon: float
    lat: float
    observed_us: int
    ended_us: int | None
    severity: Severity
    feature: str | None
    track: str | None
    units: tuple[Unit, ...]
    note: str
    withdrawn: bool
    by: str
    principal: str
    marking: Marking


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """A movement announced, or amended under the same name; see ``app.model.movement.Movement``."""

    contingent: str
    movement: str
    party: str
    units: tuple[Unit, ...]
    crossing_point: str
    from_us: int
    to_us: int
    note: str | None
    by: str
    principal: str
    marking: Marking


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that is not to be: what it allowed, it allowed in error."""

    contingent: str
    movement: str
    by: str
    principal: str


Body = (
    Reports | Incidents | MissionSet | Tick | Assessed | Noted | Muted | Unmuted | Raised | Announced | Cancelled
)  # fmt: skip


class Entry(NamedTuple):
    """One journal entry. ``seq`` starts at 1 and has no gaps."""

    seq: int
    received_us: int
    body: Body
