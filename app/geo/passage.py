"""How deep a path goes into a zone, and whether it cuts the zone for real. Decides no violation."""

from itertools import pairwise

import numpy as np

from app.geo.edges import Crossing, Edges
from app.geo.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, distance_m
from app.geo.grid import F64, HALF_TURN_E7, I64, RADIANS_A_STEP, TURN_E7, Bools, to_grid, turns_between

_FINE_M = 0.02
_MOST_PIECES = 4096


def reaches_inside(zone: Edges, path: I64, margin_m: float) -> bool:
    """Tell whether some point of the path lies at least ``margin_m`` inside the zone.

    The depth changes by no more than the way travelled, so a piece whose ends show that it cannot reach the margin is
    done with, and others are halved: down to 2 cm, or until 4,096 pieces are in question (a path that keeps to within
    decimetres of the margin for kilometres), where the deepest point seen so far decides.
    """
    if margin_m <= 0:
        return bool(zone.inside(path[:, 0], path[:, 1]).any()) or bool(zone.crossings(path))
    near = _pieces_near(zone, path)
    fix, next_fix = path[:-1][near], path[1:][near]
    length = distance_m(fix[:, 0], fix[:, 1], next_fix[:, 0], next_fix[:, 1])
    depth = _depth_m(zone, np.concatenate((fix, next_fix)))
    at_start, at_end = np.split(depth, 2)
    start, end = fix.astype(np.float64), next_fix.astype(np.float64)
    if (depth >= margin_m).any():
        return True
    while True:
        open_ = ((at_start + at_end + length * 1.001) / 2 >= margin_m) & (length > _FINE_M)
        if not open_.any() or np.count_nonzero(open_) > _MOST_PIECES:
            return False
        start, end, at_start, at_end, length = (part[open_] for part in (start, end, at_start, at_end, length))
        middle = (start + end) / 2
        depth = _depth_m(zone, np.rint(middle).astype(np.int64))
        if (depth >= margin_m).any():
            return True
        start, end = np.concatenate((start, middle)), np.concatenate((middle, end))
        at_start, at_end = np.concatenate((at_start, depth)), np.concatenate((depth, at_end))
        length = np.concatenate((length, length)) / 2


def departs(zone: Edges, path: I64, margin_m: float) -> bool:
    """Tell whether the path, both ends outside, cuts two different stretches of the zone's boundary.

    So we read the rule: of some entry and the exit that follows, either the two are on different rings, or the boundary
    between them reaches at least ``margin_m`` away from the chord whichever way round one follows it, so that the two
    places are at least twice the margin apart along it. Grazing one straight stretch, or clipping a bend that is
    shallower than the margin, stays quiet; passing right through a strip narrower than the margin does not.
    """
    crossings = zone.crossings(path)
    return any(
        _cuts(zone, entry, leave, margin_m) for entry, leave in pairwise(crossings) if entry.sign > 0 > leave.sign
    )


def _pieces_near(zone: Edges, path: I64) -> Bools:
    """Tell which pieces of the path meet the zone's bounds."""
    west, south, east, north = zone.bounds
    low, high = np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])
    near = np.zeros(len(low), np.bool_)
    for k in turns_between(int(low[:, 0].min()), int(high[:, 0].max()), west, east):
        near |= (low[:, 0] + k * TURN_E7 <= east) & (high[:, 0] + k * TURN_E7 >= west)
    near &= (low[:, 1] <= north) & (high[:, 1] >= south)
    return near


def _depth_m(zone: Edges, points: I64) -> F64:
    metres = zone.distance_m(points[:, 0], points[:, 1])
    return np.where(zone.inside(points[:, 0], points[:, 1]), metres, -metres)


def _cuts(zone: Edges, entry: Crossing, leave: Crossing, margin_m: float) -> bool:
    if entry.edge == leave.edge:
        return False
    if zone.part[entry.edge] != zone.part[leave.edge]:
        return True
    chord = to_grid([(entry.lon, entry.lat), (leave.lon, leave.lat)])
    return _strays(zone, entry.edge, leave.edge, chord, margin_m) and _strays(
        zone, leave.edge, entry.edge, chord, margin_m
    )


def _strays(zone: Edges, first: int, last: int, chord: I64, margin_m: float) -> bool:
    """Tell whether a vertex from the end of ``first`` on to the start of ``last`` is ``margin_m`` off the chord."""
    after = zone.after
    passed = [first]
    while (edge := int(after[passed[-1]])) != last:
        if edge < 0:
            return True
        passed.append(edge)
    return bool((_off_chord_m(zone.b[passed], chord) >= margin_m).any())


def _off_chord_m(points: I64, chord: I64) -> F64:
    """Return metres of each point from the chord, in the local plane at its start: good to a per cent within 50 km."""
    latitude = chord[0, 1] * RADIANS_A_STEP
    squared = 1 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    normal_m = SEMI_MAJOR_M / np.sqrt(squared)
    scale = RADIANS_A_STEP * normal_m * np.array((np.cos(latitude), (1 - ECCENTRICITY_SQUARED) / squared))
    off = np.concatenate((chord[1:], points)) - chord[0]
    off[:, 0] = (off[:, 0] + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    metres = off * scale
    along, rest = metres[0], metres[1:]
    share = np.clip(rest @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
    away = rest - share[:, None] * along
    metres_off: F64 = np.hypot(away[:, 0], away[:, 1])
    return metres_off
