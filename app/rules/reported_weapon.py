"""restricted_weapon, as incidents tell of it: a weapon that an agreement bans from an area, reported inside it."""

from typing import Any, ClassVar, Literal

from app.geo.edges import Edges
from app.model.incident import IncidentVersion
from app.rules.incident_rule import IncidentInstance, Verdict, folded, inside, is_one_of


class ReportedWeapon:
    """An incident with one of ``weapons`` in the zone. A rule that names only platforms judges no incident."""

    kind: ClassVar[str] = "restricted_weapon"
    judges: ClassVar[Literal["incidents"]] = "incidents"

    def __init__(self, instance: IncidentInstance, edges: Edges, parameters: dict[str, Any]) -> None:
        self.reach_m = 0.0
        self._name = instance.feature.name
        self._edges = edges
        self._weapons = folded(parameters["weapons"])

    def judge(self, told: IncidentVersion) -> Verdict | None:
        """Return the verdict, by weapon and place."""
        if not is_one_of(told.weapon, self._weapons):
            return None
        return inside(self._edges, told, self._name, is_over=False)
