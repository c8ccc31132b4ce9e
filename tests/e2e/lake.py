"""The lake mission on a server of its own, with a browser before it: where most tests of the screen begin."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from tests.e2e.screen import Screen, chromium
from tests.e2e.test_watch import MISSION, push, seen
from tests.scenarios.server import Server, cop, running


@dataclass(frozen=True)
class Lake:
    """``key`` is a device's of GBR."""

    server: Server
    browser: Browser
    key: str

    async def password(self, name: str, role: str = "officer") -> str:
        """Make a user; return his one-time password."""
        made = ("--data", self.server.folder, "--name", name, "--role", role)
        return (await cop("user", "create", *made)).strip()

    async def officer(self, name: str = "ada", **screen_has: Any) -> Screen:
        """An officer who has logged in and sees the live map."""
        screen = await Screen.opened(self.browser, **screen_has)
        await screen.log_in(self.server.url, name, await self.password(name))
        return screen

    async def push(self, *reports: dict[str, Any]) -> None:
        """Tell reports; all of them are taken."""
        await push(self.server, self.key, *reports)

    async def breach(self, unit: str, ago_s: float = 5, lon: float = 33.2) -> None:
        """A unit of the north crosses the line: one confirmed violation of high severity."""
        await self.push(seen(unit, 35.02, ago_s + 40, lon), seen(unit, 35.002, ago_s, lon))


@asynccontextmanager
async def lake(folder: Path) -> AsyncIterator[Lake]:
    """Start server and browser in an empty folder."""
    mission = folder / "mission.geojson"
    mission.write_text(json.dumps(MISSION))
    async with running(folder / "data", mission) as server, chromium() as browser:
        yield Lake(server, browser, await server.key("GBR"))
