"""The side of an edge a track is on: raw crossings, the margin, confirmation, suspicion. Shared by lines and zones.

A fix at least D metres from the edge confirms its side, D = max(margin_m, 2 × accuracy_m). Between two confirming
fixes only the signed sum of raw crossings counts, so driving along the edge is silent however often it is crossed.

Fixes that are not plausible may raise a suspicion and no more: what they crossed is struck out at the next plausible
fix, and the chord to it from the last such fix counts instead. So what is confirmed is as if they had not been sent.
"""

from math import erf, inf, sqrt
from typing import Protocol

from app.model.instant import SECOND_US
from app.model.violation import Direction
from app.rules.rule import Depth, Finding, Fix, Instance, Leg, Pair, Passage, PositionRef, Sure

K = 2.0
"""How many times ``accuracy_m`` a fix must be from the edge to confirm its side."""
SIGMA_OF_RADIUS = 1.515
"""The radius that holds 68 % of two Gaussians, in sigmas."""
TOO_INACCURATE_M = 1000.0
"""A fix less accurate than this confirms nothing."""


_ENOUGH = 2
"""So many confirming fixes in a row are beyond doubt, however inaccurate; more are not counted."""


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
    pair.streak = min(_ENOUGH, pair.streak + 1)
    return reach_m <= margin_m or pair.streak == _ENOUGH


def idle_m(pair: Pair) -> float:
    """Return for a state after its fix what ``Pair.idle_m`` is to be."""
    if pair.net or pair.sure or pair.suspicion or pair.doubted or 0 < pair.streak < _ENOUGH:
        return -1.0
    if not pair.settled:
        return -1.0 if pair.streak else inf
    if pair.open is None or pair.open.status != "confirmed" or pair.open.depth_m is None:
        return -1.0
    return pair.open.depth_m


def stays_idle(pair: Pair, margin_m: float, distance_m: float, accuracy_m: float) -> bool:
    """Whether a fix such as ``Pair.idle_m`` tells of leaves the state as it is; ``accuracy_m`` NaN: none given."""
    reach_m = 0.0 if accuracy_m != accuracy_m else K * accuracy_m
    confirming = distance_m >= max(margin_m, reach_m)
    return distance_m <= pair.idle_m and confirming == bool(pair.streak) and not accuracy_m > TOO_INACCURATE_M


def waited_too_long(finding: Finding, fix: Fix, settle_s: float) -> bool:
    """Whether a suspicion's crossing is longer ago than ``settle_s``, in the track's own time.

    Not at the fix that raised it, however long its leg: else no track that reports seldom would ever be suspected.
    """
    waiting = finding.status == "suspected" and fix.observed_us > finding.born_us
    return waiting and fix.observed_us - finding.observed_us > settle_s * SECOND_US


def take_crossings(pair: Pair, leg: Leg, fix: Fix, max_gap_s: float) -> None:
    """Add the raw crossings of the way to ``fix`` to the pair; strike out those of doubtful fixes before it."""
    if not fix.plausible:
        if leg.crossings and pair.sure is None:
            pair.sure = Sure(pair.net, pair.last, pair.deepest)
    elif pair.sure is not None:
        pair.net, pair.last, pair.deepest, pair.sure = pair.sure.net, pair.sure.last, pair.sure.deepest, None
    leg = leg.to(fix)
    if not leg.crossings:
        return
    before = pair.net
    span_us = fix.observed_us - leg.start_us
    for crossing in leg.crossings:
        pair.net = max(-1, min(1, pair.net + crossing.sign))
    crossing = leg.crossings[-1]
    pair.last = Passage(
        lon=crossing.lon,
        lat=crossing.lat,
        observed_us=leg.start_us + round(crossing.fraction * span_us),
        sign=crossing.sign,
        nominal=span_us > max_gap_s * SECOND_US,
        leg=(leg.start_ref, fix.ref),
        profiles=(leg.start_profile, fix.profile),
    )
    pair.deepest = None
    if pair.net != before:
        pair.streak = 0


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
    touched = _deepened(names, pair, fix) if usable(fix) else []
    if pair.net and pair.suspicion is None and _would_open(names, pair, party):
        pair.suspicion = _raised(instance, names, pair, leg, fix)
        touched.append(pair.suspicion)
    if confirmed:
        touched += _changed(instance, names, pair, leg, fix, party) if pair.net else []
        suspicion = pair.suspicion
        if suspicion is not None and suspicion is not pair.open:  # confirmed back, or away another way
            if suspicion.status == "suspected":
                suspicion.status = "withdrawn"
                touched.append(suspicion)
        pair.suspicion, pair.net, pair.last, pair.deepest = None, 0, None, None
    elif pair.suspicion is not None and waited_too_long(pair.suspicion, fix, instance.spec.settle_s):
        pair.suspicion.status = "withdrawn"  # kept in the pair: a later confirming fix revives it
        touched.append(pair.suspicion)
    return touched


