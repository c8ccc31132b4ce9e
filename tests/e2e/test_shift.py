"""An officer writes into the log-book, hands over and mutes."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api.server import MISSION
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.e2e.test_watch import MISSION as WATCHED
from tests.e2e.test_watch import push, seen
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


async def test_a_mute_stands_above_everybodys_alerts_until_an_officer_ends_it(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(WATCHED))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        key = await server.key("GBR")
        screens = []
        for name in ("ada", "ben"):
            password = await cop("user", "create", "--data", server.folder, "--name", name, "--role", "officer")
            screens.append(await Screen.opened(browser))
            await screens[-1].log_in(server.url, name, password.strip())
        ada, ben = screens
        at = ada.page.get_by_test_id

        await push(server, key, *(seen("N-1", lat, ago_s) for lat, ago_s in ((35.02, 90), (35.012, 60), (35.006, 30))))
        breach = await ada.shows_alert(status="confirmed")
        await ada.page.locator(f'[data-violation-id="{breach}"] .row').click()
        await at("mute").locator("summary").click()
        await at("mute-60").click()
        await expect(at("muted")).to_be_visible(timeout=SLOW_MS)
        await ada.shot("muted")
        named = ben.page.get_by_test_id("mute-in-force")
        await expect(named).to_contain_text("Northern ceasefire line", timeout=SLOW_MS)
        await expect(named).to_contain_text("ada")
        await ben.page.get_by_test_id("lift").click()
        await expect(named).to_have_count(0, timeout=SLOW_MS)
        await expect(at("mute-in-force")).to_have_count(0, timeout=SLOW_MS)
        assert ada.faults + ben.faults == []
