"""A feed's health is that of the reports one may see, however they were batched."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.identity import Profile, Registry
from app.model.label import Label, Marking
from app.model.report import COLUMNS, FUTURE, Batch, ReportBlock
from app.picture.feeds_health import SILENT_US, FeedsHealth
from tests.builders import NOON_US, incident

SECOND = 1_000_000
MINUTE = 60 * SECOND
CONTINGENTS, FEEDS, MARKINGS = ("ARG", "GBR"), ("positions", "drones"), 3


class Request(NamedTuple):
    """One accepted request: each row is a marking and by how much it was observed before receipt."""

    contingent: str
    feed: str
    rows: list[tuple[int, int]]
    age_us: int = 0


requests = st.builds(
    Request,
    st.sampled_from(CONTINGENTS),
    st.sampled_from(FEEDS),
    st.lists(st.tuples(st.integers(0, MARKINGS - 1), st.integers(0, 10 * MINUTE)), min_size=1, max_size=5),
    st.integers(0, 20 * MINUTE),
)


def health() -> FeedsHealth:
    """The health of nothing yet, over a registry in which profile n has marking n."""
    registry = Registry()
    for number in range(MARKINGS):
        registry.markings.number(Marking(("ARG",), Label(releasable_to=(f"audience-{number}",))))
        registry.profiles.number(Profile(None, None, "vehicle", "mission", "hae", number))
    return FeedsHealth(registry)


def block(*asked: Request, flags: int = 0) -> ReportBlock:
    """One packed block of these requests."""
    rows = [(marking, NOON_US - one.age_us - age) for one in asked for marking, age in one.rows]
    columns: dict[str, Any] = {name: np.zeros(len(rows), dtype) for name, dtype in COLUMNS}
    columns["profile"][:] = [marking for marking, _ in rows]
    columns["observed_us"][:] = [observed for _, observed in rows]
    columns["flags"][:] = flags
    batches = [Batch(len(o.rows), "key", o.contingent, o.feed, NOON_US - o.age_us, bytes(32)) for o in asked]
    return ReportBlock(**columns, batches=batches)


def mask(*allowed: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([number in allowed for number in range(MARKINGS)], np.bool_)


@given(st.lists(requests, max_size=8), st.sets(st.integers(0, MARKINGS - 1)), st.booleans())
def test_counts_are_of_what_one_may_see_however_it_was_packed(
    asked: list[Request], allowed: set[int], packed: bool
) -> None:
    told = health()
    for part in [asked] if packed and asked else [[one] for one in asked]:
        told.took_reports(block(*part))

    seen = {(s.contingent, s.feed): s for s in told.seen(mask(*allowed), None, NOON_US)}

    for contingent in CONTINGENTS:
        for feed in FEEDS:
            mine = [one for one in asked if (one.contingent, one.feed) == (contingent, feed)]
            rows = [(one, age) for one in mine for marking, age in one.rows if marking in allowed]
            state = seen.pop((contingent, feed), None)
            assert (state.accepted if state else 0) == len(rows)
            if state is not None:
                assert state.heard_us == max(NOON_US - one.age_us for one, _ in rows)
                assert state.live == (NOON_US - state.heard_us < SILENT_US)
                assert (state.duplicates, state.rejected) == (None, None)
    assert not seen


def test_a_steady_feed_has_its_rate() -> None:
    told = health()
    for minute in range(30):
        told.took_reports(block(Request("ARG", "positions", [(0, 0)] * 12, age_us=minute * MINUTE)))

    [state] = told.seen(mask(0), None, NOON_US)

    assert state.rate_per_min == pytest.approx(12)
    assert told.seen(mask(0), None, NOON_US + 10 * MINUTE)[0].rate_per_min == 0


def test_the_clock_is_judged_by_the_freshest_report_and_never_by_flagged_ones() -> None:
    told = health()
    told.took_reports(block(Request("ARG", "positions", [(0, 3600 * SECOND)])))
    told.took_reports(block(Request("ARG", "positions", [(0, -90 * SECOND), (0, 60 * SECOND)])))
    told.took_reports(block(Request("ARG", "positions", [(0, -3600 * SECOND)]), flags=FUTURE))

    [state] = told.seen(mask(0), None, NOON_US)

    assert state.clock_skew_s == 90.0


def test_what_was_refused_is_told_to_its_own_contingent_only() -> None:
    told = health()
    told.refused("ARG", "positions", NOON_US, duplicates=2, rejected=3)

    [state] = told.seen(mask(), "ARG", NOON_US)

    assert (state.accepted, state.duplicates, state.rejected, state.live) == (0, 2, 3, True)
    assert told.seen(mask(0, 1, 2), "GBR", NOON_US) == []
    assert told.seen(mask(0, 1, 2), None, NOON_US) == []


def test_incidents_are_a_feed_too() -> None:
    told = health()
    marking = Marking(("ARG",), Label(releasable_to=("audience-1",)))
    told.took_incidents([incident(marking=marking)])

    assert [state.feed for state in told.seen(mask(1), None, NOON_US)] == ["incidents"]
    assert told.seen(mask(0), None, NOON_US) == []
