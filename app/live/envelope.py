"""Messages as two pieces: a short prefix of the subscriber's own, and a tail that many share and nobody copies."""

import msgspec

from app.live.frames import ViolationFrame

_ENCODER = msgspec.json.Encoder()


class SnapshotPrefix(msgspec.Struct, tag_field="type", tag="snapshot"):
    """What is a subscriber's own of a ``frames.Snapshot``."""

    epoch: str
    seq: int
    at: str
    lag_s: int


class DeltaPrefix(msgspec.Struct, tag_field="type", tag="delta"):
    """What is a subscriber's own of a ``frames.Delta``."""

    epoch: str
    seq: int
    at: str


class ViolationBody(msgspec.Struct):
    """What all share of a ``frames.ViolationTold``."""

    violation: ViolationFrame


def tail_of(content: msgspec.Struct) -> bytes:
    """Return the JSON object of ``content``, which has at least one field, without its opening brace."""
    return _ENCODER.encode(content)[1:]


def spliced(prefix: SnapshotPrefix | DeltaPrefix, tail: bytes) -> tuple[bytes, ...]:
    """Return, in two pieces, one JSON object: the fields of ``prefix``, then those of ``tail``."""
    return _ENCODER.encode(prefix)[:-1] + b",", tail


def numbered(seq: int, tail: bytes) -> tuple[bytes, ...]:
    """Return, in two pieces, a ``frames.ViolationTold``; most messages are that, and cheap to write."""
    return b'{"type":"violation","seq":%d,' % seq, tail


def whole(message: msgspec.Struct) -> tuple[bytes, ...]:
    """Return a message that is nobody else's as one piece."""
    return (_ENCODER.encode(message),)
