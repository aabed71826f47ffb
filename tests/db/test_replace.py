"""A file that replaces a month, a district's month or a layer: what it lacks goes, and comes back when it is taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.models import Meter, SupplyFacility, UsageRecord, UsageSum, Well
from tests.db.ingest_files import OTHER_DISTRICT, TOWNSHIP, VILLAGES, counts, csv, load, small_city
from tests.db.test_undo import everything

pytestmark = pytest.mark.django_db

METERS = f"""
    code,system,source,purpose,region,lon,lat
    M1,group,self_built_well,industrial,{VILLAGES[0]},116.02,39.05
    M2,group,self_built_well,industrial,{VILLAGES[1]},116.07,39.05
    M3,group,self_built_well,industrial,{OTHER_DISTRICT},,
"""
USAGE = f"""
    month,meter,region,source,purpose,volume_l
    2019-01,M1,,self_built_well,industrial,1000
    2019-01,M2,,self_built_well,industrial,2000
    2019-01,M3,,self_built_well,industrial,4000
    2019-01,,{TOWNSHIP},group_tap,residential,8000
    2019-02,M1,,self_built_well,industrial,16000
"""
HEAD = "month,meter,region,source,purpose,volume_l\n"


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)
    load("meter", csv(tmp_path / "meters.csv", METERS))
    load("usage", csv(tmp_path / "usage.csv", USAGE))


def total(month: int) -> int:
    return sum(UsageSum.objects.filter(level=1, month=date(2019, month, 1), source_sel=0, purpose_sel=0)
               .values_list("volume_l", flat=True))  # fmt: skip


@pytest.mark.parametrize("few", [1_000, 0])
def test_a_month_is_replaced_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("layers.settle.FEW", few)
    before = everything()
    text = HEAD + "2019-01,M1,,self_built_well,industrial,1000\n2019-01,M2,,self_built_well,industrial,2500"
    path = csv(tmp_path / "january.csv", text)
    dry = load("usage", path, replacing=True, commit=False)
    assert (counts(dry), dry.gone, list(dry.gone_names)) == ((0, 1, 1, 0), 2, ["2019-01", "2019-01"])
    assert everything() == before
    report = load("usage", path, replacing=True)
    assert report.gone == 2 and total(1) == 3500 and total(2) == 16000
    undo(report.release_id or 0, commit=True)
    assert everything() == before


def test_a_districts_month(tmp_path: Path) -> None:
    text = HEAD + "2019-01,M3,,self_built_well,industrial,1"
    report = load("usage", csv(tmp_path / "a.csv", text), replacing=True, within=OTHER_DISTRICT)
    assert (counts(report), report.gone) == ((0, 1, 0, 0), 0) and total(1) == 11_001
    with pytest.raises(ImportRefused, match=f"有 1 行不在所替换的区划 {OTHER_DISTRICT} 内"):
        outside = csv(tmp_path / "b.csv", HEAD + "2019-01,M1,,self_built_well,industrial,7")
        load("usage", outside, replacing=True, within=OTHER_DISTRICT)
    nothing = csv(tmp_path / "c.csv", HEAD + "2019-01,M1,,self_built_well,industrial,1000")
    assert load("usage", nothing, replacing=True, within="110101").gone == 2
    assert total(1) == 1001


def test_of_a_layer_what_others_lead_to_stays(tmp_path: Path) -> None:
    report = load("meter", csv(tmp_path / "m.csv", METERS.replace("M3", "M4")), replacing=True)
    assert (report.new, report.gone) == (1, 0) and "1 个对象仍被“用水记录”引用，保留" in report.notes[-1].zh
    again = load("meter", csv(tmp_path / "m.csv", METERS), replacing=True)
    assert again.gone == 1 and again.gone_names == ["M4"] and Meter.objects.count() == 3


def test_a_layer_is_its_own_scope(tmp_path: Path) -> None:
    head = "code,name,region,lon,lat\n"
    load(
        "village_station",
        csv(tmp_path / "a.csv", f"{head}V1,站,{VILLAGES[0]},116.01,39.01\nV2,站,{VILLAGES[0]},116.02,39.01"),
    )
    load("urban_plant", csv(tmp_path / "b.csv", f"{head}U1,厂,{VILLAGES[0]},116.01,39.01"))
    report = load("village_station", csv(tmp_path / "c.csv", f"{head}V2,站,{VILLAGES[0]},116.02,39.01"), replacing=True)
    assert report.gone_names == ["V1"]
    assert sorted(SupplyFacility.objects.values_list("code", flat=True)) == ["U1", "V2"]


def test_refused_rows_hold_a_replacement_up(tmp_path: Path) -> None:
    wells = f"code,use,metering,region\nW1,irrigation,none,{VILLAGES[0]}\nW2,irrigation,none,{VILLAGES[0]}"
    load("well", csv(tmp_path / "w.csv", wells))
    spoilt = csv(tmp_path / "x.csv", wells.replace("W2,irrigation", "W2,fishing"))
    dry = load("well", spoilt, replacing=True, commit=False)
    assert dry.gone == 1 and "1 行被拒收" in dry.notes[-1].zh
    with pytest.raises(ImportRefused, match="请先改正"):
        load("well", spoilt, replacing=True)
    assert Well.objects.count() == 2


def test_divisions_are_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="--closing"):
        load("region", tmp_path / "regions.geojson", replacing=True)
    assert UsageRecord.objects.count() == 5
