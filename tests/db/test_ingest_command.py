"""`import_layer` and the formats it takes, from file to table."""

from __future__ import annotations

import csv as csv_module
import json
import resource
import zipfile
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from layers.ingest import gcj02, guards
from layers.ingest.refusal import ImportRefused
from layers.models import Release, Well
from tests import workbooks
from tests.db.ingest_files import counts, csv, load, small_city

pytestmark = pytest.mark.django_db

WELLS = "code,use,metering,region,lon,lat\n001,irrigation,none,110101,116.02,39.05\n002,泉,none,110101,116.02,39.05\n"


@pytest.fixture
def city(tmp_path: Path) -> None:
    small_city(tmp_path)


def command(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("import_layer", *map(str, args), stdout=out, **options)
    return out.getvalue()


@pytest.mark.usefixtures("city")
def test_a_terminal_is_told_no_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text(
        'code,use,metering,region,"\x1b[2Jnote\u202e"\nW1,农业,无计量,110101,甲\nW2,泉,\x1b[1m,110101,甲\n', "utf-8"
    )
    said = command("well", path)
    assert "忽略列  ·[2Jnote·" in said and all(c.isprintable() for c in said.replace("\n", ""))
    path.write_text('code,name,"na\x1b]0;x\x07me\u202e"\nW1,甲,乙\n', "utf-8")
    with pytest.raises(CommandError) as refused:
        command("well", path, map=["name=\x1b[1m"])
    assert "没有列" in str(refused.value) and all(c.isprintable() for c in str(refused.value).replace("\n", ""))


@pytest.mark.usefixtures("city")
def test_line_breaks_of_unicode_are_white_space_and_what_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    told = "code,name,use,metering,region\nW1,甲\u2028乙\x85丙,农业,无计量,110101\nW2,甲\ufffe,农业,无计量,110101\n"
    path.write_bytes(told.encode())
    report = load("well", path)
    assert (report.new, [(r.row, r.reason) for r in report.refusals.first(9)]) == (1, [(3, "control_character")])
    assert Well.objects.get().name == "甲 乙 丙"


@pytest.mark.usefixtures("city")
def test_a_dry_run_says_so_and_what_to_do_next(tmp_path: Path) -> None:
    said = command("well", csv(tmp_path / "w.csv", WELLS))
    assert "新增 1，变更 0，未变 0，拒收 1" in said
    assert "试运行" in said and "--commit" in said
    assert "不在词表中" in said and "农业（irrigation）" in said  # the refused row with what is expected
    assert not Well.objects.exists()


@pytest.mark.usefixtures("city")
def test_commit_imports_and_reports_are_written(tmp_path: Path) -> None:
    path = csv(tmp_path / "w.csv", WELLS.replace("code", "编号"))
    refusals, report = tmp_path / "out.csv", tmp_path / "out.json"
    said = command("well", path, "--map", "code=编号", "--commit", "--report", report)
    assert "已导入" in said and Well.objects.get().code == "001"
    command("well", path, "--map", "code=编号", "--report", refusals)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["rows"] == {
        "read": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "closed": 0,
        "gone": 0,
        "warned": 0,
    }
    assert told["committed"] and told["refusals"][0]["row"] == 3
    assert told["columns"]["fields"]["code"] == "编号"
    lines = list(csv_module.reader(refusals.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[1][:4] == ["3", "use", "泉", "不在词表中"]


@pytest.mark.usefixtures("city")
def test_ignored_columns_are_named(tmp_path: Path) -> None:
    said = command("well", csv(tmp_path / "w.csv", "code,use,metering,region,备注\n1,supply,none,110101,x"))
    assert "忽略列  备注" in said


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["well", "none.csv"], 1, "不存在"),
        (["wells", "w.csv"], 1, "没有名为"),
        (["well", "w.csv", "--crs", "EPSG:1"], 1, "坐标系"),
        (["well", "w.csv", "--map", "code"], 2, "字段=列名"),
        (["well", "w.csv", "--map", "kode=code"], 1, "kode"),
    ],
)
def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    csv(tmp_path / "w.csv", WELLS)
    with pytest.raises(CommandError, match=words) as caught:
        command(*args)
    assert caught.value.returncode == code


def test_a_file_of_which_nothing_is_taken_exits_1(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        command("well", csv(tmp_path / "w.csv", WELLS), "--commit")  # no region is known yet
    assert caught.value.returncode == 1 and not Release.objects.exists()


def test_another_import_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    path = csv(tmp_path / "u.csv", "code,name\n110101,东城区水务局")
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('shuitu import'))")
        assert cursor.fetchone()[0]
        with pytest.raises(ImportRefused, match="另一个导入"):
            load("reporting_unit", path, wait_s=0.3)
        cursor.execute("SELECT pg_advisory_unlock(hashtext('shuitu import'))")
    assert counts(load("reporting_unit", path, wait_s=0.3)) == (1, 0, 0, 0)


def frame(x: float = 116.02, y: float = 39.05, crs: str | None = "EPSG:4490") -> gpd.GeoDataFrame:
    values = {"code": ["007"], "name": ["怀柔井"], "use": ["农业"], "metering": ["水表"], "region": ["110101"]}
    return gpd.GeoDataFrame(values, geometry=[shapely.Point(x, y)], crs=crs)


def the_well() -> Well:
    well = Well.objects.get()
    assert (well.code, well.name, well.use, well.metering) == ("007", "怀柔井", 2, 1)
    return well


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp"])
def test_vector_formats(tmp_path: Path, suffix: str) -> None:
    frame().to_file(tmp_path / f"w.{suffix}")
    assert counts(load("well", tmp_path / f"w.{suffix}")) == (1, 0, 0, 0)
    assert the_well().geom.coords == (116.02, 39.05)


