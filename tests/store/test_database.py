import asyncio
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from app.store import connections, writer
from app.store.database import Database, StoreFull, StoreUnavailable, UnsafeSqlite
from app.store.writer import EXIT_STORE_FAILED, Job, Writer
from tests.store.stores import held


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "data")
    yield database
    database.close()


def put(name: str, value: bytes = b"x") -> Callable[[apsw.Connection], str]:
    def job(connection: apsw.Connection) -> str:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (name, value))
        return name

    return job


def names(connection: apsw.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM meta ORDER BY name")]


async def test_a_write_returns_what_its_job_returned_and_is_read_back(database: Database) -> None:
    assert await database.write(put("a")) == "a"
    assert database.write_now(put("b")) == "b"

    assert await database.read(names) == ["a", "b"]
    assert database.read_now(names) == ["a", "b"]


async def test_jobs_that_wait_together_share_one_commit(database: Database) -> None:
    commits = 0

    def committing() -> bool:
        nonlocal commits
        commits += 1
        return False

    database.write_now(lambda connection: connection.set_commit_hook(committing))
    commits = 0
    async with asyncio.TaskGroup() as tasks:
        with held(database):
            for n in range(50):
                tasks.create_task(database.write(put(f"{n:02}")))
            await asyncio.sleep(0)

    assert commits == 2, "one for the job that was held, one for all that waited"
    assert len(database.read_now(names)) == 50


async def test_a_failing_job_undoes_itself_and_nobody_else(database: Database) -> None:
    def fails(connection: apsw.Connection) -> None:
        put("lost")(connection)
        raise LookupError("of the caller's making")

    results = await asyncio.gather(
        database.write(put("a")), database.write(fails), database.write(put("b")), return_exceptions=True
    )

    assert [type(result) for result in results] == [str, LookupError, str]
    assert database.read_now(names) == ["a", "b"]
    with pytest.raises(LookupError):
        database.write_now(fails)
    assert database.read_now(names) == ["a", "b"]


async def test_a_job_that_breaks_a_constraint_hurts_only_itself(database: Database) -> None:
    results = await asyncio.gather(
        database.write(put("a")), database.write(put("a")), database.write(put("b")), return_exceptions=True
    )

    assert [type(result) for result in results] == [str, apsw.ConstraintError, str]


def test_the_folder_and_the_file_are_the_owners_alone(database: Database) -> None:
    assert stat.S_IMODE(database.path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in database.path.parent.iterdir()} == {0o600}


def test_every_connection_is_as_durable_as_promised(tmp_path: Path) -> None:
    path = connections.create_file(tmp_path)
    writing = connections.open_writer(path)
    reader = connections.open_reader(path)

    assert writing.pragma("journal_mode") == "wal"
    assert writing.pragma("synchronous") == 2, "FULL"
    assert writing.pragma("foreign_keys") == 1
    for connection in (writing, reader):
        assert connection.pragma("mmap_size") in (0, None)
        assert connection.pragma("wal_autocheckpoint") == 0, "only the writer checkpoints, when it says so"
    with pytest.raises(apsw.ReadOnlyError):
        reader.execute("CREATE TABLE t (x)")
    reader.close()
    writing.close()


@pytest.mark.parametrize("version", ["3.51.2", "3.50.9", "3.7.17", "2.8.17"])
def test_a_sqlite_that_loses_commits_is_refused(version: str) -> None:
    with pytest.raises(UnsafeSqlite, match=version):
        connections.check_sqlite(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.52.0", "3.54.1", "4.0.0"])
def test_a_safe_sqlite_is_taken(version: str) -> None:
    connections.check_sqlite(version)


def test_the_gate_stands_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SAFE_SQLITE", (99, 0, 0))

    with pytest.raises(UnsafeSqlite):
        Database.open(tmp_path)


def test_two_processes_can_write_one_store(database: Database) -> None:
    beside = Database.open(database.path.parent)
    threads = [
        threading.Thread(target=lambda store=store, n=n: store.write_now(put(f"{n:03}")))
        for n in range(40)
        for store in ((database, beside)[n % 2],)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert database.read_now(names) == [f"{n:03}" for n in range(40)]
    beside.close()


def test_a_store_is_readable_beside_its_server_and_without(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Database.open(tmp_path, read_only=True).read_now(names)
    server = Database.open(tmp_path)
    server.write_now(put("a"))
    reader = Database.open(tmp_path, read_only=True)

    assert reader.read_now(names) == ["a"]
    server.close()
    assert reader.read_now(names) == ["a"]
    with pytest.raises(StoreUnavailable):
        reader.write_now(put("b"))
    reader.close()


def test_what_waits_when_it_closes_is_written(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    told: list[Exception | None] = []
    with held(database):
        for n in range(20):
            database.submit(Job(put(f"{n:02}"), told.append))
        closing = threading.Thread(target=database.close)
        closing.start()
    closing.join(20)

    assert told == [None] * 20
    with pytest.raises(StoreUnavailable):
        database.write_now(put("late"))
    again = Database.open(tmp_path)
    assert len(again.read_now(names)) == 20
    again.close()


def test_a_queue_that_is_full_refuses(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING_LIMIT", 2)
    with held(database):
        database.submit(Job(put("a"), lambda _: None))
        database.submit(Job(put("b"), lambda _: None))

        with pytest.raises(StoreUnavailable, match="too many"):
            database.submit(Job(put("c"), lambda _: None))


async def test_a_caller_that_has_gone_disturbs_nobody(database: Database) -> None:
    async with asyncio.TaskGroup() as tasks:
        with held(database):
            gone = tasks.create_task(database.write(put("b")))
            stays = tasks.create_task(database.write(put("a")))
            await asyncio.sleep(0)
            gone.cancel()

    assert stays.result() == "a"


async def test_a_read_sees_one_state(database: Database) -> None:
    database.write_now(put("a"))

    def twice(connection: apsw.Connection) -> tuple[list[str], list[str]]:
        before = names(connection)
        database.write_now(put("b"))
        return before, names(connection)

    assert await database.read(twice) == (["a"], ["a"])
    assert await database.read(names) == ["a", "b"]


def test_a_full_disk_fails_the_callers_and_not_the_process(database: Database) -> None:
    pages = database.write_now(lambda connection: connection.pragma("page_count"))
    database.write_now(lambda connection: connection.pragma("max_page_count", pages + 4))

    with pytest.raises(StoreFull):
        database.write_now(put("large", bytes(100_000)))
    database.write_now(lambda connection: connection.pragma("max_page_count", 100_000))

    assert database.write_now(put("large", bytes(100_000))) == "large"


class BrokenDisk:
    """A connection on which one statement meets an I/O error."""

    in_transaction = False

    def set_wal_hook(self, hook: object) -> None:
        """Nothing is ever logged."""

    def execute(self, statement: str) -> None:
        if statement == "COMMIT":
            raise apsw.IOError("fsync failed")
        self.in_transaction = statement == "BEGIN IMMEDIATE"


def test_after_a_failed_fsync_nothing_is_answered_before_the_process_ends() -> None:
    order: list[object] = []
    broken = Writer(BrokenDisk(), order.append)  # type: ignore[arg-type]

    broken.submit(Job(lambda _: None, order.append))
    broken.close()

    assert order[0] == EXIT_STORE_FAILED == 70
    assert isinstance(order[1], StoreUnavailable)
    with pytest.raises(StoreUnavailable):
        broken.submit(Job(lambda _: None, order.append))


def test_the_log_stays_below_64_mb_beside_readers(database: Database) -> None:
    largest = 0
    for n in range(40):
        page_of_an_export = threading.Thread(target=database.read_now, args=(names,))
        page_of_an_export.start()
        database.write_now(put(f"{n:02}", bytes(4_000_000)))
        page_of_an_export.join(20)
        largest = max(largest, database.path.with_name("accord.db-wal").stat().st_size)

    assert largest < 64 * 1024 * 1024


async def test_a_long_read_holds_up_no_write_when_the_log_should_start_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CHECKPOINT_PAGES", 1)
    monkeypatch.setattr(writer, "RESTART_PAGES", 1)
    database = Database.open(tmp_path / "data")
    await database.write(lambda connection: connection.execute("INSERT INTO meta VALUES ('first', x'00')"))
    reader = connections.open_reader(database.path)
    reader.execute("BEGIN")
    assert next(reader.execute("SELECT count(*) FROM meta WHERE name = 'first'")) == (1,)

    async with asyncio.timeout(4):  # each wait for the reader would take the busy timeout of 5 s
        for number in range(5):
            insert = f"INSERT INTO meta VALUES ('after {number}', zeroblob(20000))"
            await database.write(lambda connection, insert=insert: connection.execute(insert))  # type: ignore[misc]

    reader.close()
    database.close()


def test_the_schema_is_applied_once_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    first = Database.open(tmp_path)
    first.write_now(put("a"))
    first.close()
    second = Database.open(tmp_path)
    assert second.read_now(names) == ["a"]
    second.write_now(lambda connection: connection.pragma("user_version", 9_999))
    second.close()

    with pytest.raises(StoreUnavailable, match="newer"):
        Database.open(tmp_path)
