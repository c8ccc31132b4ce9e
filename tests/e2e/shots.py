"""The screenshots of the documentation, taken of the demonstration: ``make shots``.

Look at each before it is kept: what is cut off, runs together or is hard to read is a fault of the screen.
"""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from app.demo import demonstrating
from tests.bench.screen import screened
from tests.e2e.screen import SLOW_MS, Screen, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SETTLED_MS = 4_000
"""Until labels have been placed and a few more reports have come."""
CROWD = 10_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


async def take() -> None:
    """Wait for the demonstration's first confirmed breach, and keep what the officer sees of it in each look."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with demonstrating("127.0.0.1", 0, 1.0) as shown, chromium() as browser:
        screen = await Screen.opened(browser)
        await screen.page.goto(shown.link)
        await screen.is_live()
        breach = await screen.shows_alert(within_s=300, status="confirmed")
        await _keep(screen, "map")
        await screen.page.locator(f'[data-violation-id="{breach}"] .row').click()
        await screen.becomes(f'window.__accord.evidenceOf === "{breach}"')
        await _keep(screen, "evidence")
        await screen.page.keyboard.press("Escape")
        await screen.page.keyboard.press("h")
        await screen.page.keyboard.press("[")
        await expect(screen.page.get_by_test_id("past-banner")).not_to_have_attribute("data-at", "", timeout=SLOW_MS)
        await _keep(screen, "replay")
        for name, theme, language, size in (
            ("day", "day", "en", DESK),
            ("arabic", "night", "ar", DESK),
            ("phone", "night", "en", PHONE),
        ):
            await screen.page.set_viewport_size(size)  # type: ignore[arg-type]
            await screen.look(theme, language)
            await screen.is_live()
            await _keep(screen, name)
    async with screened(CROWD, 1_000) as page:
        crowd = Screen(page)
        await crowd.becomes(f"window.__accord?.trackCount >= {CROWD}")
        await _keep(crowd, "crowd")


async def _keep(screen: Screen, name: str) -> None:
    await screen.becomes("window.__accord.isRefined")
    await screen.page.wait_for_timeout(SETTLED_MS)
    await screen.page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(take())
