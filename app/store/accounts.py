"""Keys, users, sessions and log-in links as rows. Decides nothing about who may see what, and reads no clock.

Every function works on a connection, inside a transaction of the caller's; so a command may use them on the folder of a
running server, which sees a new key at once and a revoked one within a second.
"""

import json
import re
from typing import Any, NamedTuple

import apsw

from app.access import credentials
from app.access.principals import (
    KEY_ROLES,
    RESERVED_AUDIENCES,
    SCOPES,
    USER_ROLES,
    Principal,
    Role,
    audiences_of,
    default_clearance,
)
from app.model.instant import SECOND_US
from app.model.label import CLASSIFICATIONS, Classification

LINK_LIFE_US = 15 * 60 * SECOND_US
PASSWORD_LIFE_US = 7 * 24 * 3600 * SECOND_US
"""A one-time password stands until its user chooses his own, and at most this long."""
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class AccountError(ValueError):
    """An account that cannot be made or found; the message says why and is fit to be shown."""


class KeyRow(NamedTuple):
    """A key that is good. ``expires_us`` is None for one that never ends."""

    principal: Principal
    expires_us: int | None


class SessionRow(NamedTuple):
    """A session that has not been ended: ``seen_us`` is its last use, ``ends_us`` its end however it is used."""

    principal: Principal
    must_change_password: bool
    created_us: int
    seen_us: int
    ends_us: int


class UserRow(NamedTuple):
    """What a log-in needs. ``password`` is a PHC string or None; a one-time one ends at ``password_until_us``."""

    id: str
    password: str | None
    password_until_us: int | None


def create_key(
    db: apsw.Connection,
    *,
    name: str,
    role: Role,
    now_us: int,
    contingent: str | None = None,
    scopes: frozenset[str] = frozenset(),
    clearance: Classification | None = None,
    audiences: frozenset[str] = frozenset(),
    expires_us: int | None = None,
) -> tuple[str, str]:
    """Make a key; return its id and the key itself, which is kept nowhere.

    Raises:
        AccountError: no such role for a key, or scope, or a name that cannot be one.
    """
    if role not in KEY_ROLES:
        raise AccountError(f"a key's role is one of {', '.join(KEY_ROLES)}")
    if role == "integration" and not scopes:
        raise AccountError(f"an integration does what its scopes say: give some of {', '.join(SCOPES)}")
    if not scopes <= set(SCOPES):
        raise AccountError(f"scopes are some of {', '.join(SCOPES)}")
    if role == "device" and contingent is None:
        raise AccountError("a device reports for a contingent: name it")
    _check(name, contingent, clearance, audiences)
    key = credentials.new_key()
    db.execute(
        "INSERT INTO keys (id, name, role, contingent, scopes, clearance, audiences, digest, created_us, expires_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key.id, name, role, contingent, json.dumps(sorted(scopes)),
            clearance or default_clearance(role, contingent), json.dumps(sorted(audiences)),
            key.digest, now_us, expires_us,
        ),
    )  # fmt: skip
    return key.id, key.token


def revoke_key(db: apsw.Connection, key_id: str, now_us: int) -> None:
    """End a key. Raises AccountError where there is no such key."""
    db.execute("UPDATE keys SET revoked_us = coalesce(revoked_us, ?) WHERE id = ?", (now_us, key_id))
    if not db.changes():
        raise AccountError("there is no such key")


def find_key(db: apsw.Connection, key_id: str, digest: bytes, now_us: int) -> KeyRow | None:
    """Return the key of this id if the digest is its own and it is neither revoked nor expired."""
    row = _row(
        db,
        "SELECT id, name, role, contingent, clearance, audiences, scopes, digest, expires_us FROM keys"
        " WHERE id = ? AND revoked_us IS NULL AND coalesce(expires_us > ?, 1)",
        (key_id, now_us),
    )
    if row is None or not credentials.same(row[7], digest):
        return None
    return KeyRow(_principal("key", row[:6], frozenset(json.loads(row[6]))), row[8])


