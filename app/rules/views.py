"""Who sees what of several tracks: the audiences that a set of markings makes, each with all that it may see.

What a rule finds over tracks of several labels it finds for each such audience by itself, from the tracks that all of
it may see, so that nobody learns of others. The same rule of who may read what is applied as in ``app.access.policy``.
"""

from collections.abc import Iterable
from typing import NamedTuple

from app.model.label import CLASSIFICATIONS, EVERYONE, Label, Marking, joined

NO_WEBHOOK = "NO_WEBHOOK"


class View(NamedTuple):
    """An audience: the markings that it may read, and the contingent that reads some of them only as its own."""

    sees: frozenset[Marking]
    own: str | None

    def marking(self, markings: Iterable[Marking]) -> Marking:
        """Return the marking of what is derived from some of ``sees``, at least one: all of the audience may read it.

        What a contingent may read because part of it is its own and the rest released to it, is marked as its own: the
        readers are those who may read every part, and no others.
        """
        whole = joined(markings)
        return whole if self.own is None or _released(whole.label, self.own) else Marking((self.own,), whole.label)


def views(markings: Iterable[Marking]) -> list[View]:
    """Return the audiences of ``markings``: one for each set of them that some single audience may read.

    An audience is a name that labels are released to, a contingent with what is its own, or everyone; cleared for one
    of the classifications met; a person or a hook. So there are a few for each name, never one for each set. Who
    belongs to two audiences sees what is raised for either: no label can say "both". The smaller views come first.
    """
    known = sorted(set(markings), key=_order)
    names = {EVERYONE, *(name for marking in known for name in marking.label.releasable_to)}
    owners = {marking.originators[0] for marking in known if len(marking.originators) == 1}
    levels = {CLASSIFICATIONS.index(marking.label.classification) for marking in known}
    hooked = {True, *(NO_WEBHOOK not in marking.label.caveats for marking in known)}
    found: dict[frozenset[Marking], set[str | None]] = {}
    for level in levels:
        for by_hook in hooked:
            open_ = [it for it in known if _cleared(it.label, level, by_hook)]
            for name in names:
                sees = frozenset(it for it in open_ if _released(it.label, name))
                if sees:
                    found.setdefault(sees, set()).add(None)
            for owner in owners:
                sees = frozenset(it for it in open_ if it.originators == (owner,) or _released(it.label, owner))
                if sees:
                    whole = joined(sees)
                    enough = _released(whole.label, owner) or whole.originators == (owner,)
                    found.setdefault(sees, set()).add(None if enough else owner)
    made = []
    for sees, owns in found.items():
        alone = owns - {None}
        made += [View(sees, own) for own in (alone if len(alone) == 1 else owns)]
    return sorted(made, key=lambda view: (len(view.sees), sorted(map(_order, view.sees)), view.own or ""))


def readers(marking: Marking) -> str:
    """Return a name for those who may read ``marking``: markings that all the same may read have the same."""
    label = marking.label
    own = ""
    if len(marking.originators) == 1 and not _released(label, marking.originators[0]):
        own = marking.originators[0]
    audience = EVERYONE if EVERYONE in label.releasable_to else ",".join(label.releasable_to)
    return f"{label.classification};{audience};{own};{','.join(it for it in label.caveats if it == NO_WEBHOOK)}"


def _order(marking: Marking) -> tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]:
    label = marking.label
    return marking.originators, label.classification, label.releasable_to, label.caveats


def _released(label: Label, name: str) -> bool:
    return EVERYONE in label.releasable_to or name in label.releasable_to


def _cleared(label: Label, level: int, by_hook: bool) -> bool:
    if CLASSIFICATIONS.index(label.classification) > level:
        return False
    return by_hook or NO_WEBHOOK not in label.caveats


def at_least_as_open(one: Marking, two: Marking) -> bool:
    """Whether everyone who may read ``two`` may read ``one``."""
    a, b = one.label, two.label
    if CLASSIFICATIONS.index(a.classification) > CLASSIFICATIONS.index(b.classification):
        return False
    if NO_WEBHOOK in a.caveats and NO_WEBHOOK not in b.caveats:
        return False
    if EVERYONE in a.releasable_to:
        return True
    owner = two.originators[0] if len(two.originators) == 1 else None
    if owner is not None and not (owner in a.releasable_to or one.originators == (owner,)):
        return False
    return EVERYONE not in b.releasable_to and set(b.releasable_to) <= set(a.releasable_to)
