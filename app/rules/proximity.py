"""proximity: opposed parties nearer than ``enter_m``, until farther than ``leave_m``; each two tracks by themselves."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from app.model.feature import LINE_KINDS
from app.model.identity import Profile
from app.model.instant import SECOND_US, instant_text
from app.model.label import Label, joined
from app.model.mission_rules import UNKNOWN_PARTY
from app.model.report import E7
from app.rules.group_rule import EVER_US, GroupFinding, Stay, concerns, going_on
from app.rules.positions import NOWHERE, Line, apart_m, lines_of, pairs_within
from app.rules.rule import Instance
from app.rules.views import readers

SAMPLE_US = 10 * SECOND_US


class Proximity:
    """Parties that are to keep apart in a zone, or about a line.

    Two tracks are opposed where they are of different parties; ``unknown`` is opposed to nobody, for it may be anyone,
    and the mission's own units count only where ``parties`` names them. Where a track is, is its latest sample, for as
    long as it stays: until it leaves the area, or has been silent for ``max_gap_s``.
    """

    kind: ClassVar[str] = "proximity"
    judges: ClassVar[Literal["groups"]] = "groups"
    geometry: ClassVar[str] = "line or zone"
    needs_all: ClassVar[bool] = False

    def __init__(self, instance: Instance, parameters: dict[str, Any], label: Label) -> None:
        self._instance = instance
        self._enter_m: float = parameters["enter_m"]
        self._leave_m: float = parameters["leave_m"]
        within_m = parameters["within_m"]
        on_line = instance.feature.kind in LINE_KINDS
        self.reach_m: float = within_m or (self._leave_m if on_line else 0.0)
        self.sample_us = SAMPLE_US
        self.silence_us = round(instance.spec.max_gap_s * SECOND_US)
        self.memory_us = 0
        self.lingers_us = 0

    def concerns(self, profile: Profile) -> bool:
        """Whether such tracks are opposed to anyone."""
        return profile.party != UNKNOWN_PARTY and concerns(self._instance.spec, profile)

    def alarm_after(self, instant_us: int) -> int:
        """Return no instant: stays say it all."""
        return EVER_US

    def found(self, stays: Sequence[Stay], from_us: int, now_us: int) -> list[GroupFinding]:
        """Return for each two tracks the times from when they were nearer than ``enter_m`` until apart again."""
        if len({stay.who.party for stay in stays}) < 2:
            return []
        lines = lines_of(stays)
        pairs = pairs_within(lines, self._enter_m)
        return [it for one, two in pairs for it in self._between(lines[one], lines[two], from_us, now_us)]

    def _between(self, one: Line, two: Line, from_us: int, now_us: int) -> Iterator[GroupFinding]:
        at_us = np.union1d(one.at_us, two.at_us)
        at_us = at_us[at_us >= from_us]
        rows, others = one.rows(at_us), two.rows(at_us)
        there = (rows >= 0) & (others >= 0)
        there[there] &= (one.stay[rows[there]] != NOWHERE) & (two.stay[others[there]] != NOWHERE)
        there[there] &= _parties(one, rows[there]) != _parties(two, others[there])
        metres = np.full(len(at_us), np.inf)
        metres[there] = apart_m(one, rows[there], two, others[there])
        near, far = np.flatnonzero(metres < self._enter_m), np.flatnonzero(metres > self._leave_m)
        at = 0
        while (begin := np.searchsorted(near, at)) < len(near) and at_us[near[begin]] <= now_us:
            first = int(near[begin])
            at = int(far[np.searchsorted(far, first)])  # there is one: both lines end NOWHERE
            least = first + int(np.argmin(metres[first:at]))
            yield self._finding(
                (one, two), (int(at_us[first]), int(at_us[at])), (rows, others), (first, least), metres, now_us
            )

    def _finding(
        self, pair: tuple[Line, Line], during_us: tuple[int, int], rows: tuple[npt.NDArray[np.intp], ...],
        first_least: tuple[int, int], metres: npt.NDArray[np.float64], now_us: int,
    ) -> GroupFinding:  # fmt: skip
        begin_us, end_us = during_us
        first, least = first_least
        here = [(line, int(of_line[first])) for line, of_line in zip(pair, rows, strict=True)]
        nearest = [(line, int(of_line[least])) for line, of_line in zip(pair, rows, strict=True)]
        who = [line.stays[line.stay[row]] for line, row in here]
        came = next((stay for (line, row), stay in zip(here, who, strict=True) if line.at_us[row] == begin_us), who[0])
        there = [stay for line in pair for stay in line.stays if stay.begin_us < end_us and stay.end_us > begin_us]
        marking = joined(stay.marking for stay in there)
        (lon, lat), (other_lon, other_lat) = (
            (int(line.lon_e7[row]) / E7, int(line.lat_e7[row]) / E7) for line, row in here
        )
        step = (other_lon - lon + 180.0) % 360.0 - 180.0
        names = " and ".join(f"{stay.unit.unit} of {stay.who.party}" for stay in who)
        return GroupFinding(
            key="|".join([*(f"{stay.unit.contingent}/{stay.unit.unit}" for stay in who), readers(marking)]),
            party=came.who.party,
            begin_us=begin_us,
            confirmed_us=begin_us,
            ended_us=going_on(end_us, now_us),
            lon=(lon + step / 2 + 180.0) % 360.0 - 180.0,
            lat=(lat + other_lat) / 2,
            slots=tuple(stay.slot for stay in who),
            evidence=tuple(dict.fromkeys(line.refs[row] for line, row in [*here, *nearest])),
            marking=marking,
            detail=f"{names} {metres[least]:.0f} m from each other at {self._instance.feature.name}, nearer than "
            f"{self._enter_m:g} m since {instant_text(begin_us)}, until farther than {self._leave_m:g} m",
        )


def _parties(line: Line, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.str_]:
    return np.array([stay.who.party for stay in line.stays], np.str_)[line.stay[rows]]
