"""The table of hooks: where to deliver, what was asked for, and what each hook may read. Sends nothing."""

import secrets
from collections.abc import Callable

import apsw
import msgspec

from app.access.policy import may_read
from app.access.principals import Principal
from app.alerts.subscription import Subscription
from app.model.label import Marking

MOST_HOOKS = 50
"""Hooks a contingent (or the mission's own staff) may have at a time."""

OwnerOf = Callable[[apsw.Connection, str], Principal | None]
"""Looks up, in the caller's transaction, the present rights of a key or user by id; None when it is gone or blocked."""

_COLUMNS = "id, owner, principal, url, subscription, secret, created_us, failing_since_us"


class TooManyHooks(Exception):
    """The contingent has ``MOST_HOOKS`` already."""


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint. ``principal`` has the rights its owner had when it made the hook."""

    id: str
    owner: str
    principal: Principal
    url: str
    subscription: Subscription
    secret: bytes
    created_us: int
    failing_since_us: int | None = None


def new_hook(owner: Principal, url: str, subscription: Subscription, secret: bytes, now_us: int) -> Hook:
    """Make a hook for ``owner``, with a random id, not stored yet."""
    hook_id = f"hook_{secrets.token_hex(10)}"
    return Hook(
        id=hook_id,
        owner=owner.id,
        principal=msgspec.structs.replace(owner, id=hook_id, kind="hook"),
        url=url,
        subscription=subscription,
        secret=secret,
        created_us=now_us,
    )


def add_hook(connection: apsw.Connection, hook: Hook) -> None:
    """Store a new hook.

    Raises:
        TooManyHooks: its contingent has as many as it may.
    """
    peers = [other for other in all_hooks(connection) if other.principal.contingent == hook.principal.contingent]
    if len(peers) >= MOST_HOOKS:
        raise TooManyHooks
    connection.execute(
        "INSERT INTO hooks (id, owner, principal, url, subscription, secret, created_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            hook.id, hook.owner, msgspec.json.encode(hook.principal), hook.url,
            msgspec.json.encode(hook.subscription), hook.secret, hook.created_us,
        ),
    )  # fmt: skip


def all_hooks(connection: apsw.Connection) -> list[Hook]:
    """Return every hook, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM hooks ORDER BY created_us, id")
    return [_hook(*row) for row in rows]


def hook_by_id(connection: apsw.Connection, hook_id: str) -> Hook | None:
    """Return the hook with this id, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM hooks WHERE id = ?", (hook_id,)).fetchone()
    return None if row is None else _hook(*row)


def remove_hook(connection: apsw.Connection, hook_id: str) -> None:
    """Remove a hook with all that was and was to be delivered to it."""
    connection.execute("DELETE FROM attempts WHERE delivery IN (SELECT number FROM outbox WHERE hook = ?)", (hook_id,))
    connection.execute("DELETE FROM outbox WHERE hook = ?", (hook_id,))
    connection.execute("DELETE FROM hooks WHERE id = ?", (hook_id,))


def may_be_told(hook: Hook, owner: Principal | None, marking: Marking) -> bool:
    """Whether ``hook`` may be told of a thing so marked, where ``owner`` is its owner as he stands now.

    Both must be allowed it: the hook, with the rights of the day it was made, and its owner with those of today. So
    neither a promotion widens an old hook nor does a hook outlive the rights that made it.
    """
    return owner is not None and may_read(hook.principal, marking) and may_read(owner, marking)


def _hook(
    hook_id: str, owner: str, principal: bytes, url: str, subscription: bytes, secret: bytes, created_us: int,
    failing_since_us: int | None,
) -> Hook:  # fmt: skip
    return Hook(
        id=hook_id,
        owner=owner,
        principal=msgspec.json.decode(principal, type=Principal),
        url=url,
        subscription=msgspec.json.decode(subscription, type=Subscription),
        secret=secret,
        created_us=created_us,
        failing_since_us=failing_since_us,
    )
