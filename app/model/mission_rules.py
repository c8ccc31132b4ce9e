"""Rules as a mission file states them: their kinds, on what they may stand, their parameters. Judges nothing."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from app.model.feature import LINE_KINDS, MISSION_PARTY, ZONE_KINDS, RuleSpec
from app.model.mission_faults import ID_MAX, Reading, printable
from app.model.mission_schedule import read_schedule
from app.model.report import ALTITUDE_REFS, PLATFORMS
from app.model.violation import SEVERITIES

UNKNOWN_PARTY = "unknown"
DIRECTIONS = ("any", "left_to_right", "right_to_left")
FARTHEST_M = 1_000_000.0
LONGEST_S = 30 * 86_400.0
MOST = 1_000_000
ANY_CLASS = "any"
STAYED_AT = ("crossing_point", "position", "storage_site")
"""Kinds of places that are areas: polygons, or points with a radius."""
AREA_RULES = ("absence", "status_quo")
"""Rules that ask who or what is in a place: one that is a point needs a radius."""
FIRING = ("firing", "shelling", "explosion", "small_arms", "artillery", "mortar", "rocket", "air_strike", "mine")
"""Categories of incidents that are firing or explosions, where a rule names none."""
STATUS_QUO = ("construction", "move_forward", "over_manning", "weapon_pointing", "restriction_of_movement")

_COMMON = (
    "rule", "id", "parties", "platforms", "margin_m", "settle_s", "max_gap_s", "severity", "advise_mission",
    "min_count", "schedule",
)  # fmt: skip


class Parameter(NamedTuple):
    """A parameter of one rule alone: how it is read (None: missing or at fault), and its default."""

    read: Callable[[Reading, str], Any]
    default: Any


def _metres(default: float | None, *, positive: bool = False) -> Parameter:
    return Parameter(lambda reading, name: reading.number(name, 0, FARTHEST_M, above_low=positive), default)


def _seconds(default: float | None, *, positive: bool = False) -> Parameter:
    return Parameter(lambda reading, name: reading.number(name, 0, LONGEST_S, above_low=positive), default)


def _height_m(reading: Reading, name: str) -> float | None:
    return reading.number(name, -FARTHEST_M, FARTHEST_M)


def _whole(reading: Reading, name: str) -> int | None:
    value = reading.members.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        reading.fault(name, f"must be a whole number, 1 to {MOST}")
        return None
    return value


def _categories(*usual: str) -> Parameter:
    return Parameter(lambda reading, name: reading.texts(name), usual)


def _limits(reading: Reading, name: str) -> tuple[dict[str, Any], ...] | None:
    """Read the ceilings of a zone: at most ``max`` of a class (a platform, or ``any``) of a party."""
    if reading.items(name) is None:
        return None
    limits = []
    for members, path in reading.objects(name):
        inner = reading.inner(members, path)
        inner.refuse_unknown(("class", "party", "max"))
        kind = inner.choice("class", (*PLATFORMS, ANY_CLASS), required=True)
        party = inner.text("party", required=True, longest=ID_MAX)
        most = inner.number("max", 0, MOST)
        if most is None and not inner.has("max"):
            inner.fault("max", "is missing")
        if most is not None and most != int(most):
            inner.fault("max", "must be a whole number")
        if kind is not None and party is not None and most is not None:
            limits.append({"class": kind, "party": party, "max": int(most)})
    return tuple(limits)


def _required(reading: Reading, name: str) -> int | tuple[str, ...] | None:
    """Read who must be there: so many, or these units, each ``contingent/unit``."""
    value = reading.members.get(name)
    if not isinstance(value, list):
        return _whole(reading, name)
    units = reading.texts(name)
    for index, unit in enumerate(units or ()):
        if "/" not in unit.strip("/"):
            reading.fault(f"{name}[{index}]", f"{printable(unit)} is not contingent/unit")
    return units


RULE_PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "line_crossing": {"direction": Parameter(lambda reading, name: reading.choice(name, DIRECTIONS), "any")},
    "zone_incursion": {"min_dwell_s": _seconds(0.0)},
    "airspace_violation": {
        "floor_m": Parameter(_height_m, None),
        "ceiling_m": Parameter(_height_m, None),
        "altitude_ref": Parameter(lambda reading, name: reading.choice(name, ALTITUDE_REFS), "hae"),
        "merge_gap_s": _seconds(120.0),
    },
    "restricted_weapon": {"weapons": Parameter(lambda reading, name: reading.texts(name), None)},
    "force_ceiling": {"limits": Parameter(_limits, None)},
    "firing": {"categories": _categories(*FIRING), "within_m": _metres(0.0)},
    "status_quo": {"categories": _categories(*STATUS_QUO)},
    "approach": {
        "horizon_s": _seconds(300.0, positive=True),
        "min_speed_m_s": Parameter(lambda reading, name: reading.number(name, 0, 10_000), 1.0),
    },
    "proximity": {
        "enter_m": _metres(None, positive=True),
        "leave_m": _metres(None, positive=True),
        "within_m": _metres(None),
    },
    "build_up": {
        "count": Parameter(_whole, None),
        "radius_m": _metres(None, positive=True),
        "window_s": _seconds(None, positive=True),
        "within_m": _metres(None),
    },
    "absence": {"max_silence_s": _seconds(None, positive=True), "required": Parameter(_required, 1)},
}
RULE_KINDS = (*RULE_PARAMETERS, "reported")
"""Every rule an agreement may need. ``reported`` stands on no feature: officers raise it by hand."""
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "force_ceiling": ("limits",),
    "proximity": ("enter_m", "leave_m"),
    "build_up": ("count", "radius_m", "window_s"),
    "absence": ("max_silence_s",),
}
"""Parameters without which a rule says nothing."""
RULE_PLACES: Mapping[str, tuple[str, ...]] = {
    "line_crossing": LINE_KINDS,
    "zone_incursion": ZONE_KINDS,
    "airspace_violation": (*LINE_KINDS, *ZONE_KINDS),
    "restricted_weapon": ZONE_KINDS,
    "force_ceiling": ZONE_KINDS,
    "firing": (*LINE_KINDS, *ZONE_KINDS),
    "status_quo": (*ZONE_KINDS, *STAYED_AT),
    "approach": (*LINE_KINDS, *ZONE_KINDS),
    "proximity": (*LINE_KINDS, *ZONE_KINDS),
    "build_up": (*LINE_KINDS, *ZONE_KINDS, *STAYED_AT),
    "absence": (*ZONE_KINDS, *STAYED_AT),
}


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
        reading.fault("rule", f"{kind} stands on no feature: officers raise it by hand")
        return None
    if place is not None and place not in RULE_PLACES[kind]:
        reading.fault("rule", f"{kind} stands only on {', '.join(RULE_PLACES[kind])}")
    own = RULE_PARAMETERS[kind]
    reading.refuse_unknown((*_COMMON, *own))
    values: dict[str, Any] = {
        "margin_m": reading.number("margin_m", 0, FARTHEST_M),
        "settle_s": reading.number("settle_s", 0, LONGEST_S),
        "max_gap_s": reading.number("max_gap_s", 0, LONGEST_S, above_low=True),
        "severity": reading.choice("severity", SEVERITIES),
        "parties": _named(reading, "parties", {*parties, MISSION_PARTY, UNKNOWN_PARTY}, "a party of the mission"),
        "platforms": _named(reading, "platforms", PLATFORMS, f"one of {', '.join(PLATFORMS)}"),
        "min_count": _whole(reading, "min_count"),
        "schedule": read_schedule(reading),
    }
    parameters = {name: parameter.read(reading, name) for name, parameter in own.items()}
    for name in _NEEDED.get(kind, ()):
        if not reading.has(name):
            reading.fault(name, f"is missing: {kind} needs it")
    _check_together(reading, kind, values, parameters)
    return RuleSpec(
        rule=kind,
        id=identifier or "",
        advise_mission=reading.boolean("advise_mission"),
        parameters={name: own[name].default if value is None else value for name, value in parameters.items()},
        **{name: value for name, value in values.items() if value is not None},
    )


def _check_together(reading: Reading, kind: str, common: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Add the faults of parameters that contradict each other."""
    if kind == "restricted_weapon" and common["platforms"] is None and not own["weapons"]:
        reading.fault("platforms", "is missing: name the platforms or the weapons that are banned")
    if kind == "airspace_violation" and own["floor_m"] is not None and own["ceiling_m"] is not None:
        if own["floor_m"] >= own["ceiling_m"]:
            reading.fault("ceiling_m", "must be above floor_m")
    if kind == "proximity" and own["enter_m"] is not None and own["leave_m"] is not None:
        if own["leave_m"] < own["enter_m"]:
            reading.fault("leave_m", "must not be less than enter_m")


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
