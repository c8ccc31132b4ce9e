"""Readers who may see the same things: one mask, one set of scopes, one encoding for all of them."""

from typing import NamedTuple

from app.access.policy import Allowed
from app.access.principals import Principal
from app.live.bulletin import Listed
from app.live.frames import FeedFrame
from app.live.scope import Scope
from app.live.subscription import BBox
from app.model.identity import Registry
from app.picture.tracks import Rows, Tracks


class Rights(NamedTuple):
    """All that decides what a principal may read. Principals of equal rights are sent the same bytes."""

    kind: str
    contingent: str | None
    clearance: str
    audiences: frozenset[str]
    reads: bool
    feeds: bool


def rights_of(principal: Principal) -> Rights:
    """Return what decides what ``principal`` may read."""
    return Rights(
        principal.kind,
        principal.contingent,
        principal.clearance,
        principal.audiences,
        principal.can("read"),
        principal.can("feed"),
    )


class Audience:
    """The readers of one set of rights."""

    def __init__(self, principal: Principal, registry: Registry) -> None:
        self.principal = principal
        """One of them: whatever he may see, all may."""
        self.rights = rights_of(principal)
        self.allowed = Allowed(principal, registry)
        self.scopes: dict[BBox | None, Scope] = {}
        self.feeds: Listed[FeedFrame] = Listed()
        self._visible: tuple[Tracks, int, Rows] | None = None

    def visible(self, tracks: Tracks) -> Rows:
        """Return the rows that its readers see, whatever the box; they are looked for once a version."""
        known = self._visible
        if known is None or known[0] is not tracks or known[1] != tracks.version:
            known = self._visible = tracks, tracks.version, tracks.visible(self.allowed.mask())
        return known[2]

    def scope(self, bbox: BBox | None) -> Scope:
        """Return the scope of a box, which lives until nobody who might resume looks at it."""
        scope = self.scopes.get(bbox)
        if scope is None:
            scope = self.scopes[bbox] = Scope(bbox)
        return scope
