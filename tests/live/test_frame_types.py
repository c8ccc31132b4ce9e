"""The frontend's types of the wire are those of the server."""

from tools.frame_types import TARGET, frame_types


def test_the_frontends_frame_types_are_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == frame_types(), "run: make gen"


def test_every_kind_of_message_is_among_the_types() -> None:
    text = frame_types()

    for kind in ("snapshot", "resumed", "delta", "violation", "ping", "subscribe"):
        assert f'type: "{kind}";' in text
