"""The way of a report over a real server: batches, single reports, and how long until a breach is on the wire."""

import asyncio
import contextlib
import json
import random
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from app.model.instant import SECOND_US
from tests.bench.figures import Figure, cpu_s, percentile
from tests.bench.load import Viewer, send, watch
from tests.bench.pace import Pace
from tests.bench.serving import Served
from tests.bench.traffic import METRES_A_DEGREE, Walker, batches, item, now_s, request, singles

VIEWERS = 100
BATCH = 1000
_VIEWS = 10
_VIEW_DEG = 0.11, 0.08
_WARM_ROUNDS = 35
"""Seconds of the units' time before anything is measured: who began inside an area has dwelt there for long enough."""
_PROBE_EVERY_S = 0.05
_LAST_S = 2.0
"""The last crossings are listened for this much longer."""
_BACKGROUND_EVERY_S = 0.1
_BACKGROUND_SIZE = 100
_LINE = 33.985, 35.0649
"""A place on the northern ceasefire line where it is straight: lon, lat."""
_OFF_M = 200.0
_LAYERS = ("tracks", "incidents", "violations")


@contextlib.asynccontextmanager
async def watched(served: Served, units: list[Walker]) -> AsyncIterator[list[Viewer]]:
    """Connect the viewers: ten of each of ten views, of about a hundred units each."""
    rng = random.Random(3)
    middles = rng.sample([one for one in units if one.period_s], _VIEWS)
    viewers = []
    for number in range(VIEWERS):
        middle = middles[number % _VIEWS]
        bbox = [
            middle.lon - _VIEW_DEG[0] / 2, middle.lat - _VIEW_DEG[1] / 2,
            middle.lon + _VIEW_DEG[0] / 2, middle.lat + _VIEW_DEG[1] / 2,
        ]  # fmt: skip
        viewers.append(await watch(served.port, lambda bbox=bbox: Viewer(served.keys.watch, _LAYERS, bbox)))  # type: ignore[misc]
    try:
        yield viewers
        assert not any(viewer.closed for viewer in viewers), "a viewer was cut off"
    finally:
        for viewer in viewers:
            viewer.transport.close()


async def positions_in_batches(
    served: Served, units: list[Walker], rounds: int, connections: int = 8, mission: str = ""
) -> list[Figure]:
    """Push ``rounds`` positions of each unit in batches of 1,000, before the viewers' eyes."""
    last = now_s()
    requests = batches(units, BATCH, range(last - rounds - _WARM_ROUNDS, last), served.keys.devices)
    warm = _WARM_ROUNDS * len(units) // BATCH
    await send(served.port, requests[:warm], connections, b'"accepted":%d' % BATCH)
    await drained(served)
    async with watched(served, units) as viewers:
        seen = sum(viewer.bytes for viewer in viewers), sum(viewer.messages for viewer in viewers)
        used_s, load_s, began_s = cpu_s(served.pid), time.process_time(), time.perf_counter()
        with Pace(served.core) as pace:
            sent = await send(served.port, requests[warm:], connections, b'"accepted":%d' % BATCH)
            await drained(served)
            seconds, load_s = time.perf_counter() - began_s, time.process_time() - load_s
        used_s = cpu_s(served.pid) - used_s
        told = sum(viewer.bytes for viewer in viewers) - seen[0], sum(viewer.messages for viewer in viewers) - seen[1]
    positions = rounds * len(units)
    per_core = positions / used_s
    return [
        Figure(
            f"positions/s on one core, HTTP batches of 1,000, 100 viewers{mission}",
            f"{per_core:,.0f} a CPU second",
            "≥ 100,000",
            per_core >= 100_000,
            f"{positions / seconds:,.0f}/s by the clock until all is judged (server {used_s / seconds:.0%} of a core,"
            f" load {load_s / seconds:.0%} of another);"
            f" answer p50 {percentile(sent.took_s, 0.5) * 1000:.0f} ms, p99 {percentile(sent.took_s, 0.99) * 1000:.0f}"
            f" ms; each viewer got {told[1] / VIEWERS / seconds:.1f} messages/s,"
            f" {told[0] / VIEWERS / seconds / 1000:.0f} KB/s; {pace}: {per_core / pace.share:,.0f} at full pace",
        )
    ]


async def single_positions(served: Served, units: list[Walker], rounds: int, connections: int = 256) -> list[Figure]:
    """Push single positions over many connections."""
    begin = now_s()
    await send(served.port, batches(units, BATCH, [begin], served.keys.devices), 1, b'"accepted":%d' % BATCH)
    await drained(served)
    requests = singles(units, range(begin + 1, begin + 1 + rounds), served.keys.devices)
    used_s, load_s = cpu_s(served.pid), time.process_time()
    with Pace(served.core) as pace:
        sent = await send(served.port, requests, connections, b'"accepted":1,')
        await drained(served)
    load_s = time.process_time() - load_s
    used_s = cpu_s(served.pid) - used_s
    per_core = len(requests) / used_s
    return [
        Figure(
            "single durable POST/s on one core",
            f"{per_core:,.0f} a CPU second",
            "≥ 4,000",
            per_core >= 4_000,
            f"{len(requests) / sent.seconds:,.0f}/s by the clock over {connections} connections,"
            f" {used_s / len(requests) * 1e6:.0f} µs of CPU each (load {load_s / len(requests) * 1e6:.0f} µs);"
            f" answer p50 {percentile(sent.took_s, 0.5) * 1000:.1f} ms,"
            f" p99 {percentile(sent.took_s, 0.99) * 1000:.1f} ms; {pace}: {per_core / pace.share:,.0f} at full pace",
        )
    ]


