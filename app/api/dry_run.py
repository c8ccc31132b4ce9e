"""A rule on trial: what it would have raised over a past span, of what the caller may see. Keeps nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import apsw
import msgspec
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response, StreamingResponse

from app.api.changing import object_given
from app.api.context import Context
from app.api.deps import Ctx, Json
from app.api.documents import DryRun, DryRunProgress
from app.api.mission import Setter
from app.api.past import Past, Sight
from app.api.reference import answers
from app.api.writing import instant_given
from app.engine.trial import TRIAL, Trial
from app.live.frames import violation_frame
from app.model.incident import IncidentVersion
from app.model.instant import SECOND_US, instant_text, parse_instant
from app.model.mission import parse_mission
from app.model.mission_changes import Document, NoSuchFeature, with_one_rule
from app.model.movement import Movement
from app.model.problems import Problem
from app.store.past import incidents_observed
from app.store.positions import PositionTable
from app.store.standing import observed

router = APIRouter(prefix="/api/v1/rules", tags=["mission"])
LONGEST_H = 31 * 24
LONGEST_S = 60.0
"""A trial is stopped after so long, and says how far it came."""
MOST_FOUND = 10_000
_FIRST_SLICE_US = 60 * SECOND_US
_LONGEST_SLICE_US = 6 * 3600 * SECOND_US
_GROWTH = 4
_SLICE_POSITIONS = 100_000
"""Slices are made as long as this many positions: so much is in memory at a time, and no thread keeps the loop long."""
_RETRY_S = 10
_FIRST_US = parse_instant("0001-01-01T00:00:00Z")
_NDJSON = "application/x-ndjson"
_encode = msgspec.json.Encoder().encode


class Asked(BaseModel):
    """Which rule, on which feature (an id of the mission, or one drawn for it), over which span."""

    model_config = ConfigDict(extra="forbid", strict=True)

    feature: str | dict[str, Any]
    rule: dict[str, Any]
    from_: str | None = Field(None, alias="from", max_length=40)
    to: str | None = Field(None, max_length=40)
    hours: float = Field(24, gt=0, le=LONGEST_H, allow_inf_nan=False)


_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": Asked.model_json_schema()}}}
}


@router.post("/dry-run", responses=answers(DryRun), openapi_extra=_BODY)
async def dry_run(request: Request, caller: Setter, context: Ctx) -> Response:
    """Judge what was observed in a span by one rule alone, as if it had been set at its start; nothing is kept.

    The span is from … to, or the hours before to; to is now if left out. Only what the caller may see is judged.
    With Accept: application/x-ndjson there is a line of progress now and then, and the result is the last line.
    429 while another is on trial.
    """
    asked = _read(await object_given(request, "an object", None))
    from_us, to_us = _span(asked, context.now_us())
    engine = context.engine
    if engine.document is None:
        raise Problem("invalid", "There is no mission yet: set one first.")
    document = Document(engine.mission, engine.document)
    feature = asked.feature if isinstance(asked.feature, str) else _drawn(asked.feature)
    try:
        made = await asyncio.to_thread(with_one_rule, document, feature, {"id": TRIAL} | asked.rule)
    except NoSuchFeature:
        raise Problem("invalid", "feature: the mission has no such feature.", field="feature") from None
    await asyncio.to_thread(parse_mission, made)
    if context.past.trials.locked():
        raise Problem("rate_limited", "Another rule is on trial.", retry_s=_RETRY_S)
    sight = context.past.sight(caller.principal, False, context.journal.head())
    movements = [one for one in engine.movements.values() if sight.may(one.marking)]
    steps = _steps(Span(context.past, sight, made, from_us, to_us, movements), context)
    result = await anext(steps)  # what cannot be begun is answered as a problem
    if _NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_lines(result, steps), media_type=_NDJSON)
    async for step in steps:
        result = step
    return Json(result)


class Span:
    """One trial's way through its span. ``read`` runs on a reader's thread of the store, ``judge`` on any."""

    def __init__(
        self, past: Past, sight: Sight, document: bytes, from_us: int, to_us: int, movements: Sequence[Movement] = ()
    ) -> None:
        self._past = past
        self._sight = sight
        self.from_us, self.to_us = from_us, to_us
        self.judged_us = from_us
        self.trial = Trial(past.registry, past.sealer, document, from_us, movements)
        self._slice_us = _FIRST_SLICE_US

    def read(self, connection: apsw.Connection) -> tuple[PositionTable, list[IncidentVersion], int]:
        """Return what was observed in the next slice, and where that ends."""
        # The first slice holds its first instant, the others begin after the one before.
        after_us = self.judged_us - (self.judged_us == self.from_us)
        end_us = min(self.to_us, self.judged_us + self._slice_us)
        sight = self._sight
        table = observed(connection, self._past.history, sight.asked, sight.units, after_us, end_us)
        incidents = incidents_observed(connection, sight.numbers, after_us + 1, end_us)
        return table, incidents, end_us

    def judge(self, table: PositionTable, incidents: list[IncidentVersion], end_us: int) -> None:
        """Judge a slice."""
        self.trial.take(table.as_positions(), incidents[::-1], end_us)
        self.judged_us = end_us
        fitting = self._slice_us * _SLICE_POSITIONS // max(1, len(table))
        longest = min(self._slice_us * _GROWTH, _LONGEST_SLICE_US)
        self._slice_us = max(SECOND_US, min(fitting, longest))

    def result(self, began_s: float) -> DryRun:
        """Return what was found."""
        found = self.trial.standing(self._sight.may)
        return DryRun(
            from_=instant_text(self.from_us),
            to=instant_text(self.to_us),
            judged_to=instant_text(self.judged_us),
            complete=self.judged_us == self.to_us and len(found) <= MOST_FOUND,
            positions=self.trial.positions,
            took_s=round(time.monotonic() - began_s, 3),
            violations=[violation_frame(one) for one in found[:MOST_FOUND]],
        )


async def _steps(span: Span, context: Context) -> AsyncIterator[DryRunProgress | DryRun]:
    began_s = time.monotonic()
    async with context.past.trials:
        while span.judged_us < span.to_us and len(span.trial) <= MOST_FOUND:
            async with context.past.turns:
                table, incidents, end_us = await context.database.read(span.read)
            await asyncio.to_thread(span.judge, table, incidents, end_us)
            if time.monotonic() - began_s > LONGEST_S:
                break
            yield DryRunProgress(instant_text(span.judged_us), span.trial.positions, len(span.trial))
        yield await asyncio.to_thread(span.result, began_s)


async def _lines(first: DryRunProgress | DryRun, steps: AsyncIterator[DryRunProgress | DryRun]) -> AsyncIterator[bytes]:
    yield _encode(first) + b"\n"
    async for step in steps:
        yield _encode(step) + b"\n"


def _read(given: dict[str, Any]) -> Asked:
    try:
        return Asked.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from None


def _drawn(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature that was drawn for the rule: it needs no id, and was ever in force where it does not say."""
    if not isinstance(feature.get("properties", {}), dict):
        raise Problem("invalid", "feature.properties: must be an object.", field="feature.properties")
    return {"id": TRIAL} | feature


def _span(asked: Asked, now_us: int) -> tuple[int, int]:
    to_us = now_us if asked.to is None else min(now_us, instant_given("to", asked.to))
    if asked.from_ is None:
        return max(_FIRST_US, to_us - round(asked.hours * 3600 * SECOND_US)), to_us
    from_us = instant_given("from", asked.from_)
    if not from_us < to_us <= from_us + LONGEST_H * 3600 * SECOND_US:
        raise Problem("invalid", f"to: expected an instant after from, by {LONGEST_H} hours at most.", field="to")
    return from_us, to_us
