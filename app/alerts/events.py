"""What to call a change: the names of the events that hooks subscribe to. Knows no hook and no reader."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from app.model.label import Marking
from app.model.violation import Change

SUSPECTED = "violation.suspected"
CONFIRMED = "violation.confirmed"
CHANGED = "violation.changed"
WITHDRAWN = "violation.withdrawn"
ENDED = "violation.ended"
INTERFERENCE = "gnss.interference"
INCIDENT_CREATED = "incident.created"
INCIDENT_AMENDED = "incident.amended"
EVENTS: tuple[str, ...] = (
    SUSPECTED, CONFIRMED, CHANGED, WITHDRAWN, ENDED, INCIDENT_CREATED, INCIDENT_AMENDED,
    "feed.silent", "feed.back", INTERFERENCE,
)  # fmt: skip
"""Every name a hook may subscribe to; nothing raises those of feeds yet."""

_CONFIRMED_AS = {"gnss_interference": INTERFERENCE}
"""By kind of rule, what its confirmation is called, where that is not ``violation.confirmed``."""

_ESTABLISHED = ("confirmed", "authorised", "advisory")
"""The statuses of a confirmed crossing, whatever it is recorded as."""


class Letter(NamedTuple):
    """One event as it is told: the public id and the revision of its object, and the body, ready to sign.

    The same event of the same revision has the same body, whenever it is written.
    """

    object_id: str
    revision: int
    body: bytes


def as_seen(change: Change, may: Callable[[Marking], bool]) -> Change | None:
    """Return the change as it looks to who may read what ``may`` allows; None where it is nothing to him.

    What he might not see before did not exist for him: the first revision that he may see is new. What he saw and may
    see no more is withdrawn for him, in the words that he knows: of the revision that took it away he learns no more
    than that there is one.
    """
    before, after = change
    known = before if before is not None and may(before.marking) else None
    if may(after.marking):
        return Change(known, after)
    if known is None:
        return None
    return Change(
        known,
        msgspec.structs.replace(known, status="withdrawn", revision=after.revision, changed_us=after.changed_us),
    )


def events_of(change: Change) -> tuple[str, ...]:
    """Name what ``change`` tells, in the order to tell it; empty when there is nothing to tell.

    A violation that was raised and withdrawn within one step was never told, so it says nothing. One that is first
    told when it is already over says both that it is confirmed and that it ended. Of an interference with satellite
    navigation, ``gnss.interference`` stands in for the confirmation. One that is authorised no more is confirmed: who
    does not ask for what is authorised was never told of it.
    """
    before, after = change
    if after == before:
        return ()
    was = None if before is None else before.status
    if after.status == "withdrawn":
        if was is None:
            return ()
        return (CHANGED,) if was == "withdrawn" else (WITHDRAWN,)
    named: list[str] = []
    was_let_pass = was in ("authorised", "advisory") and after.status == "confirmed"
    if was_let_pass or (after.status in _ESTABLISHED and was not in _ESTABLISHED):
        named.append(_CONFIRMED_AS.get(after.rule, CONFIRMED))
    elif after.status == "suspected" and was in (None, "withdrawn"):
        named.append(SUSPECTED)
    if after.ended_us is not None and (before is None or before.ended_us is None):
        named.append(ENDED)
    return tuple(named) or (CHANGED,)
