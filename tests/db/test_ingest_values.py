"""What only the whole file and what is there tell: totals, changes, cleared values, names of divisions, the refused rows."""

from __future__ import annotations

import csv as tables
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from layers import registry
from layers.history import said
from layers.history.read import changed_by
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.ingest.returned import write_refused
from layers.ingest.run import Source
from layers.models import AbstractionPermit, Release, UsageRecord, Well
from tests.db.ingest_files import (
    CITY,
    TOWNSHIP,
    VILLAGES,
    counts,
    csv,
    geojson,
    load,
    reasons,
    region,
    right,
    small_city,
    square,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)


def warned(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.field, fault.reason) for fault in report.warnings.first(1000)]


def notes(report: ImportReport) -> str:
    return "；".join(note.zh for note in report.notes)


def choices(report: ImportReport) -> dict[str, str]:
    return {choice.name: choice.value for choice in report.choices}


def said_of(report: ImportReport) -> list[tuple[int, str, str, str, str]]:
    """The values that change: row, code, and the words for field, old and new."""
    of = registry.dataset(report.dataset)
    return [
        (
            one.row,
            one.code,
            said.label(of, one.field).zh,
            said.shown(of, one.field, one.old).zh,
            said.shown(of, one.field, one.new).zh,
        )
        for one in report.changes.first
    ]


def returned(report: ImportReport, path: Path, out: Path, **source: Any) -> list[list[str]]:
    write_refused(Source(path, **source), report, {"zh": out})
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(tables.reader(file))


def test_a_total_is_compared_with_its_rows_and_is_no_permit(tmp_path: Path) -> None:
    text = """
        编码,年许可水量
        P1,100.5
        P2,200
        小计,300.5
        P3,50
        小计,49
        合计,352
    """
    report = load("permit", csv(tmp_path / "p.csv", text))
    assert counts(report) == (3, 0, 0, 0) and report.read == 3
    assert sorted(AbstractionPermit.objects.values_list("code", flat=True)) == ["P1", "P2", "P3"]
    assert warned(report) == [
        (6, "permitted_m3_per_year", "total_differs"),
        (7, "permitted_m3_per_year", "total_differs"),
    ]
    assert [right(fault) for fault in report.warnings.first(9)] == [
        "“年许可水量”各行之和为 50 m³",
        "“年许可水量”各行之和为 350.5 m³",
    ]
    assert "第 4、6、7 行是合计或小计" in notes(report) and "第 4 行的合计与各行之和相符" in notes(report)


def test_a_total_above_its_rows_and_one_of_refused_rows(tmp_path: Path) -> None:
    above = load("permit", csv(tmp_path / "p.csv", "编码,年许可水量\n合计,3万m³\nP1,10000\nP2,20000"))
    assert counts(above) == (2, 0, 0, 0) and "第 2 行的合计与各行之和相符" in notes(above) and not warned(above)
    report = load("permit", csv(tmp_path / "q.csv", "编码,年许可水量\nP1,10000\nP2,许多\n合计,30000"))
    assert "其中 1 行被拒收，未计入" in right(report.warnings.first(1)[0])


def wide(folder: Path, **told: str) -> ImportReport:
    text = f"""
        区划,水源类型,取水用途,1月,2月,合计
        {VILLAGES[0]},村级供水,居民,1,2,4
        {VILLAGES[1]},村级供水,居民,10,坏,30
        合计,,,11,23,33
    """
    return load("usage", csv(folder / "wide.csv", text), told={"year": "2018", **told})


