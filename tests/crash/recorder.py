"""Records every write, truncation, sync and deletion that SQLite asks of the disk, in order."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from tests.crash.disk import Delete, Event, Sync, Truncate, Write

_NAME = "recorder"


@contextmanager
def recording(events: list[Event]) -> Iterator[None]:
    """Inside, every database that is opened reports to ``events``; the shared memory of the log does not."""
    recorder = _Recorder(events)
    try:
        yield
    finally:
        recorder.unregister()


class _Recorder(apsw.VFS):
    def __init__(self, events: list[Event]) -> None:
        self._events = events
        super().__init__(_NAME, "", makedefault=True, maxpathname=0)

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> "_RecordedFile":
        return _RecordedFile(name, flags, self._events)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self._events.append(Delete(os.path.basename(filename)))


class _RecordedFile(apsw.VFSFile):
    def __init__(self, name: "str | apsw.URIFilename | None", flags: list[int], events: list[Event]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        self._name = os.path.basename(path)
        self._events = events
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._events.append(Write(self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._events.append(Truncate(self._name, newsize))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._events.append(Sync(self._name))
