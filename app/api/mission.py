"""Setting another mission file, while running."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.api.deps import Caller, Ctx, Json, calling
from app.api.judging import judged
from app.api.reference import answers
from app.live.frames import MissionFrame, mission_frame
from app.model.entry import MissionSet
from app.model.mission import parse_mission

router = APIRouter(prefix="/api/v1/mission", tags=["mission"])
Setter = Annotated[Caller, Depends(calling("mission"))]
_BODY = {"requestBody": {"required": True, "content": {"application/geo+json": {"schema": {"type": "object"}}}}}


@router.put("", responses=answers(MissionFrame), openapi_extra=_BODY)
async def set_mission(request: Request, caller: Setter, context: Ctx) -> Response:
    """Replace the mission by the file in the body, as a new version of it. 422 lists every fault by feature id."""
    document = await request.body()
    mission = await asyncio.to_thread(parse_mission, document)
    await judged(context, MissionSet(document, by=caller.principal.name))
    return Json(mission_frame(mission))
