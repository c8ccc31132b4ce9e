"""Everything visible in one answer: now, or at an instant of the past."""

from typing import Annotated

import apsw
import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader
from app.api.documents import Picture
from app.api.feeds import feed_frames
from app.api.lists import MOST, instant_of, numbers_of
from app.api.past import As
from app.api.reference import answers
from app.live.frames import feature_frame, incident_frame, mission_frame, violation_frame
from app.model.instant import SECOND_US, instant_text
from app.model.problems import Problem
from app.store.outcomes import Wanted, incidents, present_violations

router = APIRouter(prefix="/api/v1/picture", tags=["picture"])
RECENT_US = 24 * 3600 * SECOND_US


class Instant(BaseModel):
    """Of when the picture is asked for, and with what knowledge."""

    model_config = ConfigDict(extra="forbid")

    at: str | None = Query(None, max_length=40, description="RFC 3339, with offset; now, if it is not given.")
    as_: As | None = Query(None, alias="as", description="With at: as known then (known), or as corrected since.")


@router.get("", responses=answers(Picture))
async def picture(asked: Annotated[Instant, Query()], caller: Reader, context: Ctx) -> Response:
    """All tracks, every violation that is open or changed in 24 h, the incidents of 24 h, the mission and the feeds.

    With ``at``, as it stood then. *As known*: of each unit the newest report that had been received by then, violations
    in the revision that had been told, incidents in the version. *As corrected*: by all that came since, late reports,
    corrections and amendments; what turned out to be no violation is not there. Statuses, and the mission, are of then.
    """
    at_us = instant_of("at", asked.at)
    if at_us is not None:
        return await _past(caller, context, at_us, asked.as_ != "corrected")
    if asked.as_ is not None:
        raise Problem("bad_parameter", "as: only together with at.", field="as")
    return Json(await _present(caller, context))


async def _present(caller: Caller, context: Context) -> Picture:
    now_us, may = context.now_us(), caller.allowed.may
    wanted = Wanted(markings=numbers_of(caller.allowed), from_us=now_us - RECENT_US)
    told = await context.database.read(lambda db: incidents(db, wanted, MOST))
    raised = await context.database.read(lambda db: present_violations(db, now_us - RECENT_US))
    tracks, mission = context.engine.tracks, context.engine.mission
    return Picture(
        at=instant_text(now_us),
        lag_s=round(context.worker.lag_s()),
        mission=mission_frame(mission),
        tracks=context.framing.frames(tracks, tracks.visible(caller.allowed.mask())),
        incidents=[incident_frame(version, context.sealer) for version in told],
        violations=[violation_frame(violation) for violation in raised if may(violation.marking)],
        features=[feature_frame(feature) for feature in mission.features],
        feeds=feed_frames(caller, context),
    )


async def _past(caller: Caller, context: Context, at_us: int, as_known: bool) -> Response:
    sight = context.past.sight(caller.principal, as_known, context.journal.head())

    def drawn(connection: apsw.Connection) -> bytes:
        return msgspec.json.encode(context.past.picture(connection, sight, at_us))

    async with context.past.turns:
        return Response(await context.database.read(drawn), media_type="application/json")