async def time_to_violation(served: Served, units: list[Walker], probes: int) -> list[Figure]:
    """Let units cross the ceasefire line at 1,000 positions/s of others, before the viewers' eyes."""
    contingent = units[0].contingent
    crossers, crossed = _crossers(probes, contingent)
    key = served.keys.devices[contingent]
    first_us = now_s() * SECOND_US
    body = "[" + ",".join(item(one, first_us) for one in crossers) + "]"
    await send(served.port, [request(key, body.encode())], 1, b'"accepted":%d' % probes)
    arrived: dict[str, float] = {}
    name = re.compile(rb'"probe-\d+"')

    def hear(message: bytes) -> None:
        heard_s = time.perf_counter()
        if message.startswith(b'{"type":"violation"'):
            for found in name.findall(message):
                arrived.setdefault(found.decode().strip('"'), heard_s)

    listener = await watch(served.port, lambda: Viewer(served.keys.listen, ["violations"], None, hear))
    overs = [request(key, item(one, first_us + 8 * SECOND_US).encode()) for one in crossed]
    async with watched(served, units):
        used_s, began_s = cpu_s(served.pid), time.perf_counter()
        with Pace(served.core) as pace:
            asked_s = await _posted(served, units, overs)
        used_s, seconds = cpu_s(served.pid) - used_s, time.perf_counter() - began_s
    listener.transport.close()
    asked = zip(crossed, asked_s, strict=True)
    took_ms = [(arrived[one.unit] - at_s) * 1000 for one, at_s in asked if one.unit in arrived]
    if len(took_ms) < probes:
        raise RuntimeError(f"{probes - len(took_ms)} of {probes} crossings were not told")
    p99 = percentile(took_ms, 0.99)
    return [
        Figure(
            "POST → violation frame at 1,000 positions/s, 100 viewers",
            f"p50 {percentile(took_ms, 0.5):.1f} ms, p99 {p99:.1f} ms",
            "p99 ≤ 50 ms",
            p99 <= 50,
            f"{probes} crossings; server {used_s / seconds:.0%} of its core meanwhile; {pace}",
        )
    ]


async def _posted(served: Served, units: list[Walker], overs: list[bytes]) -> list[float]:
    """Post single requests, twenty a second, at 1,000 positions/s of others; return when each was posted."""
    asked_s = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_background(served, units, len(overs) * _PROBE_EVERY_S + 1.0))
        await asyncio.sleep(1.0)
        began_s = time.perf_counter()
        for number, over in enumerate(overs):
            await asyncio.sleep(max(0.0, began_s + number * _PROBE_EVERY_S - time.perf_counter()))
            asked_s.append(time.perf_counter())
            tasks.create_task(send(served.port, [over], 1, b'"accepted":1,'))
    await asyncio.sleep(_LAST_S)
    return asked_s


async def _background(served: Served, units: list[Walker], seconds: float) -> None:
    """Push 1,000 positions a second, a hundred at a time, of one unit each."""
    began_s, begin = time.perf_counter(), now_s() + 20
    for number in range(int(seconds / _BACKGROUND_EVERY_S)):
        start = number * _BACKGROUND_SIZE % BATCH
        second = begin + number // (BATCH // _BACKGROUND_SIZE)
        some = units[start : start + _BACKGROUND_SIZE]
        await asyncio.sleep(max(0.0, began_s + number * _BACKGROUND_EVERY_S - time.perf_counter()))
        await send(
            served.port, batches(some, _BACKGROUND_SIZE, [second], served.keys.devices), 1, b'"accepted":%d' % len(some)
        )


def _crossers(count: int, contingent: str) -> tuple[list[Walker], list[Walker]]:
    """Units of the northern party 200 m before the ceasefire line, each a little further along it, and beyond it."""
    here = [
        Walker(f"probe-{number:04}", contingent, "north", _LINE[0] + number * 1e-5, _LINE[1] + _OFF_M / METRES_A_DEGREE,
               0.0, 0.0, 60.0, 0.0)
        for number in range(count)
    ]  # fmt: skip
    return here, [replace(one, lat=one.lat - 2 * _OFF_M / METRES_A_DEGREE) for one in here]


async def drained(served: Served) -> None:
    """Wait until the engine has judged all that the journal holds."""
    for _ in range(600):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = (await reader.read()).partition(b"\r\n\r\n")[2]
        writer.close()
        if json.loads(answer)["lag_entries"] == 0:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("the engine does not catch up")
