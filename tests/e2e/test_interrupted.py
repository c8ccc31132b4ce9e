"""What happens while the server, the tab or the network is away is on the screen afterwards, each alert told once."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.cable import Cable, cabled
from tests.e2e.lake import Lake, lake
from tests.e2e.screen import SLOW_MS, Screen
from tests.scenarios.server import eventually, listed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MINUTE_MS = 60_000
PAUSE_MS = 5_000
"""More than the screen leaves between two announcements."""

_LISTEN = """addEventListener('DOMContentLoaded', () => {
    window.__heard = [];
    new MutationObserver(changes => {
        for (const { target } of changes) {
            const told = target.nodeType === 3 ? target.parentElement : target;
            const words = told?.closest('.unseen[role=alert], .unseen[role=status]')?.textContent;
            if (words) window.__heard.push(words);
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });
})"""
"""Keeps what a screen reader would say."""

Interruption = Callable[[Screen, Lake, Cable], Awaitable[None]]


@asynccontextmanager
async def _frozen_for(screen: Screen, at: Lake, ms: int) -> AsyncIterator[None]:
    """Stop the tab's process as sleep does: no timer and no task runs. Timers that were due fire once on waking."""
    session = await at.browser.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    assert renderers
    for each in renderers:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in renderers:
            os.kill(each, signal.SIGCONT)
    await screen.page.clock.fast_forward(ms)


async def killed(screen: Screen, at: Lake, cable: Cable) -> None:
    """The server dies of SIGKILL with a breach hardly on its disk, and comes back."""
    await at.breach("N-2", lon=33.1)
    await at.server.kill()
    await expect(screen.page.get_by_test_id("stale-banner")).to_be_visible(timeout=SLOW_MS)
    await at.server.start()
    await at.breach("N-3", lon=33.3)


async def asleep(screen: Screen, at: Lake, cable: Cable) -> None:
    """The computer is shut for ten minutes: nothing runs, nothing arrives, and the server has forgotten its stream.

    The server forgets after 90 seconds; a restart makes it do so at once.
    """
    async with _frozen_for(screen, at, 10 * MINUTE_MS):
        cable.cut()
        await at.breach("N-2", lon=33.1)
        await at.server.stop()
        await at.server.start()
        await at.breach("N-3", lon=33.3)
        cable.mend()


async def dozing(screen: Screen, at: Lake, cable: Cable) -> None:
    """The browser freezes the tab, whose socket lives on: all that it was sent waits for it."""
    async with _frozen_for(screen, at, 10 * MINUTE_MS):
        await at.breach("N-2", lon=33.1)
        await at.breach("N-3", lon=33.3)


async def cut_off(screen: Screen, at: Lake, cable: Cable) -> None:
    """For two minutes nothing comes through, and neither end is told."""
    cable.cut()
    await at.breach("N-2", lon=33.1)
    await screen.page.clock.run_for(MINUTE_MS)
    await expect(screen.page.get_by_test_id("stale-banner")).to_be_visible(timeout=SLOW_MS)
    await expect(screen.page.get_by_test_id("link-state")).not_to_have_attribute("data-state", "live")
    await at.breach("N-3", lon=33.3)
    await screen.page.clock.run_for(MINUTE_MS)
    cable.mend()


@pytest.mark.parametrize("interruption", [killed, asleep, dozing, cut_off])
async def test_after_an_interruption_the_picture_is_right_and_each_alert_is_told_once(
    tmp_path: Path, interruption: Interruption
) -> None:
    async with lake(tmp_path) as at, cabled(at.server.url) as cable:
        ada = await Screen.opened(at.browser)
        await ada.page.clock.install()
        await ada.page.add_init_script(_LISTEN)
        await ada.log_in(cable.url, "ada", await at.password("ada"))
        await at.breach("N-1")
        before = await ada.shows_alert(status="confirmed")

        await interruption(ada, at, cable)

        await ada.is_live()
        await ada.becomes("window.__accord.violations.length === 3")
        await at.server.judged()
        async with at.server.client(await at.server.key("GBR", "observer")) as client:
            await eventually(lambda: _is_the_servers(ada, client), SLOW_MS / 1000)
        assert before in await ada.alerts()
        await expect(ada.page.get_by_test_id("stale-banner")).to_be_hidden(timeout=SLOW_MS)
        for _ in range(4):
            await ada.page.clock.fast_forward(PAUSE_MS)
        heard = [words.strip() for words in await ada.page.evaluate("window.__heard")]
        assert sum(map(_alerts_told, heard)) == 3, heard
        assert sum("stale" in words for words in heard) <= 1, heard
        assert ada.faults == []


def _alerts_told(words: str) -> int:
    if words.startswith("New alert:"):
        return 1
    number, _, rest = words.partition(" ")
    return int(number) if rest.startswith("new alert") else 0


async def _is_the_servers(screen: Screen, client: httpx.AsyncClient) -> bool:
    """Whether the screen has the server's tracks, where it has them, and its violations, each once in the rail."""
    tracks = await listed(client, "/api/v1/tracks", "tracks")
    violations = await listed(client, "/api/v1/violations", "violations")
    shown = await screen.page.evaluate(
        "window.__accord.trackIds().map(id => [id, window.__accord.position(id)])"
        ".map(([id, { lon, lat }]) => [id, lon, lat])"
    )
    known: list[dict[str, Any]] = await screen.page.evaluate("window.__accord.violations")
    return (
        sorted(shown) == sorted([each["id"], each["lon"], each["lat"]] for each in tracks)
        and sorted((each["id"], each["revision"], each["status"]) for each in known)
        == sorted((each["id"], each["revision"], each["status"]) for each in violations)
        and sorted(await screen.alerts()) == sorted(each["id"] for each in violations)
    )
