"""The seldom fields of a report (count, remarks, a drone's) as JSON bytes, and what can be wrong with single values."""

import math
from collections.abc import Callable, Container
from typing import Any

import msgspec
from msgspec import UNSET

from app.feeds.faults import Fault
from app.feeds.items import FootprintItem, SensorItem
from app.feeds.terms import prose_fault, text_fault
from app.feeds.times import BAD_US

Faults = dict[int, Fault]
"""By row."""


def extras_of(column: dict[str, tuple[Any, ...]], faults: Faults) -> list[bytes | None]:
    """The seldom fields of each row as JSON with sorted keys, or None. What is wrong with them goes to ``faults``."""
    rows = len(column["unit"])
    names = [name for name in EXTRAS if name in column and column[name].count(UNSET) < rows]
    if not names:
        return [None] * rows
    found: list[bytes | None] = []
    for row, values in enumerate(zip(*(column[name] for name in names), strict=True)):
        given = {name: value for name, value in zip(names, values, strict=True) if is_given(value)}
        found.append(extra_of(given, row, faults))
    return found


def extra_of(given: dict[str, Any], row: int, faults: Faults) -> bytes | None:
    """One row's seldom fields as JSON with sorted keys; None where there are none."""
    if not given:
        return None
    for name, value in given.items():
        fault = EXTRAS[name](value, name)
        if fault and row not in faults:
            faults[row] = fault
    if ("operator_lon" in given) != ("operator_lat" in given) and row not in faults:
        faults[row] = half_place_fault("operator", given)
    if "sensor" in given:
        given["sensor"] = _without_null(given["sensor"])
    return _ENCODE(given)


def coordinate_fault(value: float, name: str) -> Fault | None:
    """Return what is wrong with a coordinate within its bounds: -0.0 is none, what sends it has lost a sign."""
    if value == 0.0 and math.copysign(1.0, value) < 0:
        return Fault("out_of_range", name, f"{name}: minus zero is no coordinate")
    return None


def half_place_fault(whose: str, given: Container[str]) -> Fault:
    """Return the fault of a place of which only one coordinate is given."""
    field = f"{whose}_lat" if f"{whose}_lon" in given else f"{whose}_lon"
    return Fault("missing_field", field, f"{field}: must be given with the other coordinate")


def time_fault(observed_us: int) -> Fault:
    """Return why an ``observed_at`` that was read as ``observed_us`` (``BAD_US`` or before 1970) is refused."""
    if observed_us == BAD_US:
        return Fault("bad_time", "observed_at", "observed_at: expected an RFC 3339 date-time with an offset")
    return Fault("out_of_range", "observed_at", "observed_at: before 1970")


def is_given(value: Any) -> bool:
    return value is not UNSET and value is not None


def _without_null(sensor: SensorItem) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(sensor).items() if value is not None}


def _sensor_fault(sensor: SensorItem, name: str) -> Fault | None:
    footprint = sensor.footprint
    if not isinstance(footprint, FootprintItem) or all(_is_closed_ring(ring) for ring in footprint.coordinates):
        return None
    return Fault("bad_geometry", f"{name}.footprint", f"{name}.footprint: expected closed rings of lon, lat")


def _is_closed_ring(ring: tuple[tuple[float, ...], ...]) -> bool:
    return ring[0] == ring[-1] and all(abs(place[0]) <= 180.0 and abs(place[1]) <= 90.0 for place in ring)


def _no_fault(_value: Any, _name: str) -> Fault | None:
    return None


EXTRAS: dict[str, Callable[[Any, str], Fault | None]] = {
    "count": _no_fault,
    "operator_lat": coordinate_fault,
    "operator_lon": coordinate_fault,
    "remarks": prose_fault,
    "report_id": text_fault,
    "sensor": _sensor_fault,
    "serial": text_fault,
}
_ENCODE = msgspec.json.Encoder(order="sorted").encode
