"""airspace_violation: an aircraft or drone beyond a line or inside a zone, within a band of altitude. An episode.

The side over the ground is that of ``line_crossing`` and ``zone_incursion``; the band is laid over it. A *stay* is the
time for which both hold; stays with no more than ``merge_gap_s`` between them are one episode, and so one violation.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any, ClassVar, Literal, NamedTuple

from app.geo.edges import Edges
from app.geo.geodesy import place_along
from app.geo.geoid import height_m
from app.model.instant import SECOND_US
from app.model.report import E7
from app.model.violation import Direction
from app.rules.line_crossing import LineCrossing
from app.rules.rule import Depth, Finding, Fix, Instance, Leg, Level, Pair, Passage, PositionRef, Stretch
from app.rules.side import cite, confidence, mark, usable
from app.rules.zone_incursion import ZoneIncursion

AIRBORNE = ("aircraft", "helicopter", "uav")
"""Who is judged where a rule names no platforms. A report that names none may as well be a car's."""
_LONG_AGO_US = -(2**62)
_MOST_CITED = 24
"""An episode of many stays cites no more reports; the labels of all that it rests on count nevertheless."""


class _Span(NamedTuple):
    """For how long the side over the ground was the forbidden one. ``to_us`` None: it still is."""

    from_us: int
    to_us: int | None
    incursion: Finding
    fresh: bool
    """The present fix confirms it: what lies since its beginning was beyond, and counts for the depth."""
    unseen: bool
    """It ended by another crossing the same way: the way back was never seen."""


class _Begun(NamedTuple):
    """Where and when a stay begins, and the reports that show it."""

    direction: Direction
    lon: float
    lat: float
    observed_us: int
    nominal: bool
    refs: Iterable[PositionRef]
    profiles: Sequence[int]


