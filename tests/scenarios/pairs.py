"""Real tracks against real lines: what to push, and what must come of it by the tables. Shares no code with the app."""

import csv
import gzip
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.scenarios.pushing import Item

NOMINAL_S = 600.0
"""On a longer leg the place and time of a crossing are nominal."""


class Pair(NamedTuple):
    """A folder of tables, and the margin that is looked at."""

    folder: Path
    margin_m: int


class Stay(NamedTuple):
    """One stay inside: ``enter``, or ``present`` from the first fix on. Times in seconds since 1970, UTC.

    ``confirmed_s`` and ``entered_s`` are None where the tables are silent, ``left_s`` where the track did not leave.
    The ``_nominal`` say whether the crossing lies on a leg longer than ``NOMINAL_S``.
    """

    track: str
    direction: str
    confirmed_s: float | None
    entered_s: float | None
    entered_nominal: bool
    left_s: float | None
    left_nominal: bool


def data_folder() -> Path | None:
    """Return the folder of the shared tables, or None where there is none on this machine."""
    folder = os.environ.get("COP_TEST_DATA")
    return Path(folder) / "pairs" if folder else None


def mission_of(pair: Pair) -> dict[str, Any]:
    """Return a mission whose only zone is the pair's, gates off."""
    document = json.loads((pair.folder / "line.geojson").read_text())
    features = document["features"] if document["type"] == "FeatureCollection" else [document]
    rule = {"rule": "zone_incursion", "id": "r", "margin_m": pair.margin_m}
    properties = {"kind": "restricted_area", "name": "The zone", "rules": [rule]}
    return {
        "type": "FeatureCollection",
        "mission": {
            "id": "pairs",
            "name": "Pairs",
            "parties": [{"id": "others", "name": "Others"}],
            "contingents": [{"id": "ARG", "name": "A"}],
            "gates": None,
        },
        "features": [
            {"type": "Feature", "id": f"z{number}", "geometry": feature["geometry"], "properties": properties}
            for number, feature in enumerate(features)
        ],
    }


def reports_of(pair: Pair) -> list[Item]:
    """Return the fixes as positions, in order. Of two of one track and instant the first stands, as with a server."""
    rows = _rows(gzip.decompress((pair.folder / "tracks.csv.gz").read_bytes()))
    fixes: dict[tuple[str, str], Item] = {}
    for row in rows:
        fixes.setdefault(
            (row["t"], row["track_id"]),
            {
                "unit": row["track_id"],
                "observed_at": row["t"],
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
                "party": "others",
            },
        )
    return [fixes[key] for key in sorted(fixes)]


def expected(pair: Pair) -> list[Stay]:
    """Return the stays that the tables of side changes and of crossings make."""
    gap_s = {
        (row["track_id"], row["t_cross"]): float(row["gap_s"])
        for row in _rows((pair.folder / "expected_crossings.csv").read_bytes())
    }
    stays: list[Stay] = []
    for row in _rows((pair.folder / "expected_confirmed.csv").read_bytes()):
        if int(row["D_m"]) != pair.margin_m:
            continue
        track, crossed = row["track_id"], row["t_last_raw_crossing_before"]
        nominal = gap_s[track, crossed] > NOMINAL_S
        if row["to_side"] == "in":
            stays.append(Stay(track, "enter", seconds(row["t_confirmed"]), seconds(crossed), nominal, None, False))
        elif stays and stays[-1].track == track:
            stays[-1] = stays[-1]._replace(left_s=seconds(crossed), left_nominal=nominal)
        else:
            stays.append(Stay(track, "present", None, None, False, seconds(crossed), nominal))
    return stays


def found(violations: Iterable[dict[str, Any]]) -> list[Stay]:
    """Return the violations that the tables speak of: who entered, and who was there and left."""
    return [
        Stay(
            track=it["units"][0]["unit"],
            direction=it["direction"],
            confirmed_s=seconds(it["confirmed_at"]),
            entered_s=seconds(it["observed_at"]),
            entered_nominal=it["nominal"],
            left_s=seconds(it["ended_at"]) if it["ended_at"] else None,
            left_nominal=False,
        )
        for it in violations
        if it["status"] == "confirmed"
        and (it["direction"] == "enter" or (it["direction"] == "present" and it["ended_at"]))
    ]


def differences(tables: Iterable[Stay], server: Iterable[Stay]) -> Iterator[str]:
    """Name each stay that is not the same in both: matched on track and confirmation, crossings to a second."""
    told = {
        (stay.track, stay.direction, stay.confirmed_s if stay.direction == "enter" else None): stay for stay in server
    }
    for stay in tables:
        mine = told.pop((stay.track, stay.direction, stay.confirmed_s), None)
        if mine is None:
            yield f"missing {name_of(stay)}"
            continue
        if stay.direction == "enter" and not _near(stay.entered_s, mine.entered_s, stay.entered_nominal):
            yield f"entered at another time {name_of(stay)}"
        if stay.direction == "enter" and stay.entered_nominal != mine.entered_nominal:
            yield f"nominal or not {name_of(stay)}"
        if not _near(stay.left_s, mine.left_s, stay.left_nominal):
            yield f"left at another time {name_of(stay)}"
    for stay in told.values():
        yield f"extra {name_of(stay)}"


def name_of(stay: Stay) -> str:
    """Return the track, and when it was confirmed inside, or when it left if it was there from the first."""
    instant = stay.confirmed_s if stay.direction == "enter" else stay.left_s
    text = "-" if instant is None else datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds")
    return f"{stay.track} {stay.direction} {text}"


def seconds(text: str) -> float:
    """Read an RFC 3339 instant."""
    return datetime.fromisoformat(text).timestamp()


def _rows(table: bytes) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(table.decode().splitlines())


def _near(one: float | None, two: float | None, nominal: bool) -> bool:
    if one is None or two is None:
        return one is two
    return nominal or abs(one - two) <= 1.0
