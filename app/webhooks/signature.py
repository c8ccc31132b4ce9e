"""Standard Webhooks signatures, version 1: HMAC-SHA256 over id, time and body. https://www.standardwebhooks.com"""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
MIN_SECRET_BYTES = 24
MAX_SECRET_BYTES = 64


class SecretRefused(ValueError):
    """A secret that is not ``whsec_`` and base64 of 24 to 64 bytes."""


def new_secret() -> bytes:
    """Make a secret of 256 random bits."""
    return secrets.token_bytes(32)


def secret_text(secret: bytes) -> str:
    """Write a secret as it is handed to the receiver."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def parse_secret(text: str) -> bytes:
    """Read a secret that a receiver brought along.

    Raises:
        SecretRefused: no ``whsec_`` prefix, not base64, or not 24 to 64 bytes.
    """
    if not text.startswith(PREFIX):
        raise SecretRefused(f"must begin with {PREFIX}")
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretRefused("must be base64 after its prefix") from error
    if not MIN_SECRET_BYTES <= len(secret) <= MAX_SECRET_BYTES:
        raise SecretRefused(f"must hold {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes")
    return secret


def signed_headers(secret: bytes, message_id: str, now_us: int, body: bytes) -> dict[str, str]:
    """Return the three headers of one try at ``now_us``. Every try is signed anew, since receivers refuse old ones."""
    seconds = str(now_us // 1_000_000)
    mac = hmac.new(secret, b".".join((message_id.encode("ascii"), seconds.encode("ascii"), body)), hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(mac.digest()).decode("ascii"),
    }
