"""A rule on trial: an engine of its own judges what was observed before, and nothing of it is kept or told."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import msgspec

from app.engine.engine import Engine, Past
from app.engine.interference import RULE as INTERFERENCE
from app.model.entry import Body, Entry, Incidents, MissionSet, Reports, Tick
from app.model.identity import Registry
from app.model.incident import IncidentVersion
from app.model.label import Marking
from app.model.movement import Movement
from app.model.report import I64, Batch, Positions
from app.model.sealing import Sealer
from app.model.violation import Evidence, Violation

TRIAL = "dry"
"""What the ids of findings on trial begin with, so that nobody takes one for a violation."""


class Trial:
    """Judges by ``document``, a mission file with the rule on trial alone, as if set at ``from_us``.

    ``movements`` are those that the reader may see.
    """

    def __init__(
        self, registry: Registry, sealer: Sealer, document: bytes, from_us: int, movements: Iterable[Movement] = ()
    ) -> None:
        self._engine = Engine(registry, sealer)
        self._engine.movements = {(it.contingent, it.movement): it for it in movements}
        self._sealer = sealer
        self._refs: dict[int, tuple[I64, I64]] = {}
        self._found: dict[str, Violation] = {}
        self.positions = 0
        self._take(MissionSet(document, by=TRIAL), from_us)

    def __len__(self) -> int:
        return len(self._found)

    def take(self, observed: Positions, incidents: Sequence[IncidentVersion], to_us: int) -> None:
        """Judge what was observed since the last call and up to ``to_us``, and let the clock come to that instant.

        ``observed`` may be of many units, in any order; it and ``incidents`` are what the reader may see.
        """
        block, count = observed.block, len(observed.seq)
        if count:
            self._refs[self._engine.cursor + 1] = observed.seq, observed.index
            batch = Batch(count, TRIAL, "", "positions", to_us, b"")
            self._take(Reports(dataclasses.replace(block, batches=[batch])), to_us)
            self.positions += count
        if incidents:
            self._take(Incidents(tuple(incidents)), to_us)
        self._take(Tick(to_us), to_us)

    def standing(self, may: Callable[[Marking], bool]) -> list[Violation]:
        """Return what would stand, by the time of its crossing, of what a reader may see."""
        found = [one for one in self._found.values() if one.status != "withdrawn" and may(one.marking)]
        return sorted(map(self._shown, found), key=lambda one: (one.observed_us, one.id))

    def _take(self, body: Body, at_us: int) -> None:
        entry = Entry(self._engine.cursor + 1, at_us, body)
        assert not self._engine.needs(entry).positions, "each unit's positions come in order"
        for change in self._engine.step(entry, Past()).changes:
            # Interference is no rule of the mission's: it was told anyhow, and the rule on trial did not raise it.
            if change.after.rule != INTERFERENCE:
                self._found[change.after.id] = change.after

    def _shown(self, violation: Violation) -> Violation:
        """Return the violation with the reports that it rests on by their own ids; never late."""
        evidence = Evidence(
            reports=tuple(map(self._report, violation.evidence.reports)),
            line_version_us=violation.evidence.line_version_us,
        )
        return msgspec.structs.replace(
            violation, id=f"{TRIAL}_{violation.id}", late=False, revision=1, evidence=evidence
        )  # fmt: skip

    def _report(self, key: str) -> str:
        """Return the id that a report of the trial's own entries has in the journal; others are left as they are."""
        place = self._sealer.report_of(key)
        if place is None or place[0] not in self._refs:
            return key
        seq, index = self._refs[place[0]]
        return self._sealer.report_id(int(seq[place[1]]), int(index[place[1]]))