def _deepened(names: SideNames, pair: Pair, fix: Fix) -> list[Finding]:
    """Let the fix count for the depth of what it is beyond the edge for; return the finding if it is the deepest."""
    here = Depth(fix.distance_m, fix.ref, fix.profile)
    if pair.net == 0:
        finding = pair.open
    else:
        if pair.deepest is None or here.metres > pair.deepest.metres:
            pair.deepest = here
        finding = pair.suspicion
        if finding is not None and finding.direction != names.direction(pair.net):
            finding = None
    if finding is None or finding.status == "withdrawn":
        return []
    if finding.depth_m is not None and here.metres <= finding.depth_m:
        return []
    _deepen(finding, here)
    return [finding]


def _would_open(names: SideNames, pair: Pair, party: str) -> bool:
    """Whether the pair's net crossing, if confirmed, opens an incursion: the way back from one never does."""
    back = pair.open is not None and pair.open.direction != names.direction(pair.net)
    return names.opens(pair.net, party) and not back


def _changed(instance: Instance, names: SideNames, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
    """The side has changed for certain: end the incursion that is open, open the one that begins."""
    passage = pair.last
    assert passage is not None, "a side can only change by a crossing"
    direction = names.direction(pair.net)
    opens = _would_open(names, pair, party)
    touched = []
    ended, pair.open = pair.open, None
    if ended is not None:
        ended.ended_us = passage.observed_us
        ended.nominal |= ended.direction == direction  # the way back was never seen
        cite_passage(ended, fix, passage)
        touched.append(ended)
    if opens:
        suspicion = pair.suspicion
        same = suspicion is not None and suspicion.direction == direction
        finding = suspicion if same and suspicion is not None else _raised(instance, names, pair, leg, fix)
        _confirm(finding, pair, fix)
        pair.open = finding
        touched.append(finding)
    return touched


def _raised(instance: Instance, names: SideNames, pair: Pair, leg: Leg, fix: Fix) -> Finding:
    """Return a new suspected finding of the pair's last raw crossing."""
    passage, direction = pair.last, names.direction(pair.net)
    assert passage is not None, "a side can only change by a crossing"
    assert direction is not None, "only a way that has a name is raised"
    leg = leg.to(fix)
    return Finding(
        instance=instance.number,
        direction=direction,
        status="suspected",
        lon=passage.lon,
        lat=passage.lat,
        observed_us=passage.observed_us,
        born_us=fix.observed_us,
        nominal=passage.nominal,
        depth_m=fix.distance_m if usable(fix) else None,
        confidence=confidence(fix.distance_m, fix.accuracy_m),
        accuracy_m=fix.accuracy_m,
        evidence=[leg.start_ref, fix.ref],
        profile=fix.profile,
        profiles=sorted({leg.start_profile, fix.profile}),
    )


def _confirm(finding: Finding, pair: Pair, fix: Fix) -> None:
    """Make the finding a confirmed change at the pair's last raw crossing, as of ``fix``: it rests on that alone.

    The labels of what it was suspected for go on counting: else more readers would see that there was one before.
    """
    passage, deepest = pair.last, pair.deepest
    assert passage is not None, "a side can only change by a crossing"
    assert deepest is not None, "the fix that confirms is beyond the edge"
    finding.status = "confirmed"
    finding.lon, finding.lat, finding.observed_us = passage.lon, passage.lat, passage.observed_us
    finding.nominal = passage.nominal
    finding.confirmed_us = fix.observed_us
    finding.confidence = confidence(fix.distance_m, fix.accuracy_m)
    finding.accuracy_m = fix.accuracy_m
    finding.profile = fix.profile
    _deepen(finding, deepest)
    finding.evidence = []
    cite_passage(finding, fix, passage)


def _deepen(finding: Finding, depth: Depth) -> None:
    finding.depth_m, finding.deepest = depth.metres, depth.ref
    mark(finding, depth.profile)


def cite_passage(finding: Finding, fix: Fix, passage: Passage) -> None:
    """Add the reports of a crossing's leg, and the fix that confirmed it, to the evidence."""
    for ref, profile in zip(passage.leg, passage.profiles, strict=True):
        _cite(finding, ref, profile)
    cite(finding, fix)


def cite(finding: Finding, fix: Fix) -> None:
    """Add a report to the evidence, once, and its label to those that count."""
    _cite(finding, fix.ref, fix.profile)


def _cite(finding: Finding, ref: PositionRef, profile: int) -> None:
    if ref not in finding.evidence:
        finding.evidence.append(ref)
    mark(finding, profile)


def mark(finding: Finding, profile: int) -> None:
    """Let the label of a report's profile count for the finding."""
    if profile not in finding.profiles:
        finding.profiles = sorted([*finding.profiles, profile])
