"""Looking back: the map shows the past, says so, plays it, and hears the present all the while."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.test_watch import seen
from tests.scenarios.server import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MINUTE_S = 60


async def test_the_past_is_shown_played_and_left_by_keys_alone(tmp_path: Path) -> None:
    async with lake(tmp_path) as water:
        ada = await water.officer()
        banner, keys = ada.page.get_by_test_id("past-banner"), ada.page.keyboard
        await expect(banner).to_be_hidden()

        # A drive of half an hour that is told only now: nobody knew of it then.
        drive = [seen("N-1", 35.03 - step * 0.001, (40 - step) * MINUTE_S) for step in range(31)]
        await water.push(*drive, seen("patrol", 34.99, 5, party="mission"))
        await ada.becomes("window.__accord.trackCount === 2")
        await ada.shows_alert(status="confirmed", assessment="open")
        await water.server.judged()

        await keys.press("[")
        await expect(banner).to_be_visible()
        await ada.becomes("window.__accord.trackCount === 0")
        await expect(ada.page.get_by_test_id("past-known")).to_have_attribute("aria-pressed", "true")
        await ada.shot("past-known")

        await keys.press("x")
        await ada.becomes("window.__accord.trackCount === 1")
        (driven,) = await ada.page.evaluate("window.__accord.trackIds()")
        then = await ada.position(driven)
        assert then is not None
        await ada.shot("past-corrected")

        for pressed in ("<", "<", "Space"):
            await keys.press(pressed)

        async def has_gone_on() -> bool:
            now = await ada.position(driven)
            return now is not None and now["lat"] < then["lat"] - 0.002

        await eventually(has_gone_on, 60)
        await water.push(seen("N-2", 35.01, 60, 33.1), seen("N-2", 34.999, 2, 33.1))
        await ada.becomes("window.__accord.violations.length === 2")
        await expect(banner).to_be_visible()
        await ada.shot("past-playing")
        await keys.press("l")
        await expect(banner).to_be_hidden()
        await ada.becomes("window.__accord.trackCount === 3")
        assert ada.faults == []
