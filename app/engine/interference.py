"""The engine's book of jumps, and the alerts of ``gnss_interference`` that stand on it."""

from collections.abc import Collection, Hashable, Mapping, Sequence

import msgspec

from app.engine.book import ViolationBook
from app.engine.findings import LATE_AFTER_US
from app.geo.geodesy import distance_m
from app.model.identity import Registry
from app.model.label import EVERYONE, Marking, joined
from app.model.report import E7
from app.model.sealing import Sealer
from app.model.violation import Assessment, Change, Evidence, Violation
from app.picture.interference import Jump, Jumps, Turn, established_us, events, jumps_of

RULE = "gnss_interference"
Key = tuple[int, int]


class Alert(msgspec.Struct, frozen=True):
    """What an alert stands on: its jumps by start and slot, and whether they are of several audiences."""

    jumps: tuple[Key, ...]
    mixed: bool


class InterferenceBook:
    """Turns of every track by slot and instant, and the alerts told of them by id. A function of the turns alone."""

    def __init__(self, registry: Registry, sealer: Sealer) -> None:
        self._registry = registry
        self._sealer = sealer
        self.turns: dict[int, list[Turn]] = {}
        self.alerts: dict[str, Alert] = {}
        self._jumps = Jumps()
        self._changed: dict[Key, Jump] = {}

    def load(self, turns: Mapping[int, list[Turn]], alerts: Mapping[str, Alert]) -> None:
        """Take over what a snapshot holds."""
        self.turns, self.alerts = dict(turns), dict(alerts)
        self._jumps = Jumps(jump for slot in self.turns for jump in self._of(slot))

    def replace(self, slot: int, after_us: int, until_us: int, turns: Sequence[Turn]) -> None:
        """Enter the turns of a track that was folded (again) from after one instant until another, both in µs."""
        known = self.turns.get(slot, [])
        if not turns and not any(after_us < turn.observed_us <= until_us for turn in known):
            return
        before = {jump.key: jump for jump in self._of(slot)}
        kept = [turn for turn in known if not after_us < turn.observed_us <= until_us]
        self.turns[slot] = sorted([*kept, *turns])
        if not self.turns[slot]:
            del self.turns[slot]
        after = {jump.key: jump for jump in self._of(slot)}
        for key in before.keys() - after.keys():
            self._jumps.drop(key)
            self._changed[key] = before[key]
        for key, jump in after.items():
            if before.get(key) != jump:
                self._jumps.put(jump)
                self._changed[key] = jump

    def settle(self, violations: ViolationBook, told_us: int) -> list[Change]:
        """Bring the alerts up to what the jumps now say; return what is new or reads otherwise than before."""
        if not self._changed:
            return []
        touched = set(self._changed)
        seeds = dict(self._changed)
        for jump in self._changed.values():
            seeds |= {other.key: other for other in self._jumps.near(jump)}
        self._changed = {}
        found: list[list[Jump]] = []
        seen: set[Key] = set()
        for start in sorted(seeds):
            if start in self._jumps and start not in seen:
                component = self._jumps.together(self._jumps[start])
                seen |= {jump.key for jump in component}
                found += events(component)
        touched |= seen
        old = {key: alert for key, alert in self.alerts.items() if not touched.isdisjoint(alert.jumps)}
        changes = []
        for key, event in self._named(found, old).items():
            self.alerts[key] = Alert(tuple(jump.key for jump in event), _mixed(event))
            before = violations.get(key)
            after = self._violation(key, event, before, told_us)
            if after != before:
                changes.append(violations.enter(after, told_us))
            old.pop(key, None)
        for key in old:
            del self.alerts[key]
            before = violations.get(key)
            if before is not None and before.status != "withdrawn":
                changes.append(violations.enter(msgspec.structs.replace(before, status="withdrawn"), told_us))
        return changes

    def forget(self, before_us: Mapping[int, int]) -> None:
        """Drop, by slot, the jumps over before an instant, where they hold up no alert that may still change."""
        for slot, instant_us in before_us.items():
            gone = [
                jump.key for jump in self._of(slot) if jump.ended_us is not None and jump.ended_us < instant_us
            ]  # fmt: skip
            if not gone:
                continue
            last_us = max(start_us for start_us, _ in gone)
            ended = {self._jumps[key].ended_us for key in gone}
            self.turns[slot] = [
                turn for turn in self.turns[slot] if turn.observed_us > last_us and turn.observed_us not in ended
            ]  # fmt: skip
            if not self.turns[slot]:
                del self.turns[slot]
            for key in gone:
                self._jumps.drop(key)
        self.alerts = {
            key: alert for key, alert in self.alerts.items() if any(jump in self._jumps for jump in alert.jumps)
        }

    def _of(self, slot: int) -> list[Jump]:
        return [
            Jump(turn.observed_us, slot, ended_us, turn, _audience(self._marking(turn)))
            for turn, ended_us in jumps_of(self.turns.get(slot, ()))
        ]

    def _marking(self, turn: Turn) -> Marking:
        return self._registry.markings[self._registry.profiles[turn.profile].marking]

    def _named(self, found: Sequence[list[Jump]], old: Mapping[str, Alert]) -> dict[str, list[Jump]]:
        """Give each event the id of the alert that it goes on from: the one with most of its jumps.

        What was told to those who see all of several audiences never goes on as what more readers see, or its revision
        would tell these that there was something before.
        """
        pairs = sorted(
            (-len(common), key, number)
            for number, event in enumerate(found)
            for key, alert in old.items()
            if alert.mixed == _mixed(event) and (common := {jump.key for jump in event}.intersection(alert.jumps))
        )
        ids: dict[int, str] = {}
        for _, key, number in pairs:
            if number not in ids and key not in ids.values():
                ids[number] = key
        named = {}
        for number, event in enumerate(found):
            named[ids.get(number) or self._fresh_id(event, ids.values())] = event
        return named

    def _fresh_id(self, event: Sequence[Jump], taken: Collection[str]) -> str:
        slots = ",".join(f"{jump.slot}:{jump.start_us}" for jump in event)
        key, n = self._sealer.violation_id(f"{RULE}|{slots}"), 0
        while key in self.alerts or key in taken:
            n += 1
            key = self._sealer.violation_id(f"{RULE}|{slots}|{n}")
        return key

    def _violation(self, key: str, event: Sequence[Jump], before: Violation | None, told_us: int) -> Violation:
        first: dict[int, Jump] = {}
        for jump in event:
            first.setdefault(jump.slot, jump)
        each = sorted(first.values(), key=lambda jump: self._registry.units[jump.slot])
        lon_e7, lat_e7 = _centre([jump.turn for jump in each])
        radius_m = max(
            float(distance_m(lon_e7, lat_e7, jump.turn.from_lon_e7, jump.turn.from_lat_e7)[0]) for jump in each
        )
        moved_m = [
            float(distance_m(turn.from_lon_e7, turn.from_lat_e7, turn.lon_e7, turn.lat_e7)[0])
            for turn in (jump.turn for jump in each)
        ]
        ended = [jump.ended_us for jump in event if jump.ended_us is not None]
        confirmed_us = established_us(event)
        observed_us = event[0].start_us
        return Violation(
            id=key,
            rule=RULE,
            rule_id=RULE,
            feature="",
            feature_name="",
            track="",
            party="unknown",
            units=tuple(self._registry.units[jump.slot] for jump in each),
            status="confirmed",
            late=told_us - observed_us > LATE_AFTER_US if before is None else before.late,
            nominal=False,
            severity="high",
            direction=None,
            lon=round(lon_e7 / E7, 7),
            lat=round(lat_e7 / E7, 7),
            observed_us=observed_us,
            confirmed_us=confirmed_us,
            ended_us=max(ended) if len(ended) == len(event) else None,
            depth_m=None,
            confidence=1.0,
            evidence=Evidence(tuple(self._sealer.report_id(*jump.turn.ref) for jump in each), None),
            radius_m=round(radius_m, 1),
            reason=_reason(len(each), min(moved_m), max(moved_m), radius_m),
            marking=joined(self._marking(jump.turn) for jump in event),
            assessment=Assessment() if before is None else before.assessment,
            revision=1 if before is None else before.revision,
            told_us=told_us if before is None else before.told_us,
            changed_us=told_us if before is None else before.changed_us,
            cause="found" if before is None else before.cause,
        )


def _audience(marking: Marking) -> Hashable:
    """Return what is equal for markings that the same readers may see.

    Of what is released to everyone it does not matter who told it.
    """
    return marking.label if EVERYONE in marking.label.releasable_to else marking


def _mixed(event: Sequence[Jump]) -> bool:
    return len({jump.audience for jump in event}) > 1


def _centre(turns: Sequence[Turn]) -> tuple[int, int]:
    """Return the middle of the last believed places, whole 1e-7 degrees, also over the antimeridian."""
    half, turn_e7 = 180 * E7, 360 * E7
    west = turns[0].from_lon_e7
    steps = [(turn.from_lon_e7 - west + half) % turn_e7 - half for turn in turns]
    lon_e7 = (west + sum(steps) // len(steps) + half) % turn_e7 - half
    return lon_e7, sum(turn.from_lat_e7 for turn in turns) // len(turns)


def _reason(units: int, least_m: float, most_m: float, radius_m: float) -> str:
    least, most = f"{least_m / 1000:.1f}", f"{most_m / 1000:.1f}"
    by = f"{most} km" if least == most else f"{least} to {most} km"
    return (
        f"{units} units displaced together by {by}, no further than {radius_m / 1000:.1f} km from here when they were "
        f"last believed."
    )
