"""The registry's rows on disk: written in the transaction of whatever uses them first, never changed after."""

import apsw
import msgspec

from app.model.identity import Profile, Registry, Unit
from app.model.label import Marking

_encode = msgspec.json.Encoder().encode
_marking_decoder = msgspec.json.Decoder(Marking)


def load_registry(connection: apsw.Connection) -> Registry:
    """Return the registry as stored."""
    registry = Registry()
    for contingent, unit in connection.execute("SELECT contingent, unit FROM units ORDER BY slot"):
        registry.units.number(Unit(contingent, unit))
    for row in connection.execute(
        "SELECT callsign, sidc, platform, party, altitude_ref, marking, strength FROM profiles ORDER BY number"
    ):
        registry.profiles.number(Profile(*row))
    for (body,) in connection.execute("SELECT body FROM markings ORDER BY number"):
        registry.markings.number(_marking_decoder.decode(body))
    return registry


def save_registry(connection: apsw.Connection, registry: Registry) -> None:
    """Write the rows that the file does not have yet.

    What is stored is counted in the file itself, so a transaction that fails leaves nothing to take back.
    """
    units, profiles, markings = next(
        connection.execute(
            "SELECT (SELECT coalesce(max(slot) + 1, 0) FROM units),"
            " (SELECT coalesce(max(number) + 1, 0) FROM profiles),"
            " (SELECT coalesce(max(number) + 1, 0) FROM markings)"
        )
    )
    # Profiles are read before markings: the loop may add both meanwhile, and no profile may lack its marking.
    connection.executemany(
        "INSERT INTO units VALUES (?, ?, ?)",
        ((number, *unit) for number, unit in enumerate(registry.units.since(units), units)),
    )
    connection.executemany(
        "INSERT INTO profiles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, *profile) for number, profile in enumerate(registry.profiles.since(profiles), profiles)),
    )
    connection.executemany(
        "INSERT INTO markings VALUES (?, ?)",
        (
            (number, _encode(marking).decode())
            for number, marking in enumerate(registry.markings.since(markings), markings)
        ),
    )


def registry_sizes(registry: Registry) -> tuple[int, int, int]:
    """Return how many rows each table has in memory: equal sizes mean that nothing is owed."""
    return len(registry.units), len(registry.profiles), len(registry.markings)
