"""The one catalogue of what can be wrong: refused requests, refused items and flags. Knows no transport.

``docs/guides/errors.md`` lists the same codes with the same words; a test holds the two equal.
"""

from typing import Any, NamedTuple


class Kind(NamedTuple):
    """A way in which a whole request fails: its HTTP status, a title, and what it means for the sender."""

    status: int
    title: str
    meaning: str


PROBLEMS: dict[str, Kind] = {
    "not_json": Kind(400, "Not JSON", "The body is not UTF-8 JSON (RFC 8259); NaN and Infinity are not JSON."),
    "bad_parameter": Kind(400, "Bad parameter", "A parameter of the query is unknown, repeated or not readable."),
    "bad_request": Kind(400, "Bad request", "The request is not one that this address understands."),
    "unauthorised": Kind(401, "Not authorised", "No credential was given, or it is unknown, expired or revoked."),
    "forbidden": Kind(403, "Forbidden", "The credential is good, but does not allow this."),
    "foreign_origin": Kind(403, "Foreign origin", "A cookie came with a request that another site began."),
    "not_found": Kind(404, "Not found", "There is nothing here that this credential may see."),
    "method_not_allowed": Kind(405, "Method not allowed", "The address exists, but not for this method."),
    "too_slow": Kind(408, "Too slow", "The body did not arrive in time."),
    "stale": Kind(409, "Stale", "It changed since it was read: read it again, then decide."),
    "exists": Kind(409, "Exists already", "There is already one of this name."),
    "too_large": Kind(413, "Too large", "One object may have 1 MB, a batch 10 MB, counted after inflating."),
    "too_many_items": Kind(413, "Too many items", "A batch may have 10,000 items."),
    "unsupported_media_type": Kind(415, "Unsupported media type", "Send application/json or application/x-ndjson."),
    "unsupported_encoding": Kind(415, "Unsupported encoding", "Send the body as it is, or with gzip."),
    "rejected": Kind(422, "Rejected", "Not one item could be accepted; ``rejected`` says why, item by item."),
    "invalid": Kind(422, "Invalid", "The body is JSON, but a field of it is missing, unknown or out of its bounds."),
    "rate_limited": Kind(429, "Too many requests", "Slow down; Retry-After says for how many seconds."),
    "headers_too_large": Kind(431, "Headers too large", "The headers of a request may have 16 KB."),
    "internal": Kind(500, "Internal error", "A fault of ours. Nothing was kept; sending again is safe."),
    "unavailable": Kind(503, "Unavailable", "The server cannot take this now. Nothing was kept; send it again later."),
    "storage_full": Kind(507, "Storage full", "The disk is full. Nothing was kept; send it again later."),
}
"""Whole requests, by code."""

REJECTS: dict[str, str] = {
    "bad_json": "This item, or line, is not a JSON object.",
    "duplicate_key": "A field stands twice in one object.",
    "too_deep": "The item is nested deeper than its fields are.",
    "unknown_field": "A field that this call does not have.",
    "missing_field": "A field that must be given is not.",
    "wrong_type": "A field is of another type; a number is never given as text.",
    "out_of_range": "A number, an instant or a length beyond its bounds.",
    "bad_value": "A field is none of the values that it may have.",
    "bad_time": "Not an RFC 3339 date-time with an offset.",
    "bad_text": "Text with control characters, lone surrogates or nothing but blanks.",
    "bad_sidc": "Neither 20 or 30 digits (APP-6D/E) nor 15 characters of 2525C.",
    "bad_label": "A label with an audience or caveat that this mission does not have.",
    "bad_geometry": "Not a GeoJSON polygon of closed rings of positions.",
    "unknown_party": "A party that this mission does not have.",
    "unknown_platform": "A platform that is none of those listed.",
    "too_large": "One item is larger than 1 MB.",
    "conflict": "The first report under this key stands, and this one says otherwise.",
}
"""Items of a batch, by code. A rejected item is kept in quarantine with its bytes."""

FLAGS: dict[str, str] = {
    "future": "Observed more than five minutes after it was received: in history only.",
    "null_island": "Within 0.001 degrees of 0, 0 outside the mission's area: in history only.",
    "too_late": "Older than the lateness window before its unit's newest report: in history only.",
    "out_of_order": "Not newer than its unit's newest report: corrects history, does not move the track.",
    "drone": "Came as a drone report.",
    "implausible": "Faster than its platform can move, or otherwise doubtful: kept and shown, confirms no violation.",
    "frozen": "Repeats one place to the last digit while it says that it moves; always also implausible.",
}
"""What an accepted report or a track may be marked with."""


class Problem(Exception):
    """A request that cannot be done, as its sender is told. ``code`` is one of ``PROBLEMS``.

    ``detail`` is a sentence that repeats no input; ``field`` names the field at fault; ``extra`` holds further members
    of the problem document; ``retry_s`` becomes Retry-After.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        field: str | None = None,
        extra: dict[str, Any] | None = None,
        retry_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.title, meaning = PROBLEMS[code]
        self.detail = meaning if detail is None else detail
        self.field = field
        self.extra = extra or {}
        self.retry_s = retry_s

    def document(self) -> dict[str, Any]:
        """Return the RFC 9457 document."""
        document: dict[str, Any] = {
            "type": f"urn:accord:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.field is not None:
            document["field"] = self.field
        return document | self.extra
