"""All rules of a mission made ready: which instance judges which report, and the geometry they share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import scale

from app.geo.edges import Edges
from app.geo.grid import distinct
from app.geo.index import LegIndex
from app.geo.nearest import ManySpans
from app.geo.notation import line_parts, point, polygon_rings
from app.geo.surroundings import surroundings
from app.model.feature import MISSION_PARTY, Feature, Mission, RuleSpec
from app.model.identity import Interned, Profile
from app.model.mission_geometry import AREAS, shape_of, unwrapped
from app.model.report import I32, I64
from app.rules.absence import Absence
from app.rules.airspace_violation import AirspaceViolation
from app.rules.approach import Approach
from app.rules.build_up import BuildUp
from app.rules.force_ceiling import ForceCeiling
from app.rules.group_rule import GroupRule
from app.rules.intervals import Intervals, ends_between
from app.rules.line_crossing import LineCrossing
from app.rules.presence import Asked, Presence
from app.rules.proximity import Proximity
from app.rules.restricted_weapon import RestrictedWeapon
from app.rules.rule import Instance, Rule, TrackRule
from app.rules.zone_incursion import ZoneIncursion

TRACK_RULES: tuple[type[Rule], ...] = (LineCrossing, ZoneIncursion, AirspaceViolation, RestrictedWeapon, Approach)
"""Every rule over the fixes of one track, a file each."""
GROUP_RULES: tuple[type[GroupRule], ...] = (ForceCeiling, Absence, Proximity, BuildUp)
"""Every rule over the stays of several tracks, a file each."""
RULES: tuple[type[Rule] | type[GroupRule], ...] = (*TRACK_RULES, *GROUP_RULES)
"""Every rule. What a rule judges (``judges``) decides who asks it."""
_OF_TRACKS: Mapping[str, type[Rule]] = {rule.kind: rule for rule in TRACK_RULES}
_OF_GROUPS: Mapping[str, type[GroupRule]] = {rule.kind: rule for rule in GROUP_RULES}
_METRES_A_DEGREE = 111_320.0
_SHAPES_KEPT = 4096
"""Edges made of so many geometries are remembered: another mission mostly has the features of the one before, and
making theirs anew would hold up the loop."""
_WINDOW_BITS = 32
"""A situation holds the number of edges of windows that have passed above this many bits."""
_MOST_KNOWN = 50_000
"""So many situations are remembered; schedules bring new ones every day."""


class Standing(NamedTuple):
    """A rule in one wording on one feature version: its number for ever, and the mission seq that brought it."""

    number: int
    from_seq: int
    from_us: int
    """When that mission was received."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far ahead, in seconds, some rules look, and from what speed on; ``geometries`` are those they stand on."""

    horizon_s: float
    min_speed_m_s: float
    max_gap_s: float
    geometries: npt.NDArray[np.intp]
    index: LegIndex
    """Over ``geometries``, in their order."""


