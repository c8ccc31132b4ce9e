"""What every rule works with: a rule made ready for one feature version, a track's state against it, and findings.

A rule is a file with a class that has the members of ``Rule``; its name stands in ``RULES`` of the rulebook.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from app.geo.edges import Crossing, Edges
from app.model.feature import Feature, RuleSpec
from app.model.violation import Direction, Status

PositionRef = tuple[int, int]
"""Which report: its journal seq and its row in that entry."""


class Passage(msgspec.Struct, frozen=True):
    """A raw crossing of an edge: where, when (interpolated), and the two reports of its leg."""

    lon: float
    lat: float
    observed_us: int
    sign: int
    """+1 from right to left (into a zone), -1 the other way; 0 into a band of altitude."""
    nominal: bool
    """The leg was longer than ``max_gap_s``: it crossed, but where and when is only a straight guess."""
    leg: tuple[PositionRef, PositionRef]
    profiles: tuple[int, int]
    """Of the two reports of its leg."""


class Depth(msgspec.Struct, frozen=True):
    """How far beyond the edge a fix was, and which one."""

    metres: float
    ref: PositionRef
    profile: int


Sample = tuple[int, int, int, PositionRef]
"""A position kept of a stay: observed µs, lon, lat in whole 1e-7 degrees, and its report."""


class Level(msgspec.Struct, frozen=True):
    """How high a report put a track, above the reference that a rule asks for (None: unknown); where and when."""

    lon_e7: int
    lat_e7: int
    observed_us: int
    height_m: float | None
    ref: PositionRef
    profile: int


class Stretch(msgspec.Struct, frozen=True):
    """A part of a track's way on which it was within a band of altitude, on one leg."""

    begun: Passage
    height_m: float | None
    """Where it begins; None: unknown."""
    to_us: int
    deepest: Depth | None
    """Of the fix that it ends at, if that one is within the band and may be believed."""


class Finding(msgspec.Struct, kw_only=True):
    """What a rule found about one track, as far as it is known now. It grows while its track is folded."""

    id: str = ""
    instance: int
    direction: Direction
    status: Status
    lon: float
    lat: float
    observed_us: int
    born_us: int
    """``observed_at`` of the fix that first raised it."""
    nominal: bool
    confirmed_us: int | None = None
    ended_us: int | None = None
    depth_m: float | None = None
    confidence: float
    accuracy_m: float | None = None
    """Of the fix that confidence speaks of."""
    evidence: list[PositionRef]
    deepest: PositionRef | None = None
    """The report that ``depth_m`` is of, where it is not among the evidence."""
    profile: int
    """Of the fix that raised it or, later, confirmed it: the violation is by its party."""
    profiles: list[int]
    """Profiles of all evidence that it ever had: their labels are joined to that of the violation."""
    samples: list[Sample] = []
    """Stays of rules that ask for positions: in observed order."""
    detail: str = ""
    """What the rule says of it in the reason, where place and depth do not say it."""
    height_m: float | None = None
    """Where a rule judges altitude, above its own reference; None: unknown."""
    incomparable: str | None = None
    """The reference of an altitude that was given and says nothing above the rule's own."""


class Sure(msgspec.Struct, frozen=True):
    """What believed fixes say of a change of side, kept while doubtful ones seem to cross: see ``Pair``."""

    net: int
    last: Passage | None
    deepest: Depth | None


class Pair(msgspec.Struct):
    """The state of one track against one rule on one feature version.

    ``net`` is what the raw crossings since the last confirming fix come to: -1, 0 or 1. Two the same way, with none
    back between (round the end of a line), are one change, so ``net`` has the sign of ``last``, the latest, or is 0.
    """

    settled: bool = False
    """A confirming fix has been seen."""
    inside: bool = False
    """Zones: the raw side of the newest fix."""
    net: int = 0
    last: Passage | None = None
    streak: int = 0
    """Consecutive plausible fixes at least D from the edge, on one side."""
    suspicion: Finding | None = None
    open: Finding | None = None
    deepest: Depth | None = None
    """Of the fixes beyond the edge since ``last``, while that change is not confirmed."""
    sure: Sure | None = None
    """Not None while ``net``, ``last`` and ``deepest`` count what fixes that are not plausible have crossed: what they
    were at the last plausible one, and will be again at the next."""
    doubted: list[Finding] = []
    """Zones: suspected transits."""
    heard_us: int | None = None
    """Presence: ``observed_at`` of the last plausible fix; None: the track's newest fix is it."""
    rests_us: int = 0
    """Presence: not 0 where nothing but the edge, another profile or instance, an implausible fix, or a silence longer
    than this can change the state, so that the fixes between need no look."""
    until_us: int = 0
    """Presence: a state that rests must be asked about fixes from this instant on; 0: it need not."""
    idle_m: float = -1.0
    """Sides: not negative where a fix that meets no edge, keeps its profile, may be believed, is no farther from the
    edge than this, and confirms its side (or not) as the fixes before did, leaves the state just as it is."""
    foreseen_us: int | None = None
    """Approaches: ``observed_at`` of the last fix that foresaw a crossing; ``open`` is the approach."""
    beneath: "Pair | None" = None
    """Airspace: the state over the ground. Its findings are nobody's."""
    level: Level | None = None
    """Airspace: the height that counts at the fix before."""
    stretches: list[Stretch] = []
    """Airspace: those within the band since the side was last beyond doubt."""

    def quiet(self) -> bool:
        """Whether only a new raw crossing can change anything: such a state need not be kept."""
        if not self.settled or self.net or self.suspicion or self.open or self.doubted:
            return False
        if self.sure is not None and self.sure.net:
            return False
        return self.beneath is None or self.beneath.quiet()

    def outside(self) -> bool:
        """Whether it is of a track outside, on its way to be settled there: of a fix that is far from the edge, and of
        a leg that meets no edge, nothing matters but that it is far."""
        if self.settled or self.inside or self.rests_us or self.net or self.last or self.suspicion or self.open:
            return False
        return not self.doubted and (self.beneath is None or self.beneath.outside())


