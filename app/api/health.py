"""Whether the server lives, whether it has caught up, and what it counts."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response

from app.api.deps import Ctx, Json, calling

router = APIRouter(tags=["health"])
READY_LAG_S = 10.0
"""A server whose picture is older than this is not ready: it has not caught up after a start, or cannot keep pace."""


@router.get("/healthz", openapi_extra={"security": []})
async def healthz() -> Response:
    """200 as long as the process answers."""
    return Json({"status": "ok"})


@router.get("/readyz", openapi_extra={"security": []})
async def readyz(request: Request, context: Ctx) -> Response:
    """200 once the engine has caught up with the journal, 503 before.

    ``lag_entries`` counts the journal entries that are not judged yet, ``lag_s`` is the age of the oldest of them. Who
    may read the metrics is told ``head`` and ``cursor`` too: to others they would count what they may not see.
    """
    head, cursor, lag_s = context.journal.head(), context.worker.cursor, context.worker.lag_s()
    ready = lag_s <= READY_LAG_S
    document: dict[str, object] = {
        "status": "ready" if ready else "catching_up",
        "lag_entries": max(0, head - cursor),
        "lag_s": round(lag_s, 3),
    }
    identity = context.access.identify(request.headers.get("authorization"), request.headers.get("cookie"))
    if identity is not None and identity.principal.can("metrics"):
        document |= {"head": head, "cursor": cursor}
    return Json(document, 200 if ready else 503, {} if ready else {"Retry-After": "1"})


@router.get("/metrics", dependencies=[Depends(calling("metrics"))], response_class=PlainTextResponse)
async def metrics(context: Ctx) -> Response:
    """All metrics, in the Prometheus text format. For administrators, and integrations with the scope ``metrics``."""
    return PlainTextResponse(context.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
