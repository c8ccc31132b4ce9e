"""Typed incidents → versions to be, and the rejects among them. Knows no key and no store.

A version's ``sha256`` is of what was said, however it was written: two texts of one instant are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from app.feeds.bodies import Opened
from app.feeds.drafts import FUTURE_US
from app.feeds.extras import coordinate_fault, half_place_fault, is_given, time_fault
from app.feeds.faults import Fault, Reject
from app.feeds.items import IncidentItem
from app.feeds.terms import Terms, prose_fault, text_fault
from app.feeds.times import parse_instants
from app.model.incident import IncidentVersion
from app.model.label import Marking
from app.model.report import E7, FUTURE, NULL_ISLAND

_LINES = ("incident", "category", "title", "weapon")
_COORDINATES = ("lon", "lat", "observer_lon", "observer_lat")
_ENCODE = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """Versions that are well formed, each numbered 0 until the ledger numbers it. Its item is at ``places``."""

    versions: Sequence[IncidentVersion]
    places: Sequence[int]
    rejects: list[Reject]


def draft_incidents(opened: Opened, terms: Terms, contingent: str, key_id: str, received_us: int) -> IncidentDraft:
    """Return the draft of what ``opened`` holds; what the mission does not allow becomes a reject."""
    versions: list[IncidentVersion] = []
    places: list[int] = []
    for place, item in zip(opened.places, opened.items, strict=True):
        one = _version(item, terms, contingent, key_id, received_us)
        if isinstance(one, Fault):
            opened.rejects.append(Reject(place, one, opened.raw_of(place)))
        else:
            versions.append(one)
            places.append(place)
    return IncidentDraft(versions, places, opened.rejects)


def _version(
    item: IncidentItem, terms: Terms, contingent: str, key_id: str, received_us: int
) -> IncidentVersion | Fault:
    given = {name: value for name in item.__struct_fields__ if is_given(value := getattr(item, name))}
    observed_us = int(parse_instants([item.observed_at])[0])
    label = terms.label_of(item.label)
    if observed_us < 0:
        return time_fault(observed_us)
    fault = _fault_of(given, terms)
    if fault is not None:
        return fault
    if isinstance(label, Fault):
        return label
    said = given | {"observed_at": observed_us} | {name: _e7(given[name]) for name in _COORDINATES if name in given}
    places = {f"{name}_e7": said.pop(name) for name in _COORDINATES if name in said}
    flags = FUTURE if observed_us > received_us + FUTURE_US else 0
    if abs(item.lon) < 0.001 and abs(item.lat) < 0.001 and not terms.in_area(item.lon, item.lat):
        flags |= NULL_ISLAND
    digest = sha256(_ENCODE(said | places)).digest()
    kept = {name: value for name, value in said.items() if name not in ("observed_at", "label")}
    return IncidentVersion(
        **kept,
        **places,
        contingent=contingent,
        version=0,
        observed_us=observed_us,
        received_us=received_us,
        flags=flags,
        marking=Marking((contingent,), label),
        key_id=key_id,
        sha256=digest,
    )


def _fault_of(given: dict[str, Any], terms: Terms) -> Fault | None:
    for name in _LINES:
        if name in given and (fault := text_fault(given[name], name)):
            return fault
    for name in _COORDINATES:
        if name in given and (fault := coordinate_fault(given[name], name)):
            return fault
    if ("observer_lon" in given) != ("observer_lat" in given):
        return half_place_fault("observer", given)
    if "description" in given and (fault := prose_fault(given["description"], "description")):
        return fault
    return terms.party_fault(given["party"]) if "party" in given else None


def _e7(degrees: float) -> int:
    return round(degrees * E7)
