"""The mission file: as it is in force, and set anew while running."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.api.changing import refuse_stale, tag_of
from app.api.deps import Caller, Ctx, Json, calling
from app.api.judging import judged
from app.api.reference import answers
from app.live.frames import MissionFrame, mission_frame
from app.model.entry import MissionSet
from app.model.mission import parse_mission
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/mission", tags=["mission"])
Setter = Annotated[Caller, Depends(calling("mission"))]
_CONTENT = {"content": {"application/geo+json": {"schema": {"type": "object"}}}}


@router.get("", responses={"200": {"description": "The mission file.", **_CONTENT}})
async def mission_file(caller: Setter, context: Ctx) -> Response:
    """The mission file in force, as it was given, for those who may set it. Its ETag is what If-Match takes."""
    document = context.engine.document
    if document is None:
        raise Problem("not_found")
    return Response(document, media_type="application/geo+json", headers={"ETag": tag_of(document)})


@router.put("", responses=answers(MissionFrame), openapi_extra={"requestBody": {"required": True, **_CONTENT}})
async def set_mission(request: Request, caller: Setter, context: Ctx) -> Response:
    """Replace the mission by the file in the body, as a new version of it. 422 lists every fault by feature id.

    With If-Match it replaces only the mission that has this ETag, else it is 409.
    """
    document = await request.body()
    mission = await asyncio.to_thread(parse_mission, document)
    refuse_stale(request, context.engine.document)
    over = context.engine.mission.revision if "if-match" in request.headers else None
    principal = caller.principal
    if await judged(context, MissionSet(document, by=principal.name, principal=principal.id, over=over)) is not None:
        raise Problem("stale")
    return Json(mission_frame(mission), headers={"ETag": tag_of(document)})
