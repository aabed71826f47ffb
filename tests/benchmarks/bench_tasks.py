"""Ten tasks of a district officer in a real Chromium on the demo city, each after its page has loaded, against loading the page."""

from __future__ import annotations

from tests.benchmarks import harness
from tests.benchmarks.bench_page import site

TITLE = "Tasks: from the first press to the answer, by size of window, against loading the map"
BOUND_S = 3.0
HEAD = ["window", "task", "presses", "s", f"ratio to {BOUND_S:g} s", "loading the map, s"]


def measure() -> str:
    from playwright.sync_api import sync_playwright

    from tests.browser.page_model import SIZES, open_map, window
    from tests.browser.tasks import TASKS, Facts, Officer
    from tests.conftest import CHROMIUM, CHROMIUM_FLAGS

    url, lines = site(), []
    facts = Facts("110108", "海淀区", "W11010800001", "2019-12", "2019-11")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for size, (width, height, touch, _) in SIZES.items():
            context = chromium.new_context(base_url=url, locale="zh-CN", **window(width, height, touch))
            page = context.new_page()
            for task in TASKS:
                loading = harness.timed(lambda page=page: open_map(page))
                page.wait_for_function("() => shuitu.map.loaded()")
                officer = Officer(page, facts, touch)
                seconds = harness.timed(lambda task=task, officer=officer: task(officer))
                lines.append([
                    f"{size} {width}×{height}", task.__name__.replace("_", " "), str(officer.presses), f"{seconds:.1f}",
                    f"{seconds / BOUND_S:.2f}", f"{loading:.1f}",
                ])  # fmt: skip
            context.close()
        chromium.close()
    return harness.table(HEAD, lines)
