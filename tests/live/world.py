"""A small world to watch: what was reported, kept plainly beside the real arrays, so that the tests can say what is so.

Nothing here asks ``app`` who may see what: ``Report.audience`` and ``Reader.circle`` decide by themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from app.access.principals import Principal
from app.live.frames import FeedFrame
from app.live.hub import Hub
from app.model.feature import Feature, Mission
from app.model.identity import Profile, Registry, Unit
from app.model.incident import IncidentVersion
from app.model.label import Label, Marking
from app.model.outcome import Outcome
from app.model.report import DRONE, E7, Batch, ReportBlock, received_us_of
from app.model.sealing import Sealer
from app.model.violation import Change, Evidence, Violation
from app.picture.tracks import Tracks

SECOND_US = 1_000_000
START_US = 1_767_225_600 * SECOND_US  # 2026-01-01T00:00:00Z
SEALER = Sealer(b"the secret of these tests")


def marking(contingent: str, *audience: str) -> Marking:
    """Return the marking of a contingent's own thing, released to an audience."""
    return Marking((contingent,), Label(releasable_to=audience or ("MISSION",)))


@dataclass(frozen=True)
class Reader:
    """A reader and, in words of the tests, the circles he belongs to."""

    principal: Principal
    circle: frozenset[str]

    def sees(self, mark: Marking) -> bool:
        return "MISSION" in mark.label.releasable_to or bool(
            self.circle & {*mark.label.releasable_to, *(mark.originators if len(mark.originators) == 1 else ())}
        )


def reader(name: str, contingent: str | None, *others: str) -> Reader:
    """Return an officer of a contingent, or of headquarters."""
    home = contingent or "HQ"
    principal = Principal(
        id=f"k-{name}",
        name=name,
        kind="key",
        role="officer",
        contingent=contingent,
        clearance="strictly_confidential",
        audiences=frozenset({home, *others}),
    )
    return Reader(principal, frozenset({home, *others}))


class Shelf(list[Violation]):
    def recent(self) -> Iterable[Violation]:
        return list(self)


class Told(list[IncidentVersion]):
    def recent(self) -> Iterable[IncidentVersion]:
        return list(self)


@dataclass
class Source:
    """What the hub reads: the engine's part."""

    registry: Registry
    tracks: Tracks
    mission: Mission = field(default_factory=Mission)
    violations: Shelf = field(default_factory=Shelf)
    incidents: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Report:
    contingent: str
    unit: str
    observed_us: int
    lon: float
    lat: float
    mark: Marking