def test_months_side_by_side_are_records_whose_totals_and_faults_name_the_cell(tmp_path: Path) -> None:
    report = wide(tmp_path)
    assert counts(report) == (3, 0, 0, 1) and report.read == 4
    assert sorted(UsageRecord.objects.values_list("volume_l", flat=True)) == [1_000, 2_000, 10_000]
    fault, (line, total) = report.refusals.first(1)[0], report.warnings.first(2)
    assert (line.row, line.value, right(line)) == (2, "4", "本行各月之和为 3 m³")
    assert (fault.row, fault.field, fault.column, fault.reason) == (3, "volume_m3", "2月", "not_a_number")
    assert (total.row, total.reason) == (
        4,
        "total_differs",
    ) and "“2月”各行之和为 2 m³，其中 1 行被拒收" in right(total)
    assert counts(wide(tmp_path)) == (0, 0, 3, 1)


def test_a_year_that_is_only_in_the_files_name_is_asked_for(tmp_path: Path) -> None:
    path = csv(tmp_path / "2018年.csv", f"区划,水源类型,取水用途,1月,2月\n{TOWNSHIP},自备井,工业,1,2")
    assert counts(load("usage", path, commit=False)) == (2, 0, 0, 0)
    with pytest.raises(ImportRefused, match="--read year=2018"):
        load("usage", path)
    assert counts(load("usage", path, told={"year": "2018"})) == (2, 0, 0, 0)


def test_october_typed_as_a_number_is_refused_and_does_not_come_in_as_january(tmp_path: Path) -> None:
    lines = [f"{month},{TOWNSHIP},自备井,工业,1" for month in ("2018.9", "2018.1", "2018.11")]
    report = load("usage", csv(tmp_path / "u.csv", "\n".join(["月份,区划,水源类型,取水用途,水量", *lines])))
    assert reasons(report) == [(3, "month", "month_point")] and counts(report) == (2, 0, 0, 1)
    lines = [f"{month},{TOWNSHIP},自备井,农业,1" for month in ("2018.10", "2018.1")]
    report = load("usage", csv(tmp_path / "u.csv", "\n".join(["月份,区划,水源类型,取水用途,水量", *lines])))
    assert warned(report) == [(3, "month", "month_point_read")] and counts(report) == (2, 0, 0, 0)


WELLS = """
    code,name,use,metering,depth_m,status,region,permits,lon,lat
    A,甲,irrigation,none,80,停用,110101,P1,116.02,39.05
    B,乙,irrigation,none,90,备用,110101,,116.07,39.05
"""


def wells(folder: Path) -> None:
    load("permit", csv(folder / "p.csv", "code\nP1"))
    load("well", csv(folder / "wells.csv", WELLS))


def test_what_changes_is_said_old_and_new_by_field(tmp_path: Path) -> None:
    wells(tmp_path)
    text = f"code,name,use,metering,depth_m,region,lon,lat\nA,甲,农业,水表,81.5,{VILLAGES[0]},116.03,39.05\nB,乙,农业,无,90,110101,116.07,39.05"
    report = load("well", csv(tmp_path / "w.csv", text), commit=False)
    assert counts(report) == (0, 1, 1, 0)
    assert report.changes.by_field == {"metering": 1, "depth_m": 1, "region": 1, "geom": 1}
    assert said_of(report) == [
        (2, "A", "计量方式", "无计量", "水表"), (2, "A", "井深", "80 m", "81.5 m"), (2, "A", "登记所在区划", "110101", VILLAGES[0]),
        (2, "A", "位置", "116.02, 39.05", "116.03, 39.05"),
    ]  # fmt: skip
    assert report.to_dict()["changes"]["first"][0]["old"] == "none", "in no language"
    assert load("well", csv(tmp_path / "w.csv", WELLS)).changes.by_field == {}
    # What the check said is what the release's page says.
    done = load("well", csv(tmp_path / "w.csv", text))
    (changed,) = changed_by(Release.objects.get(pk=done.release_id))[1]
    assert {(d.label, d.before, d.after) for d in changed.differences} == {one[2:] for one in said_of(report)}


