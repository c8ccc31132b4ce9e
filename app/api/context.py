"""Everything a router may use, built once by main and put on ``app.state.context``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.api.desk import AccessDesk
from app.api.past import Past
from app.bus.nudges import Bus
from app.engine import Engine
from app.live.hub import Hub
from app.live.track_frames import TrackFraming
from app.model.identity import Registry
from app.model.sealing import Sealer
from app.picture.feeds_health import FeedsHealth
from app.settings import Settings
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.telemetry import Metrics


class Worker(Protocol):
    """What the routers use of the engine's worker, which they may not import."""

    @property
    def cursor(self) -> int:
        """The seq up to which everything is folded, committed and told."""

    def lag_s(self) -> float:
        """Return by how many seconds of receipt the picture is behind the journal; 0 when it is not."""

    async def wait_for(self, seq: int, timeout_s: float) -> bool:
        """Wait until entry ``seq`` is folded, committed and told; return whether it was so in time."""

    def refusal(self, seq: int) -> str | None:
        """Return why the officer's entry ``seq`` had no effect (``stale``, ``unknown``), or None."""


@dataclass(frozen=True, slots=True)
class Context:
    """One a server. ``engine`` is read on the loop's thread only, where it is consistent between two awaits."""

    settings: Settings
    database: Database
    registry: Registry
    journal: Journal
    history: History
    engine: Engine
    worker: Worker
    hub: Hub
    access: AccessDesk
    bus: Bus
    feeds: FeedsHealth
    past: Past
    framing: TrackFraming
    sealer: Sealer
    metrics: Metrics
    now_us: Callable[[], int]
