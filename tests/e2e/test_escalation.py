"""An alert that nobody takes: every screen says so, one that is opened later too, until somebody does."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.e2e.test_watch import MISSION, push, seen
from tests.scenarios.server import cop, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEAD: dict[str, Any] = MISSION["mission"]  # type: ignore[assignment]


async def test_an_alert_that_nobody_takes_escalates_on_every_screen_until_somebody_does(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION | {"mission": HEAD | {"escalate_after_s": {"high": 2}}}))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        key = await server.key("GBR")
        made = ("--data", server.folder, "--name", "ada", "--role", "officer")
        ada = await Screen.opened(browser)
        await ada.log_in(server.url, "ada", (await cop("user", "create", *made)).strip())
        await push(server, key, *(seen("N-1", lat, ago_s) for lat, ago_s in ((35.02, 90), (35.012, 60), (35.006, 30))))
        breach = await ada.shows_alert(status="confirmed")
        told = ada.page.get_by_test_id("escalated")
        await expect(told).to_contain_text("nobody has acknowledged", timeout=SLOW_MS)
        await expect(ada.page).to_have_title("‼ (1) Lake mission")
        await expect(ada.page.get_by_role("alert").filter(has_text="escalates")).to_have_count(1)
        await ada.shot("escalated")

        other = Screen(await ada.page.context.new_page())
        await other.page.set_viewport_size({"width": 700, "height": 500})  # there is little to draw
        await other.page.goto(server.url)
        await other.is_live()
        there = other.page.get_by_test_id("escalated")
        await expect(there).to_have_attribute("data-count", "1", timeout=SLOW_MS)
        await ada.page.bring_to_front()  # a page behind another draws nothing, and cannot be pressed
        await ada.page.reload()
        await ada.is_live()
        await expect(told).to_be_visible(timeout=SLOW_MS)
        await expect(ada.page.get_by_test_id("show-escalated")).to_be_visible()
        await ada.page.keyboard.press("a")
        alert = ada.page.locator(f'[data-violation-id="{breach}"]')
        await expect(alert).to_have_attribute("data-assessment", "acknowledged", timeout=SLOW_MS)
        await expect(told).to_have_count(0, timeout=SLOW_MS)
        await expect(there).to_have_count(0, timeout=SLOW_MS)
        assert ada.faults + other.faults == []
