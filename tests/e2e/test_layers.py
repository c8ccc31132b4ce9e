"""What an officer takes off the map is off it, is said to be, and a breach is drawn all the same."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_party_taken_off_the_map_is_said_to_be_and_its_breach_is_drawn(tmp_path: Path) -> None:
    async with lake(tmp_path) as water:
        ada = await water.officer()
        page = ada.page
        at = page.get_by_test_id
        await water.push(*(seen(unit, 35.02, 60) for unit in ("N-1", "N-2")))
        await ada.becomes("window.__accord.symbolsDrawn === 2")

        await page.keyboard.press("z")
        await at("layer-north").uncheck()
        await at("layer-incidents").uncheck()
        await expect(at("hidden-note")).to_contain_text("2")
        await ada.shot("layers")
        await page.keyboard.press("Escape")
        await ada.becomes("window.__accord.symbolsDrawn === 0")

        await water.push(seen("N-1", 35.005, 20), seen("N-1", 35.0, 5))
        await ada.shows_alert(status="confirmed")
        await ada.becomes("window.__accord.symbolsDrawn === 1")

        await at("hidden-note").click()
        await at("layers").get_by_role("button", name="Show all").click()
        await expect(at("hidden-note")).to_have_count(0)
        await page.keyboard.press("Escape")
        await ada.becomes("window.__accord.symbolsDrawn === 2")
        assert ada.faults == []
