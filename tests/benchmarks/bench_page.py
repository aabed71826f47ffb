"""The page's first map and a month's move in a real Chromium, by the page's own clock, against a page of the same site without a map."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from typing import Any

from tests.benchmarks import harness

TITLE = "The page: from the address to the first choropleth (empty browser cache, software WebGL), against the page without a map"
TIMES = 5
WINDOWS = (("desktop 1440×900", (1440, 900)), ("phone 390×844", (390, 844)))
BOUND_S, BOUND_SLOW_S, BOUND_MONTH_S = 1.5, 6.0, 0.05
SLOW = {"latency": 300, "downloadThroughput": 1.5e6 / 8, "uploadThroughput": 1.5e6 / 8, "offline": False}
BOUND_KB = 600  # what crosses the wire until the first map is drawn: page, scripts, styles, glyphs, figures and tiles
# When the page says that its map is drawn, in seconds since it was asked for.
CLOCK = """new MutationObserver(() => {
    if (document.documentElement.dataset.ready) window.readyAt ??= performance.now() / 1000;
}).observe(document, {attributes: true, subtree: true, attributeFilter: ["data-ready"]});"""
# From the press of a key on the slider to the new colours being handed to the map, in seconds.
MOVES = """async () => {
    const slider = document.querySelector("[data-testid=slider]"), took = [];
    for (let i = 0; i < 8; i++) {
        const began = performance.now(), before = document.documentElement.dataset.period;
        slider.value = String(Number(slider.value) + (i % 2 ? 1 : -1));
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        while (document.documentElement.dataset.period === before) await new Promise(done => setTimeout(done));
        took.push((performance.now() - began) / 1000);
        await new Promise(done => setTimeout(done, 400));
    }
    return took;
}"""


def site() -> str:
    """The running server's address, as `./shuitu status` tells it."""
    if os.environ.get("SHUITU_URL"):
        return os.environ["SHUITU_URL"].rstrip("/")
    told = subprocess.run([harness.ROOT / "shuitu", "status"], capture_output=True, text=True, check=True).stdout
    return next(word for word in told.split() if word.startswith("http")).rstrip("/")


def browser(playwright: Any) -> Any:
    """As where there is a graphics card, pictures of the map are handed to the window and not copied; the processor draws them here."""
    from tests.conftest import CHROMIUM, CHROMIUM_FLAGS

    flags = [flag for flag in CHROMIUM_FLAGS if flag != "--disable-gpu"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=flags)


def measure() -> str:
    from playwright.sync_api import sync_playwright

    url, lines, weights = site(), [], []
    urllib.request.urlopen(url + "/healthz", timeout=5).close()
    with sync_playwright() as playwright:
        chromium = browser(playwright)
        for name, size in WINDOWS:
            visitor = Visitor(chromium, url, size)
            weights.append([name, *visitor.weight()])
            for line, bound in ((None, BOUND_S), (SLOW, BOUND_SLOW_S)):
                pair = harness.Pair()
                for _ in range(TIMES):
                    pair.reference.append(visitor.visit("/about", line))
                    pair.ours.append(visitor.visit("/", line))
                what = "1.5 Mbit/s and 300 ms" if line else "at rest"
                lines.append(_line(f"{name}, {what}", pair, bound))
            moves, requests = visitor.moves()
            months = harness.Pair(moves, [BOUND_MONTH_S] * len(moves))
            lines.append(
                _line(
                    f"{name}, a month's move ({requests} requests; its reference is the bound)", months, BOUND_MONTH_S
                )
            )
        chromium.close()
    head = ["what", "kB as sent", "of these scripts and styles", f"ratio to {BOUND_KB} kB"]
    return f"{harness.table([*harness.HEAD, 'p50 to its bound'], lines)}\n\n{harness.table(head, weights)}"


def _line(name: str, pair: harness.Pair, bound: float) -> list[str]:
    return [*pair.row(name), f"{harness.percentile(pair.ours, 0.5) / bound:.2f}"]


class Visitor:
    """Somebody who comes for the first time, at a window of a size."""

    def __init__(self, chromium: Any, url: str, size: tuple[int, int]) -> None:
        self.chromium, self.url = chromium, url
        self.window = {"width": size[0], "height": size[1]}

    def _new(self) -> Any:
        # A new context each time: nothing is in the browser's cache.
        return self.chromium.new_context(viewport=self.window, base_url=self.url)

    def visit(self, path: str, line: dict[str, Any] | None) -> float:
        """Seconds from the address to the first choropleth, or to the page where it has no map."""
        context = self._new()
        page = context.new_page()
        page.add_init_script(CLOCK)
        if line:
            wire = context.new_cdp_session(page)
            wire.send("Network.enable")
            wire.send("Network.emulateNetworkConditions", line)
        page.goto(path, timeout=60_000)
        if path == "/":
            page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=60_000)
        seconds = page.evaluate(
            "window.readyAt ?? performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000"
        )
        context.close()
        return float(seconds)

    def moves(self) -> tuple[list[float], int]:
        """Seconds of a month's move each, and how many requests they made."""
        context = self._new()
        page = context.new_page()
        page.goto("/?period=2019-07")
        page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=30_000)
        page.wait_for_function("() => shuitu.map.loaded()")
        page.wait_for_load_state("networkidle")
        asked: list[str] = []
        # The icon of the tab, which the browser asks for at each new address, is none of the page's requests.
        icon = page.evaluate("document.querySelector('link[rel=icon]').href")
        page.on("request", lambda request: asked.append(request.url) if request.url != icon else None)
        took = page.evaluate(MOVES)
        context.close()
        return took, len(asked)

    def weight(self) -> list[str]:
        """What a first visit takes over the wire, compressed as it is sent."""
        context = self._new()
        page = context.new_page()
        wire = context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        moved: dict[str, float] = {}
        wire.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
        wire.on(
            "Network.loadingFinished", lambda told: moved.update({told["requestId"]: told["encodedDataLength"] / 1000})
        )
        wire.send("Network.enable")
        page.goto("/")
        page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=30_000)
        page.wait_for_load_state("networkidle")
        context.close()
        code = sum(kb for one, kb in moved.items() if kinds.get(one) in ("Script", "Stylesheet"))
        whole = sum(moved.values())
        return [f"{whole:.0f}", f"{code:.0f}", f"{whole / BOUND_KB:.2f}"]
