"""A real server for the bench: ``cop serve`` in a process of its own, on a throw-away folder and a core of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.store import accounts
from app.store.database import Database
from tests.bench.figures import cpu_s

CONTINGENTS = ("ARG", "GBR", "SVK")
_START_S = 60.0
_COMMAND = ("-m", "tests.bench.serve")


@dataclass(frozen=True)
class Keys:
    """``devices`` by contingent; ``watch`` is for the viewers, ``listen`` for one who hears of violations."""

    devices: dict[str, str]
    watch: str
    listen: str


@dataclass(frozen=True)
class Served:
    """A running server. ``core`` is the one it runs on."""

    pid: int
    core: int
    port: int
    folder: Path
    keys: Keys
    start_s: float
    """From the process's start until it took requests."""
    start_cpu_s: float


@contextlib.contextmanager
def folder_with_keys() -> Iterator[tuple[Path, Keys]]:
    """Make a data folder with keys; it is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as name:
        folder = Path(name)
        database = Database.open(folder)
        make = partial(accounts.create_key, now_us=time.time_ns() // 1000, scopes=frozenset())
        devices = {
            one: database.write_now(partial(make, name=one, role="device", contingent=one))[1] for one in CONTINGENTS
        }
        watch, listen = (
            database.write_now(partial(make, name=name, role="observer", contingent=None))[1]
            for name in ("watch", "listen")
        )
        database.close()
        yield folder, Keys(devices, watch, listen)


@contextlib.contextmanager
def serving(folder: Path, keys: Keys, mission: Path) -> Iterator[Served]:
    """Run the server on core 0, everything else of the bench on core 1, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    environment = {**os.environ, "COP_LOG_LEVEL": "error"}
    log = folder / "server.log"
    began = time.perf_counter()
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, *_COMMAND, str(cores[0]), "--data", str(folder), "--mission", str(mission), "--port", "0"],
            env=environment,
            stderr=said,
        )
    os.sched_setaffinity(0, {cores[-1]})
    try:
        port = _port(process, log)
        yield Served(process.pid, cores[0], port, folder, keys, time.perf_counter() - began, cpu_s(process.pid))
    except BaseException:
        sys.stderr.write(log.read_text()[-4000:])
        raise
    finally:
        os.sched_setaffinity(0, cores)
        process.send_signal(signal.SIGTERM)
        process.wait(_START_S)


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """Read in its log where the server is."""
    until = time.perf_counter() + _START_S
    while time.perf_counter() < until and process.poll() is None:
        for line in log.read_text().splitlines():
            if "Accord is at" in line:
                return int(line.rpartition(":")[2])
        time.sleep(0.02)
    raise RuntimeError("the server did not start")
