"""An officer writes into the log-book and hands over, by keyboard alone."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api.server import MISSION
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.scenarios.server import cop, listed, running

pytestmark = [pytest.mark.browser]


async def test_what_is_written_in_the_log_book_is_handed_over(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        password = await cop("user", "create", "--data", server.folder, "--name", "ana", "--role", "officer")
        screen = await Screen.opened(browser)
        page = screen.page
        at = page.get_by_test_id
        await screen.log_in(server.url, "ana", password.strip())
        await expect(at("local-clock")).to_contain_text("GMT+", timeout=SLOW_MS)

        await page.keyboard.press("b")
        await expect(at("log-text")).to_be_focused(timeout=SLOW_MS)
        await page.keyboard.type("Patrol 4 is back at 1700")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Patrol")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(at("note")).to_contain_text("Patrol 4 is back", timeout=SLOW_MS)
        await expect(at("log-text")).to_be_focused()
        await screen.shot("log-book")
        await page.keyboard.press("Escape")
        await expect(at("log-book")).to_have_count(0, timeout=SLOW_MS)
        async with server.client(await server.key("ARG", "observer")) as client:
            (note,) = await listed(client, "/api/v1/log", "log")
        assert (note["category"], note["by"]) == ("patrol", "ana")

        await page.keyboard.press("o")
        await expect(at("hand-over-log")).to_contain_text("Patrol 4 is back", timeout=SLOW_MS)
        await expect(at("hand-over-open")).to_contain_text("None")
        await screen.shot("hand-over")
        await page.emulate_media(media="print")
        await expect(at("hand-over-log")).to_be_visible()
        await expect(at("alert-rail")).to_be_hidden()
        assert screen.faults == []
