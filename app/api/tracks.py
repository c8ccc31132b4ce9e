"""The tracks as they are now, and where each has been."""

from typing import Annotated

import numpy as np
import shapely
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader
from app.api.documents import Position, PositionList, TrackList, given
from app.api.features import is_valid_at
from app.api.lists import Place, Span, choice_of, cut, instant_of, next_path, opened, where_of
from app.api.reference import answers
from app.live.frames import TrackFrame
from app.live.subscription import inside
from app.live.track_frames import flag_names
from app.model.instant import instant_text, parse_instant
from app.model.mission_geometry import AREAS, shape_of
from app.model.problems import Problem
from app.model.report import E7, Positions
from app.picture.freshness import STATUS_NAMES
from app.picture.tracks import Mask, Rows

router = APIRouter(prefix="/api/v1/tracks", tags=["picture"])
_EVER_US = 2**62
_MOST_SLOTS = 2**31 - 1


class Tracks(Place):
    """The filters of the tracks."""

    status: str | None = Query(None, max_length=40, description="live, stale or lost.")
    feature: str | None = Query(None, max_length=128, description="Only tracks within this zone as it is now.")


@router.get("", responses=answers(TrackList))
async def tracks(filters: Annotated[Tracks, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """Every track as it is now, by id."""
    after = opened(filters.cursor, str)
    rows = _rows(filters, caller, context)
    ids = np.array(context.framing.ids(context.engine.tracks.slot[rows]), str)
    order = np.argsort(ids)
    if after is not None:
        order = order[np.searchsorted(ids, after[0], side="right", sorter=order) :]
    page = order[: filters.limit]
    following = next_path(request, str(ids[page[-1]])) if len(order) > filters.limit else None
    return Json(TrackList(context.framing.frames(context.engine.tracks, rows[page]), following))


@router.get("/{track_id}", responses=answers(TrackFrame))
async def track(track_id: str, caller: Reader, context: Ctx) -> Response:
    """One track as it is now."""
    row = context.engine.tracks.row_of(seen_slot(track_id, caller, context), caller.allowed.mask())
    return Json(context.framing.frames(context.engine.tracks, np.array([row], np.intp))[0])


@router.get("/{track_id}/history", responses=answers(PositionList))
async def history(
    track_id: str, filters: Annotated[Span, Query()], request: Request, caller: Reader, context: Ctx
) -> Response:
    """Where the track has been: every accepted report of it, by observed_at, late and flagged ones too."""
    slot = seen_slot(track_id, caller, context)
    start_us, end_us = _ends_us(filters)
    shown: list[Position] = []
    while start_us <= end_us:
        found = await context.history.positions(slot, start_us, end_us, limit=filters.limit + 1)
        visible = visible_rows(found, caller, context)
        shown += [_position(found, row, context) for row in visible[: filters.limit + 1 - len(shown)]]
        if len(shown) > filters.limit or len(found) <= filters.limit:
            break
        start_us = int(found.block.observed_us[-1]) + 1
    # A unit has one report an instant, so the instant is key enough.
    following = cut(request, shown, filters.limit, lambda position: (parse_instant(position.observed_at),))
    return Json(PositionList(shown, following))


def seen_slot(track_id: str, caller: Caller, context: Context) -> int:
    """Return the slot of a track that the caller may see; what he may not see is not found, as what is not there."""
    slot = context.sealer.track_slot(track_id)
    if slot is None or slot > _MOST_SLOTS or context.engine.tracks.row_of(slot, caller.allowed.mask()) is None:
        raise Problem("not_found")
    return slot


def _rows(filters: Tracks, caller: Caller, context: Context) -> Rows:
    tracks, where = context.engine.tracks, where_of(filters)
    status = choice_of("status", filters.status, STATUS_NAMES)
    rows = tracks.visible(caller.allowed.mask())
    rows = rows[inside(where.bbox, tracks.lon_e7[rows], tracks.lat_e7[rows])]
    if where.from_us is not None:
        rows = rows[tracks.observed_us[rows] >= where.from_us]
    if where.to_us is not None:
        rows = rows[tracks.observed_us[rows] <= where.to_us]
    if status is not None:
        rows = rows[tracks.status[rows] == STATUS_NAMES.index(status)]
    if filters.party is not None:
        profiles = context.registry.profiles
        named = [profiles[number].party == filters.party for number in tracks.profile[rows].tolist()]
        rows = rows[np.array(named, np.bool_)]
    return rows if filters.feature is None else rows[_within(filters.feature, rows, context)]


def _within(feature_id: str, rows: Rows, context: Context) -> Mask:
    """Return which rows lie in the zone, or on its edge, as the mission has it now."""
    now_us = context.now_us()
    zones = [
        shape_of(feature.geometry)
        for feature in context.engine.mission.features
        if feature.id == feature_id and feature.geometry["type"] in AREAS and is_valid_at(feature, now_us)
    ]
    if not zones:
        raise Problem("bad_parameter", "feature: expected the id of a zone in force.", field="feature")
    lon, lat = context.engine.tracks.lon_e7[rows] / E7, context.engine.tracks.lat_e7[rows] / E7
    within = np.zeros(len(rows), np.bool_)
    for zone in zones:
        for turn in (-360.0, 0.0, 360.0):  # a zone across the antimeridian goes on past ±180
            within |= shapely.intersects_xy(zone, lon + turn, lat)
    return within


def _ends_us(filters: Span) -> tuple[int, int]:
    first_us, last_us = instant_of("from", filters.from_), instant_of("to", filters.to)
    after = opened(filters.cursor, int)
    start_us = -_EVER_US if first_us is None else first_us
    return (
        start_us if after is None else max(start_us, after[0] + 1),
        _EVER_US if last_us is None else last_us,
    )


def visible_rows(found: Positions, caller: Caller, context: Context) -> list[int]:
    """Return the rows whose reports the caller may read, in their order."""
    profiles = context.registry.profiles
    markings = np.array([profiles[number].marking for number in found.block.profile.tolist()], np.intp)
    rows: list[int] = np.flatnonzero(caller.allowed.mask()[markings]).tolist()
    return rows


def _position(found: Positions, row: int, context: Context) -> Position:
    profile = context.registry.profiles[int(found.block.profile[row])]
    return Position(
        id=context.sealer.report_id(int(found.seq[row]), int(found.index[row])),
        observed_at=instant_text(int(found.block.observed_us[row])),
        received_at=instant_text(int(found.received_us[row])),
        lon=int(found.block.lon_e7[row]) / E7,
        lat=int(found.block.lat_e7[row]) / E7,
        altitude_m=given(found.block.altitude_m[row]),
        altitude_ref=profile.altitude_ref,
        accuracy_m=given(found.block.accuracy_m[row]),
        speed_m_s=given(found.block.speed_m_s[row]),
        course_deg=given(found.block.course_deg[row]),
        flags=flag_names(int(found.block.flags[row])),
        label=context.registry.markings[profile.marking].label,
    )
