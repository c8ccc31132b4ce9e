"""The features of the mission in force, each version of a redrawn one by itself."""

from typing import Annotated

import shapely
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.deps import Ctx, Json, Reader
from app.api.documents import FeatureList
from app.api.lists import Place, cut, opened, where_of
from app.api.reference import answers
from app.live.frames import feature_frame
from app.live.subscription import BBox
from app.model.feature import Feature
from app.model.mission_geometry import shape_of

router = APIRouter(prefix="/api/v1/features", tags=["mission"])


class Features(Place):
    """The filters of the features; from and to ask for what was in force at some time between."""

    feature: str | None = Query(None, max_length=128, description="All versions of one feature, by its id.")


@router.get("", responses=answers(FeatureList))
async def features(filters: Annotated[Features, Query()], request: Request, caller: Reader, context: Ctx) -> Response:
    """The mission's features as GeoJSON, by id and valid_from. They are the agreement's: every reader sees all."""
    where, after = where_of(filters), opened(filters.cursor, str, int)
    found = [
        feature
        for feature in sorted(context.engine.mission.features, key=_key)
        if (after is None or _key(feature) > after)
        and (filters.feature is None or feature.id == filters.feature)
        and (filters.party is None or filters.party in (feature.left, feature.right))
        and (where.to_us is None or feature.valid_from_us is None or feature.valid_from_us <= where.to_us)
        and (where.from_us is None or feature.valid_to_us is None or feature.valid_to_us > where.from_us)
        and (where.bbox is None or _meets(feature, where.bbox))
    ]
    following = cut(request, found, filters.limit, _key)
    return Json(FeatureList([feature_frame(feature) for feature in found], following))


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
