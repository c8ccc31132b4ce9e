"""A server is started, stopped, killed, copied and given new keys and missions, as operators do, and loses nothing."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.scenarios.outcomes import standing
from tests.scenarios.pushing import Item, batches, muddled, push
from tests.scenarios.server import Server, cop, eventually, listed, running
from tests.scenarios.walks import MISSION, MORNING, walks


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    path = tmp_path / "mission.geojson"
    path.write_text(json.dumps(MISSION))
    return path


async def picture(server: Server, key: str) -> dict[str, Any]:
    """Return what a reader of the whole picture sees, but for its age and the feeds' rates."""
    async with server.client(key) as client:
        answer = await client.get("/api/v1/picture")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    return {name: document[name] for name in ("mission", "features", "incidents")} | {
        name: sorted(document[name], key=lambda thing: str(thing["id"])) for name in ("tracks", "violations")
    }


async def violations_of(server: Server, key: str) -> list[dict[str, Any]]:
    async with server.client(key) as client:
        return await listed(client, "/api/v1/violations", "violations")


def fleet(units: int, fixes: int) -> list[Item]:
    """Many units that stand apart and move a little."""
    return [
        {
            "unit": f"unit-{number}",
            "observed_at": MORNING.replace(minute=fix % 60, hour=6 + fix // 60).isoformat(),
            "lon": round(33.2 + number % 100 * 0.002 + fix * 1e-5, 7),
            "lat": round(35.1 + number // 100 * 0.002, 7),
            "party": "north",
            "platform": "vehicle",
        }
        for fix in range(fixes)
        for number in range(units)
    ]


@pytest.mark.slow
@pytest.mark.crash
async def test_ten_thousand_tracks_are_back_after_a_kill(tmp_path: Path, mission: Path) -> None:
    requests = batches(walks(Random(3), units=5, fixes=60), Random(3), most=100)
    requests += [fleet(10_000, 6)[at : at + 10_000] for at in range(0, 60_000, 10_000)]

    async with running(tmp_path / "data", mission) as server:
        reader = await server.key(role="observer")
        await push(server, await server.key(), requests)
        await server.judged()
        before = await picture(server, reader)
        await server.kill()
        await server.start()
        await server.judged(within_s=5)
        after = await picture(server, reader)

    assert len(before["tracks"]) == 10_005
    assert before["violations"]
    assert after == before


async def test_a_server_that_is_told_to_end_ends_well_and_goes_on_where_it_was(tmp_path: Path, mission: Path) -> None:
    async with running(tmp_path / "data", mission) as server:
        reader = await server.key(role="observer")
        await push(server, await server.key(), batches(walks(Random(4), units=3, fixes=50), Random(4), most=50))
        await server.judged()
        before = await picture(server, reader)
        await server.stop()
        await server.start()

        assert await picture(server, reader) == before


async def test_a_second_server_on_a_folder_is_refused_in_words(tmp_path: Path, mission: Path) -> None:
    async with running(tmp_path / "data", mission) as server:
        second = Server(server.folder, mission)
        second.log = tmp_path / "second.log"
        process = await second.spawned()
        try:
            async with asyncio.timeout(30):
                code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

        assert code == 1
        assert "another server runs on the data folder" in second.log.read_text()
        assert "Traceback" not in second.log.read_text()
        assert await picture(server, await server.key(role="observer"))


async def test_a_key_made_while_the_server_runs_is_good_at_once(tmp_path: Path, mission: Path) -> None:
    async with running(tmp_path / "data", mission) as server:
        async with server.client(await server.key()) as client:
            answer = await client.post("/api/v1/positions", json=walks(Random(1), units=1, fixes=3))
        async with server.client("cop_none_atall") as client:
            refused = await client.get("/api/v1/me")

    assert answer.json() == {"accepted": 3, "duplicates": 0, "rejected": []}
    assert refused.status_code == 401


async def test_a_mission_loaded_beside_a_running_server_comes_into_force(tmp_path: Path, mission: Path) -> None:
    changed = json.loads(json.dumps(MISSION))
    changed["features"][0]["properties"]["name"] = "Zone, as agreed anew"
    (tmp_path / "changed.geojson").write_text(json.dumps(changed))

    async with running(tmp_path / "data", mission) as server:
        await cop("mission", "load", tmp_path / "changed.geojson", "--data", server.folder)
        async with server.client(await server.key(role="observer")) as client:

            async def noticed() -> bool:
                return "Zone, as agreed anew" in (await client.get("/api/v1/features")).text

            assert await eventually(noticed, within_s=15)


@pytest.mark.slow
async def test_a_backup_taken_under_load_restores_equal(tmp_path: Path, mission: Path) -> None:
    chance = Random(6)
    requests = muddled(walks(chance, units=8, fixes=80), chance, most=60)
    half = len(requests) // 2

    async with running(tmp_path / "data", mission) as server:
        device, reader = await server.key(), await server.key(role="observer")
        await push(server, device, requests[:half])
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(push(server, device, requests[half:]))
            tasks.create_task(cop("backup", tmp_path / "under-load.db", "--data", server.folder))
        await server.judged()
        await cop("backup", tmp_path / "at-rest.db", "--data", server.folder)
        raised, replayed = await violations_of(server, reader), await server.replayed()
    await cop("restore", tmp_path / "at-rest.db", "--data", tmp_path / "at-rest")
    await cop("restore", tmp_path / "under-load.db", "--data", tmp_path / "under-load")
    async with running(tmp_path / "under-load", mission) as again:
        await again.judged()
        midway, midway_replayed = await violations_of(again, reader), await again.replayed()
        pushed = await push(again, device, requests)
        await again.judged()
        in_the_end = await violations_of(again, reader)

    assert len(standing(raised)) > 10
    assert await Server(tmp_path / "at-rest", mission).replayed() == replayed
    assert standing(midway_replayed) == standing(midway)
    assert pushed.duplicates >= sum(map(len, requests[:half]))
    assert standing(in_the_end) == standing(raised) == standing(replayed)
