"""What has been accepted, as the ledger of the feeds asks for it. Sees all that was committed before the call."""

from collections.abc import Sequence

from app.model.report import I64, ReportBlock
from app.store.database import Database
from app.store.history import History
from app.store.keys import KnownIncident, SentId, known_incidents, observed_of


class KnownReports:
    """Reports by unit and instant or by their senders' own ids, and incidents."""

    def __init__(self, database: Database, history: History) -> None:
        self._database = database
        self._history = history

    async def at(self, slots: Sequence[int], observed_us: Sequence[int]) -> tuple[I64, ReportBlock]:
        """Return for each key its row in the block, or -1; see History.at."""
        return await self._history.at(slots, observed_us)

    async def observed_of(self, sent: Sequence[SentId]) -> dict[SentId, int]:
        """Return for each of the ids that is known when its first report was observed."""
        return await self._database.read(lambda connection: observed_of(connection, sent))

    async def incidents(self, contingent: str, incidents: Sequence[str]) -> dict[str, KnownIncident]:
        """Return what is known of those of a contingent's incidents that were told before."""
        return await self._database.read(lambda connection: known_incidents(connection, contingent, incidents))
