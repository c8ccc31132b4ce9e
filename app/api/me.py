"""Who I am, and my password."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.deps import Ctx, Json, Who
from app.api.documents import Me, me_of
from app.api.reference import answers
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/me", tags=["session"])


class NewPassword(BaseModel):
    """The password in force and the one to take its place."""

    model_config = ConfigDict(extra="forbid", strict=True)

    old: str = Field(min_length=1, max_length=256)
    new: str = Field(min_length=1, max_length=256)


@router.get("", responses=answers(Me))
async def me(identity: Who) -> Response:
    """Who asks, and what he may do."""
    return Json(me_of(identity))


@router.post("/password", status_code=204)
async def change_password(passwords: NewPassword, identity: Who, context: Ctx) -> Response:
    """Choose a password of at least 15 characters. All other sessions of the user end."""
    if not identity.by_cookie:
        raise Problem("forbidden", "A key has no password.")
    await context.access.change_password(identity, passwords.old, passwords.new)
    return Response(status_code=204)
