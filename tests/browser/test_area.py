"""Totals of an area on the page: of what is in view, of a circle, a rectangle by keyboard, of several regions; all of it in the address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_model import PHONE, by_id, litres, open_map, query_state
from tests.browser.test_accessible import faults
from tests.city import City

CENTRE = (116.3, 39.95)
# Where a place of the ground is in the window.
POINT = "([lon, lat]) => { const {x, y} = shuitu.map.project([lon, lat]); return [x, y]; }"


def totals(page: Page, area: str, period: str = "2019") -> Any:
    answer = page.request.get(f"/api/stats/area?area={area}&period={period}")
    assert answer.ok, answer.text()
    return answer.json()


def wait_total(page: Page, volume_l: int | None) -> None:
    expect(by_id(page, "area-total")).to_have_attribute("data-litres", str(volume_l or ""))


def drag(page: Page, *places: tuple[float, float]) -> None:
    points = [page.evaluate(POINT, list(place)) for place in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def wait_area(page: Page, begins: str) -> str:
    page.wait_for_function(
        "begins => (new URLSearchParams(location.search).get('area') ?? '').startsWith(begins)", arg=begins
    )
    return query_state(page, "area") or ""


def asked_last(page: Page) -> str:
    """The area that the page asked the server for last."""
    found: str = page.evaluate(
        "() => new URL(performance.getEntriesByType('resource').filter(({name}) => name.includes('/api/stats/area')).at(-1).name).searchParams.get('area')"
    )
    return found


@pytest.mark.turns(3)
def test_in_view_then_circle_lasso_and_back(page: Any, city: City, root: Path) -> None:
    open_map(page, "/?map=10.50/39.9500/116.3000&layers=urban_plant")
    by_id(page, "area").click()
    expect(by_id(page, "area-panel")).to_be_visible()
    expect(by_id(page, "area-total")).not_to_have_attribute("data-litres", "")
    assert litres(page, "area-total") == totals(page, asked_last(page))["volume_l"]
    assert query_state(page, "area") == "view"
    steps = page.evaluate("history.length")
    before = by_id(page, "area-total").get_attribute("data-litres")
    page.evaluate("shuitu.map.panBy([180, 60], {animate: false})")
    expect(by_id(page, "area-total")).not_to_have_attribute("data-litres", before)
    assert litres(page, "area-total") == totals(page, asked_last(page))["volume_l"]
    assert page.evaluate("history.length") == steps  # moving the map is no step

    page.evaluate("centre => shuitu.map.jumpTo({center: centre, zoom: 11})", list(CENTRE))
    by_id(page, "area-circle").click()
    drag(page, CENTRE, (116.34, 39.95))
    circle = wait_area(page, "circle:116.3")
    told = totals(page, circle)
    wait_total(page, told["volume_l"])
    assert 3000 < int(circle.split(",")[2]) < 3900  # 0.04° of longitude there
    assert faults(page, root, "#area") == []
    by_id(page, "areaRadius").fill("5000")
    by_id(page, "areaRadius").press("Enter")
    larger = wait_area(page, f"{circle.rsplit(',', 1)[0]},5000")
    told = totals(page, larger)
    wait_total(page, told["volume_l"])
    for name in ("source", "purpose"):
        rows = by_id(page, f"area-{name}").evaluate_all(
            "rows => rows.map(row => [row.dataset.term, Number(row.dataset.litres)])"
        )
        assert dict(rows) == {row[name]: row["volume_l"] for row in told[f"by_{name}"] if row["volume_l"] is not None}
    for part, volume in told["balance"].items():
        if volume is not None:
            assert litres(page, f"balance-{part}") == volume
    plants = next(row["count"] for row in told["facilities"] if row["layer"] == "urban_plant")
    shown = by_id(page, "area-panel").locator(".facility[data-layer=urban_plant]")
    assert int(shown.get_attribute("data-count") or 0) == plants > 0
    assert page.evaluate("shuitu.map.getPaintProperty('facility-urban_plant-icon', 'icon-opacity')[0]") == "case"
    outline = page.evaluate("shuitu.map.querySourceFeatures('area').length")
    assert outline > 0

    by_id(page, "area-lasso").click()
    drag(
        page, (116.25, 39.92), (116.35, 39.92), (116.36, 39.98), (116.24, 39.98), (116.255, 39.915)
    )  # crosses where it began
    lasso = wait_area(page, "shape:")
    wait_total(page, totals(page, lasso)["volume_l"])
    assert query_state(page, "region") is None  # drawing selects nothing
    page.go_back()
    assert wait_area(page, "circle:") == larger
    wait_total(page, told["volume_l"])
    page.go_back()
    assert wait_area(page, "circle:") == circle
    by_id(page, "area-close").click()
    expect(by_id(page, "area-panel")).to_be_hidden()
    assert query_state(page, "area") is None
    expect(by_id(page, "area")).to_be_focused()
    expect(by_id(page, "region-total")).to_be_visible()
    assert page.evaluate("shuitu.map.getPaintProperty('facility-urban_plant-icon', 'icon-opacity')") == 1


@pytest.mark.turns(3)
def test_regions_from_drawer_map_and_search_and_what_is_taken(page: Any, city: City) -> None:
    open_map(page, "/?region=110108&map=9.00/40.0000/116.4000&level=district&layers=urban_plant")
    by_id(page, "area-add").click()
    assert wait_area(page, "regions:") == "regions:110108"
    own = page.request.get("/api/regions/110108?period=2019").json()["volume_l"]
    wait_total(page, own)
    page.mouse.click(*page.evaluate(POINT, [116.52, 39.95]))  # Chaoyang
    assert wait_area(page, "regions:110105") == "regions:110105,110108"
    second = page.request.get("/api/regions/110105?period=2019").json()["volume_l"]
    wait_total(page, own + second)
    by_id(page, "search").fill("110115")
    by_id(page, "search-results").locator("[data-code='110115']").click()
    assert wait_area(page, "regions:110105,110108,110115")
    third = page.request.get("/api/regions/110115?period=2019").json()["volume_l"]
    wait_total(page, own + second + third)
    assert query_state(page, "region") == "110108"  # gathered, and not gone to
    by_id(page, "area-drop").locator("visible=true").and_(page.locator("[value='110108']")).click()
    wait_total(page, second + third)

    by_id(page, "take").click()
    assert "area=regions:110105,110115" in str(by_id(page, "share").evaluate("() => decodeURIComponent(location.href)"))
    table = page.request.get(str(by_id(page, "table-csv").get_attribute("href")).replace("&lang=zh", ""))
    rows = list(csv.DictReader(io.StringIO(table.text().lstrip("\ufeff"))))
    assert {row["code"]: int(row["volume_l"]) for row in rows} == {"110105": second, "110115": third}
    plants = page.request.get(str(by_id(page, "objects-urban_plant-geojson").get_attribute("href"))).json()
    told = totals(page, "regions:110105,110115")
    assert len(plants["features"]) == next(row["count"] for row in told["facilities"] if row["layer"] == "urban_plant")
    page.keyboard.press("Escape")
    page.reload()
    wait_total(page, second + third)


@pytest.mark.turns(3)
def test_a_rectangle_by_keyboard_and_addresses_that_are_none(page: Any, watch: Any) -> None:
    watch.allow(r"status of 400")  # a shape that crosses itself
    open_map(page, "/?area=shape:116,39;117,40;117,39;116,40")
    expect(page.locator("#toast")).to_contain_text("统计范围")
    page.wait_for_function("() => !location.search.includes('area=')")
    expect(by_id(page, "region-total")).to_be_visible()
    page.evaluate("document.getElementById('toast').hidden = true")
    page.evaluate("centre => shuitu.map.jumpTo({center: centre, zoom: 11})", list(CENTRE))
    by_id(page, "area").focus()
    page.keyboard.press("Enter")
    expect(by_id(page, "area-total")).not_to_have_attribute("data-litres", "")
    by_id(page, "area-box").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    for arrow in ("ArrowRight", "ArrowUp"):
        page.keyboard.press(arrow)
        page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    box = wait_area(page, "box:")
    wait_total(page, totals(page, box)["volume_l"])
    by_id(page, "area-lasso").click()
    page.keyboard.press("Escape")  # gives up the drawing alone
    expect(by_id(page, "area-finish")).to_have_count(0)
    assert query_state(page, "area") == box
    page.keyboard.press("Escape")
    expect(by_id(page, "area-panel")).to_be_hidden()


def test_on_a_phone_in_english(new_page: Callable[..., Any], root: Path) -> None:
    page = new_page(**PHONE)
    open_map(page, "/?lang=en&area=circle:116.3,39.95,4000")
    wait_total(page, totals(page, "circle:116.3,39.95,4000")["volume_l"])
    assert by_id(page, "area-name").inner_text() == "Circle of 4 km around 116.3, 39.95"
    beyond = "() => [...document.querySelectorAll('#area *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML.slice(0, 90))"
    assert page.evaluate(beyond) == []
    small = "() => [...document.querySelectorAll('#area .area-tool, #area input')].filter(each => each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML.slice(0, 90))"
    assert page.evaluate(small) == []
    assert faults(page, root, "#area") == []
    seen = page.evaluate("shuitu.map.getBounds().contains([116.3, 39.95])")
    assert seen  # what the address asks of is brought into sight


def test_a_finger_draws_a_lasso(new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE)
    open_map(page)
    by_id(page, "area").tap()
    by_id(page, "area-lasso").tap()
    expect(page.locator("#sheet")).to_have_attribute("data-height", "low")  # so that there is a map to draw on
    before = page.evaluate("shuitu.map.getCenter().toArray()")
    corners = [(116.15, 39.85), (116.55, 39.85), (116.55, 40.1), (116.15, 40.1), (116.15, 39.87)]
    ring = [page.evaluate(POINT, list(corner)) for corner in corners]
    devices = page.context.new_cdp_session(page)

    def touch(kind: str, *points: list[float]) -> None:
        devices.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", ring[0])
    for (x0, y0), (x1, y1) in pairwise(ring):
        for part in (0.25, 0.5, 0.75, 1):
            touch("touchMove", [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part])
    assert page.evaluate("shuitu.map.getCenter().toArray()") == before  # the finger draws, and moves nothing
    touch("touchEnd")
    area = wait_area(page, "shape:")
    wait_total(page, totals(page, area)["volume_l"])
    drawn = [tuple(map(float, corner.split(","))) for corner in area.removeprefix("shape:").split(";")]
    for bound, which in ((116.15, min), (116.55, max)):
        assert abs(which(lon for lon, _ in drawn) - bound) < 0.03
    for bound, which in ((39.85, min), (40.1, max)):
        assert abs(which(lat for _, lat in drawn) - bound) < 0.03
