"""From a figure to the object behind it, what that used by month, and back to the same view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from layers import models
from tests import factories as make
from tests.browser.page_model import PHONE, by_id, fits, open_map, query_state
from tests.factories import SOUTHERN, A
from tests.object_city import LITRES, make_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> make.Grid:
    return make_city()


@pytest.fixture
def own_page(city: make.Grid, new_own_page: Callable[..., Any]) -> Any:
    return new_own_page()


@pytest.mark.turns(2)
def test_what_a_meter_measured_and_on_to_its_user_and_back_to_the_same_view(own_page: Page) -> None:
    page = own_page
    page.goto(f"/objects/meter/M1?from=region%3D{SOUTHERN}%26period%3D2019-01%26explain%3Dregion%2F{SOUTHERN}")
    expect(by_id(page, "use-table").locator("[data-month='2019-02']")).to_have_attribute("data-litres", str(LITRES[2]))
    expect(by_id(page, "use-year")).to_have_attribute("data-litres", str(sum(LITRES.values())))
    expect(by_id(page, "use-table").locator("[data-month='2019-03']")).to_have_text("—")  # no record is no 0
    expect(by_id(page, "use-shared")).to_contain_text("2 个用水户")
    expect(by_id(page, "use-csv")).to_have_attribute("href", "/feeds/usage.csv?meter=M1")
    page.wait_for_selector("[data-testid=use-chart] svg")
    by_id(page, "links").locator("[data-code=U1]").click()  # and on to the user, still with the way back
    expect(by_id(page, "object-name")).to_have_text("一号用水户")
    expect(by_id(page, "permits")).to_contain_text("P1")
    by_id(page, "back").first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert (query_state(page, "region"), query_state(page, "period")) == (SOUTHERN, "2019-01")
    assert str(query_state(page, "explain")).startswith("region/")


@pytest.mark.turns(2)
def test_the_way_back_to_the_view_just_left_is_a_step_back(own_page: Page) -> None:
    """Which a browser shows as it was left, and at once."""
    page = own_page
    open_map(page, f"/?region={SOUTHERN}&period=2019-01&details=meter/M1")
    by_id(page, "own-page").click()
    page.wait_for_url("**/objects/meter/M1?*")
    expect(by_id(page, "object-name")).to_be_visible()
    steps = page.evaluate("history.length")
    by_id(page, "back").first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert query_state(page, "details") == "meter/M1"
    assert page.evaluate("history.length") == steps


def test_a_division_among_the_parts_is_shown_on_the_map(own_page: Page) -> None:
    open_map(own_page, f"/?region={SOUTHERN}&period=2019-01&explain=region/{SOUTHERN}")
    expect(own_page.locator(".explain-head")).to_contain_text(f"南街道 {SOUTHERN}")
    by_id(own_page, "explain-part").filter(has_text="甲社区").get_by_test_id("part-link").click()
    expect(by_id(own_page, "region-name")).to_have_attribute("data-code", A)
    assert not query_state(own_page, "explain")


def test_on_a_phone_nothing_of_the_page_lies_beyond_its_edge(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    page = new_own_page(**PHONE)
    page.goto("/objects/water_user/U1?lang=en")
    page.wait_for_selector("[data-testid=use-table]")
    assert fits(page)
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"]}


def test_on_a_phone_the_small_map_tells_its_sources_in_lines(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    page = new_own_page(**PHONE)
    page.goto("/objects/well/W1")
    page.locator("#object-map .maplibregl-ctrl-attrib-button").tap()
    told = page.locator("#object-map .maplibregl-ctrl-attrib-inner")
    expect(told).to_be_visible()
    box = told.bounding_box()
    assert box and box["width"] > box["height"]  # and no column of single letters


def test_from_a_well_to_its_permit_and_its_holder_and_back_to_the_same_view(own_page: Page) -> None:
    page = own_page
    page.goto("/objects/well/W1?from=region%3D" + SOUTHERN)
    by_id(page, "permits").get_by_text("P1").click()
    expect(by_id(page, "object-name")).to_have_text("P1")
    expect(by_id(page, "use-points")).to_contain_text("1 眼机井中 0 眼有关联水表、1 眼没有")
    expect(by_id(page, "use-points")).to_contain_text("实际取水可能更多")
    expect(by_id(page, "use-year")).to_have_attribute("data-litres", str(sum(LITRES.values())))
    expect(by_id(page, "object-map")).to_be_visible()  # what it permits
    assert {one.get_attribute("data-code") for one in by_id(page, "links").locator("a").all()} == {"H1", "W1", "U1"}
    by_id(page, "links").locator("[data-code=H1]").click()
    expect(by_id(page, "object-name")).to_have_text("一号取水户")
    expect(by_id(page, "permits")).to_contain_text("P1")
    by_id(page, "back").first.click()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert query_state(page, "region") == SOUTHERN


def test_what_stands_next_to_it_with_distance_and_direction(own_page: Page) -> None:
    own_page.goto("/objects/well/W1?lang=en")
    row = by_id(own_page, "near-list").locator("li[data-code=F1]")
    expect(row).to_contain_text("85 m · east")
    row.locator("a").click()
    expect(by_id(own_page, "object-name")).to_have_text("第一水厂")
    expect(by_id(own_page, "near-list").locator("li")).to_have_count(0)  # no other plant


def test_the_release_is_told_to_all_and_led_to_with_editing_for_who_may(
    city: make.Grid, new_own_page: Callable[..., Any]
) -> None:
    models.Release.objects.update(file_name="机井.csv")
    page = new_own_page()
    page.goto("/objects/well/W1")
    expect(by_id(page, "source")).to_contain_text("号数据发布写入")
    page.wait_for_load_state("networkidle")
    expect(by_id(page, "edit")).to_have_count(0)
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    page = new_own_page(client=client)
    page.goto("/objects/well/W1")
    expect(by_id(page, "release-link")).to_have_text("机井.csv")
    by_id(page, "edit").click()
    page.wait_for_url("**/admin/layers/well/*/change/")
