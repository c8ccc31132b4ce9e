import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telemetry import Metrics, as_line, configure_logging, log_of


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    root.handlers, level = before
    root.setLevel(level)


DISGUISES = ("Cc", "Cf", "Zl", "Zp", "Cs")
TROUBLE = st.text(
    st.sampled_from('a\n\r\x00\x1b\x7f\x85\u2028\u2029\u202e\u2066\u200f\ufeff\u061c\U000e0041é漢\ud800"\\')
)


@given(TROUBLE | st.text(), st.dictionaries(st.text(min_size=1), TROUBLE | st.integers(), max_size=3))
def test_every_event_is_one_line_of_json_without_anything_that_disguises_it(text: str, more: dict[str, object]) -> None:
    event = {**more, "event": text}

    line = as_line(None, "info", dict(event))

    assert not any(unicodedata.category(character) in DISGUISES for character in line)
    assert json.loads(line) == event


def test_no_control_format_or_separator_character_of_unicode_gets_through() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    disguises = "".join(character for character in every if unicodedata.category(character) in DISGUISES)

    assert json.dumps(disguises) == as_line(None, "info", {"event": disguises}).removeprefix('{"event": ')[:-1]


def test_our_events_carry_level_logger_and_time(lines: io.StringIO) -> None:
    log_of("webhooks").warning("hook_failing", hook="hook_1", error="line one\nline two")

    [line] = lines.getvalue().splitlines()
    event = json.loads(line)
    assert event.pop("at").endswith("Z")
    assert event == {
        "event": "hook_failing", "hook": "hook_1", "error": "line one\nline two", "level": "warning",
        "logger": "webhooks",
    }  # fmt: skip


def test_other_packages_events_become_lines_too(lines: io.StringIO) -> None:
    logging.getLogger("elsewhere").warning("%s said\r\n%s", "somebody", "\u202etxt")

    [line] = lines.getvalue().split("\n")[:-1]
    assert json.loads(line)["event"] == "somebody said\r\n\u202etxt"
    assert "\u202e" not in line


def test_a_trace_stays_on_its_line(lines: io.StringIO) -> None:
    try:
        raise ValueError("no\nsuch thing")
    except ValueError:
        log_of("engine").exception("step_failed")

    [line] = lines.getvalue().split("\n")[:-1]
    assert "no\nsuch thing" in json.loads(line)["exception"]


def test_metrics_are_counted_apart_and_written_in_the_prometheus_format() -> None:
    one, other = Metrics.create(), Metrics.create()

    one.hook_attempts.labels("taken").inc()

    assert b'accord_hook_attempts_total{outcome="taken"} 1.0' in one.text()
    assert b'outcome="taken"' not in other.text()
