"""The side of an edge a track is on: raw crossings, the margin, confirmation, suspicion. Shared by lines and zones.

A fix at least D metres from the edge confirms its side, D = max(margin_m, 2 × accuracy_m). Between two confirming
fixes only the signed sum of raw crossings counts, so driving along the edge is silent however often it is crossed.
"""

from math import erf, sqrt
from typing import Protocol

from app.model.instant import SECOND_US
from app.model.violation import Direction
from app.rules.rule import Finding, Fix, Instance, Leg, Pair, Passage, PositionRef

K = 2.0
"""How many times ``accuracy_m`` a fix must be from the edge to confirm its side."""
SIGMA_OF_RADIUS = 1.515
"""The radius that holds 68 % of two Gaussians, in sigmas."""
TOO_INACCURATE_M = 1000.0
"""A fix less accurate than this confirms nothing."""


def confidence(signed_distance_m: float, accuracy_m: float | None) -> float:
    """Return the probability that the true position is on that side: Φ(distance / σ), 1 without accuracy."""
    if not accuracy_m:
        return 1.0 if signed_distance_m >= 0 else 0.0
    return 0.5 * (1.0 + erf(signed_distance_m * SIGMA_OF_RADIUS / accuracy_m / sqrt(2.0)))


def usable(fix: Fix) -> bool:
    """Whether the fix may confirm anything at all."""
    return fix.plausible and (fix.accuracy_m is None or fix.accuracy_m <= TOO_INACCURATE_M)


def confirms(pair: Pair, fix: Fix, margin_m: float) -> bool:
    """Count ``fix`` into the pair's streak and return whether it confirms its side.

    Where 2 × accuracy exceeds the margin, one Gaussian fix in twenty lies, so two in a row are asked for.
    """
    reach_m = K * (fix.accuracy_m or 0.0)
    if not usable(fix) or fix.distance_m < max(margin_m, reach_m):
        pair.streak = 0
        return False
    pair.streak += 1
    return reach_m <= margin_m or pair.streak >= 2


def take_crossings(pair: Pair, leg: Leg, fix: Fix, max_gap_s: float) -> None:
    """Add the leg's raw crossings to the pair."""
    if not leg.crossings:
        return
    before = pair.net
    span_us = fix.observed_us - leg.start_us
    pair.net += sum(crossing.sign for crossing in leg.crossings)
    crossing = leg.crossings[-1]
    pair.last = Passage(
        lon=crossing.lon,
        lat=crossing.lat,
        observed_us=leg.start_us + round(crossing.fraction * span_us),
        sign=crossing.sign,
        nominal=span_us > max_gap_s * SECOND_US,
        leg=(leg.start_ref, fix.ref),
    )
    if pair.net != before:
        pair.streak = 0
    if before == 0 and pair.net != 0:
        pair.depth_m = 0.0


class SideNames(Protocol):
    """How a rule names the two ways over its edge, and which of them it forbids."""

    def direction(self, sign: int) -> Direction | None:
        """Return the name of a crossing of that sign, or None where such a crossing is never reported."""
        ...

    def opens(self, sign: int, party: str) -> bool:
        """Whether a crossing of that sign by ``party`` is forbidden."""
        ...


def advance(
    instance: Instance, names: SideNames, pair: Pair, leg: Leg, fix: Fix, party: str, confirmed: bool
) -> list[Finding]:
    """Take a settled track's next fix, its crossings already counted; return the findings it raised or changed."""
    touched: list[Finding] = []
    if fix.plausible:
        if pair.net:
            pair.depth_m = max(pair.depth_m, fix.distance_m)
        elif pair.open is not None and fix.distance_m > (pair.open.depth_m or 0.0):
            pair.open.depth_m, pair.open.deepest = fix.distance_m, fix.ref
            _mark(pair.open, fix)
            touched.append(pair.open)
    if pair.net and pair.suspicion is None and _would_open(names, pair, party):
        pair.suspicion = _raised(instance, names, pair, leg, fix)
        pair.suspected_us = pair.suspicion.observed_us
        touched.append(pair.suspicion)
    if confirmed:
        touched += _changed(instance, names, pair, leg, fix, party) if pair.net else []
        suspicion = pair.suspicion
        if suspicion is not None and suspicion is not pair.open:  # confirmed back, or away another way
            if suspicion.status == "suspected":
                suspicion.status = "withdrawn"
                touched.append(suspicion)
        pair.suspicion, pair.net, pair.last, pair.depth_m = None, 0, None, 0.0
    elif _waited_too_long(pair, fix, instance.spec.settle_s):
        assert pair.suspicion is not None
        pair.suspicion.status = "withdrawn"  # kept in the pair: a later confirming fix revives it
        touched.append(pair.suspicion)
    return touched


