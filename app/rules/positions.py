"""Where a track was while it stayed: its stays and their samples as one line of time. For rules that measure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.geo.geodesy import SMALLEST_RADIUS_M, distance_m
from app.geo.grid import HALF_TURN_E7, RADIANS_A_STEP
from app.model.report import E7, F64, I64
from app.rules.group_rule import Stay
from app.rules.rule import PositionRef

NOWHERE = -1
"""The stay of a time when the track was not there."""


class Line(NamedTuple):
    """One track's stays, and its changes: from ``at_us`` on it was at a place, in one of the stays or ``NOWHERE``."""

    stays: Sequence[Stay]
    at_us: I64
    lon_e7: I64
    lat_e7: I64
    stay: npt.NDArray[np.intp]
    refs: Sequence[PositionRef]

    def rows(self, at_us: I64) -> npt.NDArray[np.intp]:
        """Return the change that holds at each instant; -1 before the first."""
        return np.searchsorted(self.at_us, at_us, side="right") - 1


def lines_of(stays: Iterable[Stay]) -> list[Line]:
    """Return the line of each track, by unit. Until its first sample a stay is where it began."""
    by_slot: dict[int, list[Stay]] = {}
    for stay in stays:
        by_slot.setdefault(stay.slot, []).append(stay)
    return sorted((_line(sorted(own, key=_begin)) for own in by_slot.values()), key=lambda line: line.stays[0].unit)


def pairs_within(lines: Sequence[Line], metres: float) -> list[tuple[int, int]]:
    """Return the pairs of tracks that may have been within so many metres of each other: others surely never were."""
    boxes = np.array([_box(line) for line in lines], np.int64).reshape(-1, 4)
    west, south, east, north = (side[:, None] for side in boxes.T)
    up = np.maximum(south - north.T, south.T - north)
    aside = np.maximum(west - east.T, west.T - east)
    aside = np.where(aside > HALF_TURN_E7, 0, aside)  # they may be neighbours over the antimeridian
    highest = np.maximum(np.abs(south), np.abs(north))
    shrink = np.cos(np.minimum(np.maximum(highest, highest.T) * RADIANS_A_STEP, np.pi / 2))
    scale_m = RADIANS_A_STEP * SMALLEST_RADIUS_M * 0.999
    near = (up * scale_m <= metres) & (aside * shrink * scale_m <= metres)
    return [(one, two) for one, two in np.argwhere(np.triu(near, 1)).tolist()]


def apart_m(one: Line, rows: npt.NDArray[np.intp], two: Line, others: npt.NDArray[np.intp]) -> F64:
    """Return metres between two tracks, change by change."""
    return distance_m(one.lon_e7[rows], one.lat_e7[rows], two.lon_e7[others], two.lat_e7[others])


def _box(line: Line) -> tuple[int, int, int, int]:
    there = line.stay != NOWHERE
    lon_e7, lat_e7 = line.lon_e7[there], line.lat_e7[there]
    return int(lon_e7.min()), int(lat_e7.min()), int(lon_e7.max()), int(lat_e7.max())


def _begin(stay: Stay) -> int:
    return stay.begin_us


def _line(stays: Sequence[Stay]) -> Line:
    changes: list[tuple[int, int, int, int, PositionRef]] = []
    for number, stay in enumerate(stays):
        if changes and changes[-1][0] == stay.begin_us and changes[-1][3] == NOWHERE:
            changes.pop()  # it goes straight on
        if not stay.samples or stay.samples[0][0] > stay.begin_us:
            place = round(stay.lon * E7), round(stay.lat * E7)
            changes.append((stay.begin_us, *place, number, stay.evidence[-1]))
        changes += [(us, lon_e7, lat_e7, number, ref) for us, lon_e7, lat_e7, ref in stay.samples if us < stay.end_us]
        changes.append((stay.end_us, 0, 0, NOWHERE, (0, 0)))
    at_us, lon_e7, lat_e7, stay_of, refs = zip(*changes, strict=True)
    return Line(
        stays, np.array(at_us, np.int64), np.array(lon_e7, np.int64), np.array(lat_e7, np.int64),
        np.array(stay_of, np.intp), refs,
    )  # fmt: skip
