"""The mission file: GeoJSON bytes to a Mission, or every fault in them. Reads no file and judges no report."""

import json
from collections.abc import Callable
from typing import Any, TypeGuard

from app.model.feature import (
    ESCALATE_AFTER_S,
    LINE_KINDS,
    MISSION_PARTY,
    PLACE_KINDS,
    ZONE_KINDS,
    Contingent,
    Feature,
    Mission,
    Party,
    PassageTerms,
    RuleSpec,
)
from app.model.identity import Unit
from app.model.label import CAVEATS, CLASSIFICATIONS, EVERYONE, Label
from app.model.mission_faults import ID_MAX, MissionFault, MissionFaults, Reading, printable
from app.model.mission_geometry import AREAS, LINES, TYPES, checked_geometry, shape_of
from app.model.mission_rules import AREA_RULES, FARTHEST_M, UNKNOWN_PARTY, read_rules
from app.model.mission_schedule import read_schedule
from app.model.report import PLATFORMS
from app.model.violation import SEVERITIES, Severity

GATE_ABSENT = "absent"
"""The speed gate of reports that name no platform."""

_MISSION_FIELDS = (
    "id", "name", "parties", "contingents", "exercise", "gates", "default_label", "escalate_after_s",
)  # fmt: skip
_FEATURE_FIELDS = ("kind", "name", "left", "right", "radius_m", "valid_from", "valid_to", "rules")
_PASSAGE_FIELDS = ("schedule", "parties", "units", "convoys")
"""Of crossing points alone. They stay among the properties, as the file has them, for whoever shows the feature."""
_AUDIENCES = (EVERYONE, "HQ")
_FASTEST_M_S = 100_000.0
_LONGEST_ESCALATION_S = 86_400
_GEOMETRIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LINE_KINDS, LINES),
    **dict.fromkeys(ZONE_KINDS, AREAS),
    "crossing_point": (*AREAS, "Point"),
    "position": (*AREAS, "Point"),
    "storage_site": (*AREAS, "Point"),
    "patrol_route": TYPES,
}
_ALWAYS_US = (-(2**63), 2**63)


def parse_mission(document: bytes) -> Mission:
    """Return the mission a file describes, at revision 0.

    Raises:
        MissionFaults: with every fault found; a file that is not JSON has that one fault.
    """
    faults: list[MissionFault] = []
    collection = read_json(document)
    if not isinstance(collection, dict):
        raise _not_json("must be a GeoJSON FeatureCollection")
    whole = Reading(collection, faults)
    if collection.get("type") != "FeatureCollection":
        whole.fault("type", "must be FeatureCollection")
    if "crs" in collection:
        whole.fault("crs", "GeoJSON has longitude and latitude of WGS 84 and no crs (RFC 7946, section 4)")
    members = collection.get("mission")
    if not isinstance(members, dict):
        whole.fault("mission", "must be an object")
        members = None
    head = Reading(members or {}, faults, path="mission.")
    if members is not None:
        head.refuse_misspelt(_MISSION_FIELDS)
    parties = tuple(Party(*pair) for pair in _named(head, "parties", (MISSION_PARTY, UNKNOWN_PARTY)))
    mission = Mission(
        id=(head.identifier() if members is not None else None) or "",
        name=(head.text("name", required=members is not None)) or "",
        parties=parties,
        contingents=tuple(Contingent(*pair) for pair in _named(head, "contingents", _AUDIENCES)),
        exercise=head.boolean("exercise"),
        gates=_gates(head),
        default_label=_label(head),
        escalate_after_s=_escalation(head),
        features=_features(whole, {party.id for party in parties}, faults),
    )
    _check_audiences(head, mission)
    if faults:
        raise MissionFaults(faults)
    return mission


def area(mission: Mission) -> Callable[[float, float], bool]:
    """Return the test ``contains(lon, lat)`` of the box around all features, its edge included; no features, no box."""
    boxes = [shape_of(feature.geometry).bounds for feature in mission.features]
    if not boxes:
        return lambda lon, lat: False
    near = boxes[0][0]
    turns = [360.0 * round((near - box[0]) / 360.0) for box in boxes]
    west = min(box[0] + turn for box, turn in zip(boxes, turns, strict=True))
    east = max(box[2] + turn for box, turn in zip(boxes, turns, strict=True))
    south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)

    def contains(lon: float, lat: float) -> bool:
        return bool(south <= lat <= north and (lon - west) % 360.0 <= east - west)

    return contains


