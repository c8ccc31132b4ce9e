"""Hooks: who is told of what by HTTP, what was delivered, and asking for it again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from app.access.principals import Principal
from app.alerts.events import EVENTS
from app.alerts.subscription import Filter, Subscription
from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, calling
from app.api.hook_documents import (
    DeliveryList,
    HookFrame,
    HookList,
    NewHookFrame,
    Redelivered,
    delivery_frame,
    hook_frame,
    new_hook_frame,
)
from app.api.lists import MOST, Page, cut, opened
from app.api.reference import answers
from app.bus.nudges import OUTBOX
from app.model.instant import parse_instant
from app.model.label import CLASSIFICATIONS
from app.model.problems import Problem
from app.model.violation import Status
from app.store.deliveries import logged, redeliver
from app.store.hooks import MOST_HOOKS, Hook, TooManyHooks, add_hook, all_hooks, hook_by_id, new_hook, remove_hook
from app.webhooks.guard import LONGEST_URL, Guard, UrlRefused
from app.webhooks.signature import SecretRefused, new_secret, parse_secret

router = APIRouter(prefix="/api/v1/hooks", tags=["hooks"])

HookOwner = Annotated[Caller, Depends(calling("hooks"))]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Event = Literal[
    "violation.suspected", "violation.confirmed", "violation.changed", "violation.withdrawn", "violation.ended",
    "incident.created", "incident.amended", "feed.silent", "feed.back", "gnss.interference",
]  # fmt: skip


class NewFilter(BaseModel):
    """What narrows the events: kinds or ids of rules, ids of features, the least severity.

    ``status`` names statuses of violations to be told; without it advisories and authorised crossings are left out.
    """

    model_config = ConfigDict(extra="forbid")

    rules: list[Name] = Field(default=[], max_length=200)
    features: list[Name] = Field(default=[], max_length=200)
    severity: Literal["info", "low", "medium", "high", "critical", "flash"] | None = None
    status: list[Status] = Field(default=[], max_length=5)


class NewHook(BaseModel):
    """Where to send what. Without ``secret`` one is made; one that is given is ``whsec_`` and base64 of 24–64 bytes."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(max_length=LONGEST_URL)]
    events: list[Event] = Field(min_length=1, max_length=len(EVENTS))
    filter: NewFilter | None = None
    secret: Annotated[str, StringConstraints(max_length=200)] | None = None


class Again(BaseModel):
    """What to deliver again: what was raised since an instant, single deliveries, or else all that was not taken."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[str, StringConstraints(max_length=40)] | None = None
    ids: list[Name] | None = Field(default=None, max_length=MOST)


class DeliveriesPage(Page):
    """A page of the delivery log."""

    limit: int = Query(100, ge=1, le=MOST, description="The most deliveries of a page.")


@router.post("", status_code=201, responses=answers(NewHookFrame, 201))
async def create_hook(asked: NewHook, caller: HookOwner, context: Ctx) -> Response:
    """Make a hook. Its secret is in this answer and nowhere else. It is told what its maker may see, then and later."""
    try:
        url = Guard(context.settings.hook_allow).checked_url(asked.url)
        secret = new_secret() if asked.secret is None else parse_secret(asked.secret)
    except UrlRefused as error:
        raise Problem("invalid", f"url: {error}.", field="url") from None
    except SecretRefused as error:
        raise Problem("invalid", f"secret: {error}.", field="secret") from None
    subscription = Subscription(events=tuple(dict.fromkeys(asked.events)), filter=_filter(asked.filter or NewFilter()))
    hook = new_hook(caller.principal, url, subscription, secret, context.now_us())
    try:
        await context.database.write(lambda connection: add_hook(connection, hook))
    except TooManyHooks:
        raise Problem("invalid", f"There are {MOST_HOOKS} hooks already; delete one first.") from None
    return Json(new_hook_frame(hook), status_code=201, headers={"Location": f"{router.prefix}/{hook.id}"})


@router.get("", responses=answers(HookList))
async def hooks(_page: Annotated[Page, Query()], caller: HookOwner, context: Ctx) -> Response:
    """The hooks of the caller's contingent, of those that are told no more than he may see."""
    found = await context.database.read(all_hooks)
    return Json(HookList([hook_frame(hook) for hook in found if _is_in_view(hook, caller.principal)], None))


@router.get("/{hook_id}", responses=answers(HookFrame))
async def hook(hook_id: str, caller: HookOwner, context: Ctx) -> Response:
    """One hook."""
    return Json(hook_frame(await _found(hook_id, caller, context)))


@router.delete("/{hook_id}", status_code=204)
async def delete_hook(hook_id: str, caller: HookOwner, context: Ctx) -> Response:
    """Delete a hook with its log. What was still to be delivered is not."""
    found = await _found(hook_id, caller, context)
    await context.database.write(lambda connection: remove_hook(connection, found.id))
    return Response(status_code=204)


@router.get("/{hook_id}/deliveries", responses=answers(DeliveryList))
async def deliveries(
    hook_id: str, filters: Annotated[DeliveriesPage, Query()], request: Request, caller: HookOwner, context: Ctx
) -> Response:
    """What was and is to be delivered to a hook, and every recent try. Kept for 30 days."""
    found = await _found(hook_id, caller, context)
    after = opened(filters.cursor, str)
    before = None if after is None else str(after[0])
    log = await context.database.read(lambda connection: logged(connection, found.id, before, filters.limit + 1))
    following = cut(request, log, filters.limit, lambda delivery: (delivery.id,))
    return Json(DeliveryList([delivery_frame(delivery) for delivery in log], following))


@router.post("/{hook_id}/redeliver", responses=answers(Redelivered))
async def deliver_again(hook_id: str, caller: HookOwner, context: Ctx, again: Again | None = None) -> Response:
    """Deliver again, under the same webhook-ids: a receiver that has them already can tell."""
    again = again or Again()
    found = await _found(hook_id, caller, context)
    try:
        since_us = None if again.since is None else parse_instant(again.since)
    except ValueError:
        raise Problem("invalid", "since: expected RFC 3339 with an offset.", field="since") from None
    count = await context.database.write(
        lambda connection: redeliver(connection, found.id, since_us, again.ids, context.now_us())
    )
    context.bus.publish(OUTBOX)
    return Json(Redelivered(count))


async def _found(hook_id: str, caller: Caller, context: Context) -> Hook:
    found = await context.database.read(lambda connection: hook_by_id(connection, hook_id))
    if found is None or not _is_in_view(found, caller.principal):
        raise Problem("not_found")
    return found


def _is_in_view(hook: Hook, principal: Principal) -> bool:
    """Whether it is a hook of the principal's contingent that is told nothing which he may not read himself."""
    told = hook.principal
    return (
        told.contingent == principal.contingent
        and told.audiences <= principal.audiences
        and CLASSIFICATIONS.index(told.clearance) <= CLASSIFICATIONS.index(principal.clearance)
    )


def _filter(asked: NewFilter) -> Filter:
    return Filter(
        rules=tuple(asked.rules), features=tuple(asked.features), severity=asked.severity, status=tuple(asked.status)
    )