class AirspaceViolation:
    """A band of altitude over the far side of a line or over a zone. A height that nobody knows is within it.

    Between two fixes the height changes evenly; where it is unknown at one of them, the band is entered or left at that
    one. A fix that may not be believed says nothing of height while a track is beyond, or may be.
    """

    kind: ClassVar[str] = "airspace_violation"
    judges: ClassVar[Literal["tracks"]] = "tracks"
    geometry: ClassVar[str] = "any"
    usual_platforms: ClassVar[tuple[str, ...] | None] = AIRBORNE

    def __init__(self, instance: Instance, edges: Edges, parameters: dict[str, Any]) -> None:
        self._instance = instance
        self._ground = ZoneIncursion(instance, edges, {}) if edges.is_zone else LineCrossing(instance, edges, {})
        self._zone = edges.is_zone
        floor_m, ceiling_m = parameters.get("floor_m"), parameters.get("ceiling_m")
        self._floor_m = -inf if floor_m is None else floor_m
        self._ceiling_m = inf if ceiling_m is None else ceiling_m
        self._ref = parameters.get("altitude_ref", "hae")
        self._merge_us = round(parameters.get("merge_gap_s", 120.0) * SECOND_US)

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start at the first fix: confirmed inside and within the band, it is ``present``."""
        beneath, _ = self._ground.begin(fix, inside)
        pair = Pair(settled=beneath.settled, beneath=beneath)
        return pair, self._judge(pair, beneath, None, fix)

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the findings that are new or changed."""
        beneath = pair.beneath
        if beneath is None:
            beneath = pair.beneath = Pair(settled=True)
            begun = leg.from_believed()
            pair.level = self._level_at_start(begun) if begun.start_believed else None
        start = self._level_at_start(leg)
        was_open = beneath.open
        on_ground = self._ground.step(beneath, leg, fix, party)
        pair.settled = beneath.settled
        touched = self._judge(pair, beneath, was_open, fix)
        for found in on_ground:
            if found.direction == "transit" and found.born_us == fix.observed_us and found.status != "withdrawn":
                touched += self._transit(pair, found, start, fix)
        still_doubted = {transit.born_us for transit in beneath.doubted}
        touched += _withdrawn(transit for transit in pair.doubted if transit.born_us not in still_doubted)
        pair.doubted = [transit for transit in pair.doubted if transit.status == "suspected"]
        self._let_go(pair, beneath, fix)
        return touched

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """The feature is no longer in force: an episode that goes on ends there."""
        if pair.open is None or pair.open.ended_us is not None:
            return []
        pair.open.ended_us = at_us
        return [pair.open]

    def _judge(self, pair: Pair, beneath: Pair, was_open: Finding | None, fix: Fix) -> list[Finding]:
        """Lay the band over what the ground says as of ``fix``; ``was_open`` is the incursion before it."""
        here, sound = self._level_of(fix), usable(fix)
        stretch = self._stretch(pair.level, here, fix, sound)
        stretches = pair.stretches if stretch is None else [*pair.stretches, stretch]
        touched = self._suspect(pair, beneath, stretches, fix, here)
        if sound and not beneath.net:  # the side is beyond doubt up to here
            for span in _spans(beneath.open, was_open):
                for each in stretches:
                    touched += self._stay(pair, span, each, fix, here)
        if beneath.suspicion is None and pair.suspicion is not None:
            touched += _withdrawn([pair.suspicion])
            pair.suspicion = None
        if not fix.plausible:
            return touched  # as if it had not been sent
        if not beneath.net and (sound or beneath.open is None):
            pair.level, pair.stretches = here if sound else None, []
        elif sound:
            pair.level, pair.stretches = here, stretches
        return touched

    def _suspect(self, pair: Pair, beneath: Pair, stretches: Sequence[Stretch], fix: Fix, here: Level) -> list[Finding]:
        """Follow the suspicion on the ground: raise one where it meets the band, withdraw it with that one."""
        cause, mine, last = beneath.suspicion, pair.suspicion, beneath.last
        if cause is None:
            return []
        if cause.status == "withdrawn":
            return _withdrawn([mine] if mine is not None else [])
        direction = self._ground.direction(beneath.net) if beneath.net else None
        if last is None or direction is None or direction != cause.direction or beneath.open is not None:
            return []
        if mine is not None:
            return [mine] if usable(fix) and self._within(here.height_m) and _deepen(mine, _depth(fix)) else []
        for stretch in stretches:
            from_us = max(last.observed_us, stretch.begun.observed_us)
            if from_us > stretch.to_us:
                continue
            if self._reopens(pair, from_us):
                return []
            on_edge = from_us == last.observed_us
            begun = _of_passage(last if on_edge else stretch.begun, direction if on_edge else self._into(direction))
            depth = _depth(fix) if usable(fix) and self._within(here.height_m) else None
            pair.suspicion = self._new(begun, stretch, depth, fix, here)
            return [pair.suspicion]
        return []

    def _stay(self, pair: Pair, span: _Span, stretch: Stretch, fix: Fix, here: Level) -> list[Finding]:
        """Enter the time that a span on the ground and a stretch in the band have in common, if they have any."""
        from_us = max(span.from_us, stretch.begun.observed_us)
        to_us = stretch.to_us if span.to_us is None else min(stretch.to_us, span.to_us)
        if from_us > to_us:
            return []
        goes_on = span.to_us is None and stretch.to_us == fix.observed_us and self._within(here.height_m)
        # of a fix that is the crossing itself nothing is beyond
        after = span.fresh and (stretch.to_us > span.from_us or span.incursion.direction == "present")
        depth = stretch.deepest if (after or (goes_on and not span.fresh)) and stretch.to_us <= to_us else None
        ended_us = None if goes_on else to_us
        episode, changed = pair.open, False
        if episode is None or not self._reopens(pair, from_us):
            incursion = span.incursion
            if span.fresh and from_us == incursion.observed_us:
                begun = _of_incursion(incursion)
            else:
                begun = _of_passage(stretch.begun, self._into(incursion.direction))
            episode, changed = self._confirmed(pair, begun, stretch, depth, fix, here), True
            pair.open = episode
        elif depth is not None:
            changed = _deepen(episode, depth)
        if span.unseen and to_us == span.to_us and not episode.nominal:
            episode.nominal = changed = True
        if episode.ended_us != ended_us:
            episode.ended_us, changed = ended_us, True
            if ended_us is not None:
                _cite_end(episode, span, stretch, fix)
        return [episode] if changed else []

    def _transit(self, pair: Pair, transit: Finding, start: Level, fix: Fix) -> list[Finding]:
        """Return the transit on the ground as an episode, as far as it met the band: by what its two ends say."""
        assert transit.ended_us is not None, "a transit is over when it is found"
        here = self._level_of(fix)
        from_us, to_us = transit.observed_us, transit.ended_us
        if start.height_m is not None and here.height_m is not None:
            within = self._part(start, here)
            if within is None:
                return []
            from_us, to_us = max(from_us, within[0]), min(to_us, within[1])
            if from_us > to_us:
                return []
        if self._reopens(pair, from_us):
            if pair.open is None or transit.status == "suspected":
                return []
            pair.open.ended_us = max(to_us, pair.open.ended_us or to_us)
            for profile in transit.profiles:
                mark(pair.open, profile)
            return [pair.open]
        if from_us != transit.observed_us:
            transit.lon, transit.lat = _place(start, here, from_us)
        height = _height_at(start, here, from_us)
        found = Finding(
            instance=self._instance.number,
            direction="transit",
            status=transit.status,
            lon=transit.lon,
            lat=transit.lat,
            observed_us=from_us,
            born_us=fix.observed_us,
            nominal=transit.nominal,
            confirmed_us=transit.confirmed_us,
            ended_us=to_us,
            confidence=transit.confidence,
            accuracy_m=transit.accuracy_m,
            evidence=list(transit.evidence),
            profile=transit.profile,
            profiles=list(transit.profiles),
            height_m=height,
            incomparable=None if height is not None or fix.altitude_m is None else fix.altitude_ref,
        )
        if found.status == "suspected":
            pair.doubted = [*pair.doubted, found]
        else:
            pair.open = found
        return [found]

    def _confirmed(
        self, pair: Pair, begun: _Begun, stretch: Stretch, depth: Depth | None, fix: Fix, here: Level
    ) -> Finding:
        """Return a confirmed episode: what was suspected, if it is that, as of ``fix``."""
        finding = self._new(begun, stretch, depth, fix, here)
        suspicion = pair.suspicion
        if suspicion is not None and suspicion.direction == finding.direction:
            finding.id, finding.born_us = suspicion.id, suspicion.born_us
            for name in finding.__struct_fields__:
                if name not in ("evidence", "profiles"):
                    setattr(suspicion, name, getattr(finding, name))
            suspicion.evidence = finding.evidence
            for profile in finding.profiles:
                mark(suspicion, profile)
            finding = suspicion
            pair.suspicion = None
        finding.status, finding.confirmed_us = "confirmed", fix.observed_us
        return finding

    def _new(self, begun: _Begun, stretch: Stretch, depth: Depth | None, fix: Fix, here: Level) -> Finding:
        height = here.height_m if self._within(here.height_m) else stretch.height_m
        finding = Finding(
            instance=self._instance.number,
            direction=begun.direction,
            status="suspected",
            lon=begun.lon,
            lat=begun.lat,
            observed_us=begun.observed_us,
            born_us=fix.observed_us,
            nominal=begun.nominal,
            confidence=confidence(fix.distance_m, fix.accuracy_m),
            accuracy_m=fix.accuracy_m,
            evidence=list(begun.refs),
            profile=fix.profile,
            profiles=sorted(set(begun.profiles)),
            height_m=height,
            incomparable=None if height is not None or fix.altitude_m is None else fix.altitude_ref,
        )
        cite(finding, fix)
        if depth is not None:
            _deepen(finding, depth)
        return finding

    def _reopens(self, pair: Pair, from_us: int) -> bool:
        """Whether a stay that begins then belongs to the episode before it."""
        if pair.open is None:
            return False
        return pair.open.ended_us is None or from_us - pair.open.ended_us <= self._merge_us

    def _let_go(self, pair: Pair, beneath: Pair, fix: Fix) -> None:
        """Forget an episode that no later stay can belong to."""
        episode = pair.open
        settled = fix.plausible and not beneath.net and beneath.open is None
        if episode is not None and episode.ended_us is not None and settled:
            if fix.observed_us - episode.ended_us > self._merge_us:
                pair.open = None

    def _into(self, direction: Direction) -> Direction:
        """Return the direction of a stay that begins by its height: who dives into a zone enters it."""
        return "enter" if self._zone else direction

    def _level_at_start(self, leg: Leg) -> Level:
        return self._level(
            leg.start_lon_e7, leg.start_lat_e7, leg.start_us, leg.start_altitude_m, leg.start_altitude_ref,
            leg.start_ref, leg.start_profile,
        )  # fmt: skip

    def _level_of(self, fix: Fix) -> Level:
        return self._level(
            round(fix.lon * E7), round(fix.lat * E7), fix.observed_us, fix.altitude_m, fix.altitude_ref, fix.ref,
            fix.profile,
        )  # fmt: skip

    def _level(
        self, lon_e7: int, lat_e7: int, at_us: int, altitude_m: float | None, given: str, ref: PositionRef, profile: int
    ) -> Level:
        height = height_m(altitude_m, given, self._ref, lon_e7 / E7, lat_e7 / E7)
        return Level(lon_e7, lat_e7, at_us, height, ref, profile)

    def _within(self, height: float | None) -> bool:
        return height is None or self._floor_m <= height <= self._ceiling_m

    def _part(self, start: Level, here: Level) -> tuple[int, int] | None:
        """Return from when until when (µs) the way between two fixes is within the band, or None."""
        one, two, span_us = start.height_m, here.height_m, here.observed_us - start.observed_us
        if one is None or two is None or one == two:
            first, last = self._within(one), self._within(two)
            if not (first or last):
                return None
            return start.observed_us if first else here.observed_us, here.observed_us if last else start.observed_us
        shares = [(limit_m - one) / (two - one) for limit_m in (self._floor_m, self._ceiling_m)]
        low, high = max(0.0, min(shares)), min(1.0, max(shares))
        if low > high:
            return None
        return start.observed_us + round(low * span_us), start.observed_us + round(high * span_us)

    def _stretch(self, start: Level | None, here: Level, fix: Fix, sound: bool) -> Stretch | None:
        """Return the part of the way to ``fix`` that is within the band; without a start, the fix speaks for all."""
        within = self._within(here.height_m)
        deepest = _depth(fix) if within and sound else None
        if start is None:
            part = (_LONG_AGO_US, here.observed_us) if within else None
            start = here
        else:
            part = self._part(start, here)
        if part is None:
            return None
        from_us, to_us = part
        lon, lat = (here.lon_e7 / E7, here.lat_e7 / E7) if start is here else _place(start, here, from_us)
        begun = Passage(
            lon=lon,
            lat=lat,
            observed_us=from_us,
            sign=0,
            nominal=here.observed_us - start.observed_us > self._instance.spec.max_gap_s * SECOND_US,
            leg=(start.ref, here.ref),
            profiles=(start.profile, here.profile),
        )
        return Stretch(begun, _height_at(start, here, from_us), to_us, deepest)


