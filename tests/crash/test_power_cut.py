"""D1: an acknowledged report is on disk. The power goes at every event of a run, with every kind of loss."""

import asyncio
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.aftermath import Aftermath, aftermath, broken_promises
from tests.crash.disk import LOSSES, Acknowledged, Disk, Event, Image, Loss
from tests.crash.recorder import recording
from tests.crash.workload import append_all

pytestmark = pytest.mark.crash
SEED = 20260923
APPENDS = 24


def recorded(folder: Path) -> list[Event]:
    """Run the workload and return all that it asked of the disk, and told, in order."""
    events: list[Event] = []

    def tell(word: str, number: int) -> None:
        if word == "ACK":
            events.append(Acknowledged(number))

    with recording(events):
        asyncio.run(append_all(folder, appends=APPENDS, waiters=2, tell=tell))
    return events


def cuts(events: list[Event]) -> Iterator[tuple[Image, frozenset[int], int, Loss]]:
    """Yield the disk after each event and each kind of loss, and what had been acknowledged by then."""
    disk, chance = Disk(), random.Random(SEED)
    acknowledged: set[int] = set()
    for place, event in enumerate(events):
        disk.play(event)
        if isinstance(event, Acknowledged):
            acknowledged.add(event.number)
        for loss in LOSSES:
            yield disk.cut(loss, chance), frozenset(acknowledged), place, loss


class Bench:
    """Opens disk images; equal images are opened once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[bytes, Aftermath] = {}

    def aftermath(self, image: Image) -> Aftermath:
        digest = hashlib.blake2b()
        for name in sorted(image):
            digest.update(name.encode() + b"\0" + len(image[name]).to_bytes(8, "big") + image[name])
        key = digest.digest()
        if key not in self._known:
            folder = self._folder / str(len(self._known))
            folder.mkdir(parents=True)
            for name, data in image.items():
                (folder / name).write_bytes(data)
            self._known[key] = aftermath(folder)
            for file in folder.iterdir():
                file.unlink()
        return self._known[key]


def test_no_power_cut_loses_or_tears_what_was_acknowledged(tmp_path: Path, memory: Path) -> None:
    events = recorded(tmp_path / "run")
    bench, states = Bench(memory), 0
    bad: list[str] = []
    for image, acknowledged, place, loss in cuts(events):
        states += 1
        promises = broken_promises(bench.aftermath(image), acknowledged)
        bad.extend(f"event {place}, {loss} lost: {promise}" for promise in promises)

    assert bad == []
    assert states >= 2_000
    assert sum(isinstance(event, Acknowledged) for event in events) == APPENDS


def test_the_same_cuts_find_what_a_lesser_sync_loses(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this passes with synchronous=NORMAL, the test above proves nothing."""
    monkeypatch.setattr("app.store.connections.SYNCHRONOUS", "NORMAL")
    bench = Bench(memory)

    broken = (
        broken_promises(bench.aftermath(image), acknowledged)
        for image, acknowledged, _, _ in cuts(recorded(tmp_path / "run"))
    )

    assert any("acknowledged and is lost" in promise for promises in broken for promise in promises)
