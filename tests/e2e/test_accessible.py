"""axe-core finds nothing at WCAG 2.2 A and AA on any part of the screen, in all themes and from right to left."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.screen import SLOW_MS, Screen
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const options = { runOnly: tags, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}"""
_UNFOLD = "open => document.querySelectorAll('details').forEach(each => { each.open = open; })"
LOOKS = [("night", "en"), ("day", "en"), ("red", "en"), ("night", "ar")]
KEYS = {"i": "incident-form", "b": "log-book", "o": "hand-over", "u": "units", "/": "palette", "e": "feature-form"}
"""What each key opens, and Escape closes."""


async def faults(screen: Screen, where: str) -> list[str]:
    """Return what axe holds against the page as it is now, each with its place."""
    if not await screen.page.evaluate("'axe' in window"):
        await screen.page.evaluate(AXE.read_text())
    return [f"{where}: {fault}" for fault in await screen.page.evaluate(_RUN)]


async def test_axe_finds_nothing_on_any_part_in_any_theme_or_direction(tmp_path: Path) -> None:
    async with lake(tmp_path) as at_lake:
        # The page's policy lets no foreign script in; axe is one.
        screen = await Screen.opened(at_lake.browser, 1280, 720, bypass_csp=True)
        page, keys = screen.page, screen.page.keyboard
        found: list[str] = []

        await page.goto(at_lake.server.url)
        for theme, language in LOOKS:
            await screen.look(theme, language)
            await expect(page.get_by_test_id("login-submit")).to_be_visible()
            found += await faults(screen, f"{theme} {language} log-in")
        await screen.look("night", "en")
        await screen.log_in(at_lake.server.url, "ada", await at_lake.password("ada"))
        driven = [seen("N-1", 35.02 - step * 0.004, 240 - step * 40) for step in range(6)]
        await at_lake.push(*driven, seen("patrol", 34.99, 5, party="mission"))
        violation = await screen.shows_alert(status="confirmed", assessment="open")

        for theme, language in LOOKS:
            where = f"{theme} {language}"
            await page.get_by_test_id("language").select_option(language)
            while await page.locator("html").get_attribute("data-theme") != theme:
                await page.get_by_test_id("theme").click()
            found += await faults(screen, f"{where} watch")
            await page.locator(f'[data-violation-id="{violation}"] button').first.click()
            await expect(page.get_by_test_id("track-card")).to_be_visible()
            for opened in ("true", "false"):
                await page.evaluate(
                    f"document.querySelectorAll('details').forEach(each => {{ each.open = {opened}; }})"
                )
                found += await faults(screen, f"{where} track card, its alert's parts open: {opened}")
            await page.get_by_test_id("track-card").get_by_role("button").first.click()
            await expect(page.get_by_test_id("track-card")).to_have_count(0)
            for pressed, opened in KEYS.items():
                await keys.press(pressed)
                await expect(page.get_by_test_id(opened)).to_be_visible(timeout=SLOW_MS)
                if opened == "incident-form":
                    await page.get_by_test_id("incident-when").fill("soon")
                    await keys.press("Enter")
                    await expect(page.get_by_test_id(opened).get_by_role("alert")).to_be_visible()
                found += await faults(screen, f"{where} {opened}")
                await keys.press("Escape")
                await expect(page.get_by_test_id(opened)).to_have_count(0)
            await keys.press("?")
            await expect(page.get_by_role("dialog")).to_be_visible()
            found += await faults(screen, f"{where} keys")
            await page.get_by_test_id("tour-again").click()
            await keys.press("Enter")
            await expect(page.get_by_test_id("tour")).to_be_visible()
            found += await faults(screen, f"{where} tour")
            await keys.press("Escape")
            await expect(page.get_by_test_id("tour")).to_have_count(0)
            await keys.press("[")
            await expect(page.get_by_test_id("past-banner")).to_be_visible()
            await expect(page.get_by_test_id("past-banner")).not_to_have_attribute("data-at", "", timeout=SLOW_MS)
            found += await faults(screen, f"{where} past")
            await keys.press("l")
            await expect(page.get_by_test_id("past-banner")).to_be_hidden()
        await page.goto(f"{at_lake.server.url}/?wall")
        await expect(page.get_by_test_id("wall")).to_be_visible(timeout=SLOW_MS)
        await screen.shows_alert(status="confirmed")
        found += await faults(screen, "wall")
        assert found == []
        assert screen.faults == []
