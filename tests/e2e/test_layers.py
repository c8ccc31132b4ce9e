"""What an officer takes off the map is off it, is said to be, and a breach is drawn all the same."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SLOW_MS
from tests.e2e.test_watch import seen
from tests.scenarios.server import eventually

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


async def test_where_a_drone_looks_is_drawn_for_who_comes_after_its_report(tmp_path: Path) -> None:
    ring = [[33.15, 35.0], [33.25, 35.0], [33.25, 35.05], [33.15, 35.05], [33.15, 35.0]]
    footprint = {"type": "Polygon", "coordinates": [ring]}
    async with lake(tmp_path) as water:
        async with water.server.client(water.key) as client:
            eye = {**seen("EYE", 35.02, 3), "sensor": {"footprint": footprint}}
            assert (await client.post("/api/v1/drones", json=[eye])).status_code == 200
        ada = await water.officer()
        page = ada.page
        await ada.becomes("window.__accord.isRefined && window.__accord.isStill")
        place = await page.evaluate("window.__accord.screenOf(33.157, 35.043)")
        clip: Any = {"x": place["x"], "y": place["y"], "width": 12, "height": 12}
        await page.keyboard.press("z")
        await expect(page.get_by_test_id("layers")).to_be_visible()
        drawn = await page.screenshot(clip=clip)

        await page.get_by_test_id("layer-footprints").uncheck()

        async def is_gone() -> bool:
            return await page.screenshot(clip=clip) != drawn

        await eventually(is_gone, SLOW_MS / 1000, 0.2)
        assert ada.faults == []
