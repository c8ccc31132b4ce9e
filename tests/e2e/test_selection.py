"""Several tracks at once: selected by a box, followed, and a view of them kept by name."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SLOW_MS
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_tracks_are_selected_by_a_box_followed_and_their_view_is_kept(tmp_path: Path) -> None:
    async with lake(tmp_path) as at_lake:
        ada = await at_lake.officer()
        page = ada.page
        at = page.get_by_test_id
        fleet = [("N-1", 33.16), ("N-2", 33.18), ("N-3", 33.2)]
        await at_lake.push(*(seen(unit, 35.03, 60, lon, callsign=unit) for unit, lon in fleet))
        await ada.becomes("window.__accord.trackCount === 3")
        places = [await ada.position(track) for track in await page.evaluate("window.__accord.trackIds()")]
        xs, ys = ([place[axis] for place in places if place] for axis in ("x", "y"))

        await page.keyboard.down("Shift")
        await page.mouse.move(min(xs) - 30, min(ys) - 30)
        await page.mouse.down()
        await page.mouse.move(max(xs) + 30, max(ys) + 30, steps=4)
        await ada.shot("box")
        await page.mouse.up()
        await page.keyboard.up("Shift")
        selection = at("selection")
        await expect(selection).to_contain_text("3 selected", timeout=SLOW_MS)
        await expect(selection).to_contain_text("3 Northern Force")
        await ada.shot("selection")

        await selection.get_by_role("button", name="N-2").click()
        await expect(at("track-card")).to_contain_text("N-2", timeout=SLOW_MS)
        await page.keyboard.press("w")
        await expect(selection).to_contain_text("2 selected", timeout=SLOW_MS)
        await page.keyboard.press("f")
        await expect(at("follow")).to_have_attribute("aria-pressed", "true", timeout=SLOW_MS)
        track = await at("track-card").get_attribute("data-track-id")
        before = await page.evaluate("id => window.__accord.position(id)", track)
        await at_lake.push(seen("N-2", 35.06, 1, 33.3, callsign="N-2"))
        await ada.becomes(f"window.__accord.position('{track}').lon === 33.3")
        # It has gone eleven kilometres, and stays where it was on the screen, or comes to the middle of it.
        middle = f"Math.abs(window.__accord.position('{track}').x - innerWidth / 2)"
        await ada.becomes(f"{middle} < {max(320, abs(before['x'] - 720))}")
        await page.mouse.move(620, 160)
        await page.mouse.down()
        await page.mouse.move(560, 200, steps=5)
        await page.mouse.up()
        await expect(at("follow")).to_have_attribute("aria-pressed", "false", timeout=SLOW_MS)

        await page.keyboard.press("s")
        await at("view-name").fill("Over the lake")
        await page.keyboard.press("Enter")
        await expect(at("views")).to_contain_text("Over the lake", timeout=SLOW_MS)
        await page.keyboard.press("Escape")
        await expect(at("views")).to_have_count(0, timeout=SLOW_MS)
        await page.keyboard.press("Control+k")
        await at("palette").fill("lake")
        await expect(at("found").first).to_contain_text("Over the lake", timeout=SLOW_MS)
        assert ada.faults == []
