"""Bodies of requests → typed items and the rejects among them. Knows the shapes, not what a mission allows.

The usual body is decoded whole. One with any fault is split, and looked at in small groups and then item by item, so
that each bad one is named; ``judged`` gives way after each group, for a big bad body must not hold up the loop.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET

from app.feeds.faults import Fault, Reject, fault_of, field_before, field_of_error
from app.feeds.items import Item, LabelItem
from app.model.problems import Problem
from app.model.report import F64

MAX_ITEMS = 10_000
MAX_ITEM_BYTES = 1_000_000
MAX_BATCH_BYTES = 10_000_000
_GROUP = 50
_SHORT = 2000
_SMALLEST = len('{"unit":"","observed_at":"","lon":0,"lat":0}')
_QUOTE = ord('"')
_BLANKS = b" \t\r\n"
# Only where an item ends is asked: numbers are not read, however long they are.
_SCAN: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(parse_int=len, parse_float=len).scan_once  # type: ignore


@dataclass(slots=True)
class Opened:
    """What a body holds: ``items`` by type, each with its place in the request in ``places``, and the rejects.

    ``raws`` are the items as sent, or None where the body was good as a whole (``raw_of`` finds them all the same).
    """

    body: bytes
    lines: bool
    single: bool
    items: list[Any]
    places: Sequence[int]
    rejects: list[Reject]
    raws: list[bytes] | None = None
    columns: "Columns | None" = None
    """Those of ``items``, where they have been taken apart already."""

    def let_go(self) -> None:
        """Let go of the items, which are drafted by now: to free them is cheap as long as the processor has them."""
        self.items, self.columns = [], None

    def raw_of(self, place: int) -> bytes:
        """Return the bytes of the item at ``place`` of the request."""
        if self.raws is None:
            self.raws = list(split(self.body, self.lines))
        return self.raws[place]


def whole(body: bytes, item: Item, lines: bool) -> Opened | None:
    """Return all items of a body in which nothing is wrong, or None: then it takes ``judged``.

    ``lines`` says that the body is NDJSON.

    Raises:
        Problem: the body begins with a byte order mark.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        raise Problem("not_json", "The body begins with a byte order mark.")
    single = not lines and body.lstrip(_BLANKS)[:1] == b"{"
    one, many = _decoders(item)
    try:
        if single:
            items = [one.decode(body)]
        elif lines:
            rows = _objects_by_line(body)
            items = one.decode_lines(body) if rows else []
            if len(items) != rows:
                return None
        else:
            if len(body) > MAX_ITEMS * _SMALLEST and body.count(b'"observed_at"') > MAX_ITEMS:
                return None
            items = many.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if len(items) > MAX_ITEMS:
        return None
    columns = None
    if single:
        if _quotes_in(body) != _quotes_of_one(items[0]):
            return None
    else:
        columns = columns_of(items, item)
        if not _keys_are_single(body, columns):
            return None
    return Opened(body, lines, single, items, range(len(items)), [], columns=columns)


def judged(body: bytes, item: Item, lines: bool) -> Iterator[Opened]:
    """Split a body and judge each item; what is yielded last is whole, what comes before only gives way.

    Raises:
        Problem: not JSON, neither an object nor an array of them, or too many items.
    """
    single = not lines and body.lstrip(_BLANKS)[:1] == b"{"
    opened = Opened(body, lines, single, [], [], [], [])
    raws: list[bytes] = []
    try:
        for raw in split(body, lines):
            if len(raws) == MAX_ITEMS:
                raise Problem("too_many_items")
            raws.append(raw)
            if len(raws) % (10 * _GROUP) == 0:
                yield opened
    except RecursionError:
        field = field_of_error(body, item)
        detail = f"{field}: nested too deep" if field else "Nested deeper than any report."
        raise Problem("not_json", detail, field=field) from None
    except json.JSONDecodeError as error:
        before = len(error.doc[: error.pos].encode("utf-8", "surrogateescape"))
        field = field_before(body, before, item)
        raise Problem("not_json", f"{field}: not JSON" if field else None, field=field) from None
    opened.raws = raws
    places: list[int] = []
    for start in range(0, len(raws), _GROUP):
        _judge(raws[start : start + _GROUP], start, item, opened, places)
        yield opened
    opened.places = places
    yield opened


def split(body: bytes, lines: bool) -> Iterator[bytes]:
    """Cut a body into the bytes of its items, in order. A blank line of NDJSON has a place, and is empty.

    Raises:
        json.JSONDecodeError: not an object and not an array, or broken beyond telling the items apart.
        RecursionError: nested too deep.
    """
    if lines:
        rows = body.split(b"\n")
        yield from (row.strip(_BLANKS) for row in (rows[:-1] if not rows[-1].strip(_BLANKS) else rows))
        return
    # Bytes that are not UTF-8 pass as lone surrogates: the item that has them is refused by itself.
    text = body.decode("utf-8", "surrogateescape")
    at = _after_blanks(text, 0)
    if text[at : at + 1] == "{":
        yield text[at : _end(text, at)].encode("utf-8", "surrogateescape")
        at = _after_blanks(text, _end(text, at))
    elif text[at : at + 1] == "[":
        at = _after_blanks(text, at + 1)
        while text[at : at + 1] != "]":
            end = _end(text, at)
            yield text[at:end].encode("utf-8", "surrogateescape")
            at = _after_blanks(text, end)
            if text[at : at + 1] == ",":
                at = _after_blanks(text, at + 1)
                if text[at : at + 1] == "]":
                    raise json.JSONDecodeError("a comma too many", text, at)
            elif text[at : at + 1] != "]":
                raise json.JSONDecodeError("a comma is missing", text, at)
        at = _after_blanks(text, at + 1)
    else:
        raise json.JSONDecodeError("neither an object nor an array", text, at)
    if at != len(text):
        raise json.JSONDecodeError("more than one value", text, at)


