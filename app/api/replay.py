"""The picture played again: NDJSON of the frames that the live stream has, a line a step."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from app.api.context import Context
from app.api.deps import Ctx, Reader
from app.api.lists import bbox_of, instant_of
from app.api.past import As
from app.api.replaying import Replay
from app.model.instant import SECOND_US
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/replay", tags=["picture"])
LONGEST_US = 24 * 3600 * SECOND_US
MOST_STEPS = 10_000
_ANSWERS: dict[int | str, dict[str, Any]] = {
    "200": {"description": "Frames of the live stream, a line each.", "content": {"application/x-ndjson": {}}}
}


class Played(BaseModel):
    """What to play: from when to when, in steps of so many seconds, and what is to be seen of it."""

    model_config = ConfigDict(extra="forbid")

    from_: str = Query(alias="from", max_length=40, description="RFC 3339, with offset.")
    to: str = Query(max_length=40, description="RFC 3339, with offset; at most a day after from.")
    step_s: int = Query(10, ge=1, le=3600, description="Seconds a step; at most 10,000 steps.")
    as_: As = Query("known", alias="as", description="As known then, or as corrected since.")
    bbox: str | None = Query(None, max_length=120, description="west,south,east,north: narrows tracks and incidents.")


@router.get("", responses=_ANSWERS)
async def replay(played: Annotated[Played, Query()], caller: Reader, context: Ctx) -> Response:
    """The picture at ``from`` as a snapshot, then one delta a step; the last line is a ping: without it there is more.

    The frames are those of the live stream, so that the same code can draw them; ``seq`` has no gaps.
    """
    from_us, to_us = instant_of("from", played.from_), instant_of("to", played.to)
    assert from_us is not None
    assert to_us is not None
    if not from_us < to_us <= from_us + LONGEST_US:
        raise Problem("bad_parameter", "to: expected an instant after from, by a day at most.", field="to")
    step_us = played.step_s * SECOND_US
    if to_us - from_us > MOST_STEPS * step_us:
        raise Problem("bad_parameter", f"step_s: expected at most {MOST_STEPS} steps.", field="step_s")
    sight = context.past.sight(caller.principal, played.as_ == "known", context.journal.head())
    instants_us = np.append(np.arange(from_us, to_us, step_us, dtype=np.int64), to_us)
    lines = _lines(Replay(context.past, sight, instants_us, bbox_of(played.bbox)), context)
    first = await anext(lines)  # what cannot be begun is still answered as a problem
    return StreamingResponse(_after(first, lines), media_type="application/x-ndjson")


async def _after(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in lines:
        yield part


async def _lines(replay: Replay, context: Context) -> AsyncIterator[bytes]:
    """Yield the replay in parts. Who reads slowly holds up nobody: reading the store is what waits for a turn."""
    async with context.past.turns:
        snapshot = await context.database.read(replay.begin)
    yield snapshot
    while not replay.finished:
        async with context.past.turns:
            await context.database.read(replay.load)
        while part := await asyncio.to_thread(replay.lines):
            yield part
