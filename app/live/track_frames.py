"""Tracks from arrays to their wire shape, many at a time. Knows no reader and no view."""

import numpy as np
import numpy.typing as npt

from app.live.frames import Affiliation, TrackFrame, TrackStatus, UnitFrame
from app.model.feature import MISSION_PARTY
from app.model.identity import Profile, Registry
from app.model.instant import SECOND_US, instant_text
from app.model.label import Label
from app.model.report import DRONE, E7, FUTURE, NULL_ISLAND, OUT_OF_ORDER, TOO_LATE
from app.model.sealing import Sealer
from app.picture.tracks import IMPLAUSIBLE, Rows, Tracks

FLAG_NAMES: tuple[tuple[int, str], ...] = (
    (FUTURE, "future"),
    (NULL_ISLAND, "null_island"),
    (TOO_LATE, "too_late"),
    (OUT_OF_ORDER, "out_of_order"),
    (DRONE, "drone"),
    (IMPLAUSIBLE, "implausible"),
)
_STATUSES: tuple[TrackStatus, ...] = ("live", "stale", "lost")

# Standard identities: APP-6D table A-3 (digit 4 of a numeric code); MIL-STD-2525C table A-I (letter 2). Exercise codes
# of 2525C stand with what they exercise; joker and faker are exercise names of suspect and hostile.
_BY_DIGIT: dict[str, Affiliation] = {
    "0": "pending", "1": "unknown", "2": "assumed_friend", "3": "friend", "4": "neutral", "5": "suspect",
    "6": "hostile",
}  # fmt: skip
_BY_LETTER: dict[str, Affiliation] = {
    "P": "pending", "G": "pending", "U": "unknown", "W": "unknown", "A": "assumed_friend", "M": "assumed_friend",
    "F": "friend", "D": "friend", "N": "neutral", "L": "neutral", "S": "suspect", "J": "suspect", "H": "hostile",
    "K": "hostile",
}  # fmt: skip
_MOST_SECONDS = 100_000


def affiliation_of(party: str, sidc: str | None) -> Affiliation:
    """Return how the mission stands to an entity: its own units are friends, a party is neutral unless ``sidc`` says.

    Of an ``unknown`` party without a symbol code nothing is known.
    """
    if party == MISSION_PARTY:
        return "friend"
    said = None
    if sidc is not None:
        said = _BY_DIGIT.get(sidc[3:4]) if sidc.isdigit() else _BY_LETTER.get(sidc[1:2].upper())
    return said or ("unknown" if party == "unknown" else "neutral")


def flag_names(flags: int) -> tuple[str, ...]:
    """Return the names of the bits set in a report's or track's flags."""
    return tuple(name for bit, name in FLAG_NAMES if flags & bit)


_FLAGS = tuple(flag_names(flags) for flags in range(256))


class TrackFraming:
    """Frames of track rows. Remembers what each unit, profile and second looks like, as they repeat."""

    def __init__(self, registry: Registry, sealer: Sealer) -> None:
        self._registry = registry
        self._sealer = sealer
        self._ids: list[str] = []
        self._sources: list[tuple[UnitFrame]] = []
        self._profiles: list[tuple[Profile, Affiliation, Label]] = []
        self._seconds: dict[int, str] = {}

    def ids(self, slots: npt.NDArray[np.integer]) -> list[str]:
        """Return the track id of each slot."""
        self._learn()
        return [self._ids[slot] for slot in slots.tolist()]

    def frames(self, tracks: Tracks, rows: Rows) -> list[TrackFrame]:
        """Return one frame a row, in the order of ``rows``."""
        self._learn()
        ids, sources, profiles = self._ids, self._sources, self._profiles
        frames = []
        for slot, number, lon, lat, altitude, course, speed, accuracy, observed, received, status, flags in zip(
            tracks.slot[rows].tolist(),
            tracks.profile[rows].tolist(),
            (tracks.lon_e7[rows] / E7).tolist(),
            (tracks.lat_e7[rows] / E7).tolist(),
            _given(tracks.altitude_m[rows]),
            _given(tracks.course_deg[rows]),
            _given(tracks.speed_m_s[rows]),
            _given(tracks.accuracy_m[rows]),
            self._instants(tracks.observed_us[rows]),
            self._instants(tracks.received_us[rows]),
            tracks.status[rows].tolist(),
            tracks.flags[rows].tolist(),
            strict=True,
        ):
            profile, affiliation, label = profiles[number]
            units = sources[slot]
            frames.append(
                TrackFrame(
                    ids[slot],
                    units,
                    profile.party,
                    affiliation,
                    profile.platform,
                    profile.sidc,
                    profile.callsign,
                    lon,
                    lat,
                    altitude,
                    profile.altitude_ref,
                    course,
                    speed,
                    accuracy,
                    observed,
                    received,
                    _STATUSES[status],
                    _FLAGS[flags],
                    units,
                    label,
                )
            )
        return frames

    def _learn(self) -> None:
        for slot, unit in enumerate(self._registry.units.since(len(self._ids)), len(self._ids)):
            self._ids.append(self._sealer.track_id(slot))
            self._sources.append((UnitFrame(unit.contingent, unit.unit),))
        for profile in self._registry.profiles.since(len(self._profiles)):
            label = self._registry.markings[profile.marking].label
            self._profiles.append((profile, affiliation_of(profile.party, profile.sidc), label))

    def _instants(self, instants_us: npt.NDArray[np.int64]) -> list[str]:
        """``instant_text`` of each: most fall into few distinct seconds, so those are written once."""
        seconds, micros = np.divmod(instants_us, SECOND_US)
        known = self._seconds
        fresh = set(seconds.tolist()).difference(known)
        if len(known) + len(fresh) > _MOST_SECONDS:
            known.clear()
            fresh = set(seconds.tolist())
        for second in fresh:
            known[second] = instant_text(second * SECOND_US)[:-1]
        if not micros.any():
            return [known[second] + "Z" for second in seconds.tolist()]
        return [
            f"{known[second]}.{micro:06d}".rstrip("0") + "Z" if micro else known[second] + "Z"
            for second, micro in zip(seconds.tolist(), micros.tolist(), strict=True)
        ]


def _given(values: npt.NDArray[np.float32]) -> list[float | None]:
    """Return the values to two decimals, which is all that single precision holds of an altitude, and None for NaN."""
    rounded = np.round(values.astype(np.float64), 2)
    missing = np.isnan(rounded)
    if not missing.any():
        given: list[float | None] = rounded.tolist()
        return given
    boxed = rounded.astype(object)
    boxed[missing] = None
    return list(boxed)
