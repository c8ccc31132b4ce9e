"""The engine: one journal entry in, one outcome out. The order in which a report meets everything is in ``step``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from app.engine.book import DAY_US, IncidentBook, ViolationBook
from app.engine.by_hand import lifted_by, movement_of, mute_of, note_of, raised_id, violation_raised
from app.engine.findings import named, passed_by, reconcile, violation_of, violation_of_group
from app.engine.groups import Found, GroupBook
from app.engine.heads import CHECKPOINT_EVERY, Heads
from app.engine.incidents import IncidentJudge
from app.engine.interference import InterferenceBook
from app.engine.judge import Judge, Rows, doubts_of
from app.engine.refold import UNNAMED, merged, refold, with_ids
from app.model.entry import (
    Announced,
    Assessed,
    Cancelled,
    Entry,
    Incidents,
    MissionSet,
    Muted,
    Noted,
    Raised,
    Reports,
    Tick,
    Unmuted,
)
from app.model.feature import Mission
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.mission import parse_mission
from app.model.movement import Movement
from app.model.ordering import rows_in_order
from app.model.outcome import Outcome
from app.model.report import ASIDE, U8, Positions, ReportBlock, received_us_of
from app.model.sealing import Sealer
from app.model.violation import Cause, Change, Violation
from app.picture.tracks import Tracks
from app.rules.authorisation import CrossingPoints, Permission
from app.rules.rule import Finding, Instance
from app.rules.rulebook import Rulebook

END_OF_TIME_US = 2**63


@dataclass(frozen=True, slots=True)
class Past:
    """What a step needs from the store, fetched before it: see ``Engine.needs``."""

    positions: Mapping[int, Positions] = field(default_factory=dict)
    """By slot: all stored positions after the asked instant, of entries before the one to step."""
    violations: Mapping[str, Violation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step will ask the past for: by slot, positions observed after an instant (µs); violations by id."""

    positions: Mapping[int, int] = field(default_factory=dict)
    violations: tuple[str, ...] = ()


