"""The log-book: what officers write down for those who watch after them. A correction keeps the earlier words."""

from typing import Annotated, get_args

import apsw
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.judging import entered
from app.api.lists import Span, choice_of, cut, instant_of, numbers_of, opened
from app.api.reference import answers
from app.api.shift_documents import NoteFrame, NoteList, note_frame
from app.api.writing import (
    LabelGiven,
    checked_prose,
    label_of,
    marking_of,
    past_instant,
    track_linked,
    violation_linked,
)
from app.feeds.terms import Terms
from app.model.entry import Noted
from app.model.note import Note, NoteCategory
from app.model.problems import Problem
from app.store.notes import WantedNotes, notes, wordings, wordings_of

router = APIRouter(prefix="/api/v1/log", tags=["shift"])
Writer = Annotated[Caller, Depends(calling("assess"))]


class Log(Span):
    """The filters of the log-book; from and to are of ``at``."""

    category: str | None = Query(None, max_length=40, description=" | ".join(get_args(NoteCategory)))
    violation: str | None = Query(None, max_length=64, description="Notes about a violation, by its id.")
    track: str | None = Query(None, max_length=64, description="Notes about a track, by its id.")


class NewNote(BaseModel):
    """A note. ``at`` is when it was so: now, unless it is given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=10_000)
    category: NoteCategory = "general"
    at: str | None = Field(None, max_length=40)
    violation: str | None = Field(None, max_length=64)
    track: str | None = Field(None, max_length=64)
    label: LabelGiven | None = None


class Correction(BaseModel):
    """Other words for a note, as of the revision that the officer has read. What is not given stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=10_000)
    category: NoteCategory | None = None
    at: str | None = Field(None, max_length=40)
    revision: int = Field(ge=1, le=2**53)


@router.get("", responses=answers(NoteList))
async def listed(filters: Annotated[Log, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """Notes, the last first, each with its earlier wordings."""
    wanted = WantedNotes(
        markings=numbers_of(caller.allowed),
        from_us=instant_of("from", filters.from_),
        to_us=instant_of("to", filters.to),
        category=choice_of("category", filters.category, get_args(NoteCategory)),
        violation=filters.violation,
        track=filters.track,
    )
    after = opened(filters.cursor, int, str)
    before = (after[0], after[1]) if after else None

    def read(connection: apsw.Connection) -> list[list[Note]]:
        return wordings_of(connection, notes(connection, wanted, filters.limit + 1, before))

    found = await context.database.read(read)
    following = cut(request, found, filters.limit, lambda one: (one[-1].at_us, one[-1].id))
    return Json(NoteList([note_frame(one) for one in found], following))


@router.get("/{note_id}", responses=answers(NoteFrame))
async def one(note_id: str, caller: Reader, context: Ctx) -> Response:
    """One note."""
    return Json(note_frame(await _found(note_id, caller, context)))


@router.post("", status_code=201, responses=answers(NoteFrame, 201))
async def write(new: NewNote, caller: Writer, context: Ctx) -> Response:
    """Write a note. About a violation or track, it is seen only by those who may see that too."""
    label = label_of(new.label, Terms.of(context.engine.mission))
    linked = [] if new.violation is None else [await violation_linked(new.violation, caller, context)]
    if new.track is not None:
        linked.append(track_linked(new.track, caller, context)[1])
    seq = await entered(
        context,
        Noted(
            text=checked_prose("text", new.text),
            category=new.category,
            at_us=context.now_us() if new.at is None else past_instant("at", new.at, context),
            by=caller.principal.name,
            principal=caller.principal.id,
            violation=new.violation,
            track=new.track,
            marking=marking_of(label, caller, *linked),
        ),
    )
    return Json(note_frame(await _found(context.sealer.seal("l", seq), caller, context)), 201)


@router.post("/{note_id}/correction", responses=answers(NoteFrame))
async def correct(note_id: str, correction: Correction, caller: Writer, context: Ctx) -> Response:
    """Say a note in other words; the earlier ones stay. 409 when it was corrected since the revision given."""
    known = await _found(note_id, caller, context)
    if len(known) != correction.revision:
        raise Problem("stale")
    last = known[-1]
    await entered(
        context,
        Noted(
            text=checked_prose("text", correction.text),
            category=correction.category or last.category,
            at_us=last.at_us if correction.at is None else past_instant("at", correction.at, context),
            by=caller.principal.name,
            principal=caller.principal.id,
            violation=last.violation,
            track=last.track,
            marking=last.marking,
            corrects=note_id,
        ),
    )
    return Json(note_frame(await _found(note_id, caller, context)))


async def _found(note_id: str, caller: Caller, context: Context) -> list[Note]:
    known = await context.database.read(lambda db: wordings(db, note_id))
    if not known or not caller.allowed.may(known[-1].marking):
        raise Problem("not_found")
    return known
