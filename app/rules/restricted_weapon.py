"""restricted_weapon: a platform that an agreement bans from an area, inside it. Depth, dwell and doubt are a zone's."""

from typing import ClassVar

from app.rules.zone_incursion import ZoneIncursion


class RestrictedWeapon(ZoneIncursion):
    """A zone that is closed to some platforms. A rule that names only weapons judges no track: incidents name those."""

    kind: ClassVar[str] = "restricted_weapon"
    usual_platforms: ClassVar[tuple[str, ...] | None] = ()
