"""What the map costs a browser: every entity of a made-up picture moves, and Chromium's main thread is watched.

The picture comes from ``frontend/test/fake-server.mjs``, so that the figures are the screen's alone. Software rendering
on shared cores: read them as ratios to the reference beside them, which was taken of bare layers on a like machine.
"""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from tests.bench.figures import Figure, percentile
from tests.e2e.screen import SLOW_MS, Screen, chromium
from tests.scenarios.server import eventually

_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "frontend" / "test" / "fake-server.mjs"
_MB = 1e6
WATCHED_S = 12.0
NAVIGATED_UNITS = 1_000
NAVIGATION_S = 3.0
WARM = 3
"""So often the map is opened again by the browser that has been there."""
SHIFT_UNITS = 200
SHIFT_UPDATES = 8 * 3600
"""A shift of eight hours at one update a second, sent as fast as the screen takes them."""

_HOOKS = """
(() => {
  const pace = (window.__pace = { handled: [], drawn: [], late: [], shown: [], frames: 0, pictured: null });
  let waiting = null;
  let pressed = null;
  window.addEventListener('keydown', ({ timeStamp }) => (pressed ??= timeStamp), true);
  const listen = WebSocket.prototype.addEventListener;
  const timed = (take) => function (event) {
    const at = performance.now();
    take.call(this, event);
    if (event.data.length > 500) {
      pace.handled.push(performance.now() - at);
      waiting ??= at;
    }
  };
  WebSocket.prototype.addEventListener = function (type, take, ...more) {
    return listen.call(this, type, type === 'message' ? timed(take) : take, ...more);
  };
  const onmessage = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    ...onmessage,
    set(take) { onmessage.set.call(this, take && timed(take)); },
  });
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => frame((now) => {
    const at = performance.now();
    draw(now);
    const took = performance.now() - at;
    if (took > 0.5) pace.drawn.push(took);
    if (waiting !== null && took > 0.5) {
      pace.late.push(performance.now() - waiting);
      waiting = null;
    }
    if (pressed !== null && took > 0.5) {
      pace.shown.push(performance.now() - pressed);
      pressed = null;
    }
  });
  const count = () => {
    pace.frames++;
    if (pace.pictured === null && window.__accord?.symbolsDrawn > 0) pace.pictured = performance.now();
    frame(count);
  };
  frame(count);
})();
"""


class Load(NamedTuple):
    """So many entities, all moving, so often.

    ``reference_ms`` is the main thread's time an update of a bare layer, and ``reference_late_ms`` its time from a
    message to the frame that shows it, where that was measured.
    """

    entities: int
    every_ms: int
    zoom: int
    reference_ms: str
    reference_late_ms: str | None


PRESSES = 20
"""Keys pressed under each load: each zooms, and is shown by the map's next frame."""
LOADS = (Load(1_000, 250, 0, "11", "167"), Load(10_000, 250, 0, "6", "716"), Load(50_000, 1000, 2, "19 – 37", None))


async def screen_figures(begun: Callable[[str], None]) -> list[Figure]:
    """Watch the screen under each load, and its memory over a shift."""
    figures: list[Figure] = []
    for load in LOADS:
        begun(f"the map with {load.entities:,} moving entities")
        figures += await _under(load)
    begun("the map from navigation to live picture")
    figures.append(await _from_navigation())
    begun("the map's memory over eight hours' updates")
    figures.append(await _over_a_shift())
    return figures


async def _under(load: Load) -> list[Figure]:
    async with screened(load.entities, load.every_ms) as page:
        await eventually(lambda: _holds(page, f"window.__accord?.trackCount >= {load.entities}"), SLOW_MS / 1000)
        for _ in range(load.zoom):
            await page.keyboard.press("+")
        await page.evaluate("Object.assign(window.__pace, {handled: [], drawn: [], late: [], frames: 0})")
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable", {"timeDomain": "threadTicks"})
        busy = await _processor_s(session)
        await asyncio.sleep(WATCHED_S)
        busy = await _processor_s(session) - busy
        seen: dict[str, Any] = await page.evaluate(
            "({...window.__pace, heap: performance.memory.usedJSHeapSize, draw: window.__accord.drawMs,"
            " symbols: window.__accord.symbolsDrawn})"
        )
        shown = await _pressed(page, PRESSES)
    name = f"map, {load.entities:,} moving every {load.every_ms} ms"
    updates = max(1, len(seen["handled"]))
    handled, drawn = percentile(seen["handled"], 0.5), percentile(seen["drawn"], 0.5)
    p50, p95 = percentile(seen["late"], 0.5), percentile(seen["late"], 0.95)
    return [
        Figure(
            f"{name}: main thread an update",
            f"{busy / updates * 1000:.0f} ms of processor",
            "",
            note=f"a bare layer without a picture behind it took {load.reference_ms} ms; by the clock"
            f" {handled:.0f} ms read and apply the message, {drawn:.0f} ms draw a frame of"
            f" {seen['symbols']:,} entities",
        ),
        Figure(f"{name}: frames a second", f"{seen['frames'] / WATCHED_S:.0f}", ""),
        Figure(
            f"{name}: message to drawn frame",
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms",
            "",
            note=f"a bare layer took {load.reference_late_ms} ms" if load.reference_late_ms else "",
        ),
        Figure(
            f"{name}: key press to drawn frame",
            f"p50 {percentile(shown, 0.5):.0f} ms, p95 {percentile(shown, 0.95):.0f} ms",
            "",
            note=f"of {PRESSES} keys that zoom, {len(shown)} were shown",
        ),
        Figure(f"{name}: memory of scripts", f"{seen['heap'] / _MB:.0f} MB", ""),
    ]