class Rulebook:
    """The instances in force under one mission. ``standings`` maps each wording to its number and first seq.

    An instance whose feature and wording did not change from the rulebook before keeps its number, and so its state.
    ``now_us`` is when the mission was received. A rule over several tracks stands among ``groups``, and among ``rules``
    the presence of one track that it asks for. A *situation* is a number for the set of instances that judge a report:
    by its profile and by the interval, between the ends of validities and of the windows of schedules, that it was
    observed in.
    """

    def __init__(
        self,
        mission: Mission,
        before: Mapping[bytes, Standing] | None = None,
        next_number: int = 0,
        carried: Iterable[tuple[int, ...]] = (),
        *,
        now_us: int = 0,
        profiles: Interned[Profile] | None = None,
    ) -> None:
        self.mission = mission
        self._profiles: Interned[Profile] = Interned() if profiles is None else profiles
        self.standings: dict[bytes, Standing] = {}
        self.instances: dict[int, Instance] = {}
        self.rules: dict[int, TrackRule] = {}
        self.groups: dict[int, GroupRule] = {}
        self.geometries: list[Edges] = []
        self.instances_of: list[tuple[int, ...]] = []
        for feature in mission.features:
            judged = [spec for spec in feature.rules if spec.rule in _OF_TRACKS or spec.rule in _OF_GROUPS]
            on: dict[float, int] = {}
            """Geometries of the feature and of its surroundings, by how far these reach."""
            for spec in judged:
                key = _wording(feature, spec)
                standing = (before or {}).get(key) or Standing(next_number, mission.revision, now_us)
                next_number = max(next_number, standing.number + 1)
                instance = Instance(
                    number=standing.number,
                    from_seq=standing.from_seq,
                    from_us=standing.from_us,
                    feature=feature,
                    spec=spec,
                    geometry=0,
                    narrow=feature.geometry["type"] in AREAS and is_narrow(feature, spec.margin_m),
                )
                self.standings[key] = standing
                self._make(instance, on)
        self.next_number = next_number
        self.ahead = frozenset(n for n, it in self.instances.items() if "horizon_s" in it.spec.parameters)
        """Instances that look ahead: they judge where a track goes on to, not only where it has been."""
        margins_m = [
            {n: self.instances[n].spec.margin_m for n in numbers if n not in self.ahead}
            for numbers in self.instances_of
        ]  # fmt: skip
        self.narrowest_m = np.array(
            [min((m for n, m in of_one.items() if n not in self.groups), default=np.inf) for of_one in margins_m]
        )  # fmt: skip
        """By geometry: the least margin of the rules on it that may ask for two fixes to be sure who is outside.

        A rule that looks ahead makes nothing of a track's first fix.
        """
        self.widest_m = np.array([max(of_one.values(), default=0.0) for of_one in margins_m])
        """By geometry: the greatest margin of the rules on it."""
        self.index = LegIndex(self.geometries)
        self.spans = ManySpans([edges.spans for edges in self.geometries])
        self._intervals = Intervals((instance.feature, instance.spec) for instance in self.instances.values())
        self._scheduled = frozenset(n for n, instance in self.instances.items() if instance.spec.schedule is not None)
        self.horizons = self._horizons()
        self._classes: Interned[tuple[int, ...]] = Interned()
        self._class_of_profile: I64 = np.empty(0, np.int64)
        self._active: dict[int, frozenset[int]] = {}
        self._judging: dict[int, npt.NDArray[np.bool_]] = {}
        self.carried: Interned[tuple[int, ...]] = Interned(carried)

    def _make(self, instance: Instance, on: dict[float, int]) -> None:
        """Make the rule of an instance, on the geometry that it judges by."""
        feature, spec, number = instance.feature, instance.spec, instance.number
        of_group = _OF_GROUPS.get(spec.rule)
        group = None if of_group is None else of_group(instance, spec.parameters, self.mission.default_label)
        reach_m = 0.0 if group is None else group.reach_m
        if reach_m not in on:
            on[reach_m] = len(self.geometries)
            self.geometries.append(edges_of(feature, reach_m))
            self.instances_of.append(())
        instance = msgspec.structs.replace(instance, geometry=on[reach_m])
        self.instances[number] = instance
        self.instances_of[instance.geometry] += (number,)
        if group is None:
            edges = self.geometries[instance.geometry]
            self.rules[number] = _OF_TRACKS[spec.rule](instance, edges, spec.parameters)
        else:
            self.groups[number] = group
            self.rules[number] = Presence(
                instance, Asked(group.sample_us, group.silence_us, group.lingers_us), self._profiles
            )

    def carry(self, active: Iterable[int]) -> int:
        """Return a situation for tracks that were judged by ``active`` under the rulebook before this one.

        Only the instances that are still in the book count: the others begin at the track's next fix.
        """
        return -2 - self.carried.number(tuple(sorted(number for number in active if number in self.instances)))

    def situations(self, observed_us: I64, profile: I32, profiles: Interned[Profile]) -> I64:
        """Return a number for each report: reports of equal number are judged by the same instances.

        Two that lie in different windows of a schedule never have the same.
        """
        fresh = profiles.since(len(self._class_of_profile))
        if fresh:
            classes = [self._classes.number(self._matching(item)) for item in fresh]
            self._class_of_profile = np.append(self._class_of_profile, np.array(classes, np.int64))
        validity, window = self._intervals.numbers(observed_us)
        situation = self._class_of_profile.take(profile) * self._intervals.validities + validity
        return situation if window is None else situation + (window << _WINDOW_BITS)

    def active(self, situation: int) -> frozenset[int]:
        """Return the numbers of the instances that judge reports of this situation."""
        found = self._active.get(situation)
        if found is None:
            if len(self._active) >= _MOST_KNOWN:
                self._active.clear()
                self._judging.clear()
            found = self._active[situation] = frozenset(self._numbers(situation))
        return found

    def _numbers(self, situation: int) -> Iterable[int]:
        if situation < -1:
            return self.carried[-2 - situation]
        window, rest = divmod(situation, 1 << _WINDOW_BITS)
        class_number, validity = divmod(rest, self._intervals.validities)
        return (
            number
            for number in self._classes[class_number]
            if self._intervals.in_force(self.instances[number].feature, self.instances[number].spec, validity, window)
        )

    def ends_between(self, instance: Instance, from_us: int, upto_us: int) -> int | None:
        """Return when an instance in force at ``from_us`` first ceases to be, if it does so by ``upto_us``."""
        return ends_between(instance.feature, instance.spec, from_us, upto_us)

    def interrupted(self, active: Iterable[int], from_us: int, upto_us: int) -> frozenset[int]:
        """Return those of ``active``, in force at both instants, that were not all the time between them."""
        return frozenset(
            number
            for number in self._scheduled.intersection(active)
            if self.ends_between(self.instances[number], from_us, upto_us) is not None
        )

    def looks_ahead(self, situations: I64) -> npt.NDArray[np.bool_]:
        """Tell of which of ``situations`` some instance that judges them looks ahead."""
        met = distinct(situations).tolist()
        ahead = {it for it in met if not self.ahead.isdisjoint(self.active(it))}
        if len(ahead) == len(met):  # mostly
            return np.ones(len(situations), np.bool_)
        return np.isin(situations, np.array(sorted(ahead), situations.dtype))

    def judging(self, situations: I64) -> npt.NDArray[np.bool_]:
        """Return a table with a row for each of ``situations``: whether any instance on each geometry judges it."""
        table = np.zeros((len(situations), len(self.geometries)), np.bool_)
        for situation in set(situations.tolist()):
            mask = self._judging.get(situation)
            if mask is None:
                mask = self._judging[situation] = np.zeros(len(self.geometries), np.bool_)
                mask[[self.instances[number].geometry for number in self.active(situation)]] = True
            table[situations == situation] = mask
        return table

    def _horizons(self) -> list[Horizon]:
        specs: dict[float, list[Instance]] = {}
        for number in sorted(self.ahead):
            instance = self.instances[number]
            specs.setdefault(instance.spec.parameters["horizon_s"], []).append(instance)
        found = []
        for horizon_s, instances in sorted(specs.items()):
            on = sorted({instance.geometry for instance in instances})
            index = self.index if len(on) == len(self.geometries) else LegIndex([self.geometries[at] for at in on])
            slowest_m_s = min(instance.spec.parameters["min_speed_m_s"] for instance in instances)
            longest_s = max(instance.spec.max_gap_s for instance in instances)
            found.append(Horizon(horizon_s, slowest_m_s, longest_s, np.array(on, np.intp), index))
        return found

    def _matching(self, profile: Profile) -> tuple[int, ...]:
        return tuple(number for number in self.instances if self._concerns(number, profile))

    def _concerns(self, number: int, profile: Profile) -> bool:
        group = self.groups.get(number)
        return _concerns(self.instances[number].spec, profile) if group is None else group.concerns(profile)


