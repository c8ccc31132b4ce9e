"""Mutes: what is to make no sound for a while, seen by all whom it concerns. Nothing is hidden or lost by them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.judging import entered
from app.api.lists import Span, cut, instant_of, numbers_of, opened
from app.api.reference import answers
from app.api.shift_documents import MuteFrame, MuteList, mute_frame
from app.api.writing import checked_line, checked_prose, feature_linked, instant_given, marking_of, track_linked
from app.model.entry import Muted, Unmuted
from app.model.instant import SECOND_US
from app.model.label import Label
from app.model.problems import Problem
from app.store.notes import mute_by_id, mutes_between

router = APIRouter(prefix="/api/v1/mutes", tags=["shift"])
Muter = Annotated[Caller, Depends(calling("assess"))]
LONGEST_US = 24 * 3600 * SECOND_US


class NewMute(BaseModel):
    """What to mute, by at least one of rule (a kind or a rule's id), feature and track; until when, at most a day."""

    model_config = ConfigDict(extra="forbid", strict=True)

    until: str = Field(max_length=40)
    rule: str | None = Field(None, min_length=1, max_length=128)
    feature: str | None = Field(None, min_length=1, max_length=128)
    track: str | None = Field(None, max_length=64)
    note: str | None = Field(None, min_length=1, max_length=1000)


@router.get("", responses=answers(MuteList))
async def listed(filters: Annotated[Span, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """The mutes in force now, oldest first; with from and to, those in force at some time between."""
    now_us = context.now_us()
    from_us, to_us = instant_of("from", filters.from_), instant_of("to", filters.to)
    after = opened(filters.cursor, int, str)
    ends = now_us if from_us is None else from_us, now_us if to_us is None else to_us
    numbers = numbers_of(caller.allowed)
    found = await context.database.read(lambda db: mutes_between(db, numbers, *ends))
    found = [mute for mute in found if after is None or (mute.from_us, mute.id) > after]
    following = cut(request, found, filters.limit, lambda mute: (mute.from_us, mute.id))
    return Json(MuteList([mute_frame(mute) for mute in found], following))


@router.post("", status_code=201, responses=answers(MuteFrame, 201))
async def mute(new: NewMute, caller: Muter, context: Ctx) -> Response:
    """Mute a rule, a feature, a track, or what is of all that are named. All who may see the track see the mute."""
    if new.rule is None and new.feature is None and new.track is None:
        raise Problem("invalid", "Name a rule, a feature or a track.")
    if new.rule is not None:
        checked_line("rule", new.rule)
    if new.feature is not None:
        feature_linked(new.feature, context)
    linked = [] if new.track is None else [track_linked(new.track, caller, context)[1]]
    now_us, until_us = context.now_us(), instant_given("until", new.until)
    if not now_us < until_us <= now_us + LONGEST_US:
        raise Problem("invalid", "until: expected an instant of the next 24 hours.", field="until")
    seq = await entered(
        context,
        Muted(
            rule=new.rule,
            feature=new.feature,
            track=new.track,
            until_us=until_us,
            note=None if new.note is None else checked_prose("note", new.note),
            by=caller.principal.name,
            principal=caller.principal.id,
            marking=marking_of(Label(), caller, *linked),
        ),
    )
    made = await context.database.read(lambda db: mute_by_id(db, context.sealer.seal("m", seq)))
    assert made is not None, "an entry that was judged is on disk"
    return Json(mute_frame(made), 201)


@router.delete("/{mute_id}", status_code=204)
async def lift(mute_id: str, caller: Muter, context: Ctx) -> Response:
    """End a mute before its time. Any officer who sees it may; one that is over already stays as it is."""
    found = await context.database.read(lambda db: mute_by_id(db, mute_id))
    if found is None or not caller.allowed.may(found.marking):
        raise Problem("not_found")
    if found.lifted_us is None and context.now_us() < found.until_us:
        await entered(context, Unmuted(mute=mute_id, by=caller.principal.name, principal=caller.principal.id))
    return Response(status_code=204)
