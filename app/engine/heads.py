"""Where each track stands: its newest fix, its rule state, and checkpoints from which late reports are refolded."""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from app.model.report import I64
from app.picture.plausibility import GOOD, Anchor
from app.rules.nearness import Fixes, Head, optional
from app.rules.rule import Finding, Pair

CHECKPOINT_EVERY = 512
"""Fixes of a track between two checkpoints: the most a late report costs beyond its own lateness."""

ARRAYS: tuple[tuple[str, str], ...] = (
    ("known", "?"),
    ("hot", "?"),
    ("idle", "?"),
    ("rests_us", "i8"),
    ("until_us", "i8"),
    ("plausible", "?"),
    ("lon_e7", "i4"),
    ("lat_e7", "i4"),
    ("observed_us", "i8"),
    ("accuracy_m", "f8"),
    ("profile", "i4"),
    ("seq", "i8"),
    ("index", "i4"),
    ("situation", "i8"),
    ("altitude_m", "f8"),
    ("speed_m_s", "f8"),
    ("course_deg", "f8"),
    ("stuck", "i8"),
    ("reliability", "f8"),
    ("since_checkpoint", "i4"),
)


_OF_A_FIX = (
    "lon_e7", "lat_e7", "observed_us", "accuracy_m", "profile", "seq", "index", "situation", "altitude_m", "speed_m_s",
    "course_deg", "stuck",
)  # fmt: skip


class State(msgspec.Struct):
    """All that the fold of one track carries on: its newest fix, its plausibility and its rule state."""

    head: Head
    anchor: Anchor
    pairs: dict[int, Pair]
    believed: Head | None
    """The last plausible fix, where the newest is not."""


class Checkpoint(NamedTuple):
    """A track's state just after its fix of ``observed_us``, judged by the mission of ``mission_seq``."""

    observed_us: int
    mission_seq: int
    state: bytes


