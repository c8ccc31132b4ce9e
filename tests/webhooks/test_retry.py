import random
from email.utils import formatdate
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.retry import next_try_us, nominal_wait_s, retry_after_s

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US


def tries_until_given_up(seed: int) -> list[int]:
    """Play a receiver that is down for ever and answers at once; return the times of all tries."""
    chance = random.Random(seed)
    times = [0]
    while (next_us := next_try_us(len(times), 0, times[-1], chance)) is not None:
        times.append(next_us)
    return times


def test_the_first_waits_are_those_promised() -> None:
    assert [nominal_wait_s(tries, age_s=0) for tries in range(1, 8)] == [1, 2, 5, 10, 20, 40, 60]


@given(st.integers(0, 2**32))
def test_it_is_tried_often_at_first_then_less_and_for_three_days(seed: int) -> None:
    times = tries_until_given_up(seed)
    waits = [(after - before) / SECOND_US for before, after in pairwise(times)]

    assert sum(at <= 600 * SECOND_US for at in times) >= 12
    assert all(
        0.8 * nominal <= wait <= 1.2 * nominal for nominal, wait in zip((1, 2, 5, 10, 20, 40), waits, strict=False)
    )
    assert all(wait <= 60 for wait, at in zip(waits, times, strict=False) if at < 2 * HOUR_US)
    assert max(waits) <= 1.2 * 3600
    assert 72 * HOUR_US <= times[-1] <= 74 * HOUR_US
    assert len(times) < 1000


def test_no_two_deliveries_keep_step() -> None:
    assert tries_until_given_up(1)[1:20] != tries_until_given_up(2)[1:20]


@given(st.integers(1, 200), st.floats(0, 1e9), st.integers(0, 2**32))
def test_retry_after_is_heeded_but_silences_nobody_for_more_than_ten_minutes(
    tries: int, wait: float, seed: int
) -> None:
    plain = next_try_us(tries, 0, HOUR_US, random.Random(seed))
    heeded = next_try_us(tries, 0, HOUR_US, random.Random(seed), retry_after_s=wait)

    assert plain is not None
    assert heeded == max(plain, HOUR_US + round(min(wait, 600) * SECOND_US))


def test_a_delivery_that_fails_after_three_days_is_given_up() -> None:
    chance = random.Random(1)

    assert next_try_us(500, 0, 72 * HOUR_US - 1, chance) is not None
    assert next_try_us(500, 0, 72 * HOUR_US, chance) is None


NOW_US = 1_790_164_800_000_000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        (formatdate(NOW_US / 1e6 + 90, usegmt=True), 90.0),
        (formatdate(NOW_US / 1e6 - 90, usegmt=True), 0.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW_US) == seconds


@given(st.text())
def test_no_retry_after_header_raises(header: str) -> None:
    wait = retry_after_s(header, NOW_US)

    assert wait is None or wait >= 0
