"""Ten tasks of a district officer in a real Chromium on the demo city, each after its page has loaded, against loading the page."""

from __future__ import annotations

import sys

from tests.benchmarks import harness
from tests.benchmarks.bench_page import browser, site

TITLE = "Tasks: from the first press to the answer, by size of window, against loading the map"
BOUND_S = 3.0
HEAD = ["window", "task", "presses", "s", f"ratio to {BOUND_S:g} s", "loading the map, s"]


def measure() -> str:
    from playwright.sync_api import TimeoutError as GaveUp
    from playwright.sync_api import sync_playwright

    from tests.browser.page_model import SIZES, open_map, window
    from tests.browser.tasks import TASKS, Facts, Officer

    url, lines = site(), []
    facts = Facts("110108", "海淀区", "W11010800001", "2019-12", "2019-11")
    with sync_playwright() as playwright:
        chromium = browser(playwright)
        for size, (width, height, touch, _) in SIZES.items():
            context = chromium.new_context(base_url=url, locale="zh-CN", **window(width, height, touch))
            page = context.new_page()
            for task in TASKS:
                loading = harness.timed(lambda page=page: open_map(page))
                page.wait_for_function("() => shuitu.map.loaded()")
                officer = Officer(page, facts, touch)
                try:
                    seconds = harness.timed(lambda task=task, officer=officer: task(officer))
                    took = [f"{seconds:.1f}", f"{seconds / BOUND_S:.2f}"]
                except GaveUp:
                    took = ["gave up", "—"]
                window_of = f"{size} {width}×{height}"
                lines.append(
                    [window_of, task.__name__.replace("_", " "), str(officer.presses), *took, f"{loading:.1f}"]
                )
                print(" ".join(lines[-1]), file=sys.stderr, flush=True)
            context.close()
        chromium.close()
    return harness.table(HEAD, lines)
