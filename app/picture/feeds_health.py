"""How each contingent's feeds are doing. Knows no clock and no store.

What each marking's reports tell is kept apart, so that a reader learns nothing from reports that he may not see.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from app.geo.grid import distinct
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.instant import SECOND_US
from app.model.label import HEADQUARTERS
from app.model.report import ASIDE, ReportBlock, received_us_of
from app.picture.tracks import Mask

SILENT_US = 5 * 60 * SECOND_US
"""A feed is silent when nothing was heard of it for this long."""
_MINUTE_US = 60 * SECOND_US
_RATE_MINUTES = 5
_SKEW_REQUESTS = 20


class FeedState(NamedTuple):
    """The health of one feed, as one reader may know it.

    ``duplicates`` and ``rejected`` are None for all but its own contingent: what was refused has no label.
    ``clock_skew_s`` is positive where the sender's clock runs ahead.
    """

    contingent: str
    feed: str
    live: bool
    heard_us: int
    rate_per_min: float
    accepted: int
    duplicates: int | None
    rejected: int | None
    clock_skew_s: float | None


@dataclass
class _Heard:
    """What the reports of one marking told."""

    accepted: int = 0
    heard_us: int = 0
    minutes: dict[int, int] = field(default_factory=dict)
    leads_us: deque[int] = field(default_factory=lambda: deque(maxlen=_SKEW_REQUESTS))

    def take(self, count: int, received_us: int, lead_us: int | None) -> None:
        self.accepted += count
        self.heard_us = max(self.heard_us, received_us)
        minute = received_us // _MINUTE_US
        self.minutes[minute] = self.minutes.get(minute, 0) + count
        if len(self.minutes) > 2 * _RATE_MINUTES:
            for old in sorted(self.minutes)[:-_RATE_MINUTES]:
                del self.minutes[old]
        if lead_us is not None:
            self.leads_us.append(lead_us)


@dataclass
class _Feed:
    by_marking: dict[int, _Heard] = field(default_factory=dict)
    duplicates: int = 0
    rejected: int = 0
    called_us: int = 0

    def heard(self, marking: int) -> _Heard:
        found = self.by_marking.get(marking)
        if found is None:
            found = self.by_marking[marking] = _Heard()
        return found


class FeedsHealth:
    """The feeds heard of since the server began, and what it read back of the journal."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._feeds: dict[tuple[str, str], _Feed] = {}
        self._profile_marking = np.empty(0, np.int32)

    def took_reports(self, block: ReportBlock) -> None:
        """Learn of accepted positions."""
        fresh = self._registry.profiles.since(len(self._profile_marking))
        if fresh:
            self._profile_marking = np.append(self._profile_marking, np.array([p.marking for p in fresh], np.int32))
        feeds = [self._feed(batch.contingent, batch.feed) for batch in block.batches]
        by_id = {id(feed): feed for feed in feeds}
        number = {key: n for n, key in enumerate(by_id)}
        of_row = np.repeat([number[id(feed)] for feed in feeds], [batch.rows for batch in block.batches])
        groups = of_row * np.int64(len(self._registry.markings)) + self._profile_marking[block.profile]
        received_us = received_us_of(block)
        for group in distinct(groups).tolist():
            which, marking = divmod(group, len(self._registry.markings))
            mine = groups == group
            ordered = mine & ((block.flags & ASIDE) == 0)
            leads_us = block.observed_us[ordered] - received_us[ordered]
            feed = list(by_id.values())[which]
            lead_us = int(leads_us.max()) if len(leads_us) else None
            feed.heard(marking).take(int(mine.sum()), int(received_us[mine].max()), lead_us)

    def took_incidents(self, versions: Iterable[IncidentVersion]) -> None:
        """Learn of accepted incidents. They are written up later, so they tell nothing of clocks.

        What the mission's own staff log is no feed that could fall silent.
        """
        for version in versions:
            if version.contingent == HEADQUARTERS:
                continue
            marking = self._registry.markings.number(version.marking)
            self._feed(version.contingent, "incidents").heard(marking).take(1, version.received_us, None)

    def refused(self, contingent: str, feed: str, received_us: int, *, duplicates: int = 0, rejected: int = 0) -> None:
        """Learn of what a request brought that was not accepted."""
        found = self._feed(contingent, feed)
        found.duplicates += duplicates
        found.rejected += rejected
        found.called_us = max(found.called_us, received_us)

    def seen(self, allowed: Mask, own: str | None, now_us: int) -> list[FeedState]:
        """Return the feeds a reader may know of, by contingent and feed.

        ``allowed`` is his mask over marking numbers; ``own`` is the contingent whose refused reports he may know of,
        or None.
        """
        states = []
        for (contingent, name), feed in sorted(self._feeds.items()):
            mine = contingent == own
            heard = [one for marking, one in feed.by_marking.items() if allowed[marking]]
            if heard or (mine and feed.called_us):
                states.append(_state(contingent, name, feed, heard, mine, now_us))
        return states

    def _feed(self, contingent: str, feed: str) -> _Feed:
        found = self._feeds.get((contingent, feed))
        if found is None:
            found = self._feeds[contingent, feed] = _Feed()
        return found


def _state(contingent: str, name: str, feed: _Feed, heard: list[_Heard], mine: bool, now_us: int) -> FeedState:
    heard_us = max((one.heard_us for one in heard), default=0)
    if mine:
        heard_us = max(heard_us, feed.called_us)
    newest = now_us // _MINUTE_US
    recent = sum(n for one in heard for minute, n in one.minutes.items() if newest - _RATE_MINUTES < minute <= newest)
    leads_us = [lead for one in heard for lead in one.leads_us]
    return FeedState(
        contingent=contingent,
        feed=name,
        live=now_us - heard_us < SILENT_US,
        heard_us=heard_us,
        rate_per_min=recent / _RATE_MINUTES,
        accepted=sum(one.accepted for one in heard),
        duplicates=feed.duplicates if mine else None,
        rejected=feed.rejected if mine else None,
        # No report is received before it was observed: the freshest of the last ones shows the clock best.
        clock_skew_s=round(max(leads_us) / SECOND_US, 1) + 0.0 if leads_us else None,  # never -0.0
    )
