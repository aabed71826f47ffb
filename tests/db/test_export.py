"""Every format, read back by a reader that is not ours: the same rows, whatever stands in them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from layers import export, registry
from layers.errors import BadParameter, Busy
from layers.export import FORMATS, Options, slots, store, workbook
from layers.features import stream
from layers.features.query import FeatureQuery
from layers.text import guarded
from tests import factories as make
from tests.factories import A, Grid, at
from tests.hostile import CODES, HOSTILE

WELL = FeatureQuery(registry.layer("well"))
ODD = '=1+1,"引号"\n第二行'
NAMES = ["W1", "W2", "W3"]
OPTIONS = Options(about={"数据版本": "7"}, changed_at=datetime(2020, 1, 2, 3, 4, 6, tzinfo=UTC))
# What every format says of the three wells, in the order of their identities.
ROWS: list[dict[str, Any]] = [
    {"code": "W1", "name": ODD, "use": "supply", "depth_m": 12.5, "year_built": 1999, "region": A},
    {"code": "W2", "name": "", "use": "irrigation", "depth_m": None, "year_built": None, "region": A},
    {"code": "W3", "name": "无位置", "use": "geothermal", "depth_m": 3000.0, "year_built": 2020, "region": A},
]
POINTS = [(116.005, 40.005), (116.0123457, 40.0123457), None]


@pytest.fixture
def wells(db: None) -> Grid:
    grid = make.make_grid()
    make.WellFactory(code="W1", name=ODD, use=1, depth_m=12.5, year_built=1999, declared_region=grid[A])
    make.WellFactory(code="W2", use=2, geom=at(1.234567, 1.234567), declared_region=grid[A])
    make.WellFactory(code="W3", name="无位置", use=7, depth_m=3000, year_built=2020, geom=None, declared_region=grid[A])
    grid.settle()
    return grid


def written(key: str, query: FeatureQuery = WELL, options: Options = OPTIONS) -> bytes:
    return b"".join(FORMATS[key].write(query, options))


def read_vector(path: Path, layer: str | None = None) -> list[tuple[dict[str, Any], Any]]:
    """(properties, point) of each feature, by pyogrio."""
    table = pyogrio.read_dataframe(path, layer=layer)
    return [
        (
            {key: None if row[key] is None or row[key] != row[key] else row[key] for key in ROWS[0]},
            None if row["geometry"] is None else row["geometry"].coords[0],
        )
        for row in table.to_dict("records")
    ]


@pytest.mark.parametrize("key", ["geojson", "geojsonseq", "fgb", "gpkg"])
def test_gdal_reads_the_rows_back(wells: Grid, tmp_path: Path, key: str) -> None:
    path = tmp_path / f"file.{FORMATS[key].suffix}"
    path.write_bytes(written(key))
    found = [
        (row, point and tuple(round(number, 7) for number in point))
        for row, point in sorted(read_vector(path), key=lambda one: one[0]["code"])
    ]
    assert found == list(zip(ROWS, POINTS, strict=True))


@pytest.mark.parametrize(("key", "srid"), [("fgb", 4548), ("gpkg", 4548), ("gpkg", 3857), ("parquet", 4548)])
def test_a_file_is_in_the_reference_system_asked_for(wells: Grid, tmp_path: Path, key: str, srid: int) -> None:
    path = tmp_path / f"file.{FORMATS[key].suffix}"
    path.write_bytes(written(key, replace(WELL, srid=srid)))
    if key == "parquet":
        assert json.loads(pq.read_schema(path).metadata[b"geo"])["columns"]["geom"]["crs"]["id"]["code"] == srid
        x, y = shapely.from_wkb(pq.read_table(path)["geom"][0].as_py()).coords[0]
    else:
        assert pyogrio.read_info(path)["crs"] == f"EPSG:{srid}"
        x, y = read_vector(path)[0][1]
    east, north = at(0.5, 0.5).transform(srid, clone=True).coords
    assert (x, y) == pytest.approx((east, north), abs=1e-3)


def test_csv_in_machine_words(wells: Grid) -> None:
    body = written("csv", replace(WELL, fields=("code", "name", "use", "depth_m")), replace(OPTIONS, shape="lonlat"))
    assert body.startswith(b"\xef\xbb\xbfcode,name,use,depth_m,lon,lat\n")
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))[1:] == [
        ["W1", f"'{ODD}", "supply", "12.5", "116.005", "40.005"],
        ["W2", "", "irrigation", "", "116.01234567", "40.01234567"],
        ["W3", "无位置", "geothermal", "3000.0", "", ""],
    ]
    assert b'\nW2,"",irrigation,,' in body, "an empty text and no value are two things"


def test_csv_guards_the_texts_that_a_spreadsheet_would_run(wells: Grid) -> None:
    texts = [*HOSTILE, *CODES, "\t=1", "\r1", "\n1", " =1", "'' -1", "-5", "+86 10"]
    for n, text in enumerate(texts):
        make.WellFactory(code=f"{text[:20]}/{n}", name=text[:120])
    body = written("csv", replace(WELL, fields=("code", "name"))).decode("utf-8-sig")
    rows = dict(csv.reader(io.StringIO(body, newline="")))
    assert {rows[guarded(f"{text[:20]}/{n}")] for n, text in enumerate(texts)} == {
        guarded(text[:120]) for text in texts
    }


def test_csv_leaves_numbers_alone(wells: Grid) -> None:
    make.UsageFactory(region=wells[A], month="2019-01-01", correction_no=1, volume_l=-5)
    body = written("csv", FeatureQuery(registry.published("usage"), fields=("region", "volume_l")))
    assert f"{A},-5" in body.decode("utf-8-sig").splitlines()


def test_csv_in_chinese_with_outlines(wells: Grid) -> None:
    query = FeatureQuery(registry.layer("village"), fields=("code", "level", "area_m2"), limit=1)
    body = written("csv", query, Options(lang="zh", shape="wkt"))
    (head, row) = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    assert head == ["区划代码", "级别", "面积(m²)", "wkt"]
    assert row[:2] == [A, "社区(村)"]
    assert shapely.from_wkt(row[3]).equals(shapely.box(116, 40, 116.01, 40.01))


def test_outlines_have_no_longitude(wells: Grid) -> None:
    with pytest.raises(BadParameter):
        written("csv", FeatureQuery(registry.layer("village")), Options(shape="lonlat"))


def test_geojson_in_english(wells: Grid) -> None:
    query = replace(WELL, fields=("code", "use"), limit=1)
    body = json.loads(written("geojson", query, Options(lang="en", title="Wells", about={"v": "1"})))
    (feature,) = body.pop("features")
    assert body == {"type": "FeatureCollection", "name": "Wells", "about": {"v": "1"}}
    assert feature["properties"] == {"Code": "W1", "Use": "Supply"}
    assert feature["geometry"] == {"type": "Point", "coordinates": [116.005, 40.005]}


def test_a_sequence_begins_each_record_with_its_separator(wells: Grid) -> None:
    records = written("geojsonseq").split(b"\x1e")
    assert records[0] == b""
    assert [json.loads(record)["properties"]["code"] for record in records[1:]] == NAMES
    assert all(record.endswith(b"\n") for record in records[1:])


def test_geopackage_names_its_fields_in_chinese_and_dates_itself_by_the_data(wells: Grid, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "a.gpkg"
    path.write_bytes(written("gpkg", options=replace(OPTIONS, title="机井")))
    with sqlite3.connect(path) as link:
        aliases = dict(link.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = '机井'"))
        (changed,) = link.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    assert (aliases["depth_m"], aliases["use"]) == ("井深 (m)", "用途")
    assert changed == ("2020-01-02T03:04:06.000Z",)


@pytest.mark.parametrize("key", [one.key for one in FORMATS.values() if one.ranges])
def test_what_may_be_asked_for_in_parts_is_the_same_bytes_each_time(wells: Grid, key: str) -> None:
    assert written(key) == written(key)


def test_geoparquet_says_what_it_is(wells: Grid, tmp_path: Path) -> None:
    import geopandas

    path = tmp_path / "a.parquet"
    path.write_bytes(written("parquet"))
    found = geopandas.read_parquet(path)
    assert (found.crs.to_epsg(), list(found["code"])) == (4490, NAMES)
    assert list(found.geometry.x.round(7))[:2] == [116.005, 116.0123457]
    assert found.geometry[2] is None


def test_shapefile_says_what_its_short_names_stand_for(wells: Grid, tmp_path: Path) -> None:
    path = tmp_path / "a.shp.zip"
    path.write_bytes(written("shp"))
    with zipfile.ZipFile(path) as packed:
        assert packed.read("well.cpg") == b"UTF-8"
        told = packed.read("字段说明 fields.txt").decode("utf-8-sig")
    assert "found_regi\tfound_region\t位置所在区划\tFound region" in told
    assert "数据版本：7" in told
    rows = pyogrio.read_arrow(f"/vsizip/{path}/well.shp")[1].to_pylist()
    assert [(row["code"], row["name"], row["position_q"]) for row in rows] == [
        ("W1", ODD, None),
        ("W2", None, None),
        ("W3", "无位置", None),
    ]


def test_workbook_is_typed_and_no_text_is_a_formula(wells: Grid, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    query = replace(WELL, fields=("code", "name", "use", "depth_m"))
    path.write_bytes(written("xlsx", query, replace(OPTIONS, lang="zh", title="机井", shape="lonlat")))
    book = openpyxl.load_workbook(path)
    sheet = book["机井"]
    assert sheet.freeze_panes == "A2"
    assert list(sheet.values) == [
        ("编码", "名称", "用途", "井深(m)", "经度", "纬度"),
        ("W1", ODD, "水源井", 12.5, 116.005, 40.005),
        ("W2", None, "农业", None, 116.01234567, 40.01234567),
        ("W3", "无位置", "地热", 3000, None, None),
    ]
    assert sheet["B2"].data_type == "s"
    assert ("数据版本", "7", None) in list(book["说明 about"].values)


def test_a_workbook_of_too_many_rows_is_refused(wells: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "WORKBOOK_ROWS", 2)
    with pytest.raises(BadParameter, match="3 rows are too many"):
        written("xlsx")


@pytest.mark.parametrize("key", [one.key for one in FORMATS.values() if one.tables])
def test_a_table_without_geometry(wells: Grid, key: str, tmp_path: Path) -> None:
    holder = make.models.AbstractionHolder.objects.create(code="H", name="户", release=make.ReleaseFactory())
    make.models.AbstractionPermit.objects.create(
        code="P1", holder=holder, permitted_l_per_year=1500, release=make.ReleaseFactory()
    )
    path = tmp_path / f"a.{FORMATS[key].suffix}"
    path.write_bytes(written(key, FeatureQuery(registry.published("permit"))))
    if key == "xlsx":
        assert list(openpyxl.load_workbook(path).worksheets[0].values)[1][:4] == ("P1", "H", "户", 1.5)
        return
    found = pq.read_table(path) if key == "parquet" else pyogrio.read_arrow(path)[1]
    (row,) = found.to_pylist()
    assert (row["code"], row["holder_name"], float(row["permitted_m3_per_year"])) == ("P1", "户", 1.5)


@pytest.mark.parametrize("key", list(FORMATS))
def test_nothing_found_is_an_empty_file(wells: Grid, key: str, tmp_path: Path) -> None:
    body = written(key, replace(WELL, cql=Q(code="nobody")))
    assert bool(body) == (key != "geojsonseq"), "a sequence of none has no record"
    if key == "csv":
        assert body.count(b"\n") == 1
    if key == "geojson":
        assert json.loads(body)["features"] == []


@pytest.mark.parametrize("key", list(FORMATS))
def test_an_error_half_way_is_never_a_file(wells: Grid, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second row divides by zero, when the first is out already."""
    monkeypatch.setattr(stream, "BATCH_ROWS", 1)
    with connection.cursor() as cursor:  # rows come by the index, each tested when it is fetched
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
    fault = Q(RawSQL('1 / length("layers_well"."name") >= 0', (), output_field=BooleanField()))
    got = []
    with pytest.raises(Exception, match="no value for some feature"):
        for piece in FORMATS[key].write(replace(WELL, cql=fault), OPTIONS):
            got.append(piece)
    body = b"".join(got)
    assert (key in ("geojson", "geojsonseq")) == (b"W1" in body), "streamed as far as it went; of a file nothing"
    assert not body.rstrip().endswith(b"]}")


