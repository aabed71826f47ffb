"""The page's first map in a real Chromium, against a page of the same site without a map."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from typing import Any

from tests.benchmarks import harness

TITLE = "The page: first choropleth drawn (empty browser cache, software WebGL), against the page without a map"
TIMES = 5
BOUND_KB = 600  # what crosses the wire until the first map is drawn: page, scripts, styles, glyphs, figures and tiles


def site() -> str:
    """The running server's address, as `./shuitu status` tells it."""
    if os.environ.get("SHUITU_URL"):
        return os.environ["SHUITU_URL"].rstrip("/")
    told = subprocess.run([harness.ROOT / "shuitu", "status"], capture_output=True, text=True, check=True).stdout
    return next(word for word in told.split() if word.startswith("http")).rstrip("/")


def measure() -> str:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM, CHROMIUM_FLAGS

    url, lines, weights = site(), [], []
    urllib.request.urlopen(url + "/healthz", timeout=5).close()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for name, size in (("desktop 1440×900", (1440, 900)), ("phone 390×844", (390, 844))):
            pair = harness.Pair()

            def visit(path: str, ready: str, size: tuple[int, int] = size) -> None:
                # A new context each time: nothing is in the browser's cache.
                context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
                page = context.new_page()
                page.goto(url + path)
                page.wait_for_selector(ready, state="attached", timeout=30_000)
                context.close()

            weights.append([name, *_weight(chromium, url, size)])
            for _ in range(TIMES):
                pair.take(lambda: visit("/", 'html[data-ready="1"]'), lambda: visit("/about", "body"))
            lines.append(pair.row(name))
        chromium.close()
    head = ["what", "kB as sent", "of these scripts and styles", f"ratio to {BOUND_KB} kB"]
    return f"{harness.table(harness.HEAD, lines)}\n\n{harness.table(head, weights)}"


def _weight(chromium: Any, url: str, size: tuple[int, int]) -> list[str]:
    """What a first visit takes over the wire, compressed as it is sent."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    moved: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    wire.on("Network.loadingFinished", lambda told: moved.update({told["requestId"]: told["encodedDataLength"] / 1000}))
    wire.send("Network.enable")
    page.goto(url)
    page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=30_000)
    page.wait_for_load_state("networkidle")
    context.close()
    code = sum(kb for one, kb in moved.items() if kinds.get(one) in ("Script", "Stylesheet"))
    whole = sum(moved.values())
    return [f"{whole:.0f}", f"{code:.0f}", f"{whole / BOUND_KB:.2f}"]


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
