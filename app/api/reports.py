"""One report, as it was given."""

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from app.api.deps import Ctx, Json, Reader
from app.api.documents import Report, given
from app.api.reference import answers
from app.live.track_frames import flag_names
from app.model.feature import MISSION_PARTY
from app.model.identity import Registry
from app.model.instant import instant_text
from app.model.problems import Problem
from app.model.report import DRONE, E7, ReportBlock

router = APIRouter(prefix="/api/v1/reports", tags=["picture"])


@router.get("/{report_id}", responses=answers(Report))
async def report(report_id: str, caller: Reader, context: Ctx) -> Response:
    """One report, with the item as it was given. It is what a violation's evidence names."""
    place = context.sealer.report_of(report_id)
    stored = await context.history.report(*place) if place is not None else None
    if stored is None:
        raise Problem("not_found")
    block, batch = stored.block, stored.batch
    profile = context.registry.profiles[int(block.profile[0])]
    marking = context.registry.markings[profile.marking]
    if not caller.allowed.may(marking):
        raise Problem("not_found")
    slot = int(block.slot[0])
    return Json(
        Report(
            id=report_id,
            feed=batch.feed,
            contingent=batch.contingent,
            unit=context.registry.units[slot].unit,
            track=context.sealer.track_id(slot),
            received_at=instant_text(batch.received_us),
            batch_sha256=batch.sha256.hex() if caller.principal.contingent == batch.contingent else None,
            flags=flag_names(int(block.flags[0])),
            label=marking.label,
            original=msgspec.Raw(msgspec.json.encode(original_of(block, context.registry))),
        )
    )


def original_of(block: ReportBlock, registry: Registry) -> dict[str, Any]:
    """Rebuild the item that the one row of ``block`` was made of.

    Every field that was given is there with its value; one that was given with its default may be missing, the label
    always stands, and the instant is written in UTC.
    """
    profile = registry.profiles[int(block.profile[0])]
    is_drone = bool(block.flags[0] & DRONE)
    extra = int(block.extra[0])
    item: dict[str, Any] = {
        "unit": registry.units[int(block.slot[0])].unit,
        "observed_at": instant_text(int(block.observed_us[0])),
        "lon": int(block.lon_e7[0]) / E7,
        "lat": int(block.lat_e7[0]) / E7,
        "altitude_m": given(block.altitude_m[0]),
        "altitude_ref": profile.altitude_ref if profile.altitude_ref != "hae" else None,
        "accuracy_m": given(block.accuracy_m[0]),
        "speed_m_s": given(block.speed_m_s[0]),
        "course_deg": given(block.course_deg[0]),
        "callsign": profile.callsign,
        "sidc": profile.sidc,
        "platform": None if is_drone and profile.platform == "uav" else profile.platform,
        "party": None if profile.party == MISSION_PARTY else profile.party,
    }
    if extra >= 0:
        item |= msgspec.json.decode(block.extras[extra])
    item["label"] = registry.markings[profile.marking].label
    return {name: value for name, value in item.items() if value is not None}
