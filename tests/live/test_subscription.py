"""What a client may say, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live.frames import ClientPing, Subscribe
from app.live.subscription import MESSAGE_BYTES, BadMessage, read, view_of

WHOLE = {"type": "subscribe", "layers": ["tracks"], "bbox": [30, 34, 35, 36], "resume": {"epoch": "e", "seq": 3}}


def test_a_subscription_is_read_whole() -> None:
    message = read(json.dumps(WHOLE))

    assert isinstance(message, Subscribe)
    assert view_of(message) == (frozenset({"tracks"}), (30.0, 34.0, 35.0, 36.0), False)
    assert message.resume is not None
    assert message.resume.seq == 3


def test_what_is_left_out_is_everything() -> None:
    message = read('{"type": "subscribe"}')

    assert isinstance(message, Subscribe)
    assert len(view_of(message).layers) == 5
    assert message.bbox is None


def test_a_ping_is_a_sign_of_life() -> None:
    assert isinstance(read('{"type":"ping"}'), ClientPing)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "snapshot"},
        {"type": None},
        {"layers": ["secrets"]},
        {"layers": "tracks"},
        {"bbox": [30, 34, 35]},
        {"bbox": [30, 36, 35, 34]},
        {"bbox": [-181, 34, 35, 36]},
        {"bbox": [30, 34, 35, 91]},
        {"bbox": ["30", 34, 35, 36]},
        {"resume": {"epoch": "e"}},
        {"resume": {"epoch": "e", "seq": "3"}},
        {"resume": {"epoch": "e", "seq": 1.5}},
        {"more": 1},
    ],
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        read(json.dumps(WHOLE | change))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", "[" * 3000, '{"type":"subscribe","bbox":[NaN,0,0,0]}', " " * (MESSAGE_BYTES + 1)]
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read(text)


@given(st.text() | st.binary())
def test_garbage_raises_bad_message_only_and_is_not_repeated(text: str | bytes) -> None:
    with pytest.raises(BadMessage) as raised:
        read(text)

    assert len(str(raised.value).encode()) <= 123  # it goes into a close frame
