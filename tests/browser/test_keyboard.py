"""The map without a pointer: what stands under the cross is opened with Enter, and said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import by_id, open_map, query_state, wait_region
from tests.factories import SOUTHERN, at

pytestmark = pytest.mark.django_db(transaction=True)

CANVAS = "#map canvas.maplibregl-canvas"
SAID = "#announce"
LITRES = 1_234_000
ON_CANVAS = "() => document.activeElement === document.querySelector('#map canvas.maplibregl-canvas')"
# How far a place of the ground is from the cross, in pixels.
AWAY = """([lon, lat]) => {
    const there = shuitu.map.project([lon, lat]), map = document.querySelector('#map').getBoundingClientRect();
    const cross = document.querySelector('[data-testid=aim]').getBoundingClientRect();
    return [there.x - (cross.x - map.x), there.y - (cross.y - map.y)];
}"""


@pytest.fixture
def own_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Any:
    """A page on a city with a metered cell, and a plant in it."""
    grid = make.make_grid()
    make.UsageFactory(meter=make.MeterFactory(code="S", geom=at(0.5, 0.5)), month=date(2019, 1, 1), volume_l=LITRES)
    make.FacilityFactory(code="F1", name="南水厂", geom=at(0.2, 0.2))
    with transaction.atomic():
        grid.settle()
    grid.cut()
    make.publish()
    return new_own_page()


def focus_the_map(page: Page) -> None:
    """With nothing but the Tab key."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(ON_CANVAS):
            break
    expect(by_id(page, "aim")).to_have_count(1)
    expect(by_id(page, "aim")).to_be_attached()
    assert page.evaluate("() => !document.querySelector('[data-testid=aim]').hidden")


def aim_at(page: Page, lon: float, lat: float) -> None:
    """With arrow keys, and in small steps with Shift, until the cross stands on the place."""
    for _ in range(80):
        x, y = page.evaluate(AWAY, [lon, lat])
        far, size = (x, abs(x)) if abs(x) >= abs(y) else (y, abs(y))
        if size <= 5:
            return
        key = ("Arrow" + ("Right" if far > 0 else "Left")) if far == x else ("Arrow" + ("Down" if far > 0 else "Up"))
        page.keyboard.press(key if size > 80 else f"Shift+{key}")
        page.wait_for_function("() => !shuitu.map.isMoving()")
    raise AssertionError(f"{x:.0f}, {y:.0f} pixels from the place")


def test_a_cell_an_object_and_a_region_are_opened_by_keyboard_alone(own_page: Page) -> None:
    page = own_page
    place, plant = at(0.5, 0.5), at(0.2, 0.2)
    open_map(page, f"/?level=grid&period=2019-01&map=13/{place.y + 0.004}/{place.x + 0.004}&layers=urban_plant")
    page.wait_for_selector("html[data-cells=grid_500]", state="attached")
    focus_the_map(page)
    aim_at(page, place.x, place.y)
    page.keyboard.press("Enter")
    expect(by_id(page, "cell-volume")).to_have_attribute("data-litres", str(LITRES))
    expect(page.locator(SAID)).to_contain_text("南街道：0.123 万 m³")
    assert query_state(page, "cell")
    page.keyboard.press("Escape")
    expect(by_id(page, "cell-popup")).to_have_count(0)
    assert page.evaluate(ON_CANVAS), "the focus stays on the map"

    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_function("() => shuitu.map.getZoom() === 15 && !shuitu.map.isMoving()")
    aim_at(page, plant.x, plant.y)
    page.wait_for_function("() => shuitu.map.areTilesLoaded()")
    page.keyboard.press("Enter")
    expect(by_id(page, "popup-object")).to_have_attribute("data-code", "F1")
    expect(page.locator(SAID)).to_contain_text("南水厂")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(by_id(page, "popup")).to_have_count(0)

    page.evaluate("shuitu.context.store.set({level: 'township', layers: []})")
    page.locator(CANVAS).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => !shuitu.map.isMoving()")
    page.wait_for_selector("html[data-level=township]", state="attached")
    page.keyboard.press("Enter")
    wait_region(page, SOUTHERN)
    page.locator("#search input").focus()
    expect(by_id(page, "aim")).to_be_hidden()
