"""The rules of the mission in force: listed, set and taken away one by one. What they mean is in ``app.rules``."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.changing import changed, object_given, tag_of
from app.api.context import Context
from app.api.deps import Ctx, Json, Reader
from app.api.documents import RuleFrame, RuleList
from app.api.features import is_valid_at
from app.api.lists import Page, cut, instant_of, opened
from app.api.mission import Setter
from app.api.reference import answers
from app.model.feature import Feature, Mission
from app.model.instant import instant_or_none
from app.model.mission_changes import Document, rules_of, with_rule, without_rule

router = APIRouter(prefix="/api/v1", tags=["mission"])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "A rule, worded as in the mission file."}}
        },
    }
}


class Rules(Page):
    """The filters of the rules."""

    feature: str | None = Query(None, max_length=128, description="Only those on one feature, by its id.")
    rule: str | None = Query(None, max_length=64, description="Only those of one kind.")
    at: str | None = Query(None, max_length=40, description="RFC 3339: only on versions in force at this instant.")


@router.get("/rules", responses=answers(RuleList))
async def rules(filters: Annotated[Rules, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """The rules on the mission's features, by feature, version and id. They are the agreement's: every reader sees all.

    The ETag is that of the mission in force; If-Match of a change takes it.
    """
    at_us, after = instant_of("at", filters.at), opened(filters.cursor, str, str, str)
    document = context.engine.document
    found = [
        frame
        for feature, frame in await _frames(context.engine.mission, document)
        if (at_us is None or is_valid_at(feature, at_us))
        and (after is None or _key(frame) > after)
        and filters.feature in (None, frame.feature)
        and filters.rule in (None, frame.rule["rule"])
    ]
    following = cut(request, found, filters.limit, _key)
    return Json(RuleList(found, following), headers={"ETag": tag_of(document)})


@router.put("/features/{feature_id}/rules/{rule_id}", responses=answers(RuleList), openapi_extra=_BODY)
async def set_rule(feature_id: str, rule_id: str, request: Request, caller: Setter, context: Ctx) -> Response:
    """Set a rule of a feature, new or in another wording, on its versions that are not over; the answer has them all.

    A rule in another wording begins anew with each track's next report. The others know nothing of it.
    """
    given = await object_given(request, "a rule", rule_id)
    await changed(
        request, caller, context, lambda document: with_rule(document, feature_id, given, context.now_us())
    )  # fmt: skip
    return await _of_feature(context, feature_id)


@router.delete("/features/{feature_id}/rules/{rule_id}", responses=answers(RuleList))
async def delete_rule(feature_id: str, rule_id: str, request: Request, caller: Setter, context: Ctx) -> Response:
    """Take a rule from the versions of a feature that are not over; the answer has the feature's other rules.

    What it found stays; what was going on ends where the tracks stand.
    """
    await changed(
        request, caller, context, lambda document: without_rule(document, feature_id, rule_id, context.now_us())
    )
    return await _of_feature(context, feature_id)


async def _of_feature(context: Context, feature_id: str) -> Response:
    """Answer with the rules on all versions of a feature, as the mission in force has them."""
    document = context.engine.document
    frames = await _frames(context.engine.mission, document)
    found = [frame for feature, frame in frames if feature.id == feature_id]
    return Json(RuleList(found, None), headers={"ETag": tag_of(document)})


async def _frames(mission: Mission, document: bytes | None) -> list[tuple[Feature, RuleFrame]]:
    """Return all rules in the order of the list, each with the version it is on."""
    worded = () if document is None else await asyncio.to_thread(rules_of, Document(mission, document))
    frames = [
        (
            feature,
            RuleFrame(
                feature.id,
                feature.name,
                instant_or_none(feature.valid_from_us),
                instant_or_none(feature.valid_to_us),
                rule,
            ),
        )
        for feature, rule in worded
    ]
    return sorted(frames, key=lambda pair: _key(pair[1]))


def _key(frame: RuleFrame) -> tuple[str, str, str]:
    return frame.feature, frame.valid_from or "", str(frame.rule["id"])
