"""Tracks from arrays to their wire shape, many at a time. Knows no reader and no view."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.live.frames import Affiliation, DroneFrame, Moves, TrackFrame, UnitFrame
from app.model.feature import MISSION_PARTY
from app.model.identity import Registry
from app.model.instant import SECOND_US, instant_text
from app.model.report import DRONE, E7, FUTURE, NULL_ISLAND, OUT_OF_ORDER, TOO_LATE
from app.model.sealing import Sealer
from app.picture.freshness import LIVE, STATUS_NAMES
from app.picture.tracks import IMPLAUSIBLE, STUCK, Rows, Tracks

FLAG_NAMES: tuple[tuple[int, str], ...] = (
    (FUTURE, "future"),
    (NULL_ISLAND, "null_island"),
    (TOO_LATE, "too_late"),
    (OUT_OF_ORDER, "out_of_order"),
    (DRONE, "drone"),
    (IMPLAUSIBLE, "implausible"),
    (STUCK, "frozen"),
)

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
_DRONE = msgspec.json.Decoder(DroneFrame)
"""Reads what of a report's seldom fields is a drone's, and leaves the rest."""


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


_Objects = np.ndarray[tuple[int], np.dtype[np.object_]]
_STATUSES: _Objects = np.array(STATUS_NAMES, object)
_FLAGS: _Objects = np.empty(256, object)
_FLAGS[:] = [flag_names(flags) for flags in range(256)]


class TrackFraming:
    """Frames of track rows. Remembers what each unit, profile and second looks like, as they repeat."""

    def __init__(self, registry: Registry, sealer: Sealer) -> None:
        self._registry = registry
        self._sealer = sealer
        self._units = _Remembered(2)  # id, sources
        self._profiles = _Remembered(7)  # party, affiliation, platform, sidc, callsign, altitude_ref, label
        self._seconds: dict[int, str] = {}

    def ids(self, slots: npt.NDArray[np.integer]) -> list[str]:
        """Return the track id of each slot."""
        self._learn()
        found: list[str] = self._units.columns[0][slots].tolist()
        return found

    def frames(self, tracks: Tracks, rows: Rows) -> list[TrackFrame]:
        """Return one frame a row, in the order of ``rows``."""
        self._learn()
        ids, sources = self._units.of(tracks.slot[rows])
        party, affiliation, platform, sidc, callsign, reference, label = self._profiles.of(tracks.profile[rows])
        # Column by column, as a loop over rows in Python costs three times as much.
        return list(
            map(
                TrackFrame,
                ids,
                sources,
                party,
                affiliation,
                platform,
                sidc,
                callsign,
                (tracks.lon_e7[rows] / E7).tolist(),
                (tracks.lat_e7[rows] / E7).tolist(),
                _given(tracks.altitude_m[rows]),
                reference,
                _given(tracks.course_deg[rows]),
                _given(tracks.speed_m_s[rows]),
                _given(tracks.accuracy_m[rows]),
                self._instants(tracks.observed_us[rows]),
                self._instants(tracks.received_us[rows]),
                _STATUSES[tracks.status[rows]].tolist(),
                _FLAGS[tracks.flags[rows]].tolist(),
                sources,
                label,
                self._drones(tracks, rows),
            )
        )

    def moves(self, tracks: Tracks, rows: Rows) -> Moves:
        """Return by column what of ``rows`` changes while a track only moves."""
        status, flags = tracks.status[rows], tracks.flags[rows]
        return Moves(
            self.ids(tracks.slot[rows]),
            (tracks.lon_e7[rows] / E7).tolist(),
            (tracks.lat_e7[rows] / E7).tolist(),
            self._instants(tracks.observed_us[rows]),
            self._instants(tracks.received_us[rows]),
            _given_if_any(tracks.altitude_m[rows]),
            _given_if_any(tracks.course_deg[rows]),
            _given_if_any(tracks.speed_m_s[rows]),
            _given_if_any(tracks.accuracy_m[rows]),
            None if (status == LIVE).all() else _STATUSES[status].tolist(),
            _FLAGS[flags].tolist() if flags.any() else None,
        )

    def _drones(self, tracks: Tracks, rows: Rows) -> list[DroneFrame | None]:
        if not tracks.drones:
            return [None] * len(rows)
        told = map(tracks.drones.get, rows.tolist())
        return [None if extra is None else _DRONE.decode(extra) for extra in told]

    def _learn(self) -> None:
        known = len(self._units)
        self._units.add(
            (self._sealer.track_id(slot), (UnitFrame(*unit),))
            for slot, unit in enumerate(self._registry.units.since(known), known)
        )
        self._profiles.add(
            (p.party, affiliation_of(p.party, p.sidc), p.platform, p.sidc, p.callsign, p.altitude_ref,
             self._registry.markings[p.marking].label)
            for p in self._registry.profiles.since(len(self._profiles))
        )  # fmt: skip

    def _instants(self, instants_us: npt.NDArray[np.int64]) -> list[str]:
        """``instant_text`` of each: most fall into few distinct seconds, so those are written once."""
        whole, micros = np.divmod(instants_us, SECOND_US)
        seconds: list[int] = whole.tolist()
        known = self._seconds
        if len(known) > _MOST_SECONDS:
            known.clear()
        for second in set(seconds).difference(known):
            known[second] = instant_text(second * SECOND_US)[:-1]
        if not micros.any():
            return [known[second] + "Z" for second in seconds]
        millis, finer = np.divmod(micros, 1000)
        if not finer.any():
            return [known[second] + _MILLIS[ms] for second, ms in zip(seconds, millis.tolist(), strict=True)]
        return [known[second] + _fraction(micro) for second, micro in zip(seconds, micros.tolist(), strict=True)]


class _Remembered:
    """A growing table of objects, kept by column so that many rows are looked up at once."""

    def __init__(self, width: int) -> None:
        self.columns: list[_Objects] = [np.empty(64, object) for _ in range(width)]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            if self._size == len(self.columns[0]):
                self.columns = [np.resize(column, 2 * self._size) for column in self.columns]
            for column, value in zip(self.columns, row, strict=True):
                column[self._size] = value
            self._size += 1

    def of(self, numbers: npt.NDArray[np.int32]) -> list[list[Any]]:
        return [column[numbers].tolist() for column in self.columns]


def _fraction(micros: int) -> str:
    return f".{micros:06d}".rstrip("0") + "Z" if micros else "Z"


_MILLIS = [_fraction(ms * 1000) for ms in range(1000)]


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


def _given_if_any(values: npt.NDArray[np.float32]) -> list[float | None] | None:
    return None if np.isnan(values).all() else _given(values)
