"""Late reports: a track is folded again from its last checkpoint before them, until its state goes on as it did."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from app.engine.heads import Checkpoint, State, alike, held_by, packed, unpacked
from app.engine.judge import NOWHERE_E7, Judge, Mask, turns_of
from app.model.identity import Interned, Profile
from app.picture.interference import Turn
from app.picture.plausibility import FROZEN, Anchor, stuck
from app.rules.fold import TrackFold
from app.rules.nearness import Fixes, Head, Nearness, origins_of
from app.rules.rule import Finding, Pair

_SEGMENT = 512
"""Fixes between two looks at whether the state has converged."""
UNNAMED = "?"
"""What the id of a finding begins with that was made in a refold and has no id of its own yet."""


class Refolded(NamedTuple):
    """A track folded again. ``ended`` is the old checkpoint it converged to, or None: it reached its newest fix."""

    state: State
    """At the end of what was folded."""
    found: list[Finding]
    """Findings new or changed, and those that were open at the start."""
    checkpoints: list[Checkpoint]
    """Made anew, in place of the old ones of the span."""
    ended: Checkpoint | None
    turns: list[Turn]
    """Where belief in the track turned, in what was folded."""


def merged(past: Fixes, added: Fixes) -> Fixes:
    """Return the fixes of both in observed order."""
    columns = [np.concatenate([getattr(past, name), getattr(added, name)]) for name in Fixes.__slots__]
    order = np.argsort(columns[2], kind="stable")
    return Fixes(*(column[order] for column in columns))


def refold(
    judge: Judge, profiles: Interned[Profile], start: Checkpoint | None, fixes: Fixes, settled_us: int,
    old: list[Checkpoint],
) -> Refolded:  # fmt: skip
    """Fold ``fixes``, all of the track's after ``start`` (None: from its first), again.

    From ``settled_us``, the newest late report, on it may stop at one of the ``old`` checkpoints whose state it meets.
    """
    rulebook, mission_seq = judge.rulebook, judge.rulebook.mission.revision
    state = None if start is None else unpacked(start.state)
    pairs = {n: pair for n, pair in state.pairs.items() if n in rulebook.instances} if state else {}
    head, anchor, believed = (judge.placed(state.head), state.anchor, state.believed) if state else (None, None, None)
    bounds = _bounds(fixes, old)
    first_anchor = anchor
    sure, anchors = _believe(judge, head, anchor, fixes, bounds)
    lanes = _lanes(judge, profiles, start, head, believed, pairs, fixes)
    last = head
    old_at = {point.observed_us: point for point in old}
    found = {id(held): held for pair in pairs.values() for held in held_by(pair)}
    checkpoints: list[Checkpoint] = []
    for at, (begin, stop) in enumerate(zip([0, *bounds], bounds, strict=False)):
        for lane in lanes:
            found |= {id(finding): finding for finding in lane.run(begin, stop)}
        for number, finding in enumerate(found.values()):
            finding.id = finding.id or f"{UNNAMED}{number}"
        held = {number: pair for lane in lanes for number, pair in lane.pairs.items()}
        _, believed = origins_of(last, believed, fixes, begin, stop)
        last = fixes.head(stop - 1)
        state = State(last, anchors[at], held, believed)
        here = int(fixes.observed_us[stop - 1])
        known = old_at.get(here)
        if known is not None and here >= settled_us and alike(unpacked(known.state), state):
            turns = turns_of(head, first_anchor, fixes, 0, sure[:stop])
            return Refolded(state, list(found.values()), checkpoints, known, turns)
        # A checkpoint amid reports that some instance may not judge would not say where that instance stands.
        told_apart = last.plausible and last.ref[0] >= mission_seq
        if stop < len(fixes) and (len(lanes) == 1 or told_apart):
            checkpoints.append(Checkpoint(here, mission_seq, packed(state)))
    assert state is not None, "a refold has at least one fix"
    return Refolded(state, list(found.values()), checkpoints, None, turns_of(head, first_anchor, fixes, 0, sure))


class _Lane(msgspec.Struct):
    """The instances that judge the same of the track's fixes: most often there is one lane, with all of both."""

    judge: Judge
    profiles: Interned[Profile]
    head: Head | None
    pairs: dict[int, Pair]
    near: Nearness
    place: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Row of the whole table → how many rows of the lane come before it."""
    only: frozenset[int] | None

    def run(self, begin: int, stop: int) -> list[Finding]:
        """Fold the lane's fixes among rows ``begin`` … ``stop`` of the whole table."""
        first, last = int(self.place[begin]), int(self.place[stop])
        if first == last:
            return []
        fold = TrackFold(
            self.judge.rulebook, self.profiles, self.head, self.pairs, self.near, first, last, self.only
        )  # fmt: skip
        findings = fold.run()
        self.head = self.near.fixes.head(last - 1)
        return findings


