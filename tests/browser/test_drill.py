"""Down from city to district, township and village, and up again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import (
    by_id,
    choose,
    open_map,
    query_state,
    ranking,
    wait_level,
    wait_region,
    wait_total,
)
from tests.city import City

YEAR_OF = """
    SELECT sum(volume_l)::bigint FROM layers_usagesum
    WHERE level = %s AND code = %s AND source_sel = 0 AND purpose_sel = 0
      AND month >= '2019-01-01' AND month < '2020-01-01'
"""
CHILDREN = """
    SELECT code, sum(volume_l)::bigint FROM layers_usagesum
    WHERE level = %s AND code LIKE %s AND gap = 0 AND source_sel = 0 AND purpose_sel = 0
      AND month >= '2019-01-01' AND month < '2020-01-01'
    GROUP BY code ORDER BY 2 DESC, 1 LIMIT 5
"""


@pytest.mark.turns(2)
def test_drill_down_by_the_ranking_and_up_by_the_breadcrumb(page: Any, city: City) -> None:
    open_map(page)
    by_id(page, "ranking").locator("[data-code='110108']").click()
    wait_region(page, "110108")
    wait_level(page, "township")
    wait_total(page, city.sql(YEAR_OF, [2, "110108"])[0][0])
    assert query_state(page, "region") == "110108"
    townships = city.sql(CHILDREN, [3, "110108%"])
    expect(by_id(page, "ranking").locator(".rank").first).to_have_attribute("data-code", townships[0][0])
    assert ranking(page)[:5] == townships

    township = townships[0][0]
    by_id(page, "ranking").locator(f"[data-code='{township}']").click()
    wait_region(page, township)
    wait_level(page, "village")
    wait_total(page, city.sql(YEAR_OF, [3, township])[0][0])
    villages = city.sql(CHILDREN, [4, f"{township}%"])
    expect(by_id(page, "ranking").locator(".rank").first).to_have_attribute("data-code", villages[0][0])
    assert ranking(page)[:5] == villages
    # What only the township or the plant knows is named, so that the parts make the whole.
    ((placed,),) = city.sql(
        "SELECT sum(volume_l)::bigint FROM layers_usagesum WHERE level = 4 AND code LIKE %s AND gap = 0"
        " AND source_sel = 0 AND purpose_sel = 0 AND month >= '2019-01-01' AND month < '2020-01-01'",
        [f"{township}%"],
    )
    left = city.sql(YEAR_OF, [3, township])[0][0] - placed
    if left:
        assert int(by_id(page, "not-at-child").get_attribute("data-litres")) == left

    by_id(page, "breadcrumb").locator("[data-code='110108']").click()
    wait_region(page, "110108")
    page.keyboard.press("Escape")
    wait_region(page, "11")
    wait_level(page, "district")


@pytest.mark.turns(2)
def test_the_back_button_returns_to_the_region_before(page: Any) -> None:
    open_map(page)
    by_id(page, "ranking").locator("[data-code='110108']").click()
    wait_region(page, "110108")
    by_id(page, "breadcrumb").locator("[data-code='11']").click()
    wait_region(page, "11")
    page.go_back()
    wait_region(page, "110108")
    page.go_forward()
    wait_region(page, "11")


def test_a_click_on_the_map_selects_what_is_under_it(page: Any, city: City) -> None:
    open_map(page)
    ((lon, lat),) = city.sql(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(b.geom) p FROM layers_boundary b"
        " JOIN layers_region r ON r.id = b.region_id WHERE r.code = '110111' AND b.valid_to_id IS NULL) AS inside"
    )
    at = page.evaluate("([lon, lat]) => { const p = shuitu.map.project([lon, lat]); return [p.x, p.y]; }", [lon, lat])
    page.mouse.move(at[0] - 4, at[1])
    page.mouse.move(*at)
    expect(by_id(page, "tooltip")).to_contain_text("房山区")
    page.mouse.click(*at)
    wait_region(page, "110111")


def test_the_level_can_be_pinned(page: Any) -> None:
    open_map(page)
    wait_level(page, "district")
    choose(page, "level", "township")
    wait_level(page, "township")
    assert query_state(page, "level") == "township"
    counted = by_id(page, "legend-class").evaluate_all("rows => rows.map(row => Number(row.dataset.count))")
    none = by_id(page, "legend-none")
    assert sum(counted) + (int(none.get_attribute("data-count")) if none.count() else 0) == 349
    choose(page, "level", "auto")
    wait_level(page, "district")


def test_an_unknown_region_says_so_and_leads_home(page: Any, watch: Any) -> None:
    watch.allow(r"404")
    page.goto("/?region=999999")
    expect(by_id(page, "drawer")).to_contain_text(re.compile("999999"))
    by_id(page, "drawer").get_by_role("button", name="回到全市").click()
    wait_region(page, "11")
