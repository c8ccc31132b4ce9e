"""What was told of violations and then told otherwise: each revision beside the one before it.

Decides nothing about a reader: queries take the numbers of the markings he may see, and who calls says what he may.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import apsw
import msgspec

from app.model.label import Marking
from app.model.violation import Violation
from app.store.outcomes import violation_revisions

Place = tuple[int, str, int]
"""Where a correction stands in the list: when it was told, the violation, the revision."""
_json = msgspec.json.Encoder()


class Correction(NamedTuple):
    """Two revisions that a reader was told one after the other."""

    before: Violation
    after: Violation

    @property
    def place(self) -> Place:
        """Its key in the list."""
        return self.after.changed_us, self.after.id, self.after.revision


def corrections(
    connection: apsw.Connection,
    markings: Sequence[int],
    may: Callable[[Marking], bool],
    from_us: int,
    to_us: int,
    wanted: Callable[[Correction], bool],
) -> list[Correction]:
    """Return what was corrected in a span, both ends within, the last told first; of violations he may see now.

    A revision that the reader might not see did not happen for him: the ones around it are compared.
    """
    ids = connection.execute(
        "SELECT id FROM violations WHERE revision > 1 AND changed_us >= ?"
        " AND marking IN (SELECT value FROM json_each(?))",
        (from_us, _json.encode([int(number) for number in markings]).decode()),
    )
    found = []
    for (id_,) in list(ids):
        told = [one for one in violation_revisions(connection, id_) if may(one.marking)]
        pairs = (Correction(before, after) for before, after in pairwise(told))
        found += [pair for pair in pairs if from_us <= pair.after.changed_us <= to_us and wanted(pair)]
    return sorted(found, key=lambda pair: pair.place, reverse=True)