def test_volumes_and_dates_change_in_words(tmp_path: Path) -> None:
    load("permit", csv(tmp_path / "p.csv", "编码,年许可水量,有效期止\nP1,100,2020-01-01"))
    report = load("permit", csv(tmp_path / "p.csv", "编码,年许可水量,有效期止\nP1,1.5万m³,长期"))
    assert [one[2:] for one in said_of(report)] == [
        ("年许可水量", "100 m³", "15000 m³"), ("有效期止", "2020-01-01", ""),
    ]  # fmt: skip
    line = f"月份,区划,水源类型,取水用途,水量\n2018-01,{TOWNSHIP},自备井,工业,"
    load("usage", csv(tmp_path / "u.csv", f"{line}1.5"))
    report = load("usage", csv(tmp_path / "u.csv", f"{line}2"))
    assert report.changes.by_field == {"volume_m3": 1}
    assert said_of(report) == [(2, f"2018-01 {TOWNSHIP}", "水量", "1.5 m³", "2 m³")]


def test_an_empty_cell_that_clears_a_value_is_counted_and_can_be_told_to_leave_it(tmp_path: Path) -> None:
    wells(tmp_path)
    blank = csv(
        tmp_path / "w.csv",
        "code,name,use,metering,depth_m,status,region,permits,lon,lat\nA,,农业,无,/,,110101,,,\nB,乙,农业,无,,,110101,,116.07,39.05",
    )
    dry = load("well", blank, commit=False)
    assert dry.changes.cleared == {"name": 1, "depth_m": 2, "status": 2, "geom": 1, "permits": 1}
    assert ("depth_m", "已有 80 m") in {(one.field, right(one)) for one in dry.warnings.kept if one.reason == "cleared"}
    assert choices(dry)["blank"] == "clear"
    kept = load("well", blank, told={"blank": "keep"})
    assert (
        counts(kept) == (0, 0, 2, 0)
        and kept.changes.cleared == {}
        and (kept.links_removed, kept.changes.by_field) == (0, {})
    )
    well = Well.objects.get(code="A")
    assert (well.name, well.depth_m, well.status, well.geom is None, well.permits.count()) == ("甲", 80.0, 3, False, 1)
    assert counts(load("well", blank)) == (0, 2, 0, 0)
    well = Well.objects.get(code="A")
    assert (well.name, well.depth_m, well.status, well.geom, well.permits.count()) == ("", None, 1, None, 0)


def test_cleaned_codes_that_meet_are_duplicates(tmp_path: Path) -> None:
    text = "code,use,metering,region\nA1,农业,无,110101\nＡ１,农业,无,110101\nA\u200b2,农业,无,110101"
    report = load("well", csv(tmp_path / "w.csv", text))
    assert counts(report) == (1, 0, 0, 2) and reasons(report) == [(2, "code", "duplicate"), (3, "code", "duplicate")]
    assert Well.objects.get().code == "A2" and (4, "code", "cleaned_code") in warned(report)


def test_a_name_with_another_kind_behind_it_is_refused_with_what_it_may_mean(tmp_path: Path) -> None:
    text = """
        code,use,metering,登记所在区划
        A,农业,无,东城区东华门镇
        B,农业,无,多福巷村
        C,农业,无,没有这个镇
    """
    report = load("well", csv(tmp_path / "w.csv", text))
    first, second, third = report.refusals.first(3)
    assert right(first) == f"东城区东华门街道 {TOWNSHIP}"
    assert right(second) == f"东城区东华门街道多福巷社区 {VILLAGES[0]}"
    assert right(third) == "区划代码，或现行的全名"


