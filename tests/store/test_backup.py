import hashlib
import os
import stat
import threading
from functools import partial
from pathlib import Path

import apsw
import pytest

from app.model.entry import Tick
from app.store.backup import BackupFailed, backup, restore
from app.store.database import Database, StoreUnavailable
from app.store.quarantine import keep_rejected
from tests.store.stores import block, opened
from tests.store.test_quarantine import rejected


def hashes(connection: apsw.Connection) -> dict[str, str]:
    """The SHA-256 of every table's rows, in order of their contents."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        table: hashlib.sha256(repr(sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)).encode()).hexdigest()
        for table in tables
    }


async def test_a_restored_backup_is_equal_table_by_table(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as store:
        store.slot("car-7")
        for n in range(30):
            await store.journal.append_reports(block({"observed_us": n}), [((0, f"id-{n}"), n)])
        await store.history.index(10)
        await store.database.write(lambda c: keep_rejected(c, [rejected()]))

        backup(tmp_path / "data", tmp_path / "backup.db")
        original = store.database.read_now(hashes)

    restore(tmp_path / "backup.db", tmp_path / "restored")
    with opened(tmp_path / "restored") as again:
        assert again.database.read_now(hashes) == original
        assert len(original) > 10
        assert again.journal.head() == 30
        assert await again.journal.append(Tick(1)) == 31
    assert stat.S_IMODE((tmp_path / "restored").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "restored" / "accord.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    assert [name for name in os.listdir(tmp_path) if "backup" in name] == ["backup.db"]


def test_a_backup_under_load_is_of_one_moment(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "data")
    stop = threading.Event()

    def load() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            database.write_now(partial(pair, n=n))

    writing = threading.Thread(target=load)
    writing.start()
    try:
        for n in range(5):
            backup(tmp_path / "data", tmp_path / f"{n}.db")
    finally:
        stop.set()
        writing.join(20)
        database.close()

    counts = []
    for n in range(5):
        restore(tmp_path / f"{n}.db", tmp_path / f"restored-{n}")
        copy = Database.open(tmp_path / f"restored-{n}", read_only=True)
        metas = copy.read_now(lambda c: next(c.execute("SELECT count(*) FROM meta"))[0])
        seqs = copy.read_now(lambda c: next(c.execute("SELECT count(*) FROM missions"))[0])
        counts.append(metas)
        assert metas == seqs
        copy.close()
    assert counts == sorted(counts)
    assert counts[-1] > 0


def pair(connection: apsw.Connection, n: int) -> None:
    connection.execute("INSERT INTO meta VALUES (?, x'00')", (str(n),))
    connection.execute("INSERT INTO missions VALUES (?, 0)", (n,))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    Database.open(tmp_path / "data").close()
    backup(tmp_path / "data", tmp_path / "backup.db")
    before = (tmp_path / "backup.db").read_bytes()

    with pytest.raises(BackupFailed, match="exists"):
        backup(tmp_path / "data", tmp_path / "backup.db")
    with pytest.raises(BackupFailed, match="already"):
        restore(tmp_path / "backup.db", tmp_path / "data")
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "accord.db-wal").touch()
    with pytest.raises(BackupFailed, match="already"):
        restore(tmp_path / "backup.db", tmp_path / "left")
    assert (tmp_path / "backup.db").read_bytes() == before


def test_what_is_no_backup_is_not_restored(tmp_path: Path) -> None:
    Database.open(tmp_path / "data").close()
    backup(tmp_path / "data", tmp_path / "torn.db")
    whole = (tmp_path / "torn.db").read_bytes()
    (tmp_path / "torn.db").write_bytes(whole[:20_000] + bytes(8_192) + whole[28_192:])
    (tmp_path / "text.db").write_text("no database" * 100)

    for source in ("torn.db", "text.db", "missing.db"):
        with pytest.raises(BackupFailed):
            restore(tmp_path / source, tmp_path / "restored")
        assert not (tmp_path / "restored" / "accord.db").exists()
    with pytest.raises(StoreUnavailable):
        backup(tmp_path / "nowhere", tmp_path / "b.db")
