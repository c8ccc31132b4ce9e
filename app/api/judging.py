"""Officers' entries: into the journal, and judged before the answer."""

from app.api.context import Context
from app.model.entry import Body
from app.model.problems import Problem

JUDGED_S = 10.0


async def judged(context: Context, body: Body) -> str | None:
    """Append an entry and wait until the engine has judged it; return why it was refused, or None.

    Raises as ``entered``.
    """
    return context.worker.refusal(await entered(context, body))


async def entered(context: Context, body: Body) -> int:
    """Append an entry and wait until the engine has judged it; return its seq.

    Raises:
        Problem: ``unavailable``: it is kept, but was not judged in time.
        StoreFull, StoreUnavailable: as ``Journal.append``.
    """
    seq = await context.journal.append(body)
    if await context.worker.wait_for(seq, JUDGED_S):
        return seq
    detail = "It is kept, but the engine is behind and has not judged it yet. Look again before sending it again."
    raise Problem("unavailable", detail, retry_s=5)
