"""Incidents and violations: the newest version of an incident decides what its violations are."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from app.engine.book import ViolationBook
from app.engine.findings import LATE_AFTER_US, advised
from app.model.feature import Mission
from app.model.identity import Unit
from app.model.incident import IncidentVersion
from app.model.instant import instant_text
from app.model.mission_rules import UNKNOWN_PARTY
from app.model.report import E7
from app.model.sealing import Sealer
from app.model.violation import Assessment, Change, Evidence, Violation
from app.rules.incident_rule import IncidentInstance, Verdict
from app.rules.incident_rulebook import IncidentRulebook

Key = tuple[str, str]
"""Contingent and incident."""


class IncidentJudge:
    """Judges incidents by the mission in force when they are told. ``raised`` names the violations of each."""

    def __init__(self, sealer: Sealer, raised: Mapping[Key, tuple[str, ...]] | None = None) -> None:
        self._sealer = sealer
        self._book = IncidentRulebook(Mission())
        self.raised: dict[Key, tuple[str, ...]] = dict(raised or {})

    def set_mission(self, mission: Mission) -> None:
        """Judge by another mission from here on: what was told before is judged again only when it is amended."""
        self._book = IncidentRulebook(mission)

    def needs(self, versions: Iterable[IncidentVersion]) -> Iterator[str]:
        """Yield the violations that versions may change."""
        for told in versions:
            yield from self.raised.get((told.contingent, told.incident), ())

    def judge(
        self, told: IncidentVersion, received_us: int, book: ViolationBook, past: Mapping[str, Violation]
    ) -> Iterator[Change]:
        """Enter what the newest version of an incident raises, changes and withdraws."""
        key = told.contingent, told.incident
        raised = self.raised.get(key, ())
        book.why = "amended" if told.version > 1 else "found"
        found: dict[str, Violation] = {}
        for instance, verdict in self._book.verdicts(told):
            id_ = violation_id(told, instance, self._sealer)
            before = book.get(id_) or past.get(id_)
            after = violation_of(told, instance, verdict, id_, self._sealer, received_us, before)
            if after is not None:
                found[id_] = after
        if found:
            self.raised[key] = tuple(dict.fromkeys((*raised, *found)))
        for id_ in dict.fromkeys((*found, *raised)):
            before = book.get(id_) or past.get(id_)
            after = found.get(id_)
            if after is None and before is not None:
                after = withdrawn(before, told)
            if after is not None and after != before:
                yield book.enter(after, received_us, before)


def violation_id(told: IncidentVersion, instance: IncidentInstance, sealer: Sealer) -> str:
    """Return the id of the violation that a rule finds in an incident: the same for all of its versions."""
    feature = instance.feature
    what = (told.contingent, told.incident, instance.spec.id, feature.id, feature.valid_from_us)
    return sealer.violation_id(f"incident|{msgspec.json.encode(what).decode()}")


def withdrawn(before: Violation, told: IncidentVersion) -> Violation:
    """Return a violation that the newest version of its incident no longer bears out."""
    if before.status == "withdrawn":
        return before
    return msgspec.structs.replace(before, status="withdrawn", marking=told.marking)


def violation_of(
    told: IncidentVersion, instance: IncidentInstance, verdict: Verdict, id_: str, sealer: Sealer, told_us: int,
    before: Violation | None,
) -> Violation | None:  # fmt: skip
    """Return a verdict as a violation. It equals ``before`` where nothing changed; None: nobody is to be told."""
    feature, spec = instance.feature, instance.spec
    party = told.party or UNKNOWN_PARTY
    status, severity = advised(party, verdict.status, spec.severity)
    if status == "withdrawn":
        return None
    return Violation(
        id=id_,
        rule=spec.rule,
        rule_id=spec.id,
        feature=feature.id,
        feature_name=feature.name,
        track="",
        party=party,
        units=(Unit(told.contingent, told.incident),),
        status=status,
        late=told_us - told.observed_us > LATE_AFTER_US if before is None else before.late,
        nominal=False,
        severity=severity,
        direction=verdict.direction,
        lon=verdict.lon_e7 / E7,
        lat=verdict.lat_e7 / E7,
        observed_us=told.observed_us,
        confirmed_us=told.observed_us if verdict.status == "confirmed" else None,
        ended_us=told.observed_us if verdict.is_over else None,
        depth_m=None if verdict.depth_m is None else round(verdict.depth_m, 1),
        confidence=round(verdict.confidence, 4),
        evidence=Evidence((sealer.incident_id(told.contingent, told.incident),), feature.valid_from_us),
        reason=_reason(told, instance, verdict),
        marking=told.marking,
        assessment=Assessment() if before is None else before.assessment,
        revision=1 if before is None else before.revision,
        told_us=told_us if before is None else before.told_us,
        changed_us=told_us if before is None else before.changed_us,
        cause="found" if before is None else before.cause,
    )


def _reason(told: IncidentVersion, instance: IncidentInstance, verdict: Verdict) -> str:
    """Say in one sentence why the rule fired."""
    what = told.category.strip() if told.weapon is None else f"{told.category.strip()} with {told.weapon.strip()}"
    parts = [f"{what} reported by {told.contingent} as {told.incident}, {verdict.where}"]
    parts.append("no accuracy given" if told.accuracy_m is None else f"accuracy {told.accuracy_m:g} m")
    if instance.feature.valid_from_us is not None:
        parts.append(f"version of {instant_text(instance.feature.valid_from_us)[:10]}")
    if verdict.status == "suspected":
        parts.append("not confirmed")
    return ", ".join(parts) + "."
