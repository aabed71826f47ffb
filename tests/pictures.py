"""`python -m tests.pictures`: the pictures of README and guides, taken anew from the running server and its demo city."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import harness
from tests.benchmarks.bench_page import browser, site

WINDOW = {"width": 1440, "height": 900}
VIEWS = {"map.png": "/", "grid.png": "/?level=grid&map=9.60/39.95/116.40&period=2019-07"}
REPORT, PAGES, HEIGHT, GAP = "110118", (0, 2, 3, 5), 820, 18
FOLDER = harness.ROOT / "docs" / "images"


def views() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = browser(playwright)
        for name, address in VIEWS.items():
            page = chromium.new_page(base_url=site(), viewport=WINDOW, locale="zh-CN")
            page.goto(address)
            page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=60_000)
            if "grid" in address:
                page.wait_for_selector("html[data-cells]", state="attached", timeout=60_000)
            page.wait_for_function("() => shuitu.map.loaded()", timeout=60_000)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1500)  # the chart comes after the map
            page.screenshot(path=FOLDER / name)
            page.close()
        chromium.close()


def report() -> None:
    """Four pages of a district's report side by side."""
    import pypdfium2
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "manage.py", "report", "--district", REPORT, "--period", "2019", "--out", folder]
        subprocess.run([*command, "--formats", "pdf"], cwd=harness.ROOT, check=True, capture_output=True)
        with pypdfium2.PdfDocument(next(Path(folder).glob("*.pdf"))) as found:
            drawn = [found[n].render(scale=HEIGHT / found[n].get_height()).to_pil() for n in PAGES]
    sheet = Image.new("RGB", (sum(page.width + GAP for page in drawn) - GAP, HEIGHT), "#d9dee0")
    left = 0
    for page in drawn:
        sheet.paste(page, (left, 0))
        left += page.width + GAP
    sheet.quantize(128).save(FOLDER / "report.png", optimize=True)


if __name__ == "__main__":
    views()
    report()
