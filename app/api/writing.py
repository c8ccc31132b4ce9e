"""What officers' writings share: their texts, instants and labels, and the things they point at. Writes nothing."""

from typing import Literal

from msgspec import UNSET
from pydantic import BaseModel, ConfigDict, Field

from app.api.context import Context
from app.api.deps import Caller
from app.feeds.faults import Fault
from app.feeds.items import LabelItem
from app.feeds.terms import Terms, prose_fault, text_fault
from app.model.identity import Unit
from app.model.instant import SECOND_US, parse_instant
from app.model.label import HEADQUARTERS, Classification, Label, Marking, joined
from app.model.problems import Problem
from app.store.outcomes import violation_by_id

AHEAD_US = 300 * SECOND_US
"""What is written down may be so much in the future: clocks differ."""


class LabelGiven(BaseModel):
    """Who may see it. A member that is not given is the mission's default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    classification: Classification | None = None
    releasable_to: list[str] | None = Field(None, min_length=1, max_length=64)
    caveats: list[Literal["ORCON", "NO_EXPORT", "NO_WEBHOOK"]] | None = Field(None, max_length=8)


def label_of(given: LabelGiven | None, terms: Terms) -> Label:
    """Return the label as it is kept. Raises Problem ``invalid`` for an audience that the mission does not have."""
    if given is None:
        return terms.default_label
    label = terms.label_of(
        LabelItem(
            classification=UNSET if given.classification is None else given.classification,
            releasable_to=UNSET if given.releasable_to is None else tuple(given.releasable_to),
            caveats=UNSET if given.caveats is None else tuple(given.caveats),
        )
    )
    if isinstance(label, Fault):
        raise Problem("invalid", f"{label.detail}.", field=label.field)
    return label


def marking_of(label: Label, caller: Caller, *linked: Marking) -> Marking:
    """Return the marking of what ``caller`` writes so labelled about things that are marked ``linked``.

    Raises:
        Problem: ``invalid``: he would not be allowed to read it himself.
    """
    marking = joined([Marking((caller.principal.contingent or HEADQUARTERS,), label), *linked])
    if not caller.allowed.may(marking):
        raise Problem("invalid", "label: with it you could not read this yourself.", field="label")
    return marking


def track_linked(track: str, caller: Caller, context: Context) -> tuple[Unit, Marking]:
    """Return the unit of a track and the marking of its newest report that the caller may see.

    Raises:
        Problem: ``invalid``: there is no such track that he may see.
    """
    slot = context.sealer.track_slot(track)
    tracks = context.engine.tracks
    row = None if slot is None or slot >= len(context.registry.units) else tracks.row_of(slot, caller.allowed.mask())
    if slot is None or row is None:
        raise Problem("invalid", "track: there is no such track.", field="track")
    return context.registry.units[slot], context.registry.markings[int(tracks.marking[row])]


async def violation_linked(violation: str, caller: Caller, context: Context) -> Marking:
    """Return the marking of a violation. Raises as ``track_linked``."""
    found = await context.database.read(lambda db: violation_by_id(db, violation))
    if found is None or not caller.allowed.may(found.marking):
        raise Problem("invalid", "violation: there is no such violation.", field="violation")
    return found.marking


def feature_linked(feature: str, context: Context) -> None:
    """Raise Problem ``invalid`` if the mission has no such feature."""
    if all(one.id != feature for one in context.engine.mission.features):
        raise Problem("invalid", "feature: the mission has no such feature.", field="feature")


def instant_given(name: str, text: str) -> int:
    """Read an instant of a body. Raises Problem ``invalid``."""
    try:
        return parse_instant(text)
    except ValueError:
        raise Problem("invalid", f"{name}: expected RFC 3339 with an offset.", field=name) from None


def past_instant(name: str, text: str, context: Context) -> int:
    """Read an instant that cannot be in the future. Raises Problem ``invalid``."""
    at_us = instant_given(name, text)
    if at_us > context.now_us() + AHEAD_US:
        raise Problem("invalid", f"{name}: in the future.", field=name)
    return at_us


def checked_line(name: str, text: str) -> str:
    """Return one line of text. Raises Problem ``invalid`` for control characters, or blanks around it."""
    return _checked(text, text_fault(text, name))


def checked_prose(name: str, text: str) -> str:
    """Return text of several lines. Raises Problem ``invalid`` for control characters, or where nothing is said."""
    if not text.strip():
        raise Problem("invalid", f"{name}: says nothing.", field=name)
    return _checked(text, prose_fault(text, name))


def _checked(text: str, fault: Fault | None) -> str:
    if fault is not None:
        raise Problem("invalid", f"{fault.detail}.", field=fault.field)
    return text
