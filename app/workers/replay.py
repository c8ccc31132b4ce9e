"""Replay: the journal folded again, from its beginning, into violations equal to those raised live."""

import dataclasses
from collections.abc import AsyncIterator, Callable

import numpy as np

from app.engine import Engine, Past
from app.model.entry import Entry, Reports
from app.model.identity import Registry
from app.model.report import TOO_LATE, Positions, ReportBlock
from app.model.sealing import Sealer
from app.model.violation import Violation
from app.store.database import Database
from app.store.history import History
from app.store.journal import Journal
from app.workers.engine import past_of

_AT_ONCE = 16
EVER_US = 2**61
"""A lateness window that nothing is older than."""

Progress = Callable[[int, int], None]
"""(seq reached, seq to reach)"""


async def replayed(
    database: Database, journal: Journal, registry: Registry, sealer: Sealer, window_us: int, *, rejudge: bool,
    progress: Progress,
) -> AsyncIterator[Violation]:  # fmt: skip
    """Fold the whole journal; yield every violation in its last revision, by the time of its crossing.

    With ``rejudge``, reports that came too late to be judged live are judged too.
    """
    engine = Engine(registry, sealer, EVER_US if rejudge else window_us)
    history = History(database, journal)
    latest: dict[str, Violation] = {}
    head = journal.head()
    while engine.cursor < head:
        for entry in await journal.entries(engine.cursor, _AT_ONCE):
            entry = _unaged(entry) if rejudge else entry
            past = await past_of(engine, history, database, entry)
            if rejudge:
                past = Past({slot: _judged_too(found) for slot, found in past.positions.items()}, past.violations)
            latest |= {change.after.id: change.after for change in engine.step(entry, past).changes}
        progress(engine.cursor, head)
    for violation in sorted(latest.values(), key=lambda it: (it.observed_us, it.id)):
        yield violation


def _unaged(entry: Entry) -> Entry:
    if not isinstance(entry.body, Reports):
        return entry
    return entry._replace(body=Reports(_without_age(entry.body.block)))


def _judged_too(positions: Positions) -> Positions:
    return dataclasses.replace(positions, block=_without_age(positions.block))


def _without_age(block: ReportBlock) -> ReportBlock:
    return dataclasses.replace(block, flags=block.flags & np.uint8(0xFF ^ TOO_LATE))
