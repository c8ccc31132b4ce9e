"""Secrets are long, well formed and compared without telling."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from app.access import credentials


def test_a_key_names_its_id_and_holds_256_bits() -> None:
    key = credentials.new_key()
    prefix, key_id, secret = key.token.split("_")

    assert prefix == "cop"
    assert key_id == key.id == credentials.key_id_of(key.token)
    assert len(secret) * 5 >= 256
    assert key.digest == hashlib.sha256(key.token.encode()).digest()


def test_no_two_keys_are_alike() -> None:
    assert len({credentials.new_key().token for _ in range(1000)}) == 1000


@given(st.text())
def test_any_text_is_read_as_a_key_without_a_fault(text: str) -> None:
    assert credentials.key_id_of(text) is None
    assert len(credentials.digest(text)) == 32


@settings(max_examples=5, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_a_password_matches_itself_only(password: str, other: str) -> None:
    stored = credentials.password_hash(password)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert credentials.password_matches(stored, password)
    assert credentials.password_matches(stored, other) == (password == other)


def test_nobody_has_no_password() -> None:
    assert not credentials.password_matches(None, "")
    assert not credentials.password_matches("not a hash", "x")


def test_a_one_time_password_would_pass_as_a_chosen_one() -> None:
    assert credentials.password_fault(credentials.one_time_password(), "ana") is None


def test_poor_passwords_are_refused() -> None:
    assert credentials.password_fault("short", "ana")
    assert credentials.password_fault("x" * 300, "ana")
    assert credentials.password_fault("aaaaaaaaaaaaaaaaaaaa", "ana")
    assert credentials.password_fault("commander-anna1", "Commander-Anna")
    assert credentials.password_fault("four grey herons at dusk", "ana") is None
