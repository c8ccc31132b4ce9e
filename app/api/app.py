"""The FastAPI application: everything over HTTP but the hot feeds, which stand before it, and the live connection."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.api import (
    basemap,
    corrections,
    distances,
    dry_run,
    episodes,
    errors,
    explain,
    features,
    feeds,
    health,
    hooks,
    incidents,
    log,
    me,
    mission,
    movements,
    mutes,
    picture,
    raising,
    reference,
    replay,
    reports,
    rules,
    session,
    tracks,
    violations,
)
from app.api.context import Context
from app.api.edge import Edge
from app.api.intake import Intake
from app.api.static import BUILT, FrontEnd

ROUTERS = (
    basemap,
    picture,
    replay,
    tracks,
    distances,
    episodes,
    violations,
    explain,
    corrections,
    raising,
    incidents,
    features,
    rules,
    dry_run,
    feeds,
    reports,
    log,
    mutes,
    movements,
    hooks,
    mission,
    session,
    me,
    health,
    reference,
)
API_VERSION = "1"


def build(
    context: Context, intake: Intake, others: Sequence[BaseRoute] = (), front_end: Path = BUILT
) -> FastAPI:  # fmt: skip
    """Return the application. ``others`` are routes that main brings, the live one among them."""
    app = FastAPI(
        title="Accord",
        version=API_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.context = context
    app.state.intake = intake
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    app.router.routes.extend(others)
    app.router.default = FrontEnd(front_end)
    app.add_middleware(Edge, settings=context.settings, metrics=context.metrics)
    app.openapi = cache(lambda: reference.describe(app))  # type: ignore[method-assign]
    return app
