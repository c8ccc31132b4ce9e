"""What was told of violations before, and reads otherwise since: field by field, why, and when."""

from typing import Annotated, Any, get_args

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.deps import Ctx, Json, Reader
from app.api.documents import CorrectionFrame, CorrectionList, FieldChange
from app.api.lists import Page, choice_of, cut, instant_of, numbers_of, opened
from app.api.reference import answers
from app.live.frames import violation_frame
from app.model.instant import SECOND_US, instant_text
from app.model.problems import Problem
from app.model.violation import Cause
from app.store.corrections import Correction, corrections

router = APIRouter(prefix="/api/v1/corrections", tags=["violations"])
_DAY_US = 86_400 * SECOND_US
_NOT_TOLD = ("revision", "changed_at", "cause")
"""Fields that differ between any two revisions, or say why they differ."""


class Corrections(Page):
    """The filters of the corrections."""

    from_: str | None = Query(None, alias="from", max_length=40, description="Told since; a day before to if left out.")
    to: str | None = Query(None, max_length=40, description="Told until; now if left out.")
    cause: str | None = Query(None, max_length=40, description=" | ".join(get_args(Cause)))
    feature: str | None = Query(None, max_length=128, description="The feature that was violated, by its id.")
    party: str | None = Query(None, max_length=128, description="A party of the mission, mission, or unknown.")
    violation: str | None = Query(None, max_length=64, description="Of one violation, by its id.")


@router.get("", responses=answers(CorrectionList))
async def listed(filters: Annotated[Corrections, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """What violations were told otherwise before, the last told first: which fields changed from what to what, and why.

    Times are those of telling. A day by default.
    """
    given_us = instant_of("to", filters.to)
    to_us = context.now_us() if given_us is None else given_us
    since_us = instant_of("from", filters.from_)
    from_us = to_us - _DAY_US if since_us is None else since_us
    if from_us > to_us:
        raise Problem("bad_parameter", "from: must not be after to.", field="from")
    cause = choice_of("cause", filters.cause, get_args(Cause))
    after = opened(filters.cursor, int, str, int)

    def wanted(pair: Correction) -> bool:
        one = pair.after
        return (
            (cause is None or one.cause == cause)
            and (filters.feature is None or one.feature == filters.feature)
            and (filters.party is None or filters.party in (one.party, pair.before.party))
            and (filters.violation is None or one.id == filters.violation)
            and (after is None or pair.place < after)
        )

    markings, may = numbers_of(caller.allowed), caller.allowed.may
    found = await context.database.read(lambda db: corrections(db, markings, may, from_us, to_us, wanted))
    following = cut(request, found, filters.limit, lambda pair: pair.place)
    return Json(CorrectionList([_frame(pair) for pair in found], following))


def _frame(pair: Correction) -> CorrectionFrame:
    before, after = violation_frame(pair.before), violation_frame(pair.after)
    return CorrectionFrame(
        violation=after.id,
        revision=after.revision,
        at=instant_text(pair.after.changed_us),
        cause=after.cause,
        rule=after.rule,
        rule_id=after.rule_id,
        feature=after.feature,
        party=after.party,
        status=after.status,
        observed_at=after.observed_at,
        changes=[
            FieldChange(name, _plain(getattr(before, name)), _plain(getattr(after, name)))
            for name in after.__struct_fields__
            if name not in _NOT_TOLD and getattr(before, name) != getattr(after, name)
        ],
    )


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
