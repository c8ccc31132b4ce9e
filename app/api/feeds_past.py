"""How feeds did in the past: who was heard when, and who fell silent. Knows no reader."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from app.live.frames import FeedFrame
from app.model.instant import instant_text
from app.picture.feeds_health import SILENT_US
from app.store.heard import MINUTE_US, Heard

RATE_MINUTES = 5
DAY_US = 86_400_000_000


class Silence(NamedTuple):
    """A feed fell silent at an instant: five minutes after it was last heard. ``until_us`` None: it still was."""

    contingent: str
    feed: str
    at_us: int
    until_us: int | None


class FeedsPast:
    """Made of what was heard, by contingent, feed and time (``heard_between``), of all markings that may be seen."""

    def __init__(self, heard: Iterable[Heard]) -> None:
        self._feeds = [
            _Feed(contingent, feed, list(minutes))
            for (contingent, feed), minutes in groupby(heard, attrgetter("contingent", "feed"))
        ]

    def frames(self, at_us: int) -> list[FeedFrame]:
        """Return the feeds heard of by an instant, by id. ``accepted`` counts the day before it, to the minute."""
        return sorted((frame for feed in self._feeds if (frame := feed.frame(at_us))), key=attrgetter("id"))

    def silences(self, from_us: int, to_us: int) -> list[Silence]:
        """Return the silences that were going on at some instant of the span."""
        return [
            one
            for feed in self._feeds
            for one in feed.silences(to_us)
            if one.until_us is None or one.until_us >= from_us
        ]


class _Feed:
    def __init__(self, contingent: str, feed: str, minutes: list[Heard]) -> None:
        self._contingent = contingent
        self._feed = feed
        self._minutes = minutes
        self._firsts = [one.first_us for one in minutes]

    def frame(self, at_us: int) -> FeedFrame | None:
        reached = bisect_right(self._firsts, at_us)
        if not reached:
            return None
        recent = self._minutes[bisect_right(self._firsts, at_us - DAY_US) : reached]
        heard_us = min(at_us, max(one.last_us for one in self._minutes[max(0, reached - 16) : reached]))
        newest = at_us // MINUTE_US
        counted = sum(one.reports for one in recent if one.minute > newest - RATE_MINUTES)
        return FeedFrame(
            id=f"{self._contingent}/{self._feed}",
            contingent=self._contingent,
            feed=self._feed,
            status="live" if at_us - heard_us < SILENT_US else "silent",
            last_heard_at=instant_text(heard_us),
            rate_per_min=counted / RATE_MINUTES,
            accepted=sum(one.reports for one in recent),
            duplicates=None,
            rejected=None,
            clock_skew_s=None,
        )

    def silences(self, to_us: int) -> Iterable[Silence]:
        reached_us = self._minutes[0].last_us
        for before, after in pairwise(self._minutes):
            reached_us = max(reached_us, before.last_us)
            if after.first_us - reached_us >= SILENT_US:
                yield Silence(self._contingent, self._feed, reached_us + SILENT_US, after.first_us)
        reached_us = max(reached_us, self._minutes[-1].last_us)
        if to_us - reached_us >= SILENT_US:
            yield Silence(self._contingent, self._feed, reached_us + SILENT_US, None)