def test_divisions_are_found_by_name_or_the_row_is_refused_with_candidates(tmp_path: Path) -> None:
    twins = [region("110102001", "银闸街道", square(0.1, 0)), region("110102001001", "银闸社区", square(0.1, 0))]
    load("region", geojson(tmp_path / "more.geojson", [region("110101001001", "多福社区", square(0, 0, 0.05)), *twins]))
    text = """
        code,use,metering,登记所在区划
        A,农业,无,东城区东华门街道
        B,农业,无,东城 东华门
        C,农业,无,银闸社区
        D,农业,无,西城区银闸社区
        E,农业,无,朝阳区
        F,农业,无,多福巷社区
        G,农业,无,110101
    """
    report = load("well", csv(tmp_path / "w.csv", text))
    assert reasons(report) == [(4, "region", "ambiguous_division"), (6, "region", "unknown_division")]
    assert right(report.refusals.first(1)[0]) == (
        f"东城区东华门街道银闸社区 {VILLAGES[1]}、西城区银闸街道银闸社区 110102001001"
    )  # fmt: skip
    assert dict(Well.objects.values_list("code", "declared_region__code")) == {
        "A": TOWNSHIP, "B": TOWNSHIP, "D": "110102001001", "F": VILLAGES[0], "G": "110101",
    }  # fmt: skip
    assert warned(report) == [(7, "region", "former_name")]
    assert "4 行、4 个名称" in next(choice.zh for choice in report.choices if choice.name == "region.names")


def test_a_leap_of_a_hundredfold_is_asked_about(tmp_path: Path) -> None:
    line = f"月份,区划,水源类型,取水用途,水量\n2018-0{{month}},{TOWNSHIP},自备井,工业,{{volume}}"
    load("usage", csv(tmp_path / "u.csv", line.format(month=1, volume=2_000)))
    leap = csv(tmp_path / "u.csv", line.format(month=2, volume=200_000))
    report = load("usage", leap, commit=False)
    assert warned(report) == [(2, "volume_m3", "unlike_before")] and report.to_dict()["asks"] == ["plausible"]
    with pytest.raises(ImportRefused, match="plausible=accepted"):
        load("usage", leap)
    report = load("usage", leap, told={"plausible": "新建自来水厂"})
    assert counts(report) == (1, 0, 0, 0) and report.to_dict()["told"] == {"plausible": "新建自来水厂"}
    assert warned(load("usage", csv(tmp_path / "u.csv", line.format(month=3, volume=199_999)))) == []


def test_a_divisions_month_that_leaps_is_asked_about(tmp_path: Path) -> None:
    """Meters that are new have no month before to be compared with; their township has three."""
    line = "month,region,source,purpose,volume_l\n2018-{month:02d},{code},self_built_well,industrial,{litres}"
    for month, litres in ((1, 10**7), (2, 2 * 10**7), (3, 10**7)):
        load("usage", csv(tmp_path / "u.csv", line.format(month=month, code=TOWNSHIP, litres=litres)))
    first, second = (line.format(month=4, code=code, litres=n * 10**8) for n, code in enumerate(VILLAGES, 1))
    path = csv(tmp_path / "u.csv", f"{first}\n{second.splitlines()[1]}")
    report = load("usage", path, commit=False)
    assert warned(report) == [(3, "volume_m3", "region_unlike_before")] and report.to_dict()["asks"] == ["plausible"]
    told = right(report.warnings.first(1)[0])
    assert told == f"北京市 {CITY} 2018-04: 300000 m³ ≥ 10 × 20000 m³", (
        "the uppermost division, and the row that makes most of it"
    )
    with pytest.raises(ImportRefused, match="plausible=accepted"):
        load("usage", path)
    load("usage", path, told={"plausible": "新水厂"})
    # What is there already is no leap of the file's that says it again, nor of one that adds little.
    assert warned(load("usage", path)) == []
    less = line.format(month=5, code=VILLAGES[0], litres=10**8)
    assert warned(load("usage", csv(tmp_path / "v.csv", less))) == [], "beside the April that was confirmed"