def _concerns(spec: RuleSpec, profile: Profile) -> bool:
    """Whether a rule judges such a track: by default every party; the mission's own units only for advice."""
    if profile.party == MISSION_PARTY:
        if not spec.advise_mission:
            return False
    elif spec.parties is not None and profile.party not in spec.parties:
        return False
    if (profile.strength or 1) < spec.min_count:
        return False
    platforms = _OF_TRACKS[spec.rule].usual_platforms if spec.platforms is None else spec.platforms
    return platforms is None or profile.platform in platforms


def _wording(feature: Feature, spec: RuleSpec) -> bytes:
    """Return bytes that are equal where nothing that matters to the state of judgement differs.

    When a version ends is left out: a line that is redrawn from tomorrow goes on as it was today, and reports of today
    that come late are judged in one state with those that came before the line was redrawn.
    """
    return msgspec.json.encode(
        [feature.id, feature.kind, feature.geometry, feature.left, feature.right, feature.valid_from_us, spec],
        order="deterministic",
    )


def edges_of(feature: Feature, reach_m: float = 0.0) -> Edges:
    """Return the edges of a feature or, as a zone, of all that is within ``reach_m`` metres of it.

    A point is a zone by its ``radius_m`` and the reach; one that has neither raises ValueError.
    """
    return _edges_of(msgspec.json.encode(feature.geometry), feature.radius_m or 0.0, reach_m)


@lru_cache(maxsize=_SHAPES_KEPT)
def _edges_of(written: bytes, radius_m: float, reach_m: float) -> Edges:
    geometry = msgspec.json.decode(written)
    if geometry["type"] == "Point":
        return Edges.of_zone(surroundings([[point(geometry)]], radius_m + reach_m))
    if geometry["type"] in AREAS:
        if not reach_m:
            return Edges.of_zone(polygon_rings(geometry))
        shape = shape_of(geometry)
        rings = [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(shape)]
        return Edges.of_zone(surroundings(rings, reach_m, shape))
    if not reach_m:
        return Edges.of_line(line_parts(geometry))
    return Edges.of_zone(surroundings([unwrapped(part) for part in line_parts(geometry)], reach_m))


def is_narrow(feature: Feature, margin_m: float) -> bool:
    """Whether the zone has no point ``margin_m`` from its edge anywhere, so that no fix in it could confirm."""
    return margin_m > 0 and _is_narrow(msgspec.json.encode(feature.geometry), margin_m)


@lru_cache(maxsize=_SHAPES_KEPT)
def _is_narrow(written: bytes, margin_m: float) -> bool:
    shape = shape_of(msgspec.json.decode(written))
    return all(_flat(part).buffer(-margin_m).is_empty for part in shapely.get_parts(shape))


def _flat(part: shapely.Polygon) -> shapely.Polygon:
    """Return the part in metres around its middle: good enough to ask how wide it is."""
    middle = part.centroid
    return scale(part, np.cos(np.radians(middle.y)) * _METRES_A_DEGREE, _METRES_A_DEGREE, origin=(middle.x, middle.y))
