"""What officers write down for those who watch with them and after them: notes of the log-book, and mutes."""

from typing import Literal, NamedTuple

import msgspec

from app.model.label import Marking

NoteCategory = Literal["general", "patrol", "contact", "incident", "violation", "feed", "order", "handover"]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One wording of a note. A correction has the ``id`` of what it corrects, and a greater ``seq``."""

    id: str
    seq: int
    at_us: int
    """When it was so, as the officer says."""
    written_us: int
    category: NoteCategory
    text: str
    by: str
    principal: str
    violation: str | None
    track: str | None
    marking: Marking


class Mute(msgspec.Struct, frozen=True, kw_only=True):
    """What is to make no sound until an instant: all that matches every one of ``rule``, ``feature`` and ``track``.

    ``rule`` is a kind or a rule's id; None matches all. Nothing is hidden and nothing is lost by it.
    """

    id: str
    rule: str | None
    feature: str | None
    track: str | None
    from_us: int
    until_us: int
    note: str | None
    by: str
    marking: Marking
    lifted_us: int | None = None
    lifted_by: str | None = None


class Lifted(NamedTuple):
    """A mute that an officer ended before its time."""

    mute: str
    at_us: int
    by: str
