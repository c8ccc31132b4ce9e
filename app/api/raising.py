"""Violations that an officer raises by hand: the rule ``reported``."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.deps import Caller, Ctx, Json, calling
from app.api.judging import entered
from app.api.reference import answers
from app.api.writing import (
    LabelGiven,
    checked_line,
    checked_prose,
    feature_linked,
    label_of,
    marking_of,
    past_instant,
    track_linked,
)
from app.engine.by_hand import raised_id
from app.feeds.terms import Terms
from app.live.frames import ViolationFrame, violation_frame
from app.model.entry import Raised
from app.model.identity import Unit
from app.model.label import Marking
from app.model.problems import Problem
from app.model.violation import Severity
from app.store.outcomes import violation_by_id

router = APIRouter(prefix="/api/v1/violations", tags=["violations"])
Raiser = Annotated[Caller, Depends(calling("raise"))]
UNKNOWN_PARTY = "unknown"


class Reported(BaseModel):
    """What an officer reports. Under the same ``report_id`` he amends what he raised before, or withdraws it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    party: str = Field(min_length=1, max_length=64)
    category: str = Field(min_length=1, max_length=64)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    observed_at: str = Field(max_length=40)
    ended_at: str | None = Field(None, max_length=40)
    note: str = Field(min_length=1, max_length=4000)
    severity: Severity = "high"
    feature: str | None = Field(None, min_length=1, max_length=128)
    track: str | None = Field(None, max_length=64)
    report_id: str | None = Field(None, min_length=1, max_length=128)
    withdrawn: bool = False
    label: LabelGiven | None = None


@router.post("", status_code=201, responses=answers(ViolationFrame, 201))
async def report(reported: Reported, caller: Raiser, context: Ctx) -> Response:
    """Raise a violation by hand; 200 where it amends one, or says nothing new.

    ``rule`` is ``reported`` and ``rule_id`` the category. About a track, it is seen only by those who may see that.
    """
    terms = Terms.of(context.engine.mission)
    if reported.party != UNKNOWN_PARTY and terms.party_fault(reported.party) is not None:
        raise Problem("invalid", "party: not a party of this mission.", field="party")
    if reported.feature is not None:
        feature_linked(reported.feature, context)
    units: tuple[Unit, ...] = ()
    linked: tuple[Marking, ...] = ()
    if reported.track is not None:
        unit, marking = track_linked(reported.track, caller, context)
        units, linked = (unit,), (marking,)
    observed_us = past_instant("observed_at", reported.observed_at, context)
    ended_us = None if reported.ended_at is None else past_instant("ended_at", reported.ended_at, context)
    if ended_us is not None and ended_us < observed_us:
        raise Problem("invalid", "ended_at: before observed_at.", field="ended_at")
    raised = Raised(
        key=secrets.token_hex(16) if reported.report_id is None else checked_line("report_id", reported.report_id),
        party=reported.party,
        category=checked_line("category", reported.category),
        lon=round(reported.lon, 7),
        lat=round(reported.lat, 7),
        observed_us=observed_us,
        ended_us=ended_us,
        severity=reported.severity,
        feature=reported.feature,
        track=reported.track,
        units=units,
        note=checked_prose("note", reported.note),
        withdrawn=reported.withdrawn,
        by=caller.principal.name,
        principal=caller.principal.id,
        marking=marking_of(label_of(reported.label, terms), caller, *linked),
    )
    key = raised_id(raised, context.sealer)
    before = await context.database.read(lambda db: violation_by_id(db, key))
    await entered(context, raised)
    after = await context.database.read(lambda db: violation_by_id(db, key))
    assert after is not None, "an entry that was judged is on disk"
    return Json(violation_frame(after), 201 if before is None else 200)
