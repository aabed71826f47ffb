"""The table beside the map: the map's own numbers, sorted and found, linked with the map both ways; and regions' lines in one chart."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import PHONE, by_id, choose, open_map, query_state, wait_level, wait_region
from tests.city import City


def listed(page: Any) -> list[tuple[str, int | None]]:
    """Codes and litres of the rows that are there."""
    rows: list[list[Any]] = page.locator("#table tr[data-code]").evaluate_all(
        "rows => rows.map(row => [row.dataset.code, row.dataset.litres])"
    )
    return [(code, int(litres) if litres else None) for code, litres in rows]


def shown(page: Any) -> dict[str, int | None]:
    found: list[list[Any]] = page.evaluate(
        "[...shuitu.context.shown.picture.values].map(([code, value]) => [code, value.volume_l])"
    )
    return dict(map(tuple, found))


@pytest.mark.turns(2)
def test_the_table_is_the_map_in_rows(page: Any, city: City) -> None:
    open_map(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    by_id(page, "table-open").click()
    expect(page.locator("#table tr[data-code]")).to_have_count(16)
    expect(by_id(page, "table")).to_contain_text("海淀区")
    rows = listed(page)
    assert dict(rows) == shown(page)
    assert [litres for _, litres in rows] == sorted((litres or 0 for _, litres in rows), reverse=True)
    assert [url for url in asked if "part=names" not in url] == [], "the figures are here already"

    # Sorted by each column, one way and the other.
    told = {
        row["code"]: row for row in page.request.get(f"{city.url}/api/stats?level=district&period=2019").json()["rows"]
    }
    by_id(page, "sort-name").click()
    expect(page.locator("#table th.name").first).to_have_attribute("aria-sort", "ascending")
    by_id(page, "sort-share").click()
    assert [code for code, _ in listed(page)] == [code for code, _ in rows]
    by_id(page, "sort-share").click()
    assert [code for code, _ in listed(page)] == [code for code, _ in reversed(rows)]
    choose(page, "measure", "per_km2")
    by_id(page, "sort-value").click()
    expect(page.locator("#table tr[data-code]").first).to_have_attribute(
        "data-code", max(told, key=lambda code: told[code]["m3_per_km2"])
    )
    choose(page, "measure", "volume")

    # Found by letters of the name or the code.
    by_id(page, "table-find").fill("淀")
    expect(page.locator("#table tr[data-code]")).to_have_count(1)
    # By its sound and its English name as the search finds it, which the server spells.
    for word, code in (("hdq", "110108"), ("fengtai", "110106"), ("Mentougou", "110109")):
        by_id(page, "table-find").fill(word)
        expect(page.locator("#table tr[data-code]")).to_have_count(1)
        expect(page.locator("#table tr[data-code]")).to_have_attribute("data-code", code)
    by_id(page, "table-find").fill("没有")
    expect(by_id(page, "table-none")).to_be_visible()
    by_id(page, "table-find").fill("1101")
    expect(page.locator("#table tr[data-code]")).to_have_count(16)

    # A row lights its place and marks its class; a place marks its row.
    row = page.locator("#table tr[data-code='110108']")
    row.hover()
    hover = "code => shuitu.map.getFeatureState({source: 'district', sourceLayer: 'district', id: code}).hover === true"
    page.wait_for_function(hover, arg="110108")
    expect(page.locator("#legend .marked")).to_have_count(1)
    page.mouse.move(700, 20)
    page.wait_for_function(f"code => !({hover})(code)", arg="110108")
    x, y = page.evaluate("(() => { const {x, y} = shuitu.map.project([116.25, 40.03]); return [x, y]; })()")
    page.mouse.move(x, y)
    expect(row).to_have_class(re.compile("marked"))
    expect(by_id(page, "table-over")).to_contain_text("海淀区")

    # By keyboard through the rows, and into one.
    page.locator("#table .row-name").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    third = listed(page)[2][0]
    assert page.evaluate("document.activeElement.value") == third
    page.wait_for_function(hover, arg=third)
    page.keyboard.press("Enter")
    wait_region(page, third)
    wait_level(page, "township")
    # Its own townships, and all of them by choice: rows beyond those in sight are not in the page.
    by_id(page, "table-find").fill("")
    expect(by_id(page, "table-scope")).to_be_visible()
    page.wait_for_function(
        "code => [...document.querySelectorAll('#table tr[data-code]')].every(row => row.dataset.code.startsWith(code))",
        arg=third,
    )
    choose(page, "table-scope", "all")
    expect(by_id(page, "regions-table")).to_have_attribute("data-rows", re.compile(r"^3\d\d$"))
    assert len(listed(page)) < 100
    assert int(by_id(page, "regions-table").get_attribute("data-rows") or 0) == len(shown(page))
    page.locator("#table .row-name").first.focus()
    page.keyboard.press("End")
    assert int(page.locator("#table tr:has(:focus)").get_attribute("aria-rowindex") or 0) == len(shown(page)) + 1
    assert query_state(page, "table") == "1"


@pytest.mark.turns(2)
def test_lines_of_several_regions_are_in_one_chart_and_in_the_address(page: Any, city: City) -> None:
    codes = ["110108", "110105"]
    open_map(page, f"/?table=1&beside={codes[0]}")
    expect(by_id(page, "lines-legend").locator("li")).to_have_count(1)
    by_id(page, f"beside-{codes[1]}").click()
    expect(by_id(page, "lines-chart")).to_have_attribute("data-drawn", ",".join(codes))
    assert query_state(page, "beside") == ",".join(codes)
    series = page.request.get(f"{city.url}/api/stats/series?level=district").json()
    for code in codes:
        drawn = page.locator(f"[data-testid=lines] tr[data-code='{code}'] td").evaluate_all(
            "cells => cells.map(cell => Number(cell.dataset.litres))"
        )
        assert drawn == series["volume_l"][series["codes"].index(code)]
    for code in ("110101", "110102", "110106"):
        by_id(page, f"beside-{code}").click()
    expect(by_id(page, "lines-legend").locator("li")).to_have_count(5)
    expect(by_id(page, "beside-110107")).to_be_disabled()
    # From the search as well: not a sixth; taken away and put back by keyboard, and by the pointer.
    by_id(page, "search").fill("石景山区")
    mark = by_id(page, "search-results").locator("[data-code='110107']").get_by_test_id("hit-beside")
    mark.click()
    assert len((query_state(page, "beside") or "").split(",")) == 5
    by_id(page, "search").fill("海淀区")
    taken = by_id(page, "search-results").locator("[data-code='110108']").get_by_test_id("hit-beside")
    expect(taken).to_have_attribute("data-taken", "true")
    by_id(page, "search").press("Shift+Enter")
    expect(by_id(page, "lines-legend").locator("li")).to_have_count(4)
    taken.click()
    expect(by_id(page, "lines-legend").locator("li")).to_have_count(5)
    expect(by_id(page, "search-results")).to_be_visible()
    by_id(page, "search").press("Escape")
    by_id(page, "lines-legend").locator("button").first.click()
    expect(by_id(page, "beside-110107")).to_be_enabled()
    by_id(page, "beside-clear").click()
    expect(by_id(page, "lines")).to_be_hidden()
    assert query_state(page, "beside") is None
    by_id(page, "table-close").click()
    expect(by_id(page, "table")).to_be_hidden()
    expect(by_id(page, "drawer")).to_be_visible()


def test_on_a_telephone_the_table_is_a_page_of_the_sheet(new_page: Any) -> None:
    page = new_page(**PHONE)
    open_map(page)
    by_id(page, "tab-table").tap()
    expect(page.locator("#table tr[data-code]").first).to_be_visible()
    assert query_state(page, "table") == "1"
    by_id(page, "sort-name").tap()
    box = page.locator("#table .row-name").first.bounding_box()
    assert box and box["height"] >= 44
    page.locator("#table .row-name").first.tap()
    page.wait_for_function("() => shuitu.context.state.region !== ''")
    expect(by_id(page, "table")).to_be_visible()
    by_id(page, "tab-overview").tap()
    expect(by_id(page, "region-name")).to_be_visible()
    assert query_state(page, "table") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
