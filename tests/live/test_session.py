"""What a stream remembers of itself."""

from hypothesis import given
from hypothesis import strategies as st

from app.live.audience import Audience
from app.live.session import MOST_POINTS, RETAIN_S, Point, Session
from app.live.subscription import View
from app.model.identity import Registry
from tests.live.world import reader


def session() -> Session:
    return Session("e", "k", Audience(reader("arg", "ARG").principal, Registry()), View(frozenset(), None))


@given(st.lists(st.tuples(st.sampled_from(["count", "learn", "rewind"]), st.integers(0, 50)), max_size=60))
def test_a_session_remembers_what_followed_each_message(steps: list[tuple[str, int]]) -> None:
    stream, known = session(), [Point(-1, -1, -1)]
    for n, (step, number) in enumerate(steps):
        point = Point(n, number, n + number)
        if step == "count":
            known.append(point)
            assert stream.count(0.0, point) == len(known) - 1
        elif step == "learn" and len(known) > 1:
            stream.learn(point)
            known[-1] = point
        elif step == "rewind" and 0 < number < len(known):
            stream.rewind(number)
            del known[number + 1 :]
        assert stream.seq == len(known) - 1
        assert stream.point == known[-1]
    assert [stream.remembers(seq) for seq in range(1, len(known))] == known[1:]
    assert stream.remembers(0) is None
    assert stream.remembers(len(known)) is None
    assert stream.remembers(-1) is None


def test_what_was_sent_in_the_last_minute_and_a_half_is_remembered_and_little_more() -> None:
    stream = session()
    for n in range(20_000):
        stream.count(n / 10, Point(n, n, n))

    last = [seq for seq in range(1, 20_001) if stream.remembers(seq) is not None]
    assert last[0] <= 20_000 - RETAIN_S * 10
    assert len(last) < 4 * RETAIN_S * 10
    assert stream.remembers(last[0]) == Point(last[0] - 1, last[0] - 1, last[0] - 1)


def test_a_flood_is_not_remembered_without_end() -> None:
    stream = session()
    for n in range(2 * MOST_POINTS):
        stream.count(0.0, Point(n, n, n))

    assert stream.remembers(2 * MOST_POINTS - MOST_POINTS // 2) is not None
    assert stream.remembers(2 * MOST_POINTS - MOST_POINTS - 1) is None
