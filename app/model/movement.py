"""Movements: convoys that are announced for a crossing point and a time, before or after they cross."""

import msgspec

from app.model.identity import Unit
from app.model.label import Marking


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A convoy as it was last announced: by ``units`` or, where none is named, anyone of ``party``.

    ``movement`` is the announcer's own name for it, unique within ``contingent`` (``HQ``: the mission's own staff).
    It may cross at ``crossing_point`` from ``from_us`` to ``to_us``, both within.
    """

    contingent: str
    movement: str
    party: str
    units: tuple[Unit, ...]
    crossing_point: str
    from_us: int
    to_us: int
    note: str | None
    by: str
    marking: Marking
    announced_us: int
    """When this wording of it was announced."""
    cancelled_us: int | None = None
    cancelled_by: str | None = None
