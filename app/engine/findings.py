"""Findings and violations: which finding of a refold is the one told before, and how a finding reads as a violation."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from app.engine.groups import Known
from app.engine.heads import Checkpoint, Heads, held_by, unpacked
from app.engine.refold import UNNAMED, Refolded
from app.model.feature import MISSION_PARTY
from app.model.identity import Registry, Unit
from app.model.instant import SECOND_US, instant_text
from app.model.label import joined
from app.model.sealing import Sealer
from app.model.violation import Assessment, Evidence, Severity, Status, Violation
from app.rules.airspace_violation import AirspaceViolation
from app.rules.authorisation import Passed, Permission
from app.rules.restricted_weapon import RestrictedWeapon
from app.rules.rule import Finding, Instance

_ADVICE: Mapping[Status, Status] = {"confirmed": "advisory", "suspected": "withdrawn", "withdrawn": "withdrawn"}
_CROSSED = ("line_crossing", "zone_incursion")
"""Rules whose findings are crossings, which a crossing point may authorise."""
_INSIDE = ("enter", "transit", "present")
LATE_AFTER_US = 15 * 60 * SECOND_US
"""A violation first told this long after its ``observed_at`` is late."""


def named(heads: Heads, sealer: Sealer, slot: int, instance: Instance, finding: Finding) -> None:
    """Give a new finding its id, made from what it is, and enter it with the track's findings."""
    known = heads.findings.setdefault(slot, {})
    version = instance.feature.valid_from_us
    n = 0
    while True:
        what = f"{slot}|{instance.spec.id}|{instance.feature.id}|{version}|{instance.number}|{finding.direction}"
        finding.id = sealer.violation_id(f"{what}|{finding.observed_us}|{n}")
        if finding.id not in known:
            break
        n += 1
    known[finding.id] = finding


def reconcile(
    heads: Heads, slot: int, start: Checkpoint | None, again: Refolded, numbers: Iterable[int]
) -> tuple[list[Finding], list[Finding]]:
    """Match the findings of a refold to those told before, so that what is the same keeps its id.

    Returns the findings to tell (the unnamed ones are new), and those withdrawn because they were not found again.
    ``numbers`` are the instances in force: what others found is not touched.
    """
    known = heads.findings.get(slot, {})
    start_us = -(2**63) if start is None else start.observed_us
    end_us = 2**63 if again.ended is None else again.ended.observed_us
    going_on = _going_on(again)
    in_force = frozenset(numbers)
    spent = {finding.id for finding in again.found} | set(going_on.values())
    told_before = [
        finding
        for finding in known.values()
        if start_us < finding.born_us <= end_us and finding.instance in in_force and finding.id not in spent
    ]
    twins = _twins([finding for finding in again.found if finding.id.startswith(UNNAMED)], told_before)
    to_tell = []
    for finding in again.found:
        if id(finding) in going_on:
            finding.id = going_on[id(finding)]  # the live one, told up to now, stands
            continue
        if finding.id.startswith(UNNAMED):
            twin = twins.get(finding.id)
            if twin is not None:
                told_before.remove(twin)
                finding.id = twin.id
        if not finding.id.startswith(UNNAMED):
            known[finding.id] = finding
        to_tell.append(finding)
    gone = [finding for finding in told_before if finding.status != "withdrawn"]
    for finding in gone:
        finding.status = "withdrawn"
    return to_tell, gone


def _going_on(again: Refolded) -> dict[int, str]:
    """Return the ids of findings still held where the refold met its old state: from there on all is as it was."""
    if again.ended is None:
        return {}
    old = unpacked(again.ended.state).pairs
    return {
        id(mine): theirs.id
        for number, pair in again.state.pairs.items()
        for mine, theirs in zip(held_by(pair), held_by(old[number]), strict=True)
    }


