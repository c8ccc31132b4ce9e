"""The one thread that writes: all that waits becomes one transaction and one fsync. Knows no table.

A failed fsync or any other I/O error means that nobody can say what is on disk: nothing is answered and the process
ends. A full disk is no such error: the transaction is rolled back and its callers are told.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from typing import NamedTuple

import apsw

from app.store.connections import BUSY_MS
from app.store.errors import StoreError, StoreFull, StoreUnavailable

EXIT_STORE_FAILED = 70
"""EX_SOFTWARE of sysexits.h: a supervisor starts the process again, and recovery decides what was on disk."""
WAITING_LIMIT = 10_000
GROUP_LIMIT = 1_000
CHECKPOINT_PAGES = 1_000
RESTART_PAGES = 8_192
"""From 32 MB on, wait for the readers of the old log, so that it starts over well before 64 MB."""
CHECKPOINT_WAIT_MS = 20
"""But no longer than this at a time: every write stands behind the checkpoint."""
_CLOSE_S = 30.0

_log = logging.getLogger("accord.store")


class Job(NamedTuple):
    """``run`` writes inside the transaction; ``settled`` hears on the writer's thread what became of it."""

    run: Callable[[apsw.Connection], object]
    settled: Callable[[Exception | None], None]


class Writer:
    """Group commit on one connection. ``on_fatal`` is called with an exit status when the disk cannot be trusted."""

    def __init__(self, connection: apsw.Connection, on_fatal: Callable[[int], None]) -> None:
        self._connection = connection
        self._on_fatal = on_fatal
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._answers: list[tuple[asyncio.Future[object], object, Exception | None]] = []
        self._closed: StoreError | None = None
        self._wal_pages = 0
        self._checkpoint_at = CHECKPOINT_PAGES
        connection.set_wal_hook(self._wal_grew)
        self._thread = threading.Thread(target=self._turn, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; callable from any thread.

        Raises:
            StoreUnavailable: too much waits already, or the writer has ended.
        """
        if self._closed is not None:
            raise StoreUnavailable(str(self._closed))
        if self._queue.qsize() >= WAITING_LIMIT:
            raise StoreUnavailable("too many writes are waiting")
        self._queue.put(job)

    def answer(self, future: "asyncio.Future[object]", value: object, error: Exception | None) -> None:
        """Resolve ``future`` on its loop, with all others of this commit in one call. Only from ``settled``."""
        self._answers.append((future, value, error))

    def close(self) -> None:
        """Write what waits, then end the thread."""
        if self._closed is None:
            self._closed = StoreUnavailable("the store is closed")
            self._queue.put(None)
        self._thread.join(_CLOSE_S)

    def _turn(self) -> None:
        try:
            while (group := self._waiting()) is not None:
                self._settle(group, self._commit(group))
                if self._closed is None:
                    self._checkpoint()
        except BaseException:  # the edge of a thread: without its writer the process can keep no promise
            self._fail("the writer broke")

    def _waiting(self) -> list[Job] | None:
        """Block for the first job, then take all that is there. None: closed, and nothing waits."""
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            group.append(job)
        return group

    def _commit(self, group: list[Job]) -> list[Exception | None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            fates = [self._run(job, alone=len(group) == 1) for job in group]
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except (apsw.Error, MemoryError) as error:
            failure = self._verdict(error)
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return [failure] * len(group)
        return fates

    def _run(self, job: Job, *, alone: bool) -> Exception | None:
        """Run one job so that its failure undoes itself only; return what it raised."""
        if not alone:
            self._connection.execute("SAVEPOINT job")
        try:
            job.run(self._connection)
        except (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.BusyError, MemoryError):
            raise  # of the transaction, not of the job
        except Exception as error:  # whatever a job raises is for its caller, not for those who share the commit
            self._connection.execute("ROLLBACK" if alone else "ROLLBACK TO job")
            if not alone:
                self._connection.execute("RELEASE job")
            return error
        if not alone:
            self._connection.execute("RELEASE job")
        return None

    def _settle(self, group: list[Job], fates: list[Exception | None]) -> None:
        for job, fate in zip(group, fates, strict=True):
            job.settled(fate)
        answers, self._answers = self._answers, []
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[object], object, Exception | None]]] = {}
        for answer in answers:
            by_loop.setdefault(answer[0].get_loop(), []).append(answer)
        for loop, of_loop in by_loop.items():
            try:
                loop.call_soon_threadsafe(_resolve, of_loop)
            except RuntimeError:  # the loop is closed: nobody waits any more
                _log.info("%d answers had no one to hear them", len(of_loop))

    def _verdict(self, error: apsw.Error | MemoryError) -> StoreError:
        """Say what a failed transaction means for its callers; end the process where that cannot be said."""
        if isinstance(error, apsw.FullError):
            return StoreFull("the disk is full")
        if isinstance(error, apsw.IOError) and _extended(error) == apsw.SQLITE_IOERR_SHMSIZE:
            return StoreFull("the disk is full")  # no room to grow the index of the log
        if isinstance(error, (apsw.IOError, apsw.CorruptError, apsw.NotADBError)):
            return self._fail(f"{type(error).__name__} {_extended(error)}: {error}")
        if isinstance(error, apsw.BusyError):
            return StoreUnavailable("another process holds the store")
        return StoreUnavailable(f"the store could not write: {type(error).__name__}")

    def _fail(self, reason: str) -> StoreError:
        _log.critical("the store failed and the process ends: %s", reason, exc_info=True)
        self._closed = StoreUnavailable("the store has failed")
        self._on_fatal(EXIT_STORE_FAILED)
        return self._closed

    def _wal_grew(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._wal_pages:  # the log started over
            self._checkpoint_at = CHECKPOINT_PAGES
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self) -> None:
        """Copy the log into the file when it has grown by another step; after the answers, so that no one waits."""
        if self._wal_pages < self._checkpoint_at:
            return
        self._checkpoint_at = self._wal_pages + CHECKPOINT_PAGES
        restart = self._wal_pages >= RESTART_PAGES
        mode = apsw.SQLITE_CHECKPOINT_RESTART if restart else apsw.SQLITE_CHECKPOINT_PASSIVE
        self._connection.set_busy_timeout(CHECKPOINT_WAIT_MS)
        try:
            self._connection.wal_checkpoint(mode=mode)
        except (apsw.BusyError, apsw.FullError) as error:  # the log keeps all of it; the next step tries again
            _log.warning("checkpoint put off: %s", error)
        except apsw.Error as error:
            self._verdict(error)
        finally:
            self._connection.set_busy_timeout(BUSY_MS)


def _extended(error: apsw.Error) -> int:
    """SQLite's extended result code, which apsw sets but does not declare."""
    code: int = getattr(error, "extendedresult", 0)
    return code


def _resolve(answers: "list[tuple[asyncio.Future[object], object, Exception | None]]") -> None:
    for future, value, error in answers:
        if future.done():  # its caller has gone
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
