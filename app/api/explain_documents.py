"""Shapes of the explanation of a violation: GeoJSON, drawn as it is. ``role`` says what each feature is."""

from typing import Annotated, Any, Literal

import msgspec

Role = Literal[
    "fix", "accuracy", "leg", "way", "crossing", "edge", "margin", "incident", "observer", "origin", "ray", "area"
]  # fmt: skip


class RoleProperties(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a feature of an explanation is; a member that says nothing of it is left out.

    ``fix`` a report of the evidence, ``accuracy`` the circle that holds it in 68 of 100 cases, ``leg`` the way between
    two neighbouring reports on which the crossing or the end lies, ``way`` between two other reports of the evidence,
    ``crossing`` where it happened, ``edge`` the stretch of the feature nearby as it was drawn in the version that
    judged, ``margin`` all that is within ``distance_m`` of it. Of incidents: ``incident`` the place told, ``observer``
    who told it, ``origin`` the other end of its bearing and distance, ``ray`` from there to the incident.
    Of interference: ``area``, where its units were when they were last believed.
    """

    role: Role
    report: str | None = None
    observed_at: str | None = None
    received_at: str | None = None
    contingent: str | None = None
    unit: str | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    altitude_ref: str | None = None
    direction: str | None = None
    nominal: bool = False
    distance_m: float | None = None
    bearing_deg: float | None = None
    margin_m: float | None = None
    feature: str | None = None
    name: str | None = None
    kind: str | None = None
    left: str | None = None
    right: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class RoleFeature(msgspec.Struct, frozen=True, tag_field="type", tag="Feature"):
    """One thing to draw."""

    geometry: Annotated[dict[str, Any], "GeoJSON.Geometry"]
    properties: RoleProperties


class Explanation(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="FeatureCollection"):
    """Why a violation stands: one sentence, and the geometry of its evidence as a GeoJSON FeatureCollection.

    Longitudes are within half a turn of the crossing's, so what lies across the antimeridian goes on past ±180°.
    ``version`` is the ``valid_from`` of the feature version it was judged by, null where that has none.
    """

    violation: str
    revision: int
    reason: str
    feature: str
    version: str | None
    features: list[RoleFeature]
