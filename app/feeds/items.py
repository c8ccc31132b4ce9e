"""The shapes of native items as they are sent, and their bounds. Knows no mission, no unit and no store.

``UNSET`` is a field that was not sent, None one that was sent as null; both mean "not given".
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Lon: TypeAlias = Annotated[float, Meta(ge=-180.0, le=180.0)]
Lat: TypeAlias = Annotated[float, Meta(ge=-90.0, le=90.0)]
AltitudeM: TypeAlias = Annotated[float, Meta(ge=-12_000.0, le=100_000.0)]
AccuracyM: TypeAlias = Annotated[float, Meta(ge=0.0, le=1_000_000.0)]
SpeedMS: TypeAlias = Annotated[float, Meta(ge=0.0, le=20_000.0)]
Degrees: TypeAlias = Annotated[float, Meta(ge=0.0, le=360.0)]
DistanceM: TypeAlias = Annotated[float, Meta(ge=0.0, le=1_000_000.0)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Title: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Remarks: TypeAlias = Annotated[str, Meta(max_length=2000)]
Prose: TypeAlias = Annotated[str, Meta(max_length=10_000)]
When: TypeAlias = Annotated[str, Meta(max_length=40)]
Platform: TypeAlias = Literal[
    "foot", "vehicle", "armour", "artillery", "aircraft", "helicopter", "uav", "vessel", "static"
]  # fmt: skip
AltitudeRef: TypeAlias = Literal["hae", "msl", "agl"]


class LabelItem(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A label as sent; a member that is not given is the mission's default."""

    classification: Literal["unclassified", "confidential", "strictly_confidential"] | UnsetType = UNSET
    releasable_to: Annotated[tuple[Name, ...], Meta(max_length=64)] | UnsetType = UNSET
    caveats: Annotated[tuple[Literal["ORCON", "NO_EXPORT", "NO_WEBHOOK"], ...], Meta(max_length=8)] | UnsetType = UNSET


class PositionItem(Struct, gc=False, forbid_unknown_fields=True):
    """One position of a known unit, in the order in which ``columns`` reads the fields."""

    unit: Identifier
    observed_at: When
    lon: Lon
    lat: Lat
    altitude_m: AltitudeM | UnsetType | None = UNSET
    accuracy_m: AccuracyM | UnsetType | None = UNSET
    speed_m_s: SpeedMS | UnsetType | None = UNSET
    course_deg: Degrees | UnsetType | None = UNSET
    callsign: Name | UnsetType | None = UNSET
    sidc: Name | UnsetType | None = UNSET
    platform: Platform | UnsetType | None = UNSET
    party: Name | UnsetType | None = UNSET
    altitude_ref: AltitudeRef | UnsetType | None = UNSET
    label: LabelItem | UnsetType | None = UNSET
    count: Count | UnsetType | None = UNSET
    remarks: Remarks | UnsetType | None = UNSET
    report_id: Identifier | UnsetType | None = UNSET


LonLat: TypeAlias = Annotated[
    tuple[Annotated[float, Meta(ge=-12_000.0, le=100_000.0)], ...], Meta(min_length=2, max_length=3)
]


class FootprintItem(Struct, frozen=True, forbid_unknown_fields=True):
    """A GeoJSON polygon, lon/lat degrees."""

    type: Literal["Polygon"]
    coordinates: Annotated[
        tuple[Annotated[tuple[LonLat, ...], Meta(min_length=4, max_length=1000)], ...],
        Meta(min_length=1, max_length=16),
    ]


class SensorItem(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a drone looks: true heading and field of view in degrees, and what it sees on the ground."""

    heading_deg: Degrees | UnsetType | None = UNSET
    fov_deg: Degrees | UnsetType | None = UNSET
    footprint: FootprintItem | UnsetType | None = UNSET


class DroneItem(PositionItem, forbid_unknown_fields=True):
    """One position of an unmanned aircraft."""

    operator_lon: Lon | UnsetType | None = UNSET
    operator_lat: Lat | UnsetType | None = UNSET
    serial: Name | UnsetType | None = UNSET
    sensor: SensorItem | UnsetType | None = UNSET


class IncidentItem(Struct, forbid_unknown_fields=True):
    """One telling of an incident."""

    incident: Identifier
    observed_at: When
    lon: Lon
    lat: Lat
    category: Name
    title: Title
    description: Prose | UnsetType | None = UNSET
    severity: Literal["info", "low", "medium", "high", "flash"] | UnsetType | None = UNSET
    party: Name | UnsetType | None = UNSET
    weapon: Name | UnsetType | None = UNSET
    count: Count | UnsetType | None = UNSET
    means: Literal["seen", "heard", "recorded", "reported"] | UnsetType | None = UNSET
    observer_lon: Lon | UnsetType | None = UNSET
    observer_lat: Lat | UnsetType | None = UNSET
    distance_m: DistanceM | UnsetType | None = UNSET
    bearing_deg: Degrees | UnsetType | None = UNSET
    accuracy_m: AccuracyM | UnsetType | None = UNSET
    label: LabelItem | UnsetType | None = UNSET


Item: TypeAlias = type[PositionItem] | type[DroneItem] | type[IncidentItem]
