"""A disk that loses power: what a program wrote, what it had synced, and every file it could leave behind."""

import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

SECTOR = 512
"""What a disk writes whole or not at all."""
Loss = Literal["all", "none", "some", "torn"]
"""Of what was not synced, the cut takes: all of it, none, whole writes at random, or single sectors at random."""
LOSSES: tuple[Loss, ...] = ("all", "none", "some", "torn")


class Write(NamedTuple):
    file: str
    offset: int
    data: bytes


class Truncate(NamedTuple):
    file: str
    size: int


class Sync(NamedTuple):
    file: str


class Delete(NamedTuple):
    file: str


class Acknowledged(NamedTuple):
    """The program told its caller that append ``number`` is durable."""

    number: int


Event = Write | Truncate | Sync | Delete | Acknowledged
Image = dict[str, bytes]
"""Files by name, as they are found after the cut."""


class Disk:
    """Plays recorded events; at any moment the power may go."""

    def __init__(self) -> None:
        self._synced: dict[str, bytearray] = {}
        self._cached: dict[str, list[Write | Truncate]] = {}

    def play(self, event: Event) -> None:
        """Do what the program did."""
        match event:
            case Write() | Truncate():
                self._cached.setdefault(event.file, []).append(event)
            case Sync(file):
                synced = self._synced.setdefault(file, bytearray())
                for cached in self._cached.pop(file, []):
                    _apply(synced, cached)
            case Delete(file):
                self._synced.pop(file, None)
                self._cached.pop(file, None)
            case Acknowledged():
                pass

    def cut(self, loss: Loss, chance: random.Random) -> Image:
        """Return what is on the disk if the power goes now."""
        files = {name: bytearray(data) for name, data in self._synced.items()}
        for name, cached in self._cached.items():
            for write in _survivors(cached, loss, chance):
                _apply(files.setdefault(name, bytearray()), write)
        return {name: bytes(data) for name, data in files.items()}


def _survivors(cached: list[Write | Truncate], loss: Loss, chance: random.Random) -> Iterator[Write | Truncate]:
    for write in cached:
        if loss == "none":
            yield write
        elif loss == "some" or (loss == "torn" and isinstance(write, Truncate)):
            if chance.random() < 0.5:
                yield write
        elif loss == "torn" and isinstance(write, Write):
            for start in range(0, len(write.data), SECTOR):
                if chance.random() < 0.5:
                    yield Write(write.file, write.offset + start, write.data[start : start + SECTOR])


def _apply(data: bytearray, write: Write | Truncate) -> None:
    if isinstance(write, Truncate):
        del data[write.size :]
        return
    data.extend(bytes(max(0, write.offset - len(data))))
    data[write.offset : write.offset + len(write.data)] = write.data
