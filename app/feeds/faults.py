"""Why an item was refused: a code, the field and a sentence. Never repeats a value, only sanitised field names.

The slow, exact second look: it runs only on items that the typed decoder refused or whose quotes do not add up.
"""

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from app.feeds.items import Item

_FIELD_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_BEFORE_OFFSET = re.compile(rb'"([A-Za-z_]{1,32})"\s*:\s*(?:"(?:[^"\\]|\\.)*\\?|\[*[^"{}\[\]:,]*)$', re.DOTALL)
_BYTE = re.compile(r"byte (\d+)")
_PATH = re.compile(r"at `\$(?:\[\.\.\.\]|\[\d+\])?\.?([a-z_]+)")
_WINDOW = 4096
_NOT_JSON_NUMBER = object()

CODES = {"platform": "unknown_platform", "footprint": "bad_geometry", "label": "bad_label"}
"""Fields of which any wrong value of the right type has a code of its own."""


class Fault(NamedTuple):
    """What is wrong with one item. ``detail`` begins with the field's name where there is one."""

    code: str
    field: str | None
    detail: str


class Reject(msgspec.Struct, frozen=True):
    """A refused item: its place in the request, why, and its bytes as sent."""

    index: int
    fault: Fault
    raw: bytes


def fault_of(raw: bytes, item: Item) -> Fault | None:
    """Return the first fault of ``raw`` as an ``item``, or None where its shape and bounds are right."""
    try:
        value = _loaded(raw)
    except _Twice as twice:
        return _fault("duplicate_key", _quoted(twice.args[0]), "stands twice")
    except RecursionError:
        return _fault("too_deep", field_of_error(raw, item), "nested too deep")
    except ValueError as error:
        offset = error.pos if isinstance(error, json.JSONDecodeError) else len(raw)
        return _fault("bad_json", field_before(raw, offset, item), "not JSON")
    if not isinstance(value, dict):
        return Fault("wrong_type", None, "expected a JSON object")
    return _object_fault(value, _shape(item), "")


def field_before(body: bytes, offset: int, item: Item) -> str | None:
    """Return the field of ``item`` whose value holds or ends at byte ``offset`` of broken JSON, if that can be told."""
    match = _BEFORE_OFFSET.search(body[max(0, offset - _WINDOW) : offset])
    name = match[1].decode() if match else None
    return name if name in field_names(item) else None


def field_of_error(raw: bytes, item: Item) -> str | None:
    """Return the top-level field at which the typed decoder stops in ``raw`` (an item, or an array of them)."""
    kind: Any = list[item] if raw.lstrip()[:1] == b"[" else item  # type: ignore[valid-type]
    try:
        msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        text = str(error)
        path, byte = _PATH.search(text), _BYTE.search(text)
        if path:
            return path[1] if path[1] in field_names(item) else None
        return field_before(raw, int(byte[1]), item) if byte else None
    return None


@cache
def field_names(item: Item) -> frozenset[str]:
    """Return the names of the fields of ``item``."""
    return frozenset(item.__struct_fields__)


class _Twice(Exception):
    """A key stands twice in one object."""


def _loaded(raw: bytes) -> Any:
    # Bytes that are not UTF-8 become lone surrogates, so that the walk below can name their field.
    text = raw.decode("utf-8", "surrogateescape")
    return json.loads(text, object_pairs_hook=_once, parse_constant=_constant, parse_int=_integer)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _constant(_: str) -> object:
    return _NOT_JSON_NUMBER


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 300 else math.inf


def _quoted(key: str) -> str:
    """Return an unknown field's name as it may be said back: only harmless characters, at most 64."""
    return key if _FIELD_NAME.fullmatch(key) else re.sub(r"[^A-Za-z0-9_.\-]", "?", key[:64]) or "?"


def _fault(code: str, field: str | None, what: str) -> Fault:
    return Fault(code, field, f"{field}: {what}" if field else what)


@cache
def _shape(struct: type) -> inspect.StructType:
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)
    return shape


def _object_fault(value: dict[str, Any], shape: inspect.StructType, prefix: str) -> Fault | None:
    fields = {field.name: field for field in shape.fields}
    for key in value:
        if key not in fields:
            return _fault("unknown_field", prefix + _quoted(key), "not a field of this call")
    for name, field in fields.items():
        if name not in value:
            if field.required:
                return _fault("missing_field", prefix + name, "must be given")
            continue
        fault = _value_fault(value[name], field.type, prefix + name)
        if fault is not None:
            return fault
    return None


def _value_fault(value: Any, kind: inspect.Type, path: str) -> Fault | None:
    if isinstance(kind, inspect.UnionType):
        if value is None and any(isinstance(one, inspect.NoneType) for one in kind.types):
            return None
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    match kind:
        case inspect.FloatType() | inspect.IntType():
            return _number_fault(value, kind, path)
        case inspect.StrType():
            return _text_fault(value, kind, path)
        case inspect.LiteralType(values=values):
            return _choice_fault(value, [str(one) for one in values], path)
        case inspect.VarTupleType():
            return _list_fault(value, kind, path)
        case inspect.StructType():
            if not isinstance(value, dict):
                return _fault("wrong_type", path, "expected an object")
            return _object_fault(value, kind, f"{path}.")
        case _:
            raise TypeError(f"no fault is known of {kind}")


def _number_fault(value: Any, kind: inspect.FloatType | inspect.IntType, path: str) -> Fault | None:
    whole = isinstance(kind, inspect.IntType)
    wanted = f"expected a {'whole ' if whole else ''}number from {kind.ge:g} to {kind.le:g}"
    if value is _NOT_JSON_NUMBER:
        return _fault("bad_json", path, "NaN and Infinity are not JSON")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _fault("wrong_type", path, wanted)
    if whole and isinstance(value, float) and math.isfinite(value):
        return _fault("wrong_type", path, wanted)
    if kind.ge is None or kind.le is None or kind.ge <= value <= kind.le:
        return None
    return _fault(_code(path, "out_of_range"), path, wanted)


def _text_fault(value: Any, kind: inspect.StrType, path: str) -> Fault | None:
    least, most = kind.min_length or 0, kind.max_length or 0
    if not isinstance(value, str):
        return _fault("wrong_type", path, "expected text")
    if any("\ud800" <= char <= "\udfff" for char in value):
        return _fault("bad_text", path, "not UTF-8, or with half a surrogate pair")
    if not least <= len(value) <= most:
        return _fault("out_of_range", path, f"expected text of {least} to {most} characters")
    return None


def _choice_fault(value: Any, values: list[str], path: str) -> Fault | None:
    if not isinstance(value, str):
        return _fault("wrong_type", path, "expected text")
    if value not in values:
        return _fault(_code(path, "bad_value"), path, f"expected one of {', '.join(values)}")
    return None


def _list_fault(value: Any, kind: inspect.VarTupleType, path: str) -> Fault | None:
    least, most = kind.min_length or 0, kind.max_length or 0
    if not isinstance(value, list):
        return _fault("wrong_type", path, "expected an array")
    if not least <= len(value) <= most:
        return _fault(_code(path, "out_of_range"), path, f"expected {least} to {most} elements")
    return next((fault for one in value if (fault := _value_fault(one, kind.item_type, path))), None)


def _code(path: str, otherwise: str) -> str:
    return next((code for name, code in CODES.items() if name in path.split(".")), otherwise)
