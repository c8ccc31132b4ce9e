"""Copies of a store: taken while it runs, put back only where there is none. Knows no table."""

import os
import uuid
from pathlib import Path

import apsw

from app.store.connections import FILE_NAME, create_file, open_reader
from app.store.errors import StoreError

_PAGES_A_STEP = 10_000


class BackupFailed(StoreError):
    """The copy could not be made or is not whole; what was there before is unchanged."""


def backup(folder: Path, target: Path) -> None:
    """Copy the store in ``folder`` to the new file ``target`` (0600), as of one moment; the server may be writing.

    Raises:
        BackupFailed: ``target`` exists, or the copy is not sound.
        StoreUnavailable: there is no store in ``folder``.
    """
    if target.exists():
        raise BackupFailed(f"{target.name} exists already")
    source = open_reader(folder / FILE_NAME)
    try:
        _copy(source, target)
    finally:
        source.close()


def restore(source: Path, folder: Path) -> None:
    """Make the store of ``folder``, which has none yet, from the backup ``source``.

    Raises:
        BackupFailed: there is a store already, or the backup is missing or not sound.
    """
    if any(folder.glob(f"{FILE_NAME}*")):  # a left-over log, too, would be played into the new file
        raise BackupFailed("there is a store in this folder already")
    if not source.is_file():
        raise BackupFailed(f"{source.name} is no backup")
    backup_file = apsw.Connection(
        f"{source.absolute().as_uri()}?immutable=1", apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(backup_file, folder / FILE_NAME)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise BackupFailed(f"{source.name} is no sound backup: {error}") from None
    finally:
        backup_file.close()
    create_file(folder)


def _copy(source: apsw.Connection, target: Path) -> None:
    """Copy by SQLite's own means into a file beside ``target``, check it, and only then give it its name."""
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        copy = apsw.Connection(str(unfinished), apsw.SQLITE_OPEN_READWRITE)
        try:
            # One read transaction for the whole copy: otherwise every commit of the server would start it anew.
            source.execute("BEGIN")
            with copy.backup("main", source, "main") as copying:
                while not copying.done:
                    copying.step(_PAGES_A_STEP)
            # WAL is a property of the file; as a backup it is one file and nothing beside it.
            copy.pragma("journal_mode", "delete")
            if copy.pragma("integrity_check") != "ok":
                raise BackupFailed("the copy is not sound")
        finally:
            if source.in_transaction:
                source.execute("ROLLBACK")
            copy.close()
        _sync(unfinished)
        os.link(unfinished, target)
    except FileExistsError:
        raise BackupFailed(f"{target.name} exists already") from None
    finally:
        unfinished.unlink()
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