def _would_open(names: SideNames, pair: Pair, party: str) -> bool:
    """Whether the pair's net crossing, if confirmed, opens an incursion: the way back from one never does."""
    sign = 1 if pair.net > 0 else -1
    back = pair.open is not None and pair.open.direction != names.direction(sign)
    return names.opens(sign, party) and not back


def _changed(instance: Instance, names: SideNames, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
    """The side has changed for certain: end the incursion that is open, open the one that begins."""
    passage = pair.last
    assert passage is not None, "a side can only change by a crossing"
    direction = names.direction(1 if pair.net > 0 else -1)
    opens = _would_open(names, pair, party)
    touched = []
    ended, pair.open = pair.open, None
    if ended is not None:
        ended.ended_us = passage.observed_us
        ended.nominal |= ended.direction == direction  # the way back was never seen
        cite(ended, fix, *passage.leg)
        touched.append(ended)
    if opens:
        suspicion = pair.suspicion
        same = suspicion is not None and suspicion.direction == direction
        finding = suspicion if same and suspicion is not None else _raised(instance, names, pair, leg, fix)
        _confirm(finding, pair, fix)
        pair.open = finding
        touched.append(finding)
    return touched


def _waited_too_long(pair: Pair, fix: Fix, settle_s: float) -> bool:
    """Whether a suspicion has waited longer than ``settle_s`` of the track's own time."""
    return (
        pair.suspicion is not None
        and pair.suspicion.status == "suspected"
        and fix.observed_us - pair.suspected_us > settle_s * SECOND_US
    )


def _raised(instance: Instance, names: SideNames, pair: Pair, leg: Leg, fix: Fix) -> Finding:
    """Return a new suspected finding of the pair's last raw crossing."""
    passage, direction = pair.last, names.direction(1 if pair.net > 0 else -1)
    assert passage is not None, "a side can only change by a crossing"
    assert direction is not None, "only a way that has a name is raised"
    return Finding(
        instance=instance.number,
        direction=direction,
        status="suspected",
        lon=passage.lon,
        lat=passage.lat,
        observed_us=passage.observed_us,
        born_us=fix.observed_us,
        nominal=passage.nominal,
        depth_m=fix.distance_m if fix.plausible else None,
        confidence=confidence(fix.distance_m, fix.accuracy_m),
        accuracy_m=fix.accuracy_m,
        evidence=[leg.start_ref, fix.ref],
        profiles=sorted({leg.start_profile, fix.profile}),
    )


def _confirm(finding: Finding, pair: Pair, fix: Fix) -> None:
    """Make the finding a confirmed change at the pair's last raw crossing, as of ``fix``."""
    passage = pair.last
    assert passage is not None, "a side can only change by a crossing"
    finding.status = "confirmed"
    finding.lon, finding.lat, finding.observed_us = passage.lon, passage.lat, passage.observed_us
    finding.nominal = passage.nominal
    finding.confirmed_us = fix.observed_us
    finding.depth_m = max(pair.depth_m, fix.distance_m)
    finding.confidence = confidence(fix.distance_m, fix.accuracy_m)
    finding.accuracy_m = fix.accuracy_m
    cite(finding, fix, *passage.leg)


def cite(finding: Finding, fix: Fix, *refs: PositionRef) -> None:
    """Add reports to the evidence, each once, and the label of ``fix``."""
    for ref in (*refs, fix.ref):
        if ref not in finding.evidence:
            finding.evidence.append(ref)
    _mark(finding, fix)


def _mark(finding: Finding, fix: Fix) -> None:
    """Let the label of ``fix`` count for the finding."""
    if fix.profile not in finding.profiles:
        finding.profiles = sorted([*finding.profiles, fix.profile])
