"""force_ceiling: more than the agreed number of a class and party in a zone at a time, per audience."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, ClassVar, Literal

from app.model.identity import Profile
from app.model.instant import instant_text
from app.model.label import Label
from app.rules.group_rule import EVER_US, GroupFinding, Stay, concerns, going_on, said
from app.rules.rule import Instance
from app.rules.views import View, readers, views

ANY_CLASS = "any"
_MOST_EVIDENCE = 64
"""So many reports, at most, are cited; the units are all named."""


class ForceCeiling:
    """Ceilings of a zone. Of each limit there is one finding from when it is exceeded until it no longer is."""

    kind: ClassVar[str] = "force_ceiling"
    judges: ClassVar[Literal["groups"]] = "groups"
    geometry: ClassVar[str] = "zone"
    needs_all: ClassVar[bool] = False

    def __init__(self, instance: Instance, parameters: dict[str, Any], label: Label) -> None:
        self._instance = instance
        self._limits: list[dict[str, Any]] = list(parameters["limits"] or ())
        self.reach_m = 0.0
        self.sample_us = 0
        self.silence_us = 0
        self.memory_us = 0
        self.lingers_us = 0

    def concerns(self, profile: Profile) -> bool:
        """Whether some limit counts such tracks, the mission's own too where it names them."""
        spec = self._instance.spec
        named = spec.parties is None or concerns(spec, profile)
        return named and any(_counts(limit, profile) for limit in self._limits)

    def alarm_after(self, instant_us: int) -> int:
        """Return no instant: stays say it all."""
        return EVER_US

    def found(self, stays: Sequence[Stay], from_us: int, now_us: int) -> list[GroupFinding]:
        """Return what exceeds a limit, for the audiences that can tell so from what they may see.

        What an audience finds is left out where something that it may read as well says so for all of the time.
        """
        found: list[GroupFinding] = []
        for limit in self._limits:
            counted = [stay for stay in stays if _counts(limit, stay.who)]
            raised: list[GroupFinding] = []
            for view in views(stay.marking for stay in counted):
                seen = [stay for stay in counted if stay.marking in view.sees]
                raised += self._exceeded(limit, view, seen, from_us, now_us)
            found += [one for n, one in enumerate(raised) if not said(one, raised[:n], raised[n + 1 :])]
        return found

    def _exceeded(
        self, limit: dict[str, Any], view: View, seen: Sequence[Stay], from_us: int, now_us: int
    ) -> list[GroupFinding]:
        steps: dict[int, int] = {from_us: 0}
        for stay in seen:
            if stay.end_us > from_us:
                entered_us = max(stay.begin_us, from_us)
                steps[entered_us] = steps.get(entered_us, 0) + stay.strength
                steps[stay.end_us] = steps.get(stay.end_us, 0) - stay.strength
        found = []
        number = peak = peak_us = 0
        begin_us: int | None = None
        for at_us in sorted(steps):
            number += steps[at_us]
            if number > limit["max"]:
                if begin_us is None:
                    begin_us, peak = at_us, 0
                if number > peak:
                    peak, peak_us = number, at_us
            elif begin_us is not None:
                found.append(self._finding(limit, view, seen, (begin_us, at_us), (peak, peak_us), now_us))
                begin_us = None
        return found

    def _finding(
        self, limit: dict[str, Any], view: View, seen: Sequence[Stay], during_us: tuple[int, int],
        peak: tuple[int, int], now_us: int,
    ) -> GroupFinding:  # fmt: skip
        begin_us, end_us = during_us
        there = [stay for stay in seen if stay.begin_us < end_us and stay.end_us > begin_us]
        counted = [stay for stay in there if stay.begin_us <= peak[1] < stay.end_us]
        newest = max((it for it in there if it.begin_us <= begin_us), key=attrgetter("begin_us", "unit"))
        marking = view.marking(stay.marking for stay in there)
        what = f"{limit['class']} of {limit['party']}"
        if limit["class"] == ANY_CLASS:
            what = f"entities of {limit['party']}"
        return GroupFinding(
            key=f"{limit['class']}|{limit['party']}|{limit['max']}|{readers(marking)}",
            party=limit["party"],
            begin_us=begin_us,
            confirmed_us=begin_us,
            ended_us=going_on(end_us, now_us),
            lon=newest.lon,
            lat=newest.lat,
            slots=tuple(stay.slot for stay in sorted(counted, key=attrgetter("unit"))),
            evidence=tuple(sorted({ref for stay in counted for ref in stay.evidence[:1]})[-_MOST_EVIDENCE:]),
            marking=marking,
            detail=f"{peak[0]} {what} inside {self._instance.feature.name}, {limit['max']} allowed, "
            f"exceeded since {instant_text(begin_us)}",
        )


def _counts(limit: dict[str, Any], who: Profile) -> bool:
    return limit["party"] == who.party and limit["class"] in (ANY_CLASS, who.platform)
