"""Made-up violations and incidents, alike but for what a test names."""

from typing import Any

from app.model.entry import Announced, Muted, Noted, Raised
from app.model.identity import Unit
from app.model.incident import IncidentVersion
from app.model.label import Label, Marking
from app.model.violation import Evidence, Violation

NOON_US = 1_790_164_800_000_000
"""2026-09-23T12:00:00Z."""
OPEN = Marking(("ARG",), Label())


def violation(**named: Any) -> Violation:
    """A suspected line crossing at noon, open to everyone, with what is named changed."""
    fields: dict[str, Any] = {
        "id": "v_1",
        "rule": "line_crossing",
        "rule_id": "r1",
        "feature": "line-north",
        "feature_name": "Northern line",
        "track": "t_1",
        "party": "north",
        "units": (Unit("ARG", "car-7"),),
        "status": "suspected",
        "late": False,
        "nominal": False,
        "severity": "high",
        "direction": "left_to_right",
        "lon": 33.36,
        "lat": 35.17,
        "observed_us": NOON_US,
        "confirmed_us": None,
        "ended_us": None,
        "depth_m": 112.0,
        "confidence": 0.98,
        "evidence": Evidence(("r_1", "r_2"), None),
        "reason": "car-7 seen by ARG, 112 m beyond the Northern line",
        "marking": OPEN,
        "told_us": NOON_US,
        "changed_us": NOON_US,
    }
    return Violation(**{**fields, **named})


def incident(**named: Any) -> IncidentVersion:
    """The first telling of a firing at noon, open to everyone, with what is named changed."""
    fields: dict[str, Any] = {
        "contingent": "ARG",
        "incident": "i-1",
        "version": 1,
        "observed_us": NOON_US,
        "received_us": NOON_US,
        "lon_e7": 333600000,
        "lat_e7": 351700000,
        "category": "firing",
        "title": "Two shots",
        "severity": "medium",
        "marking": OPEN,
        "key_id": "k",
        "sha256": b"\x00" * 32,
    }
    return IncidentVersion(**{**fields, **named})


def raised(**named: Any) -> Raised:
    """A wall that an officer of ARG saw being built at noon, with what is named changed."""
    fields: dict[str, Any] = {
        "key": "wall", "party": "north", "category": "construction", "lon": 33.2, "lat": 35.0, "observed_us": NOON_US,
        "ended_us": None, "severity": "high", "feature": None, "track": None, "units": (), "note": "A wall",
        "withdrawn": False, "by": "Ana", "principal": "u_1", "marking": OPEN,
    }  # fmt: skip
    return Raised(**{**fields, **named})


def noted(**named: Any) -> Noted:
    """A note of noon, open to everyone, with what is named changed."""
    fields: dict[str, Any] = {
        "text": "Patrol out", "category": "patrol", "at_us": NOON_US, "by": "Ana", "principal": "u_1",
        "violation": None, "track": None, "marking": OPEN,
    }  # fmt: skip
    return Noted(**{**fields, **named})


def muted(**named: Any) -> Muted:
    """A mute of one rule until an hour after noon, open to everyone, with what is named changed."""
    fields: dict[str, Any] = {
        "rule": "r1", "feature": None, "track": None, "until_us": NOON_US + 3600 * 1_000_000, "note": "Road works",
        "by": "Ana", "principal": "u_1", "marking": OPEN,
    }  # fmt: skip
    return Muted(**{**fields, **named})


def announced(**named: Any) -> Announced:
    """A convoy of the north, announced by ARG for the gate for ten minutes from noon, with what is named changed."""
    fields: dict[str, Any] = {
        "contingent": "ARG", "movement": "C-1", "party": "north", "units": (), "crossing_point": "gate",
        "from_us": NOON_US, "to_us": NOON_US + 600 * 1_000_000, "note": None, "by": "Ana", "principal": "u_1",
        "marking": OPEN,
    }  # fmt: skip
    return Announced(**{**fields, **named})
