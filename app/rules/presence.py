"""Presence: from when until when a track was in an area, as *stays*. Raises nothing; group rules sweep over stays."""

from typing import Any, NamedTuple

from app.model.identity import Interned, Profile
from app.model.instant import SECOND_US
from app.model.silence import limits_us
from app.rules.rule import Finding, Fix, Instance, Leg, Pair
from app.rules.side import K, cite_passage, confidence, confirms, take_crossings, usable
from app.rules.zone_incursion import NARROW_CONFIDENCE

CUT_US = 600 * SECOND_US
"""Stays that carry positions are cut at whole multiples of this, so that none grows long."""


class Asked(NamedTuple):
    """What a group rule asks of stays; see ``GroupRule``."""

    sample_us: int
    silence_us: int
    lingers_us: int


class Presence:
    """One track's presence in the area of one group rule."""

    def __init__(self, instance: Instance, asked: Asked, profiles: Interned[Profile]) -> None:
        self._instance = instance
        self._asked = asked
        self._profiles = profiles

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start at the first fix: a stay begins where it confirms that the track is inside."""
        pair = Pair(inside=inside, heard_us=fix.observed_us)
        touched = self._settled(pair, fix) if self._confirms(pair, fix) else []
        if pair.open is not None:
            self._went_on(pair, pair.open, fix)
        self._rest(pair, fix)
        return pair, touched

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the stays that are new or changed."""
        heard_us = leg.from_believed().start_us if pair.heard_us is None else pair.heard_us
        pair.heard_us = fix.observed_us if fix.plausible else heard_us
        take_crossings(pair, leg, fix, self._instance.spec.max_gap_s)
        pair.inside = pair.inside != (len(leg.crossings) % 2 == 1)
        lapses_us = heard_us + self.silence_us(fix.profile if pair.open is None else pair.open.profile)
        touched: list[Finding] = []
        if fix.plausible and fix.observed_us > lapses_us:  # silent for too long: where it was between is unknown
            touched += _ended(pair, lapses_us)
            pair.settled, pair.net, pair.last, pair.streak = False, 0, None, 0
        if self._confirms(pair, fix):
            touched += self._changed(pair, fix) if pair.settled else self._settled(pair, fix)
        if pair.open is not None and fix.plausible and not pair.net:
            touched += self._went_on(pair, pair.open, fix)
        self._rest(pair, fix)
        return touched

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """The rule no longer concerns the track: its stay ends there, or where it had been silent for too long."""
        if pair.open is None:
            return []
        silence_us = self.silence_us(pair.open.profile)
        return _ended(pair, at_us if pair.heard_us is None else min(at_us, pair.heard_us + silence_us))

    def silence_us(self, profile: int) -> int:
        """Return how long a track of this profile may be silent and is still there."""
        return self._asked.silence_us or limits_us(self._profiles[profile])[1]

    def _confirms(self, pair: Pair, fix: Fix) -> bool:
        margin_m = self._instance.spec.margin_m
        if confirms(pair, fix, margin_m):
            return True
        if not (pair.settled or pair.inside):  # nobody is there until he is seen there: one fix says enough
            return usable(fix) and fix.distance_m >= max(margin_m, K * (fix.accuracy_m or 0.0))
        sure = confidence(fix.distance_m, fix.accuracy_m) >= NARROW_CONFIDENCE
        return self._instance.narrow and pair.inside and usable(fix) and sure

    def _settled(self, pair: Pair, fix: Fix) -> list[Finding]:
        """The fix is the first to confirm a side."""
        pair.settled, pair.net, pair.last = True, 0, None
        if not pair.inside:
            return []
        pair.open = self._stay(fix, fix.observed_us, fix.lon, fix.lat)
        return [pair.open]

    def _changed(self, pair: Pair, fix: Fix) -> list[Finding]:
        """The fix confirms the side the track is on, which may be another than before."""
        passage, net = pair.last, pair.net
        pair.net, pair.last = 0, None
        if not net or passage is None:
            return []
        if net < 0:
            return _ended(pair, passage.observed_us + self._asked.lingers_us)
        pair.open = self._stay(fix, passage.observed_us, passage.lon, passage.lat)
        cite_passage(pair.open, fix, passage)
        return [pair.open]

    def _went_on(self, pair: Pair, stay: Finding, fix: Fix) -> list[Finding]:
        """The track stays: with another profile, or over a cut, it is another stay."""
        every_us = self._asked.sample_us
        cut_us = fix.observed_us // CUT_US * CUT_US
        touched: list[Finding] = []
        if self._other(stay.profile, fix.profile):
            touched = _ended(pair, fix.observed_us)
            stay = pair.open = self._stay(fix, fix.observed_us, fix.lon, fix.lat)
            touched.append(stay)
        elif every_us and stay.observed_us < cut_us:
            touched = _ended(pair, cut_us)
            stay = pair.open = self._stay(fix, cut_us, fix.lon, fix.lat)
            touched.append(stay)
        if every_us and (not stay.samples or fix.observed_us - stay.samples[-1][0] >= every_us):
            lon_e7, lat_e7 = round(fix.lon * 1e7), round(fix.lat * 1e7)
            stay.samples = [*stay.samples, (fix.observed_us, lon_e7, lat_e7, fix.ref)]
            touched = touched if stay in touched else [*touched, stay]
        return touched

    def _other(self, one: int, two: int) -> bool:
        return one != two and _class(self._profiles[one]) != _class(self._profiles[two])

    def _rest(self, pair: Pair, fix: Fix) -> None:
        """Let the pair rest where only few fixes can change it. Equal states must then be written alike."""
        stay = pair.open
        if stay is None or pair.net or not fix.plausible:
            pair.rests_us = pair.until_us = 0
            return
        pair.rests_us = self.silence_us(stay.profile)
        if self._asked.sample_us:
            cut_us = (stay.observed_us // CUT_US + 1) * CUT_US
            pair.until_us = min(cut_us, stay.samples[-1][0] + self._asked.sample_us)
        pair.heard_us, pair.streak, pair.last, pair.deepest = None, 0, None, None

    def _stay(self, fix: Fix, begin_us: int, lon: float, lat: float) -> Finding:
        return Finding(
            instance=self._instance.number,
            direction="present",
            status="confirmed",
            lon=lon,
            lat=lat,
            observed_us=begin_us,
            born_us=fix.observed_us,
            nominal=False,
            confirmed_us=fix.observed_us,
            confidence=1.0,
            evidence=[fix.ref],
            profile=fix.profile,
            profiles=[fix.profile],
        )


def _ended(pair: Pair, at_us: int) -> list[Finding]:
    stay, pair.open = pair.open, None
    if stay is None:
        return []
    stay.ended_us = max(at_us, stay.observed_us)
    return [stay]


def _class(profile: Profile) -> tuple[Any, ...]:
    return profile.party, profile.platform, profile.strength, profile.marking
