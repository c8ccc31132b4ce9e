"""Positions made up for tests, and what is kept of them by arithmetic of its own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.feeds.bodies import Opened, judged, whole
from app.feeds.drafts import Draft, Drafter
from app.feeds.items import DroneItem, Item, PositionItem
from app.feeds.terms import Terms
from app.model.feature import Contingent, Mission, Party
from app.model.identity import Registry
from tests.builders import NOON_US

MISSION = Mission(parties=(Party("north", "N"), Party("south", "S")), contingents=(Contingent("GBR", "UK"),))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
PROSE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as senders write them; never minus zero."""
    return st.floats(low, high).map(lambda value: value + 0.0) | st.integers(int(low), int(high)).map(float)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Given, or given as null."""
    return values | st.none()


POSITIONS = st.fixed_dictionaries(
    {
        "unit": NAMES,
        "observed_at": st.datetimes(datetime(1970, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.isoformat() + "Z"),
        "lon": numbers(-180, 180),
        "lat": numbers(-90, 90),
    },
    optional={
        "altitude_m": optional(numbers(-500, 9000)),
        "accuracy_m": optional(numbers(0, 500)),
        "speed_m_s": optional(numbers(0, 90)),
        "course_deg": optional(numbers(0, 360)),
        "callsign": optional(NAMES),
        "sidc": optional(st.sampled_from(["10031000001211000000", "SFGPUCI----D---"])),
        "platform": optional(st.sampled_from(["foot", "vehicle", "uav"])),
        "party": optional(st.sampled_from(["north", "south", "mission"])),
        "altitude_ref": optional(st.sampled_from(["hae", "msl", "agl"])),
        "count": optional(st.integers(0, 500)),
        "remarks": optional(PROSE),
        "report_id": optional(NAMES),
        "label": optional(
            st.fixed_dictionaries(
                {},
                optional={
                    "classification": st.sampled_from(["unclassified", "confidential"]),
                    "releasable_to": st.lists(st.sampled_from(["MISSION", "HQ", "GBR"]), max_size=4),
                    "caveats": st.lists(st.sampled_from(["ORCON", "NO_EXPORT", "NO_WEBHOOK"]), max_size=4),
                },
            )
        ),
    },
)


def opened(body: bytes, item: Item = PositionItem, *, lines: bool = False, slowly: bool = False) -> Opened:
    """Open a body; ``slowly`` takes the way of a body in which something is wrong."""
    found = None if slowly else whole(body, item, lines)
    if found is None:
        *_, found = judged(body, item, lines)
    return found


def drafted(items: list[dict[str, Any]], registry: Registry, *, drones: bool = False) -> Draft:
    """Draft items as a contingent's at noon."""
    one = opened(json.dumps(items).encode(), DroneItem if drones else PositionItem)
    return Drafter(registry, Terms.of(MISSION)).draft(one, "ARG", NOON_US, drones=drones)


def us_of(text: str) -> int:
    """Microseconds of an ISO text, by the standard library."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)
