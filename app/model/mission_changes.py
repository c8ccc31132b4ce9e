"""Changes of a mission file, one feature or rule at a time: the document in force in, the new document out.

Everything that is not named stays as it was written. Judges nothing: ``parse_mission`` says what is wrong with it.
"""

import json
from typing import Any, NamedTuple

from app.model.feature import Feature, Mission
from app.model.instant import instant_text, parse_instant
from app.model.mission import read_json

Members = dict[str, Any]


class NoSuchFeature(LookupError):
    """The mission has no such feature, or no version of it at the time that matters."""


class NoSuchRule(LookupError):
    """No version of the feature that is in force or to come has such a rule."""


class FeatureExists(ValueError):
    """The mission has a feature of that id already."""


class Document(NamedTuple):
    """A mission file and what was read in it: ``mission.features`` are in the order of the file's."""

    mission: Mission
    text: bytes

    def members(self) -> Members:
        """Return the file's JSON, one's own to change."""
        members: Members = read_json(self.text)
        return members


def added(document: Document, feature: Members, now_us: int) -> bytes:
    """Return the file with a feature that it did not have, from now on where ``valid_from`` is left out.

    Raises:
        FeatureExists: there is one of this id.
    """
    if any(one.id == str(feature.get("id")) for one in document.mission.features):
        raise FeatureExists
    members = document.members()
    members["features"].append(_dated(feature, now_us))
    return _written(members)


def redrawn(document: Document, feature_id: str, feature: Members, now_us: int) -> bytes:
    """Return the file with a version of the feature that begins at its ``valid_from``, or now where that is left out.

    The version that was in force then ends there, and the new one ends where that one did, unless it says otherwise;
    a version that begins at the same instant is replaced. Members and properties that are left out stay as they were.

    Raises:
        NoSuchFeature: there is none of this id.
    """
    versions = _versions(document.mission, feature_id)
    if not versions:
        raise NoSuchFeature
    members = document.members()
    features: list[Members] = members["features"]
    feature = _dated(feature, now_us)
    given = feature["properties"]
    from_us = _instant(given, "valid_from")
    before = [place for place, one in versions if _begins_by(one, from_us)]
    model = before[-1] if before else versions[0][0]
    was = document.mission.features[model]
    is_cut = bool(before) and _is_over_after(was, from_us)
    old = features[model]
    properties = {**{name: value for name, value in old["properties"].items() if name not in _SPAN}, **given}
    if "valid_to" not in given:
        following = [one.valid_from_us for _, one in versions if not _begins_by(one, from_us)]
        ends_us = was.valid_to_us if is_cut else next(iter(following), None)
        properties["valid_to"] = None if ends_us is None else instant_text(ends_us)
    fresh = {**old, **feature, "properties": properties}
    if is_cut and was.valid_from_us == from_us:
        features[model] = fresh
    else:
        if is_cut:
            features[model] = _ending(old, properties["valid_from"])
        features.insert(model + 1 if before else model, fresh)
    return _written(members)


def ended(document: Document, feature_id: str, from_us: int) -> bytes:
    """Return the file where the feature is in force no longer from an instant on.

    Raises:
        NoSuchFeature: no version of it is in force then or later.
    """
    members = document.members()
    features: list[Members] = members["features"]
    going_on = [(place, one) for place, one in _versions(document.mission, feature_id) if _is_over_after(one, from_us)]
    if not going_on:
        raise NoSuchFeature
    gone = set()
    for place, one in going_on:
        if one.valid_from_us is None or one.valid_from_us < from_us:
            features[place] = _ending(features[place], instant_text(from_us))
        else:
            gone.add(place)
    members["features"] = [one for place, one in enumerate(features) if place not in gone]
    return _written(members)


