"""Everything visible now, in one answer."""

from fastapi import APIRouter
from starlette.responses import Response

from app.api.deps import Ctx, Json, Reader
from app.api.documents import Picture
from app.api.feeds import feed_frames
from app.api.lists import MOST, numbers_of
from app.api.reference import answers
from app.live.frames import feature_frame, incident_frame, mission_frame, violation_frame
from app.model.instant import SECOND_US, instant_text
from app.store.outcomes import Wanted, incidents, present_violations

router = APIRouter(prefix="/api/v1/picture", tags=["picture"])
RECENT_US = 24 * 3600 * SECOND_US


@router.get("", responses=answers(Picture))
async def picture(caller: Reader, context: Ctx) -> Response:
    """All tracks, every violation that is open or changed in 24 h, the incidents of 24 h, the mission and the feeds."""
    now_us, may = context.now_us(), caller.allowed.may
    wanted = Wanted(markings=numbers_of(caller.allowed), from_us=now_us - RECENT_US)
    told = await context.database.read(lambda db: incidents(db, wanted, MOST))
    raised = await context.database.read(lambda db: present_violations(db, now_us - RECENT_US))
    tracks, mission = context.engine.tracks, context.engine.mission
    return Json(
        Picture(
            at=instant_text(now_us),
            lag_s=round(context.worker.lag_s()),
            mission=mission_frame(mission),
            tracks=context.framing.frames(tracks, tracks.visible(caller.allowed.mask())),
            incidents=[incident_frame(version, context.sealer) for version in told],
            violations=[violation_frame(violation) for violation in raised if may(violation.marking)],
            features=[feature_frame(feature) for feature in mission.features],
            feeds=feed_frames(caller, context),
        )
    )
