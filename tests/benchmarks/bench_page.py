"""The page's first map in a real Chromium, against a page of the same site without a map."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

from tests.benchmarks import harness

TITLE = "The page: first choropleth drawn (empty browser cache, software WebGL), against the page without a map"
TIMES = 5


def _url() -> str:
    """The running server's address, as `./shuitu status` tells it."""
    if os.environ.get("SHUITU_URL"):
        return os.environ["SHUITU_URL"].rstrip("/")
    told = subprocess.run([harness.ROOT / "shuitu", "status"], capture_output=True, text=True, check=True).stdout
    return next(word for word in told.split() if word.startswith("http")).rstrip("/")


def measure() -> str:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM, CHROMIUM_FLAGS

    url, lines = _url(), []
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

            for _ in range(TIMES):
                pair.take(lambda: visit("/", 'html[data-ready="1"]'), lambda: visit("/about", "body"))
            lines.append(pair.row(name))
        chromium.close()
    return harness.table(harness.HEAD, lines)


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
