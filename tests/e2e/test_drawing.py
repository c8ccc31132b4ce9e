"""An officer draws a zone, sees what its rule would have raised, keeps it and hears of its breach; and moves a line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.e2e.test_watch import MISSION, push, seen
from tests.scenarios.server import Server, cop, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEPOT = [(33.24, 35.05), (33.32, 35.05), (33.32, 35.09), (33.24, 35.09)]


async def versions(server: Server, feature: str) -> list[dict[str, object]]:
    async with server.client(await server.key("ARG", "observer")) as client:
        listed: list[dict[str, object]] = (await client.get(f"/api/v1/features?feature={feature}")).json()["features"]
        return listed


async def test_a_zone_is_drawn_tried_kept_and_breached_and_a_line_is_moved_from_a_day_on(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        key = await server.key("GBR")
        password = await cop("user", "create", "--data", server.folder, "--name", "ana", "--role", "officer")
        screen = await Screen.opened(browser)
        page, keys, at = screen.page, screen.page.keyboard, screen.page.get_by_test_id
        await screen.log_in(server.url, "ana", password.strip())
        await push(server, key, *(seen("N-1", 35.04 + step * 0.01, 600 - step * 60, 33.28) for step in range(4)))
        await screen.becomes("window.__accord.trackCount === 1")
        await server.judged()

        await keys.press("e")
        await expect(at("feature-choice")).to_be_focused()
        for corner in DEPOT:
            await screen.click_at(*corner)
        await keys.press("Backspace")
        await expect(at("feature-form").get_by_text("Corner 4", exact=True)).to_be_visible()
        await at("corner").fill("35.09 33.24")
        await keys.press("Enter")
        await expect(at("feature-form").get_by_text("Corner 5", exact=True)).to_be_visible()
        await screen.shot("draw-shape")
        await keys.press("Enter")
        await expect(at("feature-name")).to_be_focused()
        await keys.press("Enter")
        await expect(at("feature-name")).to_have_attribute("aria-invalid", "true")
        await keys.type("Depot")
        await at("trial-begin").click()
        await expect(at("trial")).to_have_attribute("data-count", "1", timeout=SLOW_MS)
        await expect(at("trial")).to_contain_text("N-1")
        await screen.shot("draw-trial")
        await at("feature-save").click()
        await expect(at("feature-form")).to_have_count(0, timeout=SLOW_MS)
        await screen.becomes("window.__accord.features.includes('Depot')")

        now = seen("N-2", 35.07, 0, 33.22), seen("N-2", 35.07, -120, 33.28)
        await push(server, key, *now)
        breach = await screen.shows_alert(status="confirmed", assessment="open")
        row = page.locator(f'[data-testid="alert"][data-violation-id="{breach}"]')
        await expect(row).to_contain_text("Depot")
        await screen.shot("draw-breach")

        begins = (datetime.now(UTC) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        await keys.press("e")
        await at("feature-choice").select_option(label="Northern ceasefire line")
        await expect(at("feature-form")).to_contain_text("Drag a corner")
        await expect(at("feature-form").get_by_text("Corner 3", exact=True)).to_be_visible()
        await screen.becomes("window.__accord.isStill")
        await screen.drag((33.4, 35.02), (33.38, 35.05))
        await screen.drag((33.19, 35.025), (33.2, 35.0))
        await expect(at("feature-form").get_by_text("Corner 2 of 3", exact=True)).to_be_visible()
        await screen.shot("draw-line")
        await at("feature-details").click()
        await at("feature-from").fill(f"{begins:%d%H%MZ%b%y}".upper())
        await screen.shot("draw-line-details")
        await at("feature-save").click()
        await expect(at("feature-form")).to_have_count(0, timeout=SLOW_MS)
        await keys.press("y")
        await expect(at("versions")).to_have_attribute("aria-pressed", "true")
        await screen.shot("versions")
        old, new = await versions(server, "line")
        assert old["geometry"] == MISSION["features"][0]["geometry"]  # type: ignore[index]
        assert old["properties"]["valid_to"] == new["properties"]["valid_from"]  # type: ignore[index]
        assert datetime.fromisoformat(new["properties"]["valid_from"]) == begins  # type: ignore[index]
        assert len(new["geometry"]["coordinates"]) == 3  # type: ignore[index]
        assert len(new["properties"]["rules"]) == 1  # type: ignore[index]
        assert screen.faults == []
