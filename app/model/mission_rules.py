"""Rules as a mission file states them: their kinds, on what they may stand, their parameters. Judges nothing."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from app.model.feature import LINE_KINDS, MISSION_PARTY, ZONE_KINDS, RuleSpec
from app.model.mission_faults import Reading, printable
from app.model.report import PLATFORMS
from app.model.violation import SEVERITIES

UNKNOWN_PARTY = "unknown"
DIRECTIONS = ("any", "left_to_right", "right_to_left")
RULE_KINDS = (
    "line_crossing", "zone_incursion", "airspace_violation", "restricted_weapon", "force_ceiling", "firing",
    "status_quo", "approach", "proximity", "build_up", "absence", "reported",
)  # fmt: skip
"""Every rule an agreement may need. Those without a row in ``RULE_PARAMETERS`` are not judged yet, and refused."""

FARTHEST_M = 1_000_000.0
LONGEST_S = 30 * 86_400.0

_COMMON = (
    "rule", "id", "parties", "platforms", "margin_m", "settle_s", "max_gap_s", "severity", "advise_mission",
)  # fmt: skip
_LATER = ("schedule", "min_count")


class Parameter(NamedTuple):
    """A parameter of one rule alone: how it is read (None: missing or at fault), and its default."""

    read: Callable[[Reading, str], Any]
    default: Any


RULE_PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "line_crossing": {"direction": Parameter(lambda reading, name: reading.choice(name, DIRECTIONS), "any")},
    "zone_incursion": {"min_dwell_s": Parameter(lambda reading, name: reading.number(name, 0, LONGEST_S), 0.0)},
}
RULE_PLACES: Mapping[str, tuple[str, ...]] = {"line_crossing": LINE_KINDS, "zone_incursion": ZONE_KINDS}


def read_rules(feature: Reading, kind: str | None, parties: Collection[str]) -> tuple[RuleSpec, ...]:
    """Read the rules of a feature of ``kind``, adding every fault; ``parties`` are those of the mission."""
    rules: list[RuleSpec] = []
    for members, path in feature.objects("rules"):
        rule = _rule(feature.inner(members, path), kind, parties)
        if rule is None:
            continue
        if any(rule.id == other.id for other in rules):
            feature.fault(f"{path}.id", f"another rule of this feature has the id {printable(rule.id)}")
        rules.append(rule)
    return tuple(rules)


def _rule(reading: Reading, place: str | None, parties: Collection[str]) -> RuleSpec | None:
    kind = reading.choice("rule", RULE_KINDS, required=True)
    identifier = reading.identifier()
    if kind is None:
        return None
    if kind not in RULE_PARAMETERS:
        reading.fault("rule", f"{kind} is not supported yet")
        return None
    if place is not None and place not in RULE_PLACES[kind]:
        reading.fault("rule", f"{kind} stands only on {', '.join(RULE_PLACES[kind])}")
    for name in _LATER:
        if reading.has(name):
            reading.fault(name, "is not supported yet")
    own = RULE_PARAMETERS[kind]
    reading.refuse_unknown((*_COMMON, *_LATER, *own))
    values: dict[str, Any] = {
        "margin_m": reading.number("margin_m", 0, FARTHEST_M),
        "settle_s": reading.number("settle_s", 0, LONGEST_S),
        "max_gap_s": reading.number("max_gap_s", 0, LONGEST_S, above_low=True),
        "severity": reading.choice("severity", SEVERITIES),
        "parties": _named(reading, "parties", {*parties, MISSION_PARTY, UNKNOWN_PARTY}, "a party of the mission"),
        "platforms": _named(reading, "platforms", PLATFORMS, f"one of {', '.join(PLATFORMS)}"),
    }
    parameters = {name: parameter.read(reading, name) for name, parameter in own.items()}
    return RuleSpec(
        rule=kind,
        id=identifier or "",
        advise_mission=reading.boolean("advise_mission"),
        parameters={name: own[name].default if value is None else value for name, value in parameters.items()},
        **{name: value for name, value in values.items() if value is not None},
    )


def _named(reading: Reading, name: str, known: Collection[str], expected: str) -> tuple[str, ...] | None:
    values = reading.texts(name)
    if values is None:
        return None
    if not values:
        reading.fault(name, "names nothing: leave it out to mean all")
    for index, value in enumerate(values):
        if value not in known:
            reading.fault(f"{name}[{index}]", f"{printable(value)} is not {expected}")
    return values
