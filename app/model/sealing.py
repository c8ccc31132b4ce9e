"""Sealed ids: what the outside sees in place of our counters. A keyed permutation; knows nothing of what it names.

Neighbouring numbers give unrelated ids, so an id tells neither how many there are nor what came before it. Who holds
the secret can open them; nobody else can tell a made-up id from one that was never given out.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Literal, get_args

Kind = Literal["t", "r", "q", "h", "d", "l", "m"]
"""Track, report, quarantined item, hook, delivery, note of the log-book, mute."""
_HALF_BITS = 60
_HALF = (1 << _HALF_BITS) - 1
_ROUNDS = 6
_NUMBER_BITS = 64
_INDEX_BITS = 24
_REMEMBERED = 10_000
"""Each revision of a violation names its track and reports again."""


class Sealer:
    """Turns whole numbers into ids and back, each kind of thing by itself. ``secret`` is at least 16 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a sealing secret has at least 16 bytes")
        self._secret = hashlib.blake2b(secret, digest_size=32).digest()
        self._keyed = {
            kind: [
                hashlib.blake2b(key=self._secret, digest_size=8, person=f"seal {kind} {n}".encode())
                for n in range(_ROUNDS)
            ]
            for kind in get_args(Kind)
        }
        self._remembered = lru_cache(_REMEMBERED)(self._sealed)

    def seal(self, kind: Kind, number: int) -> str:
        """Return the id of ``number`` (0 … 2^64 − 1): the kind, ``_`` and 24 characters of a–z and 2–7."""
        return self._remembered(kind, number)

    def _sealed(self, kind: Kind, number: int) -> str:
        if not 0 <= number < 1 << _NUMBER_BITS:
            raise ValueError(f"only numbers of {_NUMBER_BITS} bits can be sealed, not {number}")
        left, right = number >> _HALF_BITS, number & _HALF
        for n in range(_ROUNDS):
            left, right = right, left ^ self._scrambled(kind, n, right)
        packed = (left << _HALF_BITS | right).to_bytes(2 * _HALF_BITS // 8, "big")
        return f"{kind}_{base64.b32encode(packed).decode('ascii').lower()}"

    def unseal(self, kind: Kind, text: str) -> int | None:
        """Return the number that ``text`` is the id of, or None if it is no id of this kind and secret."""
        if len(text) != 26 or not text.startswith(f"{kind}_") or text != text.lower() or not text.isascii():
            return None
        try:
            packed = int.from_bytes(base64.b32decode(text[2:].upper()), "big")
        except ValueError:
            return None
        left, right = packed >> _HALF_BITS, packed & _HALF
        for n in reversed(range(_ROUNDS)):
            left, right = right ^ self._scrambled(kind, n, left), left
        number = left << _HALF_BITS | right
        return number if number < 1 << _NUMBER_BITS else None

    def track_id(self, slot: int) -> str:
        """Return the id of the track of the unit ``slot``."""
        return self.seal("t", slot)

    def track_slot(self, text: str) -> int | None:
        """Return the slot of a track id, or None. The slot may be beyond those that exist."""
        return self.unseal("t", text)

    def violation_id(self, found: str) -> str:
        """Return the id of a violation from what was found: who, which rule, when. It cannot be opened."""
        digest = hashlib.blake2b(found.encode(), key=self._secret, digest_size=15, person=b"violation").digest()
        return f"v_{base64.b32encode(digest).decode('ascii').lower()}"

    def report_id(self, seq: int, index: int) -> str:
        """Return the id of row ``index`` (< 2^24) of journal entry ``seq`` (< 2^40)."""
        if not 0 <= index < 1 << _INDEX_BITS:
            raise ValueError(f"an entry has at most 2^{_INDEX_BITS} rows, not one numbered {index}")
        return self.seal("r", seq << _INDEX_BITS | index)

    def report_of(self, text: str) -> tuple[int, int] | None:
        """Return ``(seq, index)`` of a report id, or None if it is none of ours."""
        number = self.unseal("r", text)
        return None if number is None else (number >> _INDEX_BITS, number & ((1 << _INDEX_BITS) - 1))

    def incident_id(self, contingent: str, incident: str) -> str:
        """Return the id of a contingent's incident, the same for all its versions. It cannot be opened."""
        content = len(contingent).to_bytes(4, "big") + f"{contingent}{incident}".encode()
        digest = hashlib.blake2b(content, key=self._secret, digest_size=15, person=b"incident").digest()
        return f"i_{base64.b32encode(digest).decode('ascii').lower()}"

    def movement_id(self, contingent: str, movement: str) -> str:
        """Return the id of a movement that a contingent announced by this name. It cannot be opened."""
        content = len(contingent).to_bytes(4, "big") + f"{contingent}{movement}".encode()
        digest = hashlib.blake2b(content, key=self._secret, digest_size=15, person=b"movement").digest()
        return f"c_{base64.b32encode(digest).decode('ascii').lower()}"

    def _scrambled(self, kind: str, n: int, half: int) -> int:
        keyed = self._keyed[kind][n].copy()
        keyed.update(half.to_bytes(8, "big"))
        return int.from_bytes(keyed.digest(), "big") & _HALF
