"""Writes ``frontend/src/protocol/frames.ts`` from ``app/live/frames.py``: ``make gen``. A test holds it current."""

import types
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from app.live import frames
from app.model.label import Classification

TARGET = Path(__file__).parent.parent / "frontend" / "src" / "protocol" / "frames.ts"
_HEAD = (
    "/** The shapes on the wire, as `app/live/frames.py` defines them. "
    "Instants are RFC 3339, degrees are lon, lat WGS84. */\n// Made by `make gen`: not to be edited.\n"
)
_SIMPLE: dict[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def frame_types() -> str:
    """Return the text of the TypeScript file."""
    public = {name: value for name, value in vars(frames).items() if not name.startswith("_")}
    literals = {"Classification": Classification} | {
        name: value for name, value in public.items() if get_origin(value) is Literal
    }
    names = {value: name for name, value in literals.items()}
    structs = [value for value in public.values() if _is_frame(value)]
    outer = _mentioned(structs)
    parts = [f"export type {name} = {_choices(value)};" for name, value in literals.items()]
    parts += [_interface(struct, names) for struct in [*outer, *structs]]
    parts += [
        f"export type {name} = {_written(value, names)};"
        for name, value in public.items()
        if isinstance(value, types.UnionType)
    ]
    return "\n\n".join([_HEAD.rstrip("\n"), *parts]) + "\n"


def _is_frame(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == frames.__name__


def _mentioned(structs: list[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """Return the structs of other modules that fields name, or fields of theirs, each once."""
    found: dict[type[msgspec.Struct], None] = {}
    asked = list(structs)
    for struct in asked:
        for hint in get_type_hints(struct).values():
            for part in _parts(hint):
                if isinstance(part, type) and issubclass(part, msgspec.Struct) and not _is_frame(part):
                    if part not in found:
                        asked.append(part)
                    found[part] = None
    return list(found)


def _parts(hint: Any) -> list[Any]:
    return [hint, *(part for arg in get_args(hint) for part in _parts(arg))]


def _interface(struct: type[msgspec.Struct], names: dict[Any, str]) -> str:
    config = struct.__struct_config__
    hints = get_type_hints(struct, include_extras=True)
    parameters = ", ".join(parameter.__name__ for parameter in getattr(struct, "__parameters__", ()))
    lines = [f"  {config.tag_field}: {_choice(config.tag)};"] if config.tag_field else []
    for field in msgspec.structs.fields(struct):
        may_miss = config.omit_defaults and not field.required
        hint = hints[field.name]
        lines.append(f"  {field.encode_name}{'?' if may_miss else ''}: {_written(hint, names)};")
    head = f"export interface {struct.__name__}{f'<{parameters}>' if parameters else ''}"
    return "\n".join([f"{head} {{", *lines, "}"])


def _written(hint: Any, names: dict[Any, str]) -> str:
    """Return a type hint in TypeScript."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if hint in names:
        return names[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return str(args[1])
    if origin is Literal:
        return _choices(hint)
    if origin in (types.UnionType, Union):
        return " | ".join(_written(arg, names) for arg in args)
    if origin is list or (origin is tuple and args[1:] == (...,)):
        item = _written(args[0], names)
        return f"({item})[]" if " | " in item else f"{item}[]"
    if origin is tuple:
        return f"[{', '.join(_written(arg, names) for arg in args)}]"
    if origin is dict:
        return f"Record<{_written(args[0], names)}, unknown>"
    if isinstance(hint, TypeVar) or not args:
        return str(hint.__name__)
    return f"{origin.__name__}<{', '.join(_written(arg, names) for arg in args)}>"


def _choices(hint: Any) -> str:
    return " | ".join(_choice(value) for value in get_args(hint))


def _choice(value: Any) -> str:
    return f'"{value}"'


if __name__ == "__main__":
    TARGET.write_text(frame_types(), encoding="utf-8")
