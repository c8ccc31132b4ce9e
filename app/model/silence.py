"""How long a track may be silent before it is stale, then lost: ages against ``observed_at``, by platform."""

from app.model.identity import Profile
from app.model.instant import SECOND_US

_MINUTE_US = 60 * SECOND_US
_AIR = (60 * SECOND_US, 10 * _MINUTE_US)
_LIMITS_US: dict[str | None, tuple[int, int]] = {
    "aircraft": _AIR,
    "uav": _AIR,
    "static": (24 * 60 * _MINUTE_US, 72 * 60 * _MINUTE_US),
}
_OTHERS = (5 * _MINUTE_US, 60 * _MINUTE_US)


def limits_us(profile: Profile) -> tuple[int, int]:
    """Return the ages, µs, from which a track of this profile is stale and lost."""
    return _LIMITS_US.get(profile.platform, _OTHERS)
