"""Principals: who asks, and what a role lets him do. Knows no credentials and no store."""

from functools import lru_cache
from typing import Literal

import msgspec

from app.model.label import EVERYONE, HEADQUARTERS, Classification

Role = Literal["device", "integration", "observer", "officer", "commander", "admin", "auditor"]
KEY_ROLES: tuple[Role, ...] = ("device", "integration", "observer", "officer")
USER_ROLES: tuple[Role, ...] = ("officer", "commander", "observer", "admin", "auditor")

Capability = Literal["write", "read", "feed", "assess", "raise", "hooks", "mission", "metrics", "accounts"]
_OF_ROLE: dict[str, frozenset[str]] = {
    "device": frozenset({"write", "read", "feed"}),
    "integration": frozenset({"write", "read", "feed", "assess", "raise", "hooks", "mission", "metrics"}),
    "observer": frozenset({"read"}),
    "officer": frozenset({"read", "feed", "assess", "raise", "hooks", "mission"}),
    "commander": frozenset({"read", "feed", "assess", "raise", "hooks", "mission"}),
    "admin": frozenset({"mission", "metrics", "accounts"}),
    "auditor": frozenset(),
}
SCOPES: tuple[str, ...] = tuple(sorted(_OF_ROLE["integration"]))
"""What a key's scopes may name. ``feed`` is its contingent's feed health and quarantine."""
RESERVED_AUDIENCES = (EVERYONE, HEADQUARTERS)
"""Audiences that are no contingent's."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks. ``contingent`` is None for the mission's own staff; ``audiences`` never lists ``MISSION``."""

    id: str
    name: str
    kind: Literal["key", "user", "hook"]
    role: Role
    contingent: str | None = None
    scopes: frozenset[str] = frozenset()
    clearance: Classification = "unclassified"
    audiences: frozenset[str] = frozenset()

    def can(self, capability: Capability) -> bool:
        """Whether the role, narrowed by the scopes, gives ``capability``."""
        return capability in capabilities(self.role, self.scopes)


@lru_cache(maxsize=256)
def capabilities(role: str, scopes: frozenset[str]) -> frozenset[str]:
    """Return what ``role`` may do. Scopes narrow a role; an integration has nothing but its scopes."""
    granted = _OF_ROLE[role]
    return granted & scopes if scopes or role == "integration" else granted


def default_clearance(role: str, contingent: str | None) -> Classification:
    """Return the clearance of a new account where none was named.

    Audiences say who needs to know, so those who serve a contingent or command are cleared for all of it. An observer
    of no contingent is a visitor; administrators and auditors read no content.
    """
    if role in ("admin", "auditor"):
        return "unclassified"
    return "confidential" if role == "observer" and contingent is None else "strictly_confidential"


def audiences_of(role: str, contingent: str | None, others: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the audiences a principal belongs to: his contingent, headquarters for its officers, and ``others``."""
    if contingent is not None:
        return others | {contingent}
    return others | {HEADQUARTERS} if role in ("officer", "commander") else others
