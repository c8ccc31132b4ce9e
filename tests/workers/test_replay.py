"""Replay: equal to what was raised live; with ``rejudge``, also what came too late to be judged live."""

from pathlib import Path
from typing import Any

from app.live.frames import violation_frame
from app.workers.replay import replayed
from tests.api.server import Server, serving

DAY_S = 86_400


async def replay(server: Server, rejudge: bool) -> list[Any]:
    context = server.context
    found = replayed(
        context.database, context.journal, context.registry, context.sealer, context.engine.window_us, rejudge=rejudge,
        progress=lambda _done, _total: None,
    )  # fmt: skip
    return [violation_frame(one) async for one in found]


async def test_what_came_after_the_lateness_window_is_judged_only_by_rejudging(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", server.position("raider", lat=34.85, party="north"))
        await server.push("positions", *server.crossing("raider", -2 * DAY_S))
        await server.push("positions", *server.crossing("other", -60))
        raised = (await officer.get("/api/v1/violations")).json()["violations"]

        again, rejudged = await replay(server, rejudge=False), await replay(server, rejudge=True)

        assert [one["units"][0]["unit"] for one in raised] == ["other"]
        assert [(one.id, one.revision) for one in again] == [(one["id"], one["revision"]) for one in raised]
        assert [one.units[0].unit for one in rejudged] == ["raider", "other"]
        assert rejudged[0].observed_at < server.clock.text(-2 * DAY_S)
        assert rejudged[1].id == again[0].id


async def test_rejudging_puts_a_report_that_is_too_late_between_those_it_came_between(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        first, last = (server.position("p1", seconds, lat=35.2, party="north") for seconds in (-3 * DAY_S, 0))
        await server.push("positions", first)
        await server.push("positions", last)
        await server.push("positions", server.position("p1", -2 * DAY_S, lat=34.8, party="north"))

        again, rejudged = await replay(server, rejudge=False), await replay(server, rejudge=True)

        assert again == []
        [there_and_back] = rejudged
        assert there_and_back.ended_at is not None
