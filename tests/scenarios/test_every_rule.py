"""One contract for every rule: whatever becomes of the reports on their way, and of the server, the findings are these.

Permutation, duplication, other batches, a server killed in the middle, and the replay of its journal: each gives what
an orderly day gives. A rule without a place in this mission fails the test, and so does one that found nothing.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.model.mission_rules import RULE_PARAMETERS
from tests.scenarios.outcomes import standing
from tests.scenarios.pushing import Item, batches, muddled, push
from tests.scenarios.server import Server, eventually, listed, running
from tests.scenarios.walks import MORNING, walks

ZONE = [[33.00, 35.00], [33.04, 35.00], [33.04, 35.03], [33.00, 35.03], [33.00, 35.00]]
LINE = [[32.98, 34.98], [33.02, 35.015], [33.06, 35.05]]
ON_LINE: dict[str, dict[str, Any]] = {
    "line_crossing": {"margin_m": 40},
    "approach": {"horizon_s": 120, "min_speed_m_s": 1},
    "proximity": {"enter_m": 500, "leave_m": 900, "within_m": 3000},
}
IN_ZONE: dict[str, dict[str, Any]] = {
    "zone_incursion": {"margin_m": 60, "settle_s": 120},
    "airspace_violation": {
        "floor_m": 0, "ceiling_m": 400, "altitude_ref": "msl",
        "schedule": {"tz": "Asia/Nicosia", "windows": [{"rrule": "FREQ=DAILY", "start": "06:00", "duration_s": 43200}]},
    },
    "restricted_weapon": {"platforms": ["vehicle"], "weapons": ["mortar"]},
    "force_ceiling": {"limits": [{"class": "any", "party": "north", "max": 2}]},
    "firing": {},
    "status_quo": {},
    "build_up": {"count": 3, "radius_m": 4000, "window_s": 900},
    "absence": {"max_silence_s": 1, "required": 2, "parties": ["north"]},
}  # fmt: skip


def mission() -> dict[str, Any]:
    def rules(kinds: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"rule": kind, "id": kind, **parameters} for kind, parameters in kinds.items()]

    def feature(key: str, kind: str, geometry: str, coordinates: Any, **more: Any) -> dict[str, Any]:
        return {
            "type": "Feature", "id": key, "geometry": {"type": geometry, "coordinates": coordinates},
            "properties": {"kind": kind, "name": key, "valid_from": "2025-05-01T00:00:00Z", **more},
        }  # fmt: skip

    return {
        "type": "FeatureCollection",
        "mission": {
            "id": "every", "name": "Every rule",
            "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
            "contingents": [{"id": "ARG", "name": "A"}, {"id": "GBR", "name": "B"}],
        },
        "features": [
            feature("zone", "area_of_limitation", "Polygon", [ZONE], rules=rules(IN_ZONE)),
            feature("line", "ceasefire_line", "LineString", LINE, left="north", right="south", rules=rules(ON_LINE)),
            feature("gate", "crossing_point", "Point", [33.02, 35.015], radius_m=2500, parties=["north"]),
        ],
    }  # fmt: skip


def reports(chance: Random) -> list[Item]:
    """Walks of ground units and drones, and what patrols heard meanwhile."""
    told = walks(chance, units=12, fixes=150)
    for report in told:
        if report["platform"] == "uav":
            report["altitude_m"] = chance.choice([50, 200, 380, 420, 900])
        if chance.random() < 0.3:
            report |= {"speed_m_s": chance.uniform(0, 15), "course_deg": chance.uniform(0, 359)}
    return told


def incidents(chance: Random) -> list[Item]:
    return [
        {
            "incident": f"i-{number}", "observed_at": MORNING.replace(minute=number).isoformat(), "title": "Heard",
            "lon": round(chance.uniform(32.98, 33.06), 7), "lat": round(chance.uniform(34.98, 35.05), 7),
            "category": chance.choice(["firing", "construction", "movement"]), "party": "south",
            "accuracy_m": chance.choice([20, 200]), "weapon": chance.choice(["mortar", "rifle"]),
        }
        for number in range(40)
    ]  # fmt: skip


async def found(server: Server, requests: Sequence[Sequence[Item]], kill_after: Sequence[int] = ()) -> list[Any]:
    pushed = await push(server, await server.key(), requests, kill_after, senders=4 if kill_after else 1)
    assert pushed.rejected == []
    await server.judged()
    async with server.client(await server.key("GBR", "observer")) as client:

        async def told() -> list[Any] | None:
            keys = standing(await listed(client, "/api/v1/violations", "violations"))
            return keys if any(key[0] == "absence" for key in keys) else None

        return await eventually(told, within_s=30)  # who is missing is found by the clock, not by a report


def comparable(keys: Sequence[Any]) -> list[Any]:
    """What can be compared of two servers: who is missing now, by the clock, began to be so when each was started."""
    return [key for key in keys if key[0] != "absence" or key[8] < "2025-06-03"]


@pytest.mark.slow
@pytest.mark.crash
async def test_every_rule_finds_the_same_in_any_order_twice_told_and_over_crashes(tmp_path: Path) -> None:
    chance = Random(3)
    positions, heard = reports(chance), incidents(chance)
    path = tmp_path / "mission.geojson"
    path.write_text(json.dumps(mission()))
    in_order = [*batches(positions, chance, most=100), *batches(heard, chance, most=10)]
    any_order = [*muddled(positions, chance, most=400), *muddled(heard, chance, most=10)]
    chance.shuffle(any_order)

    async with running(tmp_path / "orderly", path) as server:
        orderly = await found(server, in_order)
        replayed = standing(await server.replayed())
    async with running(tmp_path / "muddled", path) as server:
        muddle = await found(server, any_order, kill_after=(3, 7, 11))
        replayed_muddle = standing(await server.replayed())

    assert {key[0] for key in orderly} >= RULE_PARAMETERS.keys(), "every rule found something"
    assert {key[5] for key in orderly} >= {"confirmed", "authorised"}
    assert comparable(muddle) == comparable(orderly)
    assert replayed == orderly
    assert replayed_muddle == muddle
