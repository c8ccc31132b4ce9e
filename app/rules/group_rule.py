"""Rules over several tracks: functions of the *stays* of all tracks in an area. Knows no track's fixes and no store.

Each track by itself is folded into its stays (``app.rules.presence``), whatever order its reports come in. A group rule
sweeps over the stays of all of them and keeps nothing, so that what it finds cannot depend on any order either.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import msgspec

from app.model.feature import MISSION_PARTY, RuleSpec
from app.model.identity import Profile, Unit
from app.model.label import Label, Marking
from app.rules.rule import Instance, PositionRef, Sample
from app.rules.views import at_least_as_open

EVER_US = 2**62
"""Later than anything."""


class Stay(NamedTuple):
    """A track was in the area from ``begin_us`` until before ``end_us``, always with the same profile.

    It ends where the track left, had another profile, or had been silent for too long. So ``end_us`` may lie in the
    future: there the stay will end unless the track is heard again.
    """

    begin_us: int
    end_us: int
    slot: int
    unit: Unit
    who: Profile
    """Its party, platform and strength are the same through the stay."""
    profile: int
    marking: Marking
    """Joined of all reports that the stay rests on."""
    lon: float
    lat: float
    """Where it came in, or was first seen: degrees."""
    evidence: tuple[PositionRef, ...]
    profiles: tuple[int, ...]
    samples: tuple[Sample, ...] = ()

    @property
    def strength(self) -> int:
        """How many entities it counts for."""
        return self.who.strength or 1


class GroupFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a group rule found, whole. Findings of one ``key`` never overlap.

    ``key`` says what it is about (a limit, a unit, two tracks) and to which audience it is told.
    """

    key: str
    party: str
    begin_us: int
    confirmed_us: int | None
    ended_us: int | None
    lon: float
    lat: float
    slots: tuple[int, ...] = ()
    """The tracks it is about, in an order that is not that of arrival (slots are); the violation names their units."""
    units: tuple[Unit, ...] = ()
    """Units it is about that have no track here."""
    evidence: tuple[PositionRef, ...] = ()
    marking: Marking
    detail: str
    """What it says in the reason, without the feature."""


class GroupRule(Protocol):
    """A kind of rule over several tracks, made ready for one feature version. All of its methods are pure."""

    kind: ClassVar[str]
    judges: ClassVar[Literal["groups"]]
    geometry: ClassVar[str]
    needs_all: ClassVar[bool]
    """It also finds where nobody stays, so it may not judge times of which stays may have been forgotten."""
    reach_m: float
    """Stays are taken within so many metres of the feature; 0: inside."""
    sample_us: int
    """Stays carry a position every so many µs, in observed order; 0: none."""
    silence_us: int
    """A track stays until it has been silent for so long; 0: until it is lost, by its platform."""
    lingers_us: int
    """A stay goes on for so long after the track's way out; 0: it ends there."""
    memory_us: int
    """How far before a change of stays what the rule finds may change."""

    def __init__(self, instance: Instance, parameters: dict[str, Any], label: Label) -> None:
        """Make the rule ready; ``label`` is the mission's default one."""
        ...

    def concerns(self, profile: Profile) -> bool:
        """Whether tracks of this profile count."""
        ...

    def alarm_after(self, instant_us: int) -> int:
        """Return the next instant at which it finds something though no stay ends there; ``EVER_US``: none."""
        ...

    def found(self, stays: Sequence[Stay], from_us: int, now_us: int) -> list[GroupFinding]:
        """Return what is found from ``from_us`` on, where nothing is going on, to ``now_us``.

        ``stays`` are, sorted, all that end later than ``memory_us`` before ``from_us``. What will only begin after
        ``now_us`` is left out, what will only end after it has no ``ended_us`` (see ``going_on``).
        """
        ...


def concerns(spec: RuleSpec, profile: Profile) -> bool:
    """Whether a profile is of the rule's ``parties`` and ``platforms``: the mission's own only where named."""
    if spec.parties is None:
        if profile.party == MISSION_PARTY:
            return False
    elif profile.party not in spec.parties:
        return False
    if (profile.strength or 1) < spec.min_count:
        return False
    return spec.platforms is None or profile.platform in spec.platforms


def going_on(end_us: int, now_us: int) -> int | None:
    """Return an end as ``ended_us`` has it: None where it lies after ``now_us``."""
    return end_us if end_us <= now_us else None


def said(one: GroupFinding, before: Sequence[GroupFinding], after: Sequence[GroupFinding]) -> bool:
    """Whether another finding, of the same thing, says as much to everyone who may read this one."""
    return any(_covers(other, one) for other in before) or any(
        _covers(other, one) and not _covers(one, other) for other in after
    )


def _covers(other: GroupFinding, one: GroupFinding) -> bool:
    if not at_least_as_open(other.marking, one.marking) or other.begin_us > one.begin_us:
        return False
    return other.ended_us is None or (one.ended_us is not None and one.ended_us <= other.ended_us)