class Heads:
    """The states of all tracks: arrays by slot for what every track has, dictionaries for what few have."""

    def __init__(self) -> None:
        self.known = np.zeros(0, np.bool_)
        self.hot = np.zeros(0, np.bool_)
        """Has rule state that is not quiet and neither rests nor is idle: every fix of it must be looked at."""
        self.idle = np.zeros(0, np.bool_)
        """Has rule state that is idle, see ``Pair.idle_m``: each fix must be measured, and looked at if that asks."""
        self.rests_us = np.zeros(0, np.int64)
        """Has rule state that rests, the least of it unless silent for longer than this; 0: has none."""
        self.until_us = np.zeros(0, np.int64)
        """Has rule state that rests until then at the longest; 0: has none."""
        self.plausible = np.zeros(0, np.bool_)
        self.lon_e7 = np.zeros(0, np.int32)
        self.lat_e7 = np.zeros(0, np.int32)
        self.observed_us = np.zeros(0, np.int64)
        self.accuracy_m = np.zeros(0, np.float64)
        self.profile = np.zeros(0, np.int32)
        self.seq = np.zeros(0, np.int64)
        self.index = np.zeros(0, np.int32)
        self.situation = np.zeros(0, np.int64)
        self.altitude_m = np.zeros(0, np.float64)
        self.speed_m_s = np.zeros(0, np.float64)
        self.course_deg = np.zeros(0, np.float64)
        self.stuck = np.zeros(0, np.int64)
        self.reliability = np.zeros(0, np.float64)
        self.since_checkpoint = np.zeros(0, np.int32)
        self.anchors: dict[int, Anchor] = {}
        """What the next fix is measured against, of tracks whose newest fix is not that."""
        self.believed: dict[int, Head] = {}
        """The last plausible fix of tracks whose newest one is not."""
        self.pairs: dict[int, dict[int, Pair]] = {}
        self.checkpoints: dict[int, list[Checkpoint]] = {}
        self.findings: dict[int, dict[str, Finding]] = {}
        """Findings by slot and id that a late report might still change."""

    def grow(self, slots: int) -> None:
        """Make room for ``slots`` tracks."""
        have = len(self.known)
        if slots <= have:
            return
        for name, kind in ARRAYS:
            grown = np.zeros(max(slots, 2 * have, 64), kind)
            grown[:have] = getattr(self, name)
            setattr(self, name, grown)

    def head(self, slot: int) -> Head | None:
        """Return the newest fix of ``slot``, or None before its first."""
        if not self.known[slot]:
            return None
        return Head(
            lon_e7=self.lon_e7.item(slot),
            lat_e7=self.lat_e7.item(slot),
            observed_us=self.observed_us.item(slot),
            accuracy_m=optional(self.accuracy_m.item(slot)),
            plausible=self.plausible.item(slot),
            profile=self.profile.item(slot),
            ref=(self.seq.item(slot), self.index.item(slot)),
            situation=self.situation.item(slot),
            altitude_m=optional(self.altitude_m.item(slot)),
            speed_m_s=optional(self.speed_m_s.item(slot)),
            course_deg=optional(self.course_deg.item(slot)),
            stuck=self.stuck.item(slot),
        )

    def anchor(self, slot: int) -> Anchor | None:
        """Return the last believed fix of ``slot``, or None before its first."""
        if slot in self.anchors or not self.known[slot]:
            return self.anchors.get(slot)
        return Anchor(
            int(self.lon_e7[slot]), int(self.lat_e7[slot]), int(self.observed_us[slot]),
            float(self.accuracy_m[slot]), float(self.reliability[slot]),
        )  # fmt: skip

    def state(self, slot: int) -> State:
        """Return the live state of ``slot``, which has had a fix; its ``pairs`` are the live ones."""
        head, anchor = self.head(slot), self.anchor(slot)
        assert head is not None, "a track without a fix has no state"
        assert anchor is not None, "a track with a fix has an anchor"
        return State(head, anchor, self.pairs.get(slot, {}), self.believed.get(slot))

    def put(self, slot: int, state: State) -> None:
        """Make ``state`` the live one of ``slot``."""
        head, anchor = state.head, state.anchor
        self.known[slot] = True
        self.lon_e7[slot], self.lat_e7[slot] = head.lon_e7, head.lat_e7
        self.observed_us[slot] = head.observed_us
        self.accuracy_m[slot] = np.nan if head.accuracy_m is None else head.accuracy_m
        self.plausible[slot], self.profile[slot] = head.plausible, head.profile
        self.seq[slot], self.index[slot] = head.ref
        self.situation[slot] = head.situation
        self.altitude_m[slot] = np.nan if head.altitude_m is None else head.altitude_m
        self.speed_m_s[slot] = np.nan if head.speed_m_s is None else head.speed_m_s
        self.course_deg[slot] = np.nan if head.course_deg is None else head.course_deg
        self.stuck[slot] = head.stuck
        self.reliability[slot] = anchor.reliability
        if anchor.observed_us == head.observed_us:
            self.anchors.pop(slot, None)
        else:
            self.anchors[slot] = anchor
        if state.believed is None:
            self.believed.pop(slot, None)
        else:
            self.believed[slot] = state.believed
        self.hold(slot, state.pairs)

    def hold(self, slot: int, pairs: dict[int, Pair]) -> None:
        """Make ``pairs`` the live rule state of ``slot``."""
        if pairs:
            self.pairs[slot] = pairs
        else:
            self.pairs.pop(slot, None)
        self.watch(slot)

    def watch(self, slot: int) -> None:
        """Note for which fixes the rule state of ``slot``, which may have changed, must be looked at."""
        hot, idle, rests_us, until_us = False, False, 0, 0
        for pair in self.pairs.get(slot, {}).values():
            if pair.rests_us:
                rests_us = min(rests_us or pair.rests_us, pair.rests_us)
                until_us = min(until_us or pair.until_us, pair.until_us or until_us)
            elif pair.idle_m >= 0:
                idle = True
            else:
                hot = True
        self.hot[slot], self.idle[slot], self.rests_us[slot], self.until_us[slot] = hot, idle, rests_us, until_us

    def move(self, slots: npt.NDArray[np.intp], fixes: Fixes, rows: npt.NDArray[np.intp], fixes_taken: I64) -> None:
        """Move wholly plausible tracks to the fixes ``rows`` (ascending), after ``fixes_taken`` good legs each."""
        self.known[slots] = True
        self.plausible[slots] = True
        every = len(rows) == len(fixes)
        for name in _OF_A_FIX:
            column = getattr(fixes, name)
            getattr(self, name)[slots] = column if every else column[rows]
        self.reliability[slots] = np.minimum(4.0, self.reliability[slots] + GOOD * fixes_taken)

    def checkpoint(self, slot: int, mission_seq: int, window_us: int) -> None:
        """Keep the live state of ``slot`` for later refolds; forget what lies before the window."""
        state = self.state(slot)
        newest_us = state.head.observed_us
        kept = self.checkpoints.setdefault(slot, [])
        kept.append(Checkpoint(newest_us, mission_seq, packed(state)))
        while len(kept) > 1 and kept[1].observed_us < newest_us - window_us:
            del kept[0]
        self.since_checkpoint[slot] = 0
        if slot in self.findings:
            self.forget(slot, newest_us - 2 * window_us)

    def forget(self, slot: int, before_us: int) -> None:
        """Drop findings that no late report can reach any more."""
        alive = {finding.id for pair in self.pairs.get(slot, {}).values() for finding in held_by(pair)}
        kept = {
            key: finding
            for key, finding in self.findings[slot].items()
            if key in alive or finding.born_us >= before_us or (finding.ended_us or 0) >= before_us
        }
        if kept:
            self.findings[slot] = kept
        else:
            del self.findings[slot]

    def before(self, slot: int, observed_us: int) -> Checkpoint | None:
        """Return the last checkpoint of ``slot`` before ``observed_us``, or None: from the track's beginning."""
        earlier = [point for point in self.checkpoints.get(slot, ()) if point.observed_us < observed_us]
        return earlier[-1] if earlier else None


def held_by(pair: Pair) -> tuple[Finding, ...]:
    """Return the findings that the pair may still change."""
    return tuple(finding for finding in (pair.suspicion, pair.open, *pair.doubted) if finding is not None)


def packed(state: State) -> bytes:
    """Write a state so that equal states give equal bytes, but for the ids of findings."""
    in_order = msgspec.structs.replace(state, pairs=dict(sorted(state.pairs.items())))
    return msgspec.msgpack.encode(in_order)


def unpacked(state: bytes) -> State:
    """Read what ``packed`` wrote."""
    return msgspec.msgpack.decode(state, type=State)


def alike(one: State, two: State) -> bool:
    """Whether two states will go on alike: equal but for the ids of findings."""
    return _anonymous(one) == _anonymous(two)


def _anonymous(state: State) -> bytes:
    copy = unpacked(packed(state))
    for pair in copy.pairs.values():
        for finding in held_by(pair):
            finding.id = ""
    return packed(copy)
