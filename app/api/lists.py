"""What all lists share: filters from the query, pages, and the path of the next one. Knows no list.

A cursor holds the sort key of the last thing that the caller was shown, so it tells him nothing new.
"""

import base64
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import numpy as np
from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict

from app.access.policy import Allowed
from app.live.subscription import BBox
from app.model.instant import parse_instant
from app.model.problems import Problem

MOST = 10_000
T = TypeVar("T")


class Page(BaseModel):
    """How much of a list, and from where."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Query(MOST, ge=1, le=MOST, description="The most things of a page.")
    cursor: str | None = Query(None, max_length=400, description="From the path in next.")


class Span(Page):
    """Narrows a list to an instant or a span of observed_at, both ends within."""

    from_: str | None = Query(None, alias="from", max_length=40, description="RFC 3339, with offset.")
    to: str | None = Query(None, max_length=40, description="RFC 3339, with offset.")


class Place(Span):
    """Narrows a list to a box and to a party too."""

    bbox: str | None = Query(None, max_length=120, description="west,south,east,north in degrees.")
    party: str | None = Query(None, max_length=128, description="A party of the mission, mission, or unknown.")


class Where(NamedTuple):
    """Box and span, read. None narrows nothing."""

    bbox: BBox | None
    from_us: int | None
    to_us: int | None


def where_of(place: Place) -> Where:
    """Read the filters. Raises Problem ``bad_parameter``, which names the one that cannot be read."""
    return Where(bbox_of(place.bbox), instant_of("from", place.from_), instant_of("to", place.to))


def bbox_of(text: str | None) -> BBox | None:
    """Read ``west,south,east,north``; west > east crosses the antimeridian."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Problem("bad_parameter", "bbox: expected west,south,east,north.", field="bbox") from None
    sound = all(map(math.isfinite, (west, south, east, north)))
    if not sound or not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem("bad_parameter", "bbox: expected degrees, south not above north.", field="bbox")
    return west, south, east, north


def instant_of(name: str, text: str | None) -> int | None:
    """Read an instant. A ``+`` of its offset that the query made a blank is a ``+`` again."""
    if text is None:
        return None
    try:
        return parse_instant(text[:19] + text[19:].replace(" ", "+"))
    except ValueError:
        raise Problem("bad_parameter", f"{name}: expected RFC 3339 with an offset.", field=name) from None


def choice_of(name: str, text: str | None, known: Sequence[str]) -> str | None:
    """Return ``text`` if it is one of ``known`` or None."""
    if text is not None and text not in known:
        raise Problem("bad_parameter", f"{name}: expected one of {', '.join(known)}.", field=name)
    return text


def opened(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return what ``sealed`` put into a cursor, values of the given types, or None where there is none.

    Raises:
        Problem: ``bad_parameter``, for one that is none of ours.
    """
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair is no text that a key could be
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise Problem("bad_parameter", "cursor: not from a path in next.", field="cursor")
    if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values):
        raise Problem("bad_parameter", "cursor: not from a path in next.", field="cursor")
    return tuple(values)


def next_path(request: Request, *key: int | str) -> str:
    """Return the path of the page after the thing with this sort key: the same call with another cursor."""
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*query, ('cursor', cursor)])}"


def cut(request: Request, found: list[T], limit: int, key: Callable[[T], tuple[int | str, ...]]) -> str | None:
    """Cut ``found``, which was asked for with one more than ``limit``, to the page; return the next one's path."""
    if len(found) <= limit:
        return None
    del found[limit:]
    return next_path(request, *key(found[-1]))


def numbers_of(allowed: Allowed) -> list[int]:
    """Return the marking numbers that a caller may read, for a query."""
    numbers: list[int] = np.flatnonzero(allowed.mask()).tolist()
    return numbers
