"""Air violations as a mission reports them: by party and day their number, their hours, and the share unmanned.

"550 air violations, 2,057 hours, 87 % UAV." Days are UTC. An episode counts on the day it began; its hours lie where it
was, so one over midnight has hours on both days. One that goes on has its hours up to now.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from app.model.violation import Violation

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
RULE = "airspace_violation"
UNMANNED = "uav"


class Sum(msgspec.Struct):
    """Episodes that began, and µs flown; of both, what was unmanned."""

    episodes: int = 0
    flown_us: int = 0
    unmanned: int = 0
    unmanned_us: int = 0

    def add(self, episodes: int, flown_us: int, unmanned: bool) -> None:
        """Count so many episodes, and so much time."""
        self.episodes += episodes
        self.flown_us += flown_us
        if unmanned:
            self.unmanned += episodes
            self.unmanned_us += flown_us


class Episodes(NamedTuple):
    """The table: by (day as ``2025-06-15``, party), in that order, and by party over all days."""

    by_day: dict[tuple[str, str], Sum]
    by_party: dict[str, Sum]


def counts(violation: Violation) -> bool:
    """Whether it is an episode that counts: certain, and neither authorised nor mere advice."""
    return violation.rule == RULE and violation.status == "confirmed"


def episodes(violations: Iterable[Violation], from_us: int | None, to_us: int) -> Episodes:
    """Return the table of what was within a span of time, both ends within; ``to_us`` is not after now.

    What began before the span counts no episode in it, but its hours from there on.
    """
    by_day: dict[tuple[str, str], Sum] = {}
    by_party: dict[str, Sum] = {}
    for violation in filter(counts, violations):
        began_us, unmanned = violation.observed_us, violation.platform == UNMANNED
        ended_us = to_us if violation.ended_us is None else min(violation.ended_us, to_us)
        if began_us > to_us or (from_us is not None and ended_us < from_us):
            continue
        start_us = began_us if from_us is None else max(began_us, from_us)
        for day in range(start_us // DAY_US, max(start_us, ended_us) // DAY_US + 1):
            flown_us = max(0, min(ended_us, (day + 1) * DAY_US) - max(start_us, day * DAY_US))
            began = int(began_us == start_us and day == began_us // DAY_US)
            if not (began or flown_us):
                continue
            for table in (
                by_day.setdefault((_text(day), violation.party), Sum()),
                by_party.setdefault(violation.party, Sum()),
            ):
                table.add(began, flown_us, unmanned)
    return Episodes(dict(sorted(by_day.items())), dict(sorted(by_party.items())))


def _text(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
