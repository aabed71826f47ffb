"""Releases taken back: everything is what it was, or nothing is done and the reason is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client

from layers import registry
from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.models import FormerState, GridUsage, LayerVersion, Release, UsageRecord, UsageSum, Well
from tests.db.ingest_files import TOWNSHIP, VILLAGES, csv, load, small_city

pytestmark = pytest.mark.django_db

WELLS = f"""
    code,name,use,metering,depth_m,region,lon,lat,permits
    W1,一号井,irrigation,none,50,{VILLAGES[0]},116.01,39.01,P1;P2
    W2,二号井,irrigation,water_meter,60,{VILLAGES[1]},116.06,39.01,P1
"""
OTHER_WELLS = f"""
    code,name,use,metering,depth_m,region,lon,lat,permits
    W1,一号井,irrigation,none,80,{VILLAGES[1]},116.07,39.02,P2
    W2,二号井,irrigation,water_meter,60,{VILLAGES[1]},116.06,39.01,P1;P2
    W3,三号井,irrigation,none,10,{VILLAGES[0]},116.02,39.02,
"""
PERMITS = """
    code,holder_code,holder_name,permitted_m3_per_year,valid_from
    P1,H1,甲公司,1000,2019-01-01
    P2,H2,乙公司,2000.5,2019-01-01
"""
METERS = f"""
    code,system,source,purpose,region,lon,lat,users
    M1,group,self_built_well,industrial,{VILLAGES[0]},116.02,39.05,
    M2,group,self_built_well,industrial,{VILLAGES[0]},,,U1
"""
USERS = f"code,name,source,region,lon,lat\nU1,某厂,self_built_well,{VILLAGES[1]},116.08,39.05"
USAGE = f"""
    month,meter,region,source,purpose,volume_l
    2019-01,M1,,self_built_well,industrial,1000
    2019-01,M2,,self_built_well,industrial,2000
    2019-01,,{TOWNSHIP},group_tap,residential,4000
"""
OTHER_USAGE = """
    month,meter,source,purpose,volume_l
    2019-01,M1,self_built_well,industrial,1500
    2019-02,M2,self_built_well,industrial,700
