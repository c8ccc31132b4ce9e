"""Rules over several tracks: the stays of all tracks, and what each group rule found over them. Tells nobody.

Stays come from the fold of each track. After each entry, what changed is swept over again from the earliest change on,
and compared with what was found before. Nothing is remembered of how it was found, so no order can matter.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from app.engine.book import DAY_US
from app.engine.heads import Heads
from app.model.identity import Registry
from app.model.label import joined
from app.model.report import I64
from app.model.sealing import Sealer
from app.rules.group_rule import EVER_US, GroupFinding, Stay
from app.rules.presence import Presence
from app.rules.rule import Finding
from app.rules.rulebook import Rulebook

_LONGEST_WINDOW_US = 366 * DAY_US
"""A window of a schedule that is longer than this is not looked to the end of."""


class Known(msgspec.Struct):
    """What was found and told, in its newest form."""

    id: str
    finding: GroupFinding
    changed_us: int
    """Engine time of the last change."""
    withdrawn: bool = False


class Group(msgspec.Struct):
    """One instance of a group rule: stays by the id of the track's finding, and what was found over them."""

    looked_us: int
    """Engine time up to which its alarms have been heeded."""
    stays: dict[str, Stay] = {}
    """One that nothing has ended yet, unless silence does, ends at ``EVER_US``."""
    lingering_us: list[int] = []
    """Instants after ``looked_us`` at which stays end of which the way out is known."""
    changed_us: dict[str, int] = {}
    """By stay: engine time of its last change."""
    known: list[Known] = []
    floor_us: int = -EVER_US
    """All stays that end later are at hand."""
    dirty_us: int = EVER_US
    """From here on it must be looked at again."""


class Found(NamedTuple):
    """A finding that is new or changed, or withdrawn, of an instance."""

    instance: int
    known: Known


