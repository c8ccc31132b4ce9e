"""Values that a store is given once and keeps: its name, its secrets. Knows none of their meanings."""

from collections.abc import Callable

import apsw


def kept(connection: apsw.Connection, name: str, make: Callable[[], bytes]) -> bytes:
    """Return the value kept under ``name``, made on first use. For ``Database.write``."""
    row = next(connection.execute("SELECT value FROM meta WHERE name = ?", (name,)), None)
    if row is not None:
        return bytes(row[0])
    value = make()
    connection.execute("INSERT INTO meta VALUES (?, ?)", (name, value))
    return value
