"""The log-book and the mutes on disk. Queries take the numbers of the markings that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import msgspec

from app.model.note import Lifted, Mute, Note
from app.store.codec import decode, encode

_note_decoder = msgspec.msgpack.Decoder(Note)
_mute_decoder = msgspec.msgpack.Decoder(Mute)
_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNotes:
    """What is asked of the log-book; None asks for all. Both ends of the span of ``at_us`` are within."""

    markings: Sequence[int]
    from_us: int | None = None
    to_us: int | None = None
    category: str | None = None
    violation: str | None = None
    track: str | None = None


def keep_note(connection: apsw.Connection, note: Note, marking: int) -> None:
    """Write a wording of a note; it is the newest one from here on. Twice is as good as once."""
    connection.execute("UPDATE notes SET newest = 0 WHERE id = ? AND seq < ?", (note.id, note.seq))
    connection.execute(
        "INSERT OR IGNORE INTO notes VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)",
        (note.id, note.seq, note.at_us, note.category, note.violation, note.track, marking, encode(note)),
    )


def notes(
    connection: apsw.Connection, wanted: WantedNotes, limit: int, before: tuple[int, str] | None = None
) -> list[Note]:
    """Return notes in their newest wording, the last first; ``before`` is where the page before ended."""
    terms = ["newest", "marking IN (SELECT value FROM json_each(?))"]
    values: list[Any] = [_numbers(wanted.markings)]
    for column, sign, value in (
        ("at_us", ">=", wanted.from_us), ("at_us", "<=", wanted.to_us), ("category", "=", wanted.category),
        ("violation", "=", wanted.violation), ("track", "=", wanted.track),
    ):  # fmt: skip
        if value is not None:
            terms.append(f"{column} {sign} ?")
            values.append(value)
    if before is not None:
        terms.append("(at_us, id) < (?, ?)")
        values.extend(before)
    rows = connection.execute(
        f"SELECT body FROM notes WHERE {' AND '.join(terms)} ORDER BY at_us DESC, id DESC LIMIT ?", (*values, limit)
    )
    return [decode(body, _note_decoder) for (body,) in rows]


def wordings(connection: apsw.Connection, note: str) -> list[Note]:
    """Return every wording of a note, the oldest first; none where there is no such note."""
    rows = connection.execute("SELECT body FROM notes WHERE id = ? ORDER BY seq", (note,))
    return [decode(body, _note_decoder) for (body,) in rows]


def wordings_of(connection: apsw.Connection, newest: Sequence[Note]) -> list[list[Note]]:
    """Return for each note, given in its newest wording, all of its wordings, the oldest first."""
    earlier: dict[str, list[Note]] = {note.id: [] for note in newest}
    rows = connection.execute(
        "SELECT id, body FROM notes WHERE NOT newest AND id IN (SELECT value FROM json_each(?)) ORDER BY id, seq",
        (_json.encode(list(earlier)).decode(),),
    )
    for key, body in rows:
        earlier[key].append(decode(body, _note_decoder))
    return [[*earlier[note.id], note] for note in newest]


def keep_mute(connection: apsw.Connection, mute: Mute, marking: int) -> None:
    """Write a mute. Twice is as good as once."""
    connection.execute(
        "INSERT OR IGNORE INTO mutes VALUES (?, ?, ?, ?, NULL, NULL, ?)",
        (mute.id, mute.from_us, mute.until_us, marking, encode(mute)),
    )


def lift_mute(connection: apsw.Connection, lifted: Lifted) -> None:
    """End a mute before its time; the first to do so is remembered."""
    connection.execute(
        "UPDATE mutes SET lifted_us = ?, lifted_by = ? WHERE id = ? AND lifted_us IS NULL",
        (lifted.at_us, lifted.by, lifted.mute),
    )


def mutes_between(connection: apsw.Connection, markings: Sequence[int], from_us: int, to_us: int) -> list[Mute]:
    """Return the mutes that were in force at some instant from ``from_us`` to ``to_us``, both within, oldest first."""
    rows = connection.execute(
        "SELECT body, lifted_us, lifted_by FROM mutes WHERE until_us > ? AND from_us <= ?"
        " AND (lifted_us IS NULL OR lifted_us > ?) AND marking IN (SELECT value FROM json_each(?))"
        " ORDER BY from_us, id",
        (from_us, to_us, from_us, _numbers(markings)),
    )
    return [_mute(*row) for row in rows]


def mute_by_id(connection: apsw.Connection, mute: str) -> Mute | None:
    """Return a mute, in force or over."""
    row = next(connection.execute("SELECT body, lifted_us, lifted_by FROM mutes WHERE id = ?", (mute,)), None)
    return None if row is None else _mute(*row)


def _mute(body: bytes, lifted_us: int | None, lifted_by: str | None) -> Mute:
    return msgspec.structs.replace(decode(body, _mute_decoder), lifted_us=lifted_us, lifted_by=lifted_by)


def _numbers(markings: Sequence[int]) -> str:
    return _json.encode([int(number) for number in markings]).decode()