def _spans(now: Finding | None, before: Finding | None) -> list[_Span]:
    """Return when the side was the forbidden one since it was last beyond doubt, by the incursions then and now."""
    spans = []
    if before is not None:
        over = before is not now
        spans.append(_Span(_LONG_AGO_US, before.ended_us if over else None, before, False, over and now is not None))
    if now is not None and now is not before:
        spans.append(_Span(now.observed_us, None, now, True, False))
    return spans


def _of_passage(passage: Passage, direction: Direction) -> _Begun:
    return _Begun(
        direction, passage.lon, passage.lat, passage.observed_us, passage.nominal, dict.fromkeys(passage.leg).keys(),
        passage.profiles,
    )  # fmt: skip


def _of_incursion(it: Finding) -> _Begun:
    return _Begun(it.direction, it.lon, it.lat, it.observed_us, it.nominal, it.evidence, it.profiles)


def _place(start: Level, here: Level, at_us: int) -> tuple[float, float]:
    """Return degrees of where the track was at an instant of its way between two fixes, evenly along the geodesic."""
    for end in (start, here):
        if at_us == end.observed_us:
            return end.lon_e7 / E7, end.lat_e7 / E7
    share = (at_us - start.observed_us) / (here.observed_us - start.observed_us)
    return place_along(start.lon_e7, start.lat_e7, here.lon_e7, here.lat_e7, share)


