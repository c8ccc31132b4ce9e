"""What a route asks for: who calls, and that he may. Every route that answers with data goes through here."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends, Request
from starlette.responses import Response

from app.access.origin import SAFE_METHODS, is_own_request
from app.access.policy import Allowed
from app.access.principals import Capability, Principal
from app.api.context import Context
from app.api.desk import Identity
from app.model.problems import Problem


async def context_of(request: Request) -> Context:
    """Return what main put on the application."""
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


def refuse_foreign(request: Request) -> None:
    """Raise Problem ``foreign_origin`` if another site's page made this request."""
    headers = request.headers
    if not is_own_request(headers.get("host"), headers.get("origin"), headers.get("sec-fetch-site")):
        raise Problem("foreign_origin")


def refuse_other_media(request: Request) -> None:
    """Raise Problem ``unsupported_media_type`` if there is a body that does not claim to be JSON."""
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    media = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise Problem("unsupported_media_type", "Send application/json.")


def refuse_repeated(request: Request) -> None:
    """Raise Problem ``bad_parameter`` if a parameter of the query stands twice: one of them would count for nothing."""
    named = request.query_params.multi_items()
    if len(named) > len(request.query_params):
        raise Problem("bad_parameter", "A parameter stands twice.")


async def identified(request: Request, context: Ctx) -> Identity:
    """Return who calls, by key or session.

    Raises:
        Problem: ``unauthorised``, ``bad_parameter``; for what is not safe also ``foreign_origin`` and
            ``unsupported_media_type``.
    """
    identity = context.access.identify(request.headers.get("authorization"), request.headers.get("cookie"))
    if identity is None:
        raise Problem("unauthorised")
    refuse_repeated(request)
    if request.method not in SAFE_METHODS:
        if identity.by_cookie:
            refuse_foreign(request)
        refuse_other_media(request)
    return identity


Who = Annotated[Identity, Depends(identified)]


class Caller(NamedTuple):
    """Who calls, and what he may see."""

    principal: Principal
    allowed: Allowed


def calling(capability: Capability) -> Callable[..., Awaitable[Caller]]:
    """Return a dependency that lets only callers with ``capability`` pass."""

    async def caller(identity: Who, context: Ctx) -> Caller:
        if not identity.principal.can(capability):
            raise Problem("forbidden")
        return Caller(identity.principal, context.access.allowed(identity.principal))

    return caller


Reader = Annotated[Caller, Depends(calling("read"))]


class Json(Response):
    """A response made of msgspec structs."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode structs as the live stream does."""
        return msgspec.json.encode(content)