def principal_of_id(db: apsw.Connection, account: str, now_us: int) -> Principal | None:
    """Return the present rights of a key or user by id, or None when it is revoked, expired, disabled or unknown."""
    key = _row(
        db,
        "SELECT id, name, role, contingent, clearance, audiences, scopes FROM keys"
        " WHERE id = ? AND revoked_us IS NULL AND coalesce(expires_us > ?, 1)",
        (account, now_us),
    )
    if key is not None:
        return _principal("key", key[:6], frozenset(json.loads(key[6])))
    user = _row(
        db,
        "SELECT id, name, role, contingent, clearance, audiences FROM users WHERE id = ? AND disabled_us IS NULL",
        (account,),
    )
    return _principal("user", user, frozenset()) if user else None


def create_user(
    db: apsw.Connection,
    *,
    name: str,
    role: Role,
    now_us: int,
    contingent: str | None = None,
    clearance: Classification | None = None,
    audiences: frozenset[str] = frozenset(),
    with_password: bool = True,
) -> tuple[str, str | None]:
    """Make a user; return his id and his one-time password (None where he enters by link only).

    Raises:
        AccountError: the name is taken or cannot be one, or a user has no such role.
    """
    if role not in USER_ROLES:
        raise AccountError(f"a user's role is one of {', '.join(USER_ROLES)}")
    _check(name, contingent, clearance, audiences)
    if find_user(db, name) is not None:
        raise AccountError("there is already a user of this name")
    user = credentials.new_id()
    password = credentials.one_time_password() if with_password else None
    db.execute(
        "INSERT INTO users (id, name, role, contingent, clearance, audiences, password, password_until_us, created_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            user, name, role, contingent, clearance or default_clearance(role, contingent),
            json.dumps(sorted(audiences)), credentials.password_hash(password) if password else None,
            now_us + PASSWORD_LIFE_US if password else None, now_us,
        ),
    )  # fmt: skip
    return user, password


def find_user(db: apsw.Connection, name: str) -> UserRow | None:
    """Return the user of this name who is not disabled, or None."""
    row = _row(db, "SELECT id, password, password_until_us FROM users WHERE name = ? AND disabled_us IS NULL", (name,))
    return UserRow(*row) if row else None


def user_of_id(db: apsw.Connection, user: str) -> UserRow | None:
    """Return the user of this id who is not disabled, or None."""
    row = _row(db, "SELECT id, password, password_until_us FROM users WHERE id = ? AND disabled_us IS NULL", (user,))
    return UserRow(*row) if row else None


def disable_user(db: apsw.Connection, name: str, now_us: int) -> None:
    """Shut a user out and end his sessions. Raises AccountError where there is no such user."""
    user = find_user(db, name)
    if user is None:
        raise AccountError("there is no such user")
    db.execute("UPDATE users SET disabled_us = ? WHERE id = ?", (now_us, user.id))
    db.execute("DELETE FROM sessions WHERE user = ?", (user.id,))


def count_accounts(db: apsw.Connection) -> int:
    """Return how many keys and users there are, good or not: none means that this is the first run."""
    row = _row(db, "SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM users)", ())
    return int(row[0]) if row else 0


def set_password(db: apsw.Connection, user: str, hashed: str, keep: bytes) -> None:
    """Store the hash of a password that the user chose, and end his sessions but the one whose digest is ``keep``."""
    db.execute("UPDATE users SET password = ?, password_until_us = NULL WHERE id = ?", (hashed, user))
    db.execute("DELETE FROM sessions WHERE user = ? AND digest <> ?", (user, keep))


def open_session(db: apsw.Connection, user: str, now_us: int, ends_us: int) -> str:
    """Begin a session of ``user``; return the token for the cookie."""
    token, digest = credentials.new_token()
    db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", (digest, user, now_us, now_us, ends_us))
    return token


