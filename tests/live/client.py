"""A model of a client: folds frames into what it holds, as CONTRACT section 6 lets one do, and checks as it goes."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.live.frames import Subscribe
from app.live.hub import Hub
from app.live.subscriber import Subscriber
from tests.live.world import FakeLine, Reader

BBox = tuple[float, float, float, float]


MOTION: dict[str, Any] = {
    "lon": None, "lat": None, "observed_at": None, "received_at": None, "altitude_m": None, "course_deg": None,
    "speed_m_s": None, "accuracy_m": None, "status": "live", "flags": [],
}  # fmt: skip
"""What is told by column, and what a column that is left out says."""


class Gap(AssertionError):
    """A message that does not follow from what is held."""


@dataclass
class Client:
    """What one client holds, and its connection if it has one."""

    who: Reader
    bbox: BBox | None = None
    columns: bool = False
    """Whether it speaks ``cop.v1.columns``."""
    layers: tuple[Any, ...] = ("tracks", "incidents", "violations", "features", "feeds")
    epoch: str | None = None
    seq: int = 0
    tracks: dict[str, Any] = field(default_factory=dict)
    incidents: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, Any] = field(default_factory=dict)
    features: dict[str, Any] = field(default_factory=dict)
    feeds: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)
    """Revisions told one by one in this epoch."""
    snapshots: int = 0
    resumes: int = 0
    moved: int = 0
    """Tracks told by column so far."""
    line: FakeLine | None = None
    subscriber: Subscriber | None = None
    _read: int = 0

    def connect(self, hub: Hub, resume: bool = True) -> None:
        self.line, self._read = FakeLine(), 0
        self.subscriber = hub.attach(self.line, self.who.principal, lambda: self.who.principal, self.columns)
        self.asks(hub, resume)

    def asks(self, hub: Hub, resume: bool = False) -> None:
        """Subscribe with the present view."""
        assert self.subscriber is not None
        held = {"epoch": self.epoch, "seq": self.seq} if resume and self.epoch is not None else None
        message = {"type": "subscribe", "layers": self.layers, "bbox": self.bbox, "resume": held}
        hub.subscribe(self.subscriber, msgspec.convert(message, Subscribe))

    def reads(self, count: int | None = None) -> None:
        """Take what has arrived, or so many messages of it."""
        assert self.line is not None
        arrived = self.line.sent[self._read :][:count]
        self._read += len(arrived)
        for message in arrived:
            self.takes(msgspec.json.decode(message))

    def parts(self, hub: Hub) -> None:
        """The connection ends; what has not been read is lost."""
        assert self.subscriber is not None
        hub.detach(self.subscriber)
        self.line = self.subscriber = None

    def takes(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "ping":
            return
        if kind == "snapshot":
            if frame["seq"] != 1 or frame["epoch"] == self.epoch:
                raise Gap(frame["epoch"], frame["seq"])
            self.epoch, self.told = frame["epoch"], []
            self.snapshots += 1
            for layer in ("tracks", "incidents", "violations", "features", "feeds"):
                setattr(self, layer, {thing["id"]: thing for thing in frame[layer]})
        elif frame["seq"] != self.seq + 1 or frame.get("epoch", self.epoch) != self.epoch:
            raise Gap(self.epoch, self.seq, frame)
        self.seq = frame["seq"]
        if kind == "resumed":
            self.resumes += 1
        elif kind == "violation":
            violation = frame["violation"]
            self.told.append((violation["id"], violation["revision"]))
            self.violations[violation["id"]] = violation
        elif kind == "delta":
            for layer in ("tracks", "incidents", "violations", "features", "feeds"):
                changes = frame.get(layer)
                if changes is not None:
                    held = getattr(self, layer)
                    held.update({thing["id"]: thing for thing in changes["upsert"]})
                    for key in changes["remove"]:
                        held.pop(key, None)
            self._moves(frame.get("moves"))

    def _moves(self, moves: dict[str, list[Any]] | None) -> None:
        assert moves is None or self.columns
        for n, key in enumerate(moves["id"] if moves else ()):
            self.moved += 1
            track = self.tracks[key]
            for name, else_all in MOTION.items():
                track[name] = moves[name][n] if moves and name in moves else else_all

    def shown_tracks(self) -> dict[str, tuple[float, float]]:
        return {
            f"{track['sources'][0]['contingent']}/{track['sources'][0]['unit']}": (track["lon"], track["lat"])
            for track in self.tracks.values()
        }

    def shown_violations(self) -> dict[str, int]:
        return {violation["id"]: violation["revision"] for violation in self.violations.values()}

    def shown_incidents(self) -> dict[str, str]:
        return {f"{it['contingent']}/{it['incident']}": it["title"] for it in self.incidents.values()}
