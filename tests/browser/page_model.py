"""How the tests read the page: by its test ids and raw values, never by its looks."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

# Width, height, whether it is touched, and the layout that suits it.
SIZES = {
    "monitor": (1440, 900, False, "cards"),
    "laptop": (1366, 768, False, "cards"),
    "tablet lying": (1024, 768, True, "side"),
    "tablet upright": (768, 1024, True, "sheet"),
    "phone lying": (844, 390, True, "side"),
    "phone upright": (390, 844, True, "sheet"),
}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def window(width: int, height: int, touch: bool) -> dict[str, Any]:
    """What a context of the browser is made with for one of them."""
    return {
        "viewport": {"width": width, "height": height},
        "has_touch": touch,
        "is_mobile": touch,
    }


def open_map(page: Page, address: str = "/") -> None:
    """Open the map and wait for its first choropleth."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector("[data-testid=region-total]", state="attached")


def fits(page: Page) -> bool:
    """Whether nothing of the page lies beyond its right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def by_id(page: Page, test_id: str) -> Locator:
    return page.get_by_test_id(test_id)


def litres(page: Page, test_id: str) -> int:
    """The raw value behind a figure."""
    return int(by_id(page, test_id).first.get_attribute("data-litres") or -1)


def wait_total(page: Page, volume_l: int) -> None:
    """Until the drawer shows exactly this total."""
    expect(by_id(page, "region-total")).to_have_attribute("data-litres", str(volume_l))


def wait_region(page: Page, code: str) -> None:
    expect(by_id(page, "region-name")).to_have_attribute("data-code", code)


def wait_level(page: Page, level: str) -> None:
    page.wait_for_selector(f"html[data-level={level}]", state="attached")


def choose(page: Page, group: str, value: str) -> None:
    """One of a segmented choice, as a reader of labels would."""
    by_id(page, group).locator(f"input[value='{value}']").check(force=True)


def chip(page: Page, group: str, value: str) -> None:
    by_id(page, group).locator(f"button[data-value='{value}']").click()


def set_slider(page: Page, index: int) -> None:
    by_id(page, "slider").evaluate(
        "(slider, index) => { slider.value = index; slider.dispatchEvent(new Event('input', {bubbles: true})); }", index
    )


def query_state(page: Page, name: str) -> str | None:
    """A part of the page's state as its address holds it."""
    found: str | None = page.evaluate("name => new URLSearchParams(location.search).get(name)", name)
    return found


def painted(page: Page, level: str, code: str) -> Any:
    """The class the map paints a region with (a MapLibre feature state)."""
    return page.evaluate(
        "([level, code]) => shuitu.map.getFeatureState({source: level, sourceLayer: level, id: code}).class",
        [level, code],
    )


def ranking(page: Page) -> list[tuple[str, int]]:
    """Codes and litres of the drawer's ranking, as listed."""
    rows: list[list[Any]] = (
        by_id(page, "ranking")
        .locator(".rank")
        .evaluate_all("rows => rows.map(row => [row.dataset.code, Number(row.dataset.litres)])")
    )
    return [(str(code), int(volume)) for code, volume in rows]
