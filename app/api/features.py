"""The features of the mission in force, each version of a redrawn one by itself: listed, added, redrawn, ended."""

from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.api.changing import changed, object_given, tag_of
from app.api.context import Context
from app.api.deps import Ctx, Json, Reader
from app.api.documents import FeatureList
from app.api.lists import Place, cut, instant_of, opened, where_of
from app.api.mission import Setter
from app.api.reference import answers
from app.live.frames import feature_frame
from app.live.subscription import BBox
from app.model.feature import Feature
from app.model.mission_changes import added, ended, redrawn
from app.model.mission_geometry import shape_of
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/features", tags=["mission"])


class Features(Place):
    """The filters of the features; from and to ask for what was in force at some time between."""

    feature: str | None = Query(None, max_length=128, description="All versions of one feature, by its id.")
    at: str | None = Query(None, max_length=40, description="RFC 3339: only the versions in force at this instant.")


class Ending(BaseModel):
    """From when on a feature is no more."""

    model_config = ConfigDict(extra="forbid")

    from_: str | None = Query(None, alias="from", max_length=40, description="RFC 3339, with offset; now if left out.")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/geo+json": {"schema": {"type": "object", "description": "A GeoJSON Feature."}}},
    }
}


@router.get("", responses=answers(FeatureList))
async def features(filters: Annotated[Features, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """The mission's features as GeoJSON, by id and valid_from. They are the agreement's: every reader sees all.

    The ETag is that of the mission in force; If-Match of a change takes it.
    """
    at_us = instant_of("at", filters.at)
    where, after = where_of(filters), opened(filters.cursor, str, int)
    found = [
        feature
        for feature in sorted(context.engine.mission.features, key=_key)
        if (after is None or _key(feature) > after)
        and (filters.feature is None or feature.id == filters.feature)
        and (filters.party is None or filters.party in (feature.left, feature.right))
        and (at_us is None or is_valid_at(feature, at_us))
        and (where.to_us is None or feature.valid_from_us is None or feature.valid_from_us <= where.to_us)
        and (where.from_us is None or feature.valid_to_us is None or feature.valid_to_us > where.from_us)
        and (where.bbox is None or _meets(feature, where.bbox))
    ]
    following = cut(request, found, filters.limit, _key)
    shown = FeatureList([feature_frame(feature) for feature in found], following)
    return Json(shown, headers={"ETag": tag_of(context.engine.document)})


@router.post("", status_code=201, responses=answers(FeatureList, 201), openapi_extra=_BODY)
async def add(request: Request, caller: Setter, context: Ctx) -> Response:
    """Add a feature that the mission did not have. Left out, valid_from is now; null, it has always been in force.

    Each change of features is a new version of the mission. 422 lists every fault, 409 is for an id that is taken or
    for an If-Match that is not the mission's ETag any more.
    """
    given = await _feature_given(request, None)
    await changed(request, caller, context, lambda document: added(document, given, context.now_us()))
    return _versions(context, str(given["id"]), 201)


@router.put("/{feature_id}", responses=answers(FeatureList), openapi_extra=_BODY)
async def redraw(feature_id: str, request: Request, caller: Setter, context: Ctx) -> Response:
    """Redraw a feature from valid_from on, its effective date: now, if left out. The version in force then ends there.

    The new version ends where that one did, unless it says otherwise. A version that begins at the same instant is
    corrected. What is left out stays as it was: geometry, and each of the properties, rules among them.
    """
    given = await _feature_given(request, feature_id)
    await changed(request, caller, context, lambda document: redrawn(document, feature_id, given, context.now_us()))
    return _versions(context, feature_id)


@router.delete("/{feature_id}", responses=answers(FeatureList))
async def end(
    feature_id: str, asked: Annotated[Ending, Query()], request: Request, caller: Setter, context: Ctx
) -> Response:
    """End a feature: the version in force then ends at from, later ones are gone. The answer has what is left of it.

    What was observed before is judged by it as before.
    """
    from_us = instant_of("from", asked.from_)
    ends_us = context.now_us() if from_us is None else from_us
    await changed(request, caller, context, lambda document: ended(document, feature_id, ends_us))
    return _versions(context, feature_id)


async def _feature_given(request: Request, feature_id: str | None) -> dict[str, Any]:
    given = await object_given(request, "a GeoJSON Feature", feature_id)
    if not isinstance(given.get("properties", {}), dict):
        raise Problem("invalid", "properties: must be an object.", field="properties")
    if feature_id is None and not isinstance(given.get("id"), str | int):
        raise Problem("invalid", "id: is missing.", field="id")
    return given


def _versions(context: Context, feature_id: str, status: int = 200) -> Response:
    """Answer with all versions of a feature, as the mission in force has them."""
    engine = context.engine
    found = sorted((one for one in engine.mission.features if one.id == feature_id), key=_key)
    frames = [feature_frame(one) for one in found]
    return Json(FeatureList(frames, None), status, headers={"ETag": tag_of(engine.document)})


def is_valid_at(feature: Feature, now_us: int) -> bool:
    """Whether this version of the feature is in force at an instant."""
    begun = feature.valid_from_us is None or feature.valid_from_us <= now_us
    return begun and (feature.valid_to_us is None or now_us < feature.valid_to_us)


def _key(feature: Feature) -> tuple[str, int]:
    return feature.id, -(2**62) if feature.valid_from_us is None else feature.valid_from_us


def _meets(feature: Feature, bbox: BBox) -> bool:
    west, south, east, north = bbox
    shape = shape_of(feature.geometry)
    reach = east if west <= east else east + 360
    return any(shape.intersects(shapely.box(west + turn, south, reach + turn, north)) for turn in (-360, 0, 360))
