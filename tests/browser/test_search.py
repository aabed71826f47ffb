"""Search: by name and code, by keyboard alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from layers.names import english
from tests.browser.page_model import by_id, open_map, query_state, wait_level, wait_region
from tests.city import City


def type_in(page: Any, text: str) -> None:
    by_id(page, "search").fill("")
    by_id(page, "search").press_sequentially(text)


def test_a_region_by_keyboard(page: Any) -> None:
    open_map(page)
    page.keyboard.press("/")
    expect(by_id(page, "search")).to_be_focused()
    type_in(page, "中关村街道")
    first = by_id(page, "search-results").locator("[role=option]").first
    expect(first).to_have_attribute("data-code", "110108011")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(by_id(page, "search")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    wait_region(page, "110108011")
    wait_level(page, "village")


def test_arrows_move_and_escape_closes(page: Any) -> None:
    open_map(page)
    type_in(page, "中关村")
    options = by_id(page, "search-results").locator("[role=option]")
    expect(options.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(by_id(page, "search")).to_have_attribute("aria-activedescendant", "hit-1")
    page.keyboard.press("Escape")
    expect(by_id(page, "search-results")).to_be_hidden()


def test_a_well_by_its_code_opens_on_the_map(page: Any, city: City) -> None:
    ((code, name),) = city.sql("SELECT code, name FROM layers_well WHERE geom IS NOT NULL ORDER BY code LIMIT 1")
    open_map(page)
    type_in(page, code)
    expect(by_id(page, "search-results").locator("[role=option]").first).to_have_attribute("data-code", code)
    page.keyboard.press("Enter")
    expect(by_id(page, "popup-object")).to_contain_text(name or code)
    assert query_state(page, "layers") == "well"
    assert query_state(page, "object") == f"well/{code}"
    by_id(page, "popup-link").click()
    assert query_state(page, "details") == f"well/{code}"
    expect(by_id(page, "object-name")).to_contain_text(name or code)


def test_nothing_found_says_what_to_try(page: Any) -> None:
    open_map(page)
    type_in(page, "没有这个名字的地方")
    expect(by_id(page, "search-results")).to_contain_text("没有找到")


def test_more_results_come_on_demand(page: Any) -> None:
    open_map(page)
    type_in(page, "社区")
    options = by_id(page, "search-results").locator("[role=option]")
    expect(by_id(page, "search-more")).to_be_visible()
    assert options.count() == 13
    page.keyboard.press("ArrowUp")  # from the first to the last
    expect(by_id(page, "search-more")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(options).to_have_count(100)
    expect(options.nth(12)).to_have_attribute("aria-selected", "true")


def test_a_position_that_is_pasted_is_marked(page: Any) -> None:
    open_map(page)
    by_id(page, "search").fill("东经116°23'28\" 北纬39°54'26\"")
    first = by_id(page, "search-results").locator("[role=option]").first
    expect(first).to_contain_text("东城区")
    expect(first.locator(".hit-kind")).to_have_text("坐标")
    page.keyboard.press("Enter")
    expect(page.locator(".maplibregl-marker")).to_be_visible()
    page.wait_for_function("() => Math.abs(shuitu.map.getCenter().lng - 116.391) < 0.1 && shuitu.map.getZoom() > 14")


def test_divisions_go_by_their_english_names_in_english(page: Any) -> None:
    open_map(page, "/?lang=en")
    type_in(page, "haidian")
    options = by_id(page, "search-results").locator("[role=option]")
    expect(options.first).to_contain_text("Haidian District")
    expect(options.and_(page.locator("[data-code='110108012']"))).to_contain_text("Haidian District · 110108012")


def test_districts_above_a_facility_go_by_their_english_names_too(page: Any, city: City) -> None:
    code, district = city.sql(
        "SELECT f.code, left(r.code, 6) FROM layers_supplyfacility f JOIN layers_region r ON r.id = f.counted_region"
        " WHERE f.kind = 1 AND length(r.code) > 6 ORDER BY f.code LIMIT 1"
    )[0]
    open_map(page, "/?lang=en")
    type_in(page, code)
    option = by_id(page, "search-results").locator(f"[data-code='{code}']")
    expect(option).to_contain_text(english()[district])
    # A code whose end is cut is another one.
    assert option.locator("small").evaluate("one => one.scrollWidth <= one.clientWidth")