def read_json(document: bytes) -> Any:
    """Return the JSON of a mission file, or of a part of one.

    Raises:
        MissionFaults: it is no JSON as RFC 8259 and I-JSON have it; one fault, at ``file``.
    """
    try:
        # A byte order mark is what some editors write: RFC 8259 lets a parser ignore it.
        loaded = json.loads(document.decode("utf-8-sig"), object_pairs_hook=_distinct, parse_constant=_no_constant)
        json.dumps(loaded, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise _not_json("is not UTF-8") from None
    except UnicodeEncodeError:
        raise _not_json("holds half of a surrogate pair") from None
    except json.JSONDecodeError as error:
        raise _not_json(f"is not JSON: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _not_json("is nested too deeply") from None
    except _Refused as error:
        raise _not_json(str(error)) from None
    except ValueError:  # Python's limit on the digits of a whole number
        raise _not_json("holds a number of too many digits") from None
    return loaded


class _Refused(Exception):
    """JSON that a lenient parser takes and we do not."""


def _not_json(message: str) -> MissionFaults:
    return MissionFaults([MissionFault(None, "file", message)])


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Refused(f"names {printable(next(n for n in names if names.count(n) > 1))} twice in one object")
    return members


def _no_constant(name: str) -> Any:
    raise _Refused(f"holds {name}, which is no JSON")


def _named(head: Reading, name: str, reserved: tuple[str, ...]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for members, path in head.objects(name):
        inner = head.inner(members, path)
        identifier, title = inner.identifier(), inner.text("name")
        if identifier is None:
            continue
        if identifier in reserved:
            inner.fault("id", f"{identifier} has a meaning of its own and names none of these")
        elif identifier in found:
            inner.fault("id", f"{printable(identifier)} is there twice")
        else:
            found[identifier] = title or identifier
    return list(found.items())


def _gates(head: Reading) -> dict[str, float | None] | None:
    if "gates" not in head.members:
        return {}
    gates = head.members["gates"]
    if gates is None:
        return None
    if not isinstance(gates, dict):
        head.fault("gates", "must be an object of platform and m/s, or null")
        return {}
    inner = head.inner(gates, "gates")
    inner.refuse_unknown((*PLATFORMS, GATE_ABSENT))
    return {name: inner.number(name, 0, _FASTEST_M_S, above_low=True) for name in gates}


def _escalation(head: Reading) -> dict[Severity, float]:
    """Return after how long an alert of each severity escalates; what is given stands over the usual, null is never."""
    given = head.members.get("escalate_after_s", {})
    if given is None:
        return {}
    if not isinstance(given, dict):
        head.fault("escalate_after_s", "must be an object of severity and seconds, or null")
        return {}
    inner = head.inner(given, "escalate_after_s")
    inner.refuse_unknown(SEVERITIES)
    after_s: dict[Severity, float | None] = {**ESCALATE_AFTER_S}
    for severity in SEVERITIES:
        if severity in given:
            after_s[severity] = inner.number(severity, 1, _LONGEST_ESCALATION_S)
    return {severity: seconds for severity, seconds in after_s.items() if seconds is not None}


def _label(head: Reading) -> Label:
    label = head.members.get("default_label")
    if label is None:
        return Label()
    if not isinstance(label, dict):
        head.fault("default_label", "must be an object or null")
        return Label()
    inner = head.inner(label, "default_label")
    inner.refuse_unknown(("classification", "releasable_to", "caveats"))
    caveats = inner.texts("caveats") or ()
    for index, caveat in enumerate(caveats):
        if caveat not in CAVEATS:
            inner.fault(f"caveats[{index}]", f"must be one of {', '.join(CAVEATS)}")
    audiences = inner.texts("releasable_to")
    return Label(
        classification=inner.choice("classification", CLASSIFICATIONS) or "unclassified",
        releasable_to=(EVERYONE,) if audiences is None or EVERYONE in audiences else tuple(sorted(audiences)),
        caveats=tuple(sorted(caveats)),
    )


def _check_audiences(head: Reading, mission: Mission) -> None:
    sectors = {feature.id for feature in mission.features if feature.kind == "sector"}
    known = {*_AUDIENCES, *sectors, *(contingent.id for contingent in mission.contingents)}
    for audience in mission.default_label.releasable_to:
        if audience not in known:
            message = f"{printable(audience)} is not {' or '.join(_AUDIENCES)}, a contingent or a sector of the mission"
            head.fault("default_label.releasable_to", message)


def _features(whole: Reading, parties: set[str], faults: list[MissionFault]) -> tuple[Feature, ...]:
    if not isinstance(whole.members.get("features"), list):
        whole.fault("features", "must be a list")
        return ()
    found: list[Feature] = []
    for members, path in whole.objects("features"):
        identifier = members.get("id")
        if isinstance(identifier, int) and not isinstance(identifier, bool) and abs(identifier) < 2**63:
            identifier = str(identifier)
        if _is_identifier(identifier):
            reading = Reading(members, faults, feature=printable(identifier))
        else:
            reading = Reading(members, faults, feature=path)
            reading.fault("id", f"must be text of 1 to {ID_MAX} printable characters with no blanks around it")
            identifier = path
        if members.get("type") != "Feature":
            reading.fault("type", "must be Feature")
        feature = _feature(reading, identifier, parties)
        if any(feature.id == other.id and _overlap(feature, other) for other in found):
            reading.fault("id", "another version of this feature is valid at the same time")
        found.append(feature)
    return tuple(found)


def _is_identifier(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= ID_MAX and value.isprintable() and value == value.strip()


def _feature(outer: Reading, identifier: str, parties: set[str]) -> Feature:
    members = outer.members.get("properties")
    if not isinstance(members, dict):
        outer.fault("properties", "must be an object")
        members = {"kind": None}
    reading = outer.inner(members, "properties")
    of_passage = members.get("kind") == "crossing_point"
    reading.refuse_misspelt((*_FEATURE_FIELDS, *_PASSAGE_FIELDS) if of_passage else _FEATURE_FIELDS)
    kind = reading.choice("kind", (*LINE_KINDS, *ZONE_KINDS, *PLACE_KINDS), required=True)
    geometry = checked_geometry(outer, _GEOMETRIES[kind] if kind else TYPES)
    left, right = _sides(reading, kind)
    valid_from_us, valid_to_us = reading.instant_us("valid_from"), reading.instant_us("valid_to")
    if valid_from_us is not None and valid_to_us is not None and valid_from_us >= valid_to_us:
        reading.fault("valid_to", "must be after valid_from")
    rules = read_rules(reading, kind, parties)
    return Feature(
        id=identifier,
        kind=kind or "",
        name=reading.text("name") or identifier,
        geometry=geometry or {"type": "Point", "coordinates": [0.0, 0.0]},
        left=left,
        right=right,
        radius_m=_radius_m(reading, kind, geometry, rules),
        valid_from_us=valid_from_us,
        valid_to_us=valid_to_us,
        rules=rules,
        passage=_passage(reading, parties, of_passage),
        properties={name: value for name, value in members.items() if name not in _FEATURE_FIELDS},
    )


def _passage(reading: Reading, parties: set[str], is_crossing_point: bool) -> PassageTerms | None:
    if not is_crossing_point:
        for name in ("schedule", "convoys"):
            if reading.has(name):
                reading.fault(name, "only crossing points and rules have a schedule, and only the former convoys")
        return None
    named = reading.texts("parties") or ()
    for index, party in enumerate(named):
        if party not in parties and party not in (MISSION_PARTY, UNKNOWN_PARTY):
            reading.fault(f"parties[{index}]", f"{printable(party)} is not a party of the mission")
    units = []
    for index, text in enumerate(reading.texts("units") or ()):
        contingent, _, unit = text.partition("/")
        if contingent and unit:
            units.append(Unit(contingent, unit))
        else:
            reading.fault(f"units[{index}]", f"{printable(text)} is not contingent/unit")
    return PassageTerms(
        schedule=read_schedule(reading), parties=named, units=tuple(units), convoys=reading.texts("convoys")
    )


def _sides(reading: Reading, kind: str | None) -> tuple[str | None, str | None]:
    if kind not in LINE_KINDS:
        for name in ("left", "right"):
            if kind is not None and reading.has(name):
                reading.fault(name, "only lines have sides")
        return None, None
    left, right = (reading.text(name, required=True, longest=ID_MAX) for name in ("left", "right"))
    if left is not None and left == right:
        reading.fault("right", "must differ from left")
    return left, right


def _radius_m(
    reading: Reading, kind: str | None, geometry: dict[str, Any] | None, rules: tuple[RuleSpec, ...]
) -> float | None:
    radius_m = reading.number("radius_m", 0, FARTHEST_M, above_low=True)
    is_point = geometry is not None and geometry["type"] == "Point"
    if kind == "crossing_point" and is_point and not reading.has("radius_m"):
        reading.fault("radius_m", "is missing: a crossing point that is a point needs it")
    elif is_point and not reading.has("radius_m"):
        for kind in sorted({rule.rule for rule in rules if rule.rule in AREA_RULES}):
            reading.fault("radius_m", f"is missing: {kind} on a point needs it")
    if reading.has("radius_m") and geometry is not None and not is_point:
        reading.fault("radius_m", "only points have a radius")
    return radius_m


def _overlap(one: Feature, two: Feature) -> bool:
    starts = [_ALWAYS_US[0] if each.valid_from_us is None else each.valid_from_us for each in (one, two)]
    ends = [_ALWAYS_US[1] if each.valid_to_us is None else each.valid_to_us for each in (one, two)]
    return max(starts) < min(ends)
