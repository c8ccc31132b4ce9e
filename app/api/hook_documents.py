"""Shapes of hooks and of the delivery log. A secret is in one of them only: the answer to making a hook."""

import msgspec

from app.alerts.subscription import Filter
from app.model.instant import instant_or_none, instant_text
from app.store.deliveries import Logged
from app.store.hooks import Hook
from app.store.outbox import State
from app.webhooks.signature import secret_text


class HookFrame(msgspec.Struct, frozen=True):
    """A hook. ``failing_since``: the first failure since it last took anything, or null."""

    id: str
    url: str
    events: tuple[str, ...]
    filter: Filter
    created_at: str
    failing_since: str | None


class NewHookFrame(HookFrame, frozen=True, kw_only=True):
    """A hook just made, with the secret that its deliveries are signed with. It is not shown again."""

    secret: str


class HookList(msgspec.Struct, frozen=True):
    """Hooks, oldest first."""

    hooks: list[HookFrame]
    next: str | None


class AttemptFrame(msgspec.Struct, frozen=True):
    """One try. ``status`` is the HTTP status, null without an answer; ``error`` is null when it was taken."""

    at: str
    duration_s: float
    status: int | None
    error: str | None


class DeliveryFrame(msgspec.Struct, frozen=True):
    """One delivery: ``id`` is its webhook-id, ``object`` the violation or incident it tells of.

    ``next_try_at`` is null when it is done, or waits for an earlier delivery about the same object.
    """

    id: str
    type: str
    object: str
    raised_at: str
    state: State
    next_try_at: str | None
    attempts: tuple[AttemptFrame, ...]


class DeliveryList(msgspec.Struct, frozen=True):
    """Deliveries of one page, newest first, each with its newest tries, oldest try first."""

    deliveries: list[DeliveryFrame]
    next: str | None


class Redelivered(msgspec.Struct, frozen=True):
    """How many deliveries are owed again."""

    redelivered: int


def hook_frame(hook: Hook) -> HookFrame:
    """Return what may be shown of a hook at any time."""
    asked = hook.subscription
    return HookFrame(
        id=hook.id,
        url=hook.url,
        events=asked.events,
        filter=asked.filter,
        created_at=instant_text(hook.created_us),
        failing_since=instant_or_none(hook.failing_since_us),
    )


def new_hook_frame(hook: Hook) -> NewHookFrame:
    """Return a hook with its secret: the answer to making it."""
    return NewHookFrame(**msgspec.structs.asdict(hook_frame(hook)), secret=secret_text(hook.secret))


def delivery_frame(logged: Logged) -> DeliveryFrame:
    """Return the wire shape of one delivery."""
    return DeliveryFrame(
        id=logged.id,
        type=logged.event,
        object=logged.object,
        raised_at=instant_text(logged.raised_us),
        state=logged.state,
        next_try_at=instant_or_none(logged.next_try_us),
        attempts=tuple(
            AttemptFrame(instant_text(one.at_us), one.duration_us / 1e6, one.code, one.error) for one in logged.attempts
        ),
    )
