"""status_quo: a change of how things stand in a zone or at a post: building, moving forward, and so on."""

from typing import Any, ClassVar, Literal

from app.geo.edges import Edges
from app.model.incident import IncidentVersion
from app.rules.incident_rule import IncidentInstance, Verdict, folded, inside, is_one_of


class StatusQuo:
    """An incident of one of ``categories`` in the feature. It goes on until somebody says otherwise."""

    kind: ClassVar[str] = "status_quo"
    judges: ClassVar[Literal["incidents"]] = "incidents"

    def __init__(self, instance: IncidentInstance, edges: Edges, parameters: dict[str, Any]) -> None:
        self.reach_m = 0.0
        self._name = instance.feature.name
        self._edges = edges
        self._categories = folded(parameters["categories"])

    def judge(self, told: IncidentVersion) -> Verdict | None:
        """Return the verdict, by category and place."""
        if not is_one_of(told.category, self._categories):
            return None
        return inside(self._edges, told, self._name, is_over=False)
