"""One reader's replay: the picture at a first instant, then what changed with each step. Knows no connection.

``begin`` and ``load`` run on a reader's thread of the store; ``lines`` on any thread, one call at a time.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

import apsw
import msgspec
import numpy as np

from app.api.feeds_past import FeedsPast
from app.api.past import Past, Sight, move
from app.live.frames import (
    Changes,
    Delta,
    FeatureFrame,
    FeedFrame,
    IncidentFrame,
    Ping,
    Snapshot,
    ViolationFrame,
    feature_frame,
    incident_frame,
    mission_frame,
    violation_frame,
)
from app.live.scope import Scope
from app.live.subscription import BBox, inside
from app.model.feature import Mission
from app.model.incident import IncidentVersion
from app.model.instant import instant_text
from app.model.report import I64
from app.model.violation import Violation
from app.picture.tracks import Tracks
from app.store.past import (
    incidents_between,
    incidents_observed,
    mission_seq_at,
    missions_between,
    revisions_between,
    violations_observed,
)
from app.store.positions import PositionTable, no_positions
from app.store.standing import NEVER_US, moves, standing

EPOCH = "replay"
FIRST_STEPS = 8
"""Loaded at first; then twice as many each time, so that the first is soon there and the whole is not dear."""
LOADED_MOVES = 2_000_000
"""Positions that are loaded at a time, at most: one a unit and step."""
PART_BYTES = 256 * 1024
_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


class Replay:
    """``instants_us`` are the first instant and the end of each step; ``bbox`` narrows tracks and incidents."""

    def __init__(self, past: Past, sight: Sight, instants_us: I64, bbox: BBox | None) -> None:
        self._past = past
        self._sight = sight
        self._instants_us = instants_us
        self._bbox = bbox
        self._tracks = Tracks(past.registry)
        self._scope = Scope(bbox)
        self._newest_us = np.full(sight.units, NEVER_US, np.int64)
        self._step = self._loaded = 0
        self._steps_a_load = FIRST_STEPS
        self._moves: tuple[PositionTable, I64] = no_positions(), np.empty(0, np.int64)
        self._violations: dict[int, list[Violation]] = {}
        self._incidents: dict[int, list[IncidentVersion]] = {}
        self._missions: dict[int, list[Mission]] = {}
        self._mission = Mission()
        self._feeds = FeedsPast(())
        self._feed_status: dict[str, str] = {}
        self._shown: set[str] = set()

    @property
    def finished(self) -> bool:
        """Whether every step has been played."""
        return self._step == len(self._instants_us) - 1

    def begin(self, connection: apsw.Connection) -> bytes:
        """Return the first line, a snapshot, and learn of all that is not a track's."""
        past, sight = self._past, self._sight
        first_us, last_us = int(self._instants_us[0]), int(self._instants_us[-1])
        table = standing(connection, past.history, sight.asked, sight.units, first_us)
        self._newest_us[table.slot] = table.observed_us
        move(self._tracks, table, first_us)
        self._scope.advance(self._tracks, self._tracks.visible(past.everything()))
        self._mission = past.mission(connection, mission_seq_at(connection, first_us))
        self._feeds = past.feeds(connection, sight, first_us, last_us)
        self._gather(connection, first_us, last_us)
        feeds, violations = self._feeds.frames(first_us), past.violations(connection, sight, first_us)
        self._feed_status = {feed.id: feed.status for feed in feeds}
        self._shown = {violation.id for violation in violations}
        snapshot = Snapshot(
            epoch=EPOCH,
            seq=1,
            at=instant_text(first_us),
            lag_s=0,
            mission=mission_frame(self._mission),
            tracks=past.track_frames(self._tracks, self._scope.rows()),
            incidents=[one for one in past.incidents(connection, sight, first_us) if self._is_inside(one.lon, one.lat)],
            violations=violations,
            features=[feature_frame(feature) for feature in self._mission.features],
            feeds=feeds,
        )
        return _encode(snapshot) + b"\n"

    def load(self, connection: apsw.Connection) -> None:
        """Read how the units move in the next steps."""
        count = max(1, min(self._steps_a_load, LOADED_MOVES // max(1, self._sight.units)))
        self._steps_a_load *= 2
        instants_us = self._instants_us[self._step : self._step + count + 1]
        table, steps = moves(connection, self._past.history, self._sight.asked, self._newest_us, instants_us)
        self._moves = table, steps + self._step
        self._loaded = self._step + len(instants_us) - 1

    def lines(self) -> bytes:
        """Return the lines of the next steps that are loaded, not many at a time; nothing where none is left."""
        parts: list[bytes] = []
        size = 0
        while self._step < self._loaded and size < PART_BYTES:
            parts.append(_encode(self._played()) + b"\n")
            size += len(parts[-1])
            self._step += 1
        if parts and self.finished:
            parts.append(_encode(Ping(instant_text(int(self._instants_us[-1])), 0)) + b"\n")
        return b"".join(parts)

    def _played(self) -> Delta:
        step, at_us = self._step, int(self._instants_us[self._step + 1])
        version = self._tracks.version
        move(self._tracks, self._due(step), at_us)
        self._scope.advance(self._tracks, self._tracks.visible(self._past.everything()))
        rows, gone = self._scope.since(self._tracks, version)
        delta = Delta(
            epoch=EPOCH,
            seq=step + 2,
            at=instant_text(at_us),
            tracks=Changes(self._past.track_frames(self._tracks, rows), self._past.track_ids(gone)),
            incidents=_if_any(self._incident_changes(self._incidents.get(step, []))),
            violations=_if_any(self._violation_changes(self._violations.get(step, []))),
            feeds=_if_any(Changes(self._feeds_changed(at_us), [])),
        )
        if step not in self._missions:
            return delta
        mission = self._missions[step][-1]
        gone_ids = {feature.id for feature in self._mission.features} - {feature.id for feature in mission.features}
        self._mission = mission
        features: Changes[FeatureFrame] = Changes([feature_frame(one) for one in mission.features], sorted(gone_ids))
        return msgspec.structs.replace(delta, features=_if_any(features), mission=mission_frame(mission))

    def _due(self, step: int) -> PositionTable:
        """Return the rows of a step that are newer than where their units stand, and let them stand there."""
        table, steps = self._moves
        due = table.taken(slice(*np.searchsorted(steps, [step, step + 1]).tolist()))
        due = due.taken(due.observed_us > self._newest_us[due.slot])
        self._newest_us[due.slot] = due.observed_us
        return due

    def _violation_changes(self, told: list[Violation]) -> Changes[ViolationFrame]:
        newest = {violation.id: violation for violation in told}
        seen = {key: one for key, one in newest.items() if self._sight.may(one.marking)}
        hidden = [key for key in newest if key not in seen and key in self._shown]
        self._shown = (self._shown | set(seen)).difference(hidden)
        return Changes([violation_frame(one) for one in seen.values()], hidden)

    def _incident_changes(self, told: list[IncidentVersion]) -> Changes[IncidentFrame]:
        newest = {(version.contingent, version.incident): version for version in told}
        frames = [incident_frame(version, self._past.sealer) for version in newest.values()]
        inside_it = [frame for frame in frames if self._is_inside(frame.lon, frame.lat)]
        return Changes(inside_it, [frame.id for frame in frames if frame not in inside_it])

    def _feeds_changed(self, at_us: int) -> list[FeedFrame]:
        changed = [feed for feed in self._feeds.frames(at_us) if self._feed_status.get(feed.id) != feed.status]
        self._feed_status |= {feed.id: feed.status for feed in changed}
        return changed

    def _gather(self, connection: apsw.Connection, first_us: int, last_us: int) -> None:
        numbers = self._sight.numbers
        if self._sight.as_known:
            told = revisions_between(connection, first_us, last_us)
            self._violations = self._by_step((one.changed_us, one) for one in told)
            amended = incidents_between(connection, numbers, first_us, last_us)
            self._incidents = self._by_step((one.received_us, one) for one in amended)
        else:
            happened = violations_observed(connection, numbers, first_us + 1, last_us)
            standing_ones = [one for one in happened if one.status != "withdrawn"]
            self._violations = self._by_step((one.observed_us, one) for one in standing_ones)
            observed = incidents_observed(connection, numbers, first_us + 1, last_us)
            self._incidents = self._by_step((one.observed_us, one) for one in observed)
        set_then = missions_between(connection, first_us, last_us)
        self._missions = self._by_step((us, self._past.mission(connection, seq)) for seq, us in set_then)

    def _by_step(self, things: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
        found: dict[int, list[T]] = defaultdict(list)
        instants = self._instants_us.tolist()
        for at_us, thing in things:
            found[bisect_left(instants, at_us) - 1].append(thing)
        return found

    def _is_inside(self, lon: float, lat: float) -> bool:
        place = np.array([round(lon * 1e7)], np.int32), np.array([round(lat * 1e7)], np.int32)
        return bool(inside(self._bbox, *place)[0])


def _if_any(changes: Changes[T]) -> Changes[T] | None:
    return changes if changes.upsert or changes.remove else None
