"""What a dry run costs: two hundred units that reported every ten seconds for a day, judged by one rule in seconds."""

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.access.principals import Principal
from app.api.dry_run import Span
from app.api.past import Past
from app.model.identity import Profile, Unit
from app.model.instant import SECOND_US
from app.model.label import Label, Marking
from app.model.mission import parse_mission
from app.model.mission_changes import Document, with_one_rule
from app.model.report import E7, Batch, ReportBlock
from app.model.sealing import Sealer
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.store.registry import load_registry
from tests.bench.figures import Figure
from tests.bench.traffic import Walker, now_s, walkers

UNITS = 200
_DAY_S = 24 * 3600
_EVERY_S = 10
_AN_ENTRY = 50
"""Fixes of every unit an entry."""
_NEAR_SHARE = 0.25
_AIM_S = 10.0


def rule_on_trial(document: dict[str, Any]) -> list[Figure]:
    """Put a line's rule on trial over a stored day."""
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        return asyncio.run(_tried(Path(folder), document))


async def _tried(folder: Path, document: dict[str, Any]) -> list[Figure]:
    database = Database.open(folder)
    try:
        registry = database.read_now(load_registry)
        journal = Journal(database, registry, lambda: now_s() * SECOND_US)
        history = History(database, journal)
        units = walkers(document, UNITS, _NEAR_SHARE, UNITS)
        end_us = now_s() * SECOND_US
        first = np.arange(end_us - _DAY_S * SECOND_US, end_us, _EVERY_S * SECOND_US)
        for start in range(0, len(first), _AN_ENTRY):
            await journal.append_reports(_block(registry, units, first[start : start + _AN_ENTRY]))
        while await history.index(300_000):
            pass
        past = Past(registry, Sealer(bytes(32)), history)
        officer = Principal(id="k", name="k", kind="key", role="officer", contingent=None, audiences=frozenset({"HQ"}))
        text = json.dumps(document).encode()
        line = next(one for one in document["features"] if one["properties"]["kind"] == "ceasefire_line")
        rule = {"rule": "line_crossing", "id": "trial", "margin_m": 50}
        made = with_one_rule(Document(parse_mission(text), text), line["id"], rule)
        span = Span(past, past.sight(officer, False, journal.head()), made, int(first[0]), end_us)
        began, began_cpu = time.perf_counter(), time.process_time()
        while span.judged_us < span.to_us:
            span.judge(*await database.read(span.read))
        result = span.result(time.monotonic())
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    finally:
        database.close()
    note = f"{result.positions:,} positions, {len(result.violations)} findings; {took_s:.1f} s by the clock"
    what = f"a rule on trial over {UNITS} units and a day"
    return [Figure(what, f"{cpu_s:.1f} s of CPU", f"≤ {_AIM_S:g} s", cpu_s <= _AIM_S, note)]


def _block(registry: Any, units: list[Walker], instants_us: Any) -> ReportBlock:
    """Return the positions of every unit at the instants."""
    slots, profiles, places = [], [], []
    for one in units:
        marking = registry.markings.number(Marking((one.contingent,), Label()))
        slots.append(registry.units.number(Unit(one.contingent, one.unit)))
        profiles.append(registry.profiles.number(Profile(None, None, "vehicle", one.party, "hae", marking)))
        places.append([one.at(instant / SECOND_US) for instant in instants_us.tolist()])
    lon_e7, lat_e7 = np.rint(np.array(places).reshape(-1, 2) * E7).astype(np.int32).T
    count, fixes = len(lon_e7), len(instants_us)
    nothing = np.full(count, np.nan)
    received_us = int(instants_us[-1])
    return ReportBlock(
        slot=np.repeat(np.array(slots, np.int32), fixes), observed_us=np.tile(instants_us, len(units)),
        lon_e7=lon_e7, lat_e7=lat_e7, altitude_m=nothing, accuracy_m=np.full(count, 5.0), speed_m_s=nothing,
        course_deg=nothing, profile=np.repeat(np.array(profiles, np.int32), fixes), flags=np.zeros(count, np.uint8),
        extra=np.full(count, -1, np.int32),
        batches=[Batch(count, "bench", units[0].contingent, "positions", received_us, bytes(32))],
    )  # fmt: skip
