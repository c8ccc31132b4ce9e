"""What the live picture reads of the engine, on the loop and between its steps."""

from collections.abc import Iterable
from typing import Protocol

from app.model.feature import Mission
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.violation import Violation
from app.picture.tracks import Tracks


class RecentViolations(Protocol):
    """The violations that the engine holds as committed."""

    def recent(self) -> Iterable[Violation]:
        """Return the newest revision of each that is open or changed in the last 24 h."""


class RecentIncidents(Protocol):
    """The incidents that the engine holds as committed."""

    def recent(self) -> Iterable[IncidentVersion]:
        """Return those told in the last 24 h: of each the newest version, or the newest under each marking."""


class PictureSource(Protocol):
    """The engine. Violations and incidents are asked for once, at the start; later ones come with each outcome."""

    @property
    def tracks(self) -> Tracks:
        """The tracks now."""

    @property
    def registry(self) -> Registry:
        """The registry that the tracks' numbers belong to."""

    @property
    def mission(self) -> Mission:
        """The mission in force."""

    @property
    def violations(self) -> RecentViolations:
        """The violations that were told before this server's life."""

    @property
    def incidents(self) -> RecentIncidents:
        """The incidents that were told before this server's life."""
