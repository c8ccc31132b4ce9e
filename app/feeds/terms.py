"""What a mission lets a report say: its parties, its audiences, its default label. Knows no body and no store."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from app.feeds.faults import Fault
from app.feeds.items import LabelItem
from app.model.feature import MISSION_PARTY, Mission
from app.model.label import EVERYONE, Label

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
    def of(cls, mission: Mission, in_area: Area) -> "Terms":
        """Return the terms of ``mission``, whose area ``in_area`` tells."""
        sectors = {feature.id for feature in mission.features if feature.kind == "sector"}
        return cls(
            parties=frozenset({MISSION_PARTY, *(party.id for party in mission.parties)}),
            audiences=frozenset({EVERYONE, "HQ", *(one.id for one in mission.contingents), *sectors}),
            default_label=mission.default_label,
            in_area=in_area,
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
