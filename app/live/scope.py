"""The tracks that one audience sees in one box: which are in, since when, and which left when. Knows no subscriber.

Whoever knows the scope as it was at some version is owed exactly the rows in it that changed since (a row that comes in
has changed: it moved, or it is newer than the one seen before), and the ids that left since. So nobody needs a queue of
his own, and who lags gets the newest of each track.
"""

import numpy as np
import numpy.typing as npt

from app.live.subscription import BBox, inside
from app.picture.tracks import Mask, Rows, Tracks

Slots = npt.NDArray[np.intp]


class Scope:
    """Starts empty; ``advance`` brings it to the present before it is asked anything."""

    def __init__(self, bbox: BBox | None) -> None:
        self._bbox = bbox
        self._born: int | None = None
        self._version = -1
        self._row = np.empty(0, np.int32)  # slot → its row in here, or -1
        self._left = np.empty(0, np.int64)  # slot → version that saw it leave, or -1
        self._entered = np.empty(0, np.int64)  # slot → version that saw its row come in

    def advance(self, tracks: Tracks, visible: Rows) -> None:
        """Take in the tracks as they are now, of which ``visible`` are the rows that the audience sees."""
        if self._version == tracks.version:
            return
        rows = visible[inside(self._bbox, tracks.lon_e7[visible], tracks.lat_e7[visible])]
        slots = tracks.slot[rows]
        self._grow(int(tracks.slot[: tracks.size].max(initial=-1)) + 1)
        before = self._row
        now = np.full(len(before), -1, np.int32)
        now[slots] = rows
        self._left[now >= 0] = -1
        self._entered[(now >= 0) & (now != before)] = tracks.version
        self._left[(now < 0) & (before >= 0)] = tracks.version
        self._row = now
        self._version = tracks.version
        if self._born is None:
            self._born = tracks.version

    def reaches(self, version: int) -> bool:
        """Whether it is known what left since ``version``."""
        return self._born is not None and self._born <= version <= self._version

    def rows(self) -> Rows:
        """Return the rows that are in, by slot."""
        return self._row[self._row >= 0].astype(np.intp)

    def since(self, tracks: Tracks, version: int) -> tuple[Rows, Slots]:
        """Return the rows to draw anew and the slots to remove for who knows the scope as of ``version``."""
        rows = self.rows()
        return rows[tracks.changed[rows] > version], np.flatnonzero(self._left > version)

    def only_moved(self, tracks: Tracks, rows: Rows, version: int) -> Mask:
        """Return which of ``rows``, all of them in, are but for their motion as who knows ``version`` knows them."""
        return (self._entered[tracks.slot[rows]] <= version) & (tracks.recast[rows] <= version)

    def _grow(self, size: int) -> None:
        known = len(self._row)
        if size > known:
            more = max(size, 2 * known) - known
            self._row = np.append(self._row, np.full(more, -1, np.int32))
            self._left = np.append(self._left, np.full(more, -1, np.int64))
            self._entered = np.append(self._entered, np.full(more, -1, np.int64))
