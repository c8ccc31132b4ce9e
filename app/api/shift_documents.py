"""Shapes of what officers write down for each other: the log-book, mutes and movements."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from app.model.instant import instant_or_none, instant_text
from app.model.label import Label
from app.model.movement import Movement
from app.model.note import Mute, Note, NoteCategory

MovementStatus = Literal["announced", "cancelled"]


class WordingFrame(msgspec.Struct, frozen=True):
    """How a note read before it was corrected."""

    at: str
    written_at: str
    category: NoteCategory
    text: str
    by: str


class NoteFrame(msgspec.Struct, frozen=True):
    """A note of the log-book in its newest wording; ``earlier`` are the ones before it, oldest first.

    ``at`` is when it was so, ``written_at`` when this wording was written. ``revision`` counts the wordings.
    """

    id: str
    at: str
    written_at: str
    category: NoteCategory
    text: str
    by: str
    violation: str | None
    track: str | None
    revision: int
    earlier: list[WordingFrame]
    label: Label


class NoteList(msgspec.Struct, frozen=True):
    """Notes of one page, the last first."""

    log: list[NoteFrame]
    next: str | None


class MuteFrame(msgspec.Struct, frozen=True):
    """A mute: what matches every one of ``rule``, ``feature`` and ``track`` that is not null makes no sound."""

    id: str
    rule: str | None
    feature: str | None
    track: str | None
    since: str
    until: str
    note: str | None
    by: str
    lifted_at: str | None
    lifted_by: str | None
    label: Label


class MuteList(msgspec.Struct, frozen=True):
    """Mutes, the oldest first."""

    mutes: list[MuteFrame]
    next: str | None


class MovementFrame(msgspec.Struct, frozen=True):
    """A convoy that was announced for a crossing point, from one instant to another, both within.

    ``movement`` is its announcer's own name for it. ``units`` are each contingent/unit; none: everyone of the party.
    """

    id: str
    movement: str
    contingent: str
    party: str
    units: list[str]
    crossing_point: str
    from_: str = msgspec.field(name="from")
    to: str
    note: str | None
    status: MovementStatus
    by: str
    announced_at: str
    cancelled_at: str | None
    cancelled_by: str | None
    label: Label


class MovementList(msgspec.Struct, frozen=True):
    """Movements, by when they begin."""

    movements: list[MovementFrame]
    next: str | None


def note_frame(wordings: Sequence[Note]) -> NoteFrame:
    """Return the wire shape of a note, of which all wordings are given, the oldest first."""
    note = wordings[-1]
    return NoteFrame(
        id=note.id,
        at=instant_text(note.at_us),
        written_at=instant_text(note.written_us),
        category=note.category,
        text=note.text,
        by=note.by,
        violation=note.violation,
        track=note.track,
        revision=len(wordings),
        earlier=[_wording(one) for one in wordings[:-1]],
        label=note.marking.label,
    )


def mute_frame(mute: Mute) -> MuteFrame:
    """Return the wire shape of a mute."""
    return MuteFrame(
        id=mute.id,
        rule=mute.rule,
        feature=mute.feature,
        track=mute.track,
        since=instant_text(mute.from_us),
        until=instant_text(mute.until_us),
        note=mute.note,
        by=mute.by,
        lifted_at=instant_or_none(mute.lifted_us),
        lifted_by=mute.lifted_by,
        label=mute.marking.label,
    )


def movement_frame(movement: Movement, key: str) -> MovementFrame:
    """Return the wire shape of a movement, whose id is ``key``."""
    return MovementFrame(
        id=key,
        movement=movement.movement,
        contingent=movement.contingent,
        party=movement.party,
        units=["/".join(unit) for unit in movement.units],
        crossing_point=movement.crossing_point,
        from_=instant_text(movement.from_us),
        to=instant_text(movement.to_us),
        note=movement.note,
        status="announced" if movement.cancelled_us is None else "cancelled",
        by=movement.by,
        announced_at=instant_text(movement.announced_us),
        cancelled_at=instant_or_none(movement.cancelled_us),
        cancelled_by=movement.cancelled_by,
        label=movement.marking.label,
    )


def _wording(note: Note) -> WordingFrame:
    return WordingFrame(
        instant_text(note.at_us), instant_text(note.written_us), note.category, note.text, note.by
    )  # fmt: skip