class World:
    """Reports, violations and incidents as they happen, and the hub that tells of them."""

    def __init__(self) -> None:
        registry = Registry()
        self.source = Source(registry, Tracks(registry))
        self.reports: list[Report] = []
        self.violations: dict[str, Violation] = {}
        self.revisions: list[Violation] = []
        self.incidents: dict[tuple[str, str], list[IncidentVersion]] = {}
        self.feeds: list[FeedFrame] = []
        self.now_s = 0.0
        self.moment: int | None = None
        """What stands in reports and titles, so that they do not tell how much else happens."""
        self._seq = 0
        self._nonces = 0
        self.hub = self.hub_anew()

    @property
    def now_us(self) -> int:
        return START_US + round(self.now_s * SECOND_US)

    def hub_anew(self) -> Hub:
        """Return a hub that knows of this world what a restarted server would."""
        self.source.violations = Shelf(self.violations.values())
        self.source.incidents = Told(version for versions in self.incidents.values() for version in versions)
        self.hub = Hub(
            self.source,
            SEALER,
            now_us=lambda: self.now_us,
            lag_s=lambda: 0.0,
            feeds=lambda principal, _: [feed for feed in self.feeds if feed.contingent == principal.contingent],
            clock_s=lambda: self.now_s,
            nonce=self._nonce,
        )
        self.hub.start()
        return self.hub

    def passes(self, seconds: float) -> None:
        """Let time pass, tick by tick."""
        for _ in range(round(seconds / 0.25)):
            self.now_s += 0.25
            self.hub.tick()

    def register(self, contingent: str, *units: str) -> None:
        """Let units be known before they report."""
        for unit in units:
            self.source.registry.units.number(Unit(contingent, unit))

    def moves(
        self, contingent: str, unit: str, lon: float, lat: float, mark: Marking | None = None, **more: Any
    ) -> None:
        """A unit reports where it is, now, and of its other fields what ``more`` says."""
        mark = mark or marking(contingent)
        self._seq += 1
        observed_us = START_US + self._told() * 1000  # each report is newer than all before it
        registry = self.source.registry
        number = registry.markings.number(mark)
        profile = Profile(more.get("callsign"), None, "vehicle", "mission", "hae", number)
        drone = more.get("drone")
        block = ReportBlock(
            slot=np.array([registry.units.number(Unit(contingent, unit))], np.int32),
            observed_us=np.array([observed_us]),
            lon_e7=np.array([round(lon * E7)], np.int32),
            lat_e7=np.array([round(lat * E7)], np.int32),
            altitude_m=np.array([more.get("altitude_m", np.nan)]),
            accuracy_m=np.array([5.0]),
            speed_m_s=np.array([np.nan]),
            course_deg=np.array([90.0]),
            profile=np.array([registry.profiles.number(profile)], np.int32),
            flags=np.full(1, DRONE if drone else 0, np.uint8),
            extra=np.array([0 if drone else -1], np.int32),
            batches=(Batch(1, "k", contingent, "positions", self.now_us, b""),),
            extras=(drone,) if drone else (),
        )
        self.source.tracks.apply(block, np.array([0]), received_us_of(block), np.zeros(1, np.uint8), self.now_us)
        self.reports.append(Report(contingent, unit, observed_us, lon, lat, mark))

    def finds(self, key: str, mark: Marking) -> None:
        """A rule finds a violation, or has more to say of one; it is told."""
        self.finds_all((key, mark))

    def finds_all(self, *found: tuple[str, Marking]) -> None:
        """Rules find several things in one entry."""
        self._seq += 1
        changes = []
        for key, mark in found:
            before = self.violations.get(key)
            after = self._violation(key, mark, before)
            self.violations[key] = after
            self.revisions.append(after)
            changes.append(Change(before, after))
        self.hub.told(Outcome(self._seq, self.now_us, changes=tuple(changes)))

    def _violation(self, key: str, mark: Marking, before: Violation | None) -> Violation:
        return Violation(
            id=key,
            rule="line_crossing",
            rule_id="r1",
            feature="line",
            feature_name="Line",
            track="t_x",
            party="north",
            units=(Unit("ARG", "7"),),
            status="confirmed",
            late=False,
            nominal=False,
            severity="high",
            direction="left_to_right",
            lon=33.0,
            lat=35.0,
            observed_us=START_US,
            confirmed_us=START_US,
            ended_us=None,
            depth_m=12.5,
            confidence=0.99,
            evidence=Evidence(("r_a", "r_b"), None),
            reason="It crossed.",
            marking=mark,
            revision=before.revision + 1 if before else 1,
            told_us=before.told_us if before else self.now_us,
            changed_us=self.now_us,
        )

    def tells(self, contingent: str, incident: str, mark: Marking, lon: float, lat: float) -> None:
        """A contingent tells of an incident, or amends it."""
        self._seq += 1
        versions = self.incidents.setdefault((contingent, incident), [])
        version = IncidentVersion(
            contingent=contingent,
            incident=incident,
            version=len(versions) + 1,
            observed_us=START_US,
            received_us=self.now_us,
            lon_e7=round(lon * E7),
            lat_e7=round(lat * E7),
            category="firing",
            title=f"Shots heard, {self._told()}",
            marking=mark,
            key_id="k",
            sha256=b"",
        )
        versions.append(version)
        self.hub.told(Outcome(self._seq, self.now_us, incidents=(version,)))

    def redraws(self, *names: str) -> None:
        """A mission file with these features replaces the one before."""
        self._seq += 1
        features = tuple(
            Feature(
                id=name, kind="sector", name=f"{name} {self._seq}", geometry={"type": "Point", "coordinates": [0, 0]}
            )
            for name in names
        )
        self.source.mission = Mission(id="m", name="Mission", features=features, revision=self._seq)
        self.hub.told(Outcome(self._seq, self.now_us, mission_changed=True))

    def nothing_happens(self) -> None:
        """An entry that changes nothing anybody is told of."""
        self._seq += 1
        self.hub.told(Outcome(self._seq, self.now_us))

    def tracks_for(self, who: Reader, bbox: tuple[float, float, float, float] | None) -> dict[str, tuple[float, float]]:
        """Return where each unit is for a reader: the newest report he may see, if it lies in the box."""
        newest = {f"{r.contingent}/{r.unit}": r for r in self.reports if who.sees(r.mark)}
        return {
            name: (r.lon, r.lat)
            for name, r in newest.items()
            if bbox is None or (bbox[0] <= r.lon <= bbox[2] and bbox[1] <= r.lat <= bbox[3])
        }

    def violations_for(self, who: Reader) -> dict[str, int]:
        """Return the newest revision of each violation that a reader may see."""
        return {v.id: v.revision for v in self.violations.values() if who.sees(v.marking)}

    def incidents_for(self, who: Reader, bbox: tuple[float, float, float, float] | None) -> dict[str, str]:
        """Return the title of each incident's newest version that a reader may see, if it lies in the box."""
        found = {}
        for (contingent, incident), versions in self.incidents.items():
            mine = [v for v in versions if who.sees(v.marking)]
            if mine:
                lon, lat = mine[-1].lon_e7 / E7, mine[-1].lat_e7 / E7
                if bbox is None or (bbox[0] <= lon <= bbox[2] and bbox[1] <= lat <= bbox[3]):
                    found[f"{contingent}/{incident}"] = mine[-1].title
        return found

    def _told(self) -> int:
        return self._seq if self.moment is None else self.moment

    def _nonce(self) -> str:
        self._nonces += 1
        return f"epoch-{self._nonces}"


class FakeLine:
    """A connection whose peer reads all at once, or, while ``blocked``, nothing."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.blocked = False
        self.closed: tuple[int, str] | None = None
        self._waiting = 0
        self._given = 0

    def send(self, messages: list[tuple[bytes, ...]]) -> None:
        if self.closed is None:
            self.sent += [b"".join(pieces) for pieces in messages]
            size = sum(len(piece) for pieces in messages for piece in pieces)
            self._given += size
            self._waiting += size if self.blocked else 0

    def reads(self, size: int | None = None) -> None:
        """The peer takes some of what waits, or all."""
        self._waiting -= self._waiting if size is None else min(size, self._waiting)

    def backlog(self) -> int:
        return self._waiting

    def drained(self) -> int:
        return self._given - self._waiting

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def messages(self) -> list[dict[str, object]]:
        """Return all that was sent, decoded."""
        return [msgspec.json.decode(message, type=dict[str, object]) for message in self.sent]
