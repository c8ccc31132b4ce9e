import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.webhooks.signature import SecretRefused, new_secret, parse_secret, secret_text, signed_headers

SECRET = bytes(range(32))
BODY = b'{"type":"violation.confirmed","data":{"id":"v_1"}}'


def now_us() -> int:
    return time.time_ns() // 1000


def accepted(headers: dict[str, str], body: bytes, secret: bytes = SECRET) -> bool:
    """Whether the reference implementation, as a receiver runs it, takes the message."""
    try:
        Webhook(secret_text(secret)).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


@given(
    st.binary(min_size=24, max_size=64), st.text().map(str.encode), st.from_regex(r"msg_[a-z2-7]{24}", fullmatch=True)
)
def test_the_reference_verifier_takes_what_we_sign(secret: bytes, body: bytes, message_id: str) -> None:
    assert accepted(signed_headers(secret, message_id, now_us(), body), body, secret)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 127))
def test_any_altered_byte_is_refused(place: int, change: int) -> None:
    headers = signed_headers(SECRET, "msg_1", now_us(), BODY)

    altered = bytearray(BODY)
    altered[place] = (altered[place] ^ change) & 0x7F

    assert accepted(headers, bytes(altered)) is (bytes(altered) == BODY)


def test_another_id_another_time_and_another_secret_are_refused() -> None:
    headers = signed_headers(SECRET, "msg_1", now_us(), BODY)

    assert not accepted({**headers, "webhook-id": "msg_2"}, BODY)
    assert not accepted({**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}, BODY)
    assert not accepted(headers, BODY, new_secret())


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_more_than_five_minutes_off_is_refused(minutes: int) -> None:
    assert not accepted(signed_headers(SECRET, "msg_1", now_us() + minutes * 60_000_000, BODY), BODY)


def test_a_secret_is_read_as_it_was_written() -> None:
    secret = new_secret()

    assert len(secret) == 32
    assert parse_secret(secret_text(secret)) == secret


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        base64.b64encode(SECRET).decode(),
        "whsec_" + base64.b64encode(SECRET[:23]).decode(),
        "whsec_" + base64.b64encode(SECRET * 3).decode(),
        "whsec_" + "é" * 40,
        "whsec_" + base64.b64encode(SECRET).decode() + "\n",
        "whsec_*" + base64.b64encode(SECRET).decode(),
    ],
)
def test_a_short_long_or_malformed_secret_is_refused(text: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        parse_secret(text)

    assert not text.removeprefix("whsec_") or text.removeprefix("whsec_") not in str(refused.value)