def _twins(made: Sequence[Finding], told: Sequence[Finding]) -> dict[str, Finding]:
    """Return, by id of ``made``, which of ``told`` each one is: the best pairs first, and each in one pair at most.

    What stands goes before what is withdrawn, the same direction before another, the nearer crossing before others.
    """
    pairs = sorted(
        (
            mine.status == "withdrawn",
            mine.direction != theirs.direction,
            abs(mine.observed_us - theirs.observed_us),
            i,
            j,
        )
        for i, mine in enumerate(made)
        for j, theirs in enumerate(told)
        if _may_be_same(mine, theirs)
    )
    twins: dict[int, int] = {}
    for *_, i, j in pairs:
        if i not in twins and j not in twins.values():
            twins[i] = j
    return {made[i].id: told[j] for i, j in twins.items()}


def _may_be_same(one: Finding, two: Finding) -> bool:
    """Whether two findings may be of one event: they share a report, or were going on at the same time.

    What passed through or was found inside may turn out to have entered; the two ways over a line are never the same.
    """
    inside = one.direction in _INSIDE and two.direction in _INSIDE
    if one.instance != two.instance or not (one.direction == two.direction or inside):
        return False
    overlap = one.observed_us <= _last_us(two) and two.observed_us <= _last_us(one)
    return overlap or not set(one.evidence).isdisjoint(two.evidence)


def _last_us(finding: Finding) -> float:
    if finding.ended_us is not None:
        return finding.ended_us
    return finding.born_us if finding.confirmed_us is None else inf


def violation_of(
    finding: Finding, instance: Instance, slot: int, registry: Registry, sealer: Sealer, told_us: int,
    before: Violation | None, permission: Permission | None = None,
) -> Violation:  # fmt: skip
    """Return the finding as a violation, told now at ``told_us``. It equals ``before`` where nothing has changed.

    ``permission`` is what authorises it; if a movement does, its label is joined too.
    """
    feature, spec = instance.feature, instance.spec
    unit = registry.units[slot]
    profiles = [registry.profiles[number] for number in finding.profiles]
    refs = finding.evidence if finding.deepest in (None, *finding.evidence) else [*finding.evidence, finding.deepest]
    reports = tuple(sealer.report_id(*ref) for ref in refs if ref is not None)
    profile = registry.profiles[finding.profile]
    status, severity = advised(profile.party, finding.status, spec.severity)
    markings = [registry.markings[each.marking] for each in profiles]
    if permission is not None:
        status = "authorised"
        markings += [] if permission.movement is None else [permission.movement.marking]
    first_told_us = told_us if before is None else before.told_us
    return Violation(
        id=finding.id,
        rule=spec.rule,
        rule_id=spec.id,
        feature=feature.id,
        feature_name=feature.name,
        track=sealer.track_id(slot),
        party=profile.party,
        units=(unit,),
        status=status,
        late=told_us - finding.observed_us > LATE_AFTER_US if before is None else before.late,
        nominal=finding.nominal,
        severity=severity,
        direction=finding.direction,
        lon=round(finding.lon, 7),
        lat=round(finding.lat, 7),
        observed_us=finding.observed_us,
        confirmed_us=finding.confirmed_us,
        ended_us=finding.ended_us,
        depth_m=None if finding.depth_m is None else round(finding.depth_m, 1),
        confidence=round(finding.confidence, 4),
        evidence=Evidence(reports=reports, line_version_us=feature.valid_from_us),
        reason=reason(finding, instance, unit.unit, unit.contingent, profile.platform, permission),
        platform=profile.platform,
        marking=joined(markings),
        assessment=before.assessment if before else Assessment(),
        revision=before.revision if before else 1,
        told_us=first_told_us,
        changed_us=before.changed_us if before else told_us,
        cause="found" if before is None else before.cause,
    )


