"""The text of mission files: features as GeoJSON members, a feature a line. Checks what it makes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.model.mission import parse_mission


def feature(
    identifier: str, geometry: BaseGeometry | dict[str, Any], kind: str, name: str, **more: Any
) -> dict[str, Any]:
    """Return a feature; ``more`` are further properties. Coordinates are rounded to 1e-6 degrees."""
    members = mapping(geometry) if isinstance(geometry, BaseGeometry) else geometry
    return {
        "type": "Feature",
        "id": identifier,
        "geometry": {"type": members["type"], "coordinates": _rounded(members["coordinates"])},
        "properties": {"kind": kind, "name": name, **more},
    }


def mission_text(mission: dict[str, Any], features: Iterable[dict[str, Any]]) -> str:
    """Return the text of a mission file.

    Raises:
        MissionFaults: the server would refuse it.
    """
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in features)
    head = json.dumps(mission, ensure_ascii=False, indent=1)
    document = f'{{"type": "FeatureCollection",\n"mission": {head},\n"features": [\n{lines}\n]}}\n'
    parse_mission(document.encode())
    return document


def _rounded(coordinates: Sequence[Any]) -> list[Any]:
    if isinstance(coordinates[0], int | float):
        return [round(float(value), 6) for value in coordinates]
    return [_rounded(part) for part in coordinates]
