"""What the pure parts cost: the crossing check of a leg, and a late report. Without server or store."""

import json
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.engine import Engine, Past
from app.model.entry import Entry, MissionSet, Reports
from app.model.identity import Profile, Registry, Unit
from app.model.instant import SECOND_US
from app.model.label import Label, Marking
from app.model.report import E7, Batch, Positions, ReportBlock
from app.model.sealing import Sealer
from tests.bench.figures import Figure
from tests.bench.traffic import Walker, now_s

LEGS = 100_000
_TRIES = 5
_FIXES = 10_000
_AT_ONCE = 100
_DAY_S = 24 * 3600
_LATE_S = (60, 3600, 20 * 3600)
_AIM_NEAR_NS = 200.0


def crossing_check(document: object, units: Sequence[Walker]) -> list[Figure]:
    """Ask the index of the mission's edges about legs of a second, of which some shares are near an edge."""
    index = _engine(document).judge.rulebook.index
    near = [unit for unit in units if unit.is_near]
    far = [unit for unit in units if not unit.is_near]
    found = []
    for share in (0.0, 0.01, 0.1, 1.0):
        some = round(LEGS * share)
        legs = np.concatenate([_legs(near, some), _legs(far, LEGS - some)], axis=1)
        order = np.random.default_rng(5).permutation(LEGS)
        took_s = _least_s(lambda legs=legs[:, order]: index.touching(*legs))  # type: ignore[misc]
        nanoseconds = took_s / LEGS * 1e9
        aim = "≤ 200 ns" if share == 0.1 else ""
        met = nanoseconds <= _AIM_NEAR_NS if share == 0.1 else None
        found.append(Figure(f"crossing check, {share:.0%} of legs near an edge", f"{nanoseconds:.0f} ns/leg", aim, met))
    return found


def late_report(document: object, units: Sequence[Walker]) -> list[Figure]:
    """Fold a late report of a unit that goes to and fro over a line and has sent 10,000 fixes in the last day."""
    walker = next(unit for unit in units if unit.is_near)
    found = []
    for late_s in _LATE_S:
        engine, stored = _tracked(document, walker)
        newest_us = int(stored.observed_us[-1])
        late = _block(walker, [newest_us - late_s * SECOND_US - 1], newest_us)
        entry = Entry(engine.cursor + 1, newest_us, Reports(late))
        asked_us = engine.needs(entry).positions[0]
        rows = np.flatnonzero(stored.observed_us > asked_us)
        seq, index = np.divmod(rows, _AT_ONCE)
        past = Past({0: Positions(stored.taken(rows), seq + 2, index, stored.observed_us[rows])})
        began = time.thread_time()
        engine.step(entry, past)
        took_s = time.thread_time() - began
        span = f"{late_s // 60} min" if late_s < 3600 else f"{late_s // 3600} h"
        found.append(
            Figure(
                f"a late report, {span} late",
                f"{took_s * 1000:.1f} ms",
                "",
                note=f"reads {len(rows):,} fixes, and folds them until the track goes on as it did",
            )
        )
    return found


def _engine(document: object) -> Engine:
    engine = Engine(Registry(), Sealer(bytes(32)))
    engine.step(Entry(1, now_s() * SECOND_US, MissionSet(json.dumps(document).encode(), by="bench")), Past())
    return engine


def _tracked(document: object, walker: Walker) -> tuple[Engine, ReportBlock]:
    """Return an engine that has folded the walker's day, as it would have come: a hundred fixes at a time."""
    engine = _engine(document)
    marking = engine.registry.markings.number(Marking((walker.contingent,), Label()))
    engine.registry.units.number(Unit(walker.contingent, walker.unit))
    engine.registry.profiles.number(Profile(None, None, "vehicle", walker.party, "hae", marking))
    end_us = now_s() * SECOND_US
    instants = np.linspace(end_us - _DAY_S * SECOND_US, end_us, _FIXES).astype(np.int64)
    stored = _block(walker, instants.tolist(), end_us)
    for start in range(0, _FIXES, _AT_ONCE):
        part = _block(walker, instants[start : start + _AT_ONCE].tolist(), end_us)
        engine.step(Entry(engine.cursor + 1, end_us, Reports(part)), Past())
    return engine, stored


def _block(walker: Walker, observed_us: Sequence[int], received_us: int) -> ReportBlock:
    count = len(observed_us)
    places = np.array([walker.at(instant / SECOND_US) for instant in observed_us]) * E7
    lon_e7, lat_e7 = np.rint(places).astype(np.int32).T
    nothing = np.full(count, np.nan)
    return ReportBlock(
        slot=np.zeros(count, np.int32), observed_us=np.array(observed_us, np.int64), lon_e7=lon_e7, lat_e7=lat_e7,
        altitude_m=nothing, accuracy_m=np.full(count, 5.0), speed_m_s=nothing, course_deg=nothing,
        profile=np.zeros(count, np.int32), flags=np.zeros(count, np.uint8), extra=np.full(count, -1, np.int32),
        batches=(Batch(count, "bench", walker.contingent, "positions", received_us, bytes(32)),),
    )  # fmt: skip


def _legs(units: Sequence[Walker], count: int) -> NDArray[np.int64]:
    """Return (4, ``count``): lon, lat of the start and of the end, 1e-7 degrees."""
    rounds = -(-count // max(1, len(units)))
    fixes = np.array([[unit.at(second) for unit in units] for second in range(rounds + 1)]) * E7
    grid = np.rint(fixes).astype(np.int64).reshape(rounds + 1, -1, 2)
    legs = np.concatenate([grid[:-1], grid[1:]], axis=2).reshape(-1, 4)
    return np.ascontiguousarray(legs[:count].T)


def _least_s(work: Callable[[], object]) -> float:
    """Return the least processor time of a few tries: other work on the machine only ever adds."""
    took = []
    for _ in range(_TRIES):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)
