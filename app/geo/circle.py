"""Circles on WGS84, as closed rings of degrees."""

import numpy as np
from pyproj import Geod

from app.geo.notation import Position

CORNERS = 128
"""Of a ring: its edges come at most 0.03 % of the radius nearer to the middle than its corners."""
_GEOD = Geod(ellps="WGS84")


def circle(lon: float, lat: float, radius_m: float) -> list[Position]:
    """Return the ring of ``CORNERS`` positions ``radius_m`` from a place, counter-clockwise, the first also the last.

    Longitudes are continuous from ``lon``, and may leave ±180°.
    """
    azimuths = -np.arange(CORNERS) * (360.0 / CORNERS)
    lons, lats, _ = _GEOD.fwd(np.full(CORNERS, lon), np.full(CORNERS, lat), azimuths, np.full(CORNERS, radius_m))
    lons = lon + (np.asarray(lons) - lon + 180.0) % 360.0 - 180.0
    ring = [(float(x), float(y)) for x, y in zip(lons, lats, strict=True)]
    return [*ring, ring[0]]
