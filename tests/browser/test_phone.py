"""The page on a phone, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.page_model import PHONE, by_id, litres, open_map, wait_region

OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


def test_everything_is_reached_from_the_sheet(new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE)
    open_map(page)
    assert not page.evaluate(OVERFLOW)
    sheet = by_id(page, "sheet")
    low = sheet.bounding_box()["y"]
    assert low > 500  # the map has most of the window
    by_id(page, "tab-legend").tap()
    expect(by_id(page, "ledger")).to_be_visible()
    page.wait_for_timeout(400)
    assert sheet.bounding_box()["y"] < low - 150
    by_id(page, "tab-filters").tap()
    by_id(page, "source").locator("[data-value=reclaimed]").tap()
    by_id(page, "tab-layers").tap()
    by_id(page, "layer-urban_plant").check(force=True)
    by_id(page, "tab-overview").tap()
    assert litres(page, "region-total") > 0
    by_id(page, "sheet-handle").tap()
    page.wait_for_timeout(400)
    assert sheet.bounding_box()["y"] < 120
    by_id(page, "ranking").locator(".rank").first.tap()
    page.wait_for_selector("[data-testid=region-name]:not([data-code='11'])", state="attached")
    assert not page.evaluate(OVERFLOW)


def test_what_a_finger_hits_is_large_enough_and_the_version_is_told(new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE)
    open_map(page)
    expect(by_id(page, "as-of")).to_be_visible()
    for group in ("level", "period-kind"):
        for label in by_id(page, group).locator("label").all():
            box = label.bounding_box()
            assert box["width"] >= 40, (group, box)
            assert box["height"] >= 40, (group, box)
    assert page.evaluate("shuitu.map.getLayoutProperty('label-district', 'text-anchor')") == "center"


def test_search_on_a_phone(new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE)
    open_map(page)
    by_id(page, "search").tap()
    by_id(page, "search").press_sequentially("密云区")
    by_id(page, "search-results").locator("[data-code='110118']").tap()
    wait_region(page, "110118")


def test_tab_reaches_the_controls_and_shows_where_it_is(page: Any) -> None:
    open_map(page, "/?period=2019-07")
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const e = document.activeElement, style = getComputedStyle(e), label = e.closest('label');
                const ring = style.outlineStyle !== 'none' || (label && getComputedStyle(label).outlineStyle !== 'none') || e.closest('.search-box');
                return [e === document.body ? 'BODY' : e.id || e.dataset.testid || e.name || e.className?.toString() || e.tagName, Boolean(ring)];
            }"""
        )
        reached.append(found)
    names = {name for name, _ in reached}
    assert {"skip", "search-input", "tab-filters", "play", "slider", "language", "take"} <= names, names
    assert [name for name, ring in reached if not ring and name != "BODY"] == []


def test_controls_have_names(page: Any) -> None:
    open_map(page)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, a[href], [role=listbox], [role=radiogroup]')]
            .filter(e => e.offsetParent !== null)
            .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')?.textContent.trim() || e.title))
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
