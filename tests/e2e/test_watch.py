"""The whole way, as two watch officers see it: from a contingent's push to the rail, over a server that goes away."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.scenarios.server import Server, cop, eventually, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATROL = "10031000001213000000"

MISSION = {
    "type": "FeatureCollection",
    "mission": {
        "id": "e2e", "name": "Lake mission", "exercise": True,
        "parties": [{"id": "north", "name": "Northern Force"}, {"id": "south", "name": "Southern Force"}],
        "contingents": [{"id": "ARG", "name": "Argentina"}, {"id": "GBR", "name": "United Kingdom"}],
    },
    "features": [
        {
            "type": "Feature", "id": "line",
            "geometry": {"type": "LineString", "coordinates": [[33.0, 35.0], [33.4, 35.02]]},
            "properties": {
                "kind": "ceasefire_line", "name": "Northern ceasefire line", "left": "north", "right": "buffer",
                "rules": [
                    {"rule": "line_crossing", "id": "r1", "parties": ["north"], "margin_m": 50, "severity": "high"},
                ],
            },
        },
        {
            "type": "Feature", "id": "buffer",
            "geometry": {"type": "Polygon", "coordinates": [
                [[33.0, 34.97], [33.4, 34.99], [33.4, 35.02], [33.0, 35.0], [33.0, 34.97]],
            ]},
            "properties": {"kind": "buffer_zone", "name": "Buffer zone"},
        },
    ],
}  # fmt: skip


async def push(server: Server, key: str, *reports: dict[str, Any]) -> None:
    async with server.client(key) as client:
        answer = await client.post("/api/v1/positions", json=list(reports))
        assert answer.json() == {"accepted": len(reports), "duplicates": 0, "rejected": []}


def seen(unit: str, lat: float, ago_s: float, lon: float = 33.2, **named: Any) -> dict[str, Any]:
    observed = datetime.now(UTC) - timedelta(seconds=ago_s)
    named = {"party": "north", "platform": "vehicle", "accuracy_m": 8} | named
    return {"unit": unit, "observed_at": observed.isoformat(), "lon": lon, "lat": lat, **named}


async def test_a_breach_is_seen_acknowledged_and_survives_the_server(tmp_path: Path) -> None:
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(tmp_path / "data", mission) as server, chromium() as browser:
        key = await server.key("GBR")
        screens = []
        for name in ("ada", "ben"):
            made = ("--data", server.folder, "--name", name, "--role", "officer")
            password = (await cop("user", "create", *made)).strip()
            screen = await Screen.opened(browser)
            await screen.log_in(server.url, name, password)
            screens.append(screen)
        ada, ben = screens

        await push(server, key, seen("N-1", 35.02, 60), seen("patrol", 34.99, 60, party="mission", sidc=PATROL))
        await ada.becomes("window.__accord.trackCount === 2 && window.__accord.symbolsDrawn >= 2")
        tracks = await ada.page.evaluate("window.__accord.trackIds()")
        before = [await ada.position(track) for track in tracks]
        await push(server, key, seen("N-1", 35.015, 40))

        async def moved() -> bool:
            return [await ada.position(track) for track in tracks] != before

        await eventually(moved, 10)

        await push(server, key, seen("N-1", 35.005, 20), seen("N-1", 35.0, 5))
        violation = await ada.shows_alert(status="confirmed", assessment="open")
        assert await ben.shows_alert(status="confirmed", assessment="open") == violation
        await ada.shot("breach")

        await ada.acknowledge(violation)
        assert await ada.shows_alert(assessment="acknowledged") == violation
        assert await ben.shows_alert(assessment="acknowledged") == violation
        await ben.shot("acknowledged")

        await server.kill()
        for screen in screens:
            await expect(screen.page.get_by_test_id("stale-banner")).to_be_visible(timeout=SLOW_MS)
            await expect(screen.page.get_by_test_id("link-state")).not_to_have_attribute("data-state", "live")
        await ada.shot("stale")

        await server.start()
        await push(server, key, seen("N-2", 35.01, 60, 33.1), seen("N-2", 34.999, 2, 33.1))
        for screen in screens:
            await screen.is_live()
            second = await screen.shows_alert(status="confirmed", assessment="open")
            assert await screen.shows_alert(assessment="acknowledged") == violation
            assert sorted(await screen.alerts()) == sorted([violation, second])
            await expect(screen.page.get_by_test_id("stale-banner")).to_be_hidden()
        await ada.shot("back")
        assert [screen.faults for screen in screens] == [[], []]
