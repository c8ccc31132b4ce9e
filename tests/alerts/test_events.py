import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alerts.events import EVENTS, events_of
from app.model.violation import Assessment, Change, Violation
from tests.builders import NOON_US, violation

SUSPECTED = violation()
CONFIRMED = violation(status="confirmed", confirmed_us=NOON_US, revision=2)
ENDED = violation(status="confirmed", confirmed_us=NOON_US, ended_us=NOON_US + 5, revision=3)
WITHDRAWN = violation(status="withdrawn", revision=2)
ADVISORY = violation(status="advisory")
AUTHORISED = violation(status="authorised", revision=3)


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (None, SUSPECTED, ["violation.suspected"]),
        (None, CONFIRMED, ["violation.confirmed"]),
        (None, ADVISORY, ["violation.confirmed"]),
        (None, ENDED, ["violation.confirmed", "violation.ended"]),
        (SUSPECTED, CONFIRMED, ["violation.confirmed"]),
        (SUSPECTED, ENDED, ["violation.confirmed", "violation.ended"]),
        (SUSPECTED, WITHDRAWN, ["violation.withdrawn"]),
        (CONFIRMED, ENDED, ["violation.ended"]),
        (CONFIRMED, WITHDRAWN, ["violation.withdrawn"]),
        (ENDED, CONFIRMED, ["violation.changed"]),
        (CONFIRMED, SUSPECTED, ["violation.changed"]),
        (CONFIRMED, AUTHORISED, ["violation.changed"]),
        (AUTHORISED, CONFIRMED, ["violation.confirmed"]),
        (AUTHORISED, ADVISORY, ["violation.changed"]),
        (WITHDRAWN, SUSPECTED, ["violation.suspected"]),
        (WITHDRAWN, CONFIRMED, ["violation.confirmed"]),
    ],
)
def test_a_change_is_called_by_what_became_of_the_violation(
    before: Violation | None, after: Violation, events: list[str]
) -> None:
    assert list(events_of(Change(before, after))) == events


def test_depth_assessment_and_the_time_of_an_end_are_changes() -> None:
    judged = msgspec.structs.replace(CONFIRMED, assessment=Assessment("acknowledged", "ana", NOON_US), revision=3)
    deeper = msgspec.structs.replace(CONFIRMED, depth_m=300.0, revision=3)
    ended_later = msgspec.structs.replace(ENDED, ended_us=NOON_US + 9, revision=4)

    assert events_of(Change(CONFIRMED, judged)) == ("violation.changed",)
    assert events_of(Change(CONFIRMED, deeper)) == ("violation.changed",)
    assert events_of(Change(ENDED, ended_later)) == ("violation.changed",)


def test_what_was_raised_and_withdrawn_unseen_tells_nothing() -> None:
    assert events_of(Change(None, WITHDRAWN)) == ()


def test_no_difference_tells_nothing() -> None:
    assert events_of(Change(CONFIRMED, CONFIRMED)) == ()


@given(
    st.sampled_from(["suspected", "confirmed", "authorised", "advisory", "withdrawn"]),
    st.sampled_from(["suspected", "confirmed", "authorised", "advisory", "withdrawn"]),
    st.sampled_from([None, NOON_US, NOON_US + 1]),
    st.sampled_from([None, NOON_US, NOON_US + 1]),
)
def test_every_revision_of_a_told_violation_tells_something_that_can_be_subscribed_to(
    was: str, became: str, ended_before: int | None, ended_after: int | None
) -> None:
    before = violation(status=was, ended_us=ended_before)
    after = violation(status=became, ended_us=ended_after, revision=2)

    told = events_of(Change(before, after))

    assert told
    assert len(set(told)) == len(told)
    assert set(told) <= set(EVENTS)
