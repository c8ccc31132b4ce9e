"""All rules of a mission made ready: which instance judges which report, and the geometry they share."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import scale

from app.geo.edges import Edges
from app.geo.index import LegIndex
from app.geo.notation import line_parts, polygon_rings
from app.model.feature import LINE_KINDS, MISSION_PARTY, Feature, Mission, RuleSpec
from app.model.identity import Interned, Profile
from app.model.mission_geometry import shape_of
from app.model.report import I32, I64
from app.rules.line_crossing import LineCrossing
from app.rules.rule import Instance, Rule
from app.rules.zone_incursion import ZoneIncursion

RULES: tuple[type[Rule], ...] = (LineCrossing, ZoneIncursion)
"""Every rule, a file each. What a rule judges (``judges``) decides who asks it."""
_KINDS: Mapping[str, type[Rule]] = {rule.kind: rule for rule in RULES if rule.judges == "tracks"}
_METRES_A_DEGREE = 111_320.0


class Standing(NamedTuple):
    """A rule in one wording on one feature version: its number for ever, and the mission seq that brought it."""

    number: int
    from_seq: int


class Rulebook:
    """The instances in force under one mission. ``standings`` maps each wording to its number and first seq.

    An instance whose feature and wording did not change from the rulebook before keeps its number, and so its state.
    A *situation* is a number for the set of instances that judge a report: by its validity interval and its profile.
    """

    def __init__(
        self,
        mission: Mission,
        before: Mapping[bytes, Standing] | None = None,
        next_number: int = 0,
        carried: Iterable[tuple[int, ...]] = (),
    ) -> None:
        self.mission = mission
        self.standings: dict[bytes, Standing] = {}
        self.instances: dict[int, Instance] = {}
        self.rules: dict[int, Rule] = {}
        self.geometries: list[Edges] = []
        self.instances_of: list[tuple[int, ...]] = []
        bounds: set[int] = set()
        for feature in mission.features:
            judged = [spec for spec in feature.rules if spec.rule in _KINDS]
            if not judged:
                continue
            bounds.update(us for us in (feature.valid_from_us, feature.valid_to_us) if us is not None)
            edges = _edges(feature)
            numbers = []
            for spec in judged:
                key = _wording(feature, spec)
                standing = (before or {}).get(key) or Standing(next_number, mission.revision)
                next_number = max(next_number, standing.number + 1)
                instance = Instance(
                    number=standing.number,
                    from_seq=standing.from_seq,
                    feature=feature,
                    spec=spec,
                    geometry=len(self.geometries),
                    narrow=feature.kind not in LINE_KINDS and is_narrow(feature, spec.margin_m),
                )
                self.standings[key] = standing
                self.instances[instance.number] = instance
                self.rules[instance.number] = _KINDS[spec.rule](instance, edges, spec.parameters)
                numbers.append(instance.number)
            self.geometries.append(edges)
            self.instances_of.append(tuple(numbers))
        self.next_number = next_number
        margins_m = [[self.instances[number].spec.margin_m for number in numbers] for numbers in self.instances_of]
        self.narrowest_m = np.array([min(of_one) for of_one in margins_m])
        self.widest_m = np.array([max(of_one) for of_one in margins_m])
        """By geometry: the least and the greatest margin of the rules on it."""
        self.index = LegIndex(self.geometries)
        self._bounds_us = np.array(sorted(bounds), np.int64)
        self._classes: Interned[tuple[int, ...]] = Interned()
        self._class_of_profile: I32 = np.empty(0, np.int32)
        self._active: dict[int, tuple[int, ...]] = {}
        self._judging: dict[int, npt.NDArray[np.bool_]] = {}
        self.carried: Interned[tuple[int, ...]] = Interned(carried)

    def carry(self, active: Iterable[int]) -> int:
        """Return a situation for tracks that were judged by ``active`` under the rulebook before this one.

        Only the instances that are still in the book count: the others begin at the track's next fix.
        """
        return -2 - self.carried.number(tuple(number for number in active if number in self.instances))

    def situations(self, observed_us: I64, profile: I32, profiles: Interned[Profile]) -> I32:
        """Return a number for each report: reports of equal number are judged by the same instances."""
        fresh = profiles.since(len(self._class_of_profile))
        if fresh:
            classes = [self._classes.number(self._matching(item)) for item in fresh]
            self._class_of_profile = np.append(self._class_of_profile, np.array(classes, np.int32))
        interval = np.searchsorted(self._bounds_us, observed_us, side="right").astype(np.int32)
        return self._class_of_profile[profile] * np.int32(len(self._bounds_us) + 1) + interval

    def active(self, situation: int) -> tuple[int, ...]:
        """Return the numbers of the instances that judge reports of this situation."""
        if situation < -1:
            return self.carried[-2 - situation]
        found = self._active.get(situation)
        if found is None:
            class_number, interval = divmod(situation, len(self._bounds_us) + 1)
            found = tuple(
                number for number in self._classes[class_number] if self._in_force(self.instances[number], interval)
            )
            self._active[situation] = found
        return found

    def judging(self, situations: I32) -> npt.NDArray[np.bool_]:
        """Return a table with a row for each of ``situations``: whether any instance on each geometry judges it."""
        table = np.zeros((len(situations), len(self.geometries)), np.bool_)
        for situation in set(situations.tolist()):
            mask = self._judging.get(situation)
            if mask is None:
                mask = self._judging[situation] = np.zeros(len(self.geometries), np.bool_)
                mask[[self.instances[number].geometry for number in self.active(situation)]] = True
            table[situations == situation] = mask
        return table

    def _matching(self, profile: Profile) -> tuple[int, ...]:
        return tuple(number for number, instance in self.instances.items() if _concerns(instance.spec, profile))

    def _in_force(self, instance: Instance, interval: int) -> bool:
        """Whether the instance's validity holds the interval: its first instant decides, bounds being its ends."""
        feature = instance.feature
        first_us = int(self._bounds_us[interval - 1]) if interval else np.iinfo(np.int64).min
        begun = feature.valid_from_us is None or feature.valid_from_us <= first_us
        return begun and (feature.valid_to_us is None or first_us < feature.valid_to_us)


