"""Rules over several tracks against a slow oracle: ten thousand places each, none missed, none extra.

A world has many places at once, each a box with tracks, limits and labels of its own; together they take one engine a
few seconds. Most worlds get their reports in order, a third in batches with some late, and a restart.
"""

import random
from typing import Any

import pytest

from app.access.policy import may_read
from app.access.principals import Principal
from app.model.entry import Tick
from app.model.label import Classification, Label
from app.model.violation import Violation
from tests.engine.world import START_US, Told, World, feature, mission
from tests.rules.oracle_stays import Seen, There, exceeded, lingering, presence, short

PLACES = 80
WORLDS = 126
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
WEST_E7, EAST_E7 = 0, 500_000
SILENCE_US = {"vehicle": HOUR_US, "uav": HOUR_US // 6}
LABELS = {
    "open": Label(),
    "hq": Label(releasable_to=("HQ",)),
    "secret": Label("confidential"),
    "secret hq": Label("confidential", ("GBR", "HQ")),
}
_NAMED: tuple[tuple[str, Classification, tuple[str, ...], tuple[str, ...]], ...] = (
    ("visitor", "unclassified", (), ("open",)),
    ("officer", "unclassified", ("HQ",), ("open", "hq")),
    ("cleared visitor", "confidential", (), ("open", "secret")),
    ("cleared officer", "confidential", ("HQ",), tuple(LABELS)),
    ("ally", "confidential", ("GBR",), ("open", "secret", "secret hq")),
)
READERS: dict[str, tuple[Principal, frozenset[str]]] = {
    name: (
        Principal(id=name, name=name, kind="user", role="officer", clearance=clearance, audiences=frozenset(audiences)),
        frozenset(sees),
    )
    for name, clearance, audiences, sees in _NAMED
}
"""Readers, and which labels' tracks each may see."""
Spans = list[tuple[int, int]]


def lat_of(place: int) -> float:
    return 0.02 * place - 0.8


def walk(rng: random.Random, unit: str, place: int) -> list[Told]:
    """A track along the parallel through the middle of the box, with silences; on few legs it crosses a side."""
    platform, party = rng.choice(["vehicle", "uav"]), rng.choice(["north", "north", "south"])
    label, strength = rng.choice(["open", "open", *LABELS]), rng.choice([None, 1, 2, 7])
    second, lon_e7 = rng.randrange(0, 4000), rng.randrange(-80_000, 580_000)
    told = []
    for _ in range(rng.randrange(1, 12)):
        strength = rng.choice([None, 3]) if rng.random() < 0.1 else strength
        told.append(
            Told(
                second + rng.randrange(1000) / 1000, lon_e7 / 1e7, lat_of(place), unit=unit, party=party,
                platform=platform, label=LABELS[label], strength=strength,
            )
        )  # fmt: skip
        second += rng.choice([10, 60, 60, 300, 599, 601, 1200, 3000, 3601, 5000])
        if rng.random() < 0.7:
            lon_e7 += rng.randrange(-80_000, 80_001)
    return told


def box(place: int, rules: list[dict[str, Any]]) -> dict[str, Any]:
    south, north = lat_of(place) - 0.005, lat_of(place) + 0.005
    ring = [[0.0, south], [0.05, south], [0.05, north], [0.0, north], [0.0, south]]
    return feature(rules, [ring], id=f"p{place}")


def told_to(it: World, tracks: list[list[Told]], rng: random.Random, *, in_order: bool, end_us: int) -> None:
    """Push all reports, and let the clock go on to ``end_us``."""
    reports = sorted((report for track in tracks for report in track), key=lambda report: report.second)
    if not in_order:
        reports.sort(key=lambda report: report.second + (rng.choice([500, 4000, 9000]) if rng.random() < 0.05 else 0))
    batches = 1 if in_order else 4
    for number in range(batches):
        batch = reports[number * len(reports) // batches : (number + 1) * len(reports) // batches]
        it.push(batch, START_US + max(round(report.second * 1e6) for report in batch))
        if number == 1:
            it.restart()
    it.take(Tick(end_us), end_us)


def seen(track: list[Told]) -> list[Seen]:
    named = {label: name for name, label in LABELS.items()}
    return [
        Seen(
            START_US + round(report.second * 1e6),
            round(report.lon * 1e7),
            (report.party, report.platform or "", report.strength or 1, named[report.label]),
        )
        for report in track
    ]


def clipped(begin: int, end: int, now_us: int) -> tuple[int, int]:
    """A span as a violation has it: no end while it goes on."""
    return begin, end if end <= now_us else -1


def united(spans: Spans) -> Spans:
    """The union of spans, of which one that goes on has the end -1."""
    found: Spans = []
    for begin, end in sorted(spans):
        if found and (found[-1][1] == -1 or begin <= found[-1][1]):
            last = found[-1]
            found[-1] = (last[0], -1 if -1 in (last[1], end) else max(last[1], end))
        else:
            found.append((begin, end))
    return found


def same(one: Spans, two: Spans) -> bool:
    """Whether spans agree to a microsecond or two: places on a leg are rational, and their floats are rounded."""
    return len(one) == len(two) and all(
        abs(a[0] - b[0]) <= 2 and (a[1] == b[1] or (-1 not in (a[1], b[1]) and abs(a[1] - b[1]) <= 2))
        for a, b in zip(one, two, strict=True)
    )


def span_of(violation: Violation) -> tuple[int, int]:
    return violation.observed_us, -1 if violation.ended_us is None else violation.ended_us


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(WORLDS))
def test_each_reader_is_told_of_every_ceiling_that_what_he_may_see_exceeds_and_of_no_other(seed: int) -> None:
    rng = random.Random(seed)
    places, limits, tracks = [], [], []
    for place in range(PLACES):
        limit: dict[str, Any] = {
            "class": rng.choice(["any", "vehicle"]), "party": rng.choice(["north", "north", "south"]),
            "max": rng.choice([0, 1, 2, 3, 8]),
        }  # fmt: skip
        limits.append(limit)
        places.append(box(place, [{"rule": "force_ceiling", "id": "r1", "limits": [limit]}]))
        tracks.append([walk(rng, f"{place}-{number}", place) for number in range(rng.randrange(1, 6))])
    it = World(mission(*places))
    reports = [track for of_place in tracks for track in of_place]
    last_us = START_US + max(round(report.second * 1e6) for track in reports for report in track)
    now_us = last_us + rng.choice([0, 900 * SECOND_US, 2 * HOUR_US])

    told_to(it, reports, rng, in_order=seed % 3 > 0, end_us=now_us)

    raised = it.violations()
    for place in range(PLACES):
        there = [
            stay
            for track in tracks[place]
            for stay in presence(track[0].unit, seen(track), WEST_E7, EAST_E7, SILENCE_US)
        ]
        counted = [stay for stay in there if _counts(stay, limits[place])]
        here = [violation for violation in raised if violation.feature == f"p{place}"]
        for name, (reader, sees) in READERS.items():
            visible = [stay for stay in counted if stay.kind[3] in sees]
            due = exceeded(visible, limits[place]["max"])
            mine = united([span_of(it) for it in here if may_read(reader, it.marking)])
            expected = united([clipped(begin, end, now_us) for begin, end, _ in due])
            assert same(mine, expected), (place, name, mine, expected)
        if {stay.kind[3] for stay in counted} == {"open"}:
            numbers = [int(violation.reason.split()[0]) for violation in here]
            assert numbers == [most for _, _, most in exceeded(counted, limits[place]["max"])]


def _counts(stay: There, limit: dict[str, Any]) -> bool:
    party, platform, _, _ = stay.kind
    return party == limit["party"] and limit["class"] in ("any", platform)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(WORLDS))
