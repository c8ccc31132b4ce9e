"""Heights: metres above the WGS84 ellipsoid (``hae``), above mean sea level (``msl``), above the ground (``agl``).

Mean sea level is the EGM96 geoid, 53 m above the ellipsoid in Iceland and 106 m below it south of India. ``egm96.npz``
holds it every 10 minutes of arc (``tools/make_geoid.py`` says where from); between its points it is interpolated
bilinearly: 1.5 cm (root mean square) and nowhere more than 0.5 m off the model, which itself is good to about a metre.
The ground is not known here: a height above it can be compared with another one above it, and with nothing else.
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

ELLIPSOID, SEA_LEVEL, GROUND = "hae", "msl", "agl"
_TABLE = Path(__file__).with_name("egm96.npz")
_A_DEGREE = 6
"""Points of the table a degree."""


def undulation_m(lon: float, lat: float) -> float:
    """Return how far the geoid lies above the ellipsoid, at any longitude, and at latitudes of -90° to 90°."""
    table = _table()
    x, y = (lon + 180.0) % 360.0 * _A_DEGREE, (lat + 90.0) * _A_DEGREE
    column, row = min(int(x), table.shape[1] - 2), min(int(y), table.shape[0] - 2)
    east, north = x - column, y - row
    south_cm = table.item(row, column) * (1 - east) + table.item(row, column + 1) * east
    north_cm = table.item(row + 1, column) * (1 - east) + table.item(row + 1, column + 1) * east
    metres: float = (south_cm * (1 - north) + north_cm * north) / 100.0
    return metres


def height_m(altitude_m: float | None, given: str, wanted: str, lon: float, lat: float) -> float | None:
    """Return an altitude that was given above one reference as one above another, in metres.

    None where there is none, or where one of the two is the ground and the other is not: without terrain nobody knows.
    """
    if altitude_m is None or given == wanted:
        return altitude_m
    if GROUND in (given, wanted):
        return None
    undulation = undulation_m(lon, lat)
    return altitude_m - undulation if wanted == SEA_LEVEL else altitude_m + undulation


@cache
def _table() -> npt.NDArray[np.int16]:
    """Return centimetres by latitude, from 90° S, and longitude, from 180° W to 180° E; both ends are there."""
    with np.load(_TABLE) as stored:
        centimetres = np.cumsum(np.cumsum(stored["second_differences_cm"], axis=0, dtype=np.int32), axis=1)
    table: npt.NDArray[np.int16] = centimetres.astype(np.int16)
    return table
