"""The bus of a single process: a counter a topic and whoever waits for it. Used from the event loop's thread only."""

import asyncio


class MemoryBus:
    """A bus within one event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._news: dict[str, asyncio.Event] = {}

    def publish(self, topic: str) -> None:
        """Tell those who wait for ``topic`` that it has news."""
        self._counts[topic] = self.heard(topic) + 1
        news = self._news.pop(topic, None)
        if news is not None:
            news.set()

    def heard(self, topic: str) -> int:
        """Return how often ``topic`` was published: the ``since`` of a later wait."""
        return self._counts.get(topic, 0)

    async def wait(self, topic: str, since: int, timeout_s: float) -> int:
        """Wait until ``topic`` was published more than ``since`` times, at most ``timeout_s``; return the count."""
        if self.heard(topic) <= since:
            news = self._news.setdefault(topic, asyncio.Event())
            try:
                async with asyncio.timeout(timeout_s):
                    await news.wait()
            except TimeoutError:
                pass
        return self.heard(topic)
