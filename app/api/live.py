"""``WS /api/v1/live``: who may connect, and what he asks for. What he is told is the hub's affair."""

import asyncio

from starlette.datastructures import Headers
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from app.access.origin import is_own_origin
from app.api.desk import AccessDesk, Identity
from app.api.errors import response_of
from app.api.ws_protocol import EXTENSION
from app.live.frames import Subscribe
from app.live.hub import Hub, TooManyConnections
from app.live.subscriber import Line, Subscriber
from app.live.subscription import BadMessage, read
from app.model.problems import Problem

COLUMNS, PLAIN = SUBPROTOCOLS = "cop.v1.columns", "cop.v1.json"
"""The first that is offered is spoken: they differ in how a track is told that only moved."""
FIRST_S = 10.0
"""The subscription must come within so many seconds of the connection."""
BAD_MESSAGE, NO_SUBSCRIPTION = 4400, 4408


def live_route(hub: Hub, desk: AccessDesk) -> WebSocketRoute:
    """Return the route, to be added to the application's."""
    return WebSocketRoute("/api/v1/live", LiveEndpoint(hub, desk), name="live")


class LiveEndpoint:
    """The ASGI application of a live connection. Needs ``LiveWebSocketProtocol`` beneath it."""

    def __init__(self, hub: Hub, desk: AccessDesk) -> None:
        self._hub = hub
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        line: Line = scope["extensions"][EXTENSION]
        try:
            identity = self._admitted(scope)
            spoken = _spoken(scope["subprotocols"])
            subscriber = self._hub.attach(
                line, identity.principal, lambda: self._desk.current(identity), columns=spoken == COLUMNS
            )
        except Problem as problem:
            await response_of(problem)(scope, receive, send)
            return
        except TooManyConnections:
            await response_of(Problem("rate_limited", "Too many live connections.", retry_s=5))(scope, receive, send)
            return
        try:
            await send({"type": "websocket.accept", "subprotocol": spoken})
            await self._listen(subscriber, receive)
        finally:
            self._hub.detach(subscriber)

    def _admitted(self, scope: Scope) -> Identity:
        """Return who connects.

        Raises:
            Problem: no good credential; a cookie without a page of ours; no right to read.
        """
        headers = Headers(scope=scope)
        identity = self._desk.identify(headers.get("authorization"), headers.get("cookie"))
        if identity is None:
            raise Problem("unauthorised")
        if identity.by_cookie and not is_own_origin(headers.get("host"), headers.get("origin")):
            raise Problem("foreign_origin")
        if not identity.principal.can("read"):
            raise Problem("forbidden")
        return identity

    async def _listen(self, subscriber: Subscriber, receive: Receive) -> None:
        """Read what the client says until it or the hub closes."""
        until_s: float | None = asyncio.get_running_loop().time() + FIRST_S
        while True:
            try:
                async with asyncio.timeout_at(until_s):
                    event = await receive()
            except TimeoutError:
                subscriber.line.close(NO_SUBSCRIPTION, "no subscription came")
                return
            if event["type"] == "websocket.disconnect":
                return
            try:
                message = read(event.get("text") or event.get("bytes") or "")
            except BadMessage as error:
                subscriber.line.close(BAD_MESSAGE, str(error))
                return
            if isinstance(message, Subscribe):
                until_s = None  # from here on the protocol's own pings find a dead peer
                self._hub.subscribe(subscriber, message)


def _spoken(offered: list[str]) -> str | None:
    """Return the subprotocol of a connection; None, and so the plain one, for who offers none.

    Raises:
        Problem: only others are offered.
    """
    spoken = next((name for name in SUBPROTOCOLS if name in offered), None)
    if offered and spoken is None:
        raise Problem("bad_request", f"The subprotocols are {' and '.join(SUBPROTOCOLS)}.")
    return spoken
