"""Facility layers: counts, clusters, popups, and the page of an object."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, open_map, query_state
from tests.city import City

COUNTS = {
    "well": "SELECT count(*) FROM layers_well",
    "urban_plant": "SELECT count(*) FROM layers_supplyfacility WHERE kind = 1",
    "village_station": "SELECT count(*) FROM layers_supplyfacility WHERE kind = 3",
    "sewage_plant": "SELECT count(*) FROM layers_sewageplant WHERE kind = 1",
    "meter": "SELECT count(*) FROM layers_meter",
}


def test_every_layer_shows_its_count(page: Any, city: City) -> None:
    open_map(page)
    by_id(page, "tab-layers").click()
    for layer, query in COUNTS.items():
        assert by_id(page, f"count-{layer}").get_attribute("data-count") == str(city.sql(query)[0][0]), layer


def test_objects_in_no_division_are_told_where_the_counts_differ(page: Any, city: City) -> None:
    ((lacking,),) = city.sql("SELECT count(*) FROM layers_well WHERE counted_region IS NULL")
    open_map(page)
    by_id(page, "tab-layers").click()
    expect(by_id(page, "apart-well")).to_have_attribute("data-count", str(lacking))
    shown = by_id(page, "facilities").locator("[data-layer=well]").get_attribute("data-count")
    assert int(by_id(page, "count-well").get_attribute("data-count") or 0) - int(shown or 0) == lacking
    expect(by_id(page, "facilities-apart")).to_contain_text(f"{lacking}")
    page.evaluate("shuitu.context.store.set({region: '110108'})")
    expect(by_id(page, "apart-well")).to_have_count(0)


def test_numbers_of_clusters_stand_above_all_circles_and_marks(page: Any) -> None:
    open_map(page, "/?layers=well,meter,water_user")
    page.wait_for_function("() => shuitu.map.getLayer('facility-water_user-number') && shuitu.map.areTilesLoaded()")
    page.wait_for_timeout(500)
    order = page.evaluate("shuitu.map.getStyle().layers.map(each => each.id).filter(id => id.startsWith('facility-'))")
    numbers = [at for at, layer in enumerate(order) if layer.endswith("-number")]
    assert len(numbers) == 3
    assert min(numbers) > max(at for at, layer in enumerate(order) if not layer.endswith("-number"))
    told = page.evaluate(
        """() => ['cluster', 'number'].map(part => shuitu.map.queryRenderedFeatures({layers: ['well', 'meter', 'water_user'].map(id => `facility-${id}-${part}`)}).length)"""
    )
    assert told[1] >= 0.9 * told[0], told


def test_clusters_on_the_screen_add_up_to_the_layer(page: Any, city: City) -> None:
    open_map(page)
    by_id(page, "tab-layers").click()
    by_id(page, "layer-well").check(force=True)
    assert query_state(page, "layers") == "well"
    for _ in range(60):
        page.wait_for_timeout(250)
        shown = page.evaluate(
            """() => {
                if (!shuitu.map.getSource('well') || !shuitu.map.isSourceLoaded('well')) return -1;
                const seen = new Map();
                for (const f of shuitu.map.querySourceFeatures('well', {sourceLayer: 'well'}))
                    seen.set(f.geometry.coordinates.map(c => c.toFixed(5)).join() + (f.properties.code ?? ''), f.properties.count ?? 1);
                return [...seen.values()].reduce((a, b) => a + b, 0);
            }"""
        )
        if shown > 0:
            break
    ((placed,),) = city.sql("SELECT count(*) FROM layers_well WHERE geom IS NOT NULL")
    assert shown == pytest.approx(placed, rel=0.02)  # wells misplaced beyond the window are not drawn


def test_an_object_on_the_map_leads_to_all_of_it(page: Any, city: City) -> None:
    code, name, lon, lat = city.sql(
        "SELECT code, name, ST_X(geom), ST_Y(geom) FROM layers_supplyfacility WHERE kind = 1 ORDER BY code LIMIT 1"
    )[0]
    open_map(page, f"/?layers=urban_plant&map=13/{lat:.5f}/{lon:.5f}")
    page.wait_for_timeout(500)
    for _ in range(40):
        if page.evaluate("shuitu.map.areTilesLoaded()"):
            break
        page.wait_for_timeout(250)
    at = page.evaluate("([lon, lat]) => { const p = shuitu.map.project([lon, lat]); return [p.x, p.y]; }", [lon, lat])
    page.mouse.click(*at)
    card = by_id(page, "popup").locator(f"[data-code='{code}']")
    expect(card).to_contain_text(name)
    card.get_by_test_id("popup-link").click()
    assert query_state(page, "details") == f"urban_plant/{code}"
    expect(by_id(page, "object-name")).to_have_text(name)


def test_the_page_of_a_well_shows_fields_links_and_that_it_is_synthetic(page: Any, city: City) -> None:
    code, permit, depth = city.sql(
        "SELECT w.code, p.code, w.depth_m FROM layers_well w JOIN layers_well_permits l ON l.well_id = w.id"
        " JOIN layers_abstractionpermit p ON p.id = l.abstractionpermit_id"
        " WHERE w.depth_m IS NOT NULL AND w.geom IS NOT NULL ORDER BY w.code, p.code LIMIT 1"
    )[0]
    page.goto(f"/objects/well/{code}")
    expect(by_id(page, "fields").locator("[data-field=code]")).to_have_text(code)
    assert float(by_id(page, "fields").locator("[data-field=depth_m]").inner_text().split()[0].replace(",", "")) == (
        pytest.approx(float(depth), abs=0.01)
    )
    expect(by_id(page, "links").locator(f"[data-code='{permit}']")).to_be_visible()
    expect(by_id(page, "synthetic")).to_have_text("位置与单项属性为合成")
    meta = page.request.get(f"{city.url}/api/meta").json()
    expect(by_id(page, "synthetic-note")).to_have_text(meta["synthetic"]["zh"])
    page.wait_for_selector("html[data-ready]", state="attached")
    by_id(page, "back").click()
    page.wait_for_url(re.compile(r"/\?layers=well"))
    expect(by_id(page, "popup-object")).to_have_attribute("data-code", code)


def test_one_object_has_one_popup_however_it_is_opened(new_page: Any, city: City) -> None:
    code, name, region = city.sql(
        "SELECT f.code, f.name, r.name FROM layers_supplyfacility f JOIN layers_region r ON r.id = f.declared_region_id"
        " WHERE f.kind = 1 AND f.geom IS NOT NULL ORDER BY f.code LIMIT 1"
    )[0]
    page = new_page()
    open_map(page)
    by_id(page, "search").press_sequentially(code)
    expect(by_id(page, "search-results").locator(f"[data-code='{code}']")).to_be_visible()
    page.keyboard.press("Enter")
    card = by_id(page, "popup-object")
    expect(card).to_contain_text(f"{region} · ")
    expect(card).to_contain_text(name)
    expect(by_id(page, "popup-synthetic")).to_have_text("位置与单项属性为合成")
    page.wait_for_timeout(1500)  # the camera comes to rest and is written down
    other = new_page()
    open_map(other, page.url)
    expect(by_id(other, "popup-object")).to_contain_text(f"{region} · ")
    assert by_id(other, "popup-object").inner_text() == card.inner_text()


def test_an_object_that_is_not_there(page: Any, watch: Any) -> None:
    watch.allow("404")
    page.goto("/objects/well/NOPE")
    expect(by_id(page, "missing")).to_contain_text("NOPE")


@pytest.mark.parametrize("address", ["/objects/well/%00", "/objects/well/W%00", "/objects/nothing/%00"])
def test_a_code_that_no_text_can_hold_is_not_found(page: Any, city: City, address: str) -> None:
    assert page.request.get(city.url + address).status == 404


def test_a_layer_is_filtered_by_attribute_in_count_tiles_and_address(page: Any, city: City) -> None:
    open_map(page, "/?layers=well")
    by_id(page, "tab-layers").click()
    by_id(page, "filter-well").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    by_id(page, "where-well-use").locator("[data-value=heat_pump]").click()
    by_id(page, "where-well-metering").locator("[data-value=water_meter]").click()
    ((passing,),) = city.sql('SELECT count(*) FROM layers_well WHERE "use" = 5 AND metering = 1')
    expect(by_id(page, "passing-well")).to_have_attribute("data-count", str(passing))
    assert query_state(page, "where") == "well.use:heat_pump;well.metering:water_meter"
    page.wait_for_timeout(1500)
    tiles = [url for url in asked if "/tiles/well/" in url]
    assert tiles
    assert "use=heat_pump" in tiles[-1] and "metering=water_meter" in tiles[-1]


def test_waters_lie_underneath_and_are_switched_in_the_address(page: Any) -> None:
    """Above the colours and below the lines, after the first figures; of roads there are none, and nothing is said of them."""
    open_map(page, "?ground=seas")
    expect(page.locator("#toast")).to_contain_text("seas")  # what is not there is told, and left out
    by_id(page, "tab-layers").click()
    waters = by_id(page, "ground-water")
    expect(waters).to_be_checked()
    expect(by_id(page, "ground-roads")).to_have_count(0)
    order: list[str] = []
    for _ in range(100):
        order = page.evaluate("shuitu.map.getLayersOrder()")
        if "ground-water_body-fill" in order:
            break
        page.wait_for_timeout(100)
    at = order.index("ground-water_body-fill")
    assert order.index("fill-village") < at < order.index("line-village") < order.index("label-district")
    waters.uncheck(force=True)
    seen = "shuitu.map.getLayoutProperty('ground-water_body-fill', 'visibility')"
    assert (query_state(page, "ground"), page.evaluate(seen)) == ("roads", "none")
    page.go_back()
    expect(waters).to_be_checked()
    assert (query_state(page, "ground"), page.evaluate(seen)) == (None, "visible")