def test_files_are_kept_by_key_and_the_oldest_go(tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR, settings.EXPORT_KEEP_BYTES, settings.EXPORT_SLOTS = tmp_path, 10_000, 1  # two files
    made: list[str] = []

    def maker(text: str) -> Callable[[Path], Path]:
        def work(room: Path) -> Path:
            made.append(text)
            (room / "file").write_text(text)
            return room / "file"

        return work

    def fetched(text: str) -> str:
        with store.fetch(text, maker(text)) as file:
            return file.file.read(file.size).decode()

    assert [fetched(text) for text in ("a" * 10, "b" * 10, "a" * 10)] == ["a" * 10, "b" * 10, "a" * 10]
    assert made == ["a" * 10, "b" * 10]
    assert fetched("c" * 10) == "c" * 10  # pushes out b, which was used longest ago
    assert fetched("a" * 10) == "a" * 10
    assert made == ["a" * 10, "b" * 10, "c" * 10]
    assert fetched("b" * 10) == "b" * 10
    assert made[-1] == "b" * 10
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_that_fails_leaves_nothing(tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR = tmp_path

    def fail(room: Path) -> Path:
        (room / "half").write_text("half")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError), store.fetch("key", fail):
        raise AssertionError("never opened")
    assert (
        not list(tmp_path.rglob("*.kept")) and not list(tmp_path.rglob("*.part")) and not list(tmp_path.rglob("half"))
    )


def test_no_more_files_at_once_than_there_are_slots(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATE_DIR, settings.EXPORT_SLOTS = tmp_path, 2
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.1)
    with slots.slot(), slots.slot(), pytest.raises(Busy), slots.slot():
        raise AssertionError("a third")
    with slots.slot():
        pass  # given back


def test_unknown_formats_are_told() -> None:
    with pytest.raises(BadParameter) as told:
        export.chosen("doc")
    assert told.value.allowed == list(FORMATS)
