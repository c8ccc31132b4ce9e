"""The picture as it stood at an instant, for one reader: *as known* then, or *as corrected* by what came later.

Everything here runs on a reader's thread of the store, so it has its own framing and never touches the engine.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, NamedTuple

import apsw
import numpy as np

from app.access.policy import Allowed
from app.access.principals import Principal
from app.api.documents import Picture
from app.api.feeds_past import DAY_US, FeedsPast
from app.live.frames import (
    IncidentFrame,
    TrackFrame,
    ViolationFrame,
    feature_frame,
    incident_frame,
    mission_frame,
    violation_frame,
)
from app.live.track_frames import TrackFraming
from app.model.feature import Mission
from app.model.identity import Registry
from app.model.instant import instant_text
from app.model.label import Marking
from app.model.mission import parse_mission
from app.model.sealing import Sealer
from app.picture.tracks import Mask, Rows, Tracks
from app.store.heard import heard_between
from app.store.history import History
from app.store.past import (
    incidents_observed,
    incidents_told,
    mission_document,
    mission_seq_at,
    violations_corrected,
    violations_known,
)
from app.store.positions import PositionTable
from app.store.standing import Asked, standing

As = Literal["known", "corrected"]
TURNS = 2
"""Of the store's readers' threads, so many may look back at a time: the others are for what is quick."""
TRIALS = 1
"""So many rules may be on trial at a time: each takes a processor as long as it lasts."""
_FRAMES_AT_ONCE = 500
_MISSIONS_KEPT = 8


class Sight(NamedTuple):
    """What one reader may see, for use on another thread than the loop's."""

    may: Callable[[Marking], bool]
    numbers: list[int]
    asked: Asked
    units: int

    @property
    def as_known(self) -> bool:
        """Whether he asks for what was known then."""
        return self.asked.as_known


class Past:
    """Looks back. One a server; its calls may come from several threads."""

    def __init__(self, registry: Registry, sealer: Sealer, history: History) -> None:
        self.registry = registry
        self.sealer = sealer
        self.history = history
        self._framing = TrackFraming(registry, sealer)
        self.turns = asyncio.Semaphore(TURNS)
        self.trials = asyncio.Semaphore(TRIALS)
        self._lock = threading.Lock()
        self._missions: OrderedDict[int, Mission] = OrderedDict()

    def sight(self, principal: Principal, as_known: bool, upto_seq: int) -> Sight:
        """Return what a principal may see of the journal up to a place in it."""
        allowed = Allowed(principal, self.registry)
        units, profiles = len(self.registry.units), self.registry.profiles.since(0)
        mask = allowed.mask()  # after the profiles, whose markings it then all has
        visible = mask[np.array([profile.marking for profile in profiles], np.intp)]
        return Sight(allowed.may, np.flatnonzero(mask).tolist(), Asked(visible, as_known, upto_seq), units)

    def picture(self, connection: apsw.Connection, sight: Sight, at_us: int) -> Picture:
        """Return everything that the reader would have seen, or should have. For ``Database.read``."""
        tracks = self.tracks_of(standing(connection, self.history, sight.asked, sight.units, at_us), at_us)
        mission = self.mission(connection, mission_seq_at(connection, at_us))
        return Picture(
            at=instant_text(at_us),
            lag_s=0,
            mission=mission_frame(mission),
            tracks=self.track_frames(tracks, tracks.visible(self.everything())),
            incidents=self.incidents(connection, sight, at_us),
            violations=self.violations(connection, sight, at_us),
            features=[feature_frame(feature) for feature in mission.features],
            feeds=self.feeds(connection, sight, at_us, at_us).frames(at_us),
        )

    def tracks_of(self, table: PositionTable, at_us: int) -> Tracks:
        """Return tracks that stand where the rows say, at most one a unit, with their statuses at ``at_us``."""
        tracks = Tracks(self.registry)
        move(tracks, table, at_us)
        return tracks

    def track_frames(self, tracks: Tracks, rows: Rows) -> list[TrackFrame]:
        """Return the wire shapes of rows."""
        frames: list[TrackFrame] = []
        for start in range(0, len(rows), _FRAMES_AT_ONCE):  # between two such runs the loop has its turn
            with self._lock:
                frames += self._framing.frames(tracks, rows[start : start + _FRAMES_AT_ONCE])
        return frames

    def track_ids(self, slots: Rows) -> list[str]:
        """Return the track ids of units."""
        with self._lock:
            return self._framing.ids(slots)

    def everything(self) -> Mask:
        """Return a mask of all markings, for tracks that were made of visible reports alone."""
        return np.ones(len(self.registry.markings), np.bool_)

    def violations(self, connection: apsw.Connection, sight: Sight, at_us: int) -> list[ViolationFrame]:
        """Return those open at an instant, or of the day before it; as they read now, or as they were told then."""
        found = (violations_known if sight.as_known else violations_corrected)(connection, at_us)
        return [violation_frame(one) for one in found if sight.may(one.marking)]

    def incidents(self, connection: apsw.Connection, sight: Sight, at_us: int) -> list[IncidentFrame]:
        """Return the incidents of the day before an instant."""
        found = (incidents_told if sight.as_known else incidents_observed)(
            connection, sight.numbers, at_us - DAY_US, at_us
        )
        return [incident_frame(one, self.sealer) for one in found]

    def feeds(self, connection: apsw.Connection, sight: Sight, from_us: int, to_us: int) -> FeedsPast:
        """Return how the feeds did in a span, and in the day before it."""
        tail = self.history.heard_in_tail(connection)
        return FeedsPast(heard_between(connection, sight.numbers, from_us - DAY_US, to_us, tail))

    def mission(self, connection: apsw.Connection, seq: int) -> Mission:
        """Return the mission that journal entry ``seq`` set; the empty one for 0."""
        with self._lock:
            found = self._missions.get(seq)
        if found is None:
            found = parse_mission(mission_document(connection, seq)) if seq else Mission()
            with self._lock:
                self._missions[seq] = found
                if len(self._missions) > _MISSIONS_KEPT:
                    self._missions.popitem(last=False)
        return found


def move(tracks: Tracks, table: PositionTable, at_us: int) -> None:
    """Move tracks to the rows, each newer than where its unit stands, and let the clock come to ``at_us``."""
    rows = np.arange(len(table))
    tracks.apply(table.as_positions().block, rows, table.received_us, np.zeros(len(table), np.uint8), at_us)
    tracks.tick(at_us)
