"""What is open and listed follows what is chosen: an open cell its month, movers and counts their region, the map its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import by_id, choose, open_map, query_state
from tests.conftest import Watch
from tests.factories import NORTHERN, SOUTHERN, at
from tests.thorough import paired

pytestmark = pytest.mark.django_db(transaction=True)

LITRES = {"S": (1_000_000, 5_000_000), "N": (2_000_000, 900_000)}  # of January and February
CELL_VOLUME = "[data-testid=cell-volume]"


@pytest.fixture
def own_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Any:
    """A page on a city with a meter in either township, cells, and plants in one of them alone."""
    grid = make.make_grid()
    make.meter_in_each_township(LITRES)
    make.FacilityFactory(code="F1", geom=at(0.2, 0.2))
    make.FacilityFactory(code="F2", geom=at(0.3, 0.3))
    with transaction.atomic():
        grid.settle()
    grid.cut()
    make.publish()
    return new_own_page()


@pytest.mark.turns(2)
def test_an_open_cell_stays_open_and_tells_the_month_measure_and_language_that_are_chosen(own_page: Page) -> None:
    page = own_page
    open_map(page, "/?level=grid&period=2019-01&map=14/40.005/116.005")
    page.wait_for_selector("html[data-cells=grid_500]", state="attached")
    code = page.evaluate(
        "() => shuitu.map.querySourceFeatures('grid_500', {sourceLayer: 'grid_500'})"
        ".find(one => one.properties.litres_2019?.startsWith('1000000'))?.properties.code"
    )
    open_map(page, f"/?level=grid&period=2019-01&map=14/40.005/116.005&cell={code}")
    expect(page.locator(CELL_VOLUME)).to_have_attribute("data-litres", str(LITRES["S"][0]))
    for change, litres in (
        ({"period": "2019-02"}, LITRES["S"][1]),
        ({"measure": "per_km2"}, LITRES["S"][1]),
        ({"measure": "change_previous"}, LITRES["S"][1]),
        ({"lang": "en"}, LITRES["S"][1]),
        ({"measure": "per_resident"}, LITRES["S"][1]),
        ({"measure": "volume"}, LITRES["S"][1]),
        ({"period": "2019"}, sum(LITRES["S"])),
    ):
        page.evaluate("change => shuitu.context.store.set(change)", change)
        expect(page.locator(CELL_VOLUME)).to_have_attribute("data-litres", str(litres))
        assert query_state(page, "cell") == code
    page.keyboard.press("Escape")
    expect(by_id(page, "cell-popup")).to_have_count(0)
    assert query_state(page, "cell") is None


def test_movers_and_counts_are_of_the_selected_region(own_page: Page) -> None:
    page = own_page
    open_map(page, "/?level=township&measure=difference&period=2019-02&versus=2019-01")
    movers = by_id(page, "movers-list").locator(".mover")
    expect(movers).to_have_count(1)
    expect(movers.first).to_have_attribute("data-code", SOUTHERN)
    page.evaluate("code => shuitu.context.store.set({region: code})", NORTHERN)
    expect(by_id(page, "movers-none")).to_be_visible()
    by_id(page, "tab-layers").click()
    expect(by_id(page, "count-urban_plant")).to_have_attribute("data-count", "0")
    page.evaluate("code => shuitu.context.store.set({region: code})", SOUTHERN)
    expect(movers.first).to_have_attribute("data-code", SOUTHERN)
    expect(by_id(page, "count-urban_plant")).to_have_attribute("data-count", "2")


def test_a_ranking_is_of_one_question_and_says_while_another_is_on_its_way(own_page: Page) -> None:
    """Amounts of what was asked before are no shares of the sum that is asked for now."""
    page = own_page
    open_map(page, "/?period=2019-01")
    block = page.locator("#drawer section", has=by_id(page, "ranking"))
    expect(block).to_have_attribute("aria-busy", "false")
    before = by_id(page, "ranking").inner_text()
    held: list[Any] = []
    page.route("**/api/regions/**", lambda one: held.append(one))
    page.evaluate("shuitu.context.store.set({source: ['self_built_well']})")
    expect(by_id(page, "legend")).to_contain_text("自备井")  # the map has its answer
    expect(block).to_have_attribute("aria-busy", "true")
    assert by_id(page, "ranking").inner_text() == before
    for one in held:
        one.continue_()
    page.unroute_all()
    expect(block).to_have_attribute("aria-busy", "false")
    assert by_id(page, "ranking").inner_text() != before


def test_an_open_object_is_told_in_the_language_that_is_chosen(own_page: Page) -> None:
    page = own_page
    open_map(page, "/?period=2019-01&layers=urban_plant&object=urban_plant/F1")
    expect(by_id(page, "popup-link")).to_have_text("查看详情")
    page.evaluate("shuitu.context.store.set({lang: 'en'})")
    expect(by_id(page, "popup-link")).to_have_text("Details")
    assert query_state(page, "object") == "urban_plant/F1"


@pytest.mark.parametrize(("period", "versus"), paired(["", "2019"], ["", "2018"]))
def test_a_comparison_that_cannot_be_has_one_that_can(own_page: Page, period: str, versus: str) -> None:
    """A whole year of one is compared with nothing: the map is there, of two months, and what was asked in vain is told."""
    page = own_page
    asked = {
        "measure": "difference",
        **({"period": period} if period else {}),
        **({"versus": versus} if versus else {}),
    }
    open_map(page, f"/?{urlencode(asked)}")
    expect(page.locator("html")).to_have_attribute("data-period", "2019-02")
    assert page.evaluate("[shuitu.context.state.period, shuitu.context.state.versus]") == ["2019-02", "2019-01"]
    if period or versus:
        expect(by_id(page, "toast")).to_be_visible()
    # A year that is chosen then is shown, and compared with nothing.
    choose(page, "period-kind", "year")
    expect(page.locator("html")).to_have_attribute("data-measure", "volume")
    expect(page.locator("html")).to_have_attribute("data-period", "2019")


HOSTILE = {
    "map": ["99/999/999", "1/2", "Infinity/0/0"],
    "period": ["2019-13", "0000", "9999-01..0001-01"],
    "measure": ["<script>", "1", "volume,"],
    "level": ["galaxy", "grid'", "0"],
    "source": ["tap,<b>", "constructor", "null"],
    "purpose": ["__proto__", "1", "residential;"],
    "layers": ["lake,hasOwnProperty", "village", "*"],
    "boundaries": ["v1'", "2019", "own"],
    "where": ["a.b:", "x", "::"],
    "object": ["nothing/1", "well/NOPE", "%00"],
    "details": ["nothing", "%00", "/1"],
    "cell": ["0500E99999N99999-110101001", "x", "-1"],
    "explain": ["region/../../x", "unit/", "all"],
    "lang": ["xx", "ZH", "0"],
}


@pytest.mark.turns(2)
def test_a_hostile_address_is_mended_and_told(own_page: Page, own_watch: Watch) -> None:
    """The map is there, what was dropped or changed is told, and nothing of it is left in the address."""
    own_watch.allow(r"status of 404 .*/well/features/NOPE")
    page = own_page
    for values in zip(*HOSTILE.values(), strict=True):
        asked = dict(zip(HOSTILE, values, strict=True))
        open_map(page, f"/?{urlencode(asked)}")
        expect(by_id(page, "toast")).to_be_visible()
        page.wait_for_function(
            "asked => Object.entries(asked).every(([name, value]) => new URLSearchParams(location.search).get(name) !== value)",
            arg=asked,
        )
        assert page.evaluate("shuitu.map.getZoom()") > 5, asked
