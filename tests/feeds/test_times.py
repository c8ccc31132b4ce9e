"""Many date-times at once, against the standard library and against the parser of one."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from app.feeds.times import BAD_US, parse_instants
from app.model.instant import parse_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS | st.just(UTC))
NEARLY = [
    "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:61Z",
    "0000-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00",
    "2026/01/01T00:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00+24:00",
    "", "Z", "٢٠٢٦-01-01T00:00:00Z",
]  # fmt: skip


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(["Z", ":", "."])), min_size=1, max_size=60))
def test_date_times_are_what_the_standard_library_says(moments: list[tuple[datetime, str]]) -> None:
    texts = [
        moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if kind == "Z" else moment.isoformat()
        for moment, kind in moments
    ]

    found = parse_instants(texts)

    assert found.tolist() == [(moment - EPOCH) // timedelta(microseconds=1) for moment, _ in moments]


@given(
    st.lists(
        st.sampled_from(NEARLY)
        | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,10})?Z", fullmatch=True)
        | st.text(max_size=30),
        max_size=60,
    )
)
def test_many_are_read_as_one_is(texts: list[str]) -> None:
    def one(text: str) -> int:
        try:
            return parse_instant(text)
        except ValueError:
            return BAD_US

    for told in (texts, texts * 5):
        assert parse_instants(told).tolist() == [one(text) for text in told]
