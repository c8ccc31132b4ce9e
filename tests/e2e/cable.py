"""The network between a browser and the server: one that can be cut without either being told, as real ones are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

_CHUNK = 64 * 1024


class Cable:
    """Carries TCP to the server. Cut, it takes connections and loses nothing, but nothing comes through.

    What was on its way arrives when it is mended, as TCP would have it: late, and on connections long given up.
    """

    def __init__(self, server_url: str) -> None:
        host, _, port = server_url.removeprefix("http://").partition(":")
        self._there = (host, int(port))
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self.url = ""

    def cut(self) -> None:
        """Let nothing through from here on."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again, what waited included."""
        self._whole.set()

    async def take(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        with self._held(to_near):
            await self._whole.wait()
            try:
                far, to_far = await asyncio.open_connection(*self._there)
            except OSError:
                return  # nobody is there: the close says so
            with self._held(to_far):
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(near, to_far))
                    both.create_task(self._carry(far, to_near))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # one end is gone: the other is told by the close
            while data := await source.read(_CHUNK):
                await self._whole.wait()
                target.write(data)
                await target.drain()
        await self._whole.wait()
        target.close()

    @contextmanager
    def _held(self, end: asyncio.StreamWriter) -> Iterator[None]:
        self._ends.add(end)
        try:
            yield
        finally:
            self._ends.discard(end)
            end.close()

    def give_up(self) -> None:
        """End all that is carried."""
        self.mend()
        for end in self._ends:
            end.transport.abort()


@asynccontextmanager
async def cabled(server_url: str) -> AsyncIterator[Cable]:
    """A cable to the server, with an address of its own."""
    cable = Cable(server_url)
    listening = await asyncio.start_server(cable.take, "127.0.0.1", 0, limit=_CHUNK)
    cable.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield cable
    finally:
        listening.close()
        cable.give_up()
