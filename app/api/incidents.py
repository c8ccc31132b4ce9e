"""Incidents, as their contingents tell them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.documents import IncidentDetail, IncidentList, TakenAnswer
from app.api.ingest import answer_of
from app.api.intake import Intake
from app.api.lists import Place, cut, numbers_of, opened, where_of
from app.api.reference import answers
from app.live.frames import incident_frame
from app.model.label import HEADQUARTERS
from app.model.problems import Problem
from app.store.outcomes import Wanted, incident_key, incident_versions, incidents

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])
Raiser = Annotated[Caller, Depends(calling("raise"))]
JUDGED_S = 5.0
"""What an officer logged is on his own map when he hears that it is kept, unless the engine is this far behind."""


@router.get("", responses=answers(IncidentList))
async def listed(filters: Annotated[Place, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """Incidents, the last observed first, each in the newest version that the caller may see."""
    where = where_of(filters)
    wanted = Wanted(
        markings=numbers_of(caller.allowed),
        bbox=where.bbox,
        from_us=where.from_us,
        to_us=where.to_us,
        party=filters.party,
    )
    after = opened(filters.cursor, int, str, str)
    before = (after[0], after[1], after[2]) if after else None
    found = await context.database.read(lambda db: incidents(db, wanted, filters.limit + 1, before))
    following = cut(request, found, filters.limit, lambda one: (one.observed_us, one.contingent, one.incident))
    return Json(IncidentList([incident_frame(one, context.sealer) for one in found], following))


@router.post("", responses=answers(TakenAnswer))
async def log(request: Request, caller: Raiser, context: Ctx) -> Response:
    """Log an incident from the operations centre, as an officer who has logged in; again under its id, it is amended.

    It is told as that of his contingent, or of headquarters. The body and the answer are those of the same call with
    a key.
    """
    teller = msgspec.structs.replace(caller.principal, contingent=caller.principal.contingent or HEADQUARTERS)
    intake: Intake = request.app.state.intake
    taken = await intake.take("incidents", teller, await request.body(), lines=False, dry=False)
    await context.worker.wait_for(context.journal.head(), JUDGED_S)
    status, headers, body = answer_of(taken)
    return Response(body, status, {name.decode(): value.decode() for name, value in headers})


@router.get("/{incident_id}", responses=answers(IncidentDetail))
async def one(incident_id: str, caller: Reader, context: Ctx) -> Response:
    """One incident, with its versions."""
    key = await context.database.read(
        lambda db: incident_key(db, lambda *key: context.sealer.incident_id(*key) == incident_id)
    )
    if key is None:
        raise Problem("not_found")
    versions = await context.database.read(lambda db: incident_versions(db, *key))
    shown = [incident_frame(one, context.sealer) for one in versions if caller.allowed.may(one.marking)]
    if not shown:
        raise Problem("not_found")
    return Json(IncidentDetail(**msgspec.structs.asdict(shown[-1]), versions=shown))
