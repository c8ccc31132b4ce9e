"""Which of many features a leg or point can concern at all, fast. Leaves every decision to the features' edges."""

from collections.abc import Sequence

import numpy as np
import shapely

from app.geo.edges import Edges
from app.geo.geodesy import SMALLEST_RADIUS_M, is_straight
from app.geo.grid import F64, HALF_TURN_E7, I64, RADIANS_A_STEP, TURN_E7, Bools, Rows, distinct, turns_between
from app.geo.nearest import Spans
from app.geo.occupancy import Occupancy, boxes
from app.geo.predicates import determinant

_NEAR_THE_POLE = 1.5
"""Radians of latitude; beyond, a way may come round by any meridian."""


class LegIndex:
    """An index over features, numbered as given. Positions are whole 1e-7 degrees, longitudes within ±180°."""

    def __init__(self, features: Sequence[Edges]) -> None:
        self._count = len(features)
        self._zone = np.array([number for number, feature in enumerate(features) if feature.is_zone], np.intp)
        self._bounds = np.array([feature.bounds for feature in features], np.int64).reshape(-1, 4)
        if not features:
            return
        self._a = np.concatenate([feature.a for feature in features])
        self._b = np.concatenate([feature.b for feature in features])
        self._feature = np.repeat(np.arange(self._count), [len(feature.a) for feature in features])
        self._spans = Spans.of(self._a, self._b)
        self._occupancy = Occupancy.of(self._a, self._b)
        self._boxes = shapely.STRtree(shapely.box(*self._bounds[self._zone].T.astype(np.float64)))

    def touching(self, lon0: I64, lat0: I64, lon1: I64, lat1: I64, *, straight: bool = False) -> tuple[Rows, Rows]:
        """Return (leg, feature) for every feature that the geodesic leg can cross, and a few more.

        By leg, then feature, without repeats. A leg of at most 1 km is returned only where it touches an edge; so is
        any leg that is said to be ``straight`` in lon/lat.
        """
        lon0, lat0, lon1, lat1 = (np.asarray(part, np.int64) for part in (lon0, lat0, lon1, lat1))
        if not self._count or not len(lon0):
            return np.empty(0, np.intp), np.empty(0, np.intp)
        d_lon, d_lat = lon1 - lon0, lat1 - lat0
        if int(np.abs(d_lon).max()) > HALF_TURN_E7:
            d_lon = (d_lon + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
        near = self._occupancy.perhaps(lon0, lat0, d_lon, d_lat)
        if not len(near):
            return near, near
        lon0, lat0, d_lon, d_lat = lon0[near], lat0[near], d_lon[near], d_lat[near]
        west, east, south, north = boxes(lon0, lat0, d_lon, d_lat)
        pairs = [
            self._met(
                lon0 + k * TURN_E7, lat0, d_lon, d_lat, (west + k * TURN_E7, south, east + k * TURN_E7, north), straight
            )
            for k in turns_between(int(west.min()), int(east.max()), self._spans.bounds[0], self._spans.bounds[2])
        ]
        leg, feature = np.divmod(distinct(np.concatenate(pairs)) if pairs else np.empty(0, np.intp), self._count)
        return near[leg], feature

    def near(self, lon: I64, lat: I64, reach_m: F64) -> Rows:
        """Return the points that may have an edge within ``reach_m`` metres: the others surely have none."""
        if not self._count or not len(lon):
            return np.empty(0, np.intp)
        angle = np.minimum(reach_m / SMALLEST_RADIUS_M, np.pi / 2) * 1.001
        highest = np.abs(lat) * RADIANS_A_STEP + angle
        # Whoever goes so far stays below ``highest``, where a radian of the way is at most so many of longitude.
        aside = np.minimum(angle / np.cos(np.minimum(highest, _NEAR_THE_POLE)), np.pi)
        aside[highest >= _NEAR_THE_POLE] = np.pi
        up_e7, aside_e7 = (np.ceil(part / RADIANS_A_STEP).astype(np.int64) for part in (angle, aside))
        return self._occupancy.perhaps(lon - aside_e7, lat - up_e7, 2 * aside_e7, 2 * up_e7)

    def containing(self, lon: I64, lat: I64) -> tuple[Rows, Rows]:
        """Return (point, feature) for every zone whose bounds hold the point, by point."""
        lon, lat = np.asarray(lon, np.int64), np.asarray(lat, np.int64)
        pairs = [np.empty(0, np.intp)]
        if len(self._zone) and len(lon):
            west, south = self._bounds[self._zone, :2].min(axis=0).tolist()
            east, north = self._bounds[self._zone, 2:].max(axis=0).tolist()
            for k in turns_between(int(lon.min()), int(lon.max()), west, east):
                moved = lon + k * TURN_E7
                rows = np.flatnonzero((moved >= west) & (moved <= east) & (lat >= south) & (lat <= north))
                point, zone = self._boxes.query(shapely.points(moved[rows].astype(np.float64), lat[rows]))
                pairs.append(rows[point] * self._count + self._zone[zone])
        point, feature = np.divmod(distinct(np.concatenate(pairs)), max(self._count, 1))
        return point, feature

    def lower_bound_m(self, feature: Rows, lon: I64, lat: I64) -> F64:
        """Return metres that each point's distance from its feature's bounds surely is not below: 0 within them."""
        west, south, east, north = self._bounds[feature].T
        # Whichever end of the box is nearer round the earth; a point within its longitudes has none to go.
        gap = np.minimum((west - lon) % TURN_E7, (lon - east) % TURN_E7)
        gap = np.where((lon - west) % TURN_E7 <= east - west, 0, gap)
        up = np.maximum(np.maximum(south - lat, lat - north), 0) * RADIANS_A_STEP
        across = np.minimum(gap * RADIANS_A_STEP, np.pi / 2)
        # To the nearest point of a whole meridian, on the sphere of the ellipsoid's smallest radius of curvature.
        aside = np.arcsin(np.clip(np.cos(lat * RADIANS_A_STEP) * np.sin(across), 0.0, 1.0))
        bound: F64 = np.maximum(up, aside) * (SMALLEST_RADIUS_M * (1 - 1e-9))
        return bound

    def _met(
        self, lon0: I64, lat0: I64, d_lon: I64, d_lat: I64, box: tuple[I64, I64, I64, I64], all_straight: bool
    ) -> Rows:
        """Return leg·count + feature of the legs that meet an edge's box and, where they are straight, the edge."""
        leg, span = self._spans.meeting(*box)
        edge = self._spans.edge[span]
        straight = all_straight or is_straight(lon0, lat0, lon0 + d_lon, lat0 + d_lat)[leg]
        start, step = (np.column_stack(part).take(leg, axis=0) for part in ((lon0, lat0), (d_lon, d_lat)))
        a, b = self._a.take(edge, axis=0), self._b.take(edge, axis=0)
        apart = _apart(a, b - a, start, start + step) | _apart(start, step, a, b)
        kept = ~(straight & apart)
        pairs: Rows = leg[kept] * self._count + self._feature[edge[kept]]
        return pairs


def _apart(start: I64, step: I64, p: I64, q: I64) -> Bools:
    """Tell where p and q are strictly on the same side of the line through ``start`` along ``step``."""
    one = determinant(step[:, 0], step[:, 1], p[:, 0] - start[:, 0], p[:, 1] - start[:, 1])
    two = determinant(step[:, 0], step[:, 1], q[:, 0] - start[:, 0], q[:, 1] - start[:, 1])
    return ((one > 0) & (two > 0)) | ((one < 0) & (two < 0))