class GroupBook:
    """The groups of all group rules in force, by instance number. ``now_us`` is the engine's newest instant."""

    def __init__(self, registry: Registry, sealer: Sealer, heads: Heads, rulebook: Rulebook, window_us: int) -> None:
        self._registry = registry
        self._sealer = sealer
        self._heads = heads
        self._rulebook = rulebook
        self._window_us = window_us
        self.now_us = 0
        """The newest instant known: of receipt, the clock, or an observation."""
        self.groups: dict[int, Group] = {}
        self._open = _OpenStays()
        self._silent_us = self._ends_us()
        self._next_alarm_us = EVER_US

    def load(self, groups: dict[int, Group], now_us: int) -> None:
        """Take over the groups of a snapshot."""
        self.groups, self.now_us = groups, now_us
        for number, group in groups.items():
            for key, stay in group.stays.items():
                if stay.end_us == EVER_US:
                    self._watch(number, key, stay)
        ends_us = self._ends_us()
        self._open.assumed_us = np.where(ends_us <= now_us, ends_us, EVER_US)
        self._set_alarm()

    def follow(self, rulebook: Rulebook) -> list[Found]:
        """Judge by another rulebook from here on; what is going on of instances it no longer has ends now."""
        ended = []
        for number in [number for number in self.groups if number not in rulebook.groups]:
            group = self.groups.pop(number)
            self._open.drop_all(number)
            for known in group.known:
                if not known.withdrawn and known.finding.ended_us is None:
                    at_us = max(self.now_us, known.finding.begin_us)
                    known.finding = msgspec.structs.replace(known.finding, ended_us=at_us)
                    ended.append(Found(number, known))
        self._rulebook = rulebook
        for number in rulebook.groups:
            if number not in self.groups:
                self.groups[number] = Group(looked_us=rulebook.instances[number].from_us)
        self._set_alarm()
        return ended

    def took(self, slot: int, finding: Finding) -> None:
        """Take note of a stay that is new, has changed or is withdrawn."""
        number = finding.instance
        group = self.groups[number]
        before = group.stays.pop(finding.id, None)
        assumed_us = self._open.drop(number, finding.id)
        after = None if finding.status == "withdrawn" else self._stay(slot, finding)
        if after is not None:
            group.stays[finding.id] = after
            group.changed_us[finding.id] = self.now_us
            if after.end_us == EVER_US:
                self._watch(number, finding.id, after)
            elif after.end_us > self.now_us:
                group.lingering_us.append(after.end_us)
                self._next_alarm_us = min(self._next_alarm_us, after.end_us)
        else:
            group.changed_us.pop(finding.id, None)
        if before is not None and assumed_us is not None:
            before = before._replace(end_us=assumed_us)
        group.dirty_us = min(group.dirty_us, _changed_us(before, after))

    def next_due_us(self) -> int:
        """Return the earliest instant at which something is found without a report, or one after all time."""
        ends_us = np.where(self._open.assumed_us == EVER_US, self._ends_us(), EVER_US)
        return min(self._next_alarm_us, int(ends_us.min(initial=EVER_US)))

    def judged(self, now_us: int, cursor: int) -> list[Found]:
        """Look again at what has changed or is due; return what is found otherwise than before."""
        self.now_us = max(self.now_us, now_us)
        self._heed_silences()
        if self._next_alarm_us <= self.now_us:
            self._heed_alarms()
        return [
            Found(number, known)
            for number, group in sorted(self.groups.items())
            if group.dirty_us != EVER_US
            for known in self._look(number, group, cursor)
        ]

    def held(self) -> set[str]:
        """Return the ids of findings that may still change."""
        return {known.id for group in self.groups.values() for known in group.known}

    def forget(self, now_us: int) -> None:
        """Let go of stays and findings that ended, and were last changed, two lateness windows ago.

        A stay that may matter to what is kept stays too, and where absence counts the last of each track.
        """
        for number, group in self.groups.items():
            old_us = now_us - 2 * self._window_us
            group.known = [it for it in group.known if it.changed_us >= old_us or _last_us(it) >= old_us]
            before_us = min([old_us, *(it.finding.begin_us for it in group.known)])
            last: dict[int, int] = {}
            if self._rulebook.groups[number].needs_all:
                for stay in group.stays.values():
                    last[stay.slot] = max(last.get(stay.slot, -EVER_US), stay.end_us)
            for key, stay in list(group.stays.items()):
                if stay.end_us < before_us and group.changed_us[key] < old_us and last.get(stay.slot) != stay.end_us:
                    group.floor_us = max(group.floor_us, stay.end_us)
                    del group.stays[key], group.changed_us[key]

    def _stay(self, slot: int, finding: Finding) -> Stay:
        registry = self._registry
        markings = [registry.markings[registry.profiles[number].marking] for number in finding.profiles]
        return Stay(
            begin_us=finding.observed_us,
            end_us=EVER_US if finding.ended_us is None else finding.ended_us,
            slot=slot,
            unit=registry.units[slot],
            who=registry.profiles[finding.profile],
            profile=finding.profile,
            marking=joined(markings),
            lon=finding.lon,
            lat=finding.lat,
            evidence=tuple(finding.evidence),
            profiles=tuple(finding.profiles),
            samples=tuple(finding.samples),
        )

    def _watch(self, number: int, key: str, stay: Stay) -> None:
        presence = self._rulebook.rules[number]
        assert isinstance(presence, Presence), "a group rule asks for presence"
        instance = self._rulebook.instances[number]
        cap_us = self._rulebook.ends_between(instance, stay.begin_us, stay.begin_us + _LONGEST_WINDOW_US)
        self._open.add(
            number, key, stay.slot, presence.silence_us(stay.profile), EVER_US if cap_us is None else cap_us
        )  # fmt: skip

    def _ends_us(self) -> I64:
        """Return when each open stay ends unless its track is heard again: silent for too long since the last fix."""
        heads, open_ = self._heads, self._open
        heard_us = np.where(open_.used, heads.observed_us[open_.slot], EVER_US)
        for row in np.flatnonzero(open_.used & ~heads.plausible[open_.slot]).tolist():
            number, _ = open_.owner[row]
            pair = heads.pairs[int(open_.slot[row])][number]
            assert pair.heard_us is not None, "a state whose newest fix is not believed does not rest"
            heard_us[row] = pair.heard_us
        ends_us: I64 = np.minimum(heard_us + np.where(open_.used, open_.silence_us, 0), open_.cap_us)
        return ends_us

    def _heed_silences(self) -> None:
        """Find the open stays that are over by now, and those thought over whose track was heard after all."""
        ends_us, assumed_us = self._ends_us(), self._open.assumed_us
        self._silent_us = ends_us
        now_assumed_us = np.where(ends_us <= self.now_us, ends_us, EVER_US)
        for row in np.flatnonzero(now_assumed_us != assumed_us).tolist():
            number, _ = self._open.owner[row]
            group = self.groups[number]
            group.dirty_us = min(group.dirty_us, int(assumed_us[row]), int(ends_us[row]))
        self._open.assumed_us = now_assumed_us

    def _heed_alarms(self) -> None:
        for number, group in self.groups.items():
            over_us = [self._rulebook.groups[number].alarm_after(group.looked_us), *group.lingering_us]
            group.dirty_us = min([group.dirty_us, *(us for us in over_us if us <= self.now_us)])
            group.lingering_us = [us for us in group.lingering_us if us > self.now_us]
            group.looked_us = max(group.looked_us, self.now_us)
        self._set_alarm()

    def _set_alarm(self) -> None:
        alarms_us = [
            min([self._rulebook.groups[number].alarm_after(group.looked_us), *group.lingering_us])
            for number, group in self.groups.items()
        ]
        self._next_alarm_us = min(alarms_us, default=EVER_US)

    def _look(self, number: int, group: Group, cursor: int) -> list[Known]:
        """Sweep over an instance's stays from its earliest change on; return what is found otherwise than before."""
        rule = self._rulebook.groups[number]
        from_us = group.dirty_us - rule.memory_us
        if rule.needs_all:
            from_us = max(from_us, group.floor_us)
        standing = [known.finding for known in group.known if not known.withdrawn]
        while True:
            met = [it.begin_us for it in standing if it.begin_us < from_us and _reaches(it, from_us)]
            if not met:
                break
            from_us = min(met)
        group.dirty_us = EVER_US
        stays = dict(group.stays)
        for key, row in self._open.rows(number).items():
            stays[key] = stays[key]._replace(end_us=int(self._silent_us[row]))
        since_us = from_us - rule.memory_us
        there = [stay for stay in stays.values() if stay.end_us > since_us and stay.end_us > stay.begin_us]
        there.sort(key=lambda stay: (stay.begin_us, stay.end_us, stay.unit))
        return self._compared(number, group, from_us, rule.found(there, from_us, self.now_us), cursor)

    def _compared(self, number: int, group: Group, from_us: int, found: list[GroupFinding], cursor: int) -> list[Known]:
        """Match what is found from ``from_us`` on with what is known of that time."""
        touched = [known for known in group.known if _reaches(known.finding, from_us)]
        changed: list[Known] = []
        left = list(touched)
        for finding in sorted(found, key=lambda it: (it.begin_us, it.key)):
            same = [known for known in left if known.finding.key == finding.key and _overlap(known.finding, finding)]
            if not same:
                group.known.append(Known(self._id(number, finding, cursor), finding, self.now_us))
                changed.append(group.known[-1])
                continue
            known = min(same, key=lambda it: (it.withdrawn, abs(it.finding.begin_us - finding.begin_us), it.id))
            left.remove(known)
            if known.withdrawn or known.finding != finding:
                known.finding, known.withdrawn, known.changed_us = finding, False, self.now_us
                changed.append(known)
        for known in left:
            if not known.withdrawn:
                known.withdrawn, known.changed_us = True, self.now_us
                changed.append(known)
        return changed

    def _id(self, number: int, finding: GroupFinding, cursor: int) -> str:
        """Return a new finding's id. Found again when all else is forgotten, it is another: the cursor says so."""
        return self._sealer.violation_id(f"group|{number}|{finding.key}|{finding.begin_us}|{cursor}")


