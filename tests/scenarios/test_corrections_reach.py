"""Each revision reaches, once and in order, everyone who was told of the one before: live, by hook, and when asked."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.model.instant import SECOND_US, instant_text
from tests.builders import NOON_US
from tests.scenarios.receiver import Receiver
from tests.scenarios.server import eventually
from tests.scenarios.viewers import Viewer, World, hooked, world

EVENTS = [f"violation.{event}" for event in ("suspected", "confirmed", "changed", "withdrawn", "ended")]
MISSION: dict[str, Any] = {
    "type": "FeatureCollection",
    "mission": {
        "id": "test", "name": "Test", "gates": {},
        "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        "contingents": [{"id": "ARG", "name": "A"}, {"id": "GBR", "name": "B"}],
    },
    "features": [
        {
            "type": "Feature",
            "id": "line",
            "geometry": {"type": "LineString", "coordinates": [[33.0, 35.0], [34.0, 35.0]]},
            "properties": {
                "kind": "ceasefire_line", "name": "Line", "left": "north", "right": "south",
                "rules": [{"rule": "line_crossing", "id": "r1", "margin_m": 50}],
            },
        }
    ],
}  # fmt: skip
ARG_ONLY = {"classification": "unclassified", "releasable_to": ["ARG"], "caveats": []}


class Side(NamedTuple):
    """A contingent's officer, who watches, and his hook's receiver."""

    world: World
    viewer: Viewer
    receiver: Receiver

    def live(self) -> list[tuple[int, str]]:
        """The violations that he was sent, by revision and status."""
        frames = [json.loads(frame) for frame in self.viewer.frames]
        return [
            (frame["violation"]["revision"], frame["violation"]["status"])
            for frame in frames
            if frame["type"] == "violation"
        ]

    def removed(self) -> list[str]:
        """The violations that were taken from him."""
        frames = [json.loads(frame) for frame in self.viewer.frames]
        return [
            key for frame in frames if frame["type"] == "delta"
            for key in ((frame.get("violations") or {}).get("remove") or [])
        ]  # fmt: skip

    def letters(self) -> list[tuple[str, int]]:
        """What his hook was told, event and revision, in the order of arrival."""
        return [(letter["type"], letter["data"]["revision"]) for _, letter in self.receiver.taken]

    async def hears(self, event: str, revision: int) -> None:
        """Wait until his hook was told that."""

        async def told() -> bool:
            self.world.now[0] += SECOND_US // 10  # a letter that waits for the one before needs the clock to go on
            return (event, revision) in self.letters()

        await eventually(told, within_s=30)


class Scene(NamedTuple):
    """The server, who reports, and who watches."""

    world: World
    device: Viewer
    arg: Side
    gbr: Side

    async def report(self, second: float, lat: float, **said: Any) -> None:
        """Let the unit report, and wait until it is judged."""
        fields = {"unit": "car", "lon": 33.5, "party": "north", "platform": "vehicle", "accuracy_m": 5}
        at = {"observed_at": instant_text(NOON_US + round(second * SECOND_US)), "lat": lat}
        await self.world.push(self.device, "positions", [fields | at | said])


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    file = tmp_path / "mission.geojson"
    file.write_text(json.dumps(MISSION))
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(world(tmp_path / "data", file))
        there.now[0] += 600 * SECOND_US
        device = await stack.enter_async_context(there.viewer("ARG", "device"))
        sides = []
        for contingent in ("ARG", "GBR"):
            viewer = await stack.enter_async_context(there.viewer(contingent, "officer"))
            receiver = Receiver()
            await receiver.up()
            stack.push_async_callback(receiver.down)
            await hooked(viewer, EVENTS, receiver)
            await viewer.watch()
            await viewer.read_until('"snapshot"')
            sides.append(Side(there, viewer, receiver))
        yield Scene(there, device, *sides)


async def violation(viewer: Viewer, key: str) -> str:
    """Return the answer to who asks for it."""
    return await viewer.ask(f"/api/v1/violations/{key}")


@pytest.mark.slow
async def test_each_revision_reaches_all_who_were_told_of_the_one_before(scene: Scene) -> None:
    both = scene.arg, scene.gbr
    await scene.report(0, 35.01)
    await scene.report(60, 34.9999)  # over, but within the margin
    await scene.report(100, 34.99)  # confirmed
    await scene.report(80, 34.9998)  # late, and nothing that was told rests on it
    await scene.report(40, 34.9997)  # late: the crossing was earlier
    await scene.report(300, 34.98)  # deeper
    for side in both:
        await side.viewer.read_until('"depth_m":2')
    await scene.report(400, 35.01)
    for side in both:
        await side.viewer.read_until('"ended_at":"')

    told = scene.arg.live()
    assert [revision for revision, _ in told] == list(range(1, len(told) + 1))
    assert [status for _, status in told] == ["suspected", "confirmed", "confirmed", "confirmed", "confirmed"]
    assert scene.gbr.live() == told
    for side in both:
        await side.hears("violation.ended", told[-1][0])
        assert [revision for _, revision in side.letters()] == [revision for revision, _ in told]
        assert [event.removeprefix("violation.") for event, _ in side.letters()] == [
            "suspected", "confirmed", "changed", "changed", "ended",
        ]  # fmt: skip


@pytest.mark.slow
async def test_a_suspicion_that_a_late_report_undoes_is_withdrawn_wherever_it_was_told(scene: Scene) -> None:
    both = scene.arg, scene.gbr
    await scene.report(0, 35.01)
    await scene.report(60, 34.9999)
    await scene.report(90, 35.01)

    for side in both:
        await side.viewer.read_until('"withdrawn"')
        await side.hears("violation.withdrawn", 2)
        assert side.live() == [(1, "suspected"), (2, "withdrawn")]
        assert side.letters() == [("violation.suspected", 1), ("violation.withdrawn", 2)]


@pytest.mark.slow
async def test_who_may_not_see_what_it_now_rests_on_is_told_that_it_is_gone_and_no_more(scene: Scene) -> None:
    await scene.report(0, 35.01)
    await scene.report(60, 34.99)
    for side in (scene.arg, scene.gbr):
        await side.viewer.read_until('"confirmed"')
        await side.hears("violation.confirmed", 1)
    [(_, first)] = scene.gbr.receiver.taken
    key = first["data"]["id"]

    await scene.report(30, 34.9, label=ARG_ONLY)  # late: it crossed earlier, and only ARG may know
    await scene.arg.viewer.read_until('"revision":2')
    await scene.gbr.viewer.read_until(f'"remove":["{key}"]')
    await scene.arg.hears("violation.changed", 2)
    await scene.gbr.hears("violation.withdrawn", 2)
    await scene.report(200, 34.98, label=ARG_ONLY)
    await scene.arg.hears("violation.changed", 3)

    assert scene.gbr.live() == [(1, "confirmed")]
    assert scene.gbr.removed() == [key]
    assert (await violation(scene.gbr.viewer, key)).startswith("404")
    [_, (_, last)] = scene.gbr.receiver.taken
    changed = {name for name in last["data"] if last["data"][name] != first["data"][name]}
    assert changed <= {"status", "revision", "changed_at", "open"}, "what is new is not for them"
    assert scene.gbr.letters() == [("violation.confirmed", 1), ("violation.withdrawn", 2)]
