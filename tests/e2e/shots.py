"""The screenshots of the documentation, taken of the demonstration: ``make shots``."""

import asyncio
from pathlib import Path

from app.demo import demonstrating
from tests.e2e.screen import Screen, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SETTLED_MS = 4_000
"""Until labels have faded in and a few more reports have come."""


async def take() -> None:
    """Wait for the demonstration's first confirmed breach, and keep what the officer sees of it."""
    async with demonstrating("127.0.0.1", 0, 1.0) as shown, chromium() as browser:
        screen = await Screen.opened(browser)
        await screen.page.goto(shown.link)
        await screen.is_live()
        await screen.shows_alert(within_s=180, status="confirmed")
        await screen.page.wait_for_timeout(SETTLED_MS)
        await screen.page.screenshot(path=IMAGES / "map.png")


if __name__ == "__main__":
    asyncio.run(take())
