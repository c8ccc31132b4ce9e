"""A track's card and its alert: how near it came to the line, and what the officer makes of it."""

import math
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SLOW_MS
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MINUTES = 50


async def test_an_officer_sees_how_near_a_track_came_and_assesses_its_alert(tmp_path: Path) -> None:
    async with lake(tmp_path) as at_lake:
        ada = await at_lake.officer()
        page = ada.page
        at = page.get_by_test_id
        # Now nearer, now farther, north of the line, which lies at 35.01 N there; then over it.
        way = [
            seen("N-1", 35.016 + 0.008 * math.sin(ago / 8) ** 2, ago * 60, speed_m_s=4 + 2 * math.sin(ago / 5))
            for ago in range(MINUTES, 3, -1)
        ]
        await at_lake.push(*way, *(seen("N-1", lat, ago) for lat, ago in ((35.012, 90), (35.004, 30))))
        breach = await ada.shows_alert()
        await page.locator(f'[data-violation-id="{breach}"] .row').click()

        chart = at("nearing")
        await expect(chart).to_have_attribute("data-feature", "line", timeout=SLOW_MS)
        await expect(chart).to_have_attribute("data-readings", str(len(way) + 2))
        await expect(chart).to_contain_text("To Northern ceasefire line")
        await expect(chart.locator("figcaption")).to_contain_text("1 alert marked")
        await expect(chart.locator("b").nth(1)).to_contain_text("m")
        await page.wait_for_timeout(1_500)
        await ada.shot("track-card")
        await page.keyboard.press("q")
        await expect(chart.locator("b").nth(1)).to_contain_text("ft", timeout=SLOW_MS)
        await expect(chart.locator("figcaption")).to_contain_text("mph")
        await page.keyboard.press("q")
        await page.keyboard.press("q")

        await page.keyboard.press("a")
        alert = page.locator(f'[data-violation-id="{breach}"]')
        await expect(alert).to_have_attribute("data-assessment", "acknowledged", timeout=SLOW_MS)
        await page.keyboard.press("v")
        await expect(at("assess-state")).to_be_focused(timeout=SLOW_MS)
        await expect(at("assess-state")).to_have_value("verified")
        await at("assess-note").fill("Seen by both patrols")
        await at("assess-save").click()
        await expect(alert).to_have_attribute("data-assessment", "verified", timeout=SLOW_MS)
        await at("history").locator("summary").click()
        await expect(at("history")).to_contain_text("Verified by ada", timeout=SLOW_MS)
        await expect(at("history")).to_contain_text("Seen by both patrols")
        await ada.shot("assessed")
        assert ada.faults == []
