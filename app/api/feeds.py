"""The health of the feeds, and what of them was not accepted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.access.policy import Allowed
from app.access.principals import Principal
from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader, calling
from app.api.documents import FeedList, Quarantine, QuarantinedItem
from app.api.lists import Page, cut, opened
from app.api.reference import answers
from app.live.frames import FeedFrame
from app.model.instant import instant_or_none, instant_text
from app.model.problems import Problem
from app.picture.feeds_health import FeedsHealth
from app.store.quarantine import Quarantined, quarantined

router = APIRouter(prefix="/api/v1", tags=["feeds"])
FeedReader = Annotated[Caller, Depends(calling("feed"))]


@router.get("/feeds", responses=answers(FeedList))
async def feeds(filters: Annotated[Page, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """When each contingent's feeds were last heard, how fast they come and how their clocks go.

    Counts are of the reports that the caller may see. What was rejected or a duplicate has no label, so only the
    contingent's own people are told of it; to others these are null.
    """
    after = opened(filters.cursor, str)
    found = [feed for feed in feed_frames(caller, context) if after is None or feed.id > after[0]]
    following = cut(request, found, filters.limit, lambda feed: (feed.id,))
    return Json(FeedList(found, following))


def feed_frames(caller: Caller, context: Context) -> list[FeedFrame]:
    """Return the feeds a caller may know of, by id."""
    return frames_of(context.feeds, caller.principal, caller.allowed, context.now_us())


def frames_of(health: FeedsHealth, principal: Principal, allowed: Allowed, now_us: int) -> list[FeedFrame]:
    """Return the feeds a principal may know of, by id, in their wire shape."""
    own = principal.contingent if principal.can("feed") else None
    frames = [
        FeedFrame(
            id=f"{state.contingent}/{state.feed}",
            contingent=state.contingent,
            feed=state.feed,
            status="live" if state.live else "silent",
            last_heard_at=instant_or_none(state.heard_us),
            rate_per_min=state.rate_per_min,
            accepted=state.accepted,
            duplicates=state.duplicates,
            rejected=state.rejected,
            clock_skew_s=state.clock_skew_s,
        )
        for state in health.seen(allowed.mask(), own, now_us)
    ]
    return sorted(frames, key=lambda frame: frame.id)


@router.get("/quarantine", responses=answers(Quarantine))
async def quarantine(filters: Annotated[Page, Query()], request: Request, caller: FeedReader, context: Ctx) -> Response:
    """What of the contingent's reports was not accepted, newest first: why, and as it was sent.

    Only the contingent itself is shown this: a rejected item has no label that could release it to anybody else.
    """
    contingent = caller.principal.contingent
    if contingent is None:
        raise Problem("forbidden", "Only a contingent has a quarantine.")
    after = opened(filters.cursor, str)
    before = context.sealer.unseal("q", after[0]) if after is not None else None
    found = await context.database.read(lambda db: quarantined(db, contingent, filters.limit + 1, before))
    items = [_item(one, context) for one in found]
    following = cut(request, items, filters.limit, lambda item: (item.id,))
    return Json(Quarantine(items, following))


def _item(one: Quarantined, context: Context) -> QuarantinedItem:
    number, rejected = one
    return QuarantinedItem(
        id=context.sealer.seal("q", number),
        feed=rejected.feed,
        received_at=instant_text(rejected.received_us),
        code=rejected.code,
        detail=rejected.detail,
        item=rejected.item.decode("utf-8", "replace"),
    )
