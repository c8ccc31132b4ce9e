"""On a phone no part lies off the screen, and the shut sheet of the alerts shows the one that is open."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SLOW_MS
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_OUTSIDE = """() => [...document.querySelectorAll('.panel, footer, button, select')]
    .filter(each => !each.closest('.rows, .feeds') && each.offsetParent !== null)
    .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
    .filter(([, { left, right, width }]) => width > 0 && (left < -0.5 || right > innerWidth + 0.5))
    .map(([html]) => html)"""
"""What sticks out at either side. The alerts and the feeds scroll in boxes of their own."""


async def test_a_shut_sheet_shows_an_open_alert_and_nothing_is_cut_in_either_direction(tmp_path: Path) -> None:
    async with lake(tmp_path) as at_lake:
        screen = await at_lake.officer(width=390, height=844, has_touch=True, is_mobile=True)
        page = screen.page
        await at_lake.push(*[seen("N-1", 35.02 - step * 0.004, 240 - step * 40) for step in range(6)])
        rail, grip = page.get_by_test_id("alert-rail"), page.get_by_test_id("sheet-grip")
        await expect(rail.get_by_text("1 open")).to_be_in_viewport(timeout=SLOW_MS)

        for language in ("en", "ar"):
            await page.get_by_test_id("language").select_option(language)
            await expect(grip).to_have_attribute("aria-expanded", "false")
            await expect(page.get_by_test_id("alert").first.locator("strong")).to_be_in_viewport(ratio=1)
            assert await page.evaluate(_OUTSIDE) == []
            await grip.tap()
            alert = page.get_by_test_id("alert").first
            await expect(alert).to_be_in_viewport(ratio=1)
            await alert.locator("button").first.tap()
            await grip.tap()
            await expect(page.get_by_test_id("track-card")).to_be_in_viewport(ratio=1)
            assert await page.evaluate(_OUTSIDE) == []
            await page.get_by_test_id("track-card").locator("button").first.tap()
        assert screen.faults == []
