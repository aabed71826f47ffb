"""An object in the map's own page: a drawer that every link opens, that the address holds, and that leads back to the same view."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import PHONE, by_id, fits, open_map, query_state
from tests.factories import NORTHERN, SOUTHERN
from tests.object_city import LITRES, make_city

pytestmark = pytest.mark.django_db(transaction=True)

# Somewhere in the city where nothing of it is seen.
ELSEWHERE = "map=16/40.03/116.03"
SEEN = """name => {
    const source = shuitu.map.getSource('marked');
    const at = shuitu.map.querySourceFeatures('marked').find(one => `${one.properties.layer}/${one.properties.code}` === name);
    if (!source || !at || shuitu.map.isMoving()) return null;
    const {x, y} = shuitu.map.project(at.geometry.coordinates);
    return document.elementFromPoint(x, y)?.closest('canvas') ? [x, y] : null;
}"""


@pytest.fixture
def city(transactional_db: None) -> make.Grid:
    return make_city()


@pytest.fixture
def own_page(city: make.Grid, new_own_page: Callable[..., Any]) -> Any:
    return new_own_page()


def told(page: Page, name: str) -> None:
    """The drawer tells all of an object, on a map that was never loaded anew."""
    expect(by_id(page, "details").get_by_test_id("object-name")).to_have_text(name)
    assert page.evaluate("window.__here") == 1


def begin(page: Page, address: str) -> None:
    open_map(page, address)
    page.evaluate("window.__here = 1")


def test_from_a_figure_to_all_that_is_linked_and_back_step_by_step(own_page: Page) -> None:
    page = own_page
    begin(page, f"/?region={SOUTHERN}&period=2019-01")
    by_id(page, "region-explain").click()
    expect(by_id(page, "explain-sum")).to_be_visible()
    before = page.url
    by_id(page, "explain-part").filter(has_text="M1").get_by_test_id("part-link").click()
    told(page, "M1")
    details = by_id(page, "details")
    expect(details.get_by_test_id("use-table").locator("[data-month='2019-02']")).to_have_attribute(
        "data-litres", str(LITRES[2])
    )
    expect(details.locator("[data-testid=use-chart] svg")).to_be_visible()
    expect(details.get_by_test_id("source")).to_contain_text("号数据发布写入")
    expect(by_id(page, "explain-sum")).to_be_hidden()
    steps = [("meter/M1", "M1")]
    for code, name in (("U1", "一号用水户"), ("P1", "P1"), ("H1", "一号取水户")):
        by_id(page, "links").locator(f"[data-code={code}]").click()
        told(page, name)
        steps.append((str(query_state(page, "details")), name))
    assert [name for name, _ in steps] == ["meter/M1", "water_user/U1", "permit/P1", "holder/H1"]
    for name, text in reversed(steps[:-1]):
        page.go_back()
        told(page, text)
        assert query_state(page, "details") == name
    page.go_back()
    expect(details).to_be_hidden()
    expect(by_id(page, "explain-sum")).to_be_visible()
    assert page.url == before
    page.go_forward()
    told(page, "M1")


def test_its_address_opens_the_same_in_a_fresh_browser(own_page: Page, new_own_page: Callable[..., Any]) -> None:
    page = own_page
    begin(page, f"/?region={SOUTHERN}&period=2019-01&layers=urban_plant")
    by_id(page, "search").fill("W1")
    by_id(page, "search-results").locator("[data-code=W1]").click()
    by_id(page, "popup-link").click()
    told(page, "一号井")
    expect(by_id(page, "near-list").locator("[data-code=F1]").first).to_be_visible()
    page.wait_for_function(SEEN, arg="well/W1")
    page.wait_for_timeout(400)  # the address follows the map after a quarter of a second
    fresh = new_own_page()
    open_map(fresh, page.url)
    expect(by_id(fresh, "near-list").locator("[data-code=F1]").first).to_be_visible()
    expect(by_id(fresh, "popup-object")).to_be_attached()
    assert by_id(fresh, "details").inner_text() == by_id(page, "details").inner_text()
    fresh.wait_for_function(SEEN, arg="well/W1")
    by_id(fresh, "details-close").click()
    expect(by_id(fresh, "popup-object")).to_be_visible()  # which told less of the same


def test_escape_closes_it_and_the_keyboard_is_where_it_was(own_page: Page) -> None:
    page = own_page
    begin(page, f"/?explain=region/{SOUTHERN}&period=2019-01")
    link = by_id(page, "explain-part").filter(has_text="M1").get_by_test_id("part-link")
    link.focus()
    page.keyboard.press("Enter")
    told(page, "M1")
    expect(by_id(page, "details")).to_be_focused()
    expect(by_id(page, "details")).to_have_attribute("aria-label", "M1")
    expect(page.locator("#announce")).to_have_text(re.compile("M1"))
    page.keyboard.press("Tab")
    expect(by_id(page, "details-close")).to_be_focused()
    by_id(page, "links").locator("[data-code=U1]").click()
    told(page, "一号用水户")
    page.keyboard.press("Escape")
    expect(by_id(page, "details")).to_be_hidden()
    expect(link).to_be_focused()
    expect(by_id(page, "explain-sum")).to_be_visible()
    page.keyboard.press("Escape")
    expect(by_id(page, "explain-sum")).to_have_count(0)


def test_with_the_control_key_its_own_page_opens_in_a_tab(own_page: Page) -> None:
    page = own_page
    begin(page, f"/?explain=region/{SOUTHERN}&period=2019-01")
    link = by_id(page, "explain-part").filter(has_text="M1").get_by_test_id("part-link")
    with page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    expect(by_id(opened.value, "object-name")).to_have_text("M1")
    assert "/objects/meter/M1?" in opened.value.url
    expect(by_id(page, "details")).to_be_hidden()


def test_its_own_page_leads_back_to_the_drawer(own_page: Page) -> None:
    page = own_page
    begin(page, f"/?region={SOUTHERN}&period=2019-01&details=well/W1")
    by_id(page, "own-page").click()
    page.wait_for_url("**/objects/well/W1?*")
    by_id(page, "back").first.click()
    expect(by_id(page, "details").get_by_test_id("object-name")).to_have_text("一号井")
    assert (query_state(page, "region"), query_state(page, "details")) == (SOUTHERN, "well/W1")


def test_what_is_out_of_sight_is_brought_into_it_and_the_map_goes_back(own_page: Page) -> None:
    """Of a holder the places that are permitted are marked, and one that is pressed is told of."""
    page = own_page
    begin(page, f"/?period=2019-01&{ELSEWHERE}")
    page.wait_for_function("shuitu.map.loaded()")
    by_id(page, "search").fill("一号取水户")
    by_id(page, "search-results").locator("[data-layer=holder]").click()
    told(page, "一号取水户")
    spot = page.wait_for_function(SEEN, arg="well/W1").json_value()
    page.mouse.click(*spot)
    told(page, "一号井")
    assert query_state(page, "region") is None  # what lies under the mark was not meant
    by_id(page, "details-close").click()
    page.wait_for_function("() => !shuitu.map.isMoving() && Math.abs(shuitu.map.getCenter().lng - 116.03) < 1e-4")
    assert page.evaluate("shuitu.map.getZoom()") == pytest.approx(16, abs=0.01)
    assert page.evaluate("!shuitu.map.getSource('marked')")


def test_an_object_beside_the_region_that_an_address_asks_for_is_seen(own_page: Page) -> None:
    begin(own_page, f"/?region={NORTHERN}&period=2019-01&details=well/W1")
    told(own_page, "一号井")
    own_page.wait_for_function(SEEN, arg="well/W1")


def test_an_object_that_is_chosen_on_the_map_is_told_of_and_a_region_is_to_be_seen(own_page: Page) -> None:
    page = own_page
    begin(page, "/?period=2019-01&layers=urban_plant&details=well/W1&map=14/40.005/116.005")
    told(page, "一号井")
    by_id(page, "search").fill("F1")
    by_id(page, "search-results").locator("[data-code=F1]").click()
    told(page, "第一水厂")
    expect(by_id(page, "popup")).to_be_hidden()
    page.evaluate(f"shuitu.context.store.set({{region: '{SOUTHERN}'}})")
    expect(by_id(page, "details")).to_be_hidden()
    expect(by_id(page, "region-name")).to_be_visible()


def test_on_a_phone_it_is_a_sheet_below_the_mark(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    page = new_own_page(**PHONE)
    begin(page, f"/?explain=region/{SOUTHERN}&period=2019-01&lang=en")
    by_id(page, "explain-part").filter(has_text="M1").get_by_test_id("part-link").tap()
    told(page, "M1")
    details = by_id(page, "details")
    by_id(page, "links").locator("[data-code=U1]").tap()
    told(page, "一号用水户")
    assert fits(page)
    box = details.bounding_box()
    assert box and 300 < box["y"] < 500
    by_id(page, "details-handle").tap()
    expect(details).to_have_attribute("data-height", "full")
    by_id(page, "details-handle").tap()
    expect(details).to_have_attribute("data-height", "half")
    page.wait_for_timeout(400)
    handle = by_id(page, "details-handle").bounding_box()
    assert handle
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 120, steps=4)
    page.mouse.up()
    expect(details).to_be_hidden()
    expect(by_id(page, "explain-sum")).to_be_visible()


def test_a_mark_lies_in_the_room_above_the_sheet(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    page = new_own_page(**PHONE)
    begin(page, "/?period=2019-01&details=well/W1")
    told(page, "一号井")
    page.wait_for_function(SEEN, arg="well/W1")


def test_what_is_not_there_says_so_and_offers_the_search(own_page: Page, own_watch: Any) -> None:
    own_watch.allow(r"status of 404 .*/(well|nothing)/features/NOPE")
    page = own_page
    begin(page, "/?period=2019-01&details=well/NOPE")
    expect(by_id(page, "details-refused")).to_contain_text("图层“机井”里没有编码 NOPE")
    expect(by_id(page, "details-login")).to_have_count(0)
    by_id(page, "details-search").click()
    expect(by_id(page, "details")).to_be_hidden()
    expect(by_id(page, "search")).to_be_focused()
    expect(by_id(page, "search")).to_have_value("NOPE")
    begin(page, "/?period=2019-01&details=nothing/NOPE")
    expect(by_id(page, "details-refused")).to_be_visible()


def test_a_part_that_does_not_come_is_asked_for_again(own_page: Page, own_watch: Any) -> None:
    own_watch.allow(r"status of 500")
    page = own_page
    page.route("**/api/layers/well/features/W1", lambda route: route.fulfill(status=500, json={"detail": "broken"}))
    begin(page, "/?period=2019-01&details=well/W1")
    expect(by_id(page, "details-refused")).to_contain_text("broken")
    page.unroute_all()
    by_id(page, "details-retry").click()
    told(page, "一号井")


def test_a_small_object_is_told_in_a_unit_that_suits_it(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    """Whatever unit the map speaks: of ten thousands of cubic metres a meter's month is some thousandths."""
    make.UsageFactory(meter=make.MeterFactory(code="M2"), month=date(2019, 1, 1), volume_l=30_000)
    with transaction.atomic():
        city.settle()
    page = new_own_page()
    begin(page, "/?period=2019-01&details=meter/M2")
    expect(by_id(page, "legend")).to_contain_text("万 m³")
    table = by_id(page, "details").get_by_test_id("use-table")
    expect(table.locator("caption small")).to_have_text("m³")
    expect(table.locator("[data-month='2019-01']")).to_have_text("30.00")


def test_who_may_edit_is_led_there_in_either_language(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    page = new_own_page(client=client)
    begin(page, "/?period=2019-01&details=well/W1")
    told(page, "一号井")
    expect(by_id(page, "edit")).to_have_text("修改")
    page.evaluate("shuitu.context.store.set({lang: 'en'})")
    expect(by_id(page, "edit")).to_have_text("Edit")
    told(page, "一号井")
    by_id(page, "edit").click()
    page.wait_for_url("**/admin/layers/well/*/change/")
