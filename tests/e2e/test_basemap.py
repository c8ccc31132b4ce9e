"""The mission's own base map is on the screen: read in ranges, and drawn."""

import json
from pathlib import Path

import pytest

from tests.api.server import MISSION
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.scenarios.server import cop, eventually, running
from tests.tiles import written

WHOLE = [(0, 0), (4096, 0), (4096, 4096), (0, 4096)]


@pytest.mark.browser
async def test_tiles_of_the_mission_lie_over_the_built_in_land(tmp_path: Path) -> None:
    tiles = written(tmp_path / "own.pmtiles", earth={"earth": WHOLE}, landuse={"forest": WHOLE})
    mission = tmp_path / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(tmp_path / "data", mission, COP_BASEMAP=str(tiles)) as server, chromium() as browser:
        password = await cop("user", "create", "--data", server.folder, "--name", "ana", "--role", "officer")
        screen = await Screen.opened(browser)
        asked: list[str] = []
        screen.page.on("response", lambda answer: asked.append(f"{answer.status} {answer.url}"))
        await screen.log_in(server.url, "ana", password.strip())

        async def read_in_ranges() -> bool:
            return any(each.startswith("206") and each.endswith("/basemap/tiles") for each in asked)

        await eventually(read_in_ranges, SLOW_MS / 1000)
        await screen.becomes("window.__accord.tileFeatures >= 2")
        await screen.shot("own-basemap")
        assert screen.faults == []
