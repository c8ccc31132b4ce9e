"""build_up: at least ``count`` of one party's entities within ``radius_m`` of one of them, near the feature."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from app.geo.geodesy import distance_m
from app.model.identity import Profile
from app.model.instant import SECOND_US, instant_text
from app.model.label import Label
from app.model.report import E7
from app.rules.group_rule import EVER_US, GroupFinding, Stay, concerns, going_on, said
from app.rules.positions import Line, lines_of
from app.rules.rule import Instance
from app.rules.views import View, readers, views

SAMPLE_US = 10 * SECOND_US
_MOST_EVIDENCE = 64
"""So many reports, at most, are cited; the units are all named."""


class BuildUp:
    """Forces that gather in a zone or at a place, or within ``within_m`` (``radius_m``) of a line.

    A track counts, with the strength it reports, from its way in until it leaves or has been silent for ``window_s``;
    it is where its latest sample was. Of each party there is one finding at a time, from the first instant at which
    some track of it has ``count`` entities within ``radius_m``, its own among them, until none has.
    """

    kind: ClassVar[str] = "build_up"
    judges: ClassVar[Literal["groups"]] = "groups"
    geometry: ClassVar[str] = "line, zone or place"
    needs_all: ClassVar[bool] = False

    def __init__(self, instance: Instance, parameters: dict[str, Any], label: Label) -> None:
        self._instance = instance
        self._count: int = parameters["count"]
        self._radius_m: float = parameters["radius_m"]
        on_line = instance.feature.geometry.get("type") in ("LineString", "MultiLineString")
        self.reach_m: float = parameters["within_m"] or (self._radius_m if on_line else 0.0)
        self.sample_us = SAMPLE_US
        self.silence_us = round(parameters["window_s"] * SECOND_US)
        self.memory_us = 0
        self.lingers_us = 0

    def concerns(self, profile: Profile) -> bool:
        """Whether such tracks count."""
        return concerns(self._instance.spec, profile)

    def alarm_after(self, instant_us: int) -> int:
        """Return no instant: stays say it all."""
        return EVER_US

    def found(self, stays: Sequence[Stay], from_us: int, now_us: int) -> list[GroupFinding]:
        """Return the build-ups of each party, for the audiences that can tell so from what they may see."""
        found: list[GroupFinding] = []
        for party in sorted({stay.who.party for stay in stays}):
            own = [stay for stay in stays if stay.who.party == party]
            raised: list[GroupFinding] = []
            for view in views(stay.marking for stay in own):
                seen = [stay for stay in own if stay.marking in view.sees]
                if sum(stay.strength for stay in seen) < self._count:
                    continue
                raised += self._built_up(party, view, seen, from_us, now_us)
            found += [one for n, one in enumerate(raised) if not said(one, raised[:n], raised[n + 1 :])]
        return found

    def _built_up(
        self, party: str, view: View, seen: Sequence[Stay], from_us: int, now_us: int
    ) -> Iterator[GroupFinding]:
        lines = lines_of(seen)
        at_us = np.unique(np.concatenate([line.at_us for line in lines]))
        at_us = at_us[at_us >= from_us]
        rows = np.stack([line.rows(at_us) for line in lines])
        strengths = np.stack([_strengths(line, of_line) for line, of_line in zip(lines, rows, strict=True)])
        peaks = np.zeros(len(at_us), np.int64)
        for at in np.flatnonzero(strengths.sum(axis=0) >= self._count).tolist():
            peaks[at] = self._densest(lines, rows[:, at], strengths[:, at])[0]
        enough = np.flatnonzero(peaks >= self._count)
        too_few = np.flatnonzero(peaks < self._count)
        at = 0
        while (begin := np.searchsorted(enough, at)) < len(enough) and at_us[enough[begin]] <= now_us:
            first = int(enough[begin])
            at = int(too_few[np.searchsorted(too_few, first)])  # there is one: all lines end NOWHERE
            most = first + int(np.argmax(peaks[first:at]))
            during_us = int(at_us[first]), int(at_us[at])
            yield self._finding(
                party, view, lines, during_us, rows[:, [first, most]], strengths[:, [first, most]], now_us
            )

    def _densest(self, lines: Sequence[Line], rows: npt.NDArray[np.intp], strengths: npt.NDArray[np.int64]) -> Any:
        """Return the most entities within the radius of a track, that track, and which tracks those are."""
        there = np.flatnonzero(strengths)
        lon_e7 = np.array([lines[n].lon_e7[rows[n]] for n in there.tolist()])
        lat_e7 = np.array([lines[n].lat_e7[rows[n]] for n in there.tolist()])
        one, two = np.divmod(np.arange(len(there) ** 2), len(there))
        apart_m = distance_m(lon_e7[one], lat_e7[one], lon_e7[two], lat_e7[two]).reshape(len(there), len(there))
        within = apart_m <= self._radius_m
        totals = within @ strengths[there]
        centre = int(np.argmax(totals))
        return int(totals[centre]), int(there[centre]), there[within[centre]]

    def _finding(
        self, party: str, view: View, lines: Sequence[Line], during_us: tuple[int, int], rows: npt.NDArray[np.intp],
        strengths: npt.NDArray[np.int64], now_us: int,
    ) -> GroupFinding:  # fmt: skip
        begin_us, end_us = during_us
        _, centre, _ = self._densest(lines, rows[:, 0], strengths[:, 0])
        most, _, members = self._densest(lines, rows[:, 1], strengths[:, 1])
        counted = [(lines[n], int(rows[n, 1])) for n in members.tolist()]
        middle, row = lines[centre], int(rows[centre, 0])
        # The marking is of all that were there meanwhile: who was not counted decided that too.
        there = [stay for line in lines for stay in line.stays if stay.begin_us < end_us and stay.end_us > begin_us]
        marking = view.marking(stay.marking for stay in there)
        return GroupFinding(
            key=f"{party}|{readers(marking)}",
            party=party,
            begin_us=begin_us,
            confirmed_us=begin_us,
            ended_us=going_on(end_us, now_us),
            lon=int(middle.lon_e7[row]) / E7,
            lat=int(middle.lat_e7[row]) / E7,
            slots=tuple(line.stays[0].slot for line, _ in counted),
            evidence=tuple(sorted({line.refs[at] for line, at in counted}))[-_MOST_EVIDENCE:],
            marking=marking,
            detail=f"{most} entities of {party} within {self._radius_m:g} m at {self._instance.feature.name}, "
            f"{self._count} or more since {instant_text(begin_us)}",
        )


def _strengths(line: Line, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Return how many entities the track counts for at each change: 0 while it is not there."""
    of_stay = np.array([*(stay.strength for stay in line.stays), 0], np.int64)
    return np.where(rows >= 0, of_stay[line.stay[np.maximum(rows, 0)]], 0)
