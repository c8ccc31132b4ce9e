"""The bodies of snapshots and deltas: the same bytes for all who share audience, view and what they know already."""

from typing import NamedTuple, TypeVar

import msgspec
import numpy as np

from app.live.audience import Audience
from app.live.bulletin import Bulletin
from app.live.envelope import tail_of
from app.live.frames import (
    Changes,
    FeatureFrame,
    FeedFrame,
    IncidentFrame,
    MissionFrame,
    Moves,
    TrackFrame,
    ViolationFrame,
    incident_frame,
    violation_frame,
)
from app.live.session import Point
from app.live.subscription import BBox, View, inside
from app.live.track_frames import TrackFraming
from app.model.incident import IncidentVersion
from app.model.sealing import Sealer
from app.picture.tracks import Tracks

T = TypeVar("T")


class _SnapshotBody(msgspec.Struct):
    mission: MissionFrame
    tracks: list[TrackFrame]
    incidents: list[IncidentFrame]
    violations: list[ViolationFrame]
    features: list[FeatureFrame]
    feeds: list[FeedFrame]


class _DeltaBody(msgspec.Struct, omit_defaults=True):
    tracks: Changes[TrackFrame]
    incidents: Changes[IncidentFrame] | None = None
    violations: Changes[ViolationFrame] | None = None
    features: Changes[FeatureFrame] | None = None
    feeds: Changes[FeedFrame] | None = None
    mission: MissionFrame | None = None
    moves: Moves | None = None


class Body(NamedTuple):
    """What follows a message's prefix, and what its reader knows afterwards."""

    tail: bytes
    version: int
    number: int


class Bodies:
    """Draws up what one audience sees in one view from tracks and bulletin."""

    def __init__(self, framing: TrackFraming, sealer: Sealer, bulletin: Bulletin) -> None:
        self._framing = framing
        self._sealer = sealer
        self._bulletin = bulletin

    def snapshot(self, tracks: Tracks, audience: Audience, view: View) -> Body:
        """Return everything there is to see now."""
        told, may = self._bulletin, audience.allowed.may
        layers = view.layers
        rows = np.empty(0, np.intp)
        if "tracks" in layers:
            scope = audience.scope(view.bbox)
            scope.advance(tracks, audience.visible(tracks))
            rows = scope.rows()
        content = _SnapshotBody(
            mission=told.mission,
            tracks=self._framing.frames(tracks, rows),
            incidents=self._incidents(-1, audience, view).upsert if "incidents" in layers else [],
            violations=[violation_frame(v) for v in told.violations(may)] if "violations" in layers else [],
            features=_flat(told.features.since(-1)[0]) if "features" in layers else [],
            feeds=_feeds(-1, audience).upsert if "feeds" in layers else [],
        )
        return Body(tail_of(content), tracks.version, told.number)

    def delta(self, tracks: Tracks, audience: Audience, view: View, known: Point) -> Body | None:
        """Return what changed since ``known``, without a tail if that is nothing to these readers.

        None: it is not known any more what left since then, and only a snapshot helps.
        """
        told, layers = self._bulletin, view.layers
        if not told.reaches(known.number):
            return None
        body = _DeltaBody(Changes([], []))
        if "tracks" in layers:
            scope = audience.scope(view.bbox)
            scope.advance(tracks, audience.visible(tracks))
            if not scope.reaches(known.version):
                return None
            rows, gone = scope.since(tracks, known.version)
            if view.columns:
                moved = scope.only_moved(tracks, rows, known.version)
                body.moves = self._framing.moves(tracks, rows[moved]) if moved.any() else None
                rows = rows[~moved]
            body.tracks = Changes(self._framing.frames(tracks, rows), self._framing.ids(gone))
        if told.number > known.number:
            self._news(body, audience, view, known.number)
        empty = not body.tracks.upsert and not body.tracks.remove and body == _DeltaBody(body.tracks)
        return Body(b"" if empty else tail_of(body), tracks.version, told.number)

    def _news(self, body: _DeltaBody, audience: Audience, view: View, number: int) -> None:
        told, layers = self._bulletin, view.layers
        if "incidents" in layers:
            body.incidents = _if_any(self._incidents(number, audience, view))
        if "violations" in layers:
            retracted = told.retracted(number, audience.allowed.may)
            body.violations = Changes([], retracted) if retracted else None
        if "features" in layers:
            changed, dropped = told.features.since(number)
            body.features = _if_any(Changes(_flat(changed), [versions[0].id for versions in dropped]))
        if "feeds" in layers:
            body.feeds = _if_any(_feeds(number, audience))
        if told.mission_number > number:
            body.mission = told.mission

    def _incidents(self, number: int, audience: Audience, view: View) -> Changes[IncidentFrame]:
        upsert, remove = [], []
        for version in self._bulletin.incidents(number, audience.allowed.may):
            if _is_inside(view.bbox, version):
                upsert.append(incident_frame(version, self._sealer))
            else:  # an amendment may have moved it out of the box
                remove.append(self._sealer.incident_id(version.contingent, version.incident))
        return Changes(upsert, remove)


def _if_any(changes: Changes[T]) -> Changes[T] | None:
    return changes if changes.upsert or changes.remove else None


def _feeds(number: int, audience: Audience) -> Changes[FeedFrame]:
    changed, dropped = audience.feeds.since(number)
    return Changes(changed, [feed.id for feed in dropped])


def _flat(groups: list[list[T]]) -> list[T]:
    return [thing for group in groups for thing in group]


def _is_inside(bbox: BBox | None, version: IncidentVersion) -> bool:
    return bool(inside(bbox, np.array([version.lon_e7], np.int32), np.array([version.lat_e7], np.int32))[0])
