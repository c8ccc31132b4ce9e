"""Whatever becomes of the requests on their way, and of the server: the same reports make the same picture."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from tests.scenarios.outcomes import Key, placed, standing
from tests.scenarios.pushing import Item, batches, muddled, push
from tests.scenarios.server import Server, listed, running
from tests.scenarios.walks import MISSION, walks


class Day(NamedTuple):
    """What a server made of a day's reports."""

    violations: list[Key]
    replayed: list[Key]
    tracks: list[dict[str, Any]]
    history: dict[str, list[tuple[Any, ...]]]


async def day_of(
    server: Server, requests: Sequence[Sequence[Item]], kill_after: Collection[int] = (), senders: int = 4
) -> Day:
    """Push the requests; return what the server made of them."""
    pushed = await push(server, await server.key(), requests, kill_after, senders)
    await server.judged()
    async with server.client(await server.key("GBR", "observer")) as client:
        violations = await listed(client, "/api/v1/violations", "violations")
        tracks = await listed(client, "/api/v1/tracks", "tracks")
        history = {
            track["sources"][0]["unit"]: [
                (it["observed_at"], it["lon"], it["lat"], it["accuracy_m"])
                for it in await listed(client, f"/api/v1/tracks/{track['id']}/history", "positions")
            ]
            for track in tracks
        }
    assert pushed.rejected == []
    return Day(standing(violations), standing(await server.replayed()), placed(tracks), history)


@pytest.mark.slow
@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2])
async def test_shuffled_doubled_and_killed_gives_what_an_orderly_day_gives(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    reports = walks(chance, units=12, fixes=150)
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))

    async with running(tmp_path / "orderly", mission) as server:
        orderly = await day_of(server, batches(reports, chance, most=100), senders=1)
    async with running(tmp_path / "muddled", mission) as server:
        muddle = await day_of(server, muddled(reports, chance, most=400), kill_after=(3, 7, 8, 15))

    assert len(orderly.violations) > 20
    assert {key[4] for key in orderly.violations} >= {"left_to_right", "right_to_left", "enter"}
    assert muddle == orderly
    assert orderly.replayed == orderly.violations