def _concerns(spec: RuleSpec, profile: Profile) -> bool:
    """Whether a rule judges such a track: by default every party; the mission's own units only for advice."""
    if profile.party == MISSION_PARTY:
        if not spec.advise_mission:
            return False
    elif spec.parties is not None and profile.party not in spec.parties:
        return False
    return spec.platforms is None or profile.platform in spec.platforms


def _wording(feature: Feature, spec: RuleSpec) -> bytes:
    """Return bytes that are equal where nothing that matters to judgement differs."""
    return msgspec.json.encode(
        [
            feature.id, feature.kind, feature.geometry, feature.left, feature.right, feature.valid_from_us,
            feature.valid_to_us, spec,
        ],
        order="deterministic",
    )  # fmt: skip


def _edges(feature: Feature) -> Edges:
    if feature.kind in LINE_KINDS:
        return Edges.of_line(line_parts(feature.geometry))
    return Edges.of_zone(polygon_rings(feature.geometry))


def is_narrow(feature: Feature, margin_m: float) -> bool:
    """Whether the zone has no point ``margin_m`` from its edge anywhere, so that no fix in it could confirm."""
    if margin_m <= 0:
        return False
    return all(_flat(part).buffer(-margin_m).is_empty for part in shapely.get_parts(shape_of(feature.geometry)))


def _flat(part: shapely.Polygon) -> shapely.Polygon:
    """Return the part in metres around its middle: good enough to ask how wide it is."""
    middle = part.centroid
    return scale(part, np.cos(np.radians(middle.y)) * _METRES_A_DEGREE, _METRES_A_DEGREE, origin=(middle.x, middle.y))
