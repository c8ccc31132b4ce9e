"""Who gets in, for how long, and how soon he is out again, over a real store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.access.principals import Principal
from app.api.desk import AccessDesk, Identity, cookie_of
from app.model.identity import Registry
from app.model.label import Label, Marking
from app.model.problems import Problem
from app.settings import Settings
from app.store import accounts
from app.store.database import Database

SECOND = 1_000_000
MINUTE = 60 * SECOND


class Clock:
    """Both clocks of a desk, moved by hand."""

    def __init__(self) -> None:
        self.us = 1_800_000_000 * SECOND

    def now_us(self) -> int:
        return self.us

    def monotonic_s(self) -> float:
        return self.us / SECOND


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path)
    yield database
    database.close()


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def desk(database: Database, clock: Clock, registry: Registry) -> Iterator[AccessDesk]:
    desk = AccessDesk(database, registry, Settings(), clock.now_us, clock.monotonic_s)
    yield desk
    desk.close()


def make_key(database: Database, clock: Clock, **fields: Any) -> tuple[str, str]:
    values: dict[str, Any] = {"name": "OP 91", "role": "device", "contingent": "ARG", "now_us": clock.us} | fields
    return database.write_now(lambda db: accounts.create_key(db, **values))


def make_user(database: Database, clock: Clock, **fields: Any) -> str:
    values: dict[str, Any] = {"name": "ana", "role": "officer", "now_us": clock.us} | fields
    return database.write_now(lambda db: accounts.create_user(db, **values))[1] or ""


async def logged_in(desk: AccessDesk, password: str, name: str = "ana") -> tuple[Identity, str]:
    login = await desk.login(name, password, "192.0.2.1")
    assert login is not None
    identity = desk.identify(None, f"x=1; cop={login.token}")
    assert identity is not None
    return identity, login.token


def test_a_key_made_by_another_process_is_good_at_once(
    tmp_path: Path, desk: AccessDesk, database: Database, clock: Clock
) -> None:
    assert desk.authenticate_key("Bearer cop_aaaaaaaaaa_" + "a" * 52) is None
    command = Database.open(tmp_path)
    _, token = make_key(command, clock)
    command.close()

    who = desk.authenticate_key(f"Bearer {token}")

    assert who is not None
    assert (who.role, who.contingent, who.audiences) == ("device", "ARG", frozenset({"ARG"}))
    assert desk.authenticate_key(f"bearer {token}".encode()) == who


def test_a_key_revoked_by_another_process_is_refused_within_a_second(
    tmp_path: Path, desk: AccessDesk, database: Database, clock: Clock
) -> None:
    key_id, token = make_key(database, clock)
    identity = desk.identify(f"Bearer {token}", None)
    assert identity is not None
    assert desk.current(identity) == identity.principal
    command = Database.open(tmp_path)
    command.write_now(lambda db: accounts.revoke_key(db, key_id, clock.us))
    command.close()

    clock.us += SECOND

    assert desk.authenticate_key(f"Bearer {token}") is None
    assert desk.current(identity) is None


def test_a_live_connection_keeps_its_key_over_another_ones_revocation(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    _, token = make_key(database, clock)
    other, _ = make_key(database, clock)
    identity = desk.identify(f"Bearer {token}", None)
    assert identity is not None
    database.write_now(lambda db: accounts.revoke_key(db, other, clock.us))
    clock.us += SECOND

    assert desk.current(identity) == identity.principal


def test_an_expired_key_is_refused(desk: AccessDesk, database: Database, clock: Clock) -> None:
    _, token = make_key(database, clock, expires_us=clock.us + MINUTE)
    assert desk.authenticate_key(f"Bearer {token}")

    clock.us += MINUTE

    assert desk.authenticate_key(f"Bearer {token}") is None


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer cop_x_y", "Bearer \xff\xfe", "cop_aaaaaaaaaa_" + "a" * 52]
)
def test_what_is_no_key_is_nobody(desk: AccessDesk, header: str) -> None:
    assert desk.authenticate_key(header) is None
    assert desk.authenticate_key(header.encode("latin-1")) is None
    assert desk.identify(header, "cop=anything") is None


def test_another_secret_under_a_known_id_is_refused(desk: AccessDesk, database: Database, clock: Clock) -> None:
    _, token = make_key(database, clock)

    assert desk.authenticate_key(f"Bearer {token[:-1]}{'b' if token[-1] == 'a' else 'a'}") is None


def test_no_secret_is_stored(tmp_path: Path, database: Database, clock: Clock) -> None:
    _, token = make_key(database, clock)
    password = make_user(database, clock)
    link = database.write_now(lambda db: accounts.create_link(db, accounts.find_user(db, "ana").id, clock.us))  # type: ignore[union-attr]
    database.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (token.rpartition("_")[2], password, link):
        assert secret.encode() not in kept


async def test_a_user_logs_in_with_his_one_time_password_and_is_told_to_change_it(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    password = make_user(database, clock)

    first, _ = await logged_in(desk, password)
    second, token = await logged_in(desk, password)

    assert first.must_change_password
    assert first.principal == second.principal == desk.authenticate_session(token)
    assert first.principal.audiences == {"HQ"}


async def test_a_one_time_password_ends_after_a_week(desk: AccessDesk, database: Database, clock: Clock) -> None:
    password = make_user(database, clock)

    clock.us += 7 * 24 * 60 * MINUTE

    assert await desk.login("ana", password, "192.0.2.1") is None


async def test_a_chosen_password_replaces_the_one_time_one_and_ends_other_sessions(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    password = make_user(database, clock)
    other, _ = await logged_in(desk, password)
    mine, token = await logged_in(desk, password)

    await desk.change_password(mine, password, "four grey herons at dusk")

    clock.us += SECOND
    assert desk.current(other) is None
    assert desk.current(mine) == mine.principal
    changed = desk.identify(None, f"cop={token}")
    assert changed is not None
    assert not changed.must_change_password
    assert await desk.login("ana", password, "192.0.2.1") is None
    assert await desk.login("ana", "four grey herons at dusk", "192.0.2.1")


async def test_a_chosen_password_is_good_though_the_clock_runs_between_two_looks_at_it(
    database: Database, registry: Registry, clock: Clock
) -> None:
    def running_us() -> int:
        clock.us += 1_000
        return clock.us

    desk = AccessDesk(database, registry, Settings(), running_us, clock.monotonic_s)
    given = make_user(database, clock)
    mine, _ = await logged_in(desk, given)
    await desk.change_password(mine, given, "four grey herons at dusk")

    login = await desk.login("ana", "four grey herons at dusk", "192.0.2.1")

    desk.close()
    assert login is not None


async def test_a_poor_password_and_a_wrong_old_one_change_nothing(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    password = make_user(database, clock)
    mine, _ = await logged_in(desk, password)

    with pytest.raises(Problem) as poor:
        await desk.change_password(mine, password, "short")
    with pytest.raises(Problem) as wrong:
        await desk.change_password(mine, "guessed", "four grey herons at dusk")

    assert (poor.value.code, poor.value.field) == ("invalid", "new")
    assert (wrong.value.code, wrong.value.field) == ("forbidden", "old")
    assert await desk.login("ana", password, "192.0.2.1")


async def test_the_eleventh_failed_log_in_waits_whoever_tries(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    password = make_user(database, clock)
    for number in range(10):
        assert await desk.login("ana", "wrong", f"192.0.2.{number}") is None

    with pytest.raises(Problem) as refused:
        await desk.login("ana", password, "192.0.2.99")

    assert refused.value.code == "rate_limited"
    assert refused.value.retry_s is not None
    clock.us += refused.value.retry_s * SECOND
    assert await desk.login("ana", password, "192.0.2.99")


async def test_one_source_may_not_try_many_names(desk: AccessDesk) -> None:
    for number in range(10):
        assert await desk.login(f"user {number}", "wrong", "192.0.2.1") is None

    with pytest.raises(Problem):
        await desk.login("another", "wrong", "192.0.2.1")


async def test_good_log_ins_are_not_counted(desk: AccessDesk, database: Database, clock: Clock) -> None:
    password = make_user(database, clock)

    for _ in range(12):
        assert await desk.login("ana", password, "192.0.2.1")


async def test_a_session_ends_when_idle_and_lives_on_when_used(
    database: Database, registry: Registry, clock: Clock
) -> None:
    settings = Settings(session_idle=timedelta(minutes=30), session_life=timedelta(hours=12))
    desk = AccessDesk(database, registry, settings, clock.now_us, clock.monotonic_s)
    identity, token = await logged_in(desk, make_user(database, clock))
    for _ in range(23):
        clock.us += 29 * MINUTE
        assert desk.current(identity)

    clock.us += 31 * MINUTE

    assert desk.current(identity) is None
    assert desk.authenticate_session(token) is None
    desk.close()


async def test_a_session_ends_after_one_watch_however_it_is_used(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    _, token = await logged_in(desk, make_user(database, clock))
    for _ in range(12 * 3 - 1):
        clock.us += 20 * MINUTE
        assert desk.authenticate_session(token)

    clock.us += 20 * MINUTE

    assert desk.authenticate_session(token) is None


async def test_use_of_a_session_is_remembered_over_a_restart(
    desk: AccessDesk, database: Database, registry: Registry, clock: Clock
) -> None:
    _, token = await logged_in(desk, make_user(database, clock))
    clock.us += 25 * MINUTE
    assert desk.authenticate_session(token)
    await desk.keep_uses()
    clock.us += 25 * MINUTE

    after = AccessDesk(database, registry, Settings(), clock.now_us, clock.monotonic_s)

    assert after.authenticate_session(token)
    after.close()


async def test_a_disabled_user_is_out_within_a_second(desk: AccessDesk, database: Database, clock: Clock) -> None:
    password = make_user(database, clock)
    identity, _ = await logged_in(desk, password)
    database.write_now(lambda db: accounts.disable_user(db, "ana", clock.us))

    clock.us += SECOND

    assert desk.current(identity) is None
    assert await desk.login("ana", password, "192.0.2.1") is None


async def test_logging_out_ends_the_session_at_once(desk: AccessDesk, database: Database, clock: Clock) -> None:
    identity, token = await logged_in(desk, make_user(database, clock))

    await desk.logout(identity)

    assert desk.authenticate_session(token) is None


async def test_a_link_lets_in_once_and_for_a_quarter_of_an_hour(
    desk: AccessDesk, database: Database, clock: Clock
) -> None:
    user, password = database.write_now(
        lambda db: accounts.create_user(db, name="first", role="commander", now_us=clock.us, with_password=False)
    )
    links = [database.write_now(lambda db: accounts.create_link(db, user, clock.us)) for _ in range(2)]

    login = await desk.redeem_link(links[0])

    assert password is None
    assert login is not None
    assert not login.must_change_password
    assert await desk.redeem_link(links[0]) is None
    assert await desk.redeem_link("guessed") is None
    assert await desk.login("first", "", "192.0.2.1") is None
    clock.us += 15 * MINUTE
    assert await desk.redeem_link(links[1]) is None


def test_what_may_be_read_is_shared_and_follows_the_registry(desk: AccessDesk, registry: Registry) -> None:
    who = Principal(id="k", name="k", kind="key", role="observer", contingent="ARG", audiences=frozenset({"ARG"}))
    registry.markings.number(Marking(("ARG",), Label(releasable_to=("ARG",))))
    registry.markings.number(Marking(("GBR",), Label(releasable_to=("GBR",))))

    assert desk.allowed(who).mask().tolist() == [True, False]
    registry.markings.number(Marking(("GBR",), Label()))
    assert desk.allowed(who).mask().tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": "admin"}, "role"),
        ({"role": "integration"}, "scopes"),
        ({"scopes": frozenset({"accounts"})}, "scopes"),
        ({"contingent": None}, "contingent"),
        ({"contingent": "HQ"}, "HQ"),
        ({"contingent": "../x"}, "letters"),
        ({"audiences": frozenset({"MISSION"})}, "MISSION"),
        ({"clearance": "secret"}, "clearance"),
        ({"name": "two\nlines"}, "name"),
    ],
)
def test_an_impossible_key_is_refused_with_a_reason(
    database: Database, clock: Clock, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(accounts.AccountError, match=message):
        make_key(database, clock, **fields)


def test_two_users_may_not_share_a_name(database: Database, clock: Clock) -> None:
    make_user(database, clock)

    with pytest.raises(accounts.AccountError, match="already"):
        make_user(database, clock)


def test_the_rights_of_an_account_are_found_by_id_until_it_is_gone(database: Database, clock: Clock) -> None:
    key_id, _ = make_key(database, clock)
    user, _ = database.write_now(lambda db: accounts.create_user(db, name="ben", role="officer", now_us=clock.us))

    def found(account: str) -> Principal | None:
        return database.read_now(lambda db: accounts.principal_of_id(db, account, clock.us))

    key, officer = found(key_id), found(user)
    assert key is not None
    assert officer is not None
    assert (key.contingent, officer.role) == ("ARG", "officer")
    database.write_now(lambda db: accounts.revoke_key(db, key_id, clock.us))
    database.write_now(lambda db: accounts.disable_user(db, "ben", clock.us))
    assert found(key_id) is None
    assert found(user) is None


def test_the_cookie_is_found_among_others() -> None:
    assert cookie_of("a=1; cop=xyz=; b=2", "cop") == "xyz="
    assert cookie_of("a=1; xcop=2", "cop") is None
    assert cookie_of(None, "cop") is None
