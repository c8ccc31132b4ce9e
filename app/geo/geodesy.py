"""Metres on the WGS84 ellipsoid and the geodesic between two fixes. Knows no features.

Arguments are whole 1e-7 degrees, longitude first.
"""

import math

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from app.geo.grid import F64, HALF_TURN_E7, I64, RADIANS_A_STEP, STEPS_A_DEGREE, TURN_E7, Bools, to_grid, unwrapped

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY_SQUARED = 6.694379990141317e-3
SMALLEST_RADIUS_M = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED)
"""The least radius of curvature anywhere: this times the angle between two positions never exceeds their distance."""

_GEOD = Geod(ellps="WGS84")
_PIECE_M = 1000.0
_FLAT_TANGENT = 2.0
"""Tangent of the latitude (63°) to which a 1 km piece, straight in lon/lat, stays within 4 cm of the geodesic."""
_SHORTEST_PIECE_M = 10.0
_LOCAL_M = 50_000.0
_LOCAL_TURN_E7 = int(0.02 / RADIANS_A_STEP)
"""A fiftieth of a radian: over more longitude, meridians converge too much for the radii at the middle latitude."""


def distance_m(lon0: npt.ArrayLike, lat0: npt.ArrayLike, lon1: npt.ArrayLike, lat1: npt.ArrayLike) -> F64:
    """Return the distance in metres of each pair of positions, also over the antimeridian.

    Below 50 km it is taken with the radii of curvature at the middle latitude (good to 0.01 %, also near
    a pole), else from the geodesic itself.
    """
    lon_a, lat_a, lon_b, lat_b = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, np.int64)) for part in (lon0, lat0, lon1, lat1))
    )
    step = lon_b - lon_a
    if len(step) and int(np.abs(step).max()) > HALF_TURN_E7:
        step = (step + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    middle = (lat_a + lat_b) * (RADIANS_A_STEP / 2)
    squared = 1 - ECCENTRICITY_SQUARED * np.sin(middle) ** 2
    normal_m = SEMI_MAJOR_M / np.sqrt(squared)
    east_m = normal_m * np.cos(middle) * step * RADIANS_A_STEP
    north_m = normal_m * (1 - ECCENTRICITY_SQUARED) / squared * (lat_b - lat_a) * RADIANS_A_STEP
    metres: F64 = np.hypot(east_m, north_m)
    far = np.flatnonzero((metres > _LOCAL_M) | (np.abs(step) > _LOCAL_TURN_E7))
    if len(far):
        degrees = [part[far] / STEPS_A_DEGREE for part in (lon_a, lat_a, lon_b, lat_b)]
        metres[far] = _GEOD.inv(degrees[0], degrees[1], degrees[2], degrees[3])[2]
    return metres


def geodesic_path(lon0_e7: int, lat0_e7: int, lon1_e7: int, lat1_e7: int) -> I64:
    """Return the leg as a path of shape (n, 2): lon, lat along the geodesic, rounded to the grid.

    Its pieces are at most 1 km long, and shorter above 63° of latitude, so that a piece, straight in lon/lat, stays
    within 5 cm of the geodesic (but for the last kilometre before a pole). Longitudes are continuous, and may leave
    ±180°. A leg that needs no point in between is its two ends.
    """
    step = lon1_e7 - lon0_e7
    if abs(step) > HALF_TURN_E7:
        step = (step + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    highest = max(abs(lat0_e7), abs(lat1_e7))
    if abs(step) < _LOCAL_TURN_E7 and _quick_m(step, lat0_e7, lat1_e7) <= _piece_m(highest):
        return np.array(((lon0_e7, lat0_e7), (lon0_e7 + step, lat1_e7)), np.int64)
    lon, lat = lon0_e7 / STEPS_A_DEGREE, lat0_e7 / STEPS_A_DEGREE
    azimuth, _, metres = _GEOD.inv(lon, lat, lon1_e7 / STEPS_A_DEGREE, lat1_e7 / STEPS_A_DEGREE)
    at_m = np.linspace(0.0, metres, max(1, math.ceil(metres / _PIECE_M)) + 1)
    lons, lats = _along(lon, lat, azimuth, at_m)
    heights = np.abs(lats)
    finer = np.ceil(_PIECE_M / _pieces_m(to_grid(np.maximum(heights[1:], heights[:-1])))).astype(np.int64)
    if finer.max() > 1:
        number = np.arange(finer.sum()) - np.repeat(np.cumsum(finer) - finer, finer)
        at_m = np.append(np.repeat(at_m[:-1], finer) + number * np.repeat(np.diff(at_m) / finer, finer), metres)
        lons, lats = _along(lon, lat, azimuth, at_m)
    path = np.column_stack((to_grid(lons), to_grid(lats)))
    path[0], path[-1] = (lon0_e7, lat0_e7), (lon1_e7, lat1_e7)
    path[:, 0] = unwrapped(path[:, 0])
    return path


def place_along(lon0_e7: int, lat0_e7: int, lon1_e7: int, lat1_e7: int, share: float) -> tuple[float, float]:
    """Return degrees of the place at a share (0 … 1) of the leg's length along the geodesic."""
    lon, lat = lon0_e7 / STEPS_A_DEGREE, lat0_e7 / STEPS_A_DEGREE
    azimuth, _, metres = _GEOD.inv(lon, lat, lon1_e7 / STEPS_A_DEGREE, lat1_e7 / STEPS_A_DEGREE)
    lon, lat, _ = _GEOD.fwd(lon, lat, azimuth, metres * share)
    return float(lon), float(lat)


def is_straight(lon0: I64, lat0: I64, lon1: I64, lat1: I64) -> Bools:
    """Tell which legs ``geodesic_path`` surely leaves as their two ends; one a hair below its limit may be False."""
    pieces_m = _pieces_m(np.maximum(np.abs(lat0), np.abs(lat1)))
    step = np.abs(lon1 - lon0)
    short: Bools = distance_m(lon0, lat0, lon1, lat1) < pieces_m * 0.999
    straight: Bools = short & (np.minimum(step, TURN_E7 - step) < _LOCAL_TURN_E7)
    return straight


def _along(lon: float, lat: float, azimuth: float, at_m: F64) -> tuple[F64, F64]:
    lon_a, lat_a, azimuths = (np.full(len(at_m), value) for value in (lon, lat, azimuth))
    lons, lats, _ = _GEOD.fwd(lon_a, lat_a, azimuths, at_m)
    return lons, lats


def _pieces_m(lat_e7: I64) -> F64:
    tangent = np.maximum(np.tan(np.abs(lat_e7) * RADIANS_A_STEP), 1e-9)
    pieces: F64 = np.maximum(_PIECE_M * np.sqrt(np.minimum(1.0, _FLAT_TANGENT / tangent)), _SHORTEST_PIECE_M)
    return pieces


def _piece_m(lat_e7: int) -> float:
    tangent = math.tan(lat_e7 * RADIANS_A_STEP)
    if tangent <= _FLAT_TANGENT:
        return _PIECE_M
    return max(_PIECE_M * math.sqrt(_FLAT_TANGENT / tangent), _SHORTEST_PIECE_M)


def _quick_m(step_e7: int, lat0_e7: int, lat1_e7: int) -> float:
    middle = (lat0_e7 + lat1_e7) * (RADIANS_A_STEP / 2)
    squared = 1 - ECCENTRICITY_SQUARED * math.sin(middle) ** 2
    normal_m = SEMI_MAJOR_M / math.sqrt(squared)
    east_m = normal_m * math.cos(middle) * step_e7 * RADIANS_A_STEP
    north_m = normal_m * (1 - ECCENTRICITY_SQUARED) / squared * (lat1_e7 - lat0_e7) * RADIANS_A_STEP
    return math.hypot(east_m, north_m)
