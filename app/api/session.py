"""Log-in and log-out."""

from typing import Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from app.api.deps import Ctx, Json, Who, refuse_foreign, refuse_other_media
from app.api.desk import Identity
from app.api.documents import Me, me_of
from app.api.reference import answers
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class Credentials(BaseModel):
    """A name and a password, or the token of a log-in link."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, min_length=1, max_length=100)
    password: str | None = Field(None, min_length=1, max_length=256)
    link: str | None = Field(None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _is_one_way_in(self) -> Self:
        by_name = self.name is not None and self.password is not None
        if by_name == (self.link is not None) or (self.link is not None and self.name is not None):
            raise ValueError("give name and password, or link")
        return self


async def _from_own_page(request: Request) -> None:
    refuse_foreign(request)
    refuse_other_media(request)


@router.post("", dependencies=[Depends(_from_own_page)], responses=answers(Me), openapi_extra={"security": []})
async def log_in(credentials: Credentials, request: Request, context: Ctx) -> Response:
    """Log in; the session is in the cookie of the answer. After ten failures a name or an address waits."""
    if credentials.link is not None:
        login = await context.access.redeem_link(credentials.link)
    else:
        source = request.client.host if request.client else "unknown"
        login = await context.access.login(credentials.name or "", credentials.password or "", source)
    if login is None:
        raise Problem("unauthorised", "The name or the password is wrong, or the link has been used or is too old.")
    settings = context.settings
    response = Json(me_of(Identity(login.principal, True, b"", login.must_change_password)))
    response.set_cookie(
        settings.cookie,
        login.token,
        max_age=int(settings.session_life.total_seconds()),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="strict",
    )
    return response


@router.delete("", status_code=204)
async def log_out(identity: Who, context: Ctx) -> Response:
    """End the session."""
    if not identity.by_cookie:
        raise Problem("bad_request", "A key has no session.")
    await context.access.logout(identity)
    settings = context.settings
    response = Response(status_code=204)
    response.delete_cookie(settings.cookie, path="/", secure=settings.secure, httponly=True, samesite="strict")
    return response
