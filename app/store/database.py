"""The SQLite file of one server: durable writes in shared commits, reads beside them. Knows no table.

Safe with several processes on one folder (a command beside a running server): every write takes the file's lock.
"""

import asyncio
import concurrent.futures
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw

from app.store.connections import FILE_NAME, apply_schema, create_file, open_reader, open_writer
from app.store.errors import StoreError, StoreFull, StoreUnavailable, UnreadableFormat, UnsafeSqlite
from app.store.writer import Job, Writer

__all__ = ["Database", "StoreError", "StoreFull", "StoreUnavailable", "UnreadableFormat", "UnsafeSqlite"]

T = TypeVar("T")
READERS = 4
READS_LIMIT = 1_000
READ_DEADLINE_S = 10.0
WRITE_DEADLINE_S = 30.0
_STEPS_A_LOOK = 20_000


class Database:
    """One open store. ``read_only`` opens no writer: every write raises StoreUnavailable."""

    def __init__(self, path: Path, writer: Writer | None, connection: apsw.Connection | None) -> None:
        self.path = path
        self._writer = writer
        self._connection = connection
        self._idle: list[apsw.Connection] = []
        self._idle_lock = threading.Lock()
        self._readers = concurrent.futures.ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._reading = 0
        self._closed = False

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False, on_fatal: Callable[[int], None] = os._exit) -> "Database":
        """Open the store in ``folder``, creating and upgrading it as needed.

        ``on_fatal`` hears the exit status when the disk can no longer be trusted, and is not expected to return.

        Raises:
            UnsafeSqlite: the SQLite library is older than 3.51.3.
            StoreUnavailable: read-only and nothing there; or written by a newer release.
        """
        if read_only:
            return cls(folder / FILE_NAME, None, None)
        connection = open_writer(create_file(folder))
        apply_schema(connection)
        return cls(folder / FILE_NAME, Writer(connection, on_fatal), connection)

    async def write(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run ``job`` on the writer's thread in the transaction of all who wait now; return after its fsync.

        The job has a savepoint of its own: what it raises undoes it alone and is raised here.

        Raises:
            StoreFull: the disk is full; nothing was kept.
            StoreUnavailable: too much waits, or another process holds the file; or (deadline) the outcome is unknown.
        """
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        results: list[T] = []

        def settled(error: Exception | None) -> None:
            self._opened_writer().answer(future, None, error)

        self.submit(Job(lambda connection: results.append(job(connection)), settled))
        await self.settled(future)
        return results[0]

    def write_now(self, job: Callable[[apsw.Connection], T]) -> T:
        """``write`` for callers without a loop: blocks until the fsync."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        results: list[T] = []

        def settled(error: Exception | None) -> None:
            if error is None:
                future.set_result(results[0])
            else:
                future.set_exception(error)

        self.submit(Job(lambda connection: results.append(job(connection)), settled))
        try:
            return future.result(WRITE_DEADLINE_S)
        except concurrent.futures.TimeoutError:
            raise StoreUnavailable("the store took too long; whether it kept this is unknown") from None

    def submit(self, job: Job) -> None:
        """Queue a job whose owner hears of its fate by ``settled``; see Writer.submit."""
        self._opened_writer().submit(job)

    def answer(self, future: "asyncio.Future[Any]", value: object, error: Exception | None) -> None:
        """Resolve a waiter's future with this commit's answers. Only from a job's ``settled``."""
        self._opened_writer().answer(future, value, error)

    async def settled(self, future: "asyncio.Future[T]") -> T:
        """Wait for a future that the writer will answer, up to the deadline."""
        deadline = future.get_loop().call_later(WRITE_DEADLINE_S, _give_up, future)
        try:
            return await future
        finally:
            deadline.cancel()

    async def read(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run ``job`` in a reader's thread, on a read-only connection, in one read transaction (one state).

        Raises:
            StoreUnavailable: too many reads wait, or this one passed its deadline.
        """
        if self._reading >= READS_LIMIT:
            raise StoreUnavailable("too many reads are waiting")
        self._reading += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, job)
        finally:
            self._reading -= 1

    def read_now(self, job: Callable[[apsw.Connection], T]) -> T:
        """``read`` on the calling thread. On the loop only for look-ups of a few rows by key."""
        connection = self._borrowed()
        deadline = time.monotonic() + READ_DEADLINE_S
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_A_LOOK)
        try:
            connection.execute("BEGIN")
            return job(connection)
        except apsw.InterruptError:
            raise StoreUnavailable("this read took too long") from None
        except (apsw.BusyError, apsw.IOError) as error:
            raise StoreUnavailable(f"the store could not read: {type(error).__name__}") from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)

    def close(self) -> None:
        """Commit what waits, end the threads and close the file. Safe to call again."""
        self._closed = True
        self._readers.shutdown()
        if self._writer is not None:
            self._writer.close()
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if self._connection is not None:
            self._connection.close()

    def _opened_writer(self) -> Writer:
        if self._writer is None:
            raise StoreUnavailable("the store was opened for reading only")
        return self._writer

    def _borrowed(self) -> apsw.Connection:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        with self._idle_lock:
            if self._idle:
                return self._idle.pop()
        return open_reader(self.path)

    def _give_back(self, connection: apsw.Connection) -> None:
        with self._idle_lock:
            if not self._closed and len(self._idle) <= READERS:
                self._idle.append(connection)
                return
        connection.close()


def _give_up(future: "asyncio.Future[Any]") -> None:
    if not future.done():
        future.set_exception(StoreUnavailable("the store took too long; whether it kept this is unknown"))
