"""line_crossing: the confirmed side of a line changes in a forbidden direction. Out and back is one incursion."""

from typing import Any, ClassVar, Literal

from app.geo.edges import Edges
from app.model.violation import Direction
from app.rules.rule import Finding, Fix, Instance, Leg, Pair
from app.rules.side import advance, confirms, idle_m, take_crossings


class LineCrossing:
    """A line under watch. Going round one of its ends is no crossing; only signed intersections count."""

    kind: ClassVar[str] = "line_crossing"
    judges: ClassVar[Literal["tracks"]] = "tracks"
    geometry: ClassVar[str] = "line"
    usual_platforms: ClassVar[tuple[str, ...] | None] = None

    def __init__(self, instance: Instance, edges: Edges, parameters: dict[str, Any]) -> None:
        self._instance = instance
        self._forbidden = parameters.get("direction", "any")

    def direction(self, sign: int) -> Direction | None:
        """Return ``right_to_left`` for +1, ``left_to_right`` for -1."""
        return "right_to_left" if sign > 0 else "left_to_right"

    def opens(self, sign: int, party: str) -> bool:
        """Whether the rule forbids this way; crossing to the side of the track's own party never is."""
        feature = self._instance.feature
        home = feature.left if sign > 0 else feature.right
        return home != party and self._forbidden in ("any", self.direction(sign))

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start at the first fix: if it confirms a side, silently."""
        pair = Pair()
        pair.settled = confirms(pair, fix, self._instance.spec.margin_m)
        pair.idle_m = idle_m(pair)
        return pair, []

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the findings that are new or changed."""
        take_crossings(pair, leg, fix, self._instance.spec.max_gap_s)
        confirmed = confirms(pair, fix, self._instance.spec.margin_m)
        found: list[Finding] = []
        if pair.settled:
            found = advance(self._instance, self, pair, leg, fix, party, confirmed)
        elif confirmed:
            pair.settled, pair.net, pair.last = True, 0, None
        pair.idle_m = idle_m(pair)
        return found

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """The line is no longer in force: an open incursion ends there."""
        if pair.open is None:
            return []
        pair.open.ended_us = at_us
        return [pair.open]