class _OpenStays:
    """The stays that nothing but silence has ended: a row each, in columns that grow; rows are used again."""

    def __init__(self) -> None:
        self.slot = np.zeros(0, np.int64)
        self.silence_us = np.zeros(0, np.int64)
        self.cap_us = np.zeros(0, np.int64)
        self.assumed_us = np.zeros(0, np.int64)
        """The end it was last looked at with: ``EVER_US`` where that was not over yet."""
        self.used = np.zeros(0, np.bool_)
        self.owner: list[tuple[int, str]] = []
        self._row_of: dict[int, dict[str, int]] = {}
        self._free: list[int] = []

    def add(self, number: int, key: str, slot: int, silence_us: int, cap_us: int) -> None:
        """Add the stay ``key`` of an instance."""
        if not self._free:
            self._grow()
        row = self._free.pop()
        self.slot[row], self.silence_us[row], self.cap_us[row] = slot, silence_us, cap_us
        self.assumed_us[row], self.used[row] = EVER_US, True
        self.owner[row] = (number, key)
        self._row_of.setdefault(number, {})[key] = row

    def drop(self, number: int, key: str) -> int | None:
        """Drop a stay, if it is one; return the end it was last looked at with."""
        row = self._row_of.get(number, {}).pop(key, None)
        if row is None:
            return None
        assumed_us = int(self.assumed_us[row])
        self._release(row)
        return assumed_us

    def drop_all(self, number: int) -> None:
        """Drop all stays of an instance."""
        for row in self._row_of.pop(number, {}).values():
            self._release(row)

    def rows(self, number: int) -> dict[str, int]:
        """Return the rows of an instance's stays."""
        return self._row_of.get(number, {})

    def _release(self, row: int) -> None:
        self.used[row], self.assumed_us[row], self.cap_us[row] = False, EVER_US, EVER_US
        self._free.append(row)

    def _grow(self) -> None:
        have = len(self.slot)
        more = max(64, have)
        self.slot = np.append(self.slot, np.zeros(more, np.int64))
        self.silence_us = np.append(self.silence_us, np.zeros(more, np.int64))
        self.cap_us = np.append(self.cap_us, np.full(more, EVER_US))
        self.assumed_us = np.append(self.assumed_us, np.full(more, EVER_US))
        self.used = np.append(self.used, np.zeros(more, np.bool_))
        self.owner += [(-1, "")] * more
        self._free += reversed(range(have, have + more))


