"""A real server: its own process on a folder of its own, started, killed and asked as an operator would."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
START_S = 90.0
COMMAND_S = 120.0
_COP = Path(sys.executable).with_name("cop")


async def eventually(question: Callable[[], Awaitable[T | None]], within_s: float, every_s: float = 0.02) -> T:
    """Ask until the answer is neither None nor False; return it. Raises TimeoutError after ``within_s``."""
    async with asyncio.timeout(within_s):
        while True:
            answer = await question()
            if answer is not None and answer is not False:
                return answer
            await asyncio.sleep(every_s)


async def cop(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; return what it printed. Fails with what it complained of."""
    process = await asyncio.create_subprocess_exec(
        _COP, *map(str, arguments),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | (environment or {}),
    )  # fmt: skip
    try:
        async with asyncio.timeout(COMMAND_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"cop {arguments[0]}: {err.decode()}"
    return out.decode()


class Server:
    """A server process. It keeps its port over restarts, so that those who know its address find it again."""

    def __init__(self, folder: Path, mission: Path, **environment: str) -> None:
        self.folder = folder
        self.mission = mission
        self.environment = environment
        self.log = folder.with_name(f"{folder.name}.log")
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it is, once started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start the process; return once it takes requests."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        self._process = await self.spawned()

        async def found() -> bool:
            assert self._process is not None
            assert self._process.returncode is None, self.log.read_text()[begin:]
            said = self.log.read_text()[begin:]
            if "Accord is at http" not in said:
                return False
            self._port = int(said.split("Accord is at http://127.0.0.1:")[1].split()[0])
            return True

        await eventually(found, START_S)

    async def spawned(self) -> asyncio.subprocess.Process:
        """Start a process on the folder and return it, whatever becomes of it."""
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                _COP, "serve", "--data", str(self.folder), "--mission", str(self.mission),
                "--port", str(self._port),
                stdout=log, stderr=log, env=os.environ | {"COP_LOG_LEVEL": "warning"} | self.environment,
            )  # fmt: skip

    async def kill(self) -> None:
        """End it with SIGKILL."""
        await self._end(signal.SIGKILL, -signal.SIGKILL)

    async def stop(self) -> None:
        """End it with SIGTERM, and see that it ends well."""
        await self._end(signal.SIGTERM, 0)

    async def _end(self, number: int, expected: int) -> None:
        process, self._process = self._process, None
        assert process is not None, "it was started"
        process.send_signal(number)
        async with asyncio.timeout(30):
            code = await process.wait()
        assert code == expected, f"ended with {code}: {self.log.read_text()[-4000:]}"

    async def aclose(self) -> None:
        """End it if it runs."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()

    async def key(self, contingent: str = "ARG", role: str = "device") -> str:
        """Make a key with the command, the server running or not."""
        named = ("--contingent", contingent, "--name", "k", "--role", role)
        return (await cop("key", "create", "--data", self.folder, *named)).strip()

    def client(self, key: str) -> httpx.AsyncClient:
        """A client with a key."""
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    async def judged(self, within_s: float = 60) -> None:
        """Wait until all that it has taken in is judged."""
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:

            async def up_to_date() -> bool:
                health = await client.get("/readyz")
                return health.status_code == 200 and health.json()["lag_entries"] == 0

            await eventually(up_to_date, within_s)

    async def replayed(self) -> list[dict[str, Any]]:
        """Return what ``cop replay`` prints."""
        printed = await cop("replay", "--data", self.folder, environment=self.environment)
        return [json.loads(line) for line in printed.splitlines()]


@asynccontextmanager
async def running(folder: Path, mission: Path, **environment: str) -> AsyncIterator[Server]:
    """A server that runs, until the block ends."""
    server = Server(folder, mission, **environment)
    try:
        await server.start()
        yield server
    except Exception as error:  # a test's failure: what the server said belongs beside it
        error.add_note(f"the server's log ends:\n{server.log.read_text()[-8000:]}")
        raise
    finally:
        await server.aclose()


async def listed(client: httpx.AsyncClient, path: str, name: str) -> list[dict[str, Any]]:
    """Return a list, all its pages."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following is not None:
        page = await client.get(following)
        assert page.status_code == 200, page.text
        found += page.json()[name]
        following = page.json()["next"]
    return found
