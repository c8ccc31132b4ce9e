"""Why a violation stands: its one sentence, and what it rests on, to be drawn."""

import apsw
from fastapi import APIRouter
from starlette.responses import Response

from app.api.context import Context
from app.api.deps import Caller, Ctx, Json, Reader
from app.api.documents import given
from app.api.explain_documents import Explanation
from app.api.explaining import Seen, explained
from app.api.reference import answers
from app.api.violations import seen_violation
from app.model.feature import Feature
from app.model.incident import IncidentVersion
from app.model.instant import instant_or_none
from app.model.violation import Violation
from app.store.outcomes import incident_versions
from app.store.past import mission_seq_at

router = APIRouter(prefix="/api/v1/violations", tags=["violations"])


@router.get("/{violation_id}/explain", responses=answers(Explanation))
async def explain(violation_id: str, caller: Reader, context: Ctx) -> Response:
    """Why it stands: one sentence, and reports, accuracy, legs, crossing, edge and margin as GeoJSON."""
    violation = await seen_violation(violation_id, caller, context)
    found = [await _report(key, caller, context) for key in violation.evidence.reports]
    reports = [one for one in found if one is not None]

    def drawn(connection: apsw.Connection) -> Explanation:
        incident = _incident(connection, violation, caller, context)
        judged_us = violation.told_us if incident is None else incident.received_us
        return Explanation(
            violation=violation.id,
            revision=violation.revision,
            reason=violation.reason,
            feature=violation.feature,
            version=instant_or_none(violation.evidence.line_version_us),
            features=explained(violation, reports, incident, _version(connection, violation, judged_us, context)),
        )

    return Json(await context.database.read(drawn))


async def _report(key: str, caller: Caller, context: Context) -> Seen | None:
    """Return a report of the evidence, or None for what is no report, or is not for this reader."""
    place = context.sealer.report_of(key)
    stored = await context.history.report(*place) if place is not None else None
    if stored is None:
        return None
    block = stored.block
    profile = context.registry.profiles[int(block.profile[0])]
    if not caller.allowed.may(context.registry.markings[profile.marking]):
        return None
    return Seen(
        id=key,
        of=context.registry.units[int(block.slot[0])],
        observed_us=int(block.observed_us[0]),
        received_us=stored.batch.received_us,
        lon_e7=int(block.lon_e7[0]),
        lat_e7=int(block.lat_e7[0]),
        accuracy_m=given(block.accuracy_m[0]),
        altitude_m=given(block.altitude_m[0]),
        altitude_ref=profile.altitude_ref,
    )


def _incident(
    connection: apsw.Connection, violation: Violation, caller: Caller, context: Context
) -> IncidentVersion | None:
    """Return the version of the incident that the violation was judged by, where it is of one."""
    if len(violation.units) != 1:
        return None
    contingent, name = violation.units[0]
    if context.sealer.incident_id(contingent, name) not in violation.evidence.reports:
        return None
    told = [
        version
        for version in incident_versions(connection, contingent, name)
        if version.received_us <= violation.changed_us and caller.allowed.may(version.marking)
    ]
    return told[-1] if told else None


def _version(connection: apsw.Connection, violation: Violation, judged_us: int, context: Context) -> Feature | None:
    """Return the feature in the version that judged, from the mission in force then; None where it names none."""
    mission = context.past.mission(connection, mission_seq_at(connection, judged_us))
    of_it = [feature for feature in mission.features if feature.id == violation.feature]
    version_us = violation.evidence.line_version_us
    return next((feature for feature in of_it if feature.valid_from_us == version_us), None)
