"""The one rule of who may see what, and its two forms for many things at once: a mask and an SQL condition."""

import json

import numpy as np
import numpy.typing as npt

from app.access.principals import Principal
from app.model.identity import Registry
from app.model.label import CLASSIFICATIONS, EVERYONE, Marking


def may_read(principal: Principal, marking: Marking) -> bool:
    """Whether ``principal`` may know that a thing so marked exists. Everything not granted is denied.

    He must be allowed to read at all and be cleared for the classification; and the thing is his own contingent's
    alone, or is released to everyone or to an audience of his. ``NO_WEBHOOK`` keeps it from every hook.
    """
    label = marking.label
    if not principal.can("read"):
        return False
    if CLASSIFICATIONS.index(principal.clearance) < CLASSIFICATIONS.index(label.classification):
        return False
    if principal.kind == "hook" and "NO_WEBHOOK" in label.caveats:
        return False
    if principal.contingent is not None and marking.originators == (principal.contingent,):
        return True
    return EVERYONE in label.releasable_to or not principal.audiences.isdisjoint(label.releasable_to)


def may_export(principal: Principal, marking: Marking) -> bool:
    """Whether a thing so marked may leave in a file ``principal`` asks for."""
    return "NO_EXPORT" not in marking.label.caveats and may_read(principal, marking)


class Allowed:
    """The marking numbers of a registry that one principal may read. Grows as the registry does."""

    def __init__(self, principal: Principal, registry: Registry) -> None:
        self.principal = principal
        self._registry = registry
        self._mask: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        self._numbers = "[]"
        self._judged: dict[Marking, bool] = {}

    def mask(self) -> npt.NDArray[np.bool_]:
        """Return one truth value a marking number, as long as ``registry.markings``. Not to be changed."""
        fresh = self._registry.markings.since(len(self._mask))
        if fresh:
            self._mask = np.append(self._mask, [self.may(marking) for marking in fresh])
            self._numbers = json.dumps(np.flatnonzero(self._mask).tolist())
        return self._mask

    def may(self, marking: Marking) -> bool:
        """``may_read`` for this principal, remembered for each distinct marking."""
        known = self._judged.get(marking)
        if known is None:
            if len(self._judged) >= 10_000:  # markings are a few hundred; a flood of them must not grow without end
                self._judged.clear()
            known = self._judged[marking] = may_read(self.principal, marking)
        return known

    def sql(self, column: str) -> tuple[str, str]:
        """Return an SQL condition on ``column``, which holds marking numbers, and its one parameter.

        ``column`` is a name of our own schema, never input.
        """
        self.mask()
        return f"{column} IN (SELECT value FROM json_each(?))", self._numbers
