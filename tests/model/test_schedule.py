"""Schedules against a slow reading of them: day by day, and along the wall clock a quarter of an hour at a time."""

import random
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.model.instant import parse_instant
from app.model.schedule import Schedule, Timetable, Window

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PLACES = (
    ("Asia/Nicosia", date(2026, 3, 29)),
    ("Asia/Nicosia", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # there was no such day
    ("Asia/Beirut", date(2024, 3, 31)),  # at midnight
    ("Asia/Kathmandu", date(2026, 7, 1)),
    ("UTC", date(2026, 2, 28)),
)
"""Zones, each with a day on which something happens to its clocks."""


class Plain(NamedTuple):
    """A window in terms that the slow reading needs, beside the same as the mission file has it."""

    window: Window
    first: date
    start: timedelta
    length: timedelta | None
    end: timedelta | None
    kind: str
    step: int
    chosen: frozenset[int]
    times: int | None
    until: date | None


def made_up(rng: random.Random, around: date) -> Plain:
    """A window in the weeks around a day."""
    first = around - DAY * rng.randrange(1, 12)
    start = QUARTER * rng.randrange(96)
    length = QUARTER * rng.choice([1, 4, 32, 48, 96, 150]) if rng.random() < 0.5 else None
    end = QUARTER * rng.randrange(96) if length is None else None
    kind = rng.choice(["once", "DAILY", "DAILY", "WEEKLY", "WEEKLY", "MONTHLY"])
    step = rng.choice([1, 1, 2, 3]) if kind in ("DAILY", "WEEKLY") else 1
    chosen: frozenset[int] = frozenset()
    rule = f"FREQ={kind};INTERVAL={step}"
    if kind == "WEEKLY":
        chosen = frozenset(rng.sample(range(7), rng.randrange(1, 6)))
        rule += ";BYDAY=" + ",".join(NAMES[day] for day in sorted(chosen))
    if kind == "MONTHLY":
        chosen = frozenset(rng.sample([*range(1, 32), -1, -2, -3], 9))
        rule += ";BYMONTHDAY=" + ",".join(map(str, sorted(chosen)))
    times = rng.randrange(1, 9) if kind != "once" and rng.random() < 0.3 else None
    until = around + DAY * rng.randrange(-3, 6) if kind != "once" and times is None and rng.random() < 0.3 else None
    rule += f";COUNT={times}" if times else f";UNTIL={until:%Y%m%d}" if until else ""
    window = Window(
        rrule=None if kind == "once" else rule,
        start=f"{first}T{clock(start)}",
        end=None if end is None else clock(end),
        duration_s=None if length is None else length.total_seconds(),
    )
    return Plain(window, first, start, length, end, kind, step, chosen, times, until)


def clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def falls_on(plain: Plain, day: date) -> bool:
    """Whether the window may begin on a day, but for how often it has before."""
    if day < plain.first or (plain.until is not None and day > plain.until):
        return False
    match plain.kind:
        case "once":
            return day == plain.first
        case "DAILY":
            return (day - plain.first).days % plain.step == 0
        case "WEEKLY":
            monday, first_monday = day - DAY * day.weekday(), plain.first - DAY * plain.first.weekday()
            return (monday - first_monday).days // 7 % plain.step == 0 and day.weekday() in plain.chosen
    last = monthrange(day.year, day.month)[1]
    return day.day in plain.chosen or day.day - last - 1 in plain.chosen


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the clock on the wall reads so; else what it would be, had it not been put forward."""
    at = wall.replace(tzinfo=UTC) - 2 * DAY
    before = at
    while at < wall.replace(tzinfo=UTC) + 2 * DAY:
        read = at.astimezone(zone).replace(tzinfo=None)
        if read == wall:
            return at
        if read < wall:
            before = at
        at += QUARTER
    late_by = wall - before.astimezone(zone).replace(tzinfo=None)
    return before + late_by


def spans(plain: Plain, zone: ZoneInfo, last: date) -> list[tuple[datetime, datetime]]:
    """From when to when the window is, each time that it begins by a day."""
    found: list[tuple[datetime, datetime]] = []
    day = plain.first
    while day <= last and (plain.times is None or len(found) < plain.times):
        if falls_on(plain, day):
            wall = datetime.combine(day, datetime.min.time()) + plain.start
            begins = instant(wall, zone)
            if plain.length is not None:
                ends = begins + plain.length
            else:
                assert plain.end is not None
                ends = instant(wall - plain.start + plain.end + (DAY if plain.end <= plain.start else 0 * DAY), zone)
            found.append((begins, ends))
        day += DAY
    return found


@pytest.mark.parametrize("seed", range(30))
def test_a_schedule_covers_what_a_slow_reading_says(seed: int) -> None:
    rng = random.Random(seed)
    for name, around in PLACES:
        zone = ZoneInfo(name)
        plain = [made_up(rng, around) for _ in range(rng.choice([1, 1, 2, 3]))]
        known = [span for one in plain for span in spans(one, zone, around + 10 * DAY)]
        middle = datetime.combine(around, datetime.min.time(), UTC)
        asked = [middle + timedelta(seconds=rng.randrange(-12 * 86_400, 8 * 86_400)) for _ in range(30)]
        edges = [edge for span in known for edge in span if edge < middle + 8 * DAY]
        asked += [
            edge + timedelta(microseconds=rng.choice([-1, 0, 1])) for edge in rng.choices(edges or [middle], k=15)
        ]
        rng.shuffle(asked)
        expected = [any(begins <= at < ends for begins, ends in known) for at in asked]
        asked_us = [(at - EPOCH) // timedelta(microseconds=1) for at in asked]

        table = Timetable(Schedule(tz=name, windows=tuple(one.window for one in plain)))

        assert [table.covers_at(us) for us in asked_us] == expected, plain
        again = Timetable(Schedule(tz=name, windows=tuple(one.window for one in plain)))
        assert again.covers(np.array(asked_us, np.int64)).tolist() == expected


def covered(schedule: Schedule, *instants: str) -> list[bool]:
    table = Timetable(schedule)
    return [bool(one) for one in table.covers(np.array([parse_instant(text) for text in instants], np.int64))]


def of(rrule: str | None, start: str, *, tz: str = "Asia/Nicosia", **more: float | str) -> Schedule:
    return Schedule(tz=tz, windows=(Window(rrule=rrule, start=start, **more),))  # type: ignore[arg-type]


def test_six_in_the_morning_is_six_on_the_wall_in_summer_and_winter() -> None:
    daily = of("FREQ=DAILY", "06:00", end="18:00")

    assert covered(daily, "2026-01-15T03:59:59Z", "2026-01-15T04:00:00Z") == [False, True]
    assert covered(daily, "2026-07-15T02:59:59Z", "2026-07-15T03:00:00Z") == [False, True]


def test_a_night_ends_by_the_wall_clock_or_after_its_length() -> None:
    """The clocks went forward at 03:00 on 2026-03-29 (01:00 UTC)."""
    by_clock = of("FREQ=DAILY", "22:00", end="06:00")
    by_length = of("FREQ=DAILY", "22:00", duration_s=8 * 3600)

    assert covered(by_clock, "2026-03-29T02:59:59Z", "2026-03-29T03:00:00Z") == [True, False]
    assert covered(by_length, "2026-03-29T03:59:59Z", "2026-03-29T04:00:00Z") == [True, False]


def test_windows_that_overlap_or_touch_are_one() -> None:
    always = Timetable(of("FREQ=DAILY", "00:00", end="00:00"))
    noon_us, later_us = parse_instant("2026-03-28T12:00:00Z"), parse_instant("2026-11-28T12:00:00Z")

    assert always.end_between(noon_us, later_us) is None
    assert always.covers(np.arange(noon_us, later_us, 3_600_000_000)).all()


def test_a_windows_end_is_told_once_it_has_come() -> None:
    daily = Timetable(of("FREQ=DAILY", "06:00", end="18:00", tz="UTC"))
    ten, six, seven = (parse_instant(f"2026-03-28T{hour}:00:00Z") for hour in (10, 18, 19))

    assert daily.end_between(ten, six - 1) is None
    assert daily.end_between(ten, six) == daily.end_between(ten, seven) == six
    assert daily.end_between(six, seven) == six, "no window holds its own end"


def test_edges_are_the_same_however_far_they_were_worked_out() -> None:
    schedule = Schedule(
        windows=(
            Window(rrule="FREQ=DAILY;INTERVAL=2", start="2020-01-01T06:00", duration_s=30 * 3600),
            Window(rrule="FREQ=WEEKLY;BYDAY=MO,WE", start="00:00", end="12:00"),
        )
    )
    far, step_by_step = Timetable(schedule), Timetable(schedule)
    end_us = parse_instant("2026-01-01T00:00:00Z")

    far.edges_us(end_us)
    for year in range(2000, 2027):
        until_us = parse_instant(f"{year}-01-01T00:00:00Z")
        one, two = (table.edges_us(until_us) for table in (step_by_step, far))
        assert one[one <= until_us].tolist() == two[two <= until_us].tolist()


def test_what_is_far_away_in_time_is_answered_too() -> None:
    daily = of("FREQ=DAILY", "06:00", end="18:00", tz="UTC")

    assert covered(daily, "0001-01-01T07:00:00Z", "1999-12-31T07:00:00Z", "2150-12-31T07:00:00Z") == [
        False, False, True
    ]  # fmt: skip
    assert covered(of("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", "06:00", end="18:00"), "9999-06-01T07:00:00Z") == [False]
    assert covered(of("FREQ=DAILY;COUNT=2", "1970-01-01T06:00", end="18:00"), "1970-01-02T07:00:00Z") == [True]


def test_until_may_be_a_day_a_local_time_or_a_utc_time() -> None:
    seven = [f"2026-07-0{day}T05:00:00Z" for day in (1, 2, 3)]

    for until in ("20260702", "20260702T060000", "20260702T030000Z"):
        assert covered(of(f"FREQ=DAILY;UNTIL={until}", "06:00", end="18:00"), *seven) == [True, True, False]
    for until in ("20260701", "20260702T055959", "20260702T025959Z"):
        assert covered(of(f"FREQ=DAILY;UNTIL={until}", "06:00", end="18:00"), *seven) == [True, False, False]
