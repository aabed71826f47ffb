"""Cells on the map: what they say against the database, months without a tile, change, uncertainty, and explanations."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_model import PHONE, by_id, choose, open_map, query_state, set_slider, wait_region
from tests.city import City

WAIT_MS = 40_000
TOP = """
    SELECT u.code, ST_X(ST_PointOnSurface(u.geom)), ST_Y(ST_PointOnSurface(u.geom)), sum(g.volume_l)::bigint
    FROM layers_gridusage g JOIN layers_gridunit u ON u.id = g.unit_id
    WHERE g.size = 500 AND g.month = '2019-07-01' AND u.area_m2 > 200000 AND g.rule = 7
    GROUP BY u.id ORDER BY 4 DESC LIMIT 1
"""
OF_CELL = """
    SELECT sum(g.volume_l)::bigint, sum(abs(g.volume_l)) FILTER (WHERE g.rule IN (4, 7)) / sum(abs(g.volume_l))
    FROM layers_gridusage g JOIN layers_gridunit u ON u.id = g.unit_id
    WHERE u.code = %s AND g.month = ANY(%s::date[])
"""
CELLS = "SELECT sum(volume_l)::bigint FROM layers_gridusage WHERE size = 500 AND month = '2019-07-01' AND gap = 0"
TOWNSHIPS = "SELECT sum(volume_l)::bigint FROM layers_usagesum WHERE level = 3 AND edition = 0 AND gap = 0 AND source_sel = 0 AND purpose_sel = 0 AND month = '2019-07-01'"
# The cell that gets most by the users in the supply area of a plant.
SERVED = """
    SELECT u.code, ST_X(ST_PointOnSurface(u.geom)), ST_Y(ST_PointOnSurface(u.geom))
    FROM layers_gridusage g JOIN layers_gridunit u ON u.id = g.unit_id JOIN layers_region r ON r.id = u.region_id
    WHERE g.size = 500 AND g.month = '2019-07-01' AND g.rule = 3 AND g.source = 2
    GROUP BY u.id ORDER BY sum(g.volume_l) DESC LIMIT 1
"""
MORE = f"""
    WITH cells AS (
        SELECT r.code, sum(g.volume_l)::bigint AS volume_l
        FROM layers_gridusage g JOIN layers_gridunit u ON u.id = g.unit_id JOIN layers_region r ON r.id = u.region_id
        WHERE g.size = 500 AND g.month = '2019-07-01' GROUP BY 1
    ), figures AS ({TOWNSHIPS.replace("sum(volume_l)::bigint", "code, volume_l")})
    SELECT code, cells.volume_l - figures.volume_l FROM cells JOIN figures USING (code) ORDER BY 2 DESC LIMIT 1
"""
MOVERS = """
    SELECT u.code, sum(CASE month WHEN '2019-07-01' THEN volume_l ELSE -volume_l END)::bigint AS moved
    FROM layers_gridusage g JOIN layers_gridunit u ON u.id = g.unit_id
    WHERE g.size = 500 AND month IN ('2019-07-01', '2019-01-01') GROUP BY u.id ORDER BY moved {}, u.code LIMIT 5
