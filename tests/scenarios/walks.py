"""An invented day: units that wander about a zone with a hole and a line, and now and then jump or tell roughly."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.scenarios.pushing import Item

MORNING = datetime(2025, 6, 1, 6, tzinfo=UTC)
MISSION: dict[str, Any] = {
    "type": "FeatureCollection",
    "mission": {
        "id": "walks",
        "name": "Walks",
        "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        "contingents": [{"id": "ARG", "name": "A"}, {"id": "GBR", "name": "B"}],
    },
    "features": [
        {
            "type": "Feature",
            "id": "zone",
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[33.00, 35.00], [33.04, 35.00], [33.04, 35.03], [33.00, 35.03], [33.00, 35.00]],
                    [[33.015, 35.01], [33.025, 35.01], [33.025, 35.02], [33.015, 35.02], [33.015, 35.01]],
                ],
            },
            "properties": {
                "kind": "buffer_zone",
                "name": "Zone",
                "rules": [{"rule": "zone_incursion", "id": "closed", "margin_m": 60, "settle_s": 120}],
            },
        },
        {
            "type": "Feature",
            "id": "line",
            "geometry": {"type": "LineString", "coordinates": [[32.98, 34.98], [33.02, 35.015], [33.06, 35.05]]},
            "properties": {
                "kind": "ceasefire_line",
                "name": "Line",
                "left": "north",
                "right": "south",
                "rules": [
                    {"rule": "line_crossing", "id": "any", "margin_m": 40},
                    {"rule": "line_crossing", "id": "northward", "margin_m": 120, "direction": "right_to_left"},
                ],
            },
        },
    ],
}


def walks(chance: Random, units: int, fixes: int) -> list[Item]:
    """Return the reports of ``units`` over the day, by ``observed_at``."""
    reports: list[Item] = []
    for number in range(units):
        lon, lat = chance.uniform(32.98, 33.06), chance.uniform(34.98, 35.05)
        east, north = 0.0, 0.0
        rough = number % 3 == 0
        common = {
            "unit": f"u{number}",
            "party": ("north", "south")[number % 2],
            "platform": ("vehicle", "foot", "uav")[number % 3],
        }
        at = MORNING + timedelta(seconds=chance.randrange(60))
        for _ in range(fixes):
            step_s = chance.choice((15, 15, 15, 60, 60, 900 if chance.random() < 0.1 else 30))
            at += timedelta(seconds=step_s, milliseconds=chance.randrange(1000))
            east, north = (0.7 * east + chance.gauss(0, 3), 0.7 * north + chance.gauss(0, 3))
            pull = 1e-4 * step_s
            lon += east * step_s * 1.1e-5 + (33.02 - lon) * pull
            lat += north * step_s * 0.9e-5 + (35.015 - lat) * pull
            report = common | {"observed_at": at.isoformat(), "lon": round(lon, 7), "lat": round(lat, 7)}
            if rough:
                report["accuracy_m"] = chance.choice((5, 20, 80))
            if chance.random() < 0.005:
                report["lon"] = round(lon + 0.5, 7)
            reports.append(report)
    return sorted(reports, key=lambda report: str(report["observed_at"]))