def _height_at(start: Level, here: Level, at_us: int) -> float | None:
    if start.height_m is None or here.height_m is None or start is here:
        return here.height_m if at_us == here.observed_us else start.height_m
    share = (at_us - start.observed_us) / (here.observed_us - start.observed_us)
    return start.height_m + share * (here.height_m - start.height_m)


def _depth(fix: Fix) -> Depth:
    return Depth(fix.distance_m, fix.ref, fix.profile)


def _deepen(finding: Finding, depth: Depth) -> bool:
    """Let the depth count; return whether it is the greatest."""
    if finding.status == "withdrawn" or (finding.depth_m is not None and depth.metres <= finding.depth_m):
        return False
    finding.depth_m, finding.deepest = depth.metres, depth.ref
    mark(finding, depth.profile)
    return True


def _cite_end(episode: Finding, span: _Span, stretch: Stretch, fix: Fix) -> None:
    """Cite what the end of a stay rests on: the way out on the ground, or out of the band."""
    refs, profiles = [*stretch.begun.leg, fix.ref], [*stretch.begun.profiles, fix.profile]
    if span.to_us is not None:
        refs, profiles = [*span.incursion.evidence[-3:], *refs], [*span.incursion.profiles, *profiles]
    for ref in refs:
        if ref not in episode.evidence and len(episode.evidence) < _MOST_CITED:
            episode.evidence.append(ref)
    for profile in profiles:
        mark(episode, profile)


def _withdrawn(findings: Iterable[Finding]) -> list[Finding]:
    """Withdraw what is suspected."""
    gone = [finding for finding in findings if finding.status == "suspected"]
    for finding in gone:
        finding.status = "withdrawn"
    return gone
