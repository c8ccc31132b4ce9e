"""What is at hand: the last day's violations and incidents, and those that are open or may yet change."""

from collections.abc import Collection, Iterable, Iterator

import msgspec

from app.model.entry import Assessed
from app.model.incident import IncidentVersion
from app.model.violation import Assessment, Cause, Change, Violation, is_open

DAY_US = 86_400_000_000


class ViolationBook:
    """Violations by id, each in its newest revision."""

    def __init__(self) -> None:
        self._by_id: dict[str, Violation] = {}
        self.why: Cause | None = None
        """What is being done, where that is why violations change; None: reports follow in order."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Violation]:
        return iter(self._by_id.values())

    def get(self, key: str) -> Violation | None:
        """Return the violation, or None where it is not at hand."""
        return self._by_id.get(key)

    def enter(self, violation: Violation, at_us: int, forgotten: Violation | None = None) -> Change:
        """Enter a violation that is new, or reads otherwise than before, as its next revision.

        ``forgotten`` is the revision before, where it is not at hand any more.
        """
        before = self._by_id.get(violation.id, forgotten)
        revision = 1 if before is None else before.revision + 1
        cause = self.why or _cause(before, violation)
        after = msgspec.structs.replace(violation, revision=revision, changed_us=at_us, cause=cause)
        self._by_id[after.id] = after
        return Change(before, after)

    def assess(self, before: Violation, assessed: Assessed, at_us: int) -> Change:
        """Enter an officer's judgement of ``before`` as its next revision."""
        assessment = Assessment(state=assessed.state, by=assessed.by, at_us=at_us, note=assessed.note)
        after = msgspec.structs.replace(
            before, assessment=assessment, revision=before.revision + 1, changed_us=at_us, cause="assessed"
        )
        self._by_id[after.id] = after
        return Change(before, after)

    def recent(self) -> list[Violation]:
        """Return the violations that are open, or changed in the day before the newest change."""
        since_us = max((it.changed_us for it in self._by_id.values()), default=0) - DAY_US
        return [it for it in self._by_id.values() if is_open(it) or it.changed_us >= since_us]

    def load(self, violations: list[Violation]) -> None:
        """Take over the violations of a snapshot."""
        self._by_id = {violation.id: violation for violation in violations}

    def forget(self, before_us: int, held: Collection[str]) -> None:
        """Drop what is closed, was not changed since ``before_us``, and is not among ``held``."""
        self._by_id = {
            key: it for key, it in self._by_id.items() if is_open(it) or it.changed_us >= before_us or key in held
        }


def _cause(before: Violation | None, after: Violation) -> Cause:
    """Say what reports in their order did to a violation."""
    if before is None:
        return "found"
    if after.status == "withdrawn":
        return "unconfirmed"
    if before.confirmed_us is None and after.confirmed_us is not None:
        return "confirmed"
    return "ended" if before.ended_us is None and after.ended_us is not None else "followed"


class IncidentBook:
    """The versions of incidents told in the last day, in the order they came."""

    def __init__(self, versions: Iterable[IncidentVersion] = ()) -> None:
        self._versions = list(versions)

    def recent(self) -> list[IncidentVersion]:
        """Return the versions at hand."""
        return list(self._versions)

    def enter(self, versions: Iterable[IncidentVersion]) -> None:
        """Enter new versions."""
        self._versions.extend(versions)

    def forget(self, before_us: int) -> None:
        """Drop the versions told before an instant."""
        self._versions = [version for version in self._versions if version.received_us >= before_us]
