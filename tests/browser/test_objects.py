"""From a figure to the object behind it, what that used by month, and back to the same view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.page_model import PHONE, by_id, open_map, query_state
from tests.factories import SOUTHERN, A

pytestmark = pytest.mark.django_db(transaction=True)

LITRES = {1: 2_000_000, 2: 3_500_000}


@pytest.fixture
def city(transactional_db: None) -> make.Grid:
    """One meter of two months, of a user with a permit, in a village of its own."""
    grid = make.make_grid()
    user = make.WaterUserFactory(code="U1", name="一号用水户")
    user.permits.add(make.PermitFactory(code="P1", permitted_l_per_year=9_000_000))
    meter = make.MeterFactory(code="M1")
    meter.users.add(user, make.WaterUserFactory(code="U2"))
    for month, litres in LITRES.items():
        make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=litres)
    make.UsageFactory(region=grid[A], volume_l=500)
    with transaction.atomic():
        grid.settle()
    return grid


@pytest.fixture
def own_page(city: make.Grid, new_own_page: Callable[..., Any]) -> Any:
    return new_own_page()


def test_from_a_figure_to_its_meter_and_back_to_the_same_view(own_page: Page) -> None:
    page = own_page
    open_map(page, f"/?region={SOUTHERN}&period=2019-01")
    by_id(page, "region-explain").click()
    by_id(page, "explain-part").filter(has_text="M1").get_by_test_id("part-link").click()
    page.wait_for_url("**/objects/meter/M1?*")
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


def test_a_division_among_the_parts_is_shown_on_the_map(own_page: Page) -> None:
    open_map(own_page, f"/?region={SOUTHERN}&period=2019-01&explain=region/{SOUTHERN}")
    by_id(own_page, "explain-part").filter(has_text="甲社区").get_by_test_id("part-link").click()
    expect(by_id(own_page, "region-name")).to_have_attribute("data-code", A)
    assert not query_state(own_page, "explain")


def test_on_a_phone_nothing_of_the_page_lies_beyond_its_edge(city: make.Grid, new_own_page: Callable[..., Any]) -> None:
    page = new_own_page(**PHONE)
    page.goto("/objects/water_user/U1?lang=en")
    page.wait_for_selector("[data-testid=use-table]")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"]}
