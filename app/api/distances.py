"""How near a track came to a line or zone, and how fast it went: what is charted beside its card. Judges nothing."""

import asyncio
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Ctx, Json, Reader
from app.api.documents import DistanceList, DistancePosition, given
from app.api.features import is_valid_at
from app.api.lists import instant_of
from app.api.reference import answers
from app.api.tracks import seen_slot, visible_rows
from app.geo.geodesy import distance_m
from app.geo.grid import Rows
from app.model.feature import Feature
from app.model.instant import SECOND_US, instant_text
from app.model.problems import Problem
from app.model.report import ASIDE, F64, I64, ReportBlock
from app.picture.plausibility import gate_of
from app.rules.rulebook import edges_of

router = APIRouter(prefix="/api/v1/tracks", tags=["picture"])
USUAL_US = 3600 * SECOND_US
LONGEST_US = 24 * USUAL_US
MOST_REPORTS = 100_000
MOST_POSITIONS = 600
"""More than a chart has pixels for. Of more reports, the nearest and the fastest of each stretch of time are kept."""
_KEPT_A_STRETCH = 4


class Asked(BaseModel):
    """Of when, and beside what."""

    model_config = ConfigDict(extra="forbid")

    from_: str | None = Query(None, alias="from", max_length=40, description="RFC 3339; an hour before to if left out.")
    to: str | None = Query(None, max_length=40, description="RFC 3339; now if left out. A day after from at most.")
    feature: str | None = Query(None, max_length=128, description="A feature's id; the nearest with rules if left out.")


Side = Literal["left", "right", "inside", "outside"] | None


@router.get("/{track_id}/distances", responses=answers(DistanceList))
async def distances(track_id: str, asked: Annotated[Asked, Query()], caller: Reader, context: Ctx) -> Response:
    """How far the track was from a line, or from the edge of a zone, report by report, and how fast.

    Each report is measured against the feature as it was in force then, along the ellipsoid. Where no feature is named
    it is the one with rules that is nearest to the last report. At most 600 positions: of more reports, those that
    were nearest and fastest in each stretch of time. What only waits for a clock that runs ahead is left out.
    """
    slot = seen_slot(track_id, caller, context)
    from_us, to_us = _span(asked, context.now_us())
    versions = _versions(asked.feature, context)
    found = await context.history.positions(slot, from_us, to_us, limit=MOST_REPORTS + 1)
    if len(found) > MOST_REPORTS:
        raise Problem("bad_parameter", f"from: more than {MOST_REPORTS:,} reports since then.", field="from")
    block = found.block.taken(np.array(visible_rows(found, caller, context), np.intp))
    block = block.taken((block.flags & ASIDE) == 0)
    profiles = [context.registry.profiles[number] for number in block.profile.tolist()]
    gates_m_s = np.array([gate_of(profile.platform, context.engine.mission.gates) for profile in profiles])
    return Json(await asyncio.to_thread(_charted, block, gates_m_s, versions, asked.feature is not None))


def _span(asked: Asked, now_us: int) -> tuple[int, int]:
    from_us, to_us = instant_of("from", asked.from_), instant_of("to", asked.to)
    to_us = now_us if to_us is None else to_us
    from_us = to_us - USUAL_US if from_us is None else from_us
    if not from_us <= to_us <= from_us + LONGEST_US:
        raise Problem("bad_parameter", "to: expected an instant after from, by a day at most.", field="to")
    return from_us, to_us


def _versions(feature: str | None, context: Context) -> list[Feature]:
    """Return the versions of the feature named, or of all; what is a mere point has no edge."""
    edged = [one for one in context.engine.mission.features if one.geometry["type"] != "Point" or one.radius_m]
    if feature is None:
        return edged
    named = [one for one in edged if one.id == feature]
    if not named:
        raise Problem("bad_parameter", "feature: expected the id of a line or zone.", field="feature")
    return named


