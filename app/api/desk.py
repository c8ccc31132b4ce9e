"""The access desk: turns what a request carries into a principal, fast, and lets people in and out.

Good credentials are remembered by their digest. A number in the store grows with every change of rights, by whatever
process; it is asked for at most twice a second, so a revoked key or session is refused within that time.
"""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from app.access import credentials
from app.access.policy import Allowed
from app.access.principals import Principal
from app.access.throttle import Throttle
from app.model.identity import Registry
from app.model.problems import Problem
from app.settings import Settings
from app.store import accounts
from app.store.accounts import KeyRow, SessionRow
from app.store.database import Database, StoreError

T = TypeVar("T")
_RECHECK_S = 0.5
_KEEP_USES_S = 30.0
_REMEMBERED = 20_000
_HASHERS = 2
_HASHES_WAITING = 40


class Login(NamedTuple):
    """A session just begun: ``token`` goes into the cookie and nowhere else."""

    principal: Principal
    token: str
    must_change_password: bool


class Identity(NamedTuple):
    """Who asks, by which credential. ``digest`` is the credential's; a live connection asks again with it."""

    principal: Principal
    by_cookie: bool
    digest: bytes
    must_change_password: bool = False


class AccessDesk:
    """One a server. Reads are synchronous and short; what writes or hashes is awaited. Close it to end its threads."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        settings: Settings,
        now_us: Callable[[], int],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._database = database
        self._registry = registry
        self._now_us = now_us
        self._monotonic_s = monotonic_s
        self._idle_us = int(settings.session_idle.total_seconds() * 1_000_000)
        self._life_us = int(settings.session_life.total_seconds() * 1_000_000)
        self._cookie = settings.cookie
        self._keys: dict[bytes, KeyRow] = {}
        self._sessions: dict[bytes, SessionRow] = {}
        self._allowed: dict[Principal, Allowed] = {}
        self._used_keys: dict[str, int] = {}
        self._used_sessions: dict[bytes, int] = {}
        self._throttle = Throttle()
        self._hashers = concurrent.futures.ThreadPoolExecutor(_HASHERS, thread_name_prefix="password")
        self._hashing = 0
        self._version = -1
        self._check_at_s = float("-inf")

    # Who asks

    def authenticate_key(self, authorization: str | bytes | None) -> Principal | None:
        """Return whose key an ``Authorization: Bearer …`` header holds, or None if it is no good key."""
        token = _bearer(authorization) if authorization is not None else None
        if token is None:
            return None
        digest = credentials.digest(token)
        found = self._keys.get(digest) if self._monotonic_s() < self._check_at_s else None
        if found is None:
            key_id = credentials.key_id_of(token)
            found = self._key(digest, key_id) if key_id else None
        return found.principal if found else None

    def authenticate_session(self, token: str | None) -> Principal | None:
        """Return whose session a cookie's token is, or None if it is unknown or has ended. Counts as a use of it."""
        found = self._session(credentials.digest(token)) if token else None
        return found.principal if found else None

    def identify(self, authorization: str | bytes | None, cookies: str | None) -> Identity | None:
        """Return who makes a request with these headers (``Authorization``, ``Cookie``), or None.

        A key that is given and is not good is not made good by a cookie.
        """
        if authorization is not None:
            principal = self.authenticate_key(authorization)
            return Identity(principal, False, credentials.digest(_bearer(authorization) or "")) if principal else None
        token = cookie_of(cookies, self._cookie)
        if token is None:
            return None
        digest = credentials.digest(token)
        session = self._session(digest)
        return Identity(session.principal, True, digest, session.must_change_password) if session else None

    def current(self, identity: Identity) -> Principal | None:
        """Return the principal of a credential seen before as he is now, or None if it is no longer good.

        Costs a dictionary look-up: a live connection asks every second, which also counts as use of its session.
        """
        if identity.by_cookie:
            session = self._session(identity.digest)
            return session.principal if session else None
        key = self._key(identity.digest, identity.principal.id)
        return key.principal if key else None

    def allowed(self, principal: Principal) -> Allowed:
        """Return which markings ``principal`` may read, shared by all his requests."""
        allowed = self._allowed.get(principal)
        if allowed is None:
            if len(self._allowed) >= _REMEMBERED:
                self._allowed.clear()
            allowed = self._allowed[principal] = Allowed(principal, self._registry)
        return allowed

    # In and out

    async def login(self, name: str, password: str, source: str) -> Login | None:
        """Begin a session for a name and password tried from the address ``source``; None if they do not fit.

        Raises:
            Problem: ``rate_limited``, after ten failed tries in a quarter of an hour of this name or from this source.
        """
        account, origin = f"name {name}", f"from {source}"
        now_s = self._monotonic_s()
        self._slow_down(self._throttle.wait_s((account, origin), now_s))
        self._throttle.tried((account, origin), now_s)
        user = await self._database.read(lambda db: accounts.find_user(db, name))
        fits = await self._hashed(lambda: credentials.password_matches(user.password if user else None, password))
        if user is None or not fits:
            return None
        if user.password_until_us is not None and user.password_until_us <= self._now_us():
            return None
        self._throttle.succeeded(account, (origin,))
        return await self._begin(user.id)

    async def redeem_link(self, token: str) -> Login | None:
        """Begin a session for a one-time link; None if it is unknown, used or too old."""
        user = await self._database.write(lambda db: accounts.redeem_link(db, token, self._now_us()))
        return await self._begin(user) if user else None

    async def logout(self, identity: Identity) -> None:
        """End the session at once."""
        self._sessions.pop(identity.digest, None)
        await self._database.write(lambda db: accounts.end_session(db, identity.digest))

    async def change_password(self, identity: Identity, old: str, new: str) -> None:
        """Replace the password of the user whose session this is; his other sessions end.

        Raises:
            Problem: ``forbidden`` if ``old`` is wrong, ``invalid`` if ``new`` is poor, ``rate_limited``.
        """
        principal = identity.principal
        fault = credentials.password_fault(new, principal.name)
        if fault:
            raise Problem("invalid", f"The new password {fault}.", field="new")
        account, now_s = f"name {principal.name}", self._monotonic_s()
        self._slow_down(self._throttle.wait_s((account,), now_s))
        self._throttle.tried((account,), now_s)
        user = await self._database.read(lambda db: accounts.user_of_id(db, principal.id))
        if user is None or not await self._hashed(lambda: credentials.password_matches(user.password, old)):
            raise Problem("forbidden", "The old password is another one.", field="old")
        self._throttle.succeeded(account, ())
        hashed = await self._hashed(lambda: credentials.password_hash(new))
        await self._database.write(lambda db: accounts.set_password(db, user.id, hashed, identity.digest))
        self._check_at_s = float("-inf")

    async def keep_uses(self) -> None:
        """Store what was used since the last time, and drop sessions that are over. A full disk loses only that."""
        keys, self._used_keys = self._used_keys, {}
        sessions, self._used_sessions = self._used_sessions, {}
        if keys or sessions:
            try:
                await self._database.write(lambda db: accounts.keep_uses(db, keys, sessions, self._now_us()))
            except StoreError:
                self._used_keys = keys | self._used_keys
                self._used_sessions = sessions | self._used_sessions

    async def run(self) -> None:
        """Call ``keep_uses`` every half minute until cancelled: a task of the server's."""
        while True:
            await asyncio.sleep(_KEEP_USES_S)
            await self.keep_uses()

    def close(self) -> None:
        """End the threads that hash."""
        self._hashers.shutdown()

    # Inside

    def _key(self, digest: bytes, key_id: str) -> KeyRow | None:
        self._recheck()
        found = self._keys.get(digest)
        if found is None:
            found = self._database.read_now(lambda db: accounts.find_key(db, key_id, digest, self._now_us()))
            if found is None:
                return None
            if len(self._keys) >= _REMEMBERED:
                self._keys.clear()
            self._keys[digest] = found
        self._used_keys[key_id] = self._now_us()
        return found

    def _session(self, digest: bytes) -> SessionRow | None:
        self._recheck()
        now_us = self._now_us()
        found = self._sessions.get(digest)
        if found is None:
            found = self._database.read_now(lambda db: accounts.find_session(db, digest))
            if found is None:
                return None
            if len(self._sessions) >= _REMEMBERED:
                self._sessions.clear()
            self._sessions[digest] = found
        seen_us = max(found.seen_us, self._used_sessions.get(digest, 0))
        if now_us >= found.ends_us or now_us >= seen_us + self._idle_us:
            return None
        self._used_sessions[digest] = now_us
        return found

    async def _begin(self, user: str) -> Login:
        now_us = self._now_us()
        token = await self._database.write(lambda db: accounts.open_session(db, user, now_us, now_us + self._life_us))
        session = self._session(credentials.digest(token))
        if session is None:  # disabled between the two lines
            raise Problem("unauthorised")
        return Login(session.principal, token, session.must_change_password)

    def _recheck(self) -> None:
        now_s = self._monotonic_s()
        if now_s < self._check_at_s:
            return
        self._check_at_s = now_s + _RECHECK_S
        version = self._database.read_now(accounts.access_version)
        now_us = self._now_us()
        if version != self._version:
            self._version = version
            self._keys.clear()
            self._sessions.clear()
            self._allowed.clear()
        for digest in [d for d, key in self._keys.items() if key.expires_us is not None and key.expires_us <= now_us]:
            del self._keys[digest]

    async def _hashed(self, job: Callable[[], T]) -> T:
        if self._hashing >= _HASHES_WAITING:
            raise Problem("rate_limited", "Too many are logging in.", retry_s=2)
        self._hashing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hashers, job)
        finally:
            self._hashing -= 1

    def _slow_down(self, wait_s: float) -> None:
        if wait_s > 0:
            raise Problem("rate_limited", "Too many log-ins failed.", retry_s=int(wait_s) + 1)


def cookie_of(cookies: str | None, name: str) -> str | None:
    """Return the value of the cookie ``name`` in a ``Cookie`` header, or None."""
    for part in (cookies or "").split(";"):
        key, found, value = part.strip().partition("=")
        if found and key == name:
            return value
    return None


def _bearer(authorization: str | bytes) -> str | None:
    text = authorization if isinstance(authorization, str) else authorization.decode("latin-1")
    return text[7:] if text[:7].lower() == "bearer " else None