def _lanes(
    judge: Judge, profiles: Interned[Profile], start: Checkpoint | None, head: Head | None, believed: Head | None,
    pairs: dict[int, Pair], fixes: Fixes,
) -> list[_Lane]:  # fmt: skip
    instances = judge.rulebook.instances
    oldest_seq = int(fixes.seq.min())
    made_under = -1 if start is None else start.mission_seq
    by_seq: dict[int, set[int]] = {}
    for number, instance in instances.items():
        # An instance that came with a later mission does not judge the reports from before it.
        restricted = instance.from_seq > oldest_seq or (head is not None and instance.from_seq > made_under)
        by_seq.setdefault(instance.from_seq if restricted else -1, set()).add(number)
    lanes = []
    for from_seq, numbers in sorted(by_seq.items()) or [(-1, set[int]())]:
        mine = fixes.seq > from_seq
        lane_head = head if from_seq <= made_under else None
        part = fixes.part(mine)
        if not len(part):
            lane_head = None
        lanes.append(
            _Lane(
                judge=judge,
                profiles=profiles,
                head=lane_head,
                pairs={number: pair for number, pair in pairs.items() if number in numbers},
                near=_nearness(judge, lane_head, believed, part),
                place=np.append(0, np.cumsum(mine)),
                only=None if len(by_seq) <= 1 else frozenset(numbers),
            )
        )
    return lanes


def _nearness(judge: Judge, head: Head | None, believed: Head | None, fixes: Fixes) -> Nearness:
    before = Fixes(*(np.roll(getattr(fixes, name), 1) for name in Fixes.__slots__))
    has_leg = np.ones(len(fixes), np.bool_)
    if head is None:
        has_leg[:1] = False
    else:
        before.lon_e7[:1], before.lat_e7[:1], before.situation[:1] = head.lon_e7, head.lat_e7, head.situation
        before.observed_us[:1], before.profile[:1] = head.observed_us, head.profile
        before.accuracy_m[:1] = np.nan if head.accuracy_m is None else head.accuracy_m
    origins, _ = origins_of(head, believed, fixes, 0, len(fixes))
    return Nearness(judge.rulebook, fixes, before, has_leg, origins)


def with_ids(point: Checkpoint, ids: Mapping[str, str]) -> Checkpoint:
    """Return the checkpoint with the ids that its unnamed findings have been given."""
    state = unpacked(point.state)
    for pair in state.pairs.values():
        for finding in held_by(pair):
            finding.id = ids.get(finding.id, finding.id)
    return point._replace(state=packed(state))


def _bounds(fixes: Fixes, old: list[Checkpoint]) -> list[int]:
    """Return where the segments of the fold end: at old checkpoints, every ``_SEGMENT`` fixes, and at the end."""
    at_old = np.searchsorted(fixes.observed_us, np.array([point.observed_us for point in old], np.int64), side="right")
    ends = {int(end) for end in at_old if 0 < end <= len(fixes)}
    bounds: list[int] = []
    last = 0
    for end in sorted({*ends, len(fixes)}):
        bounds.extend(range(last + _SEGMENT, end, _SEGMENT))
        bounds.append(end)
        last = end
    return bounds


def _believe(
    judge: Judge, head: Head | None, anchor: Anchor | None, fixes: Fixes, bounds: list[int]
) -> tuple[Mask, list[Anchor]]:
    """Mark the fixes that are plausible; return which stay within the gates, and the anchor at each segment's end."""
    lon0_e7, lat0_e7 = np.roll(fixes.lon_e7, 1), np.roll(fixes.lat_e7, 1)
    lon0_e7[0], lat0_e7[0] = (NOWHERE_E7, 0) if head is None else (head.lon_e7, head.lat_e7)
    first = np.arange(len(fixes)) == 0
    stuck0 = np.full(len(fixes), 0 if head is None else head.stuck, np.int64)
    fixes.stuck[:] = stuck(
        lon0_e7, lat0_e7, stuck0, fixes.lon_e7, fixes.lat_e7, fixes.speed_m_s, judge.gates_m_s(fixes.profile), first
    )  # fmt: skip
    sure = np.ones(len(fixes), np.bool_)
    anchors = []
    begin = 0
    for stop in bounds:
        run = slice(begin, stop)
        sure[run], anchor = judge.believed(anchor, fixes, run)
        anchors.append(anchor)
        begin = stop
    fixes.plausible[:] = sure & (fixes.stuck < FROZEN)
    return sure, anchors
