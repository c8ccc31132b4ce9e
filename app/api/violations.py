"""Violations: found, listed, and judged by officers."""

from typing import Annotated, get_args

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.documents import ViolationDetail, ViolationList
from app.api.judging import judged
from app.api.lists import Place, choice_of, cut, numbers_of, opened, where_of
from app.api.reference import answers
from app.live.frames import ViolationFrame, violation_frame
from app.model.entry import Assessed
from app.model.instant import SECOND_US
from app.model.problems import Problem
from app.model.violation import ASSESSMENT_STATES, AssessmentState, Status, Violation
from app.store.outcomes import Wanted, violation_by_id, violation_revisions, violations

router = APIRouter(prefix="/api/v1/violations", tags=["violations"])
Assessor = Annotated[Caller, Depends(calling("assess"))]


class Violations(Place):
    """The filters of the violations."""

    status: str | None = Query(None, max_length=40, description=" | ".join(get_args(Status)))
    feature: str | None = Query(None, max_length=128, description="The feature that was violated, by its id.")
    assessment: str | None = Query(None, max_length=40, description=" | ".join(ASSESSMENT_STATES))
    older_than: int | None = Query(
        None, ge=0, le=10**7, description="Only what is open and was first told so many seconds ago, or longer."
    )


class Judgement(BaseModel):
    """An officer's judgement of a violation, as of the revision that he has seen."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: AssessmentState
    note: str | None = Field(None, max_length=4000)
    revision: int = Field(ge=1, le=2**53)


@router.get("", responses=answers(ViolationList))
async def listed(filters: Annotated[Violations, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """Violations, the last observed first, each in its newest revision."""
    where = where_of(filters)
    wanted = Wanted(
        markings=numbers_of(caller.allowed),
        bbox=where.bbox,
        from_us=where.from_us,
        to_us=where.to_us,
        party=filters.party,
        status=choice_of("status", filters.status, get_args(Status)),
        feature=filters.feature,
        assessment=choice_of("assessment", filters.assessment, ASSESSMENT_STATES),
        told_before_us=None if filters.older_than is None else context.now_us() - filters.older_than * SECOND_US + 1,
    )
    before = opened(filters.cursor, int, str)
    found = await context.database.read(
        lambda db: violations(db, wanted, filters.limit + 1, (before[0], before[1]) if before else None)
    )
    following = cut(request, found, filters.limit, lambda one: (one.observed_us, one.id))
    return Json(ViolationList([violation_frame(one) for one in found], following))


@router.get("/{violation_id}", responses=answers(ViolationDetail))
async def one(violation_id: str, caller: Reader, context: Ctx) -> Response:
    """One violation, with its revisions."""
    newest = await seen_violation(violation_id, caller, context)
    revisions = await context.database.read(lambda db: violation_revisions(db, violation_id))
    shown = [violation_frame(revision) for revision in revisions if caller.allowed.may(revision.marking)]
    return Json(ViolationDetail(**msgspec.structs.asdict(violation_frame(newest)), revisions=shown))


@router.post("/{violation_id}/assessment", responses=answers(ViolationFrame))
async def assess(violation_id: str, judgement: Judgement, caller: Assessor, context: Ctx) -> Response:
    """Judge a violation. 409 when it has changed since the revision given; the answer is its new revision."""
    seen = await seen_violation(violation_id, caller, context)
    if seen.revision != judgement.revision:
        raise Problem("stale")
    entry = Assessed(
        violation=violation_id,
        revision=judgement.revision,
        state=judgement.state,
        note=judgement.note,
        by=caller.principal.name,
        principal=caller.principal.id,
    )
    refused = await judged(context, entry)
    if refused is not None:
        raise Problem("stale" if refused == "stale" else "not_found")
    revisions = await context.database.read(lambda db: violation_revisions(db, violation_id))
    # A report may have changed it again meanwhile: the answer is the revision that this judgement made.
    return Json(violation_frame(next(it for it in revisions if it.revision == judgement.revision + 1)))


async def seen_violation(violation_id: str, caller: Caller, context: Context) -> Violation:
    """Return a violation that the caller may see. Raises Problem ``not_found``."""
    found = await context.database.read(lambda db: violation_by_id(db, violation_id))
    if found is None or not caller.allowed.may(found.marking):
        raise Problem("not_found")
    return found
