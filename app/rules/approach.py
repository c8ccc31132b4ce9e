"""approach: predicted to cross a line, or to enter a zone, at present course and speed. Once per approach."""

from typing import Any, ClassVar, Literal

from app.geo.course import FARTHEST_M, course_path
from app.geo.edges import Crossing, Edges
from app.model.instant import SECOND_US, instant_text
from app.model.report import E7
from app.rules.line_crossing import LineCrossing
from app.rules.rule import Course, Finding, Fix, Instance, Leg, Pair
from app.rules.side import K, SideNames, confidence
from app.rules.zone_incursion import ZoneIncursion


class Approach:
    """A line or zone that tracks are not to come to.

    A fix *foresees* a crossing when it and the fix before it may be believed, it is sure of its side, nearer to the
    edge than the one before, fast enough, and the first crossing of its course within the horizon is forbidden.
    An approach is a run of such fixes in which no two neighbours are ``horizon_s`` or more apart, so that a fix that
    wavers, or a halt, neither ends one nor begins another. It ends at the first crossing that goes its way, or else
    with its last fix that foresaw one: that is known at the first fix ``horizon_s`` later. Until then the track, also
    when it has crossed, begins no other.
    """

    kind: ClassVar[str] = "approach"
    judges: ClassVar[Literal["tracks"]] = "tracks"
    geometry: ClassVar[str] = "line or zone"
    usual_platforms: ClassVar[tuple[str, ...] | None] = None

    def __init__(self, instance: Instance, edges: Edges, parameters: dict[str, Any]) -> None:
        self._instance = instance
        self._edges = edges
        self._horizon_s: float = parameters["horizon_s"]
        self._min_speed_m_s: float = parameters["min_speed_m_s"]
        crossed = ZoneIncursion if edges.is_zone else LineCrossing
        self._ways: SideNames = crossed(instance, edges, {})

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start at the first fix: nothing is near*er* yet."""
        return Pair(settled=True), []

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the findings that are new or changed."""
        if not fix.plausible:
            return []
        touched = self._ended(pair, leg.to(fix), fix)
        crossing = self._foreseen(leg, fix, party)
        if crossing is None or leg.course is None:
            return touched
        pair.foreseen_us = fix.observed_us
        if pair.open is None:
            pair.open = self._raised(leg, leg.course, fix, crossing)
            touched.append(pair.open)
        return touched

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """The feature is no longer in force: an approach that goes on ends there."""
        if pair.open is None or pair.open.ended_us is not None:
            return []
        pair.open.ended_us = at_us
        return [pair.open]

    def _ended(self, pair: Pair, leg: Leg, fix: Fix) -> list[Finding]:
        approach, foreseen_us = pair.open, pair.foreseen_us
        if approach is None or foreseen_us is None:
            return []
        over = fix.observed_us - foreseen_us >= self._horizon_s * SECOND_US
        if over:
            pair.open, pair.foreseen_us = None, None
        if approach.ended_us is not None:
            return []
        across = next((it for it in leg.crossings if self._ways.direction(it.sign) == approach.direction), None)
        if across is not None:
            approach.ended_us = leg.start_us + round(across.fraction * (fix.observed_us - leg.start_us))
        elif over:
            approach.ended_us = foreseen_us
        else:
            return []
        return [approach]

    def _foreseen(self, leg: Leg, fix: Fix, party: str) -> Crossing | None:
        """Return the forbidden crossing that the course of the fix leads to, or None."""
        course, spec = leg.course, self._instance.spec
        if course is None or not leg.believed or course.speed_m_s < self._min_speed_m_s:
            return None
        if course.derived and fix.observed_us - leg.start_us > spec.max_gap_s * SECOND_US:
            return None
        if fix.distance_m < max(spec.margin_m, K * (fix.accuracy_m or 0.0)):
            return None
        path = course_path(round(fix.lon * E7), round(fix.lat * E7), course.course_deg, self._reach_m(course))
        crossing = next(iter(self._edges.crossings(path)), None)
        return crossing if crossing is not None and self._ways.opens(crossing.sign, party) else None

    def _reach_m(self, course: Course) -> float:
        return min(course.speed_m_s * self._horizon_s, FARTHEST_M)

    def _raised(self, leg: Leg, course: Course, fix: Fix, crossing: Crossing) -> Finding:
        direction = self._ways.direction(crossing.sign)
        assert direction is not None, "only a way that has a name is forbidden"
        away_s = crossing.fraction * self._reach_m(course) / course.speed_m_s
        there = instant_text(fix.observed_us + round(away_s * SECOND_US))
        return Finding(
            instance=self._instance.number,
            direction=direction,
            status="confirmed",
            lon=fix.lon,
            lat=fix.lat,
            observed_us=fix.observed_us,
            born_us=fix.observed_us,
            nominal=False,
            confirmed_us=fix.observed_us,
            confidence=confidence(fix.distance_m, fix.accuracy_m),
            accuracy_m=fix.accuracy_m,
            evidence=[leg.start_ref, fix.ref],
            profile=fix.profile,
            profiles=sorted({leg.start_profile, fix.profile}),
            detail=(
                f"{fix.distance_m:.0f} m from {self._instance.feature.name} on course {course.course_deg % 360:.0f}° at"
                f" {course.speed_m_s:.1f} m/s, to be crossed in {away_s:.0f} s ({there[:19]}Z) near"
                f" {crossing.lat:.4f}, {crossing.lon:.4f}"
            ),
        )
