"""The calls that take reports, as a bare ASGI app ahead of all else: every microsecond here is paid a report.

No host, origin or cookie counts here: only a key in the Authorization header opens these calls, and no page of another
site has one.
"""

import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.principals import Principal
from app.api.body import Budget, Disconnected, Hold, read_body
from app.api.errors import problem_of
from app.api.intake import Feed, Intake, Taken
from app.api.rates import Rates
from app.model.problems import Problem
from app.telemetry import Metrics, log_of

PATHS: dict[str, Feed] = {
    "/api/v1/positions": "positions",
    "/api/v1/drones": "drones",
    "/api/v1/incidents": "incidents",
}
_LINES = (b"application/x-ndjson", b"application/ndjson")
_JSON = (b"application/json", b"")
_CLOSING = frozenset({408, 413, 415, 429, 503})
"""Statuses that may be told before the body was read: the rest of it is not waited for."""
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}
_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
_OK = [(b"content-type", b"application/json"), *_HEADERS]
_PROBLEM = [(b"content-type", b"application/problem+json"), *_HEADERS]
_log = log_of("ingest")


class _Asked(NamedTuple):
    """The headers that count, lower case but for the authorization."""

    authorization: bytes | None
    encoding: bytes
    media: bytes


class Ingest:
    """ASGI app for the calls of ``PATHS``; everything else goes on to ``app``."""

    def __init__(
        self,
        app: ASGIApp,
        intake: Intake,
        authenticate: Callable[[bytes | None], Principal | None],
        metrics: Metrics,
        *,
        rates: Rates | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``authenticate`` returns whose key an Authorization header holds; it is called for every request."""
        self._app = app
        self._intake = intake
        self._authenticate = authenticate
        self._metrics = metrics
        self._rates = rates or Rates()
        self._monotonic_s = monotonic_s
        self._counters: dict[tuple[str, int], Counter] = {}
        self._times: dict[str, Histogram] = {path: metrics.http_seconds.labels(path) for path in PATHS}
        self._accepted: dict[Feed, Counter] = {feed: metrics.reports_accepted.labels(feed) for feed in PATHS.values()}
        self._budget = Budget()
        # Incidents have room of their own: a flood of positions must not keep an emergency out.
        self._incident_budget = Budget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        feed = PATHS.get(scope["path"]) if scope["type"] == "http" else None
        if feed is None or (feed == "incidents" and _is_for_people(scope)):
            await self._app(scope, receive, send)
            return
        started_s = self._monotonic_s()
        status, headers, body = 0, _PROBLEM, b""
        try:
            status, headers, body = answer_of(await self._taken(feed, scope, receive))
        except Disconnected:
            return
        except Problem as problem:
            status, headers, body = _told(problem)
        except Exception as error:
            # The edge of the process: what nobody foresaw is our fault, and the log hears why.
            told = problem_of(error)
            if told.code == "internal":
                _log.exception("request_failed", feed=feed)
            status, headers, body = _told(told)
        finally:
            if status:
                self._answered(scope["path"], status, self._monotonic_s() - started_s)
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    async def _taken(self, feed: Feed, scope: Scope, receive: Receive) -> Taken:
        authorization, encoding, media = _asked(scope)
        principal = self._authenticate(authorization)
        if principal is None:
            raise Problem("unauthorised")
        if scope["method"] != "POST":
            raise Problem("method_not_allowed")
        if not principal.can("write"):
            raise Problem("forbidden")
        wait_s = self._rates.wait_s(principal.id, self._monotonic_s())
        if wait_s > 0:
            raise Problem("rate_limited", retry_s=int(wait_s) + 1)
        dry = _is_dry(scope["query_string"])
        lines = _is_lines(media)
        with Hold(self._incident_budget if feed == "incidents" else self._budget) as hold:
            body = await read_body(receive, encoding, lines, hold)
            taken = await self._intake.take(feed, principal, body, lines=lines, dry=dry)
        count = taken.accepted + taken.duplicates + len(taken.rejects)
        self._rates.take(principal.id, count, self._monotonic_s())
        if not dry:
            self._count(feed, taken)
        return taken

    def _answered(self, path: str, status: int, seconds: float) -> None:
        counter = self._counters.get((path, status))
        if counter is None:
            counter = self._counters[path, status] = self._metrics.http_requests.labels(path, str(status))
        counter.inc()
        self._times[path].observe(seconds)

    def _count(self, feed: Feed, taken: Taken) -> None:
        if taken.accepted:
            self._accepted[feed].inc(taken.accepted)
        if taken.duplicates:
            self._metrics.reports_duplicate.labels(feed).inc(taken.duplicates)
        for reject in taken.rejects:
            self._metrics.reports_rejected.labels(feed, reject.fault.code).inc()


def _is_for_people(scope: Scope) -> bool:
    """Whether it is the list that is asked for, or an officer logs an incident, who has a cookie and no key."""
    return scope["method"] in ("GET", "HEAD") or all(name != b"authorization" for name, _ in scope["headers"])


def _asked(scope: Scope) -> _Asked:
    authorization: bytes | None = None
    encoding = media = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value
        elif name == b"content-encoding":
            encoding = value.strip().lower()
        elif name == b"content-type":
            media = value.lower()
    return _Asked(authorization, encoding, media)


def _is_lines(media: bytes) -> bool:
    """Whether a Content-Type is NDJSON and not JSON; none at all is JSON."""
    kind, _, parameters = media.partition(b";")
    kind = kind.strip()
    if kind not in _JSON and kind not in _LINES:
        raise Problem("unsupported_media_type")
    charset = parameters.replace(b" ", b"").replace(b'"', b"")
    if charset.startswith(b"charset=") and charset not in (b"charset=utf-8", b"charset=utf8"):
        raise Problem("unsupported_media_type", "JSON is UTF-8.")
    return kind in _LINES


def _is_dry(query: bytes) -> bool:
    if not query:
        return False
    try:
        [(name, value)] = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        if name == "dry_run":
            return _TRUTHS[value]
    except (ValueError, KeyError):
        pass  # told below, as every other parameter is
    raise Problem("bad_parameter", "The only parameter is dry_run=1.")


def answer_of(taken: Taken) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body that tell a sender what became of what he sent."""
    if not taken.rejects:
        return 200, _OK, b'{"accepted":%d,"duplicates":%d,"rejected":[]}' % (taken.accepted, taken.duplicates)
    rejected = [
        {"index": reject.index, "code": reject.fault.code, "detail": reject.fault.detail} for reject in taken.rejects
    ]
    if taken.accepted or taken.duplicates:
        document = {"accepted": taken.accepted, "duplicates": taken.duplicates, "rejected": rejected}
        return 200, _OK, msgspec.json.encode(document)
    first = taken.rejects[0].fault if len(rejected) == 1 else None
    if first is not None and first.code == "bad_json" and not taken.lines:  # a bad line is one of its body's items
        return _told(Problem("not_json", first.detail, field=first.field, extra={"rejected": rejected}))
    detail, field = (first.detail, first.field) if first is not None else (None, None)
    return _told(Problem("rejected", detail, field=field, extra={"rejected": rejected}))


def _told(problem: Problem) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = list(_PROBLEM)
    if problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if problem.status == 405:
        headers.append((b"allow", b"POST"))
    if problem.retry_s is not None:
        headers.append((b"retry-after", b"%d" % problem.retry_s))
    if problem.status in _CLOSING:
        headers.append((b"connection", b"close"))
    return problem.status, headers, msgspec.json.encode(problem.document())
