"""A watch officer's screen: Chromium on the real map, asked through what it shows."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.scenarios.server import eventually

SHOTS = Path(__file__).parents[2] / "var" / "shots"
"""Where screenshots are kept, for people to look at."""
NEW_PASSWORD = "four calm words for watch"
_FLAGS = (
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
SLOW_MS = 30_000
"""Software rendering on a loaded machine takes its time; nothing is measured here."""
expect.set_options(timeout=SLOW_MS)


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """A browser, with further flags: the one of COP_CHROMIUM, or the system's."""
    found = os.environ.get("COP_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found is not None, "Chromium is missing: make programs installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


class Screen:
    """One officer's screen, in a browser profile of its own. ``faults`` are errors of the page's scripts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(SLOW_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    @classmethod
    async def opened(
        cls, browser: Browser, width: int = 1440, height: int = 900, toured: bool = True, **context_has: Any
    ) -> "Screen":
        """A new screen, on no page yet. ``context_has`` are further options of its Playwright context."""
        context = await browser.new_context(
            viewport={"width": width, "height": height}, timezone_id="Asia/Nicosia", **context_has
        )
        if toured:
            await context.add_init_script("if (location.host) localStorage.setItem('accord.toured', 'yes')")
        return cls(await context.new_page())

    async def log_in(self, url: str, name: str, password: str) -> None:
        """Log in with a one-time password, choose one's own, and wait for the live map."""
        at = self.page.get_by_test_id
        await self.page.goto(url)
        await at("login-name").fill(name)
        await at("login-password").fill(password)
        await at("login-submit").click()
        await at("login-new-password").fill(NEW_PASSWORD)
        await at("login-password").fill(password)
        await at("login-submit").click()
        await self.is_live()

    async def look(self, theme: str, language: str) -> None:
        """Have the page begin anew in a theme and a language."""
        chosen = {"accord.theme": theme, "accord.language": language}
        await self.page.evaluate("kept => Object.entries(kept).forEach(([k, v]) => localStorage.setItem(k, v))", chosen)
        await self.page.reload()

    async def is_live(self) -> None:
        """Wait until the link is up and a picture is there."""
        await expect(self.page.get_by_test_id("link-state")).to_have_attribute("data-state", "live", timeout=SLOW_MS)
        await self.becomes("window.__accord.epoch !== null")

    async def becomes(self, condition: str) -> None:
        """Wait until an expression over the page's probe is true. (The page's policy forbids Playwright's own wait.)"""

        async def holds() -> bool:
            return bool(await self.page.evaluate(condition))

        await eventually(holds, SLOW_MS / 1000)

    async def shows_alert(self, within_s: float = SLOW_MS / 1000, **attributes: str) -> str:
        """Wait for an alert with these data attributes; return its violation's id."""
        chosen = "".join(f'[data-{name}="{value}"]' for name, value in attributes.items())
        alert = self.page.locator(f'[data-testid="alert"]{chosen}').first
        await expect(alert).to_be_visible(timeout=within_s * 1000)
        found = await alert.get_attribute("data-violation-id")
        assert found is not None
        return found

    async def alerts(self) -> list[str]:
        """Return the violation ids of all alerts in the rail."""
        rows = await self.page.get_by_test_id("alert").all()
        return [await row.get_attribute("data-violation-id") or "" for row in rows]

    async def acknowledge(self, violation: str) -> None:
        """Press the button of an alert."""
        row = self.page.locator(f'[data-testid="alert"][data-violation-id="{violation}"]')
        await row.get_by_test_id("acknowledge").click()

    async def position(self, track: str) -> dict[str, Any] | None:
        """Return where the map has a track, or None."""
        found: dict[str, Any] | None = await self.page.evaluate("id => window.__accord.position(id)", track)
        return found

    async def on_page(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a place lies on the page, CSS pixels."""
        found = await self.page.evaluate("([lon, lat]) => window.__accord.screenOf(lon, lat)", [lon, lat])
        return found["x"], found["y"]

    async def click_at(self, lon: float, lat: float) -> None:
        """Click the map at a place."""
        await self.page.mouse.click(*await self.on_page(lon, lat))

    async def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag what lies at one place of the map to another."""
        mouse = self.page.mouse
        await mouse.move(*await self.on_page(*start))
        await mouse.down()
        await mouse.move(*await self.on_page(*end), steps=4)
        await mouse.up()

    async def shot(self, name: str) -> None:
        """Keep a screenshot."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png")
