"""Secrets: how keys, sessions, links and passwords are made, written and compared. Stores none."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 15
MAX_PASSWORD = 256
_KEY = re.compile(r"cop_([a-z2-7]{10})_[a-z2-7]{52}")
_PASSWORDS = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id, 19 MiB, two passes, one lane: the OWASP password storage minimum, about 50 ms."""
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""The hash of no password, so that an unknown user takes as long as a known one."""


class NewKey(NamedTuple):
    """A key at its making: ``token`` is shown once, ``digest`` is kept."""

    id: str
    token: str
    digest: bytes


def new_key() -> NewKey:
    """Make a key ``cop_<id>_<secret>`` whose secret has 256 random bits."""
    key_id = new_id()
    token = f"cop_{key_id}_{_text(secrets.token_bytes(32))}"
    return NewKey(key_id, token, digest(token))


def new_id() -> str:
    """Make an id of 50 random bits, in base32."""
    return _text(secrets.token_bytes(7))[:10]


def new_token() -> tuple[str, bytes]:
    """Make an opaque token of 256 random bits for a session or a link; return it and its digest."""
    token = _text(secrets.token_bytes(32))
    return token, digest(token)


def key_id_of(token: str) -> str | None:
    """Return the id that a well-formed key names, or None."""
    match = _KEY.fullmatch(token)
    return match.group(1) if match else None


def digest(token: str | bytes) -> bytes:
    """Return what is stored instead of a token: SHA-256 suffices where the token has 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare two digests in time that does not depend on their content."""
    return hmac.compare_digest(one, other)


def one_time_password() -> str:
    """Make a password of 100 random bits in four groups, fit to be read out."""
    text = _text(secrets.token_bytes(13))[:20]
    return "-".join(text[i : i + 5] for i in range(0, 20, 5))


def password_fault(password: str, name: str) -> str | None:
    """Return what is wrong with a password chosen for the user ``name``, or None."""
    if len(password) < MIN_PASSWORD:
        return f"must have at least {MIN_PASSWORD} characters"
    if len(password) > MAX_PASSWORD:
        return f"must have at most {MAX_PASSWORD} characters"
    if name.casefold() in password.casefold() and len(password) < MIN_PASSWORD + len(name):
        return "must not be built on the user's name"
    return "must not repeat a few characters" if len(set(password)) < 6 else None


def password_hash(password: str) -> str:
    """Return the argon2id hash as a PHC string. Takes about 50 ms of one core."""
    return _PASSWORDS.hash(password.encode("utf-8", "surrogatepass"))


def password_matches(stored: str | None, password: str) -> bool:
    """Compare a password with a PHC string; with None (no such user) it takes as long and is False."""
    try:
        _PASSWORDS.verify(stored or _NOBODY, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