def violation_of_group(
    known: Known, instance: Instance, registry: Registry, sealer: Sealer, told_us: int, before: Violation | None
) -> Violation:
    """Return what a rule over several tracks found as a violation; like ``violation_of``.

    ``track`` is the first of its tracks, ``units`` all of them and those without a track.
    """
    finding, feature, spec = known.finding, instance.feature, instance.spec
    version = feature.valid_from_us
    since = "" if version is None else f", version of {instant_text(version)[:10]}"
    return Violation(
        id=known.id,
        rule=spec.rule,
        rule_id=spec.id,
        feature=feature.id,
        feature_name=feature.name,
        track=sealer.track_id(finding.slots[0]) if finding.slots else "",
        party=finding.party,
        units=tuple(dict.fromkeys([*(registry.units[slot] for slot in finding.slots), *finding.units])),
        status="withdrawn" if known.withdrawn else "confirmed",
        late=told_us - finding.begin_us > LATE_AFTER_US if before is None else before.late,
        nominal=False,
        severity=spec.severity,
        direction=None,
        lon=round(finding.lon, 7),
        lat=round(finding.lat, 7),
        observed_us=finding.begin_us,
        confirmed_us=finding.confirmed_us,
        ended_us=finding.ended_us,
        depth_m=None,
        confidence=1.0,
        evidence=Evidence(tuple(sealer.report_id(*ref) for ref in finding.evidence), version),
        reason=f"{finding.detail}{since}.",
        marking=finding.marking,
        assessment=before.assessment if before else Assessment(),
        revision=before.revision if before else 1,
        told_us=before.told_us if before else told_us,
        changed_us=before.changed_us if before else told_us,
        cause="found" if before is None else before.cause,
    )


def passed_by(finding: Finding, instance: Instance, unit: Unit, party: str) -> Passed | None:
    """Return the crossing that a crossing point might authorise: one way over an edge, for certain, and not nominal.

    Of a transit it is the way in.
    """
    certain = finding.status == "confirmed" and not finding.nominal
    if not certain or finding.direction == "present" or instance.spec.rule not in _CROSSED:
        return None
    return Passed(finding.lon, finding.lat, finding.observed_us, party, unit)


def advised(party: str, status: Status, severity: Severity) -> tuple[Status, Severity]:
    """Return status and severity as they are told: of the mission's own only what is certain, and only as advice."""
    return (_ADVICE[status], "info") if party == MISSION_PARTY else (status, severity)


def reason(
    finding: Finding, instance: Instance, unit: str, contingent: str, platform: str | None,
    permission: Permission | None = None,
) -> str:  # fmt: skip
    """Say in one sentence why the rule fired."""
    feature, spec = instance.feature, instance.spec
    deep = "" if finding.depth_m is None else f"{finding.depth_m:.0f} m "
    place = finding.detail or {
        "enter": f"{deep}inside {feature.name}",
        "present": f"found {deep}inside {feature.name}",
        "transit": f"passed through {feature.name} between two reports",
    }.get(finding.direction, f"{deep}beyond {feature.name}")
    if spec.rule == RestrictedWeapon.kind:
        place = f"{platform} {place}, {feature.kind.replace('_', ' ')} that bans {platform}"
    parts = [f"{unit} reported by {contingent}, {place}", f"margin {spec.margin_m:g} m"]
    if spec.rule == AirspaceViolation.kind:
        parts.insert(1, _height(finding, instance))
    parts.append("no accuracy given" if finding.accuracy_m is None else f"accuracy {finding.accuracy_m:g} m")
    if feature.valid_from_us is not None:
        parts.append(f"version of {instant_text(feature.valid_from_us)[:10]}")
    if finding.nominal:
        parts.append("place and time nominal")
    if finding.status == "suspected":
        parts.append("not confirmed yet")
    if permission is not None:
        convoy = "" if permission.movement is None else f" as announced: {permission.movement.movement}"
        parts.append(f"let pass at {permission.point.name}{convoy}")
    return ", ".join(parts) + "."


def _height(finding: Finding, instance: Instance) -> str:
    """Say how high it was, above what, and between which limits; what nobody knows counts as within."""
    rule = instance.spec.parameters
    ref, floor_m, ceiling_m = rule["altitude_ref"], rule["floor_m"], rule["ceiling_m"]
    limits = [f"from {floor_m:g} m"] if floor_m is not None else []
    limits += [f"up to {ceiling_m:g} m"] if ceiling_m is not None else []
    band = " ".join(limits) or "any height"
    if finding.height_m is not None:
        return f"at {finding.height_m:.0f} m {ref} (band {band})"
    given = "" if finding.incomparable is None else f" above {ref} (given above {finding.incomparable})"
    return f"altitude unknown{given}, counted as within the band {band} {ref}"
