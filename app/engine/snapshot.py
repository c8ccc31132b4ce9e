"""Snapshots of the engine: all of its state in bytes, so that a start need not fold the journal from its beginning."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.engine.book import IncidentBook
from app.engine.engine import Engine
from app.engine.groups import Group, GroupBook
from app.engine.heads import ARRAYS, Checkpoint, Heads
from app.engine.incidents import IncidentJudge
from app.engine.interference import Alert
from app.engine.judge import Judge
from app.model.feature import Mission
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.mission import parse_mission
from app.model.movement import Movement
from app.model.sealing import Sealer
from app.model.violation import Violation
from app.picture.interference import Turn
from app.picture.plausibility import Anchor
from app.picture.tracks import Tracks
from app.rules.authorisation import CrossingPoints
from app.rules.nearness import Head
from app.rules.rule import Finding, Pair
from app.rules.rulebook import Rulebook, Standing

FORMAT = 16
"""Of the bytes. A snapshot of another format is not read: the engine folds from the beginning, or an older one."""


class _Column(msgspec.Struct):
    kind: str
    data: bytes


class _Snapshot(msgspec.Struct):
    cursor: int
    now_us: int
    window_us: int
    document: bytes | None
    mission_seq: int
    standings: list[tuple[bytes, int, int, int]]
    next_number: int
    carried: list[tuple[int, ...]]
    heads: dict[str, _Column]
    anchors: dict[int, Anchor]
    believed: dict[int, Head]
    pairs: dict[int, dict[int, Pair]]
    checkpoints: dict[int, list[tuple[int, int, bytes]]]
    findings: dict[int, list[Finding]]
    tracks: dict[str, _Column]
    drones: dict[int, bytes]
    version: int
    groups: dict[int, Group]
    groups_now_us: int
    violations: list[Violation]
    incidents: list[IncidentVersion]
    movements: list[Movement]
    turns: dict[int, list[Turn]]
    alerts: dict[str, Alert]
    raised: list[tuple[str, str, tuple[str, ...]]]
    """The violations of incidents: contingent, incident, ids."""


def frozen(engine: Engine) -> bytes:
    """Return the engine's state as bytes."""
    heads, book = engine.heads, engine.judge.rulebook
    snapshot = _Snapshot(
        cursor=engine.cursor,
        now_us=engine.now_us,
        window_us=engine.window_us,
        document=engine.document,
        mission_seq=book.mission.revision,
        standings=[(key, *standing) for key, standing in book.standings.items()],
        next_number=book.next_number,
        carried=book.carried.since(0),
        heads={name: _column(getattr(heads, name)) for name, _ in ARRAYS},
        anchors=heads.anchors,
        believed=heads.believed,
        pairs=heads.pairs,
        checkpoints={slot: [(*point,) for point in points] for slot, points in heads.checkpoints.items()},
        findings={slot: list(findings.values()) for slot, findings in heads.findings.items()},
        tracks={name: _column(column) for name, column in engine.tracks.columns().items()},
        drones=engine.tracks.drones,
        version=engine.tracks.version,
        groups=engine.groups.groups,
        groups_now_us=engine.groups.now_us,
        violations=list(engine.violations),
        incidents=engine.incidents.recent(),
        movements=list(engine.movements.values()),
        turns=engine.interference.turns,
        alerts=engine.interference.alerts,
        raised=[(*key, ids) for key, ids in engine.incident_judge.raised.items()],
    )
    return msgspec.msgpack.encode(snapshot)


def thawed(data: bytes, registry: Registry, sealer: Sealer, window_us: int) -> Engine:
    """Return the engine that ``frozen`` wrote; ``registry`` holds at least what it held then."""
    snapshot = msgspec.msgpack.decode(data, type=_Snapshot)
    engine = Engine(registry, sealer, window_us)
    engine.cursor, engine.now_us, engine.document = snapshot.cursor, snapshot.now_us, snapshot.document
    mission = Mission()
    if snapshot.document is not None:
        mission = msgspec.structs.replace(parse_mission(snapshot.document), revision=snapshot.mission_seq)
    standings = {key: Standing(*standing) for key, *standing in snapshot.standings}
    book = Rulebook(mission, standings, snapshot.next_number, snapshot.carried, profiles=registry.profiles)
    heads = engine.heads
    for name, column in snapshot.heads.items():
        setattr(heads, name, _array(column))
    heads.anchors, heads.believed, heads.pairs = snapshot.anchors, snapshot.believed, snapshot.pairs
    heads.checkpoints = {
        slot: [Checkpoint(*point) for point in points] for slot, points in snapshot.checkpoints.items()
    }
    heads.findings = {slot: {it.id: it for it in findings} for slot, findings in snapshot.findings.items()}
    _share_findings(heads)
    # Situations are numbered anew in each process; those carried over from an older rulebook keep theirs.
    placed = np.flatnonzero(heads.known & (heads.situation >= 0))
    heads.situation[placed] = book.situations(heads.observed_us[placed], heads.profile[placed], registry.profiles)
    engine.judge = Judge(registry, heads, book)
    engine.groups = GroupBook(registry, sealer, heads, book, window_us)
    engine.groups.load(snapshot.groups, snapshot.groups_now_us)
    engine.tracks = Tracks(registry)
    engine.tracks.restore(
        {name: _array(column) for name, column in snapshot.tracks.items()}, snapshot.drones, snapshot.version
    )
    engine.violations.load(snapshot.violations)
    engine.incidents = IncidentBook(snapshot.incidents)
    engine.movements = {(it.contingent, it.movement): it for it in snapshot.movements}
    engine.points = CrossingPoints(mission)
    engine.interference.load(snapshot.turns, snapshot.alerts)
    engine.incident_judge = IncidentJudge(
        sealer, {(contingent, incident): ids for contingent, incident, ids in snapshot.raised}
    )
    engine.incident_judge.set_mission(mission)
    return engine


def _share_findings(heads: Heads) -> None:
    """Make the findings that live pairs hold the same objects as the track's findings again."""
    for slot, pairs in heads.pairs.items():
        known = heads.findings.get(slot, {})
        for pair in pairs.values():
            if pair.suspicion is not None:
                pair.suspicion = known.get(pair.suspicion.id, pair.suspicion)
            if pair.open is not None:
                pair.open = known.get(pair.open.id, pair.open)
            pair.doubted = [known.get(transit.id, transit) for transit in pair.doubted]


def _column(column: npt.NDArray[Any]) -> _Column:
    return _Column(column.dtype.str, column.tobytes())


def _array(column: _Column) -> npt.NDArray[Any]:
    return np.frombuffer(column.data, column.kind).copy()