def find_session(db: apsw.Connection, digest: bytes) -> SessionRow | None:
    """Return the session, whatever its age, if it was not ended and its user is not disabled."""
    row = _row(
        db,
        "SELECT users.id, name, role, contingent, clearance, audiences, password_until_us,"
        " sessions.created_us, seen_us, ends_us FROM sessions JOIN users ON users.id = sessions.user"
        " WHERE digest = ? AND disabled_us IS NULL",
        (digest,),
    )
    return SessionRow(_principal("user", row[:6], frozenset()), row[6] is not None, *row[7:]) if row else None


def end_session(db: apsw.Connection, digest: bytes) -> None:
    """End a session; one that is not there is ended already."""
    db.execute("DELETE FROM sessions WHERE digest = ?", (digest,))


def keep_uses(db: apsw.Connection, keys: dict[str, int], sessions: dict[bytes, int], stale_us: int) -> None:
    """Store when keys (by id) and sessions (by digest) were last used, and drop sessions that ended by ``stale_us``."""
    db.executemany("UPDATE keys SET used_us = ? WHERE id = ?", [(at, key) for key, at in keys.items()])
    db.executemany("UPDATE sessions SET seen_us = ? WHERE digest = ?", [(at, one) for one, at in sessions.items()])
    db.execute("DELETE FROM sessions WHERE ends_us <= ?", (stale_us,))


def create_link(db: apsw.Connection, user: str, now_us: int) -> str:
    """Make a link that logs ``user`` in once within a quarter of an hour; return its token."""
    token, digest = credentials.new_token()
    db.execute("INSERT INTO links (digest, user, ends_us) VALUES (?, ?, ?)", (digest, user, now_us + LINK_LIFE_US))
    return token


def redeem_link(db: apsw.Connection, token: str, now_us: int) -> str | None:
    """Use a link up; return its user, or None for one that is unknown, used or too old."""
    digest = credentials.digest(token)
    row = _row(
        db,
        "UPDATE links SET used_us = ? WHERE digest = ? AND used_us IS NULL AND ends_us > ?"
        " AND user IN (SELECT id FROM users WHERE disabled_us IS NULL) RETURNING user",
        (now_us, digest, now_us),
    )
    return str(row[0]) if row else None


def access_version(db: apsw.Connection) -> int:
    """Return a number that grows whenever anybody's rights change."""
    row = _row(db, "SELECT version FROM access_version", ())
    return int(row[0]) if row else 0


def _principal(kind: Any, row: tuple[Any, ...], scopes: frozenset[str]) -> Principal:
    id_, name, role, contingent, clearance, audiences = row
    return Principal(
        id=id_, name=name, kind=kind, role=role, contingent=contingent, scopes=scopes, clearance=clearance,
        audiences=audiences_of(role, contingent, frozenset(json.loads(audiences))),
    )  # fmt: skip


def _check(name: str, contingent: str | None, clearance: str | None, audiences: frozenset[str]) -> None:
    if not _NAME.fullmatch(name) or name != name.strip():
        raise AccountError("a name has 1 to 100 characters, none of them a control character or an outer blank")
    if contingent is not None and (not _ID.fullmatch(contingent) or contingent in RESERVED_AUDIENCES):
        raise AccountError("a contingent's id is letters, digits, dots and dashes, and neither MISSION nor HQ")
    if clearance is not None and clearance not in CLASSIFICATIONS:
        raise AccountError(f"a clearance is one of {', '.join(CLASSIFICATIONS)}")
    if any(not _ID.fullmatch(audience) or audience in RESERVED_AUDIENCES for audience in audiences):
        raise AccountError("an audience is letters, digits, dots and dashes, and neither MISSION nor HQ")


def _row(db: apsw.Connection, sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    rows = db.execute(sql, values).fetchall()
    return rows[0] if rows else None
