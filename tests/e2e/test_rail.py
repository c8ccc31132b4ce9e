"""The rail: why an alert was raised, drawn where it was; and a flood that is one line, of which none is lost."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.lake import lake
from tests.e2e.test_watch import seen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLOOD = 6


async def test_an_alert_shows_its_evidence_and_a_flood_is_one_line(tmp_path: Path) -> None:
    async with lake(tmp_path) as water:
        ada = await water.officer()
        at = ada.page.get_by_test_id

        way = [seen("N-1", lat, ago_s, accuracy_m=20) for lat, ago_s in ((35.02, 90), (35.012, 60), (35.006, 30))]
        await water.push(*way)
        alone = await ada.shows_alert(status="confirmed")
        await ada.page.locator(f'[data-violation-id="{alone}"] .row').click()
        await ada.becomes(f'window.__accord.evidenceOf === "{alone}"')
        await expect(at("reason")).to_contain_text("beyond Northern ceasefire line")
        await ada.page.wait_for_timeout(2_000)
        await ada.shot("evidence")

        flood = [f"F-{n}" for n in range(FLOOD)]
        await water.push(*(seen(unit, 35.02, 60 - n, 33.3) for n, unit in enumerate(flood)))
        await water.push(*(seen(unit, 35.005, 30 - n, 33.3) for n, unit in enumerate(flood)))
        await ada.becomes(f"window.__accord.violations.length === {FLOOD + 1}")
        group = at("alert-group")
        await expect(group).to_have_attribute("data-count", str(FLOOD))
        await ada.shot("flood")
        await at("acknowledge-group").click()
        await ada.becomes(
            f"window.__accord.violations.filter((each) => each.assessment === 'acknowledged').length === {FLOOD}"
        )
        await expect(group).to_be_hidden()
        assert await ada.shows_alert(assessment="open") == alone

        await at("filter").click()
        await at("filter-severity").select_option("critical")
        await expect(at("filter-hidden")).to_contain_text("hides 1 open alert")
        await at("filter-severity").select_option("")
        await ada.page.keyboard.press("Control+k")
        await at("palette").fill("f-3")
        await expect(at("found").first).to_contain_text("F-3")
        await ada.shot("palette")
        await ada.page.keyboard.press("Enter")
        await expect(at("track-card")).to_contain_text("F-3")
        assert ada.faults == []
