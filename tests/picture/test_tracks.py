"""The arrays of tracks, against a dictionary of what was told last."""

import random

import numpy as np

from app.model.identity import Profile, Registry
from app.model.label import Label, Marking
from app.model.report import COLUMNS, DRONE, ReportBlock
from app.picture.freshness import NEVER_US
from app.picture.tracks import IMPLAUSIBLE, Tracks

MINUTE_US = 60_000_000
PUBLIC, HIDDEN = Marking(("ARG",), Label()), Marking(("ARG",), Label(releasable_to=("ARG",)))


def registry() -> Registry:
    made = Registry()
    for marking in (PUBLIC, HIDDEN):
        number = made.markings.number(marking)
        for platform in ("vehicle", "uav", "static"):
            made.profiles.number(Profile(None, None, platform, "mission", "hae", number))
    return made


def block(rows: list[tuple[int, int, int]]) -> ReportBlock:
    """Rows of slot, observed_us and profile; the place says how new it is."""
    n = len(rows)
    nan = np.full(n, np.nan)
    slot, observed, profile = (np.array(column) for column in zip(*rows, strict=True))
    place = np.arange(n, dtype=np.int32)
    return ReportBlock(
        slot.astype(np.int32), observed.astype(np.int64), place, place, nan, nan, nan, nan,
        profile.astype(np.int32), np.zeros(n, np.uint8), np.full(n, -1, np.int32),
    )  # fmt: skip


def applied(tracks: Tracks, rows: list[tuple[int, int, int]], now_us: int = 0) -> None:
    reports = block(rows)
    order = np.lexsort((reports.observed_us, reports.slot))
    n = len(rows)
    tracks.apply(reports, order, np.full(n, now_us), np.zeros(n, np.uint8), now_us)


def test_each_reader_sees_each_unit_s_newest_report_that_he_may() -> None:
    rng = random.Random(7)
    tracks = Tracks(registry())
    newest: dict[tuple[int, int], int] = {}  # slot, marking → observed_us
    at = 0
    for _ in range(60):
        rows = []
        for _ in range(rng.choice([1, 5, 40])):
            at += 1
            slot = rng.randrange(30)
            profile = rng.randrange(3) + (3 if slot % 5 == 0 and rng.random() < 0.5 else 0)
            rows.append((slot, at, profile))
            newest[slot, profile // 3] = at
        applied(tracks, rows)

        for allowed in ([True, True], [True, False], [False, True]):
            seen = tracks.visible(np.array(allowed))
            expected: dict[int, int] = {}
            for (slot, marking), observed in newest.items():
                if allowed[marking]:
                    expected[slot] = max(observed, expected.get(slot, 0))
            assert dict(zip(tracks.slot[seen].tolist(), tracks.observed_us[seen].tolist(), strict=True)) == expected
            for slot in range(30):
                row = tracks.row_of(slot, np.array(allowed))
                assert (None if row is None else int(tracks.observed_us[row])) == expected.get(slot)


def test_restored_tracks_show_the_same() -> None:
    tracks = Tracks(registry())
    applied(tracks, [(0, 1, 0), (1, 2, 1), (0, 3, 3), (2, 4, 5)])
    again = Tracks(tracks.registry)

    again.restore(tracks.columns(), tracks.drones, tracks.version)

    for allowed in ([True, True], [True, False], [False, True], [False, False]):
        assert again.visible(np.array(allowed)).tolist() == tracks.visible(np.array(allowed)).tolist()
    applied(again, [(3, 9, 0), (0, 10, 0)])
    assert again.size == tracks.size + 1


def test_statuses_fall_due_by_the_clock_and_platform() -> None:
    tracks = Tracks(registry())
    applied(tracks, [(0, 0, 0), (1, 0, 1), (2, 0, 2)])
    statuses = {}
    while (due_us := tracks.next_due_us()) != NEVER_US:
        tracks.tick(due_us)
        statuses[due_us // MINUTE_US] = tracks.status[: tracks.size].tolist()

    assert statuses == {
        1: [0, 1, 0],
        5: [1, 1, 0],
        10: [1, 2, 0],
        60: [2, 2, 0],
        24 * 60: [2, 2, 1],
        72 * 60: [2, 2, 2],
    }


def test_a_row_tells_that_its_newest_fix_was_not_believed_and_when_it_changed() -> None:
    tracks = Tracks(registry())
    applied(tracks, [(0, 1, 0), (1, 1, 0)])
    first = tracks.version
    reports = block([(1, 2, 0)])

    tracks.apply(reports, np.array([0]), np.array([5]), np.array([IMPLAUSIBLE], np.uint8), 5)

    assert tracks.flags[:2].tolist() == [0, IMPLAUSIBLE]
    assert tracks.changed[:2].tolist() == [first, first + 1]
    assert tracks.received_us[:2].tolist() == [0, 5]


def test_what_a_drone_told_is_kept_over_a_restart() -> None:
    tracks = Tracks(registry())
    reports = block([(0, 1, 1), (1, 1, 0)])
    told = ReportBlock(
        **{name: getattr(reports, name) for name, _ in COLUMNS} | {
            "flags": np.array([DRONE, 0], np.uint8), "extra": np.array([0, 1], np.int32),
        },
        extras=(b'{"serial":"a"}', b'{"remarks":"no drone"}'),
    )  # fmt: skip
    tracks.apply(told, np.arange(2), np.zeros(2, np.int64), np.zeros(2, np.uint8), 0)

    again = Tracks(tracks.registry)
    again.restore(tracks.columns(), tracks.drones, tracks.version)

    assert again.drones == {int(again.row_of(0, np.array([True, True])) or 0): b'{"serial":"a"}'}
