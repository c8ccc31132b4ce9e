"""zone_incursion: inside a closed zone. ``enter`` to ``ended_at``, ``transit`` between two fixes, or ``present``."""

from typing import Any, ClassVar, Literal

from app.geo.edges import Edges
from app.geo.passage import departs, reaches_inside
from app.model.instant import SECOND_US
from app.model.violation import Direction
from app.rules.rule import Finding, Fix, Instance, Leg, Pair
from app.rules.side import advance, cite, confidence, confirms, idle_m, take_crossings, usable, waited_too_long

NARROW_CONFIDENCE = 0.95
"""Where a zone has no room for the margin, a fix inside with this confidence confirms."""


class ZoneIncursion:
    """A closed zone under watch."""

    kind: ClassVar[str] = "zone_incursion"
    judges: ClassVar[Literal["tracks"]] = "tracks"
    geometry: ClassVar[str] = "zone"
    usual_platforms: ClassVar[tuple[str, ...] | None] = None

    def __init__(self, instance: Instance, edges: Edges, parameters: dict[str, Any]) -> None:
        self._instance = instance
        self._edges = edges
        self._min_dwell_us = round(parameters.get("min_dwell_s", 0.0) * SECOND_US)

    def direction(self, sign: int) -> Direction | None:
        """Return ``enter`` for +1; leaving has no name, it only ends."""
        return "enter" if sign > 0 else None

    def opens(self, sign: int, party: str) -> bool:
        """Whether the way leads in."""
        return sign > 0

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start at the first fix: confirmed outside is silent, confirmed inside is ``present``."""
        pair = Pair(inside=inside)
        found = self._settle(pair, fix, self._confirms(pair, fix))
        self._idle(pair)
        return pair, found

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the findings that are new or changed."""
        was_inside = pair.inside
        take_crossings(pair, leg, fix, self._instance.spec.max_gap_s)
        pair.inside = was_inside != (len(leg.crossings) % 2 == 1)
        transits = [] if was_inside or pair.inside or pair.open else self._transit(leg, fix)
        pair.doubted = pair.doubted + [transit for transit in transits if transit.status == "suspected"]
        confirmed = self._confirms(pair, fix)
        if pair.settled:
            found = self._dwelt(pair, fix, advance(self._instance, self, pair, leg, fix, party, confirmed))
        else:
            found = self._settle(pair, fix, confirmed)
        found = transits + found + self._dropped(pair, fix, confirmed)
        self._idle(pair)
        return found

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """The zone is no longer in force: an open incursion ends there."""
        if pair.open is None:
            return []
        pair.open.ended_us = at_us
        self._weigh_stay(pair.open, at_us)
        return [pair.open]

    def _idle(self, pair: Pair) -> None:
        pair.idle_m = -1.0 if self._instance.narrow else idle_m(pair)  # in a narrow zone, other fixes confirm too

    def _confirms(self, pair: Pair, fix: Fix) -> bool:
        if confirms(pair, fix, self._instance.spec.margin_m):
            return True
        sure = confidence(fix.distance_m, fix.accuracy_m) >= NARROW_CONFIDENCE
        return self._instance.narrow and pair.inside and usable(fix) and sure

    def _settle(self, pair: Pair, fix: Fix, confirmed: bool) -> list[Finding]:
        if not confirmed:
            return []
        pair.settled, pair.net, pair.last = True, 0, None
        if not pair.inside:
            return []
        pair.open = Finding(
            instance=self._instance.number,
            direction="present",
            status="confirmed",
            lon=fix.lon,
            lat=fix.lat,
            observed_us=fix.observed_us,
            born_us=fix.observed_us,
            nominal=False,
            confirmed_us=fix.observed_us,
            depth_m=fix.distance_m,
            confidence=confidence(fix.distance_m, fix.accuracy_m),
            accuracy_m=fix.accuracy_m,
            evidence=[fix.ref],
            profile=fix.profile,
            profiles=[fix.profile],
        )
        return self._dwelt(pair, fix, [pair.open])

    def _dwelt(self, pair: Pair, fix: Fix, touched: list[Finding]) -> list[Finding]:
        """Hold back, or confirm at last, what has not yet been inside for ``min_dwell_s``."""
        if not self._min_dwell_us:
            return touched
        for finding in touched:
            if finding is not pair.open and finding.ended_us is None:
                continue  # a mere suspicion
            self._weigh_stay(finding, fix.observed_us)
        waiting = pair.open
        if waiting is not None and waiting.status == "suspected" and usable(fix) and not pair.net:
            if fix.observed_us - waiting.observed_us >= self._min_dwell_us:
                waiting.status, waiting.confirmed_us = "confirmed", fix.observed_us
                cite(waiting, fix)
                touched = touched if waiting in touched else [*touched, waiting]
        return touched

    def _weigh_stay(self, finding: Finding, now_us: int) -> None:
        """Hold the incursion back while it is too short; once it has ended, decide."""
        stay_us = (now_us if finding.ended_us is None else finding.ended_us) - finding.observed_us
        if stay_us < self._min_dwell_us:
            finding.status = "suspected" if finding.ended_us is None else "withdrawn"
            finding.confirmed_us = None
        elif finding.ended_us is not None and finding.status == "suspected":
            finding.status, finding.confirmed_us = "confirmed", now_us

    def _dropped(self, pair: Pair, fix: Fix, confirmed: bool) -> list[Finding]:
        """Withdraw suspected transits: a fix that confirms a side leaves none in doubt, nor does time."""
        settle_s = self._instance.spec.settle_s
        dropped = [transit for transit in pair.doubted if confirmed or waited_too_long(transit, fix, settle_s)]
        for transit in dropped:
            transit.status = "withdrawn"
        pair.doubted = [transit for transit in pair.doubted if transit.status == "suspected"]
        return dropped

    def _transit(self, leg: Leg, fix: Fix) -> list[Finding]:
        """Return the transit of a leg whose ends are both outside, if it went in for more than a graze."""
        margin_m = self._instance.spec.margin_m
        if leg.path is None or len(leg.crossings) < 2:
            return []
        if not (reaches_inside(self._edges, leg.path, margin_m) or departs(self._edges, leg.path, margin_m)):
            return []
        entry, exit_ = leg.crossings[0], leg.crossings[-1]
        span_us = fix.observed_us - leg.start_us
        if (exit_.fraction - entry.fraction) * span_us < self._min_dwell_us:
            return []
        return [
            Finding(
                instance=self._instance.number,
                direction="transit",
                status="confirmed" if leg.believed else "suspected",
                lon=entry.lon,
                lat=entry.lat,
                observed_us=leg.start_us + round(entry.fraction * span_us),
                born_us=fix.observed_us,
                nominal=span_us > self._instance.spec.max_gap_s * SECOND_US,
                confirmed_us=fix.observed_us if leg.believed else None,
                ended_us=leg.start_us + round(exit_.fraction * span_us),
                confidence=confidence(margin_m, fix.accuracy_m),
                accuracy_m=fix.accuracy_m,
                evidence=[leg.start_ref, fix.ref],
                profile=fix.profile,
                profiles=sorted({leg.start_profile, fix.profile}),
            )
        ]
