"""Judgement of a block of reports: whole columns at once, and only the few tracks near an edge one by one."""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from app.engine.heads import Heads, State
from app.model.identity import Registry
from app.model.report import ASIDE, F64, I32, I64, U8, Positions, ReportBlock
from app.picture.interference import Turn
from app.picture.plausibility import CAP, FROZEN, GOOD, Anchor, believed, gate_of, leg_is_good, stuck
from app.picture.tracks import IMPLAUSIBLE, STUCK
from app.rules.fold import TrackFold
from app.rules.nearness import Fixes, Head, Nearness, origins_of
from app.rules.rule import Finding
from app.rules.rulebook import Rulebook
from app.rules.side import stays_idle

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
NOWHERE_E7 = 2**40
"""A longitude that no fix has: where a track comes from that begins."""


class Judged(NamedTuple):
    """What the judgement of in-order fixes gave.

    Findings by slot, of each block row the flags of its doubts, and by slot where belief in a track turned.
    """

    found: list[tuple[int, list[Finding]]]
    doubts: U8
    turns: list[tuple[int, list[Turn]]]


class Judge:
    """Judges reports by a rulebook; the tracks' states are in ``heads``."""

    def __init__(self, registry: Registry, heads: Heads, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._registry = registry
        self._heads = heads
        self._gates: F64 = np.empty(0)

    def fixes(self, block: ReportBlock, rows: Rows, seq: I64, index: I64) -> Fixes:
        """Return reports ``rows`` as fixes, nothing yet known against any; ``seq``, ``index``: their journal places."""
        observed_us, profile = block.observed_us[rows], block.profile[rows]
        return Fixes(
            lon_e7=block.lon_e7[rows].astype(np.int64),
            lat_e7=block.lat_e7[rows].astype(np.int64),
            observed_us=observed_us,
            accuracy_m=block.accuracy_m[rows],
            plausible=np.ones(len(rows), np.bool_),
            profile=profile,
            seq=seq,
            index=index,
            situation=self.rulebook.situations(observed_us, profile, self._registry.profiles),
            altitude_m=block.altitude_m[rows],
            speed_m_s=block.speed_m_s[rows],
            course_deg=block.course_deg[rows],
            stuck=np.zeros(len(rows), np.int64),
        )

    def past_fixes(self, past: Positions) -> Fixes:
        """Return stored positions as fixes, without those that stand aside of their track."""
        usable = np.flatnonzero((past.block.flags & ASIDE) == 0)
        return self.fixes(past.block, usable, past.seq[usable], past.index[usable])

    def placed(self, head: Head) -> Head:
        """Return the head with its situation under the present rulebook."""
        observed_us, profile = np.array([head.observed_us]), np.array([head.profile], np.int32)
        situation = self.rulebook.situations(observed_us, profile, self._registry.profiles)
        return msgspec.structs.replace(head, situation=int(situation[0]))

    def gates_m_s(self, profile: I32) -> F64:
        """Return the speed gate of each profile number."""
        fresh = self._registry.profiles.since(len(self._gates))
        if fresh:
            overrides = self.rulebook.mission.gates
            self._gates = np.append(self._gates, [gate_of(item.platform, overrides) for item in fresh])
        return self._gates.take(profile)

    def in_order(self, slots: Rows, fixes: Fixes, rows: Rows, size: int) -> Judged:
        """Judge fixes newer than all before of their units, sorted by slot and ``observed_us``; move the heads.

        ``rows`` are their rows in a block of ``size`` reports.
        """
        heads = self._heads
        doubts = np.zeros(size, np.uint8)
        found: list[tuple[int, list[Finding]]] = []
        if not len(slots):
            return Judged(found, doubts, [])
        first = np.append(True, slots[1:] != slots[:-1])
        starts = np.flatnonzero(first)
        stops = np.append(starts[1:], len(slots))
        units = slots[starts]
        before = _before(heads, units, fixes, first)
        has_leg = ~first | heads.known[slots]
        gates_m_s = self.gates_m_s(fixes.profile)
        good = ~has_leg | leg_is_good(
            before.lon_e7, before.lat_e7, before.observed_us, before.accuracy_m,
            fixes.lon_e7, fixes.lat_e7, fixes.observed_us, fixes.accuracy_m, gates_m_s,
        )  # fmt: skip
        before.lon_e7[~has_leg] = NOWHERE_E7
        fixes.stuck[:] = stuck(
            before.lon_e7, before.lat_e7, before.stuck, fixes.lon_e7, fixes.lat_e7, fixes.speed_m_s, gates_m_s, first
        )  # fmt: skip
        trusted = np.logical_and.reduceat(good & (fixes.stuck < FROZEN), starts)
        trusted &= ~heads.known[units] | (heads.plausible[units] & (heads.reliability[units] >= GOOD))
        anchors: dict[int, Anchor] = {}
        origins: dict[int, Head] = {}
        last_believed: dict[int, Head | None] = {}
        turned: list[tuple[int, list[Turn]]] = []
        for at in np.flatnonzero(~trusted).tolist():
            run = slice(int(starts[at]), int(stops[at]))
            slot = int(units[at])
            before_run = heads.anchor(slot)
            sure, anchors[at] = self.believed(before_run, fixes, run)
            fixes.plausible[run] = sure & (fixes.stuck[run] < FROZEN)
            begun, last_believed[at] = origins_of(
                heads.head(slot), heads.believed.get(slot), fixes, run.start, run.stop
            )  # fmt: skip
            origins |= begun
            if turns := turns_of(heads.head(slot), before_run, fixes, run.start, sure):
                turned.append((slot, turns))
        doubts[rows] = doubts_of(fixes)

        until_us = heads.until_us[slots]
        due = (until_us > 0) & (fixes.observed_us >= until_us)
        asked = self._asked(units, starts, stops, np.logical_or.reduceat(due, starts))
        near = Nearness(self.rulebook, fixes, before, has_leg, origins, asked)
        rests_us = heads.rests_us[slots]
        marked = near.marked() | due | (heads.idle[slots] & near.stirring)
        marked |= (rests_us > 0) & (near.stirring | (near.silence_us > rests_us))
        watched = heads.hot[units] | np.logical_or.reduceat(marked, starts)
        watched |= heads.idle[units] & ~trusted
        for at in np.flatnonzero(heads.idle[units] & ~watched).tolist():
            watched[at] = not self._all_idle(int(units[at]), near, int(starts[at]), int(stops[at]))
        taken = stops - starts
        heads.since_checkpoint[units] += taken.astype(np.int32)
        for at in np.flatnonzero(~trusted | watched).tolist():
            slot, start, stop = int(units[at]), int(starts[at]), int(stops[at])
            pairs = heads.pairs.get(slot, {})
            if watched[at]:
                fold = TrackFold(
                    self.rulebook, self._registry.profiles, heads.head(slot), pairs, near, start, stop
                )  # fmt: skip
                if findings := fold.run():
                    found.append((slot, findings))
            if trusted[at]:
                heads.hold(slot, pairs)
                continue
            anchor = anchors.get(at) or anchored(fixes, stop - 1, float(heads.reliability[slot]) + int(taken[at]))
            heads.put(slot, State(fixes.head(stop - 1), anchor, pairs, last_believed.get(at)))
        heads.move(units[trusted], fixes, stops[trusted] - 1, taken[trusted])
        return Judged(found, doubts, turned)

    def believed(self, anchor: Anchor | None, fixes: Fixes, run: slice) -> tuple[Mask, Anchor]:
        """Say which fixes of ``run``, all of one track, may be believed, and give its anchor after them."""
        return believed(
            anchor, fixes.lon_e7[run], fixes.lat_e7[run], fixes.observed_us[run], fixes.accuracy_m[run],
            self.gates_m_s(fixes.profile[run]),
        )  # fmt: skip

    def _asked(self, units: Rows, starts: Rows, stops: Rows, due: Mask) -> Rows:
        """Return the pairs (see ``Nearness``) whose distances the states of tracks will surely ask for.

        ``due`` are the tracks whose resting states ask too.
        """
        asked: list[int] = []
        size = int(stops[-1])
        instances = self.rulebook.instances
        for at in np.flatnonzero(self._heads.hot[units] | self._heads.idle[units] | due).tolist():
            start, stop, all_ask = int(starts[at]), int(stops[at]), bool(due[at])
            pairs = self._heads.pairs[int(units[at])].items()
            for geometry in {instances[number].geometry for number, pair in pairs if all_ask or not pair.rests_us}:
                asked.extend(range(geometry * size + start, geometry * size + stop))
        return np.array(asked, np.intp)

    def _all_idle(self, slot: int, near: Nearness, start: int, stop: int) -> bool:
        """Whether the fixes of a track, none of which is marked, leave all its idle states as they are."""
        accuracy_m = near.fixes.accuracy_m[start:stop].tolist()
        for number, pair in self._heads.pairs[slot].items():
            if pair.rests_us:
                continue
            instance = self.rulebook.instances[number]
            margin_m = instance.spec.margin_m
            for row, each_m in enumerate(accuracy_m, start):
                if not stays_idle(pair, margin_m, near.distance_m(instance.geometry, row, stop), each_m):
                    return False
        return True


def anchored(fixes: Fixes, row: int, reliability: float) -> Anchor:
    """Return fix ``row`` as a believed anchor."""
    return Anchor(
        int(fixes.lon_e7[row]), int(fixes.lat_e7[row]), int(fixes.observed_us[row]), float(fixes.accuracy_m[row]),
        min(CAP, reliability),
    )  # fmt: skip


def doubts_of(fixes: Fixes) -> U8:
    """Return the flags of what is doubtful of each fix."""
    implausible = ~fixes.plausible * np.uint8(IMPLAUSIBLE)
    return np.asarray(implausible | ((fixes.stuck >= FROZEN) * np.uint8(STUCK)), np.uint8)


def turns_of(head: Head | None, anchor: Anchor | None, fixes: Fixes, start: int, sure: Mask) -> list[Turn]:
    """Return where belief in one track turned, over its fixes from row ``start`` on, of which ``sure`` are believed.

    ``head`` and ``anchor`` are the track's before them (None: it begins). A frozen receiver has gone nowhere, and is no
    turn.
    """
    was_sure = head is None or anchor is None
    was_sure |= anchor is not None and head is not None and (
        anchor.observed_us == head.observed_us and anchor.reliability >= GOOD
    )  # fmt: skip
    turns = []
    for at in np.flatnonzero(sure != np.append(was_sure, sure[:-1])).tolist():
        was = fixes.head(start + at - 1) if at else head
        assert was is not None, "a track begins believed"
        here = fixes.head(start + at)
        turns.append(
            Turn(
                here.observed_us, not sure[at], was.lon_e7, was.lat_e7, here.lon_e7, here.lat_e7, here.ref,
                here.profile,
            )
        )  # fmt: skip
    return turns


def _before(heads: Heads, units: Rows, fixes: Fixes, first: Mask) -> Fixes:
    """Return, for each fix, the one before it of its unit: in the table, or the unit's head."""
    columns = []
    for name in Fixes.__slots__:
        after = getattr(fixes, name)
        column = getattr(heads, name)[units].astype(after.dtype, copy=False)
        if len(units) < len(after):
            of_heads, column = column, np.empty_like(after)
            column[1:] = after[:-1]
            column[first] = of_heads
        columns.append(column)
    return Fixes(*columns)
