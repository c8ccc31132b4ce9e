"""Log-ins are slowed by name and by source, and parallel tries count."""

from app.access.throttle import Throttle


def test_the_eleventh_try_waits_until_the_first_is_a_quarter_of_an_hour_old() -> None:
    throttle = Throttle(limit=10, window_s=900)
    for second in range(10):
        assert throttle.wait_s(("ana", "10.0.0.1"), second) == 0
        throttle.tried(("ana", "10.0.0.1"), second)

    assert throttle.wait_s(("ana",), 10) == 890
    assert throttle.wait_s(("other", "10.0.0.1"), 10) == 890
    assert throttle.wait_s(("other", "10.0.0.2"), 10) == 0
    assert throttle.wait_s(("ana", "10.0.0.1"), 900) == 0


def test_success_forgets_the_account_but_only_its_own_try_of_the_source() -> None:
    throttle = Throttle(limit=3, window_s=900)
    for account in ("guessed", "guessed", "ana"):
        throttle.tried((account, "10.0.0.1"), 0)
    assert throttle.wait_s(("10.0.0.1",), 1) > 0

    throttle.succeeded("ana", ("10.0.0.1",))

    assert throttle.wait_s(("10.0.0.1",), 1) == 0
    throttle.tried(("guessed", "10.0.0.1"), 1)
    assert throttle.wait_s(("10.0.0.1",), 1) > 0


def test_a_flood_of_names_does_not_grow_memory_without_end() -> None:
    throttle = Throttle(names=100)
    for number in range(1000):
        throttle.tried((str(number),), number)

    assert len(throttle._tries) == 100