"""


def wait_cells(page: Page, period: str, layer: str = "grid_500") -> None:
    page.wait_for_selector(f"html[data-cells={layer}][data-cells-period='{period}']", state="attached", timeout=WAIT_MS)


def open_cells(page: Page, city: City, more: str = "", zoom: float = 12) -> tuple[str, float, float]:
    """The map at the cell that got most by area in July, in the middle of the free part."""
    ((code, lon, lat, _),) = city.sql(TOP)
    open_map(page, f"/?level=grid&period=2019-07&drawer=0&map={zoom}/{lat:.5f}/{lon:.5f}{more}")
    wait_cells(page, "2019-07")
    return code, lon, lat


def idle(page: Page) -> None:
    page.wait_for_selector("body:not(.busy)", timeout=WAIT_MS)
    expect(by_id(page, "map")).to_be_visible()
    page.wait_for_timeout(1200)  # tiles are drawn in a worker: nothing of the page tells when


def click_on(page: Page, lon: float, lat: float) -> None:
    x, y = page.evaluate(
        "([lon, lat]) => { const at = shuitu.map.project([lon, lat]); return [at.x, at.y]; }", [lon, lat]
    )
    page.mouse.click(x, y)


@pytest.mark.turns(3)
def test_a_cell_says_its_litres_and_explains_them(page: Any, city: City) -> None:
    code, lon, lat = open_cells(page, city)
    idle(page)
    click_on(page, lon, lat)
    ((volume, share),) = city.sql(OF_CELL, [code, ["2019-07-01"]])
    expect(by_id(page, "cell-popup")).to_have_attribute("data-code", code)
    expect(by_id(page, "cell-volume")).to_have_attribute("data-litres", str(volume), timeout=WAIT_MS)
    expect(by_id(page, "cell-share")).to_contain_text("%")
    assert share > 0
    assert query_state(page, "cell") == code
    by_id(page, "cell-explain").click()
    said = by_id(page, "explain-sum")
    expect(said).to_have_attribute("data-volume", str(volume), timeout=WAIT_MS)
    expect(said).to_have_attribute("data-parts", str(volume))
    count = int(said.get_attribute("data-count") or 0)
    while by_id(page, "explain-part").count() < count and by_id(page, "explain-more").count():
        before = by_id(page, "explain-part").count()
        by_id(page, "explain-more").click()
        expect(by_id(page, "explain-part")).to_have_count(min(count, before + 50), timeout=WAIT_MS)
    litres = by_id(page, "explain-part").evaluate_all("rows => rows.map(row => Number(row.dataset.litres))")
    assert (len(litres), sum(litres)) == (count, volume)
    page.keyboard.press("Escape")
    expect(by_id(page, "explain")).to_be_hidden()
    assert query_state(page, "explain") is None


@pytest.mark.turns(3)
def test_moving_the_month_of_cells_asks_for_no_tile(page: Any, city: City) -> None:
    code, lon, lat = open_cells(page, city)
    idle(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for index in (0, 9):
        set_slider(page, index)
        wait_cells(page, f"2019-{index + 1:02d}")
        idle(page)
    assert [url for url in asked if "/tiles/" in url or "/stats" in url] == []
    click_on(page, lon, lat)
    ((volume, _),) = city.sql(OF_CELL, [code, ["2019-10-01"]])
    expect(by_id(page, "cell-volume")).to_have_attribute("data-litres", str(volume), timeout=WAIT_MS)


@pytest.mark.turns(3)
def test_the_balance_of_the_grid_stands_in_the_legend(page: Any, city: City) -> None:
    open_cells(page, city, "&purpose=industrial")
    sums = "SELECT COALESCE(sum(volume_l), 0)::bigint FROM layers_gridusage WHERE size = 500 AND month = '2019-07-01' AND purpose = 3 AND {}"
    for key, which in (("recorded", "TRUE"), ("assigned", "gap = 0"), ("by-area", "gap = 0 AND rule IN (4, 7)")):
        ((expected,),) = city.sql(sums.format(which))
        expect(by_id(page, f"cells-{key}")).to_have_attribute("data-litres", str(expected), timeout=WAIT_MS)


def test_what_cells_hold_beside_the_figures_of_townships_is_told_where_it_matters(page: Any, city: City) -> None:
    """Urban plants count at the district they serve, and stand somewhere: the legend says how much of the cells' water that is, a cell
    how much of its own, a township by how much its cells hold more than its figure."""
    ((above,),) = city.sql(f"SELECT ({CELLS}) - ({TOWNSHIPS})")
    assert above > 0
    ((code, lon, lat),) = city.sql(SERVED)
    open_map(page, f"/?level=grid&period=2019-07&drawer=0&map=12/{lat:.5f}/{lon:.5f}&cell={code}")
    wait_cells(page, "2019-07")
    expect(by_id(page, "cells-above")).to_have_attribute("data-litres", str(above))
    expect(by_id(page, "cells-above")).to_contain_text(f"{above:,} 升")
    told = page.request.get(f"/api/explain?unit={code}&period=2019-07&limit=1").json()["above_l"]
    assert told > 0
    expect(by_id(page, "cell-above")).to_have_attribute("data-litres", str(told))
    expect(by_id(page, "cell-above")).to_contain_text(f"{told:,} 升")

    ((township, more),) = city.sql(MORE)
    open_map(page, f"/?region={township}&period=2019-07")
    expect(by_id(page, "grid-note")).to_have_attribute("data-litres", str(more))
    expect(by_id(page, "grid-note")).to_contain_text(f"{more:,} 升")


def test_uncertainty_is_switched_on_and_kept_in_the_address(page: Any, city: City) -> None:
    open_cells(page, city)
    by_id(page, "unsure").check(force=True)
    expect(by_id(page, "unsure-legend")).to_be_visible()
    assert query_state(page, "unsure") == "1"
    visible = "() => shuitu.map.getLayoutProperty('cells-hatch-grid_500', 'visibility')"
    assert page.evaluate(visible) == "visible"
    page.reload()
    wait_cells(page, "2019-07")
    expect(by_id(page, "unsure-legend")).to_be_visible()
    assert page.evaluate(visible) == "visible"


@pytest.mark.turns(3)
def test_two_periods_are_compared_and_a_mover_is_opened(page: Any, city: City) -> None:
    open_map(page, "/?level=grid&period=2019-07&map=10/39.95/116.4")
    choose(page, "compare", "difference")
    by_id(page, "compare-b").select_option("2019-01")
    assert (query_state(page, "versus"), query_state(page, "measure")) == ("2019-01", "difference")
    rows = by_id(page, "movers-list").locator(".mover")
    expect(rows).to_have_count(10, timeout=WAIT_MS)
    said = "rows => rows.slice(0, 5).map(row => [row.dataset.code, Number(row.dataset.litres)])"
    assert [tuple(row) for row in rows.evaluate_all(said)] == city.sql(MOVERS.format("DESC"))
    choose(page, "movers", "down")
    (first,) = city.sql(MOVERS.format("ASC"))[:1]
    expect(rows.first).to_have_attribute("data-code", first[0], timeout=WAIT_MS)
    assert [tuple(row) for row in rows.evaluate_all(said)] == city.sql(MOVERS.format("ASC"))
    rows.first.click()
    expect(by_id(page, "cell-popup")).to_have_attribute("data-code", first[0], timeout=WAIT_MS)
    ((volume, _),) = city.sql(OF_CELL, [first[0], ["2019-07-01"]])
    expect(by_id(page, "cell-volume")).to_have_attribute("data-litres", str(volume), timeout=WAIT_MS)
    breaks = by_id(page, "legend-class").evaluate_all(
        "rows => rows.map(row => row.dataset.from).filter(Boolean).map(Number)"
    )
    assert sorted(breaks) == sorted(-each for each in breaks)


def test_regions_are_compared_too(page: Any, city: City) -> None:
    open_map(page, "/?level=district&period=2019-07&versus=2019-01&measure=ratio")
    rows = by_id(page, "movers-list").locator(".mover")
    expect(rows.first).to_be_visible(timeout=WAIT_MS)
    code = str(rows.first.get_attribute("data-code"))
    moved = "SELECT sum(CASE month WHEN '2019-07-01' THEN volume_l ELSE -volume_l END)::bigint FROM layers_usagesum WHERE level = 2 AND source_sel = 0 AND purpose_sel = 0 AND month IN ('2019-07-01', '2019-01-01') AND code = %s"
    assert int(rows.first.get_attribute("data-litres") or 0) == city.sql(moved, [code])[0][0]
    rows.first.click()
    wait_region(page, code)


@pytest.mark.turns(3)
def test_a_region_and_a_bar_of_its_chart_are_explained(page: Any, city: City) -> None:
    open_map(page, "/?region=110108&period=2019-07")
    by_id(page, "region-explain").click()
    shown = int(by_id(page, "region-total").get_attribute("data-litres") or 0)
    expect(by_id(page, "explain-sum")).to_have_attribute("data-parts", str(shown), timeout=WAIT_MS)
    by_id(page, "explain-close").click()
    open_map(page, "/?region=110108&period=2019-07&explain=region/110108/reclaimed")
    one = "SELECT volume_l FROM layers_usagesum WHERE level = 2 AND code = '110108' AND month = '2019-07-01' AND source_sel = 7 AND purpose_sel = 0"
    expect(by_id(page, "explain-sum")).to_have_attribute("data-volume", str(city.sql(one)[0][0]), timeout=WAIT_MS)


@pytest.mark.turns(3)
def test_what_lies_outside_can_be_asked(page: Any, city: City) -> None:
    open_cells(page, city)
    row = by_id(page, "cells-outside")
    litres = str(row.get_attribute("data-litres"))
    row.get_by_role("button").click()
    expect(by_id(page, "explain-sum")).to_have_attribute("data-parts", litres, timeout=WAIT_MS)


@pytest.mark.turns(3)
def test_below_the_first_zoom_regions_are_shown_with_a_word(page: Any, city: City) -> None:
    open_map(page, "/?level=grid&map=7.6/40.2/116.4")
    expect(by_id(page, "grid-hint")).to_be_visible()
    by_id(page, "grid-hint").get_by_role("button").click()
    wait_cells(page, "2019")
    expect(by_id(page, "grid-hint")).to_have_count(0)


@pytest.mark.parametrize("query", ["?level=grid&period=2019-07&map=12/39.92/116.4"])
def test_a_phone_shows_a_line_of_the_legend(new_page: Any, city: City, query: str) -> None:
    page = new_page(**PHONE)
    open_map(page, f"/{query}")
    wait_cells(page, "2019-07")
    line = by_id(page, "legend-line")
    expect(line).to_be_visible()
    expect(line.locator("i")).to_have_count(6)
    line.click()
    expect(by_id(page, "legend")).to_be_visible()


@pytest.mark.turns(3)
def test_english_names_districts_and_sources_in_english(page: Any, city: City) -> None:
    open_map(page, "/?lang=en&region=110108")
    expect(by_id(page, "region-name")).to_have_text("Haidian District")
    attribution = page.locator(".maplibregl-ctrl-attrib-inner")
    expect(attribution).to_contain_text("Boundaries are synthetic", timeout=WAIT_MS)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in attribution.inner_text())
