"""The administration's lists and pages: no count of millions, maps of our own, history only to look at."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from layers import models, vocab
from layers.admin import base, paging
from tests import factories as make
from tests.factories import DISTRICT, A, B
from tests.http.admin_pages import url

pytestmark = pytest.mark.django_db

MODELS = (
    models.AbstractionHolder, models.AbstractionPermit, models.Boundary, models.LayerVersion, models.Meter,
    models.Region, models.Release, models.ReportingUnit, models.SewagePlant, models.SupplyArea, models.SupplyFacility,
    models.SurfaceIntake, models.UsageRecord, models.UsageSum, models.WaterUser, models.Well,
    models.WaterBody, models.Watercourse, models.Road, models.Railway,
)  # fmt: skip
READ_ONLY = (models.Boundary, models.LayerVersion, models.Region, models.Release, models.UsageSum)


def test_every_model_has_a_list_and_a_page(admin: Client, grid: make.Grid) -> None:
    well = make.WellFactory()
    area = make.SupplyAreaFactory()
    holder = models.AbstractionHolder.objects.create(code="H1", name="户", release=well.release)
    permit = models.AbstractionPermit.objects.create(code="P1", holder=holder, release=well.release)
    well.permits.add(permit)
    meter = make.MeterFactory()
    make.UsageFactory(meter=meter)
    make.UsageFactory(facility=area.facility)
    make.UsageFactory(region=grid[A])
    make.WaterUserFactory()
    models.SurfaceIntake.objects.create(code="SI1", name="口", release=well.release)
    models.SewagePlant.objects.create(code="SP1", name="厂", kind=1, release=well.release)
    for underneath in make.UNDERNEATH:
        underneath()
    grid.settle()
    for model in MODELS:
        assert admin.get(url(model, "changelist")).status_code == 200, model
        pages = list(model._default_manager.order_by("pk")[:3])
        assert pages, f"no {model.__name__} to look at"
        for obj in pages:
            # A release is shown at the desk.
            assert admin.get(url(model, "change", obj.pk), follow=True).status_code == 200, obj
        assert admin.get(url(model, "add")).status_code == (403 if model in READ_ONLY else 200), model


def test_the_administration_speaks_chinese_under_its_own_name(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()
    assert "水图管理" in page
    assert 'lang="zh-hans"' in page


def test_pages_load_nothing_from_elsewhere_and_run_no_inline_script(admin: Client, grid: make.Grid) -> None:
    well, area = make.WellFactory(), make.SupplyAreaFactory()
    for obj in (well, area, grid.boundary(A)):
        answer = admin.get(url(type(obj), "change", obj.pk))
        page = answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        links = re.findall(r'(?:src|href)="([^"]*)"', page)
        assert any(link.endswith("web/admin-map.js") for link in links)
        assert [link for link in links if "//" in link] == []
        scripts = re.findall(r"<script([^>]*)>", page)
        assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []
        assert re.search(r'\son\w+="', page) is None


def test_what_has_a_history_is_only_looked_at(admin: Client, grid: make.Grid) -> None:
    for model in READ_ONLY:
        obj = model._default_manager.order_by("pk").first()
        if obj is None:
            continue
        assert admin.post(url(model, "change", obj.pk), {}).status_code == 403, model
        assert admin.post(url(model, "delete", obj.pk), {"post": "yes"}).status_code == 403, model
    assert "只能查看" in admin.get(url(models.Region, "change", grid[A].pk)).content.decode()


def test_a_list_asks_few_questions_however_long_it_is(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "EXACT_UP_TO", 3)

    def questions() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = admin.get(url(models.UsageRecord, "changelist"))
        assert answer.status_code == 200
        return [query["sql"] for query in asked.captured_queries if "layers_" in query["sql"]]

    for number in range(4):
        make.UsageFactory(meter=make.MeterFactory(), volume_l=number)
    questions()  # what the account may is read once
    few = questions()
    for number in range(40):
        make.UsageFactory(meter=make.MeterFactory(), volume_l=number)
    many = questions()
    assert len(many) == len(few) <= 8
    counts = [text for text in many if "COUNT(" in text.upper()]
    assert len(counts) == 1 and "LIMIT 4" in counts[0]


def test_an_estimated_count_says_so_and_a_small_one_is_exact(
    admin: Client, grid: make.Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make.WellFactory()
    page = admin.get(url(models.Well, "changelist"))
    assert page.context["cl"].result_count == 5
    assert "约 " not in page.content.decode()
    monkeypatch.setattr(paging, "EXACT_UP_TO", 2)
    monkeypatch.setattr(base.FastAdmin, "list_per_page", 1)
    page = admin.get(url(models.Well, "changelist"))
    assert page.context["cl"].result_count >= 3
    assert "约 " in page.content.decode()
    assert page.context["cl"].paginator.num_pages == 2  # further pages would be counted off row by row


def test_lists_leave_geometries_in_the_database(admin: Client, grid: make.Grid) -> None:
    with CaptureQueriesContext(connection) as asked:
        admin.get(url(models.Boundary, "changelist"))
    assert [query["sql"] for query in asked.captured_queries if '"geom"' in query["sql"]] == []


@pytest.mark.parametrize(
    ("word", "codes"),
    [("W11", ["W110", "W111"]), ("w110", ["W110"]), ("11", []), ("水源", ["W111"]), ("W11 水源", ["W111"]), ("'", [])],
)
def test_search_by_start_of_code_or_by_name(admin: Client, grid: make.Grid, word: str, codes: list[str]) -> None:
    make.WellFactory(code="W110", name="农业井")
    make.WellFactory(code="W111", name="某水源井")
    found = admin.get(url(models.Well, "changelist"), {"q": word}).context["cl"].result_list
    assert sorted(well.code for well in found) == codes


def test_usage_is_searched_by_the_place_it_was_measured_at(admin: Client, grid: make.Grid) -> None:
    metered = make.UsageFactory(meter=make.MeterFactory(code="MC0000042"))
    at_plant = make.UsageFactory(facility=make.FacilityFactory(code="UP001", name="第一水厂"))
    in_village = make.UsageFactory(region=grid[A])
    for word, record in (("MC0000042", metered), ("第一", at_plant), ("甲社区", in_village), (A, in_village)):
        found = admin.get(url(models.UsageRecord, "changelist"), {"q": word}).context["cl"].result_list
        assert list(found) == [record], word


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("position_missing", ["W1"]), ("position_outside", ["W2"]), ("position_elsewhere", ["W3"]), (None, ["W1", "W2", "W3", "W4"]),
    ],
)  # fmt: skip
def test_the_filter_by_faults_finds_what_has_to_be_looked_at(
    admin: Client, grid: make.Grid, value: str | None, codes: list[str]
) -> None:
    make.WellFactory(code="W1", geom=None, declared_region=grid[A])
    make.WellFactory(code="W2", geom=make.at(9, 9), declared_region=grid[A])
    make.WellFactory(code="W3", geom=make.at(1.5, 0.5), declared_region=grid[A])
    make.WellFactory(code="W4", geom=make.at(1.5, 0.5), declared_region=grid[DISTRICT])
    grid.settle()
    make.find_faults()
    found = admin.get(url(models.Well, "changelist"), {"fault": value} if value else {}).context["cl"].result_list
    assert sorted(well.code for well in found) == codes


def test_synthetic_objects_say_so(admin: Client, grid: make.Grid) -> None:
    made, real = make.WellFactory(position_quality=vocab.SYNTHETIC), make.WellFactory(position_quality=1)
    assert "synthetic-note" in admin.get(url(models.Well, "change", made.pk)).content.decode()
    assert "synthetic-note" not in admin.get(url(models.Well, "change", real.pk)).content.decode()
    assert admin.get(url(models.Well, "changelist")).content.decode().count("synthetic-mark") == 1


def test_who_may_only_look_sees_the_map_and_changes_nothing(client: Client, grid: make.Grid) -> None:
    well = make.WellFactory()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_well"))
    client.force_login(reader)
    page = client.get(url(models.Well, "change", well.pk)).content.decode()
    assert 'data-admin-map="view"' in page
    assert "geom_lon" not in page
    assert client.post(url(models.Well, "change", well.pk), {"name": "改"}).status_code == 403


def test_regions_are_offered_as_they_are_now(admin: Client, grid: make.Grid) -> None:
    closed = grid[B]
    closed.valid_to = make.ReleaseFactory()
    closed.save()
    ask = {"app_label": "layers", "model_name": "well", "field_name": "declared_region", "term": "110101001"}
    found = admin.get("/admin/autocomplete/", ask).json()["results"]
    assert sorted(int(each["id"]) for each in found) == sorted([grid[make.SOUTHERN].pk, grid[A].pk])
