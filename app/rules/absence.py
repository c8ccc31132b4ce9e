"""absence: a unit, or a required number, has not been in a place for too long. By the clock: no report says so."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Literal, NamedTuple

from app.model.feature import MISSION_PARTY
from app.model.identity import Profile, Unit
from app.model.instant import SECOND_US, instant_text
from app.model.label import Label, Marking
from app.model.mission_geometry import shape_of
from app.model.schedule import timetable
from app.rules.group_rule import EVER_US, GroupFinding, Stay, concerns, going_on
from app.rules.rule import Instance
from app.rules.views import at_least_as_open, readers, views

_AHEAD_US = 366 * 86_400 * SECOND_US
Spans = list[tuple[int, int]]


class _Audience(NamedTuple):
    """Stays that an audience may all see, and the marking of what it is told. ``usual``: of the mission's label."""

    stays: list[Stay]
    marking: Marking
    usual: bool


class Absence:
    """Who must be in a place: so many entities, or units by name. A stay lasts for ``max_silence_s`` after it."""

    kind: ClassVar[str] = "absence"
    judges: ClassVar[Literal["groups"]] = "groups"
    geometry: ClassVar[str] = "zone"
    needs_all: ClassVar[bool] = True

    def __init__(self, instance: Instance, parameters: dict[str, Any], label: Label) -> None:
        self._instance = instance
        self._label = label
        required = parameters["required"]
        self._number = required if isinstance(required, int) else 0
        self._units = [] if isinstance(required, int) else [Unit(*named.split("/", 1)) for named in required]
        self.reach_m = 0.0
        self.sample_us = 0
        self.silence_us = round(parameters["max_silence_s"] * SECOND_US)
        self.lingers_us = self.silence_us
        self.memory_us = EVER_US
        begin_us = instance.feature.valid_from_us
        self._begin_us = instance.from_us if begin_us is None else max(begin_us, instance.from_us)
        centre = shape_of(instance.feature.geometry).centroid
        self._centre = ((centre.x + 180.0) % 360.0 - 180.0, centre.y)

    def concerns(self, profile: Profile) -> bool:
        """Whether such a track may be the one that is required: of anyone, where units are named."""
        spec = self._instance.spec
        if self._units and spec.parties is None:
            return spec.platforms is None or profile.platform in spec.platforms
        return concerns(spec, profile)

    def alarm_after(self, instant_us: int) -> int:
        """Return when next somebody may be missing who was never heard, or nobody can be missing any more."""
        for begin_us, end_us in self._in_force(instant_us + _AHEAD_US):
            for alarm_us in (begin_us + self.silence_us, end_us):
                if alarm_us > instant_us:
                    return alarm_us
        return EVER_US

    def found(self, stays: Sequence[Stay], from_us: int, now_us: int) -> list[GroupFinding]:
        """Return who is missing from when until when; a finding for each unit named, or for each shortfall."""
        found: list[GroupFinding] = []
        asked: list[Unit | None] = [*self._units] or [None]
        for unit in asked:
            found += self._missing(unit, [stay for stay in stays if unit is None or stay.unit == unit], now_us)
        return [one for one in found if one.begin_us >= from_us]

    def _missing(self, unit: Unit | None, stays: Sequence[Stay], now_us: int) -> list[GroupFinding]:
        found: list[GroupFinding] = []
        for audience in self._audiences(unit, stays):
            first_us = min((stay.begin_us for stay in audience.stays), default=0)
            for begin_us, end_us in self._short(audience.stays, now_us):
                told = any(it.begin_us == begin_us and at_least_as_open(it.marking, audience.marking) for it in found)
                if begin_us > now_us or told or not (audience.usual or begin_us >= first_us):
                    continue
                found.append(self._finding(unit, audience, begin_us, end_us, now_us))
        return found

    def _audiences(self, unit: Unit | None, stays: Sequence[Stay]) -> Iterable[_Audience]:
        """Return the audience of the mission's own label, then those that may see more or other stays."""
        usual = Marking(() if unit is None else (unit.contingent,), self._label)
        seen = [stay for stay in stays if at_least_as_open(stay.marking, usual)]
        yield _Audience(seen, usual, True)
        for view in views(stay.marking for stay in stays):
            also = [stay for stay in stays if stay.marking in view.sees]
            if also != seen:
                yield _Audience(also, view.marking(stay.marking for stay in also), False)

    def _short(self, stays: Sequence[Stay], now_us: int) -> Spans:
        """Return from when until when too few are there, while the rule is in force and has waited for them once."""
        found: Spans = []
        for begin_us, end_us in self._in_force(now_us):
            start_us = begin_us + self.silence_us
            edges = {us for stay in stays for us in (stay.begin_us, stay.end_us) if start_us < us < end_us}
            instants = [start_us, *sorted(edges), end_us] if start_us < end_us else []
            for at_us, next_us in pairwise(instants):
                if _there(stays, at_us) >= (1 if self._units else self._number):
                    continue
                if found and found[-1][1] == at_us:
                    found[-1] = (found[-1][0], next_us)
                else:
                    found.append((at_us, next_us))
        return found

    def _in_force(self, until_us: int) -> Spans:
        """Return the spans that begin by ``until_us`` in which somebody may be missing."""
        feature, schedule = self._instance.feature, self._instance.spec.schedule
        last_us = EVER_US if feature.valid_to_us is None else feature.valid_to_us
        if schedule is None:
            return [(self._begin_us, last_us)] if self._begin_us < last_us else []
        edges_us = timetable(schedule).edges_us(max(until_us, self._begin_us)).tolist()
        windows = zip(edges_us[::2], edges_us[1::2], strict=False)
        spans = [(max(begin, self._begin_us), min(end, last_us)) for begin, end in windows if begin <= until_us]
        return [(begin, end) for begin, end in spans if begin < end]

    def _finding(self, unit: Unit | None, audience: _Audience, begin_us: int, end_us: int, now_us: int) -> GroupFinding:
        before = [stay for stay in audience.stays if stay.begin_us < begin_us]
        last = max(before, key=lambda stay: (stay.end_us, stay.unit), default=None)
        lon, lat = self._centre if last is None else (last.lon, last.lat)
        name = self._instance.feature.name
        if unit is not None:
            never = "never heard of there, " if last is None else ""
            detail = f"{unit.unit} of {unit.contingent} is missing from {name}, {never}"
        else:
            instants = [begin_us, *(us for stay in audience.stays for us in (stay.begin_us, stay.end_us))]
            during = [us for us in instants if begin_us <= us < min(end_us, now_us + 1)]
            least = min(_there(audience.stays, us) for us in during)
            detail = f"{least} of {self._number} required are at {name}, "
        detail += f"silent for {self.silence_us / SECOND_US:g} s by {instant_text(begin_us)}"
        parties = self._instance.spec.parties or (MISSION_PARTY,)
        return GroupFinding(
            key=f"{'' if unit is None else '/'.join(unit)}|{readers(audience.marking)}",
            party=parties[0] if last is None else last.who.party,
            begin_us=begin_us,
            confirmed_us=begin_us,
            ended_us=going_on(end_us, now_us),
            lon=lon,
            lat=lat,
            slots=() if last is None else (last.slot,),
            units=() if unit is None else (unit,),
            evidence=() if last is None else last.evidence,
            marking=audience.marking,
            detail=detail,
        )


def _there(stays: Sequence[Stay], at_us: int) -> int:
    """Return how many entities are there: of each track as its newest stay has it, for stays linger on."""
    newest: dict[Unit, tuple[int, int]] = {}
    for stay in stays:
        if stay.begin_us <= at_us < stay.end_us:
            newest[stay.unit] = max(newest.get(stay.unit, (-EVER_US, 0)), (stay.begin_us, stay.strength))
    return sum(strength for _, strength in newest.values())
