"""The administration in a real browser: a map that sets positions and outlines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from layers import vocab
from tests import factories as make
from tests.factories import B

pytestmark = pytest.mark.django_db(transaction=True)

READY = "[data-admin-map][data-ready]"


@pytest.fixture
def office(new_own_page: Callable[..., Any]) -> Any:
    """An administrator's page on a server of the little city; fails on any fault of the page."""
    make.make_grid()
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return new_own_page(client, viewport={"width": 1280, "height": 1000})


def position(page: Any) -> tuple[float, float]:
    return float(page.input_value("[data-lon]")), float(page.input_value("[data-lat]"))


def test_a_click_sets_the_position_and_saving_finds_its_village(office: Any) -> None:
    well = make.WellFactory(geom=make.at(0.9, 0.5), position_quality=vocab.SYNTHETIC)
    office.goto(f"/admin/layers/well/{well.pk}/change/")
    office.wait_for_selector(READY)
    expect(office.locator("[data-where]")).to_contain_text("甲社区")
    assert office.locator(".synthetic-note").is_visible()
    office.locator(".admin-map-canvas").scroll_into_view_if_needed()
    canvas = office.locator(".admin-map-canvas").bounding_box()
    # The map stands at zoom 13.5: a few hundred pixels to the east lies the next village.
    office.mouse.click(canvas["x"] + canvas["width"] / 2 + 150, canvas["y"] + canvas["height"] / 2)
    lon, lat = position(office)
    assert lon > well.geom.x + 0.001
    assert lat == pytest.approx(well.geom.y, abs=1e-4)
    expect(office.locator("[data-where]")).to_contain_text("乙社区")
    office.click("input[name=_continue] >> nth=0")
    office.wait_for_selector(".messagelist")
    well.refresh_from_db()
    assert (well.geom.x, well.geom.y) == (lon, lat)
    assert well.found_region.code == B


def test_a_mark_is_dragged_cleared_and_restored(office: Any) -> None:
    well = make.WellFactory(geom=make.at(0.5, 0.5))
    office.goto(f"/admin/layers/well/{well.pk}/change/")
    office.wait_for_selector(READY)
    before = position(office)
    office.locator(".admin-map-canvas").scroll_into_view_if_needed()
    mark = office.locator(".maplibregl-marker").bounding_box()
    office.mouse.move(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    office.mouse.down()
    office.mouse.move(mark["x"] + 60, mark["y"] + 50, steps=5)
    office.mouse.up()
    assert position(office) != before
    office.click("[data-clear]")
    assert office.input_value("[data-lon]") == office.input_value("[data-lat]") == ""
    assert office.locator(".maplibregl-marker").count() == 0
    office.click("[data-undo]")
    assert position(office) == before
    assert office.locator(".maplibregl-marker").count() == 1


def test_typed_numbers_move_the_mark(office: Any) -> None:
    office.goto("/admin/layers/well/add/")
    office.wait_for_selector(READY)
    assert office.locator(".maplibregl-marker").count() == 0
    office.fill("[data-lon]", "116.005")
    office.fill("[data-lat]", "40.005")
    office.press("[data-lat]", "Tab")
    assert office.locator(".maplibregl-marker").count() == 1
    expect(office.locator("[data-where]")).to_contain_text("甲社区")


def test_an_outline_is_seen_before_it_is_saved(office: Any) -> None:
    area = make.SupplyAreaFactory()
    office.goto(f"/admin/layers/supplyarea/{area.pk}/change/")
    office.wait_for_selector(READY)
    office.click(".outline-input summary")
    office.fill("[data-text]", "这不是几何")
    office.press("[data-text]", "Tab")
    assert "不是 GeoJSON" in office.inner_text("[data-said]")
    office.fill("[data-text]", json.dumps(json.loads(make.square(0, 0, 2, 1).geojson)))
    office.press("[data-text]", "Tab")
    assert "保存后生效" in office.inner_text("[data-said]")
    office.click("input[name=_continue] >> nth=0")
    office.wait_for_selector(".messagelist")
    area.refresh_from_db()
    assert area.geom.equals(make.square(0, 0, 2, 1))