async def _pressed(page: Page, times: int) -> list[float]:
    """Zoom in and out by key, and return how long each press waited for the frame that shows it, ms."""
    for number in range(times):
        await page.keyboard.press("-+"[number % 2])
        await asyncio.sleep(0.6)
    shown: list[float] = await page.evaluate("window.__pace.shown")
    return shown


async def _from_navigation() -> Figure:
    """Open the map with a log-in kept: in a browser that has nothing of it yet, and in one that has been there."""
    async with screened(NAVIGATED_UNITS, 1000) as page:
        await eventually(lambda: _pictured(page), SLOW_MS / 1000)
        browser = page.context.browser
        assert browser is not None
        context = await browser.new_context(
            storage_state=await page.context.storage_state(), viewport={"width": 1440, "height": 900}
        )
        await page.context.close()
        fresh = await context.new_page()
        await fresh.add_init_script(_HOOKS)
        took, shown = list[float](), list[float]()
        for _ in range(1 + WARM):
            await fresh.goto(page.url)
            await eventually(lambda: _pictured(fresh), SLOW_MS / 1000, 0.02)
            took.append(await fresh.evaluate("window.__pace.pictured"))
            shown += await _pressed(fresh, 1)
    cold, warm = took[0] / 1000, percentile(took[1:], 0.5) / 1000
    return Figure(
        f"map, navigation to live picture of {NAVIGATED_UNITS:,} units, log-in kept",
        f"{cold:.1f} s; {warm:.1f} s in a browser that has been there",
        f"≤ {NAVIGATION_S:.0f} s",
        max(cold, warm) <= NAVIGATION_S,
        note=f"a key pressed at once, while the fine land loads, is shown after {max(shown):.0f} ms at most",
    )


async def _pictured(page: Page) -> bool:
    return await _holds(page, "(window.__pace?.pictured ?? null) !== null")


async def _over_a_shift() -> Figure:
    async with screened(SHIFT_UNITS, 4) as page:
        await eventually(lambda: _holds(page, f"window.__accord?.trackCount >= {SHIFT_UNITS}"), SLOW_MS / 1000)
        tenth, held = SHIFT_UPDATES // 10, list[float]()
        for part in range(1, 11):
            await eventually(lambda part=part: _holds(page, f"window.__accord.seq >= {part * tenth}"), 600.0, 0.5)  # type: ignore[misc]
            held.append(await _heap_after_collection(page))
    growth = (held[-1] - held[1]) / _MB
    return Figure(
        f"map, memory of scripts over {SHIFT_UPDATES:,} updates of {SHIFT_UNITS} units",
        f"{held[1] / _MB:.1f} → {held[-1] / _MB:.1f} MB",
        "≤ 2 MB more",
        growth <= 2.0,
    )


async def _processor_s(session: CDPSession) -> float:
    """Return the processor time of the page's main thread so far: other work on the machine does not add to it."""
    metrics = await session.send("Performance.getMetrics")
    return float(next(metric["value"] for metric in metrics["metrics"] if metric["name"] == "TaskDuration"))


async def _heap_after_collection(page: Page) -> float:
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return float(used["usedSize"])


async def _holds(page: Page, condition: str) -> bool:
    return bool(await page.evaluate(condition))


@asynccontextmanager
async def screened(entities: int, every_ms: int) -> AsyncIterator[Page]:
    """Give a screen that shows a made-up picture of so many entities; all that can move do so at each update."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = shutil.which("node") or str(_ROOT / ".venv" / "node" / "bin" / "node")
    source = await asyncio.create_subprocess_exec(
        node, str(_SOURCE), str(port), str(entities),
        stdin=asyncio.subprocess.PIPE, env=os.environ | {"EVERY_MS": str(every_ms)},
    )  # fmt: skip
    try:
        async with chromium("--enable-precise-memory-info") as browser:
            screen = await Screen.opened(browser)
            await screen.page.add_init_script(_HOOKS)
            url = f"http://127.0.0.1:{port}/"
            await eventually(lambda: _opened(screen.page, url), SLOW_MS / 1000, 0.1)
            await screen.page.get_by_test_id("login-name").fill("bench")
            await screen.page.get_by_test_id("login-password").fill("demo")
            await screen.page.get_by_test_id("login-submit").click()
            yield screen.page
    finally:
        source.kill()
        await source.wait()


async def _opened(page: Page, url: str) -> bool:
    try:
        await page.goto(url)
    except PlaywrightError:  # the source is still starting
        return False
    return True
