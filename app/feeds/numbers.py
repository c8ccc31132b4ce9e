"""Numbers for units, profiles and markings: for good from the registry, or for the length of a dry run."""

from typing import Protocol

from app.model.identity import Interned, Profile, Registry, Unit
from app.model.label import Marking


class Numbers(Protocol):
    """Gives units, profiles and markings their numbers."""

    def unit(self, unit: Unit) -> int: ...

    def marking(self, marking: Marking) -> int: ...

    def profile(self, profile: Profile) -> int: ...


class RegistryNumbers:
    """Numbers from the registry, which grows by what is new."""

    def __init__(self, registry: Registry) -> None:
        self.unit = registry.units.number
        self.marking = registry.markings.number
        self.profile = registry.profiles.number


class ScratchNumbers:
    """Numbers for a dry run: those of the registry where it has them, else negative ones that mean nothing later."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._new: tuple[Interned[Unit], Interned[Marking], Interned[Profile]] = Interned(), Interned(), Interned()

    def unit(self, unit: Unit) -> int:
        known = self._registry.units.find(unit)
        return -1 - self._new[0].number(unit) if known is None else known

    def marking(self, marking: Marking) -> int:
        known = self._registry.markings.find(marking)
        return -1 - self._new[1].number(marking) if known is None else known

    def profile(self, profile: Profile) -> int:
        known = self._registry.profiles.find(profile)
        return -1 - self._new[2].number(profile) if known is None else known