"""


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)
    for target, text in (
        ("permit", PERMITS), ("well", WELLS), ("water_user", USERS), ("meter", METERS), ("usage", USAGE),
    ):  # fmt: skip
        load(target, csv(tmp_path / f"{target}.csv", text))


def everything() -> dict[str, Any]:
    """All that is published and derived, row by row; generated ids of derived rows and times left out."""
    found: dict[str, Any] = {}
    models = [apps.get_model(dataset.model) for dataset in registry.DATASETS]
    for model in (*models, apps.get_model("layers.AbstractionHolder")):
        names = [field.attname for field in model._meta.concrete_fields]
        found[model.__name__] = sorted(model.objects.values_list(*names), key=repr)
        for link in model._meta.local_many_to_many:
            pairs = link.remote_field.through.objects.values_list(link.m2m_column_name(), link.m2m_reverse_name())
            found[f"{model.__name__}.{link.name}"] = sorted(pairs)
    for derived in (UsageSum, GridUsage):
        names = [field.attname for field in derived._meta.concrete_fields if field.attname != "id"]
        found[derived.__name__] = sorted(derived.objects.values_list(*names), key=repr)
    return found


CHANGES = {
    "well": OTHER_WELLS,
    "usage": OTHER_USAGE,
    "meter": METERS.replace("116.02,39.05", "116.09,39.05").replace(",,,U1", ",116.01,39.09,")
    + f"    M3,group,self_built_well,industrial,{VILLAGES[1]},,,U1\n",
    "water_user": USERS.replace("116.08", "116.03") + f"\nU2,另一厂,self_built_well,{VILLAGES[0]},,",
    "permit": PERMITS.replace("甲公司", "甲有限公司").replace("2000.5,", "2000,") + "    P3,H3,丙公司,1,2019-01-01\n",
    "reporting_unit": "code,name\n110101,东城区水务局（新）\n110103,另一局",
}


@pytest.mark.parametrize("target", CHANGES)
def test_all_is_as_before(tmp_path: Path, target: str) -> None:
    before = everything()
    report = load(target, csv(tmp_path / "other.csv", CHANGES[target]))
    assert report.changed and report.new
    after = everything()
    assert after != before and report.release_id
    done = undo(report.release_id, commit=True, actor="clerk")
    assert everything() == before
    assert (done.removed >= report.new) and (done.restored >= report.changed) and done.committed
    assert LayerVersion.objects.get(dataset=report.dataset).release_id == done.new_release_id
    # The undoing is a release like any other.
    assert done.new_release_id
    undo(done.new_release_id, commit=True)
    assert everything() == after


def test_a_dry_run_counts_and_changes_nothing(tmp_path: Path) -> None:
    report = load("well", csv(tmp_path / "other.csv", OTHER_WELLS))
    before, releases, states = everything(), Release.objects.count(), FormerState.objects.count()
    done = undo(report.release_id or 0)
    assert (done.removed, done.restored, done.returned, done.committed) == (1, 2, 0, False)
    assert (everything(), Release.objects.count(), FormerState.objects.count()) == (before, releases, states)


def test_what_later_releases_touched_is_not_taken_back(tmp_path: Path) -> None:
    first = load("well", csv(tmp_path / "a.csv", OTHER_WELLS))
    second = load(
        "well", csv(tmp_path / "b.csv", f"code,use,metering,depth_m,region\nW3,irrigation,none,11,{VILLAGES[0]}")
    )
    before = everything()
    with pytest.raises(ImportRefused, match=rf"W3（#{second.release_id}）"):
        undo(first.release_id or 0, commit=True)
    assert everything() == before
    undo(second.release_id or 0, commit=True)
    undo(first.release_id or 0, commit=True)
    assert not Well.objects.filter(code="W3").exists()
    with pytest.raises(ImportRefused, match=r"已由第 \d+ 号发布撤销"):
        undo(first.release_id or 0, commit=True)


def test_what_others_lead_to_does_not_go(tmp_path: Path) -> None:
    made = Release.objects.get(dataset="meter")
    with pytest.raises(ImportRefused, match="已被引用，不能删除：用水记录 2"):
        undo(made.pk, commit=True)
    undo(Release.objects.get(dataset="usage").pk, commit=True)
    assert not UsageRecord.objects.exists() and not UsageSum.objects.exists()
    undo(made.pk, commit=True)


def test_changes_by_hand_are_taken_back(client: Client) -> None:
    user = get_user_model().objects.create_superuser("office", password="long enough for a test")
    client.force_login(user)
    before = everything()
    well = Well.objects.get(code="W1")
    assert client.post(f"/admin/layers/well/{well.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Well.objects.filter(code="W1").exists()
    undo(Release.objects.latest("pk").pk, commit=True)
    assert everything() == before


def test_the_time_before_is_refused(tmp_path: Path) -> None:
    report = load("well", csv(tmp_path / "other.csv", OTHER_WELLS))
    FormerState.objects.all().delete()
    with pytest.raises(ImportRefused, match="还没有保存改动前的内容"):
        undo(report.release_id or 0)
    with pytest.raises(ImportRefused, match="没有第 999999 号发布"):
        undo(999999)


def test_a_month_that_comes_keeps_nothing(tmp_path: Path) -> None:
    FormerState.objects.all().delete()
    load("usage", csv(tmp_path / "u.csv", OTHER_USAGE.replace("2019-01", "2019-03")))
    assert not FormerState.objects.exists()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything()
    report = load("usage", csv(tmp_path / "other.csv", OTHER_USAGE))
    call_command("undo_release", str(report.release_id))
    assert "试运行" in capsys.readouterr().out
    call_command("undo_release", str(report.release_id), "--commit")
    assert "已撤销" in capsys.readouterr().out
    assert everything() == before


def test_many_rows_take_the_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above some number of rows everything is made again; the outcome is the same."""
    from layers import settle

    monkeypatch.setattr(settle, "FEW", 0)
    before = everything()
    for target, text in CHANGES.items():
        report = load(target, csv(tmp_path / "other.csv", text))
        undo(report.release_id or 0, commit=True)
    connection.check_constraints()
    assert everything() == before
