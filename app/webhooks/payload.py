"""What a hook is told: type, time and the object as REST shows it. Knows no hook; who may read was decided before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from app.alerts.events import Letter
from app.model.incident import IncidentVersion
from app.model.instant import instant_text
from app.model.violation import Violation

KEPT_INSIDE = ("by", "note")
"""Fields of an assessment that stay inside: an officer's name and words are not for other systems."""


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes bodies. The two callables give the REST shapes; ``public_url`` is where the server is reached."""

    violation_json: Callable[[Violation], dict[str, Any]]
    incident_json: Callable[[IncidentVersion], dict[str, Any]]
    public_url: str

    def __call__(self, event: str, thing: Violation | IncidentVersion) -> Letter:
        """Write the letter that tells ``event`` of ``thing``. The same arguments give the same bytes."""
        if isinstance(thing, Violation):
            data = self.violation_json(thing)
            if isinstance(data.get("assessment"), dict):
                shown = {name: value for name, value in data["assessment"].items() if name not in KEPT_INSIDE}
                data = {**data, "assessment": shown}
            return self._letter(event, thing.revision, thing.changed_us, data, f"/api/v1/violations/{thing.id}", thing)
        data = self.incident_json(thing)
        return self._letter(event, thing.version, thing.received_us, data, f"/api/v1/incidents/{data['id']}", thing)

    def _letter(
        self, event: str, revision: int, at_us: int, data: dict[str, Any], path: str, thing: Violation | IncidentVersion
    ) -> Letter:
        body = {
            "type": event,
            "timestamp": instant_text(at_us),
            "data": {**data, "label": thing.marking.label, "url": self.public_url.rstrip("/") + path},
        }
        return Letter(data["id"], revision, msgspec.json.encode(body))