@cache
def _decoders(item: Item) -> tuple[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]]:
    return msgspec.json.Decoder(item), msgspec.json.Decoder(list[item])  # type: ignore[valid-type]


def _objects_by_line(body: bytes) -> int | None:
    """How many lines there are, if each begins and ends as an object does, so that no value spans two; else None."""
    rows = body.split(b"\n")
    if not rows[-1]:
        rows.pop()
    stripped = [row.strip(_BLANKS) for row in rows]
    return len(rows) if all(row[:1] == b"{" and row[-1:] == b"}" for row in stripped) else None


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r", "\n"):
        at += 1
    return at


def _end(text: str, at: int) -> int:
    try:
        return _SCAN(text, at)[1]
    except StopIteration as stop:
        raise json.JSONDecodeError("no value", text, stop.value) from None


def _judge(raws: list[bytes], start: int, item: Item, opened: Opened, places: list[int]) -> None:
    one, many = _decoders(item)
    try:
        joined = b"[" + b",".join(raws) + b"]"
        items = many.decode(joined)
        if len(items) == len(raws) and _keys_are_single(joined, columns_of(items, item)):
            opened.items += items
            places.extend(range(start, start + len(items)))
            return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # one of the group is bad: each is looked at below
    for place, raw in enumerate(raws, start):
        if not raw:
            continue
        fault = Fault("too_large", None, "larger than 1 MB") if len(raw) > MAX_ITEM_BYTES else fault_of(raw, item)
        if fault is None:
            try:
                opened.items.append(one.decode(raw))
                places.append(place)
            except (msgspec.DecodeError, UnicodeDecodeError):
                fault = Fault("bad_json", None, "not JSON")
        if fault is not None:
            opened.rejects.append(Reject(place, fault, raw))


class Columns(NamedTuple):
    """The fields of some items, a column each, by name.

    ``numbers`` has those of measures that every item gives, as floats.
    """

    values: dict[str, tuple[Any, ...]]
    numbers: dict[str, F64]


def columns_of(items: Sequence[Any], item: Item) -> Columns:
    """Return the columns of ``items``, all of the type ``item``; none of no items."""
    values = dict(zip(item.__struct_fields__, zip(*map(msgspec.structs.astuple, items), strict=True), strict=False))
    numbers = {}
    for name in _MEASURES:
        column = values.get(name)
        if column and column[0] is not UNSET:
            try:
                numbers[name] = np.fromiter(column, np.float64, len(column))
            except TypeError:
                pass  # some item does not give it, or gives null
    return Columns(values, numbers)


def _keys_are_single(body: bytes, columns: Columns) -> bool:
    """Whether ``body`` has no more quotes than its items account for: a key that stands twice leaves more."""
    return _quotes_in(body) == sum(_quotes_of(name, columns) for name in columns.values)


def _quotes_in(body: bytes) -> int:
    """How many quotes the body has that are not escaped; -1 where backslashes are escaped too: then nobody counts."""
    if len(body) < _SHORT:
        quotes = body.count(b'"')
    else:
        quotes = int(np.count_nonzero(np.frombuffer(body, np.uint8) == _QUOTE))
    if b"\\" in body:
        if b"\\\\" in body:
            return -1
        quotes -= body.count(b'\\"')
    return quotes


def _quotes_of_one(item: Any) -> int:
    """How many quotes an item has as JSON."""
    quotes = 0
    for value in msgspec.structs.astuple(item):
        if value is not UNSET:
            quotes += 4 if type(value) is str else 2 + _quotes_within(value)
    return quotes


def _quotes_of(name: str, columns: Columns) -> int:
    """How many quotes a field's column has as JSON: two a key, two a text."""
    column = columns.values[name]
    if name in columns.numbers:
        return 2 * len(column)
    if name in _ALWAYS:
        return 4 * len(column)
    if column[0] is UNSET and column.count(UNSET) == len(column):
        return 0
    if name in _NESTED:
        return sum(2 + _quotes_within(value) for value in column if value is not UNSET)
    # A set of what repeats is made faster than a text is compared with what is no text, a thousand times.
    there = set(column)
    given = len(column) - (column.count(UNSET) if UNSET in there else 0)
    nulls = column.count(None) if None in there else 0
    return 2 * given if name in _NUMBERS else 4 * given - 2 * nulls


_ALWAYS = frozenset({"unit", "incident", "observed_at", "category", "title"})
_NESTED = frozenset({"label", "sensor"})
_MEASURES = (
    "lon", "lat", "altitude_m", "accuracy_m", "speed_m_s", "course_deg", "operator_lon", "operator_lat", "observer_lon",
    "observer_lat", "distance_m", "bearing_deg",
)  # fmt: skip
_NUMBERS = frozenset({*_MEASURES, "count"})


def _quotes_within(value: Any) -> int:
    """Quotes of a nested value, without those of its own key."""
    if value is None or value is UNSET or isinstance(value, float | int):
        return 0
    if isinstance(value, str):
        return 2
    if isinstance(value, LabelItem):
        return _label_quotes(value)
    if isinstance(value, tuple):
        return sum(map(_quotes_within, value))
    present = [one for one in msgspec.structs.astuple(value) if one is not UNSET]
    return 2 * len(present) + sum(map(_quotes_within, present))


def _label_quotes(label: LabelItem) -> int:
    quotes = 0 if label.classification is UNSET else 4
    for texts in (label.releasable_to, label.caveats):
        if texts is not UNSET:
            quotes += 2 + 2 * len(texts)
    return quotes
