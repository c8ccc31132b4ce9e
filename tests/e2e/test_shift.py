"""A whole shift, on desk and phone, from left and right; the log-book, the hand-over and the mutes by themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.api.server import MISSION
from tests.e2e.lake import Lake, lake
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.e2e.test_watch import MISSION as WATCHED
from tests.e2e.test_watch import push, seen
from tests.scenarios.server import cop, eventually, listed, running

pytestmark = [pytest.mark.browser]
DESK: dict[str, Any] = {"width": 1440, "height": 900}
PHONE: dict[str, Any] = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
ZONES = {
    "desk": [(560, 150), (740, 150), (740, 260), (560, 260)],
    "phone": [(90, 210), (300, 210), (300, 360), (90, 360)],
}
"""Where the map is free beside the form, in either direction: corners of a zone, CSS pixels."""
MINUTE_S = 60


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


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("device", ["desk", "phone"])
async def test_a_whole_shift_is_walked(tmp_path: Path, device: str, language: str) -> None:
    async with lake(tmp_path) as place:
        screen = await Screen.opened(place.browser, **(PHONE if device == "phone" else DESK))
        walk = Walk(place, screen, device, f"shift-{device}-{language}")
        await screen.page.add_init_script(f"if (location.host) localStorage.setItem('accord.language', '{language}')")
        await screen.log_in(place.server.url, "ada", await place.password("ada"))
        await expect(screen.page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")

        await walk.watches()
        breach = await walk.takes_a_breach_in_hand()
        await walk.logs_an_incident()
        await walk.draws_a_zone()
        await walk.replays_the_last_hour()
        await walk.hands_over(breach)
        assert screen.faults == []


class Walk:
    """One officer's shift, step by step, by what the screen offers to a finger: no keys, and no words of a language."""

    def __init__(self, place: Lake, screen: Screen, device: str, name: str) -> None:
        self.place, self.screen, self.device, self.name = place, screen, device, name
        self.at = screen.page.get_by_test_id

    async def shot(self, step: str) -> None:
        await self.screen.shot(f"{self.name}-{step}")

    async def sheet(self, *, is_open: bool) -> None:
        """Open or shut the alerts, where they are a sheet."""
        grip = self.at("sheet-grip")
        if self.device == "phone":
            if (await grip.get_attribute("aria-expanded") == "true") != is_open:
                await grip.tap()
            await expect(grip).to_have_attribute("aria-expanded", str(is_open).lower())

    async def watches(self) -> None:
        """A patrol that stands, and a vehicle that has come nearer for half an hour and still does."""
        drive = [seen("N-1", 35.05 - step * 0.001, (36 - step) * MINUTE_S) for step in range(31)]
        await self.place.push(*drive, seen("patrol", 34.99, 60, party="mission"))
        await self.screen.becomes("window.__accord.trackCount === 2 && window.__accord.symbolsDrawn >= 2")
        tracks = await self.screen.page.evaluate("window.__accord.trackIds()")
        before = [await self.screen.position(track) for track in tracks]
        await self.place.push(seen("N-1", 35.015, 60))

        async def moved() -> bool:
            return [await self.screen.position(track) for track in tracks] != before

        await eventually(moved, SLOW_MS / 1000)
        await self.shot("1-watch")

    async def takes_a_breach_in_hand(self) -> str:
        await self.place.push(seen("N-1", 35.003, 5))
        breach = await self.screen.shows_alert(status="confirmed", assessment="open")
        alert = self.screen.page.locator(f'[data-violation-id="{breach}"]')
        await self.sheet(is_open=True)
        await alert.locator(".row").click()
        await alert.get_by_test_id("acknowledge").click()
        await expect(alert).to_have_attribute("data-assessment", "acknowledged", timeout=SLOW_MS)
        await self.at("assess").locator("summary").click()
        await expect(self.at("assess-state")).to_have_value("verified")
        await self.at("assess-note").fill("Seen by OP 11")
        await self.at("assess-save").click()
        await expect(alert).to_have_attribute("data-assessment", "verified", timeout=SLOW_MS)
        await self.shot("2-assessed")
        await self.sheet(is_open=False)
        await self.at("track-card").locator("header button").last.click()
        await expect(self.at("track-card")).to_have_count(0)
        return breach

    async def logs_an_incident(self) -> None:
        await self.at("log-incident").click()
        await self.at("incident-category").fill("firing")
        await self.at("incident-title").fill("Two shots")
        await self.at("incident-submit").click()
        await expect(self.at("incident-form")).to_have_count(0, timeout=SLOW_MS)
        async with self.place.server.client(await self.place.server.key("ARG", "observer")) as client:
            (told,) = await listed(client, "/api/v1/incidents", "incidents")
        assert (told["category"], told["title"]) == ("firing", "Two shots")

    async def draws_a_zone(self) -> None:
        page = self.screen.page
        await self.at("draw").click()
        await expect(self.at("feature-details")).to_be_disabled()
        for x, y in ZONES[self.device]:
            await (page.touchscreen.tap(x, y) if self.device == "phone" else page.mouse.click(x, y))
        await expect(self.at("feature-details")).to_be_enabled(timeout=SLOW_MS)
        await self.shot("3-zone")
        await self.at("feature-details").click()
        await self.at("feature-name").fill("Depot 7")
        await self.at("trial-begin").click()
        await expect(self.at("trial")).to_be_visible(timeout=SLOW_MS)
        await self.shot("4-trial")
        await self.at("feature-save").click()
        await expect(self.at("feature-form")).to_have_count(0, timeout=SLOW_MS)
        await self.screen.becomes("window.__accord.features.includes('Depot 7')")

    async def replays_the_last_hour(self) -> None:
        banner = self.at("past-banner")
        await self.at("past-span").select_option(index=0)
        slider = await self.at("past-slider").bounding_box()
        assert slider is not None
        await self.at("past-slider").click(position={"x": slider["width"] * 0.55, "y": slider["height"] / 2})
        await expect(banner).to_be_visible(timeout=SLOW_MS)
        await self.at("past-corrected").click()
        await self.screen.becomes("window.__accord.trackCount === 1")
        (driven,) = await self.screen.page.evaluate("window.__accord.trackIds()")
        then = await self.screen.position(driven)
        assert then is not None
        await self.at("past-play").click()

        async def has_gone_on() -> bool:
            now = await self.screen.position(driven)
            return now is not None and now["lat"] < then["lat"]

        await eventually(has_gone_on, 2 * SLOW_MS / 1000)
        await self.shot("5-replay")
        await self.at("past-live").click()
        await expect(banner).to_have_count(0, timeout=SLOW_MS)
        await self.screen.becomes("window.__accord.trackCount === 2")

    async def hands_over(self, breach: str) -> None:
        await self.at("open-log").click()
        await self.at("log-text").fill("Depot 7 is closed from now on")
        await self.at("log-text").press("Enter")
        await expect(self.at("note")).to_contain_text("Depot 7", timeout=SLOW_MS)
        await self.screen.page.keyboard.press("Escape")
        await self.at("open-hand-over").click()
        await expect(self.at("hand-over-log")).to_contain_text("Depot 7", timeout=SLOW_MS)
        await expect(self.at("hand-over-open")).to_contain_text("N-1")
        await expect(self.at("hand-over-open")).to_contain_text("ada")
        await self.shot("6-hand-over")
        await self.screen.page.keyboard.press("Escape")
        await expect(self.at("hand-over")).to_have_count(0)
        assert breach in await self.screen.alerts()
