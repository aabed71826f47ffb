"""The legend is worked with: classes light their places, and are cut, coloured and faded as the reader wants; all of it is in the address."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_model import by_id, choose, open_map, painted, query_state
from tests.city import City

RECEDING = 200  # map/regions.ts
LIT_AFTER_MS = 100  # ui/legend.ts
# Whether one of the districts recedes.
IS_LIT = """receding => shuitu.context.shown.series.codes.some(
    id => shuitu.map.getFeatureState({source: 'district', sourceLayer: 'district', id}).class >= receding)"""


def fill(page: Any, level: str) -> list[Any]:
    found: list[Any] = page.evaluate("level => shuitu.map.getPaintProperty(`fill-${level}`, 'fill-color')", level)
    return found


def colors(expression: list[Any]) -> set[str]:
    """Those that a region may have by its class; a plain colour is none, as tiles that were drawn by class ask it for its value by class
    until they are cut anew, and the map fails."""
    assert expression[:2] == ["match", ["coalesce", ["feature-state", "class"], -1]], expression
    return {*expression[3::2], expression[-1]}


def states(page: Any) -> dict[str, int]:
    return {code: painted(page, "district", code) for code in page.evaluate("shuitu.context.shown.series.codes")}


@pytest.mark.turns(3)
def test_classes_light_their_places_and_places_mark_their_class(page: Any) -> None:
    open_map(page)
    before = states(page)
    assert max(before.values()) < RECEDING
    row = by_id(page, "legend-class").nth(2).locator("button")
    # A pointer on its way across lights nothing.
    box = row.bounding_box()
    across = [(box["x"] + 20, box["y"] - 200), (box["x"] + 22, box["y"] + 5), (box["x"] - 300, box["y"] + 5)]
    for x, y in across:
        page.mouse.move(x, y)
    page.wait_for_timeout(3 * LIT_AFTER_MS)
    assert states(page) == before
    row.hover()
    page.wait_for_function(IS_LIT, arg=RECEDING)
    lit = states(page)
    assert {code for code, found in lit.items() if found < RECEDING} == {
        code for code, own in before.items() if own == 2
    }
    assert {code: found % RECEDING for code, found in lit.items()} == before
    # Pressed it stays when the pointer goes; pressed again all is as before. The keyboard does the same.
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    page.mouse.move(700, 20)
    assert states(page) == lit
    row.focus()
    page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    assert states(page) == before
    # A place under the pointer, and its class.
    code = "110108"
    x, y = page.evaluate(
        """code => {
        const feature = shuitu.map.querySourceFeatures('district', {sourceLayer: 'district_label', filter: ['==', ['get', 'code'], code]})[0]
            ?? shuitu.map.querySourceFeatures('district_label', {filter: ['==', ['get', 'code'], code]})[0];
        const point = shuitu.map.project(feature ? feature.geometry.coordinates : [116.25, 40.03]);
        return [point.x, point.y];
    }""",
        code,
    )
    page.mouse.move(x, y)
    expect(by_id(page, "tooltip")).to_contain_text("海淀区")
    expect(page.locator("#legend .marked")).to_have_attribute("data-class", str(before[code]))
    page.mouse.move(5, 5)
    expect(page.locator("#legend .marked")).to_have_count(0)


@pytest.mark.turns(3)
def test_classes_of_ones_own_are_the_apis_and_are_kept_in_the_address(page: Any, city: City) -> None:
    open_map(page)
    by_id(page, "legend-style").locator("summary").click()
    by_id(page, "class-method").select_option("natural")
    choose(page, "class-count", "4")
    expect(by_id(page, "legend-class")).to_have_count(4)
    assert (query_state(page, "method"), query_state(page, "k")) == ("natural", "4")
    told = page.request.get(f"{city.url}/api/stats?level=district&period=2019&method=natural&k=4&measure=volume").json()
    ends = by_id(page, "legend-class").evaluate_all("rows => rows.map(row => row.dataset.to)")
    assert [float(end) for end in ends[:-1]] == [each * 1000 for each in told["classes"]["breaks"]]
    counts = by_id(page, "legend-class").evaluate_all("rows => rows.map(row => Number(row.dataset.count))")
    assert counts == told["classes"]["counts"]

    by_id(page, "class-method").select_option("own")
    field = by_id(page, "class-breaks")
    field.fill("9000, 5000")
    field.press("Enter")
    expect(page.locator("#legend .mistake")).to_be_visible()
    field.fill("1000，5000 20000")
    field.press("Enter")
    expect(by_id(page, "legend-class")).to_have_count(4)
    assert query_state(page, "breaks") == "volume:10000000,50000000,200000000"
    values = page.evaluate("[...shuitu.context.shown.picture.values].map(([code, value]) => [code, value.volume_l])")
    assert states(page) == {code: sum(litres >= bound for bound in (1e10, 5e10, 2e11)) for code, litres in values}

    # Palette and strength: what the map paints is what the legend shows.
    page.locator("[data-testid=palette] input[value=earth]").check(force=True)
    choose(page, "opacity", "50")
    assert (query_state(page, "palette"), query_state(page, "opacity")) == ("earth", "50")
    swatch = (
        by_id(page, "legend-class").last.locator(".swatch").evaluate("one => getComputedStyle(one).backgroundColor")
    )
    dark = [int(part) for part in swatch[4:-1].split(",")]
    assert "#" + "".join(f"{part:02x}" for part in dark) in fill(page, "district")
    choose(page, "measure", "change_previous")  # another kind of palette, and no bounds of volumes
    expect(by_id(page, "legend-class")).to_have_count(7)
    page.locator("[data-testid=palette] input[value=tide]").check(force=True)
    assert query_state(page, "palette") == "earth,tide"
    choose(page, "opacity", "0")
    assert colors(fill(page, "district")) == {"rgba(0,0,0,0)"}
    shared = page.url

    other = page.context.new_page()
    open_map(other, shared)
    assert colors(fill(other, "district")) == {"rgba(0,0,0,0)"}
    assert other.evaluate("shuitu.map.getLayoutProperty('land', 'visibility')") == "none"
    by_id(other, "class-reset").evaluate("button => button.click()")
    for name in ("method", "k", "breaks", "palette", "opacity"):
        assert query_state(other, name) is None, name

    # What no legend can be made of is told and mended.
    open_map(other, "/?method=magic&k=99&breaks=volume:5,3&palette=earth,neon,dusk&opacity=33&beside=x,110108")
    for asked in ("magic", "99", "volume:5,3", "neon", "33", "x,110108"):
        expect(by_id(other, "toast")).to_contain_text(asked)
    assert query_state(other, "palette") == "earth" and query_state(other, "beside") == "110108"
    for name in ("method", "k", "breaks", "opacity"):
        assert query_state(other, name) is None, name


@pytest.mark.turns(3)
def test_cells_take_the_same_choices(page: Any) -> None:
    open_map(page, "/?level=grid&map=10.5/39.9/116.4&k=3&method=equal&palette=field")
    page.wait_for_selector("html[data-cells]", state="attached")
    expect(by_id(page, "legend-class")).to_have_count(3)
    color = "shuitu.map.getPaintProperty('cells-grid_500', 'fill-color')"
    whole = page.evaluate(f"JSON.stringify({color})")
    assert "#1f2f69" in whole
    by_id(page, "legend-class").nth(0).locator("button").hover()
    page.wait_for_function(f"whole => JSON.stringify({color}) !== whole", arg=whole)
    assert "#1f2f69" not in page.evaluate(f"JSON.stringify({color})")
    page.mouse.move(700, 20)
    page.wait_for_function(f"whole => JSON.stringify({color}) === whole", arg=whole)
