"""An officer logs an incident by keyboard alone, and it stands on the map that everybody sees."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api.server import MISSION
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.scenarios.server import cop, listed, running

pytestmark = [pytest.mark.browser]


async def test_what_was_typed_is_logged_where_the_officer_looked(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        password = await cop("user", "create", "--data", server.folder, "--name", "ana", "--role", "officer")
        screen = await Screen.opened(browser)
        page = screen.page
        await screen.log_in(server.url, "ana", password.strip())

        await page.keyboard.press("i")
        await expect(page.get_by_test_id("incident-category")).to_be_focused(timeout=SLOW_MS)
        await page.keyboard.type("firing")
        for _ in range(2):  # past severity to the party
            await page.keyboard.press("Tab")
        await page.keyboard.press("n")  # "— not known" begins with its dash, so one letter finds the party
        await expect(page.get_by_test_id("incident-party")).to_have_value("north")
        await page.keyboard.press("Tab")
        await page.keyboard.type("soon")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").first).to_be_visible(timeout=SLOW_MS)
        await expect(page.get_by_test_id("incident-when")).to_have_attribute("aria-invalid", "true")
        await screen.shot("incident-form")
        await page.get_by_test_id("incident-when").fill("-5")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("incident-form")).to_have_count(0, timeout=SLOW_MS)

        async with server.client(await server.key("ARG", "observer")) as client:
            (told,) = await listed(client, "/api/v1/incidents", "incidents")
        assert (told["contingent"], told["category"], told["party"], told["title"]) == (
            "HQ", "firing", "north", "Firing",
        )  # fmt: skip
        assert 33.0 < told["lon"] < 34.0
        assert screen.faults == []
