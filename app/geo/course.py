"""Where a straight course leads: the geodesic on from a place, as pieces that can be compared with edges."""

import numpy as np
from pyproj import Geod

from app.geo.grid import F64, HALF_TURN_E7, I64, STEPS_A_DEGREE, TURN_E7, Rows, to_grid, unwrapped

FARTHEST_M = 1_000_000.0
"""No course is followed farther than this."""
_GEOD = Geod(ellps="WGS84")
_PIECE_M = 10_000.0


def courses(lon_e7: I64, lat_e7: I64, course_deg: F64, reach_m: F64) -> tuple[Rows, I64, I64]:
    """Return which course each piece is of, in its order, and its start and end, each (n, 2), 1e-7 degrees.

    A course is the geodesic of ``reach_m`` metres (up to ``FARTHEST_M``) that sets out on ``course_deg`` (true), cut
    into equal pieces of at most 10 km that are straight in lon/lat: at 60° such a piece is within 4 m of the geodesic,
    and no course is known so well. Longitudes are within ±180°.
    """
    reach_m = np.minimum(reach_m, FARTHEST_M)
    counts = np.maximum(1, np.ceil(reach_m / _PIECE_M)).astype(np.int64)
    course = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(course)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    lon, lat, deg = lon_e7[course] / STEPS_A_DEGREE, lat_e7[course] / STEPS_A_DEGREE, course_deg[course]
    lons, lats, _ = _GEOD.fwd(lon, lat, deg, reach_m[course] * number / counts[course])
    end = np.column_stack((to_grid(lons), to_grid(lats)))
    start = np.roll(end, 1, axis=0)
    first = number == 1
    start[first] = np.column_stack((lon_e7, lat_e7))
    return course, start, end


def course_path(lon_e7: int, lat_e7: int, course_deg: float, reach_m: float) -> I64:
    """Return one course as a path of shape (n, 2), of the same pieces; longitudes are continuous."""
    if reach_m <= _PIECE_M:  # most courses: the same numbers, without the columns
        lon, lat, _ = _GEOD.fwd(lon_e7 / STEPS_A_DEGREE, lat_e7 / STEPS_A_DEGREE, course_deg, reach_m)
        step = (round(lon * STEPS_A_DEGREE) - lon_e7 + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
        return np.array(((lon_e7, lat_e7), (lon_e7 + step, round(lat * STEPS_A_DEGREE))), np.int64)
    _, start, end = courses(np.array([lon_e7]), np.array([lat_e7]), np.array([course_deg]), np.array([reach_m]))
    path = np.concatenate((start[:1], end))
    path[:, 0] = unwrapped(path[:, 0])
    return path


def course_at_end_deg(lon0: I64, lat0: I64, lon1: I64, lat1: I64) -> F64:
    """Return the true course, 0 … 360, with which the geodesic between each pair of positions arrives."""
    from_lon, from_lat, lon, lat = (part / STEPS_A_DEGREE for part in (lon0, lat0, lon1, lat1))
    back: F64 = _GEOD.inv(from_lon, from_lat, lon, lat)[1]
    return (back + 180.0) % 360.0
