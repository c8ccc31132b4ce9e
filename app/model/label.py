"""Labels: who may see a thing, and how labels join when something is derived. Decides nothing about a reader."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

Classification = Literal["unclassified", "confidential", "strictly_confidential"]
CLASSIFICATIONS: tuple[Classification, ...] = ("unclassified", "confidential", "strictly_confidential")
CAVEATS = ("ORCON", "NO_EXPORT", "NO_WEBHOOK")
EVERYONE = "MISSION"
HEADQUARTERS = "HQ"
"""The audience of the mission's own staff, and whose what they tell is."""


class Label(msgspec.Struct, frozen=True):
    """What an originator allows: classification, audiences and caveats, each sorted and unique."""

    classification: Classification = "unclassified"
    releasable_to: tuple[str, ...] = (EVERYONE,)
    caveats: tuple[str, ...] = ()


class Marking(NamedTuple):
    """A label and whose it is: the contingents the thing came from."""

    originators: tuple[str, ...]
    label: Label


def joined(markings: Iterable[Marking]) -> Marking:
    """Return the marking of what is derived from all of ``markings`` (at least one).

    Highest classification, intersection of audiences (``MISSION`` holds every audience), union of caveats.
    """
    first, *others = dict.fromkeys(markings)
    for other in others:
        first = _join(first, other)
    return first


def _join(one: Marking, two: Marking) -> Marking:
    a, b = one.label, two.label
    if EVERYONE in a.releasable_to:
        audience = b.releasable_to
    elif EVERYONE in b.releasable_to:
        audience = a.releasable_to
    else:
        audience = tuple(sorted(set(a.releasable_to) & set(b.releasable_to)))
    label = Label(
        classification=max(a.classification, b.classification, key=CLASSIFICATIONS.index),
        releasable_to=audience,
        caveats=tuple(sorted({*a.caveats, *b.caveats})),
    )
    return Marking(tuple(sorted({*one.originators, *two.originators})), label)
