"""Two worlds that differ only in what a reader may not see: he is sent the same bytes in both, whatever he asks."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from app.model.instant import SECOND_US, instant_text
from tests.scenarios.pushing import Item
from tests.scenarios.receiver import Receiver
from tests.scenarios.viewers import Viewer, World, hooked, letters, world
from tests.scenarios.walks import MISSION

Label = dict[str, Any]
ARG_ONLY: Label = {"classification": "unclassified", "releasable_to": ["ARG"], "caveats": []}
ARG_AND_HQ: Label = {"classification": "unclassified", "releasable_to": ["ARG", "HQ"], "caveats": []}
SECRET_TO_ALL: Label = {"classification": "strictly_confidential", "releasable_to": ["MISSION"], "caveats": []}
NOT_BY_HOOK: Label = {"classification": "unclassified", "releasable_to": ["MISSION"], "caveats": ["NO_WEBHOOK"]}
HIDDEN: Mapping[str, list[Label]] = {
    "nothing": [],
    "ARG alone": [ARG_ONLY],
    "ARG and HQ": [ARG_ONLY, ARG_AND_HQ],
    "above clearance": [ARG_ONLY, ARG_AND_HQ, SECRET_TO_ALL],
    "not by hook": [ARG_ONLY, ARG_AND_HQ, NOT_BY_HOOK],
}
VIEWERS: Mapping[str, tuple[str | None, str]] = {
    "GBR observer": ("GBR", "observer"),
    "GBR device": ("GBR", "device"),
    "GBR officer": ("GBR", "officer"),
    "HQ officer": (None, "officer"),
    "visitor": (None, "observer"),
    "ARG observer": ("ARG", "observer"),
}
EVENTS = [f"violation.{event}" for event in ("suspected", "confirmed", "changed", "withdrawn", "ended")]
EVENTS += ["incident.created", "incident.amended"]
STEPS = 24
LISTS = (
    "/api/v1/picture", "/api/v1/tracks", "/api/v1/tracks?limit=1", "/api/v1/tracks?bbox=33,35,33.03,35.03",
    "/api/v1/tracks?feature=zone", "/api/v1/tracks?status=live", "/api/v1/violations", "/api/v1/violations?limit=1",
    "/api/v1/violations?status=confirmed", "/api/v1/violations?feature=zone", "/api/v1/incidents",
    "/api/v1/incidents?limit=1", "/api/v1/features", "/api/v1/feeds", "/api/v1/quarantine", "/api/v1/hooks",
    "/api/v1/metrics", "/readyz", "/healthz",
)  # fmt: skip


class Told(NamedTuple):
    """What a story told a viewer: message by message, answer by answer, letter by letter.

    ``secrets``: by the path of each thing hidden in the story, the answer to it, and to the like of it that never was.
    """

    frames: list[list[str]]
    answers: dict[str, str]
    letters: list[str]
    secrets: dict[str, tuple[str, str]]


class Walker:
    """A unit that goes to and fro over the zone and the line."""

    def __init__(self, unit: str, chance: Random) -> None:
        self.unit = unit
        self.chance = chance

    def report(self, at_us: int, **more: Any) -> Item:
        return {
            "unit": self.unit,
            "observed_at": instant_text(at_us),
            "lon": round(self.chance.uniform(32.99, 33.05), 7),
            "lat": round(self.chance.uniform(34.99, 35.04), 7),
            "party": "north",
            "platform": "vehicle",
        } | more


def incident(name: str, at_us: int, **more: Any) -> Item:
    return {
        "incident": name, "observed_at": instant_text(at_us), "lon": 33.01, "lat": 35.01,
        "category": "firing", "title": f"Shots near {name}",
    } | more  # fmt: skip


async def story(folder: Path, hidden: list[Label]) -> dict[str, Told]:
    """Play the story, with hidden reports of these labels in between; return what each viewer was told."""
    mission = mission_in(folder)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(world(folder / "data", mission))
        viewers = {
            name: await stack.enter_async_context(here.viewer(contingent, role))
            for name, (contingent, role) in VIEWERS.items()
        }
        senders = {name: await stack.enter_async_context(here.viewer(name, "device")) for name in ("ARG", "GBR")}
        receivers = {
            name: await stack.enter_async_context(told_by_hook(viewers[name])) for name in ("GBR officer", "HQ officer")
        }
        await play(here, viewers, senders, hidden)
        paths = await secret_paths(viewers["ARG observer"])
        told = {}
        for name, viewer in viewers.items():
            paths_of = dict(zip(LISTS, LISTS, strict=True)) | await shown_paths(viewer)
            answers = {what: await viewer.ask(path) for what, path in paths_of.items()}
            secrets = {path: (await viewer.ask(path), await viewer.ask(made_up(path))) for path in paths}
            told[name] = Told(streams(viewer.frames), answers, [], secrets)
        for name, receiver in receivers.items():  # last: for these the clock goes on
            told[name] = told[name]._replace(letters=await letters(here, receiver, viewers[name]))
        return told


def streams(frames: list[str]) -> list[list[str]]:
    """Return violations, and all other messages, each in order: which comes first of one step is a matter of timing.

    Their numbers must run on without a gap.
    """
    numbers = [json.loads(frame)["seq"] for frame in frames]
    restarts = [place for place, frame in enumerate(frames) if '"resumed"' in frame]
    assert len(restarts) == 1
    assert numbers == list(range(1, len(frames) + 1))
    bare = [re.sub(r'"seq":\d+', '"seq":0', frame) for frame in frames]
    return [[it for it in bare if it.startswith('{"type":"violation"') == told] for told in (True, False)]


def mission_in(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "mission.geojson"
    path.write_text(json.dumps(MISSION | {"mission": MISSION["mission"] | {"gates": None}}))
    return path


@asynccontextmanager
async def told_by_hook(viewer: Viewer) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.up()
    try:
        await hooked(viewer, EVENTS, receiver)
        yield receiver
    finally:
        await receiver.down()


async def play(here: World, viewers: dict[str, Viewer], senders: dict[str, Viewer], hidden: list[Label]) -> None:
    public, secret = Random(1), Random(2)
    walkers = {name: [Walker(f"{name}-{n}", public) for n in range(2)] for name in senders}
    lurkers = [Walker(f"lurker-{n}", secret) for n in range(2)]
    for name, sender in senders.items():  # the units of all are known before anything is hidden
        await here.push(sender, "positions", [walker.report(here.now[0]) for walker in walkers[name]])
    for viewer in viewers.values():
        await viewer.watch()
        await viewer.read_until("snapshot")
    for step in range(STEPS):
        here.now[0] += 20 * SECOND_US
        name = public.choice(list(senders))
        reports = [walker.report(here.now[0]) for walker in walkers[name]]
        ghosts = [
            walker.report(here.now[0], unit=f"{walker.unit}-{number}", label=label, callsign="GHOST")
            for number, label in enumerate(hidden)
            for walker in lurkers
        ]
        if name == "ARG":  # in one request with what everybody may see
            reports = [*ghosts, *reports]
        elif ghosts:
            await here.push(senders["ARG"], "positions", ghosts)
        if step % 3 == 0:
            for number, label in enumerate(hidden):
                told = incident(f"ghost-{number}", here.now[0], label=label, description=f"step {step}")
                await here.push(senders["ARG"], "incidents", [told])
        if step == STEPS // 2:  # everybody misses this one
            for viewer in viewers.values():
                await viewer.part()
        await here.push(senders[name], "positions", reports)
        if step == STEPS // 2:
            for viewer in viewers.values():
                await viewer.watch()
        for viewer in viewers.values():
            await viewer.read_until('"delta"', str(reports[-1]["unit"]), str(reports[-1]["observed_at"]))
        if step % 4 == 0 or step == STEPS - 1:
            title = "the last" if step == STEPS - 1 else f"step {step}"
            await here.push(senders["GBR"], "incidents", [incident("open-1", here.now[0], title=title)])
            for viewer in viewers.values():
                await viewer.read_until('"delta"', title)


async def shown_paths(viewer: Viewer) -> dict[str, str]:
    """Return the paths of every single thing that the viewer is shown, by names that are the same in every world."""
    async with viewer.http.get(f"{viewer.url}/api/v1/picture") as answer:
        picture = await answer.json()
    kinds = ("tracks", "violations", "incidents")
    paths = [f"/api/v1/{kind}/{thing['id']}" for kind in kinds for thing in picture[kind]]
    paths += [f"/api/v1/tracks/{track['id']}/{of}" for track in picture["tracks"] for of in ("history", "distances")]
    return {path: path for path in sorted(paths)} | {
        f"report {number} of {violation['id']}": f"/api/v1/reports/{report}"
        for violation in picture["violations"]
        for number, report in enumerate(violation["evidence"]["reports"])
    }


async def secret_paths(cleared: Viewer) -> list[str]:
    """Return the paths of what is told of the lurkers and their incidents, as somebody cleared is shown it."""
    paths = []
    async with cleared.http.get(f"{cleared.url}/api/v1/picture") as answer:
        picture = await answer.json()
    for track in picture["tracks"]:
        if track["callsign"] == "GHOST":
            paths += [f"/api/v1/tracks/{track['id']}{of}" for of in ("", "/history", "/distances")]
    for violation in picture["violations"]:
        if violation["units"][0]["unit"].startswith("lurker"):
            paths.append(f"/api/v1/violations/{violation['id']}")
            paths += [f"/api/v1/reports/{report}" for report in violation["evidence"]["reports"]]
    paths += [f"/api/v1/incidents/{it['id']}" for it in picture["incidents"] if it["incident"].startswith("ghost")]
    return paths


def made_up(path: str) -> str:
    """Return the path of a thing of the same kind that there never was."""
    return re.sub(r"_[a-z2-7]{24}", "_" + 24 * "a", path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What everybody is told where nothing is hidden."""
    return asyncio.run(story(tmp_path_factory.mktemp("plain") / "world", []))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hidden", "blind"),
    [
        ("ARG alone", ["GBR observer", "GBR device", "GBR officer", "HQ officer", "visitor"]),
        ("ARG and HQ", ["GBR observer", "GBR device", "GBR officer", "visitor"]),
        ("above clearance", ["visitor"]),
    ],
)
async def test_what_one_may_not_see_makes_no_difference(
    tmp_path: Path, plain: dict[str, Told], hidden: str, blind: list[str]
) -> None:
    with_more = await story(tmp_path / "more", HIDDEN[hidden])

    for name in blind:
        assert with_more[name].frames == plain[name].frames, name
        assert with_more[name].answers == plain[name].answers, name
        assert with_more[name].letters == plain[name].letters, name
        for path, (answer, never) in with_more[name].secrets.items():
            assert answer == never, f"{name}: {path}"
            assert answer.startswith("404")
    assert len(plain["GBR officer"].letters) > 10
    assert len(plain["visitor"].frames[0]) > 10
    assert "GHOST" in with_more["ARG observer"].answers["/api/v1/tracks"]
    assert "GHOST" in "".join(with_more["ARG observer"].frames[1])
    secrets = with_more["ARG observer"].secrets
    assert {path.split("/")[3] for path in secrets} == {"tracks", "violations", "reports", "incidents"}
    assert {answer[:3] for answer, _ in secrets.values()} == {"200"}


@pytest.mark.slow
async def test_what_is_not_for_hooks_is_told_to_readers_and_to_no_hook(tmp_path: Path, plain: dict[str, Told]) -> None:
    with_more = await story(tmp_path / "more", HIDDEN["not by hook"])

    assert with_more["GBR officer"].letters == plain["GBR officer"].letters
    assert "GHOST" in with_more["GBR officer"].answers["/api/v1/tracks"]
