"""How a connection to the SQLite file is opened, and how its schema grows. Knows no table but what the scripts say."""

import os
from importlib import resources
from pathlib import Path

import apsw

from app.store.errors import StoreUnavailable, UnsafeSqlite

FILE_NAME = "accord.db"
SAFE_SQLITE = (3, 51, 3)
"""The first release without the WAL-reset bug, which could lose commits with several connections."""
SYNCHRONOUS = "FULL"
"""NORMAL loses acknowledged commits at a power cut; the crash tests show it."""
BUSY_MS = 5_000
WAL_FILE_LIMIT = 32 * 1024 * 1024


def check_sqlite(version: str) -> None:
    """Raise UnsafeSqlite if ``version`` (``3.51.2``) is older than the first safe release."""
    if tuple(int(part) for part in version.split(".")) < SAFE_SQLITE:
        needed = ".".join(map(str, SAFE_SQLITE))
        raise UnsafeSqlite(f"SQLite {version} can lose commits; {needed} or newer is needed")


def create_file(folder: Path) -> Path:
    """Create the data folder (0700) and an empty file in it (0600) where they are missing; return the file's path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE_NAME
    if not path.exists():
        folder.chmod(0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def sync_folder(folder: Path) -> None:
    """Put the names of the files in ``folder`` on disk. Raises OSError where that fails."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def open_writer(path: Path) -> apsw.Connection:
    """Open the one connection that writes. The caller checkpoints; SQLite does not on its own."""
    connection = _opened(path, apsw.SQLITE_OPEN_READWRITE)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", SYNCHRONOUS)
    connection.pragma("foreign_keys", True)
    connection.pragma("journal_size_limit", WAL_FILE_LIMIT)
    connection.pragma("user_version")  # a first read creates the log
    sync_folder(path.parent)  # SQLite does it, too, but takes no notice when it fails
    return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open a connection that can only read."""
    if not path.exists():
        raise StoreUnavailable("there is no store in this folder")
    connection = _opened(path, apsw.SQLITE_OPEN_READONLY)
    connection.pragma("query_only", True)
    return connection


def apply_schema(connection: apsw.Connection) -> None:
    """Apply the SQL files numbered above the file's ``user_version``, in order, each in one transaction.

    Raises:
        StoreUnavailable: the file was written by a newer release.
    """
    scripts = _scripts()
    for number, text in scripts:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.pragma("user_version") < number:
                connection.execute(text)
                connection.pragma("user_version", number)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    if connection.pragma("user_version") > max(number for number, _ in scripts):
        raise StoreUnavailable("this data folder was written by a newer release")


def _opened(path: Path, flags: int) -> apsw.Connection:
    check_sqlite(apsw.sqlite_lib_version())
    connection = apsw.Connection(str(path), flags)
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("mmap_size", 0)
    connection.pragma("wal_autocheckpoint", 0)
    return connection


def _scripts() -> list[tuple[int, str]]:
    files = [file for file in resources.files("app.store").joinpath("sql").iterdir() if file.name.endswith(".sql")]
    return sorted((int(file.name.split("_")[0]), file.read_text(encoding="utf-8")) for file in files)
