"""Sealed ids open to whoever holds the secret, and tell nobody else anything."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.sealing import Kind, Sealer

SEALER = Sealer(b"a secret of the tests")
KINDS: tuple[Kind, ...] = ("t", "r", "q", "h", "d")
kinds = st.sampled_from(KINDS)
numbers = st.integers(0, 2**64 - 1)


@given(kinds, numbers)
def test_an_id_opens_to_the_number_it_was_made_of(kind: Kind, number: int) -> None:
    assert SEALER.unseal(kind, SEALER.seal(kind, number)) == number


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**24 - 1))
def test_a_report_id_opens_to_its_entry_and_row(seq: int, index: int) -> None:
    assert SEALER.report_of(SEALER.report_id(seq, index)) == (seq, index)


@given(kinds, numbers)
def test_an_id_is_short_and_of_plain_characters(kind: Kind, number: int) -> None:
    assert re.fullmatch(r"[a-z]_[a-z2-7]{24}", SEALER.seal(kind, number))


@given(kinds, kinds, numbers)
def test_kinds_and_secrets_do_not_open_one_another(kind: Kind, other: Kind, number: int) -> None:
    text = SEALER.seal(kind, number)

    assert Sealer(b"another secret of the tests").unseal(kind, text) is None
    if other != kind:
        assert SEALER.unseal(other, text) is None
        assert SEALER.unseal(other, other + text[1:]) is None


@given(kinds, numbers, st.integers(2, 25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_an_altered_id_opens_to_nothing(kind: Kind, number: int, place: int, letter: str) -> None:
    text = SEALER.seal(kind, number)
    altered = text[:place] + letter + text[place + 1 :]

    assert altered == text or SEALER.unseal(kind, altered) is None


@given(kinds, st.text(max_size=30))
def test_garbage_opens_to_nothing(kind: Kind, text: str) -> None:
    assert SEALER.unseal(kind, text) is None
    assert SEALER.unseal(kind, f"{kind}_{text}") is None


def test_an_id_in_capitals_is_another_text_and_opens_to_nothing() -> None:
    assert SEALER.track_slot(SEALER.track_id(7).upper()) is None
    assert SEALER.track_slot("t_" + SEALER.track_id(7)[2:].upper()) is None


def test_neighbours_differ_in_half_their_bits() -> None:
    flipped = [
        (_bits(SEALER.track_id(number)) ^ _bits(SEALER.track_id(number + 1))).bit_count() for number in range(2000)
    ]

    assert 59 < sum(flipped) / len(flipped) < 61  # of 120; the mean of 2,000 binomials strays 0.12
    assert min(flipped) > 30


def test_every_character_is_as_frequent_as_any_other_at_every_place() -> None:
    texts = [SEALER.track_id(number)[2:] for number in range(6400)]

    for place in range(24):
        counts = Counter(text[place] for text in texts)
        chi2 = sum((counts[letter] - 200) ** 2 / 200 for letter in "abcdefghijklmnopqrstuvwxyz234567")
        assert chi2 < 80  # 31 degrees of freedom: one in 400,000


def test_ids_sort_in_no_order_of_their_numbers() -> None:
    texts = [SEALER.track_id(number) for number in range(2000)]
    ascents = sum(first < second for first, second in pairwise(texts))

    assert 930 < ascents < 1070


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_incidents_of_different_contingents_have_different_ids(c1: str, i1: str, c2: str, i2: str) -> None:
    assert (SEALER.incident_id(c1, i1) == SEALER.incident_id(c2, i2)) == ((c1, i1) == (c2, i2))


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_violations_id_is_that_of_what_was_found(one: str, two: str) -> None:
    assert (SEALER.violation_id(one) == SEALER.violation_id(two)) == (one == two)
    assert re.fullmatch(r"v_[a-z2-7]{24}", SEALER.violation_id(one))
    assert Sealer(b"another secret of the tests").violation_id(one) != SEALER.violation_id(one)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_what_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        SEALER.seal("t", number)
    with pytest.raises(ValueError, match="rows"):
        SEALER.report_id(1, 2**24)
    with pytest.raises(ValueError, match="16 bytes"):
        Sealer(b"short")


def _bits(text: str) -> int:
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    total = 0
    for letter in text[2:]:
        total = total * 32 + alphabet.index(letter)
    return total
