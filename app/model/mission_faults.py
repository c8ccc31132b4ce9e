"""What is wrong with a mission file: faults, and typed reading of JSON members that collects them all.

Messages name the field and what was expected. They never repeat the file's content, but for ids made safe to print.
"""

import math
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from app.model.instant import parse_instant

ID_MAX = 128
TEXT_MAX = 1_000
_S = TypeVar("_S", bound=str)


class MissionFault(NamedTuple):
    """One fault or warning: of the feature with this id (None: of the mission itself), at this field."""

    feature: str | None
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.feature or 'mission'}: {self.field}: {self.message}"


class MissionFaults(ValueError):
    """A mission file cannot be used. ``faults`` holds every fault found, at least one."""

    def __init__(self, faults: Collection[MissionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults in the mission file, the first: {self.faults[0]}")


def printable(text: str) -> str:
    """Return ``text`` fit for a message: at most 64 characters, each of them printable."""
    return "".join(char if char.isprintable() else "?" for char in text[:64])


class Reading:
    """Reads the members of one JSON object, adding a fault for each that is missing or wrong.

    The getters return None where there was a fault or, if the member is optional, nothing.
    """

    def __init__(
        self, members: dict[str, Any], faults: list[MissionFault], *, feature: str | None = None, path: str = ""
    ) -> None:
        self.members = members
        self.feature = feature
        self._faults = faults
        self._path = path

    def fault(self, name: str, message: str) -> None:
        """Add a fault at the member ``name``."""
        self._faults.append(MissionFault(self.feature, f"{self._path}{name}", message))

    def inner(self, members: dict[str, Any], path: str) -> "Reading":
        """Return a reading of an object inside this one, at ``path``."""
        return Reading(members, self._faults, feature=self.feature, path=f"{self._path}{path}.")

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self.members.get(name) is not None

    def text(self, name: str, *, required: bool = False, longest: int = TEXT_MAX) -> str | None:
        """Read printable text of 1 to ``longest`` characters."""
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(name, "must be text")
        elif not value.strip() or len(value) > longest or not value.isprintable():
            self.fault(name, f"must be 1 to {longest} printable characters")
        else:
            return value
        return None

    def identifier(self, name: str = "id") -> str | None:
        """Read a required id: printable text of up to 128 characters with no blanks around it."""
        value = self.text(name, required=True, longest=ID_MAX)
        if value is not None and value != value.strip():
            self.fault(name, "must have no blanks around it")
            return None
        return value

    def number(self, name: str, low: float, high: float, *, above_low: bool = False) -> float | None:
        """Read a finite number within ``low`` and ``high`` (``above_low``: greater than ``low``)."""
        value = self._value(name, required=False)
        if value is None:
            return None
        if not is_number(value):
            self.fault(name, "must be a number")
        elif not low <= value <= high or (above_low and value == low):
            self.fault(name, f"must be a number {'above' if above_low else 'from'} {low:g} to {high:g}")
        else:
            return float(value)
        return None

    def boolean(self, name: str) -> bool:
        """Read true or false; false where it is missing."""
        value = self._value(name, required=False)
        if value is not None and not isinstance(value, bool):
            self.fault(name, "must be true or false")
        return value is True

    def choice(self, name: str, values: tuple[_S, ...], *, required: bool = False) -> _S | None:
        """Read one of ``values``."""
        value = self._value(name, required)
        for known in values:
            if value == known:
                return known
        if value is not None:
            self.fault(name, f"must be one of {', '.join(values)}")
        return None

    def instant_us(self, name: str) -> int | None:
        """Read an RFC 3339 date-time as microseconds since 1970 UTC."""
        value = self._value(name, required=False)
        if value is None:
            return None
        try:
            return parse_instant(value)
        except (TypeError, ValueError):
            self.fault(name, "must be an RFC 3339 date-time with an offset, or null")
            return None

    def objects(self, name: str) -> list[tuple[dict[str, Any], str]]:
        """Read a list of objects as (members, path); an empty list where it is missing or null."""
        found = []
        for index, item in enumerate(self.items(name) or ()):
            if isinstance(item, dict):
                found.append((item, f"{name}[{index}]"))
            else:
                self.fault(f"{name}[{index}]", "must be an object")
        return found

    def items(self, name: str) -> list[Any] | None:
        """Read a list; None where it is missing, null or no list."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, list):
            self.fault(name, "must be a list")
            return None
        return value

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Read a list of distinct texts."""
        values = self.items(name)
        if values is None:
            return None
        if not all(isinstance(value, str) and value.strip() and value.isprintable() for value in values):
            self.fault(name, "must be a list of texts")
            return None
        if len(set(values)) != len(values):
            self.fault(name, "names something twice")
        return tuple(values)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Add a fault for every member not in ``known``."""
        for name in self.members.keys() - set(known):
            self.fault(printable(name), "is not a known field")

    def refuse_misspelt(self, known: Collection[str]) -> None:
        """Add a fault for every member that looks like a known one written wrong. Others are foreign and left alone."""
        for name in self.members.keys() - set(known):
            for meant in get_close_matches(name, known, n=1, cutoff=0.8):
                self.fault(printable(name), f"is not a known field; is {meant} meant?")

    def _value(self, name: str, required: bool) -> Any:
        value = self.members.get(name)
        if value is None and required:
            self.fault(name, "is missing")
        return value


def is_number(value: object) -> bool:
    """Whether a JSON value is a finite number (true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