def _changed_us(before: Stay | None, after: Stay | None) -> int:
    """Return the earliest instant at which two forms of a stay differ; ``EVER_US`` where they do not."""
    if before is None or after is None:
        one = before or after
        return EVER_US if one is None else one.begin_us
    if before == after:
        return EVER_US
    if before.begin_us != after.begin_us:
        return min(before.begin_us, after.begin_us)
    if before._replace(end_us=0, samples=()) != after._replace(end_us=0, samples=()):
        return before.begin_us
    differ_us = EVER_US if before.end_us == after.end_us else min(before.end_us, after.end_us)
    if before.samples != after.samples:
        shared = 0
        while before.samples[shared : shared + 1] == after.samples[shared : shared + 1]:
            shared += 1
        others = (*before.samples[shared : shared + 1], *after.samples[shared : shared + 1])
        differ_us = min(differ_us, *(sample[0] for sample in others))
    return differ_us


def _last_us(known: Known) -> int:
    finding = known.finding
    if finding.ended_us is not None:
        return finding.ended_us
    return finding.begin_us if known.withdrawn else EVER_US


def _reaches(finding: GroupFinding, at_us: int) -> bool:
    return finding.ended_us is None or finding.ended_us >= at_us


def _overlap(one: GroupFinding, two: GroupFinding) -> bool:
    return _reaches(one, two.begin_us) and _reaches(two, one.begin_us)
