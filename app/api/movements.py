"""Movements: convoys announced for a crossing point and a time, so that their crossing is authorised."""

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.judging import entered
from app.api.lists import Span, choice_of, cut, instant_of, opened
from app.api.reference import answers
from app.api.shift_documents import MovementFrame, MovementList, MovementStatus, movement_frame
from app.api.writing import LabelGiven, checked_line, checked_prose, instant_given, label_of, marking_of
from app.feeds.terms import Terms
from app.model.entry import Announced, Cancelled
from app.model.identity import Unit
from app.model.instant import SECOND_US
from app.model.label import HEADQUARTERS
from app.model.movement import Movement
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/movements", tags=["shift"])
Announcer = Annotated[Caller, Depends(calling("raise"))]
LONGEST_US = 31 * 86_400 * SECOND_US
MOST_UNITS = 1000


class Movements(Span):
    """The filters of the movements; from and to ask for those that may cross at some time between, both within."""

    party: str | None = Query(None, max_length=128, description="A party of the mission, or mission.")
    status: str | None = Query(None, max_length=40, description=" | ".join(get_args(MovementStatus)))
    feature: str | None = Query(None, max_length=128, description="The crossing point, by its id.")


class NewMovement(BaseModel):
    """A convoy. ``movement`` is the announcer's own name for it: under the same one he amends what he announced.

    ``units`` are each ``contingent/unit``; where none is named, everyone of ``party`` may cross.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    movement: str = Field(min_length=1, max_length=128)
    party: str = Field(min_length=1, max_length=128)
    crossing_point: str = Field(min_length=1, max_length=128)
    from_: str = Field(alias="from", max_length=40)
    to: str = Field(max_length=40)
    units: list[Annotated[str, Field(max_length=260)]] = Field(default=[], max_length=MOST_UNITS)
    note: str | None = Field(None, min_length=1, max_length=1000)
    label: LabelGiven | None = None


@router.get("", responses=answers(MovementList))
async def listed(filters: Annotated[Movements, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """Movements that were announced, also those over or cancelled, by when they begin."""
    from_us, to_us = instant_of("from", filters.from_), instant_of("to", filters.to)
    status: Literal["announced", "cancelled"] | None
    status = choice_of("status", filters.status, get_args(MovementStatus))  # type: ignore[assignment]
    after = opened(filters.cursor, int, str)
    found = sorted(
        (
            (movement.from_us, context.sealer.movement_id(movement.contingent, movement.movement), movement)
            for movement in context.engine.movements.values()
            if caller.allowed.may(movement.marking)
            and (from_us is None or movement.to_us >= from_us)
            and (to_us is None or movement.from_us <= to_us)
            and filters.party in (None, movement.party)
            and filters.feature in (None, movement.crossing_point)
            and (status is None or (movement.cancelled_us is not None) == (status == "cancelled"))
        ),
        key=lambda one: one[:2],
    )
    found = [one for one in found if after is None or one[:2] > after]
    following = cut(request, found, filters.limit, lambda one: one[:2])
    return Json(MovementList([movement_frame(movement, key) for _, key, movement in found], following))


@router.get("/{movement_id}", responses=answers(MovementFrame))
async def one(movement_id: str, caller: Reader, context: Ctx) -> Response:
    """One movement, by its id or by the caller's own name for it."""
    return _answer(_found(movement_id, caller, context), context)


@router.post("", status_code=201, responses=answers(MovementFrame, 201))
async def announce(new: NewMovement, caller: Announcer, context: Ctx) -> Response:
    """Announce a convoy, before it crosses or after; 200 where it amends one or says nothing new.

    What crosses at the point in that time, and in its hours, by one of the units or the party, is authorised.
    """
    terms = Terms.of(context.engine.mission)
    if terms.party_fault(new.party) is not None:
        raise Problem("invalid", "party: not a party of this mission.", field="party")
    points = (feature for feature in context.engine.mission.features if feature.kind == "crossing_point")
    if all(point.id != new.crossing_point for point in points):
        detail = "crossing_point: the mission has no such crossing point."
        raise Problem("invalid", detail, field="crossing_point")
    from_us, to_us = instant_given("from", new.from_), instant_given("to", new.to)
    if not from_us <= to_us <= from_us + LONGEST_US:
        raise Problem("invalid", "to: expected an instant of the 31 days after from.", field="to")
    announced = Announced(
        contingent=_contingent(caller),
        movement=checked_line("movement", new.movement),
        party=new.party,
        units=tuple(dict.fromkeys(_unit(index, text) for index, text in enumerate(new.units))),
        crossing_point=new.crossing_point,
        from_us=from_us,
        to_us=to_us,
        note=None if new.note is None else checked_prose("note", new.note),
        by=caller.principal.name,
        principal=caller.principal.id,
        marking=marking_of(label_of(new.label, terms), caller),
    )
    key = announced.contingent, announced.movement
    before = context.engine.movements.get(key)
    known = before is not None and caller.allowed.may(before.marking)
    await entered(context, announced)
    return _answer(context.engine.movements[key], context, 200 if known else 201)


@router.delete("/{movement_id}", status_code=204)
async def cancel(movement_id: str, caller: Announcer, context: Ctx) -> Response:
    """Cancel a movement: what it authorised is a violation again. One that is cancelled already stays as it is."""
    found = _found(movement_id, caller, context)
    if found.cancelled_us is None:
        await entered(
            context,
            Cancelled(
                contingent=found.contingent,
                movement=found.movement,
                by=caller.principal.name,
                principal=caller.principal.id,
            ),
        )
    return Response(status_code=204)


def _found(movement_id: str, caller: Caller, context: Context) -> Movement:
    movements = context.engine.movements
    own = movements.get((_contingent(caller), movement_id))
    candidates = [own] if own is not None else movements.values()
    for movement in candidates:
        is_it = movement is own or context.sealer.movement_id(movement.contingent, movement.movement) == movement_id
        if is_it and caller.allowed.may(movement.marking):
            return movement
    raise Problem("not_found")


def _contingent(caller: Caller) -> str:
    return caller.principal.contingent or HEADQUARTERS


def _unit(index: int, text: str) -> Unit:
    contingent, _, unit = checked_line(f"units[{index}]", text).partition("/")
    if not contingent or not unit:
        raise Problem("invalid", f"units[{index}]: expected contingent/unit.", field=f"units[{index}]")
    return Unit(contingent, unit)


def _answer(movement: Movement, context: Context, status: int = 200) -> Response:
    return Json(movement_frame(movement, context.sealer.movement_id(movement.contingent, movement.movement)), status)
