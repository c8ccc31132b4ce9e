"""A bitmap of the cells of lon/lat that edges pass through, to dismiss most legs at a few nanoseconds each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.geo.grid import HALF_TURN_E7, I64, TURN_E7, Bools, Rows

_MOST_CELLS = 4_000_000
_SMALLEST_CELL = 14
"""The smallest cell is 2¹⁴ steps: 182 m of latitude."""
_REACH_E7 = HALF_TURN_E7 + (1 << 22)
"""A short leg that starts within ±180° ends within this, whatever the size of the cells."""
_BULGE = 1.2e-10
"""A geodesic over s steps of longitude (up to a radian) rises at most s²·this steps beyond its ends' latitudes."""


@dataclass(frozen=True, slots=True, eq=False)
class Occupancy:
    """Cells of 2^``power`` steps from (``west``, ``south``). ``near`` (rows, columns) also holds their neighbours.

    ``sums`` is the summed-area table of the cells themselves, with a row and column of zeros before them.
    """

    power: int
    west: int
    south: int
    near: npt.NDArray[np.bool_]
    sums: npt.NDArray[np.int32]

    @staticmethod
    def of(a: I64, b: I64) -> "Occupancy":
        """Mark the cells of edges from ``a`` to ``b``, each (n, 2) on any turn of longitude; at least one."""
        starts, steps = _on_one_turn(a, b)
        ends = starts + steps
        low = np.minimum(starts, ends).min(axis=0)
        high = np.maximum(starts, ends).max(axis=0)
        # Only what a leg of longitudes in -180 … 180 can meet matters, and it may reach a little beyond.
        low[0], high[0] = max(low[0], -_REACH_E7), min(high[0], _REACH_E7)
        power = _SMALLEST_CELL
        while ((int(high[0] - low[0]) >> power) + 5) * ((int(high[1] - low[1]) >> power) + 5) > _MOST_CELLS:
            power += 1
        west, south = int(low[0]) - (2 << power), int(low[1]) - (2 << power)
        columns, rows = ((int(high[0]) - west) >> power) + 3, ((int(high[1]) - south) >> power) + 3
        cells = np.zeros((rows, columns), np.bool_)
        _mark(cells, starts - (west, south), steps, power)
        near = cells.copy()
        near[1:] |= cells[:-1]
        near[:-1] |= cells[1:]
        tall = near.copy()
        near[:, 1:] |= tall[:, :-1]
        near[:, :-1] |= tall[:, 1:]
        sums = np.zeros((rows + 1, columns + 1), np.int32)
        np.cumsum(np.cumsum(cells, axis=0, dtype=np.int32), axis=1, out=sums[1:, 1:])
        return Occupancy(power, west, south, near, sums)

    def perhaps(self, lon0: I64, lat0: I64, d_lon: I64, d_lat: I64) -> Rows:
        """Return the legs that might meet an edge: from (lon0, lat0), longitude in -180 … 180, by (d_lon, d_lat)."""
        rows, columns = self.near.shape
        column, row = (lon0 - self.west) >> self.power, (lat0 - self.south) >> self.power
        # Seen as unsigned, what is west or south of the bitmap is beyond it too.
        on_it = (column.view(np.uint64) < columns) & (row.view(np.uint64) < rows)
        seen = self.near.ravel().take(row * columns + column, mode="clip") & on_it
        size = 1 << self.power
        short = np.maximum(np.abs(d_lon), np.abs(d_lat)) <= size
        # A short leg ends in its start's cell or a neighbour; a long one is looked up by its box, as are those seen.
        rest = np.flatnonzero(seen | ~short)
        return rest[self._boxes_meet(lon0[rest], lat0[rest], d_lon[rest], d_lat[rest])]

    def _boxes_meet(self, lon0: I64, lat0: I64, d_lon: I64, d_lat: I64) -> Bools:
        west, east, south, north = boxes(lon0, lat0, d_lon, d_lat)
        rows, columns = self.near.shape
        left, right = (_within((side - self.west) >> self.power, columns, by) for side, by in ((west, 0), (east, 1)))
        bottom, top = (_within((side - self.south) >> self.power, rows, by) for side, by in ((south, 0), (north, 1)))
        inside = self.sums[top, right] - self.sums[bottom, right] - self.sums[top, left] + self.sums[bottom, left]
        meets: Bools = (inside > 0) | (west < -HALF_TURN_E7) | (east > HALF_TURN_E7)
        return meets


def _within(cell: I64, cells: int, by: int) -> I64:
    """Return the column or row of the table before (``by`` 0) or after (1) a cell, which may lie beyond the bitmap."""
    place: I64 = np.minimum(np.maximum(cell + by, 0), cells)
    return place


def boxes(lon0: I64, lat0: I64, d_lon: I64, d_lat: I64) -> tuple[I64, I64, I64, I64]:
    """Return west, east, south, north that surely hold each geodesic leg and its rounding, on the turn of ``lon0``."""
    span = np.abs(d_lon)
    bulge = (span.astype(np.float64) ** 2 * _BULGE).astype(np.int64) + 2
    wide = span > HALF_TURN_E7 // 4
    polar = np.where(wide, HALF_TURN_E7, bulge)
    # Half-way round the earth the geodesic may take either way.
    either = np.where(span > HALF_TURN_E7 * 0.99, TURN_E7, 2)
    west, east = lon0 + np.minimum(d_lon, 0) - either, lon0 + np.maximum(d_lon, 0) + either
    return west, east, lat0 + np.minimum(d_lat, 0) - polar, lat0 + np.maximum(d_lat, 0) + polar


def _on_one_turn(a: I64, b: I64) -> tuple[I64, I64]:
    """Return starts and steps of the edges, each on every turn on which it touches -180 … 180 or just beyond."""
    starts, steps = [], []
    for turn in range(-2, 3):
        moved = a + np.array((turn * TURN_E7, 0))
        ends = moved[:, 0] + (b - a)[:, 0]
        on = (np.minimum(moved[:, 0], ends) <= _REACH_E7) & (np.maximum(moved[:, 0], ends) >= -_REACH_E7)
        starts.append(moved[on])
        steps.append((b - a)[on])
    return np.concatenate(starts), np.concatenate(steps)


def _mark(cells: Bools, starts: I64, steps: I64, power: int) -> None:
    """Mark the cells of each edge's boxes, an edge longer than a cell being cut into pieces no longer than one."""
    slack = int((1 << power) ** 2 * _BULGE) + 3  # a short leg's bulge, and rounding
    counts = (np.abs(steps).max(axis=1) >> power) + 1
    edge = np.repeat(np.arange(len(starts)), counts)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    piece = steps[edge] / counts[edge][:, None]
    begin = starts[edge] + piece * number[:, None]
    low = (np.floor(np.minimum(begin, begin + piece)).astype(np.int64) - slack) >> power
    high = (np.ceil(np.maximum(begin, begin + piece)).astype(np.int64) + slack) >> power
    rows, columns = cells.shape
    # A piece spans at most three cells each way: its first, its last and the one between.
    for column in (low[:, 0], (low[:, 0] + high[:, 0]) >> 1, high[:, 0]):
        for row in (low[:, 1], (low[:, 1] + high[:, 1]) >> 1, high[:, 1]):
            on = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
            cells[row[on], column[on]] = True
