"""Two linked maps: one camera, one pointer, one selection and, where they show the same, one scale; and figures printed on areas."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_model import (
    PHONE,
    by_id,
    choose,
    open_map,
    query_state,
    set_slider,
    wait_level,
    wait_region,
    window,
)
from tests.city import City

HAIDIAN = "110108"
MAPS = "[shuitu.map, shuitu.context.second.map]"
# Pixels between where the two maps have a place, at the worst of all pictures that either draws while it is moved.
APART = f"""async by => {{
    const maps = {MAPS};
    let worst = 0, drawn = 0;
    const look = () => {{
        drawn++;
        const there = maps[0].project(maps[1].unproject([60, 90]));
        worst = Math.max(worst, Math.hypot(there.x - 60, there.y - 90));
    }};
    maps[by].on('render', look);
    maps[by].panBy([70, 30], {{duration: 300, essential: true}});
    await new Promise(done => maps[by].once('moveend', done));
    maps[by].zoomTo(maps[by].getZoom() + 0.4, {{duration: 300, essential: true}});
    await new Promise(done => maps[by].once('moveend', done));
    maps[by].off('render', look);
    return [worst, drawn];
}}"""
MARKED = f"([kind, code]) => {MAPS}.every(map => kind === 'hover' ? map.getFeatureState({{source: 'district', sourceLayer: 'district', id: code}}).hover === true : JSON.stringify(map.getFilter('selected-district')).includes(code))"
FIGURES = f"which => Object.fromEntries({MAPS}[which].getSource('figures').serialize().data.features.map(each => [each.id, each.properties.text]))"
SCALES = "[shuitu.context, shuitu.context.second.context].map(({shown: {picture: {scale}}}) => JSON.stringify(scale))"


def wait_second(page: Page, period: str, measure: str) -> None:
    expect(page.locator("#second")).to_have_attribute("data-ready", "1")
    expect(page.locator("#second")).to_have_attribute("data-period", period)
    expect(page.locator("#second")).to_have_attribute("data-measure", measure)


def litres_of(page: Page, city: City, month: str) -> dict[str, int]:
    rows = page.request.get(f"{city.url}/api/stats?level=district&period={month}").json()["rows"]
    return {row["code"]: row["volume_l"] for row in rows}


def point_at(page: Page, which: int, longitude: float, latitude: float) -> None:
    x, y = page.evaluate(
        f"([which, at]) => {{ const map = {MAPS}[which], box = map.getContainer().getBoundingClientRect(), to = map.project(at); return [box.x + to.x, box.y + to.y]; }}",
        [which, [longitude, latitude]],
    )
    page.mouse.move(x, y)


@pytest.mark.turns(2)
def test_two_maps_are_moved_pointed_at_and_selected_as_one(page: Page, city: City) -> None:
    open_map(page, "/?period=2019-07")
    length = page.evaluate("history.length")
    by_id(page, "second-switch").click()
    wait_second(page, "2019-01", "volume")  # of 2018 there is nothing
    assert query_state(page, "second") == "2019-01/volume"
    assert page.evaluate("history.length") == length + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first, second = page.locator("#map").bounding_box(), page.locator("#second").bounding_box()
    assert first and second and first["y"] == second["y"] and abs(first["width"] - second["width"]) <= 1
    assert first["x"] + first["width"] <= second["x"]

    # One camera, whichever is moved; not a frame late.
    for by in (0, 1):
        worst, drawn = page.evaluate(APART, by)
        assert worst < 0.01 and drawn > 1
    by_id(page, "home").click()
    page.wait_for_function("() => shuitu.context.level === 'district' && !shuitu.map.isMoving()")

    # One scale, and that is said.
    one, other = page.evaluate(SCALES)
    assert one == other
    expect(by_id(page, "shared-note")).to_be_visible()
    expect(by_id(page, "second-legend")).to_have_attribute("data-together", "true")

    # What is pointed at on one is so on both, and one tooltip tells both figures and their difference.
    now, before = litres_of(page, city, "2019-07"), litres_of(page, city, "2019-01")
    point_at(page, 1, 116.25, 40.03)
    page.wait_for_function(MARKED, arg=["hover", HAIDIAN])
    told = by_id(page, "tooltip").inner_text()
    assert "海淀区" in told and "2019年7月" in told and "2019年1月" in told
    for number, figures in (("1", now), ("2", before)):
        value = by_id(page, f"map-head-{number}").locator(".map-value")
        expect(value).to_have_attribute("data-value", str(figures[HAIDIAN]))
    apart = f"+{(now[HAIDIAN] - before[HAIDIAN]) / 1e7:,.1f} 万 m³"
    expect(by_id(page, "tooltip-apart")).to_contain_text(apart)
    expect(by_id(page, "map-head-2")).to_contain_text(apart)

    # Another month moves the first alone, and asks neither for figures nor for tiles.
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if re.search("/tiles/|/api/stats", request.url) else None
    )
    set_slider(page, 3)
    expect(page.locator("html")).to_have_attribute("data-period", "2019-04")
    wait_second(page, "2019-01", "volume")
    assert asked == []

    point_at(page, 1, 116.25, 40.03)
    page.mouse.down()
    page.mouse.up()
    wait_region(page, HAIDIAN)
    page.wait_for_function(MARKED, arg=["selected", HAIDIAN])

    # Another measure has its own legend; swapping is one act, and so is closing.
    by_id(page, "second-measure").select_option("per_km2")
    wait_second(page, "2019-01", "per_km2")
    expect(by_id(page, "second-legend")).to_have_attribute("data-together", "false")
    expect(by_id(page, "second-legend")).to_contain_text("/km²")
    expect(by_id(page, "map-head-2")).not_to_contain_text("图 1 − 图 2")
    by_id(page, "second-swap").click()
    wait_second(page, "2019-04", "volume")
    assert (query_state(page, "period"), query_state(page, "measure")) == ("2019-01", "per_km2")
    page.go_back()
    wait_second(page, "2019-01", "per_km2")
    assert (query_state(page, "period"), query_state(page, "measure")) == ("2019-04", None)
    page.go_back()
    wait_second(page, "2019-01", "volume")
    # Years are beside years.
    choose(page, "period-kind", "year")
    expect(by_id(page, "second-period")).to_have_value("2019")
    by_id(page, "second-close").click()
    expect(page.locator("#second")).to_have_count(0)
    assert query_state(page, "second") is None and page.locator(".map-head").count() == 0
    page.go_back()
    wait_second(page, "2019", "volume")


@pytest.mark.turns(2)
def test_table_figures_cells_and_picture_are_of_both(page: Page, city: City) -> None:
    open_map(page, "/?period=2019-07&second=2019-01/volume&values=1&table=1&level=district")
    wait_second(page, "2019-01", "volume")
    now, before = litres_of(page, city, "2019-07"), litres_of(page, city, "2019-01")
    expect(page.locator("#table tr[data-code]")).to_have_count(16)
    for column, wanted in (
        ("value", now),
        ("second", before),
        ("apart", {code: now[code] - before[code] for code in now}),
    ):
        cells = page.locator(f"#table td[data-column={column}]")
        told = cells.evaluate_all(
            "cells => cells.map(cell => [cell.parentElement.dataset.code, Number(cell.dataset.value)])"
        )
        assert dict(map(tuple, told)) == wanted, column
    by_id(page, "sort-apart").click()
    most = max(now, key=lambda code: now[code] - before[code])
    expect(page.locator("#table tr[data-code]").first).to_have_attribute("data-code", most)
    by_id(page, "table-close").click()

    # Figures stand on what has room for them, in the legend's unit, and follow the month without a request.
    page.evaluate("shuitu.context.store.set({drawer: false})")  # wider maps
    page.wait_for_function("() => shuitu.map.getContainer().clientWidth > 500")
    page.evaluate("shuitu.context.emit('go', {bounds: shuitu.context.meta.bounds})")
    page.wait_for_function("() => Number(document.documentElement.dataset.figures) > 5")
    for which, figures in ((0, now), (1, before)):
        printed = page.evaluate(FIGURES, which)
        assert printed
        for code, text in printed.items():
            assert (
                float(text.replace(",", "")) == float(f"{figures[code] / 1e7:.{0 if figures[code] >= 1e10 else 1}f}")
                or abs(float(text.replace(",", "")) / (figures[code] / 1e7) - 1) < 0.005
            )
    small = page.evaluate("shuitu.map.querySourceFeatures('district', {sourceLayer: 'district_label'}).length")
    assert len(page.evaluate(FIGURES, 0)) < small, "the smallest districts have no room at this zoom"
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if re.search("/tiles/|/api/stats", request.url) else None
    )
    first = page.evaluate(FIGURES, 0)
    set_slider(page, 3)
    page.wait_for_function(f"first => JSON.stringify(({FIGURES})(0)) !== JSON.stringify(first)", arg=first)
    assert asked == []
    # Of January there is nothing to compare with: no number stands for that.
    set_slider(page, 0)
    choose(page, "measure", "change_previous")
    page.wait_for_function("() => document.documentElement.dataset.figures === '0'")
    choose(page, "measure", "volume")

    # Cells: both maps, by one scale; a cell that is pointed at is told of both.
    choose(page, "level", "grid")
    page.evaluate("shuitu.map.jumpTo({center: [116.4, 39.9], zoom: 11})")
    expect(page.locator("html")).to_have_attribute("data-cells", "grid_500")
    expect(page.locator("#second")).to_have_attribute("data-cells", "grid_500")
    colors = f"{MAPS}.map(map => JSON.stringify(map.getPaintProperty('cells-grid_500', 'fill-color')).match(/#[0-9a-f]{{6}}/g).join())"
    page.wait_for_function(f"() => {{ const [one, other] = {colors}; return one === other; }}")
    page.wait_for_function(f"() => {MAPS}.every(map => map.areTilesLoaded())")
    page.mouse.move(5, 5)
    point_at(page, 0, 116.4, 39.905)
    expect(by_id(page, "tooltip-both")).to_be_visible()
    expect(by_id(page, "tooltip-both").locator("dd")).to_have_count(3)
    page.wait_for_function(
        f"() => {{ const [one, other] = {MAPS}.map(map => map.queryRenderedFeatures({{layers: ['cells-grid_500']}}).filter(each => each.state.hover).map(each => each.id)); return one.length && one.join() === other.join(); }}"
    )
    choose(page, "level", "district")
    wait_level(page, "district")

    # A picture has both, each with what it is of.
    by_id(page, "take").click()
    by_id(page, "png-size").select_option("hd")
    by_id(page, "png").click()
    page.wait_for_function("() => window.shuituPicture", timeout=60_000)
    words = page.evaluate("shuituPicture.words")
    for number, month in ((1, "2019年1月"), (2, "2019年1月")):
        assert any(line.startswith(f"{number} · 用水量 (万 m³)") and month in line for line in words), words


def test_an_address_in_vain_is_told_and_a_telephone_has_them_one_above_the_other(new_page: Any) -> None:
    page = new_page(**PHONE)
    open_map(page, "/?period=2019-07&second=2031-01/volume&values=7")
    expect(by_id(page, "toast")).to_contain_text("2031-01/volume")
    expect(by_id(page, "toast")).to_contain_text("图上数值")
    wait_second(page, "2019-01", "volume")
    assert query_state(page, "second") == "2019-01/volume"
    first, second = page.locator("#map").bounding_box(), page.locator("#second").bounding_box()
    assert first and second and first["x"] == second["x"] and first["y"] + first["height"] <= second["y"]
    assert abs(first["height"] - second["height"]) <= 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in ("second-period", "second-measure", "second-swap", "second-close"):
        box = by_id(page, control).bounding_box()
        assert box and box["height"] >= 44, control
    page.locator("#toast button").first.tap()
    # A finger on the second map selects on both, and both heads tell of it.
    x, y = page.evaluate(
        f"(() => {{ const map = {MAPS}[1], box = map.getContainer().getBoundingClientRect(), to = map.project([115.8, 40.0]); return [box.x + to.x, box.y + to.y]; }})()"
    )
    page.touchscreen.tap(x, y)
    page.wait_for_function("() => shuitu.context.state.region !== ''")
    for number in (1, 2):
        expect(by_id(page, f"map-head-{number}")).to_contain_text("区")
        expect(by_id(page, f"map-head-{number}")).not_to_contain_text("北京市")
    by_id(page, "second-close").tap()
    expect(page.locator("#second")).to_have_count(0)


def test_on_a_telephone_on_its_side_both_maps_have_the_window(new_page: Any) -> None:
    page = new_page(**window(844, 390, True))
    open_map(page, "/?period=2019-07&second=2019-01/volume")
    wait_second(page, "2019-01", "volume")
    first, second = page.locator("#map").bounding_box(), page.locator("#second").bounding_box()
    assert first and second and first["y"] == second["y"] and first["x"] + first["width"] <= second["x"]
    for number, box in ((1, first), (2, second)):
        head = by_id(page, f"map-head-{number}").bounding_box()
        # Below its head a map is wider than high, and takes half of the window's height.
        assert head and box["width"] > 400 and box["height"] - head["height"] > 195, (box, head)
    # Who selects a region keeps both maps; the overview comes where it is asked for, and by itself once the second is closed.
    page.evaluate("shuitu.context.store.set({region: '110108', drawer: false})")
    expect(by_id(page, "map-head-1")).to_contain_text("海淀区")
    by_id(page, "second-close").tap()
    expect(page.locator("#second")).to_have_count(0)
    expect(by_id(page, "search")).to_be_visible()
    expect(page.locator("#panel")).to_be_visible()