def _charted(block: ReportBlock, gates_m_s: F64, versions: list[Feature], is_named: bool) -> DistanceList:
    chosen = versions if is_named else _nearest(block, versions)
    metres, sides = _beside(block, chosen)
    legs_m_s = _leg_speeds(block, gates_m_s)
    rows = thinned(block.observed_us, metres, np.where(np.isnan(block.speed_m_s), legs_m_s, block.speed_m_s))
    return DistanceList(
        feature=chosen[-1].id if chosen else None,
        feature_name=chosen[-1].name if chosen else None,
        reports=len(block),
        positions=[
            DistancePosition(
                observed_at=instant_text(int(block.observed_us[row])),
                distance_m=given(metres[row]),
                side=sides[row],
                speed_m_s=given(block.speed_m_s[row]),
                leg_speed_m_s=given(legs_m_s[row]),
            )
            for row in rows.tolist()
        ],
    )


def _nearest(block: ReportBlock, versions: list[Feature]) -> list[Feature]:
    """Return all versions of the feature with rules that is nearest to the last report, of those in force then."""
    if not len(block):
        return []
    last = block.taken(np.array([len(block) - 1]))
    lon_e7, lat_e7, then_us = last.lon_e7.astype(np.int64), last.lat_e7.astype(np.int64), int(last.observed_us[0])
    away = [
        (float(edges_of(one).distance_m(lon_e7, lat_e7)[0]), one.id)
        for one in versions
        if one.rules and is_valid_at(one, then_us)
    ]
    return [one for one in versions if one.id == min(away)[1]] if away else []


def _beside(block: ReportBlock, versions: list[Feature]) -> tuple[F64, list[Side]]:
    """Return metres from each report to the version of its time, NaN where there was none, and on which side it was."""
    metres = np.full(len(block), np.nan)
    sides: list[Side] = [None] * len(block)
    lon_e7, lat_e7 = block.lon_e7.astype(np.int64), block.lat_e7.astype(np.int64)
    for version in versions:
        rows = np.flatnonzero([is_valid_at(version, at_us) for at_us in block.observed_us.tolist()])
        edges = edges_of(version)
        lons, lats = lon_e7[rows], lat_e7[rows]
        metres[rows] = edges.distance_m(lons, lats)
        names: tuple[Side, Side, Side] = ("outside", "inside", None) if edges.is_zone else (None, "left", "right")
        signs = edges.inside(lons, lats) if edges.is_zone else edges.side(lons, lats)
        for row, sign in zip(rows.tolist(), signs.tolist(), strict=True):
            sides[row] = names[int(sign)]
    return metres, sides


def _leg_speeds(block: ReportBlock, gates_m_s: F64) -> F64:
    """Return the mean speed of the way to each report from the one before, m/s; NaN where it is beyond belief."""
    speeds = np.full(len(block), np.nan)
    ends = block.lon_e7[:-1], block.lat_e7[:-1], block.lon_e7[1:], block.lat_e7[1:]
    took_s = np.diff(block.observed_us) / SECOND_US
    took_s[took_s <= 0] = np.nan  # two reports of one instant say nothing of speed
    speeds[1:] = distance_m(*ends) / took_s
    speeds[speeds > gates_m_s] = np.nan
    return speeds


def thinned(observed_us: I64, metres: F64, speed_m_s: F64, most: int = MOST_POSITIONS) -> Rows:
    """Return which rows, in observed order, to draw: at most ``most`` (of 4 or more), all where there are no more.

    Of each of equal stretches of time the first and the last are kept, the nearest to the edge, and the fastest: what a
    line through them leaves out is less extreme, and gaps stay gaps.
    """
    count = len(observed_us)
    if count <= most:
        return np.arange(count)
    stretches = most // _KEPT_A_STRETCH
    begun_us, long_us = int(observed_us[0]), max(1, int(observed_us[-1] - observed_us[0]) + 1)
    stretch = (observed_us - begun_us) * stretches // long_us
    ends = np.append(np.flatnonzero(np.diff(stretch)) + 1, count)
    near, fast = np.where(np.isnan(metres), np.inf, metres), np.nan_to_num(speed_m_s, nan=-1.0)
    kept: set[int] = set()
    first = 0
    for end in ends.tolist():
        kept |= {first, end - 1, first + int(near[first:end].argmin()), first + int(fast[first:end].argmax())}
        first = end
    return np.array(sorted(kept), np.intp)
