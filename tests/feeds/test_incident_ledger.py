"""Versions of incidents under random interleaving: each content once, numbered without gaps."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds.incident_ledger import IncidentLedger
from app.model.incident import IncidentVersion
from tests.builders import incident


class Told(NamedTuple):
    versions: int
    hashes: frozenset[bytes]


class Disk:
    """What is kept; every call gives way to others a random number of times, and a write may fail."""

    def __init__(self, seed: int, fails: float) -> None:
        self.versions: list[IncidentVersion] = []
        self._random = random.Random(seed)
        self._fails = fails

    async def incidents(self, contingent: str, incidents: Sequence[str]) -> Mapping[str, Told]:
        await self._give_way()
        found = {
            name: [one for one in self.versions if (one.contingent, one.incident) == (contingent, name)]
            for name in incidents
        }
        await self._give_way()
        return {name: Told(len(ones), frozenset(one.sha256 for one in ones)) for name, ones in found.items() if ones}

    async def keep(self, versions: tuple[IncidentVersion, ...]) -> None:
        await self._give_way()
        if self._random.random() < self._fails:
            raise OSError("disk full")
        self.versions += versions
        await self._give_way()

    async def _give_way(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)


@settings(max_examples=100, deadline=None)
@given(
    requests=st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), min_size=1, max_size=6), min_size=1, max_size=8
    ),
    seed=st.integers(0, 2**32),
    fails=st.sampled_from([0.0, 0.3]),
)
async def test_each_content_is_one_version_whoever_sends_it_when(
    requests: list[list[tuple[str, int]]], seed: int, fails: float
) -> None:
    disk = Disk(seed, fails)
    ledger = IncidentLedger(disk)
    counts: list[tuple[int, int]] = []

    async def send(told: list[tuple[str, int]]) -> None:
        versions = [incident(incident=name, version=0, sha256=bytes([says]) * 32) for name, says in told]
        for _ in range(200):
            try:
                judgement = await ledger.accept("ARG", versions, disk.keep)
            except OSError:
                continue  # the sender tries again, as it was told that it may
            counts.append((judgement.accepted, judgement.duplicates))
            return

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for told in requests:
            tasks.create_task(send(told))

    for name in "ab":
        kept = [one for one in disk.versions if one.incident == name]
        assert [one.version for one in kept] == list(range(1, len(kept) + 1))
        assert sorted(one.sha256[0] for one in kept) == sorted(
            {says for told in requests for n, says in told if n == name}
        )
    assert sum(map(sum, counts)) == sum(map(len, requests))