def test_refused_rows_come_back_with_reasons_and_are_imported_when_mended(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "w.csv",
        """
        编码,备注,用途,计量方式,登记所在区划,井深,经度,纬度
        A,好,农业,无,110101,80,116.02,39.05
        001,=1+1,钓鱼,无,110101,坏,116.02,39.05
        B,,农业,无,999999,80,116.02,39.05
        C,,农业,无,110101
        D,,农业,无,110101,80,116.02,39.05
        D,,农业,无,110101,81,116.02,39.05
        合计,,,,,241,,
        """,
    )
    report = load("well", path)
    assert counts(report) == (1, 0, 0, 5)
    rows = returned(report, path, tmp_path / "refused.csv")
    assert rows[0] == ["编码", "备注", "用途", "计量方式", "登记所在区划", "井深", "经度", "纬度", "原因", "建议"]
    assert [row[0] for row in rows[1:]] == ["001", "B", "C,,农业,无,110101", "D", "D"]
    assert (
        rows[1][1] == "'=1+1"
        and "用途：不在词表中" in rows[1][8]
        and "井深：不是数字" in rows[1][8]
        and "如 12.5" in rows[1][9]
    )
    assert (
        "登记所在区划：引用的对象不存在" in rows[2][8]
        and "编码：文件内重复" in rows[4][8]
        and "见第 7 行" in rows[4][9]
    )
    again = load("well", tmp_path / "refused.csv")
    assert counts(again) == (0, 0, 0, 5) and again.columns.ignored == ("备注",)
    mended = (
        (tmp_path / "refused.csv")
        .read_text("utf-8-sig")
        .replace("钓鱼", "监测")
        .replace(",坏,", ",5,")
        .replace("999999", "110101")
    )
    (tmp_path / "refused.csv").write_text(mended, "utf-8-sig")
    assert counts(load("well", tmp_path / "refused.csv")) == (2, 0, 0, 3)
    assert Well.objects.get(code="001").depth_m == 5


def test_refused_rows_keep_the_unit_and_the_year_that_stood_above(tmp_path: Path) -> None:
    path, book = tmp_path / "u.xlsx", Workbook()
    for line in (
        ["2018年用水量"], ["单位：万立方米"], ["区划", "水源类型", "取水用途", "1月", "2月"], [TOWNSHIP, "自备井", "坏", 1.5, 2]
    ):  # fmt: skip
        book.active.append(line)  # type: ignore[union-attr]
    book.save(path)
    report = load("usage", path, commit=False)
    rows = returned(report, path, tmp_path / "refused.csv")
    assert rows[0][3:5] == ["2018年1月（万立方米）", "2018年2月（万立方米）"] and len(rows) == 2
    (tmp_path / "refused.csv").write_text(
        (tmp_path / "refused.csv").read_text("utf-8-sig").replace("坏", "工业"), "utf-8-sig"
    )
    assert counts(load("usage", tmp_path / "refused.csv")) == (2, 0, 0, 0)
    assert sorted(UsageRecord.objects.values_list("volume_l", flat=True)) == [15_000_000, 20_000_000]


def test_refused_rows_keep_their_outlines(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [116.02, 39.05]}
    sound = {"use": "irrigation", "metering": "none", "region": "110101"}
    features = [
        {"type": "Feature", "properties": {"code": "A", **sound}, "geometry": point},
        {"type": "Feature", "properties": {"code": "B", **sound, "use": "fishing"}, "geometry": point},
    ]
    path = geojson(tmp_path / "w.geojson", features)
    report = load("well", path)
    rows = returned(report, path, tmp_path / "refused.csv")
    assert rows[0][-3:] == ["wkt", "原因", "建议"] and rows[1][-3] == "POINT (116.02 39.05)"
    (tmp_path / "refused.csv").write_text(
        (tmp_path / "refused.csv").read_text("utf-8-sig").replace("fishing", "supply"), "utf-8-sig"
    )
    assert counts(load("well", tmp_path / "refused.csv")) == (1, 0, 0, 0)
    assert Well.objects.get(code="B").geom.coords == (116.02, 39.05)
