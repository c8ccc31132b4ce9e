"""What one step of the engine changed: the only thing that is committed and told."""

from dataclasses import dataclass

from app.model.incident import IncidentVersion
from app.model.movement import Movement
from app.model.note import Lifted, Mute, Note
from app.model.violation import Change


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of entry ``seq``. An entry that moved tracks but raised nothing has no changes."""

    seq: int
    received_us: int
    changes: tuple[Change, ...] = ()
    incidents: tuple[IncidentVersion, ...] = ()
    notes: tuple[Note, ...] = ()
    mutes: tuple[Mute, ...] = ()
    lifted: tuple[Lifted, ...] = ()
    movements: tuple[Movement, ...] = ()
    """Announced, amended or cancelled: as they now are."""
    mission_changed: bool = False
    refused: str | None = None
    """Why an officer's entry had no effect (``stale``, ``unknown``), or None."""
