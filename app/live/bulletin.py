"""What has been told, committed and in order: violations, incidents, features. Knows no subscriber.

Each piece of news has a number; numbers only grow and never leave the server. Who knows the bulletin as of a number is
owed what has a greater one.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Generic, TypeVar

from app.live.envelope import ViolationBody, tail_of
from app.live.frames import FeatureFrame, FeedFrame, MissionFrame, feature_frame, mission_frame, violation_frame
from app.model.feature import Mission
from app.model.incident import IncidentVersion
from app.model.instant import SECOND_US
from app.model.label import Marking
from app.model.outcome import Outcome
from app.model.violation import Change, Violation, is_open

RECENT_US = 24 * 3600 * SECOND_US
"""How long a closed violation or an incident stays in snapshots."""
LOG_REVISIONS = 10_000
"""So many revisions of violations are kept for who resumes; who lags further gets a snapshot."""
MOST_INCIDENTS = 10_000
May = Callable[[Marking], bool]
T = TypeVar("T")


@dataclass
class Revision:
    """A revision of a violation as it was told. ``before`` is the marking of the one told before."""

    number: int
    before: Marking | None
    violation: Violation

    @cached_property
    def tail(self) -> bytes:
        """The violation on the wire, encoded once, however many are told."""
        return tail_of(ViolationBody(violation_frame(self.violation)))


@dataclass
class Listed(Generic[T]):
    """Things by id, each with the number of its last change; and those that are gone, with the number that saw it."""

    held: dict[str, tuple[int, T]] = field(default_factory=dict)
    gone: dict[str, tuple[int, T]] = field(default_factory=dict)

    def become(self, things: Iterable[tuple[str, T]], number: int) -> bool:
        """Replace all there is; what is equal to before keeps its number. Return whether anything changed."""
        fresh = dict(things)
        changed = {key: thing for key, thing in fresh.items() if key not in self.held or self.held[key][1] != thing}
        dropped = [key for key in self.held if key not in fresh]
        for key in dropped:
            self.gone[key] = (number, self.held.pop(key)[1])
        for key, thing in changed.items():
            self.held[key] = (number, thing)
            self.gone.pop(key, None)
        return bool(changed or dropped)

    def since(self, number: int) -> tuple[list[T], list[T]]:
        """Return what changed and what went after ``number``."""
        changed = [thing for at, thing in self.held.values() if at > number]
        return changed, [thing for at, thing in self.gone.values() if at > number]


class Bulletin:
    """Starts from what the engine holds as committed; afterwards it hears of each outcome."""

    def __init__(self) -> None:
        self.number = 0
        self.mission: MissionFrame = mission_frame(Mission())
        self.mission_number = 0
        self.features: Listed[list[FeatureFrame]] = Listed()
        self._violations: dict[str, Violation] = {}
        self._log: list[Revision] = []
        self._reaches = 0
        self._incidents: dict[tuple[str, str], dict[Marking, tuple[int, IncidentVersion]]] = {}

    def begin(self, violations: Iterable[Violation], incidents: Iterable[IncidentVersion], mission: Mission) -> None:
        """Take in what had been told before this server's life."""
        self.number += 1
        self._log.clear()
        self._violations = {violation.id: violation for violation in violations}
        for version in sorted(incidents, key=attrgetter("received_us")):
            self._amend(version)
        self._set_mission(mission)
        self._reaches = self.number

    def take(self, outcome: Outcome, mission: Mission) -> None:
        """Take in a committed outcome; ``mission`` is the one in force."""
        for change in outcome.changes:
            self._revise(change)
        for version in outcome.incidents:
            self.number += 1
            self._amend(version)
        if outcome.mission_changed:
            self.number += 1
            self._set_mission(mission)

    def list_feeds(self, listed: Listed[FeedFrame], feeds: Iterable[FeedFrame]) -> None:
        """Enter the health of the feeds as it is now in one audience's list."""
        if listed.become(((feed.id, feed) for feed in feeds), self.number + 1):
            self.number += 1

    def trim(self) -> None:
        """Drop the revisions beyond the log's length."""
        surplus = len(self._log) - LOG_REVISIONS
        if surplus > 0:
            self._reaches = self._log[surplus - 1].number
            del self._log[:surplus]

    def forget(self, now_us: int) -> None:
        """Drop what snapshots need not show any more: what is closed and old."""
        old_us = now_us - RECENT_US
        for violation in [v for v in self._violations.values() if v.changed_us < old_us and not is_open(v)]:
            del self._violations[violation.id]
        excess = max(0, len(self._incidents) - MOST_INCIDENTS)
        for place, (key, told) in enumerate(list(self._incidents.items())):
            if place < excess or max(version.received_us for _, version in told.values()) < old_us:
                del self._incidents[key]

    def reaches(self, number: int) -> bool:
        """Whether every revision after ``number`` is still in the log."""
        return self._reaches <= number <= self.number

    def revisions(self, number: int) -> list[Revision]:
        """Return the revisions told after ``number``, in order."""
        if not self._log or self._log[-1].number <= number:
            return []
        return self._log[bisect_right(self._log, number, key=attrgetter("number")) :]

    def violations(self, may: May) -> list[Violation]:
        """Return the open and recent violations that a reader may see."""
        return [violation for violation in self._violations.values() if may(violation.marking)]

    def retracted(self, number: int, may: May) -> list[str]:
        """Return the violations that a reader saw at ``number`` or after, and whose newest revision he may not see."""
        hidden: dict[str, bool] = {}
        shown: set[str] = set()
        for revision in self.revisions(number):
            key = revision.violation.id
            if revision.before is not None and may(revision.before):
                shown.add(key)
            hidden[key] = not may(revision.violation.marking)
        return [key for key, is_hidden in hidden.items() if is_hidden and key in shown]

    def incidents(self, number: int, may: May) -> list[IncidentVersion]:
        """Return what a reader sees of each incident if that came after ``number``, in the order that it came."""
        seen = []
        for told in reversed(self._incidents.values()):
            if max(at for at, _ in told.values()) <= number:
                break
            mine = [entry for marking, entry in told.items() if may(marking)]
            if mine:
                at, version = max(mine, key=lambda entry: entry[1].version)
                if at > number:
                    seen.append((at, version))
        # By what he sees of them: the order in which they are held also tells of versions that he may not see.
        seen.sort(key=lambda entry: (entry[0], entry[1].received_us, entry[1].contingent, entry[1].incident))
        return [version for _, version in seen]

    def _revise(self, change: Change) -> None:
        self.number += 1
        before = change.before.marking if change.before is not None else None
        self._log.append(Revision(self.number, before, change.after))
        self._violations[change.after.id] = change.after

    def _amend(self, version: IncidentVersion) -> None:
        key = (version.contingent, version.incident)
        told = self._incidents.pop(key, {})  # put back as the newest
        told[version.marking] = (self.number, version)
        self._incidents[key] = told

    def _set_mission(self, mission: Mission) -> None:
        versions: dict[str, list[FeatureFrame]] = {}
        for feature in sorted(
            mission.features, key=lambda feature: (feature.valid_from_us is not None, feature.valid_from_us or 0)
        ):
            versions.setdefault(feature.id, []).append(feature_frame(feature))
        self.features.become(versions.items(), self.number)
        shown = mission_frame(mission)
        if shown != self.mission:
            self.mission, self.mission_number = shown, self.number
