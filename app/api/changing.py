"""One change of the mission at a time, each a journal entry: nobody's change is lost under another's."""

import asyncio
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fastapi import Request

from app.api.context import Context
from app.api.deps import Caller
from app.api.judging import judged
from app.model.entry import MissionSet
from app.model.feature import Mission
from app.model.mission import parse_mission, read_json
from app.model.mission_changes import Document, FeatureExists, NoSuchFeature, NoSuchRule
from app.model.mission_faults import MissionFaults
from app.model.problems import Problem

_TRIES = 5
"""A change made without ``If-Match`` is made again where another came between, so often."""


@lru_cache(maxsize=2)
def tag_of(document: bytes | None) -> str:
    """Return the ETag of a mission file. It says of the journal's seq nothing."""
    return f'"{hashlib.sha256(document or b"").hexdigest()[:32]}"'


def refuse_stale(request: Request, document: bytes | None) -> None:
    """Raise Problem ``stale`` if the caller says with ``If-Match`` that he has read another mission than this."""
    asked = request.headers.get("if-match")
    if asked is None or asked.strip() == "*":
        return
    if tag_of(document) not in [one.strip() for one in asked.split(",")]:
        raise Problem("stale")


async def changed(request: Request, caller: Caller, context: Context, change: Callable[[Document], bytes]) -> Mission:
    """Make a change of the mission in force, as a new version of it; return the mission that has it.

    Raises:
        MissionFaults: with the change it would be no mission file.
        Problem: ``stale``, ``exists``, ``not_found``, or ``invalid`` where there is no mission yet.
    """
    for _ in range(_TRIES):
        mission, text = context.engine.mission, context.engine.document
        if text is None:
            raise Problem("invalid", "There is no mission yet: set one first.")
        refuse_stale(request, text)
        try:
            made = await asyncio.to_thread(change, Document(mission, text))
        except FeatureExists:
            raise Problem("exists") from None
        except (NoSuchFeature, NoSuchRule):
            raise Problem("not_found") from None
        fresh = await asyncio.to_thread(parse_mission, made)
        principal = caller.principal
        entry = MissionSet(made, by=principal.name, principal=principal.id, over=mission.revision)
        if await judged(context, entry) is None:
            return fresh
    raise Problem("stale")


async def object_given(request: Request, name: str, identifier: str | None) -> dict[str, Any]:
    """Return the JSON object of a body, its ``id`` that of the path (None: there is none in the path).

    Raises:
        Problem: ``not_json``, or ``invalid`` for what is no object or has another id.
    """
    try:
        given = read_json(await request.body())
    except MissionFaults as error:
        raise Problem("not_json", f"The body {error.faults[0].message}.") from None
    if not isinstance(given, dict):
        raise Problem("invalid", f"The body must be {name}.")
    if identifier is None:
        return given
    if "id" in given and str(given["id"]) != identifier:
        raise Problem("invalid", "id: not the one of the path.", field="id")
    return given | {"id": identifier}