def test_whoever_is_missing_is_found_from_when_until_when_and_nobody_else(seed: int) -> None:
    rng = random.Random(100_000 + seed)
    silence_us = rng.choice([120, 600, 1500]) * SECOND_US
    places, tracks = [], []
    required: list[Any] = []
    for place in range(PLACES):
        named = [f"ARG/{place}-{number}" for number in range(rng.randrange(1, 3))]
        required.append(rng.choice([rng.choice([1, 2, 4]), named]))
        rule = {"rule": "absence", "id": "r1", "max_silence_s": silence_us / 1e6, "required": required[-1]}
        places.append(box(place, [rule]))
        walks = [walk(rng, f"{place}-{number}", place) for number in range(rng.randrange(0, 4))]
        tracks.append([[report._replace(label=Label()) for report in track] for track in walks])
    it = World(mission(*places))
    reports = [track for of_place in tracks for track in of_place]
    last_us = START_US + max(round(report.second * 1e6) for track in reports for report in track)
    now_us = last_us + rng.choice([0, 900 * SECOND_US, 2 * HOUR_US])

    told_to(it, reports, rng, in_order=seed % 3 > 0, end_us=now_us)

    raised = it.violations()
    for place in range(PLACES):
        times = [
            time
            for track in tracks[place]
            for time in lingering(track[0].unit, seen(track), WEST_E7, EAST_E7, silence_us)
        ]
        here = [violation for violation in raised if violation.feature == f"p{place}"]
        asked = required[place]
        for unit in [None] if isinstance(asked, int) else asked:
            counted = [time for time in times if unit is None or f"ARG/{time[2]}" == unit]
            due = short(counted, asked if isinstance(asked, int) else 1, START_US + silence_us, now_us + HOUR_US)
            expected = [clipped(begin, end, now_us) for begin, end in due if begin <= now_us]
            told = [it for it in here if unit is None or f"ARG/{it.units[-1].unit}" == unit]
            assert same([span_of(it) for it in told], expected), (place, unit, told, expected)
