"""Gauges in every room: imported by the administration's page, and then wherever the registry's objects are."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from playwright.sync_api import expect

from geoapp.reports import content, document, tables
from geoapp.reports.ask import Ask
from layers.periods import parse_period
from layers.registry import layer
from tests.browser.page_model import by_id
from tests.db.test_mvt import tile_at
from tests.desk_files import commit, upload
from tests.factories import DISTRICT, SOUTHERN, A, B, D, at
from tests.gauges.models import RainGauge
from tests.report_city import drawn_of, make_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imported")]

FILE = f"""编码,名称,测雨方式,安装高度,观测员,登记所在区划,lon,lat
RG1,官厅雨量站,翻斗式,0.7,王某,{A},116.005,40.005
RG2,密云雨量站,称重式,1.2,,{B},116.015,40.005
RG3,怀柔雨量站,翻斗式,70,,{B},116.015,40.005
"""
PERIOD = parse_period("2019")


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


@pytest.fixture
def imported(db: None, admin: Client) -> dict[str, Any]:
    with transaction.atomic():
        make_city()
    return dict(commit(admin, upload(admin, FILE, "gauges.csv", "rain_gauge")).context["report"])


def get(client: Client, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, response.content[:500]
    return response.json()


def test_a_file_is_imported_within_the_bounds_of_the_fields(imported: dict[str, Any]) -> None:
    assert (imported["rows"]["new"], imported["rows"]["refused"]) == (2, 1)
    placed = {one.code: (one.work, one.found_region.code) for one in RainGauge.objects.select_related("found_region")}
    assert placed == {"RG1": (1, A), "RG2": (2, B)}


def test_the_page_is_told_all_that_it_draws_and_names(client: Client) -> None:
    meta = get(client, "/api/meta")
    (told,) = [one for one in meta["layers"] if one["id"] == "rain_gauge"]
    shown = ("title", "stage", "geometry", "color", "count", "detail_zoom")
    assert {name: told[name] for name in shown} == {
        "title": {"zh": "雨量站", "en": "Rain gauges"}, "stage": "take", "geometry": "point", "color": "#3a6ea5",
        "count": 2, "detail_zoom": 9,
    }  # fmt: skip
    assert told["glyph"]["path"] == layer("rain_gauge").icon.path
    assert [term["zh"] for term in meta["vocab"]["gauge_work"]] == ["翻斗式", "称重式"]
    counted = {one["layer"]: one["count"] for one in get(client, f"/api/regions/{SOUTHERN}?period=2019")["facilities"]}
    assert counted["rain_gauge"] == 2


def test_tiles_feeds_files_and_standards_hold_them(client: Client) -> None:
    codes = {f["properties"]["code"] for f in get(client, "/api/layers/rain_gauge/features?work=weighing")["features"]}
    assert codes == {"RG2"}
    items = get(client, "/ogc/collections/rain_gauge/items?f=json")["features"]
    assert {f["properties"]["code"] for f in items} == {"RG1", "RG2"}
    lines = b"".join(client.get("/feeds/rain_gauge.csv")).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert len(lines) == 3 and "官厅雨量站" in lines[1]
    assert get(client, "/styles/rain_gauge.json")["layers"][1]["paint"]["circle-color"] == "#3a6ea5"
    z, x, y = tile_at(at(0.5, 0.5), 12)
    tile = client.get(f"/tiles/rain_gauge/{z}/{x}/{y}.pbf").content
    found = mapbox_vector_tile.decode(tile)["rain_gauge"]["features"]
    assert {(f["properties"]["code"], f["properties"]["work"]) for f in found} >= {("RG1", "tipping")}


def test_they_are_found_by_name_and_have_a_page(client: Client) -> None:
    (hit,) = get(client, "/api/search?q=官厅")["results"]
    assert (hit["layer"], hit["code"], hit["name"]) == ("rain_gauge", "RG1", "官厅雨量站")
    assert client.get("/objects/rain_gauge/RG1").status_code == 200
    assert get(client, "/api/layers/rain_gauge/features/RG1")["properties"]["work"] == "tipping"


def test_what_is_personal_is_told_to_nobody_unless_it_is_opened(client: Client, settings: Any) -> None:
    assert get(client, "/api/layers/rain_gauge/features/RG1")["properties"]["observer"] == "王某"
    settings.OPEN_TO_ALL = ()
    shown = get(client, "/api/layers/rain_gauge/features/RG1")
    assert "observer" not in shown["properties"] and shown["properties"]["name"] == "官厅雨量站"
    assert b"".join(client.get("/feeds/rain_gauge.csv")).count("王某".encode()) == 0  # type: ignore[arg-type]


def test_the_administration_lists_them_with_the_water_and_has_a_form(admin: Client) -> None:
    water, *others = admin.get("/admin/").context["app_list"]
    names = [model["object_name"] for model in water["models"]]
    assert names.index("SurfaceIntake") < names.index("RainGauge") < names.index("SupplyFacility")
    assert "gauges" not in {app["app_label"] for app in others}
    listed = admin.get("/admin/gauges/raingauge/?work__exact=1").content.decode()
    assert "官厅雨量站" in listed and "密云雨量站" not in listed
    gauge = RainGauge.objects.get(code="RG1")
    form = admin.get(f"/admin/gauges/raingauge/{gauge.pk}/change/").context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields if name != "geom"}
    data |= {"geom_lon": "116.015", "geom_lat": "40.015", "observer": "李某"}
    assert admin.post(f"/admin/gauges/raingauge/{gauge.pk}/change/", data).status_code == 302
    gauge.refresh_from_db()
    assert (gauge.observer, gauge.found_region.code) == ("李某", D)


def test_a_report_counts_lists_and_draws_them() -> None:
    report = content.build(Ask(DISTRICT, PERIOD))
    rows = [row[1:3] for row in tables.stages(report, "zh").rows]
    assert ("雨量站", 2) in rows
    assert rows.index(("雨量站", 2)) < next(n for n, (item, _) in enumerate(rows) if item == "城镇公共供水厂")
    (listed,) = [table for table in tables.facilities(report, "en") if "Rain gauges" in table.title]
    assert [(row[2], row[5]) for row in listed.rows] == [("官厅雨量站", "王某"), ("密云雨量站", "")]
    (drawn,) = [figure for figure in drawn_of(report).maps if figure.key == "objects"]
    assert "雨量站" in drawn.svg and layer("rain_gauge").color in drawn.svg
    assert "雨量站" in document.html(drawn_of(report))


def test_the_page_has_them_in_its_list_and_on_its_map(new_own_page: Any, imported: Any) -> None:
    page = new_own_page()
    page.goto("/?layers=rain_gauge")
    by_id(page, "tab-layers").click()
    row = by_id(page, "count-rain_gauge")
    expect(row).to_have_attribute("data-count", "2", timeout=20_000)
    expect(page.locator("label.layer", has=row)).to_contain_text("雨量站")
    expect(by_id(page, "layer-rain_gauge")).to_be_checked()
    page.wait_for_function(
        "() => shuitu.map.getLayer('facility-rain_gauge-icon') && shuitu.map.hasImage('icon-rain_gauge')"
    )
