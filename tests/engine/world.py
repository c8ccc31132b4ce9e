"""An engine with a journal in memory: reports go in by name, violations come out."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.engine import Engine, Past
from app.engine.snapshot import frozen, thawed
from app.model.entry import Entry, MissionSet, Reports
from app.model.identity import Profile, Registry, Unit
from app.model.label import Label, Marking
from app.model.outcome import Outcome
from app.model.report import Batch, Positions, ReportBlock, concatenated
from app.model.sealing import Sealer
from app.model.violation import Violation

START_US = 1_750_000_000_000_000
SECRET = b"a secret of the tests"


class Told(NamedTuple):
    """One report: ``second`` after the start, degrees, metres."""

    second: float
    lon: float
    lat: float
    accuracy_m: float | None = None
    unit: str = "car-1"
    party: str = "north"
    platform: str | None = "vehicle"
    flags: int = 0
    label: Label = Label()
    strength: int | None = None
    contingent: str = "ARG"
    speed_m_s: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    altitude_ref: str = "hae"


def feature(rules: Sequence[dict[str, Any]], coordinates: Any, **named: Any) -> dict[str, Any]:
    """A GeoJSON feature: a line where coordinates are a list of positions, else a polygon (or several)."""
    depth = 0
    inner = coordinates
    while isinstance(inner[0], list | tuple):
        depth, inner = depth + 1, inner[0]
    kind = {1: "LineString", 2: "Polygon", 3: "MultiPolygon"}[depth]
    properties: dict[str, Any] = {"kind": "buffer_zone", "name": "The zone", "rules": list(rules)}
    if kind == "LineString":
        properties |= {"kind": "ceasefire_line", "name": "The line", "left": "north", "right": "south"}
    properties |= named
    return {
        "type": "Feature",
        "id": properties.pop("id", "f1"),
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def mission(*features: dict[str, Any], **named: Any) -> bytes:
    """A mission file with these features."""
    member: dict[str, Any] = {
        "id": "test", "name": "Test", "gates": None,
        "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        "contingents": [{"id": "ARG", "name": "Argentina"}, {"id": "GBR", "name": "United Kingdom"}],
    }  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "mission": member | named, "features": list(features)}).encode()


class World:
    """Feeds an engine entry by entry, and serves it its own past."""

    def __init__(self, document: bytes | None = None, window_us: int = 86_400_000_000) -> None:
        self.registry = Registry()
        self.sealer = Sealer(SECRET)
        self.window_us = window_us
        self.engine = Engine(self.registry, self.sealer, window_us)
        self.entries: list[Entry] = []
        self.outcomes: list[Outcome] = []
        self.latest: dict[str, Violation] = {}
        if document is not None:
            self.take(MissionSet(document, "test"))

    def take(self, body: Any, received_us: int = START_US) -> Outcome:
        """Append an entry and step over it."""
        entry = Entry(len(self.entries) + 1, received_us, body)
        self.entries.append(entry)
        return self.step(entry)

    def step(self, entry: Entry) -> Outcome:
        """Step over an entry of the journal."""
        outcome = self.engine.step(entry, self._past(entry))
        self.outcomes.append(outcome)
        for change in outcome.changes:
            told = self.latest.get(change.after.id)
            assert change.before == told, "the revision told before is the one that was told"
            assert change.after.revision == (1 if told is None else told.revision + 1)
            self.latest[change.after.id] = change.after
        return outcome

    def push(self, reports: Iterable[Told], received_us: int = START_US) -> Outcome:
        """Take reports as one entry, in the given order."""
        return self.take(Reports(self.block(list(reports), received_us)), received_us)

    def block(self, reports: Sequence[Told], received_us: int) -> ReportBlock:
        """Return the reports as a block."""
        n = len(reports)
        return ReportBlock(
            slot=np.array([self.registry.units.number(Unit(it.contingent, it.unit)) for it in reports], np.int32),
            observed_us=np.array([START_US + round(it.second * 1e6) for it in reports], np.int64),
            lon_e7=np.array([round(it.lon * 1e7) for it in reports], np.int32),
            lat_e7=np.array([round(it.lat * 1e7) for it in reports], np.int32),
            altitude_m=np.array([np.nan if it.altitude_m is None else it.altitude_m for it in reports]),
            accuracy_m=np.array([np.nan if it.accuracy_m is None else it.accuracy_m for it in reports]),
            speed_m_s=np.array([np.nan if it.speed_m_s is None else it.speed_m_s for it in reports]),
            course_deg=np.array([np.nan if it.course_deg is None else it.course_deg for it in reports]),
            profile=np.array(
                [
                    self.registry.profiles.number(
                        Profile(
                            None,
                            None,
                            it.platform,
                            it.party,
                            it.altitude_ref,
                            self.registry.markings.number(Marking((it.contingent,), it.label)),
                            it.strength,
                        )
                    )
                    for it in reports
                ],
                np.int32,
            ),
            flags=np.array([it.flags for it in reports], np.uint8),
            extra=np.full(n, -1, np.int32),
            batches=[Batch(n, "key", "ARG", "positions", received_us, b"")],
        )

    def restart(self) -> None:
        """Go on with an engine read back from its own snapshot."""
        self.engine = thawed(frozen(self.engine), self.registry, self.sealer, self.window_us)

    def change_mission(self, document: bytes) -> Outcome:
        """Set another mission."""
        return self.take(MissionSet(document, "test"))

    def replayed(self) -> list[Outcome]:
        """Return the outcomes of a new engine that folds the same entries."""
        engine = self.engine
        self.engine = Engine(self.registry, self.sealer, self.window_us)
        outcomes = [self.engine.step(entry, self._past(entry)) for entry in self.entries]
        self.engine = engine
        return outcomes

    def violations(self) -> list[Violation]:
        """Return all that stand, by time of crossing."""
        standing = [it for it in self.latest.values() if it.status != "withdrawn"]
        return sorted(standing, key=lambda it: (it.observed_us, it.direction or "", it.id))

    def standing(self) -> list[tuple[Any, ...]]:
        """Return what must be the same for every order of the same reports."""
        return sorted(
            (
                it.rule_id, it.feature, ",".join(unit.unit for unit in it.units), it.direction or "", it.status,
                it.lon, it.lat, it.observed_us, it.confirmed_us or 0, it.ended_us or 0, it.depth_m or 0.0, it.nominal,
            )
            for it in self.violations()
        )  # fmt: skip

    def _past(self, entry: Entry) -> Past:
        needs = self.engine.needs(entry)
        found = {slot: self._stored(slot, after_us, entry.seq) for slot, after_us in needs.positions.items()}
        told = {
            change.after.id: change.after
            for outcome in self.outcomes[: entry.seq - 1]
            for change in outcome.changes
            if change.after.id in needs.violations
        }
        return Past({slot: positions for slot, positions in found.items() if positions is not None}, told)

    def _stored(self, slot: int, after_us: int, before_seq: int) -> Positions | None:
        rows = [
            (int(body.block.observed_us[row]), entry.seq, int(row))
            for entry in self.entries[: before_seq - 1]
            if isinstance(body := entry.body, Reports)
            for row in np.flatnonzero((body.block.slot == slot) & (body.block.observed_us > after_us))
        ]
        if not rows:
            return None
        rows.sort()
        blocks = []
        for _, seq, row in rows:
            body = self.entries[seq - 1].body
            assert isinstance(body, Reports)
            blocks.append(body.block.taken(np.array([row])))
        return Positions(
            block=concatenated(blocks),
            seq=np.array([seq for _, seq, _ in rows], np.int64),
            index=np.array([row for _, _, row in rows], np.int64),
            received_us=np.full(len(rows), START_US, np.int64),
        )
