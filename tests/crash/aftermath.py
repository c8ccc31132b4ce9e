"""What a store holds after a crash, read by the real journal, and what is wrong with it."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from app.model.entry import Reports
from app.store.database import Database
from app.store.journal import read_entries
from app.store.keys import observed_of
from app.store.registry import load_registry
from tests.crash.workload import ROWS, sender_id, unit_of


class Aftermath(NamedTuple):
    """The appends that survived, and every fault of what survived."""

    survived: frozenset[int]
    faults: tuple[str, ...]


def aftermath(folder: Path) -> Aftermath:
    """Open the store as a restarted server does and read all of it."""
    faults: list[str] = []
    database = Database.open(folder)
    try:
        if (sound := database.read_now(lambda c: c.pragma("integrity_check"))) != "ok":
            faults.append(f"integrity: {sound}")
        registry = database.read_now(load_registry)
        entries = database.read_now(lambda c: read_entries(c, 0, 2**62, 2**31))
        rows: dict[int, int] = {}
        for entry in entries:
            assert isinstance(entry.body, Reports)
            block = entry.body.block
            for number, slot in zip(block.observed_us.tolist(), block.slot.tolist(), strict=True):
                rows[number] = rows.get(number, 0) + 1
                if slot >= len(registry.units) or registry.units[slot] != unit_of(number):
                    faults.append(f"append {number} has no unit")
        if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
            faults.append("the journal has a gap")
        faults.extend(f"append {number} has {count} rows" for number, count in rows.items() if count != ROWS)
        ids = {(registry.units.find(unit_of(number)) or 0, sender_id(number)): number for number in rows}
        if database.read_now(lambda c: observed_of(c, ids)) != ids:
            faults.append("senders' ids are lost")
    finally:
        database.close()
    return Aftermath(frozenset(rows), tuple(faults))


def broken_promises(found: Aftermath, acknowledged: Collection[int], refused: Collection[int] = ()) -> list[str]:
    """Return every fault, every acknowledged append that is gone, every refused one that is there."""
    lost = sorted(set(acknowledged) - found.survived)
    kept = sorted(set(refused) & found.survived)
    return [
        *found.faults,
        *(f"append {number} was acknowledged and is lost" for number in lost),
        *(f"append {number} was refused and is kept" for number in kept),
    ]
