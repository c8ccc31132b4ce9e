"""A receiver that was down, and a server that was killed: every violation arrives, signed, and under one id."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.scenarios.pushing import batches, push
from tests.scenarios.receiver import Receiver
from tests.scenarios.server import eventually, listed, running
from tests.scenarios.walks import MISSION, walks

EVENTS = [f"violation.{event}" for event in ("suspected", "confirmed", "changed", "withdrawn", "ended")]


@pytest.mark.slow
@pytest.mark.crash
async def test_a_receiver_that_was_down_gets_every_violation_under_one_id_each(tmp_path: Path) -> None:
    chance = Random(5)
    reports = walks(chance, units=8, fixes=60)
    early, late = batches(reports[:240], chance, most=60), batches(reports[240:], chance, most=60)
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    receiver = Receiver(falls_after=5)
    await receiver.up()
    await receiver.down()

    async with running(tmp_path / "data", mission, COP_HOOK_ALLOW="127.0.0.0/8") as server:
        device, officer = await server.key(), await server.key(role="officer")
        async with server.client(officer) as client:
            made = await client.post("/api/v1/hooks", json={"url": receiver.url, "events": EVENTS})
            assert made.status_code == 201, made.text
            receiver.secret = made.json()["secret"]
        await push(server, device, early, kill_after=(len(early) // 2,))
        await server.judged()
        await server.kill()
        await server.start()
        await receiver.up()

        async def broken_off() -> bool:
            return receiver.broken_off

        await eventually(broken_off, within_s=60)
        await receiver.down()
        await push(server, device, late)
        await server.judged()
        async with server.client(officer) as client:
            raised = {it["id"]: it for it in await listed(client, "/api/v1/violations", "violations")}
        receiver.falls_after = None
        await receiver.up()

        async def all_told() -> bool:
            newest: dict[str, int] = {}
            for _, letter in receiver.taken:
                newest[letter["data"]["id"]] = max(letter["data"]["revision"], newest.get(letter["data"]["id"], 0))
            return newest == {key: violation["revision"] for key, violation in raised.items()}

        try:
            await eventually(all_told, within_s=120)
        finally:
            await receiver.down()

    ids_of: dict[tuple[str, int, str], set[str]] = {}
    for webhook_id, letter in receiver.taken:
        ids_of.setdefault((letter["data"]["id"], letter["data"]["revision"], letter["type"]), set()).add(webhook_id)
    assert len(raised) > 10
    assert [thing for thing, ids in ids_of.items() if len(ids) != 1] == []
    assert len({webhook_id for webhook_id, _ in receiver.taken}) == len(ids_of)
    in_order: dict[str, list[int]] = {}
    for _, letter in receiver.taken:
        in_order.setdefault(letter["data"]["id"], []).append(letter["data"]["revision"])
    assert [revisions for revisions in in_order.values() if revisions != sorted(revisions)] == []