class Engine:
    """The fold's state: picture, rules, violations. ``window_us`` is how far back a late report is still judged."""

    def __init__(self, registry: Registry, sealer: Sealer, window_us: int = DAY_US) -> None:
        self.registry = registry
        self.sealer = sealer
        self.window_us = window_us
        self.cursor = 0
        self.now_us = 0
        """Received time of the newest entry."""
        self.tracks = Tracks(registry)
        self.heads = Heads()
        self.violations = ViolationBook()
        self.incidents = IncidentBook()
        self.movements: dict[tuple[str, str], Movement] = {}
        """By contingent and name, as last announced; cancelled ones too."""
        self.interference = InterferenceBook(registry, sealer)
        self.document: bytes | None = None
        self.judge = Judge(registry, self.heads, Rulebook(Mission()))
        self.points = CrossingPoints(Mission())
        self.groups = GroupBook(registry, sealer, self.heads, self.judge.rulebook, window_us)
        self.incident_judge = IncidentJudge(sealer)

    @property
    def mission(self) -> Mission:
        """The mission in force."""
        return self.judge.rulebook.mission

    def needs(self, entry: Entry) -> Needs:
        """Say what ``step(entry)`` needs from the store: nothing, for reports that are all in order."""
        match entry.body:
            case Reports(block):
                starts = {}
                for slot, late_us in self._late(block).items():
                    point = self.heads.before(slot, late_us)
                    starts[slot] = -(2**62) if point is None else point.observed_us
                return Needs(positions=starts)
            case Incidents(versions):
                keys = dict.fromkeys(self.incident_judge.needs(versions))
                return Needs(violations=tuple(key for key in keys if self.violations.get(key) is None))
            case Assessed(violation=key) if self.violations.get(key) is None:
                return Needs(violations=(key,))
            case Raised() as raised if self.violations.get(raised_id(raised, self.sealer)) is None:
                return Needs(violations=(raised_id(raised, self.sealer),))
            case _:
                return Needs()

    def step(self, entry: Entry, past: Past) -> Outcome:
        """Take the next entry: ``entry.seq`` follows ``cursor``. Deterministic: equal entries give equal outcomes."""
        assert entry.seq == self.cursor + 1, f"entry {entry.seq} does not follow {self.cursor}"
        self.cursor = entry.seq
        self.now_us = max(self.now_us, entry.received_us)
        self.violations.why = _why(entry)
        match entry.body:
            case Reports(block):
                changes = self._reports(entry.seq, entry.received_us, block, past)
                changes += self._look_at_groups(entry.received_us, _newest_us(block))
                return Outcome(entry.seq, entry.received_us, changes=tuple(changes))
            case Incidents(versions):
                return self._incidents(entry, versions, past)
            case MissionSet(over=over) if over is not None and over != self.mission.revision:
                return Outcome(entry.seq, entry.received_us, refused="stale")
            case MissionSet(document=document):
                changes = self.set_mission(entry.seq, entry.received_us, document)
                return Outcome(entry.seq, entry.received_us, changes=tuple(changes), mission_changed=True)
            case Tick(now_us):
                self.tracks.tick(now_us)
                changes = self._look_at_groups(entry.received_us, now_us)
                self._forget(now_us)
                return Outcome(entry.seq, entry.received_us, changes=tuple(changes))
            case Assessed() as assessed:
                return self._assess(entry, assessed, past)
            case Raised() as raised:
                return Outcome(entry.seq, entry.received_us, changes=self._raise(entry, raised, past))
            case Noted() as noted:
                return Outcome(entry.seq, entry.received_us, notes=(note_of(noted, entry, self.sealer),))
            case Muted() as muted:
                return Outcome(entry.seq, entry.received_us, mutes=(mute_of(muted, entry, self.sealer),))
            case Unmuted() as unmuted:
                return Outcome(entry.seq, entry.received_us, lifted=(lifted_by(unmuted, entry),))
            case Announced() as announced:
                return self._announce(entry, announced)
            case Cancelled() as cancelled:
                return self._cancel(entry, cancelled)

    def set_mission(self, seq: int, received_us: int, document: bytes) -> list[Change]:
        """Judge by another mission from here on; incursions against what it no longer has end where tracks stand."""
        old, heads = self.judge.rulebook, self.heads
        mission = msgspec.structs.replace(parse_mission(document), revision=seq)
        book = Rulebook(
            mission, old.standings, old.next_number, now_us=received_us, profiles=self.registry.profiles
        )  # fmt: skip
        changes: list[Change] = []
        for slot, pairs in list(heads.pairs.items()):
            gone = [number for number in pairs if number not in book.instances]
            at_us = int(heads.observed_us[slot])
            left = [finding for number in gone for finding in old.rules[number].leave(pairs.pop(number), at_us)]
            changes += self._tell(slot, left, received_us)
            if not pairs:
                del heads.pairs[slot]
            heads.watch(slot)
        for slot, findings in list(heads.findings.items()):
            heads.findings[slot] = {key: it for key, it in findings.items() if it.instance in book.instances}
        was = heads.situation.copy()
        for situation in np.unique(was[heads.known]).tolist():
            heads.situation[heads.known & (was == situation)] = book.carry(old.active(situation))
        changes += self._tell_of_groups(self.groups.follow(book), received_us, old)
        self.document = document
        self.judge = Judge(self.registry, heads, book)
        self.incident_judge.set_mission(mission)
        points, self.points = self.points, CrossingPoints(mission)
        if self.points.features != points.features:
            changes += self._judge_permissions(received_us)
        return changes + self._look_at_groups(received_us, received_us)

    def _late(self, block: ReportBlock) -> dict[int, int]:
        """Return the units that have a late report in ``block``, each with the earliest such ``observed_us``."""
        heads = self.heads
        heads.grow(len(self.registry.units))
        late = ((block.flags & ASIDE) == 0) & heads.known.take(block.slot)
        late &= block.observed_us <= heads.observed_us.take(block.slot)
        earliest: dict[int, int] = {}
        for slot, observed_us in zip(block.slot[late].tolist(), block.observed_us[late].tolist(), strict=True):
            earliest[slot] = min(observed_us, earliest.get(slot, observed_us))
        return earliest

    def _reports(self, seq: int, received_us: int, block: ReportBlock, past: Past) -> list[Change]:
        late = self._late(block)
        usable = np.flatnonzero((block.flags & ASIDE) == 0)
        slots = block.slot[usable].astype(np.intp)  # numpy would do so each time that it looks something up
        newer = ~self.heads.known[slots] | (block.observed_us[usable] > self.heads.observed_us[slots])
        fresh = usable[newer]
        fresh = fresh[rows_in_order(block.slot[fresh], block.observed_us[fresh])]
        again = np.isin(block.slot[fresh], list(late)) if late else np.zeros(len(fresh), np.bool_)
        ahead = fresh[~again]
        changes: list[Change] = []
        fixes = self.judge.fixes(block, ahead, np.full(len(ahead), seq, np.int64), ahead.astype(np.int64))
        judged = self.judge.in_order(block.slot[ahead].astype(np.intp), fixes, ahead, len(block))
        for slot, findings in judged.found:
            changes += self._tell(slot, findings, received_us)
        for slot, turns in judged.turns:
            self.interference.replace(slot, turns[0].observed_us - 1, END_OF_TIME_US, turns)
        for slot in late:
            mine = usable[block.slot[usable] == slot]
            changes += self._refold(slot, late[slot], seq, received_us, block, mine, past, judged.doubts)
        changes += self.interference.settle(self.violations, received_us)
        self.tracks.apply(block, fresh, received_us_of(block), judged.doubts, received_us)
        for slot in sorted(set(slots[self.heads.since_checkpoint[slots] >= CHECKPOINT_EVERY].tolist())):
            self.heads.checkpoint(slot, self.mission.revision, self.window_us)
        return changes

    def _refold(
        self, slot: int, late_us: int, seq: int, received_us: int, block: ReportBlock, rows: Rows, past: Past,
        doubts: U8,
    ) -> list[Change]:  # fmt: skip
        """Fold the track ``slot`` again from before ``late_us``, with reports ``rows`` of the block in their places."""
        heads = self.heads
        added = self.judge.fixes(block, rows, np.full(len(rows), seq, np.int64), rows.astype(np.int64))
        fixes = added
        if slot in past.positions:
            fixes = merged(self.judge.past_fixes(past.positions[slot]), added)
        start = heads.before(slot, late_us)
        old = [point for point in heads.checkpoints.get(slot, ()) if point.observed_us >= late_us]
        again = refold(self.judge, self.registry.profiles, start, fixes, int(added.observed_us.max()), old)
        ended_us = END_OF_TIME_US if again.ended is None else again.ended.observed_us
        kept = [point for point in heads.checkpoints.get(slot, ()) if not late_us <= point.observed_us < ended_us]
        made = [(finding.id, finding) for finding in again.found]
        to_tell, gone = reconcile(heads, slot, start, again, self.judge.rulebook.instances)
        if again.ended is None:
            heads.put(slot, again.state)
        after_us = -END_OF_TIME_US if start is None else start.observed_us
        self.interference.replace(slot, after_us, ended_us, again.turns)
        place = np.searchsorted(fixes.observed_us, added.observed_us)
        doubts[rows] = doubts_of(fixes)[place]
        self.violations.why = "late_report"
        changes = self._tell(slot, [*to_tell, *gone], received_us)
        self.violations.why = None
        ids = {temporary: finding.id for temporary, finding in made}
        remade = [with_ids(point, ids) for point in again.checkpoints]
        if remade or kept:
            heads.checkpoints[slot] = sorted([*remade, *kept])
        else:
            heads.checkpoints.pop(slot, None)
        return changes

    def _tell(self, slot: int, findings: list[Finding], received_us: int) -> list[Change]:
        """Enter findings as violations; return those that read otherwise than what was told before."""
        changes = []
        instances = self.judge.rulebook.instances
        for finding in findings:
            instance = instances[finding.instance]
            if not finding.id or finding.id.startswith(UNNAMED):
                named(self.heads, self.sealer, slot, instance, finding)
            if finding.instance in self.judge.rulebook.groups:
                self.groups.took(slot, finding)
                continue
            before = self.violations.get(finding.id)
            permission = self._permission(finding, instance, slot)
            after = violation_of(finding, instance, slot, self.registry, self.sealer, received_us, before, permission)
            if before is None and after.status == "withdrawn":
                continue  # nobody was told of it
            if after != before:
                changes.append(self.violations.enter(after, received_us))
        return changes

    def _permission(self, finding: Finding, instance: Instance, slot: int) -> Permission | None:
        if not self.points.features:
            return None
        party = self.registry.profiles[finding.profile].party
        passed = passed_by(finding, instance, self.registry.units[slot], party)
        return None if passed is None else self.points.permission(passed, self.movements.values())

    def _judge_permissions(self, received_us: int, from_us: int = -(2**63), to_us: int = 2**63) -> list[Change]:
        """Tell again what was found to have crossed between two instants, where it is otherwise authorised now.

        So what is authorised depends on findings, crossing points and movements, and not on which came first.
        """
        changes = []
        for slot, findings in sorted(self.heads.findings.items()):
            crossed = [it for it in findings.values() if from_us <= it.observed_us <= to_us]
            crossed = [it for it in crossed if it.instance not in self.judge.rulebook.groups]
            changes += self._tell(slot, crossed, received_us)
        return changes

    def _announce(self, entry: Entry, announced: Announced) -> Outcome:
        key, after = (announced.contingent, announced.movement), movement_of(announced, entry)
        before = self.movements.get(key)
        if before is not None and after == msgspec.structs.replace(before, announced_us=after.announced_us):
            return Outcome(entry.seq, entry.received_us)  # announced twice
        return self._move(entry, key, after)

    def _cancel(self, entry: Entry, cancelled: Cancelled) -> Outcome:
        key = cancelled.contingent, cancelled.movement
        before = self.movements.get(key)
        if before is None or before.cancelled_us is not None:
            return Outcome(entry.seq, entry.received_us)
        at_us, by = entry.received_us, cancelled.by
        return self._move(entry, key, msgspec.structs.replace(before, cancelled_us=at_us, cancelled_by=by))

    def _move(self, entry: Entry, key: tuple[str, str], after: Movement) -> Outcome:
        """Put a movement in place of what stood under its name, and judge again what either of them may allow."""
        affected = [it for it in (self.movements.get(key), after) if it is not None]
        self.movements[key] = after
        changes = self._judge_permissions(
            entry.received_us, min(it.from_us for it in affected), max(it.to_us for it in affected)
        )
        return Outcome(entry.seq, entry.received_us, changes=tuple(changes), movements=(after,))

    def _look_at_groups(self, received_us: int, now_us: int) -> list[Change]:
        """Judge the rules over several tracks, now that all stays of the entry are known."""
        found = self.groups.judged(max(now_us, self.now_us), self.cursor)
        return self._tell_of_groups(found, received_us, self.judge.rulebook)

    def _tell_of_groups(self, found: list[Found], received_us: int, rulebook: Rulebook) -> list[Change]:
        """Enter what group rules found as violations; return those that read otherwise than what was told before."""
        changes = []
        for instance, known in found:
            before = self.violations.get(known.id)
            after = violation_of_group(
                known, rulebook.instances[instance], self.registry, self.sealer, received_us, before
            )  # fmt: skip
            if after != before:
                changes.append(self.violations.enter(after, received_us))
        return changes

    def _incidents(self, entry: Entry, versions: tuple[IncidentVersion, ...], past: Past) -> Outcome:
        self.incidents.enter(versions)
        changes = [
            change
            for version in versions
            for change in self.incident_judge.judge(version, entry.received_us, self.violations, past.violations)
        ]
        return Outcome(entry.seq, entry.received_us, changes=tuple(changes), incidents=versions)

    def _assess(self, entry: Entry, assessed: Assessed, past: Past) -> Outcome:
        before = self.violations.get(assessed.violation) or past.violations.get(assessed.violation)
        if before is None:
            return Outcome(entry.seq, entry.received_us, refused="unknown")
        if before.revision != assessed.revision:
            return Outcome(entry.seq, entry.received_us, refused="stale")
        change = self.violations.assess(before, assessed, entry.received_us)
        return Outcome(entry.seq, entry.received_us, changes=(change,))

    def _raise(self, entry: Entry, raised: Raised, past: Past) -> tuple[Change, ...]:
        key = raised_id(raised, self.sealer)
        before = self.violations.get(key) or past.violations.get(key)
        after = violation_raised(raised, entry, key, self.mission, before)
        return () if after == before else (self.violations.enter(after, entry.received_us, before),)

    def _forget(self, now_us: int) -> None:
        """Let go of what is neither open nor of the last day; the store keeps it."""
        day_ago_us = now_us - DAY_US
        self.groups.forget(now_us)
        heads = self.heads
        self.interference.forget(
            {slot: int(heads.observed_us[slot]) - 2 * self.window_us for slot in self.interference.turns}
        )
        held = {key for findings in heads.findings.values() for key in findings} | self.groups.held()
        self.violations.forget(day_ago_us, held | self.interference.alerts.keys())
        self.incidents.forget(day_ago_us)


def _newest_us(block: ReportBlock) -> int:
    """Return the newest observation that counts, or the beginning of all time."""
    return int(block.observed_us[(block.flags & ASIDE) == 0].max(initial=-(2**62)))


def _why(entry: Entry) -> Cause | None:
    """Return what an entry does to violations, where that is one thing."""
    match entry.body:
        case MissionSet():
            return "mission_changed"
        case Raised():
            return "by_hand"
        case Announced() | Cancelled():
            return "movement"
        case _:
            return None
