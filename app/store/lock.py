"""One server a data folder: the lock that says so. It ends with the process, however that ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from app.store.connections import create_file
from app.store.errors import StoreUnavailable


@contextlib.contextmanager
def serving_alone(folder: Path) -> Iterator[None]:
    """Hold ``folder`` as its only server until the block ends; commands may use the store beside it.

    Raises:
        StoreUnavailable: another server runs on the folder.
    """
    create_file(folder)
    descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreUnavailable(f"another server runs on the data folder {folder.name}") from None
        yield
    finally:
        os.close(descriptor)
