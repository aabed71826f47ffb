"""The page of an authority's own city, where personal data are closed: nothing is offered that is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from layers import access
from tests.access_city import LITRES, MARK, A, make_city
from tests.browser.page_model import by_id, open_map
from tests.conftest import Watch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_page(new_own_page: Callable[..., Any], tmp_path: Path, settings: Any) -> Any:
    """A watched page of a server on the small city, closed."""
    settings.OPEN_TO_ALL = ()
    make_city(tmp_path)
    assert not access.read().open
    return new_own_page()


def test_the_page_offers_no_closed_layer_and_says_why(own_page: Page) -> None:
    open_map(own_page, "/?layers=water_user,well")
    expect(by_id(own_page, "toast")).to_contain_text("water_user")  # of the address: told, and dropped
    by_id(own_page, "tab-layers").click()
    expect(by_id(own_page, "layer-well")).to_be_checked()
    expect(by_id(own_page, "layer-water_user")).to_have_count(0)
    expect(by_id(own_page, "layer-meter")).to_have_count(0)
    expect(by_id(own_page, "personal-closed")).to_contain_text("OPEN_TO_ALL=personal")
    assert own_page.locator("[data-layer=meter], [data-layer=water_user]").count() == 0
    assert MARK not in own_page.content()


def test_a_figure_is_explained_by_sums(own_page: Page) -> None:
    open_map(own_page, f"/?explain=region/{A}&period=2019-01")
    parts = by_id(own_page, "explain-part")
    expect(parts.first).to_be_visible()
    expect(by_id(own_page, "explain-closed")).to_contain_text("不公开用水户与水表明细")
    expect(parts.filter(has_text="2 个水表合计")).to_have_attribute("data-litres", str(LITRES["M1"] + LITRES["M2"]))
    sums = by_id(own_page, "explain-sum")
    assert sums.get_attribute("data-volume") == sums.get_attribute("data-parts")
    assert MARK not in own_page.content()


def test_the_page_of_a_closed_object_says_why(own_page: Page, own_watch: Watch) -> None:
    own_watch.allow(r"status of 404 .*/(objects|api/layers)/meter/")
    own_page.goto(f"/objects/meter/{MARK}-M1")
    expect(by_id(own_page, "missing")).to_contain_text("OPEN_TO_ALL=personal")


def test_the_drawer_of_a_closed_object_says_why_and_leads_to_the_log_in(own_page: Page, own_watch: Watch) -> None:
    own_watch.allow(r"status of 404 .*/api/layers/meter/")
    open_map(own_page, f"/?period=2019-01&details=meter/{MARK}-M1")
    expect(by_id(own_page, "details-refused")).to_contain_text("OPEN_TO_ALL=personal")
    login = by_id(own_page, "details-login").get_attribute("href")
    assert login and unquote(login).startswith("/account/login?next=/?period=2019-01&details=meter/")
