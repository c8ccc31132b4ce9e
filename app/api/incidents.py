"""Incidents, as their contingents tell them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.deps import Ctx, Json, Reader
from app.api.documents import IncidentDetail, IncidentList
from app.api.lists import Place, cut, numbers_of, opened, where_of
from app.api.reference import answers
from app.live.frames import incident_frame
from app.model.problems import Problem
from app.store.outcomes import Wanted, incident_key, incident_versions, incidents

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


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
