"""Interned identities: small whole numbers for the few units, profiles and markings that millions of reports repeat.

The tables only grow. They live in memory; the store writes new rows in the transaction of the entry that uses them
first.
"""

import threading
from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

from app.model.label import Marking

T = TypeVar("T", bound=Hashable)


class Unit(NamedTuple):
    """A source track's owner: ``unit`` is unique within its contingent."""

    contingent: str
    unit: str


class Profile(NamedTuple):
    """What a report says of its entity besides where and when. ``marking`` is a number in the markings table."""

    callsign: str | None
    sidc: str | None
    platform: str | None
    party: str
    altitude_ref: str
    marking: int
    strength: int | None = None
    """How many of its entity one report speaks of (its ``count``), where it says so."""


class Interned(Generic[T]):
    """A growing table of distinct values, numbered from 0 in order of first use. Safe to use from several threads."""

    def __init__(self, values: Iterable[T] = ()) -> None:
        self._values: list[T] = list(values)
        self._numbers: dict[T, int] = {value: number for number, value in enumerate(self._values)}
        self._growing = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, number: int) -> T:
        return self._values[number]

    def number(self, value: T) -> int:
        """Return the number of ``value``, giving it the next one if it is new."""
        number = self._numbers.get(value)
        return self._new_number(value) if number is None else number

    def find(self, value: T) -> int | None:
        """Return the number of ``value``, or None if it has none."""
        return self._numbers.get(value)

    def since(self, count: int) -> list[T]:
        """Return the values numbered ``count`` and up: those a writer that has stored ``count`` rows still owes."""
        return self._values[count:]

    def _new_number(self, value: T) -> int:
        with self._growing:
            number = self._numbers.get(value)
            if number is None:
                number = len(self._values)
                self._values.append(value)
                self._numbers[value] = number  # last: who finds a number can look up its value
        return number


class Registry:
    """The three tables. A unit's number is its *slot* in every array of the server."""

    def __init__(self) -> None:
        self.units: Interned[Unit] = Interned()
        self.profiles: Interned[Profile] = Interned()
        self.markings: Interned[Marking] = Interned()
