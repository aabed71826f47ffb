"""A change by hand is a small import: placed, released, versioned and summed again, or not made at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from layers import models, vocab
from layers.admin import journal
from layers.ingest.refusal import ImportRefused
from layers.stats import rebuild
from tests import factories as make
from tests.factories import A, B
from tests.http.admin_pages import edited, save, sums, sums_made_again, url, versions

pytestmark = pytest.mark.django_db


def test_a_new_position_is_found_again_released_and_versioned(admin: Client, grid: make.Grid) -> None:
    well = make.WellFactory(declared_region=grid[A], name="老井")
    grid.settle()
    before = versions()
    target = make.at(1.5, 0.5)
    page = save(admin, well, geom_lon=str(target.x), geom_lat=str(target.y))
    well.refresh_from_db()
    assert well.found_region == grid[B]
    assert (well.geom.x, well.geom.y, well.geom.srid) == (target.x, target.y, 4490)
    assert (well.release.dataset, well.release.file_name, well.release.actor) == ("well", "admin", "chief")
    assert well.release.rows_changed == 1
    assert versions() == before | {"well": before["well"] + 1}
    assert models.LayerVersion.objects.get(dataset="well").release == well.release
    assert "不符" in page.content.decode()


@pytest.mark.parametrize("name", ["甲\x1b[2J", "甲\u2028乙", "甲\ufffe", "甲\n乙"])
def test_a_form_refuses_what_an_import_does(admin: Client, grid: make.Grid, name: str) -> None:
    well = make.WellFactory(declared_region=grid[A], name="老井")
    page = admin.post(url(well, "change", well.pk), edited(admin, well, name=name))
    assert page.status_code == 200 and "含有不可见的控制字符或换行" in page.content.decode()
    well.refresh_from_db()
    assert well.name == "老井"


def test_what_did_not_change_is_not_released(admin: Client, grid: make.Grid) -> None:
    well = make.WellFactory(geom=make.at(1 / 3, 1 / 7))
    grid.settle()
    before, releases = versions(), models.Release.objects.count()
    save(admin, well)
    assert versions() == before
    assert models.Release.objects.count() == releases


def test_a_change_of_links_alone_is_a_change(admin: Client, grid: make.Grid) -> None:
    well = make.WellFactory()
    permit = models.AbstractionPermit.objects.create(code="P1", release=well.release)
    save(admin, well, permits=[permit.pk])
    well.refresh_from_db()
    assert list(well.permits.all()) == [permit]
    assert well.release.file_name == "admin"


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        ("116.5", "", "须同时填写"),
        ("", "39.9", "须同时填写"),
        ("东经", "39.9", "十进制"),
        ("nan", "39.9", "不在中国"),
        ("39.9", "116.5", "写反"),
        ("0", "0", "应留空"),
        ("450000", "4420000", "以米为单位"),
    ],
)
def test_a_position_that_cannot_be_is_refused(admin: Client, grid: make.Grid, lon: str, lat: str, said: str) -> None:
    well = make.WellFactory()
    answer = admin.post(url(models.Well, "change", well.pk), edited(admin, well, geom_lon=lon, geom_lat=lat))
    assert answer.status_code == 200
    assert said in str(answer.context["adminform"].form.errors["geom"])
    assert f'value="{lon}"' in answer.content.decode()  # what was typed is still there


def test_a_position_can_be_taken_away(admin: Client, grid: make.Grid) -> None:
    well = make.WellFactory()
    grid.settle()
    save(admin, well, geom_lon="", geom_lat="")
    well.refresh_from_db()
    assert (well.geom, well.found_region) == (None, None)


def test_an_object_is_added_where_it_stands(admin: Client, grid: make.Grid) -> None:
    spot = make.at(0.5, 1.5)
    data = {"code": "W9", "name": "新井", "use": 1, "metering": 1, "status": 1, "geom_lon": spot.x, "geom_lat": spot.y}
    admin.post(url(models.Well, "add"), data)
    well = models.Well.objects.get(code="W9")
    assert well.found_region.code == make.C
    assert well.release.rows_new == 1
    again = admin.post(url(models.Well, "add"), data)
    assert again.context["adminform"].form.errors["code"]


def test_a_moved_meter_takes_its_usage_along(admin: Client, grid: make.Grid) -> None:
    meter = make.MeterFactory()
    make.UsageFactory(meter=meter, volume_l=5000)
    make.UsageFactory(meter=make.MeterFactory(), volume_l=700)
    grid.settle()
    target = make.at(1.5, 0.5)
    form = admin.get(url(models.Meter, "change", meter.pk)).context["adminform"].form
    assert "自 2019-02 起" in form.fields["effective"].help_text
    before = sums()
    save(admin, meter, geom_lon=target.x, geom_lat=target.y)  # from the month after the last one with usage
    meter.refresh_from_db()
    assert (sums(), meter.stands_since) == (before, date(2019, 2, 1))
    save(admin, meter, geom_lon=make.at(0.5, 0.5).x, geom_lat=make.at(0.5, 0.5).y)  # it never left
    meter.refresh_from_db()
    assert (sums(), meter.stands_since) == (before, None)
    save(admin, meter, geom_lon=target.x, geom_lat=target.y, effective="current")
    stood = models.UsageSum.objects.get(code=B, source_sel=0, purpose_sel=0)
    assert stood.volume_l == 5000
    assert sums() == sums_made_again()


def test_a_month_to_move_in_is_a_month_and_alone_is_no_change(admin: Client, grid: make.Grid) -> None:
    meter = make.MeterFactory()
    make.UsageFactory(meter=meter)
    grid.settle()
    wrong = save(admin, meter, effective="2019")
    assert "不是一个月份" in wrong.context["adminform"].form.errors["effective"][0]
    before = versions()
    save(admin, meter, effective="2019-01")
    assert versions() == before
    assert "effective" not in admin.get(url(models.Meter, "add")).text


def test_a_meter_that_stays_in_its_village_keeps_the_sums(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = make.MeterFactory()
    make.UsageFactory(meter=meter)
    grid.settle()
    monkeypatch.setattr(rebuild, "rebuild", lambda cursor, months: months and pytest.fail("summed again for nothing"))
    save(admin, meter, name="新名", geom_lon=meter.geom.x + 0.0001)
    meter.refresh_from_db()
    assert meter.name == "新名"


def test_a_facility_of_another_kind_counts_at_another_level(admin: Client, grid: make.Grid) -> None:
    plant = make.FacilityFactory(kind=1, position_quality=vocab.SYNTHETIC)
    make.UsageFactory(facility=plant, volume_l=900)
    grid.settle()
    assert not models.UsageSum.objects.filter(code=A).exists()
    save(admin, plant, kind=3)
    assert models.UsageSum.objects.get(code=A, source_sel=0, purpose_sel=0).volume_l == 900
    assert sums() == sums_made_again()


def test_usage_is_added_corrected_and_deleted_with_its_sums(admin: Client, grid: make.Grid) -> None:
    before = versions()
    data = {
        "month": "2019-03-15", "region": grid[A].pk, "source": 5, "purpose": 1, "correction_no": 0, "volume_l": "12.345",
    }  # fmt: skip
    admin.post(url(models.UsageRecord, "add"), data)
    record = models.UsageRecord.objects.get()
    assert (str(record.month), record.volume_l) == ("2019-03-01", 12345)
    assert sums() == sums_made_again() != set()
    save(admin, record, volume_l="20")
    assert models.UsageSum.objects.get(code=A, source_sel=0, purpose_sel=0).volume_l == 20000
    assert versions()["usage"] == before["usage"] + 2
    admin.post(url(models.UsageRecord, "delete", record.pk), {"post": "yes"})
    assert not models.UsageRecord.objects.exists()
    assert sums() == set()
    last = models.Release.objects.filter(dataset="usage").latest("pk")
    assert (last.file_name, last.report["admin"]["action"], last.report["months"]) == ("admin", "delete", ["2019-03"])
    assert versions()["usage"] == before["usage"] + 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volume_l": "1.2345"}, "volume_l"),
        ({"volume_l": "一方"}, "volume_l"),
        ({"volume_l": "1e99"}, "volume_l"),
        ({"volume_l": "1000000000.001"}, "volume_l"),  # more than a file may hold of one month and place
        ({"volume_l": "-3"}, "volume_l"),
        ({"volume_l": ""}, "volume_l"),
        ({"region": ""}, "__all__"),
        ({"month": "七月"}, "month"),
    ],
)
def test_usage_that_cannot_be_is_refused(admin: Client, grid: make.Grid, changes: dict[str, str], field: str) -> None:
    data = {"month": "2019-03-01", "region": grid[A].pk, "source": 5, "purpose": 1, "correction_no": 0, "volume_l": "1"}
    answer = admin.post(url(models.UsageRecord, "add"), data | changes)
    assert field in answer.context["adminform"].form.errors
    assert not models.UsageRecord.objects.exists()


def test_the_same_usage_twice_is_refused_kindly(admin: Client, grid: make.Grid) -> None:
    data = {"month": "2019-03-01", "region": grid[A].pk, "source": 5, "purpose": 1, "correction_no": 0, "volume_l": "1"}
    admin.post(url(models.UsageRecord, "add"), data)
    answer = admin.post(url(models.UsageRecord, "add"), data)
    assert answer.status_code == 200
    assert models.UsageRecord.objects.count() == 1


def test_deleting_is_released_too_and_what_is_measured_is_kept(admin: Client, grid: make.Grid) -> None:
    meter = make.MeterFactory()
    record = make.UsageFactory(meter=meter)
    wells = [make.WellFactory(), make.WellFactory()]
    grid.settle()
    before = versions()
    admin.post(url(models.Meter, "delete", meter.pk), {"post": "yes"})
    assert models.UsageRecord.objects.get().pk == record.pk
    assert versions() == before
    admin.post(
        url(models.Well, "changelist"),
        {"action": "delete_selected", "_selected_action": [well.pk for well in wells], "post": "yes"},
    )
    assert not models.Well.objects.exists()
    assert versions() == before | {"well": before["well"] + 1}
    assert models.Release.objects.filter(dataset="well").latest("pk").rows_changed == 2


def test_a_failed_save_changes_nothing(admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    well = make.WellFactory()
    grid.settle()
    before, releases = versions(), models.Release.objects.count()
    data = edited(admin, well, name="半截")
    monkeypatch.setattr(journal.versions, "bump", _fail)
    with pytest.raises(RuntimeError):
        admin.post(url(models.Well, "change", well.pk), data)
    well.refresh_from_db()
    assert (well.name, versions(), models.Release.objects.count()) == ("", before, releases)


def _fail(*args: Any) -> None:
    raise RuntimeError("no power")


@pytest.mark.parametrize("what", ["change", "delete", "action"])
def test_a_running_import_is_said_and_not_crossed(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    well = make.WellFactory()
    before = versions()

    def busy(cursor: Any, wait_s: float) -> None:
        raise ImportRefused("另一个导入正在进行，请稍后再试", "another import is running")

    monkeypatch.setattr(journal, "alone", busy)
    sent: dict[str, Callable[[], Any]] = {
        "change": lambda: save(admin, well, name="改"),
        "delete": lambda: admin.post(url(models.Well, "delete", well.pk), {"post": "yes"}, follow=True),
        "action": lambda: admin.post(
            url(models.Well, "changelist"),
            {"action": "delete_selected", "_selected_action": [well.pk], "post": "yes"},
            follow=True,
        ),
    }
    assert "另一个导入正在进行" in sent[what]().content.decode()
    assert models.Well.objects.get().name == ""
    assert versions() == before


def test_an_outline_is_replaced_by_geojson_and_kept_without(admin: Client, grid: make.Grid) -> None:
    area = make.SupplyAreaFactory()
    drawn = make.square(0, 0, 2, 2)
    save(admin, area, name="改名", geom_text="")
    area.refresh_from_db()
    assert (area.name, area.geom.equals(make.square(0, 0, 1, 1))) == ("改名", True)
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(drawn.geojson)}
    page = save(admin, area, geom_text=json.dumps(feature))
    area.refresh_from_db()
    assert area.geom.equals(drawn), page.content.decode()[-3000:]
    assert area.geom.srid == 4490
    assert area.release.file_name == "admin"


RING = [[116, 40], [116.1, 40], [116.1, 40.1], [116, 40]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("POLYGON((1 2))", "不是 GeoJSON"),
        ("[]", "不是 GeoJSON"),
        ('{"type": "Point", "coordinates": [116, 40]}', "Polygon"),
        ('{"type": "FeatureCollection", "features": []}', "恰有一个"),
        ('{"type": "Feature", "geometry": null}', "Polygon"),
        ('{"type": "Polygon", "coordinates": [[[116, 40], [116.1]]]}', "无法读取"),
        ('{"type": "Polygon", "coordinates": []}', "空"),
        (json.dumps({"type": "Polygon", "coordinates": [[[y, x] for x, y in RING]]}), "写反"),
        (
            json.dumps({"type": "Polygon", "coordinates": [RING], "crs": {"properties": {"name": "EPSG:4548"}}}),
            "坐标系",
        ),
        (
            '{"type": "Polygon", "coordinates": [[[116,40],[116.1,40.1],[116.1,40],[116,40.1],[116,40]]]}',
            "图形无效",
        ),
    ],
)
def test_an_outline_that_cannot_be_is_refused(admin: Client, grid: make.Grid, text: str, said: str) -> None:
    area = make.SupplyAreaFactory()
    answer = admin.post(url(models.SupplyArea, "change", area.pk), edited(admin, area, geom_text=text))
    assert said in str(answer.context["adminform"].form.errors["geom"])


def test_a_renamed_holder_is_a_change_of_its_permits(admin: Client, grid: make.Grid) -> None:
    release = make.ReleaseFactory(dataset="permit")
    holder = models.AbstractionHolder.objects.create(code="H1", name="旧名", release=release)
    permit = models.AbstractionPermit.objects.create(code="P1", holder=holder, release=release)
    before = versions()
    save(admin, holder, name="新名")
    permit.refresh_from_db()
    assert permit.release.file_name == "admin"
    assert versions() == before | {"permit": before["permit"] + 1}


@pytest.mark.parametrize(("written", "kept"), [("0", 0), ("-0", 0), ("-0.001", None), ("-5", None)])
def test_nobody_is_permitted_less_than_nothing(admin: Client, grid: make.Grid, written: str, kept: int | None) -> None:
    permit = make.PermitFactory(permitted_l_per_year=1000)
    answer = admin.post(url(permit, "change", permit.pk), edited(admin, permit, permitted_l_per_year=written))
    assert (answer.status_code == 200) is (kept is None)
    assert ("不能为负" in answer.content.decode()) is (kept is None)
    permit.refresh_from_db()
    assert permit.permitted_l_per_year == (1000 if kept is None else kept)


def test_the_schema_keeps_no_permit_of_less_than_nothing() -> None:
    make.PermitFactory(permitted_l_per_year=0)
    with pytest.raises(IntegrityError, match="permit_volume_not_negative"), transaction.atomic():
        make.PermitFactory(permitted_l_per_year=-1)


def test_permitted_volume_is_written_in_cubic_metres(admin: Client, grid: make.Grid) -> None:
    permit = models.AbstractionPermit.objects.create(
        code="P1", permitted_l_per_year=1_234_500, release=make.ReleaseFactory()
    )
    assert edited(admin, permit)["permitted_l_per_year"] == "1234.5"
    save(admin, permit, permitted_l_per_year="2000.001")
    permit.refresh_from_db()
    assert permit.permitted_l_per_year == 2_000_001
