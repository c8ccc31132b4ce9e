"""An outbox in memory with the real tables, and the hooks and outcomes that tests put into it."""

from collections.abc import Callable
from importlib import resources
from typing import Any, TypeVar

import apsw
import msgspec

from app.access.principals import Principal
from app.alerts.events import EVENTS, Letter
from app.alerts.subscription import Filter, Subscription
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.outcome import Outcome
from app.model.violation import Change, Violation
from app.store import outbox
from app.store.hooks import Hook, add_hook, new_hook
from app.store.outcomes import commit_outcomes
from tests.builders import NOON_US

T = TypeVar("T")
OFFICER = Principal(
    id="ana", name="Ana", kind="user", role="officer", contingent="ARG", clearance="strictly_confidential",
    audiences=frozenset({"ARG"}),
)  # fmt: skip


class MemoryStore:
    """The tables of hooks in memory; transactions run where they are called. ``owners`` are those in good standing."""

    def __init__(self, *owners: Principal) -> None:
        self.connection = apsw.Connection(":memory:")
        for file in ("001_journal.sql", "003_hooks.sql"):
            self.connection.execute(resources.files("app.store").joinpath("sql", file).read_text("utf-8"))
        self.registry = Registry()
        self.owners = {owner.id: owner for owner in owners or (OFFICER,)}

    def owner_of(self, _connection: apsw.Connection, owner: str) -> Principal | None:
        return self.owners.get(owner)

    def now(self, job: Callable[[apsw.Connection], T]) -> T:
        with self.connection:
            result = job(self.connection)
        return result

    async def read(self, job: Callable[[apsw.Connection], T]) -> T:
        return self.now(job)

    async def write(self, job: Callable[[apsw.Connection], T]) -> T:
        return self.now(job)

    def hook(self, url: str = "https://receiver.test/", owner: Principal = OFFICER, **narrowing: Any) -> Hook:
        events = tuple(narrowing.pop("events", EVENTS))
        hook = new_hook(owner, url, Subscription(events=events, filter=Filter(**narrowing)), b"s" * 32, NOON_US)
        self.now(lambda connection: add_hook(connection, hook))
        return hook

    def owe(self, *news: Violation | Change | IncidentVersion, at_us: int = NOON_US) -> int:
        """Commit an outcome that tells ``news``; a violation alone is new."""
        outcome = Outcome(
            seq=1,
            received_us=at_us,
            changes=tuple(
                Change(None, one) if isinstance(one, Violation) else one
                for one in news
                if not isinstance(one, IncidentVersion)
            ),
            incidents=tuple(one for one in news if isinstance(one, IncidentVersion)),
        )

        def commit(connection: apsw.Connection) -> int:
            commit_outcomes(connection, self.registry, [outcome], outcome.seq)
            return outbox.enqueue(connection, outcome, self.owner_of, letter, at_us)

        return self.now(commit)

    def due(self, at_us: int = NOON_US, most: int = 100) -> list[outbox.Delivery]:
        found, _ = self.now(lambda connection: outbox.due(connection, self.owner_of, at_us, most))
        return [item.delivery for item in found if item.allowed]

    def record(
        self, delivery: outbox.Delivery, at_us: int, error: str | None = None, again_us: int | None = None
    ) -> outbox.State:
        attempt = outbox.Attempt(at_us, 1000, 200 if error is None else 500, error)
        return self.now(lambda connection: outbox.record(connection, delivery, attempt, again_us))


def letter(event: str, thing: Violation | IncidentVersion) -> Letter:
    """Write a letter; like the real one, it does not say how many versions an incident has."""
    if isinstance(thing, Violation):
        data: dict[str, Any] = {"id": thing.id, "revision": thing.revision}
        return Letter(thing.id, thing.revision, msgspec.json.encode({"type": event, "data": data}))
    data = {"id": f"{thing.contingent}-{thing.incident}", "title": thing.title}
    return Letter(data["id"], thing.version, msgspec.json.encode({"type": event, "data": data}))


def revised(before: Violation, **named: Any) -> Change:
    """The change to the next revision of ``before``."""
    return Change(before, msgspec.structs.replace(before, revision=before.revision + 1, **named))
