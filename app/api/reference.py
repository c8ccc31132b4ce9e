"""The description of the API: ``/openapi.json``, and ``/docs`` as one page without scripts, so it works offline."""

import json
from html import escape
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.api import documents, hook_documents
from app.api.ingest import PATHS
from app.api.intake import ITEMS, Feed
from app.feeds.bodies import MAX_ITEMS
from app.model.problems import PROBLEMS

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")
_REFERENCE = "#/components/schemas/{name}"
_ABOUT = (
    "Reports in, the picture and its violations out. Instants are RFC 3339 with an offset; coordinates are degrees,"
    " lon before lat, WGS84; what a caller may not see does not exist for him. A key goes into the header"
    " Authorization: Bearer; a log-in gives a cookie. Errors are application/problem+json."
)
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2530;background:#fff}
h2{margin-top:2.5rem;text-transform:capitalize}code,pre{font:14px/1.5 ui-monospace,monospace}
details{border:1px solid #cbd3dc;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
summary b{display:inline-block;width:4.5rem;text-transform:uppercase}pre{background:#f3f5f8;padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #dde3ea;padding:.3rem .5rem;text-align:left;
vertical-align:top}
@media (prefers-color-scheme:dark){body{color:#dfe6ee;background:#11161c}pre{background:#1a212a}
details,td,th{border-color:#2c3743}a{color:#8ab8ff}}
"""


def answers(struct: type[msgspec.Struct], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that answers with ``struct``, which ``app.api.documents`` has or imports."""
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(name=struct.__name__)}}}
    return {str(status): {"description": (struct.__doc__ or "").strip().split("\n")[0], "content": content}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the application."""
    structs = [
        thing
        for thing in (*vars(documents).values(), *vars(hook_documents).values())
        if isinstance(thing, type) and issubclass(thing, msgspec.Struct) and thing is not msgspec.Struct
    ]
    _, components = msgspec.json.schema_components([*structs, *ITEMS.values()], ref_template=_REFERENCE)
    document = get_openapi(title="Accord", version=app.version, description=_ABOUT, routes=app.routes)
    for path, feed in PATHS.items():
        document["paths"].setdefault(path, {})["post"] = _intake(feed)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(components)
    schemas["Problem"] = {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "detail": {"type": "string"},
            "field": {"type": "string"},
        },
    }
    problem = {"schema": {"$ref": _REFERENCE.format(name="Problem")}}
    for calls in document["paths"].values():
        for method in _METHODS:
            if method in calls:
                calls[method]["responses"].pop("422", None)
                calls[method]["responses"]["default"] = {
                    "description": "What went wrong.",
                    "content": {"application/problem+json": problem},
                }
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-cop"},
    }
    document["security"] = [{"key": []}, {"session": []}]
    return document


def _intake(feed: Feed) -> dict[str, Any]:
    """Describe a call of the intake, which stands before the application that FastAPI knows."""
    item = {"$ref": _REFERENCE.format(name=ITEMS[feed].__name__)}
    many = {"type": "array", "items": item, "maxItems": MAX_ITEMS}
    return {
        "tags": ["reports"],
        "summary": f"Push {feed}",
        "description": "One object, an array, or NDJSON. The answer is sent when all that was accepted is on disk.",
        "security": [{"key": []}],
        "parameters": [
            {
                "name": "dry_run",
                "in": "query",
                "required": False,
                "description": "1: judge, and keep nothing.",
                "schema": {"type": "string", "enum": ["0", "1", "true", "false"]},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"anyOf": [item, many]}},
                "application/x-ndjson": {"schema": item},
            },
        },
        "responses": answers(documents.Accepted),
    }


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The same, to be read."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: dict[str, Any]) -> str:
    """Return the description as one HTML page."""
    by_tag: dict[str, list[str]] = {}
    for path, calls in document["paths"].items():
        for method in _METHODS:
            if method in calls:
                tag = calls[method].get("tags", ["other"])[0]
                by_tag.setdefault(tag, []).append(_call(method, path, calls[method]))
    parts = [f"<h2>{escape(tag)}</h2>{''.join(calls)}" for tag, calls in by_tag.items()]
    shapes = [
        f"<details id='{escape(name)}'><summary><code>{escape(name)}</code> {escape(schema.get('description', ''))}"
        f"</summary>{_properties(schema)}</details>"
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Accord: the API</title>"
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head><body>"
        "<h1>Accord: the API</h1>"
        f"<p>{escape(_ABOUT)}</p><p>For programs: <a href='/openapi.json'>openapi.json</a>.</p>{''.join(parts)}"
        f"<h2>shapes</h2>{''.join(shapes)}</body></html>"
    )


def _call(method: str, path: str, call: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{_type(p['schema'])}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in call.get("parameters", ())
    )
    bodies = [_type(media["schema"]) for media in call.get("requestBody", {}).get("content", {}).values()]
    replies = "".join(
        f"<li>{escape(status)}: {escape(reply.get('description', ''))} "
        + ", ".join(_type(media.get("schema", {})) for media in reply.get("content", {}).values())
        + "</li>"
        for status, reply in call["responses"].items()
    )
    return (
        f"<details><summary><b>{method}</b> <code>{escape(path)}</code></summary>"
        f"<p>{escape(call.get('description', ''))}</p>"
        + (f"<table>{rows}</table>" if rows else "")
        + (f"<p>Body: {', '.join(bodies)}</p>" if bodies else "")
        + f"<ul>{replies}</ul></details>"
    )


def _properties(schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"<pre>{escape(json.dumps(schema, indent=2))}</pre>"
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(kind)}</td>"
        f"<td>{escape(kind.get('description', ''))}</td></tr>"
        for name, kind in schema["properties"].items()
    )
    return f"<table>{rows}</table>"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items') or {})}"  # a tuple's items are False: no more than its own
    return escape(str(schema.get("type", "any")))
