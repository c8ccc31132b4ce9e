"""One table: what went wrong → the RFC 9457 problem that the caller is told. Repeats no input, path, SQL or trace."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.model.mission_faults import MissionFaults
from app.model.problems import Problem
from app.store.errors import StoreFull, StoreUnavailable

_BY_STATUS = {
    400: "bad_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
    431: "headers_too_large",
}
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
_RETRY_FULL_S = 30
_RETRY_UNAVAILABLE_S = 2


def _of_http(error: HTTPException) -> Problem:
    return Problem(_BY_STATUS.get(error.status_code, "bad_request" if error.status_code < 500 else "internal"))


def _of_validation(error: RequestValidationError) -> Problem:
    first: Mapping[str, Any] = error.errors()[0]
    place, *path = first["loc"]
    if first["type"] == "json_invalid":
        return Problem("not_json")
    if place == "path":
        return Problem("not_found")
    name = ".".join(str(part) for part in path)
    # A field that we do not know is named by the caller, so only a plain name is said back to him.
    field = name if _FIELD.fullmatch(name) else None
    code = "bad_parameter" if place == "query" else "invalid"
    if first["type"] == "extra_forbidden":
        return Problem(code, "There is no such field.", field=field)
    return Problem(code, f"{field or 'The body'}: {first['msg']}.", field=field)


def _of_mission(error: MissionFaults) -> Problem:
    faults = [fault._asdict() for fault in error.faults]
    return Problem("invalid", f"The mission file has {len(faults)} faults.", extra={"faults": faults})


_TABLE: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda error: error,
    HTTPException: _of_http,
    RequestValidationError: _of_validation,
    MissionFaults: _of_mission,
    StoreFull: lambda _: Problem("storage_full", retry_s=_RETRY_FULL_S),
    StoreUnavailable: lambda _: Problem("unavailable", retry_s=_RETRY_UNAVAILABLE_S),
}


def problem_of(error: Exception) -> Problem:
    """Return what the caller is told of ``error``; of one that nobody foresaw, only that it is our fault."""
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    return Problem("internal")


def response_of(problem: Problem) -> Response:
    """Return the ``application/problem+json`` response."""
    headers = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_s is not None:
        headers["Retry-After"] = str(problem.retry_s)
    body = json.dumps(problem.document(), ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, problem.status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Let every error of the table be answered as its problem."""

    async def answer(_request: Request, error: Exception) -> Response:
        response = response_of(problem_of(error))
        if isinstance(error, HTTPException) and error.headers and "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response

    for kind in _TABLE:
        app.add_exception_handler(kind, answer)
