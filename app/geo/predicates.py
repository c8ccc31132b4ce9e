"""Exact planar predicates on the integer grid, with every tie broken in one consistent way. Knows no features.

**The tie-break.** A track often touches a boundary without clearly crossing it: a fix on a vertex, a leg along an edge,
a unit that stands on the line. Each such case is judged as if the whole track were moved by the infinitely small
vector (ε, ε²) to the east and north, the features staying where they are. Then no point of a track lies on an edge,
no leg passes through a vertex, and no leg runs along an edge. So the plain definition of a crossing holds without
exceptions: over any consecutive legs the signed crossings of a line or ring add up, a path enters and leaves a zone in
turns, and reversing a path swaps the signs. (This is the simulation of simplicity of Edelsbrunner and Mücke, ACM
Transactions on Graphics 9(1), 1990, with one perturbation for all points of all tracks.)

With an edge of direction d = (dx, dy), the moved point's determinant is o - dy·ε + dx·ε²: where o is 0 the sign of -dy
decides, then that of dx. With a leg of direction l, a feature's vertex seen from the moved leg has o + ly·ε - lx·ε².

**Exactness.** Coordinates are whole numbers, so the determinants are too. Where all differences are below 2³¹ (214°)
they fit into 64 bits; others are computed with Python's integers.
"""

import numpy as np

from app.geo.grid import I8, I64, Bools

_FITS = 1 << 31
_ROUNDING = 1e6
"""More than a determinant of differences up to 2³⁴ (three turns of longitude) is off by when computed in floats."""


def determinant(dx: I64, dy: I64, ux: I64, uy: I64) -> I64:
    """Return ``dx·uy - dy·ux`` exactly; the array holds Python integers where 64 bits might not do."""
    if max(int(np.abs(part).max(initial=0)) for part in (dx, dy, ux, uy)) < _FITS:
        return dx * uy - dy * ux
    exact: I64 = dx.astype(object) * uy.astype(object) - dy.astype(object) * ux.astype(object)
    return exact


def signs(values: I64) -> I8:
    """Return the sign of each value as -1, 0 or 1, also of Python integers."""
    return (values > 0).astype(np.int8) - (values < 0).astype(np.int8)


def side_of_edge(dx: I64, dy: I64, o: I64) -> I8:
    """Return +1 where the moved point is left of the edge of direction (dx, dy), -1 where right, given its determinant.

    0 only for an edge of no length.
    """
    side = signs(o)
    if side.all():
        return side
    tie = -signs(dy)
    tie = np.where(tie == 0, signs(dx), tie)
    return np.where(side == 0, tie, side).astype(np.int8)


def meeting(p: list[int], q: list[int], a: list[int], b: list[int]) -> tuple[int, int, int] | None:
    """Return where the moved leg p→q crosses the edge a→b, as (numerator, denominator, sign), or None.

    The quotient is the place on the leg, 0 … 1; the sign is +1 from right to left of the edge, -1 from left to right.
    """
    (px, py), (qx, qy), (ax, ay), (bx, by) = p, q, a, b
    dx, dy, lx, ly = bx - ax, by - ay, qx - px, qy - py
    o_p = dx * (py - ay) - dy * (px - ax)
    o_q = dx * (qy - ay) - dy * (qx - ax)
    edge_tie = -dy or dx
    left_q = (o_q or edge_tie) > 0
    if ((o_p or edge_tie) > 0) == left_q:
        return None
    leg_tie = ly or -lx
    left_a = (lx * (ay - py) - ly * (ax - px) or leg_tie) > 0
    left_b = (lx * (by - py) - ly * (bx - px) or leg_tie) > 0
    if left_a == left_b:
        return None
    return o_p, o_p - o_q, 1 if left_q else -1


def surely_beside(p: I64, q: I64, a: I64, b: I64) -> Bools:
    """Tell where an edge a→b surely lies on one side of the leg p→q, each (n, 2), so that the two do not meet.

    A quick look before ``meeting``, by floating point with room for its errors: what is closer is left undecided.
    """
    step = (q - p).astype(np.float64)
    to_a, to_b = a - p, b - p
    left_a = step[:, 0] * to_a[:, 1] - step[:, 1] * to_a[:, 0]
    left_b = step[:, 0] * to_b[:, 1] - step[:, 1] * to_b[:, 0]
    nearer = np.minimum(np.abs(left_a), np.abs(left_b))
    beside: Bools = (nearer > _ROUNDING) & ((left_a > 0) == (left_b > 0))
    return beside


def turn(ax: int, ay: int, bx: int, by: int, cx: int, cy: int) -> int:
    """Return +1 where a→b→c turns left, -1 right, 0 straight on or back; exact, nothing is moved."""
    o = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
    return (o > 0) - (o < 0)