@pytest.mark.usefixtures("city")
def test_a_zipped_shapefile_in_metres(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    frame().to_crs("EPSG:4548").to_file(folder / "机井.shp", encoding="GB18030")
    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"机井/{path.name}")
    report = load("well", tmp_path / "w.zip")
    assert counts(report) == (1, 0, 0, 0) and report.crs == "EPSG:4548"
    assert the_well().geom.coords == pytest.approx((116.02, 39.05), abs=1e-9)


@pytest.mark.usefixtures("city")
def test_a_shapefile_without_a_projection_must_be_told_one(tmp_path: Path) -> None:
    frame(crs=None).to_file(tmp_path / "w.shp")
    with pytest.raises(ImportRefused, match="没有说明坐标系"):
        load("well", tmp_path / "w.shp")
    assert counts(load("well", tmp_path / "w.shp", crs="EPSG:4490")) == (1, 0, 0, 0)


@pytest.mark.usefixtures("city")
def test_positions_from_a_web_map_are_moved_to_where_they_are(tmp_path: Path) -> None:
    lon, lat = gcj02.from_wgs84(np.array([116.02]), np.array([39.05]))
    report = load("well", _geojson(tmp_path, frame(lon[0], lat[0])), crs="GCJ-02")
    assert report.crs == "GCJ-02"
    assert the_well().geom.coords == pytest.approx((116.02, 39.05), abs=1e-9)


def _geojson(folder: Path, found: gpd.GeoDataFrame) -> Path:
    found.to_file(folder / "w.geojson")
    return folder / "w.geojson"


@pytest.mark.usefixtures("city")
def test_exchanged_axes_are_asked_and_nothing_changes_before(tmp_path: Path) -> None:
    swapped = gpd.GeoDataFrame(
        {name: list(frame()[name]) * 2 for name in ("name", "use", "metering", "region")} | {"code": ["1", "2"]},
        geometry=[shapely.Point(39.05, 116.02), shapely.Point(39.06, 116.02)],
        crs="EPSG:4490",
    )
    file = _geojson(tmp_path, swapped)
    with pytest.raises(ImportRefused, match=r"coordinates=EPSG:4490\+swapped"):
        load("well", file)
    assert not Well.objects.exists()
    load("well", file, told={"coordinates": "EPSG:4490+swapped"})
    assert Well.objects.get(code="1").geom.coords == (116.02, 39.05)


@pytest.mark.usefixtures("city")
def test_a_workbook_with_chinese_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "机井台账"
    sheet.append(["水务码", "名称", "机井用途", "计量方式", "所在区", "井深(米)", "成井年份", "经度", "纬度"])
    sheet.append(["007", "怀柔井", "农业", "水表", 110101, 80, 1998, 116.02, 39.05])
    sheet.append([None] * 9)
    sheet.append(["008", "坏井", "农业", "水表", 110101, "八十", 1998, 116.02, 39.05])
    book.save(tmp_path / "w.xlsx")
    report = load("well", tmp_path / "w.xlsx")
    assert counts(report) == (1, 0, 0, 1)
    assert [(r.row, r.field, r.value) for r in report.refusals.kept] == [(4, "depth_m", "八十")]
    well = the_well()
    assert (well.depth_m, well.year_built, well.declared_region.code) == (80, 1998, "110101")


@pytest.mark.usefixtures("city")
def test_gb18030_csv_with_wkt(tmp_path: Path) -> None:
    text = "水务码,名称,用途,计量,所在区,wkt\n007,怀柔井,农业,水表,110101,POINT (116.02 39.05)\n008,坏,农业,水表,110101,POINT (116"
    report = load("well", csv(tmp_path / "w.csv", text, "gb18030"))
    assert counts(report) == (1, 0, 0, 1) and report.refusals.kept[0].reason == "bad_geometry"
    assert the_well().geom.coords == (116.02, 39.05)
    assert [(choice.name, choice.value) for choice in report.choices] == [("encoding", "GB18030")]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("cell", workbooks.FAR)
def test_a_word_in_a_far_cell_is_refused_and_costs_nothing(tmp_path: Path, cell: str) -> None:
    """1.4 kB of which XFD1048576 asked for 549 GB and ended the process, and Z1048576 took a gigabyte of it."""
    path = workbooks.far(tmp_path / "w.xlsx", cell)
    with pytest.raises(CommandError):  # whatever is loaded with the first import is no matter of this file's
        command("well", csv(tmp_path / "w.csv", "code\n1"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CommandError, match=cell) as caught:
        command("well", path, "--commit")
    assert caught.value.returncode == 1 and "请在 Excel 中删去数据以外的行和列" in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10
    assert not Well.objects.exists()


@pytest.mark.usefixtures("city")
def test_a_file_that_breaks_off_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    before = Release.objects.count()
    codes = [f"W{n}" for n in range(60_000)]
    same = {name: [value] * len(codes) for name, value in (("use", "农业"), ("metering", "水表"), ("region", "110101"))}
    path = tmp_path / "w.parquet"
    pq.write_table(
        pa.table({"code": codes, **same}), path, row_group_size=20_000, use_dictionary=False, compression="zstd"
    )
    content = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[at : at + 400] = bytes(400)
    path.write_bytes(content)
    seen: list[int] = []
    with pytest.raises(ImportRefused, match="无法读取"):
        load("well", path, progress=lambda step, done, of: seen.append(done))
    assert seen == [20_000]
    assert not Well.objects.exists() and Release.objects.count() == before


def test_a_full_disk_is_told_from_bad_data() -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
    refusal = guards.database_refusal(caught.value)
    assert "磁盘已满" in refusal.zh and "未作任何改动" in refusal.zh
    assert "disk is full" in refusal.detail