class Fix(msgspec.Struct, frozen=True):
    """One fix as a rule meets it. ``distance_m`` is to the nearest point of the feature's edge."""

    lon: float
    lat: float
    observed_us: int
    accuracy_m: float | None
    plausible: bool
    profile: int
    ref: PositionRef
    distance_m: float
    altitude_m: float | None = None
    speed_m_s: float | None = None
    course_deg: float | None = None
    altitude_ref: str = "hae"


class Course(msgspec.Struct, frozen=True):
    """Where a track goes on to from a fix: metres a second, degrees true."""

    speed_m_s: float
    course_deg: float
    derived: bool
    """From the leg to the fix, because its report does not say both."""
    towards: tuple[int, ...]
    """The geometries that it meets within some rule's horizon, and that the fix is nearer to than the one before."""


class Leg(msgspec.Struct, frozen=True):
    """The way to a fix from the one before it."""

    start_us: int
    start_ref: PositionRef
    start_profile: int
    path: npt.NDArray[np.int64] | None
    """(n, 2) lon, lat in whole 1e-7 degrees, along the geodesic; None where it is known to meet no edge."""
    crossings: Sequence[Crossing]
    believed: bool
    """Both of its ends are plausible and no worse than a kilometre."""
    start_lon_e7: int
    start_lat_e7: int
    start_altitude_m: float | None
    start_altitude_ref: str
    start_believed: bool
    course: Course | None = None
    """Of the fix at its end, where that leads towards the feature."""
    chord: "Leg | None" = None
    """Where the fix before is not plausible: the way from the last one that was. None too where the track has none."""

    def from_believed(self) -> "Leg":
        """Return the way from the last plausible fix, where the track has one."""
        return self if self.chord is None else self.chord

    def to(self, fix: Fix) -> "Leg":
        """Return the way that counts for a change of side: to a plausible fix the one from the last such fix."""
        return self.from_believed() if fix.plausible else self


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """A rule made ready for one feature version. ``number`` and ``from_seq`` never change while it is in force."""

    number: int
    from_seq: int
    """Journal seq of the mission that brought it in this wording; only reports after it are judged."""
    from_us: int = 0
    """When that mission was received."""
    feature: Feature
    spec: RuleSpec
    geometry: int
    """Index of the feature version's edges in the rulebook."""
    narrow: bool = False
    """Zones: nowhere is a point ``margin_m`` from the edge."""


class TrackRule(Protocol):
    """What is asked of a track against one feature version.

    All methods are pure; ``step`` changes the ``Pair`` it is given and returns findings.
    """

    def begin(self, fix: Fix, inside: bool) -> tuple[Pair, list[Finding]]:
        """Start a track's state at its first fix under this rule."""
        ...

    def step(self, pair: Pair, leg: Leg, fix: Fix, party: str) -> list[Finding]:
        """Take a track's next fix; return the findings that are new or changed."""
        ...

    def leave(self, pair: Pair, at_us: int) -> list[Finding]:
        """Stop judging the track (the version is over): end what is open."""
        ...


class Rule(TrackRule, Protocol):
    """A kind of rule over the fixes of one track."""

    kind: ClassVar[str]
    judges: ClassVar[Literal["tracks"]]
    geometry: ClassVar[str]
    """``line``, ``zone`` or ``any``: what it may stand on."""
    usual_platforms: ClassVar[tuple[str, ...] | None]
    """Of what kind a track must be where the agreement's wording names none; None: of any kind."""

    def __init__(self, instance: Instance, edges: Edges, parameters: dict[str, Any]) -> None: ...
