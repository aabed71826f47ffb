"""Usage records: identity, corrections, months and sums."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from layers.ingest import apart
from layers.ingest.refusal import ImportRefused
from layers.models import LayerVersion, Region, UsageRecord, UsageSum
from tests.db.ingest_files import TOWNSHIP, VILLAGES, counts, csv, geojson, load, reasons, regions, small_city
from tests.standing import standing

pytestmark = pytest.mark.django_db

JANUARY = f"""
    month,meter,facility,region,source,purpose,correction_no,volume_l
    2019-01,M1,,,self_built_well,industrial,0,1000
    2019-01,,VS1,,village_supply,residential,0,2000
    2019-01,,,{TOWNSHIP},group_tap,residential,0,4000
    2019-01,M1,,,self_built_well,residential,0,8000
"""


def make_city(folder: Path) -> None:
    small_city(folder)
    meter = f"code,system,source,purpose,region,lon,lat\nM1,group,self_built_well,industrial,{VILLAGES[0]},116.02,39.05"
    load("meter", csv(folder / "meters.csv", meter))
    load(
        "village_station",
        csv(folder / "stations.csv", f"code,name,region,lon,lat\nVS1,站,{VILLAGES[1]},116.07,39.05"),
    )


world = standing(make_city)


@pytest.fixture(autouse=True)
def _city(world: None, db: None) -> None:
    """As `make_city` has made it."""


def total(level: int = 1, month: date = date(2019, 1, 1), measure: str = "volume_l") -> int:
    found = UsageSum.objects.filter(level=level, month=month, source_sel=0, purpose_sel=0)
    return sum(found.values_list(measure, flat=True))


def test_a_month_comes_in_and_is_summed(tmp_path: Path) -> None:
    report = load("usage", csv(tmp_path / "u.csv", JANUARY))
    assert counts(report) == (4, 0, 0, 0) and report.months == [date(2019, 1, 1)]
    assert UsageRecord.objects.filter(meter__code="M1", purpose=1).get().volume_l == 8000
    assert {total(level) for level in (1, 2, 3, 4, 5)} == {15_000}
    villages = dict(UsageSum.objects.filter(level=4, source_sel=0, purpose_sel=0).values_list("code", "volume_l"))
    assert villages == {VILLAGES[0]: 9000, VILLAGES[1]: 2000, "": 4000}


def test_the_same_month_again_changes_nothing(tmp_path: Path) -> None:
    first = load("usage", csv(tmp_path / "u.csv", JANUARY))
    again = load("usage", tmp_path / "u.csv")
    assert counts(again) == (0, 0, 4, 0) and not again.version_raised and again.months == []
    assert set(UsageRecord.objects.values_list("release_id", flat=True)) == {first.release_id}
    assert LayerVersion.objects.get(dataset="usage").version == 1


def test_a_corrected_file_changes_what_differs_and_its_months_sums(tmp_path: Path) -> None:
    load("usage", csv(tmp_path / "u.csv", JANUARY))
    more = JANUARY.replace(",1000", ",1500") + "    2019-02,M1,,,self_built_well,industrial,0,1\n"
    report = load("usage", csv(tmp_path / "u.csv", more))
    assert counts(report) == (1, 1, 3, 0) and report.months == [date(2019, 1, 1), date(2019, 2, 1)]
    assert total() == 15_500 and total(month=date(2019, 2, 1)) == 1
    assert total(month=date(2019, 2, 1), measure="ytd_l") == 15_501


def test_a_correction_is_a_record_of_its_own_and_may_be_negative(tmp_path: Path) -> None:
    load("usage", csv(tmp_path / "u.csv", JANUARY))
    text = """
        month,meter,source,purpose,correction_no,volume_l
        2019-01,M1,self_built_well,industrial,1,-300
        2019-01,M1,self_built_well,industrial,0,-1
    """
    report = load("usage", csv(tmp_path / "c.csv", text))
    assert counts(report) == (1, 0, 0, 1) and reasons(report) == [(3, "volume_l", "negative")]
    assert total() == 14_700
    assert UsageRecord.objects.get(meter__code="M1", purpose=3, correction_no=0).volume_l == 1000


def test_cubic_metres_by_chinese_headings(tmp_path: Path) -> None:
    text = "用水时段,表号,水源类型,取水用途,本月用水量\n2019年3月,M1,自备井,工业,12.345"
    assert counts(load("usage", csv(tmp_path / "u.csv", text, "gb18030"))) == (1, 0, 0, 0)
    assert UsageRecord.objects.get().volume_l == 12_345


def test_what_was_used_in_a_division_closed_since_comes_in_under_its_code(tmp_path: Path) -> None:
    left = [one for one in regions() if one["properties"]["code"] != VILLAGES[1]]
    load("region", geojson(tmp_path / "fewer.geojson", left), closing=True)
    assert not Region.objects.filter(code=VILLAGES[1], valid_to=None).exists()
    text = f"month,region,source,purpose,volume_l\n2018-12,{VILLAGES[1]},village_supply,residential,7"
    report = load("usage", csv(tmp_path / "u.csv", text))
    assert counts(report) == (1, 0, 0, 0)
    december = UsageSum.objects.filter(month=date(2018, 12, 1), source_sel=0, purpose_sel=0)
    assert dict(december.values_list("level", "code")) == {
        1: "11", 2: "110101", 3: TOWNSHIP, 4: VILLAGES[1], 5: "110101",
    }  # fmt: skip
    assert counts(load("usage", tmp_path / "u.csv")) == (0, 0, 1, 0)


@pytest.mark.parametrize("unit", ["volume_l", "volume_m3"])
def test_a_dry_run_refuses_what_could_not_be_summed(tmp_path: Path, unit: str) -> None:
    """Each fits a 64-bit integer and a dozen of them do not: the sums, which a dry run leaves out, would overflow."""
    most = 10**12 if unit == "volume_l" else 10**9
    volumes = [most, most + 1, 999_999_999_999_999, 999_999_999_999_999_999 if unit == "volume_l" else most * 10]
    lines = [f"2019-01,M1,self_built_well,industrial,{n},{volume}" for n, volume in enumerate(volumes)]
    lines.append(f"2019-01,M1,self_built_well,industrial,9,-{most + 1}")
    path = csv(tmp_path / "u.csv", "\n".join([f"month,meter,source,purpose,correction_no,{unit}", *lines]))
    with pytest.raises(ImportRefused, match=r"大得不合常理.*plausible=accepted"):
        load("usage", path)
    dry, real = load("usage", path, commit=False), load("usage", path, told={"plausible": "accepted"})
    assert counts(dry) == counts(real) == (1, 0, 0, 4)
    assert reasons(dry) == [(row, unit, "out_of_range") for row in (3, 4, 5, 6)]
    assert total() == 10**12


def test_a_file_of_more_than_all_rivers_is_refused_by_the_dry_run(tmp_path: Path) -> None:
    lines = [f"2019-01,M1,self_built_well,industrial,{n},{10**12}" for n in range(1_001)]
    text = "\n".join(["month,meter,source,purpose,correction_no,volume_l", *lines])
    with pytest.raises(ImportRefused, match=r"水量合计 1,001,000,000,000 m³.*check the unit"):
        load("usage", csv(tmp_path / "u.csv", text), commit=False)
    most = csv(tmp_path / "u.csv", text.rpartition("\n")[0])
    assert counts(load("usage", most, told={"plausible": "三峡"})) == (1_000, 0, 0, 0)
    assert total() == 10**15


def test_refused_records_name_their_row(tmp_path: Path) -> None:
    text = f"""
        month,meter,facility,region,source,purpose,volume_l
        2019-01,M1,,,self_built_well,industrial,1
        2019-01,M9,,,self_built_well,industrial,1
        2019-01,,VS9,,self_built_well,industrial,1
        2019-01,,,119999,self_built_well,industrial,1
        2019-01,M1,VS1,,self_built_well,industrial,1
        2019-01,,,,self_built_well,industrial,1
        2019-13,M1,,,self_built_well,special_trades,1
        2019-01,M1,,,self_built_well,construction,1.5
        2019-01,M1,,,self_built_well,construction,
        2019-01,,,{TOWNSHIP},group_tap,residential,5
        2019-01,,,{TOWNSHIP},group_tap,residential,6
    """
    report = load("usage", csv(tmp_path / "u.csv", text))
    assert counts(report) == (1, 0, 0, 10)
    assert reasons(report) == [
        (3, "meter", "unknown_reference"),
        (4, "facility", "unknown_reference"),
        (5, "region", "unknown_reference"),
        (6, "meter/facility/region", "one_place"),
        (7, "meter/facility/region", "one_place"),
        (8, "month", "not_a_month"),
        (9, "volume_l", "not_an_integer"),
        (10, "volume_l", "missing"),
        (11, "month", "duplicate"),
        (12, "month", "duplicate"),
    ]


def test_many_chunks_are_one_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "CHUNK_BYTES", 256)
    months = [date(2000 + n // 12, n % 12 + 1, 1) for n in range(200)]
    lines = "\n".join(f"{month:%Y-%m},M1,self_built_well,industrial,{n}" for n, month in enumerate(months))
    report = load("usage", csv(tmp_path / "u.csv", "month,meter,source,purpose,volume_l\n" + lines))
    assert counts(report) == (200, 0, 0, 0) and report.months == months
    assert total(month=months[-1]) == 199


def test_a_meter_that_moves_takes_its_months_along(tmp_path: Path) -> None:
    load("usage", csv(tmp_path / "u.csv", JANUARY))
    moved = f"code,system,source,purpose,region,lon,lat\nM1,group,self_built_well,industrial,{VILLAGES[0]},116.07,39.05"
    report = load("meter", csv(tmp_path / "m.csv", moved), effective="current")
    assert counts(report) == (0, 1, 0, 0) and report.months == [date(2019, 1, 1)]
    assert UsageSum.objects.get(level=4, source_sel=0, purpose_sel=0, code=VILLAGES[1]).volume_l == 11_000


def test_a_dry_run_names_the_months_and_leaves_their_sums(tmp_path: Path) -> None:
    report = load("usage", csv(tmp_path / "u.csv", JANUARY), commit=False)
    assert counts(report) == (4, 0, 0, 0) and report.months == [date(2019, 1, 1)]
    assert not UsageRecord.objects.exists() and not UsageSum.objects.exists()
