"""What the screen does for who is new, far away, without a mouse, without a map, or on paper."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SHOTS, SLOW_MS, Screen, chromium
from tests.scenarios.server import cop

_PIXELS = """const { width, height } = document.querySelector('figure canvas');
    const { data } = document.querySelector('figure canvas').getContext('2d').getImageData(0, 0, width, height);"""
_MEAN_LIGHT = f"""() => {{ {_PIXELS}
    return data.reduce((sum, each, i) => sum + (i % 4 < 3 ? each : 0), 0) / (width * height * 3); }}"""
_COLOURS = f"() => {{ {_PIXELS} return new Set(new Uint32Array(data.buffer)).size; }}"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_the_tour_comes_once_by_keys_and_again_when_asked_for(tmp_path: Path) -> None:
    async with lake(tmp_path) as at:
        ada = await at.officer(toured=False)
        page, keys = ada.page, ada.page.keyboard
        tour = page.get_by_test_id("tour")

        await expect(tour).to_contain_text("Tour, 1 of 5", timeout=SLOW_MS)
        await ada.shot("tour-map")
        await keys.press("Enter")
        await expect(tour).to_contain_text("Tour, 2 of 5")
        await ada.shot("tour-alerts")
        await keys.press("ArrowRight")
        await keys.press("ArrowRight")
        await keys.press("ArrowLeft")
        await expect(tour).to_contain_text("Tour, 3 of 5")
        await ada.shot("tour-bar")
        await keys.press("Escape")
        await expect(tour).to_have_count(0)

        await page.reload()
        await ada.is_live()
        await expect(tour).to_have_count(0)
        await keys.press("?")
        await page.get_by_test_id("tour-again").click()
        for _ in range(5):
            await expect(tour).to_be_visible()
            await keys.press("Enter")
        await expect(tour).to_have_count(0)
        assert ada.faults == []


async def test_the_first_tab_leads_past_the_map_to_the_alerts(tmp_path: Path) -> None:
    async with lake(tmp_path) as at:
        ada = await at.officer()
        await ada.page.reload()
        await ada.is_live()

        await ada.page.keyboard.press("Tab")
        await expect(ada.page.get_by_test_id("skip")).to_be_focused()
        await ada.shot("skip")
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_test_id("alert-rail")).to_be_focused()
        assert ada.faults == []


async def test_paper_has_the_map_by_day_with_time_scale_legend_and_open_alerts(tmp_path: Path) -> None:
    async with lake(tmp_path) as at:
        ada = await at.officer()
        page = ada.page
        await at.breach("N-1")
        await ada.shows_alert(status="confirmed")
        await ada.becomes("window.__accord.symbolsDrawn > 0")

        await page.evaluate("window.print = () => { window.__printed = true; }")
        await page.keyboard.press("p")
        await ada.becomes("window.__printed === true")
        await page.emulate_media(media="print")
        sheet = page.get_by_test_id("print-sheet")
        await expect(sheet).to_be_visible()
        await expect(sheet).to_contain_text("Lake mission")
        await expect(sheet).to_contain_text("EXERCISE")
        await expect(sheet).to_contain_text("Line crossed · N-1")
        await expect(sheet.locator("figure i")).to_contain_text("km")
        await expect(page.get_by_test_id("alert-rail")).to_be_hidden()
        await ada.shot("print")
        assert await page.evaluate(_MEAN_LIGHT) > 150, "it is drawn by day"
        assert await page.evaluate(_COLOURS) > 100, "there is more on it than land and sea"
        await page.pdf(path=SHOTS / "print.pdf", prefer_css_page_size=True)
        await page.evaluate("dispatchEvent(new Event('afterprint'))")
        await page.emulate_media(media="screen")
        await expect(sheet).to_have_count(0)
        await ada.shot("after-print")
        assert ada.faults == []


async def test_a_wall_is_entered_by_a_link_reads_only_and_has_nothing_to_press(tmp_path: Path) -> None:
    async with lake(tmp_path) as at:
        link = await cop(
            "user", "create", "--data", at.server.folder, "--name", "wall", "--role", "observer", "--by-link"
        )
        wall = await Screen.opened(at.browser, 1920, 1080)
        page = wall.page

        await page.goto(f"{at.server.url}/?wall{link.strip().removeprefix('/')}")
        await wall.is_live()
        await at.breach("N-1")
        await wall.shows_alert(status="confirmed")

        await expect(page.get_by_test_id("wall")).to_be_visible()
        assert "link" not in page.url
        for absent in ("acknowledge", "timeline", "log-incident", "language", "track-card"):
            await expect(page.get_by_test_id(absent)).to_have_count(0)
        await wall.becomes("window.__accord.evidenceOf !== null")
        await wall.becomes("window.__accord.symbolsDrawn > 0")
        await wall.shot("wall")
        await page.reload()
        await wall.is_live()
        assert wall.faults == []


async def test_a_browser_that_cannot_draw_a_map_still_lists_alerts_and_says_so(tmp_path: Path) -> None:
    async with lake(tmp_path) as at, chromium("--disable-3d-apis") as blind:
        ada = await Screen.opened(blind)
        await ada.log_in(at.server.url, "ada", await at.password("ada"))
        await at.breach("N-1")

        await ada.shows_alert(status="confirmed")
        await expect(ada.page.get_by_test_id("alert-rail")).to_contain_text("no WebGL 2")
        await ada.shot("no-webgl")
        assert ada.faults == []