def with_rule(document: Document, feature_id: str, rule: Members, now_us: int) -> bytes:
    """Return the file with a rule, new or in another wording, on the versions of a feature that are not over now.

    Raises:
        NoSuchFeature: there are none.
    """
    members = document.members()
    for properties in _not_over(document, members, feature_id, now_us):
        rules = list(properties.get("rules") or ())
        places = [place for place, one in enumerate(rules) if one["id"] == rule["id"]]
        if places:
            rules[places[0]] = rule
        else:
            rules.append(rule)
        properties["rules"] = rules
    return _written(members)


def without_rule(document: Document, feature_id: str, rule_id: str, now_us: int) -> bytes:
    """Return the file without a rule on the versions of a feature that are not over now.

    Raises:
        NoSuchFeature: there are none.
        NoSuchRule: none of them has it.
    """
    members = document.members()
    found = False
    for properties in _not_over(document, members, feature_id, now_us):
        rules = properties.get("rules") or []
        properties["rules"] = [one for one in rules if one["id"] != rule_id]
        found |= len(properties["rules"]) < len(rules)
    if not found:
        raise NoSuchRule
    return _written(members)


def with_one_rule(document: Document, feature: str | Members, rule: Members) -> bytes:
    """Return the file with one rule alone: on all versions of a feature, or on a feature drawn for it.

    The other features stay without rules, since crossing points and sectors have a meaning of their own.

    Raises:
        NoSuchFeature: the mission has none of the id ``feature``.
    """
    members = document.members()
    features: list[Members] = members["features"]
    bare = [{**one, "properties": {**one["properties"], "rules": []}} for one in features]
    if isinstance(feature, str):
        places = [place for place, _ in _versions(document.mission, feature)]
        if not places:
            raise NoSuchFeature
        for place in places:
            bare[place]["properties"]["rules"] = [rule]
    else:
        bare = [one for one in bare if str(one["id"]) != str(feature["id"])]
        bare.append({**feature, "properties": {**(feature.get("properties") or {}), "rules": [rule]}})
    return _written({**members, "features": bare})


def rules_of(document: Document) -> list[tuple[Feature, Members]]:
    """Return every rule as the file words it, with the version of the feature that it is on."""
    features = document.members()["features"]
    return [
        (feature, rule)
        for feature, members in zip(document.mission.features, features, strict=True)
        for rule in members["properties"].get("rules") or ()
    ]


_SPAN = ("valid_from", "valid_to")


def _versions(mission: Mission, feature_id: str) -> list[tuple[int, Feature]]:
    """Return the versions of a feature in order of time, each with its place in the file."""
    found = [(place, one) for place, one in enumerate(mission.features) if one.id == feature_id]
    return sorted(found, key=lambda pair: -(2**63) if pair[1].valid_from_us is None else pair[1].valid_from_us)


def _not_over(document: Document, members: Members, feature_id: str, now_us: int) -> list[Members]:
    versions = _versions(document.mission, feature_id)
    places = [place for place, one in versions if _is_over_after(one, now_us)]
    if not places:
        raise NoSuchFeature
    found: list[Members] = [members["features"][place]["properties"] for place in places]
    return found


def _begins_by(feature: Feature, at_us: int | None) -> bool:
    """Whether the version begins at an instant or before; None is the beginning of time."""
    return feature.valid_from_us is None or (at_us is not None and feature.valid_from_us <= at_us)


def _is_over_after(feature: Feature, at_us: int | None) -> bool:
    """Whether the version ends later than an instant, if it ends at all."""
    return feature.valid_to_us is None or at_us is None or at_us < feature.valid_to_us


def _dated(feature: Members, now_us: int) -> Members:
    """Return the feature with a ``valid_from``: what was left out means now, null means ever."""
    return {**feature, "properties": {"valid_from": instant_text(now_us), **(feature.get("properties") or {})}}


def _ending(feature: Members, instant: str) -> Members:
    return {**feature, "properties": {**feature["properties"], "valid_to": instant}}


def _instant(properties: Members, name: str) -> int | None:
    """Read an instant; what cannot be read is left to ``parse_mission``, which names it."""
    value = properties[name]
    try:
        return None if value is None else parse_instant(value)
    except (TypeError, ValueError):
        return None


def _written(members: Members) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
