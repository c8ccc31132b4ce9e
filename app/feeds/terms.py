"""What a mission lets a report say: its parties, its audiences, its default label. Knows no body and no store."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from app.feeds.faults import Fault
from app.feeds.items import LabelItem
from app.model.feature import MISSION_PARTY, Mission
from app.model.label import EVERYONE, HEADQUARTERS, Label

Area = Callable[[float, float], bool]
"""Whether lon, lat (degrees) lie within the mission's area."""

_LINE_ENDS = "\u2028\u2029"
_DIRECTION_CONTROLS = "\u202a-\u202e\u2066-\u2069\ufeff"
_UNPRINTABLE = re.compile(f"[\x00-\x1f\x7f-\x9f{_LINE_ENDS}{_DIRECTION_CONTROLS}]")
_UNPRINTABLE_PROSE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SIDC = re.compile(r"[0-9]{20}|[0-9]{30}|[A-Za-z*-][A-Za-z0-9*-]{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one version of the mission."""

    parties: frozenset[str]
    audiences: frozenset[str]
    default_label: Label
    in_area: Area

    @classmethod
    def of(cls, mission: Mission) -> "Terms":
        """Return the terms of ``mission``."""
        sectors = {feature.id for feature in mission.features if feature.kind == "sector"}
        return cls(
            parties=frozenset({MISSION_PARTY, *(party.id for party in mission.parties)}),
            audiences=frozenset({EVERYONE, HEADQUARTERS, *(one.id for one in mission.contingents), *sectors}),
            default_label=mission.default_label,
            in_area=area_of(mission),
        )

    def label_of(self, item: LabelItem | UnsetType | None) -> Label | Fault:
        """Return the label as it is kept: members not given from the mission's default, sorted, each once."""
        default = self.default_label
        if item is None or item is UNSET:
            return default
        audience = default.releasable_to if item.releasable_to is UNSET else item.releasable_to
        if item.releasable_to is not UNSET and not self.audiences.issuperset(audience):
            return Fault("bad_label", "label.releasable_to", "label.releasable_to: not an audience of this mission")
        caveats = default.caveats if item.caveats is UNSET else item.caveats
        return Label(
            classification=default.classification if item.classification is UNSET else item.classification,
            releasable_to=(EVERYONE,) if EVERYONE in audience else tuple(sorted(set(audience))),
            caveats=tuple(sorted(set(caveats))),
        )

    def party_fault(self, party: str) -> Fault | None:
        """Return what is wrong with ``party``, if anything."""
        if party in self.parties:
            return None
        return Fault("unknown_party", "party", "party: not a party of this mission")


def text_fault(text: str, field: str) -> Fault | None:
    """Return what is wrong with an identifier, a name or a title: it is one line and prints as it is stored."""
    if _UNPRINTABLE.search(text):
        return Fault("bad_text", field, f"{field}: with control characters")
    if text != text.strip():
        return Fault("bad_text", field, f"{field}: begins or ends with a blank")
    return None


def prose_fault(text: str, field: str) -> Fault | None:
    """Return what is wrong with remarks or a description, which may have several lines."""
    if _UNPRINTABLE_PROSE.search(text):
        return Fault("bad_text", field, f"{field}: with control characters")
    return None


def sidc_fault(sidc: str) -> Fault | None:
    """Return what is wrong with a symbol identification code, if anything."""
    if _SIDC.fullmatch(sidc):
        return None
    return Fault("bad_sidc", "sidc", "sidc: expected 20 or 30 digits, or 15 characters of 2525C")


def area_of(mission: Mission) -> Area:
    """Return the area that the mission's features span: its areas of operations where it has any, else all of them."""
    zones = [feature for feature in mission.features if feature.kind == "area_of_operations"]
    boxes = [_box(list(_places(feature.geometry))) for feature in zones or mission.features]
    return lambda lon, lat: any(w <= lon <= e and s <= lat <= n for w, s, e, n in boxes)


def _places(geometry: Any) -> Iterator[tuple[float, float]]:
    """Yield every position of a GeoJSON geometry."""
    if isinstance(geometry, dict):
        yield from _places(geometry.get("coordinates") or geometry.get("geometries") or ())
    elif len(geometry) >= 2 and not isinstance(geometry[0], list | tuple | dict):
        yield float(geometry[0]), float(geometry[1])
    else:
        for part in geometry:
            yield from _places(part)


def _box(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    lons, lats = [lon for lon, _ in places] or [math.nan], [lat for _, lat in places] or [math.nan]
    west, east = min(lons), max(lons)
    if east - west > 180.0:  # written across the antimeridian: it lies on the other side of the globe from 0, 0
        west = east = math.nan
    return west, min(lats), east, max(lats)
