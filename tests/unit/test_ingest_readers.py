"""Files of every kind → text with row numbers; what cannot be read is refused."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers.ingest import archive, delimited, vector
from layers.ingest import workbook as workbooks
from layers.ingest.readers import opened
from layers.ingest.refusal import ImportRefused


def read(path: Path, layer: str | None = None) -> tuple[list[int], dict[str, list[str | None]], list[tuple[int, str]]]:
    """All rows of a file: numbers, columns, ragged rows."""
    rows: list[int] = []
    columns: dict[str, list[str | None]] = {}
    ragged: list[tuple[int, str]] = []
    with opened(path, layer) as table:
        for chunk in table.chunks():
            rows += chunk.rows.tolist()
            ragged += chunk.ragged
            for name, values in chunk.columns.items():
                columns.setdefault(name, []).extend(values.to_pylist())
    return rows, columns, ragged


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_in_the_encodings_that_are_met(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编码,名称\n001,怀柔区 水厂\n002,\n".encode(encoding))
    assert read(path) == ([2, 3], {"编码": ["001", "002"], "名称": ["怀柔区 水厂", None]}, [])


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_with_other_delimiters_and_line_ends(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        delimiter.join(["code", "name"]).encode() + b"\r\n" + delimiter.join(["01", " b "]).encode() + b"\r\n"
    )
    assert read(path)[1] == {"code": ["01"], "name": ["b"]}


def test_csv_row_numbers_are_the_spreadsheets(tmp_path: Path) -> None:
    """Blank lines are passed over, rows of another width are kept apart, a line break in a cell is one row."""
    path = tmp_path / "a.csv"
    path.write_text('code,name\n1,a\n\n2\n3,"x\ny"\n,\n4,b,c\n5,e\n', encoding="utf-8")
    rows, columns, ragged = read(path)
    assert rows == [2, 5, 8]
    assert columns == {"code": ["1", "3", "5"], "name": ["a", "x\ny", "e"]}
    assert ragged == [(4, "2"), (7, "4,b,c")]


def test_csv_row_numbers_hold_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 64)
    path = tmp_path / "a.csv"
    lines = [f"{n},名称{n}" if n % 7 else f"{n}" for n in range(2, 100)]
    path.write_text("\n".join(["code,name", *lines]) + "\n", encoding="utf-8")
    rows, columns, ragged = read(path)
    assert rows == [n for n in range(2, 100) if n % 7]
    assert columns["code"] == [str(n) for n in rows]
    assert ragged == [(n, str(n)) for n in range(2, 100) if not n % 7]


def test_csv_that_ends_in_ragged_rows_tells_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,name\n1\n2\n", encoding="utf-8")
    assert read(path) == ([], {"code": [], "name": []}, [(2, "1"), (3, "2")])


def test_two_columns_of_one_name_are_told_apart_by_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,name,name\n1,a,b\n", encoding="utf-8")
    with opened(path) as table:
        assert table.headings == ("code", "name", "name#2")
    assert read(path)[1] == {"code": ["1"], "name": ["a"], "name#2": ["b"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        (b"\n\n", "空"),
        (b"code\n\xff\xff\xff\n", "编码"),
        (b"code,name\n\x00\x00\x00\x00", "不是文本"),
        (b'code,name\n1,"open\n2,b\n', "引号"),
    ],
)
def test_csv_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words):
        read(path)


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_workbook_cells_are_what_they_mean(tmp_path: Path) -> None:
    lines = [
        ["code", "volume", "day", "moment", "text", "flag"],
        [110101001001, 0.1 + 0.2, date(2019, 7, 1), datetime(2019, 7, 1, 12, 30), " 007 ", True],
        [None] * 6,
        [12.5, 3.0, None, None, None, None],
    ]
    rows, columns, _ = read(workbook(tmp_path / "a.xlsx", 水表=lines))
    assert rows == [2, 4]
    assert columns == {
        "code": ["110101001001", "12.5"],
        "volume": ["0.3", "3"],
        "day": ["2019-07-01", None],
        "moment": ["2019-07-01 12:30:00", None],
        "text": ["007", None],
        "flag": ["true", None],
    }


def test_workbook_with_empty_lines_above_keeps_its_line_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[[], [], ["code"], ["a"], [], ["b"]])
    assert read(path)[:2] == ([4, 6], {"code": ["a", "b"]})


def test_a_title_above_the_heading_is_passed_over(tmp_path: Path) -> None:
    lines = [["机井台账"], [None, "2019 年"], ["code", "name"], ["a", "b"]]
    path = workbook(tmp_path / "a.xlsx", S=lines)
    assert read(path)[:2] == ([4], {"code": ["a"], "name": ["b"]})
    with opened(path) as table:
        (choice,) = table.choices
        assert (choice.name, choice.value, choice.asks, list(table.above)) == (
            "heading",
            "3",
            False,
            ["机井台账", "2019 年"],
        )


def test_of_several_sheets_one_is_chosen(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 甲=[["code"], ["a"]], 乙=[["code"], ["b"]], 空=[])
    with pytest.raises(ImportRefused) as caught:
        read(path)
    assert caught.value.allowed == ["甲", "乙"]
    assert read(path, "乙")[1] == {"code": ["b"]}
    with pytest.raises(ImportRefused, match="丙"):
        read(path, "丙")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.gpkg", "a.shp", "a.geojson", "a.zip", "a.parquet"])
def test_damaged_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is none of these" * 20)
    with pytest.raises(ImportRefused):
        read(path)


def test_a_missing_file_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="不存在"):
        read(tmp_path / "none.csv")
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path / "a.docx")
    assert ".gpkg" in (caught.value.allowed or [])


def test_a_file_that_only_claims_its_name_is_not_opened(tmp_path: Path) -> None:
    """GDAL goes by content: a virtual file could make it read any other."""
    secret = tmp_path / "secret.csv"
    secret.write_text("code\n1\n")
    for name in ("a.geojson", "a.gpkg", "a.shp"):
        path = tmp_path / name
        path.write_text(
            f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
        )
        with pytest.raises(ImportRefused):
            read(path)


POINTS = gpd.GeoDataFrame(
    {"code": ["001", "002"], "名称": ["怀柔", None], "depth_m": [80.0, 12.5], "n": [7, 8]},
    geometry=[shapely.Point(116.4, 39.9), None],
    crs="EPSG:4490",
)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
def test_vector_files_give_text_and_geometry(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    POINTS.to_parquet(path) if suffix == "parquet" else POINTS.to_file(path)
    rows, columns, _ = read(path)
    assert rows == [1, 2]
    assert columns == {"code": ["001", "002"], "名称": ["怀柔", None], "depth_m": ["80", "12.5"], "n": ["7", "8"]}
    with opened(path) as table:
        assert table.has_geometry and table.crs
        wkb = next(table.chunks()).wkb
    assert wkb is not None
    assert shapely.from_wkb(wkb[0].as_py()) == shapely.Point(116.4, 39.9) and not wkb[1].is_valid


def test_geojson_properties_stay_text_and_lists_become_links(tmp_path: Path) -> None:
    properties = {"code": "007", "valid_from": "2019-01-01", "permits": ["P1", "P2"], "region": 110101}
    feature = {"type": "Feature", "properties": properties, "geometry": None}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read(path)[1] == {"code": ["007"], "valid_from": ["2019-01-01"], "permits": ["P1;P2"], "region": ["110101"]}


def test_of_several_layers_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    POINTS.to_file(path, layer="wells")
    POINTS.iloc[:1].to_file(path, layer="springs")
    with pytest.raises(ImportRefused) as caught:
        read(path)
    assert sorted(map(str, caught.value.allowed or [])) == ["springs", "wells"]
    assert read(path, "springs")[0] == [1]


def shapefile(folder: Path, encoding: str, *, keep_cpg: bool) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "水井.shp"
    POINTS.to_file(path, encoding=encoding)
    if not keep_cpg:
        path.with_suffix(".cpg").unlink()
        content = bytearray(path.with_suffix(".dbf").read_bytes())
        content[29] = 0  # the language id would say it, too
        path.with_suffix(".dbf").write_bytes(content)
    return path


def zipped(path: Path, members: dict[str, Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, member in members.items():
            file.write(member, name)
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("keep_cpg", [True, False])
def test_shapefile_attributes_are_chinese_whatever_it_says(tmp_path: Path, encoding: str, keep_cpg: bool) -> None:
    path = shapefile(tmp_path / "s", encoding, keep_cpg=keep_cpg)
    assert read(path)[1]["名称"] == ["怀柔", None]


def test_a_zipped_shapefile_is_found_in_any_folder_and_case(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "s", "UTF-8", keep_cpg=True)
    members = {f"deep/er/{p.stem}{p.suffix.upper()}": p for p in path.parent.iterdir()}
    found = zipped(tmp_path / "a.zip", {"readme.md": path, "__MACOSX/._水井.shp": path, **members})
    assert read(found)[1]["code"] == ["001", "002"]


def test_a_zip_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    csv = tmp_path / "x.csv"
    csv.write_text("code\n1\n")
    found = zipped(tmp_path / "a.zip", {"../../../evil.csv": csv})
    assert read(found)[1] == {"code": ["1"]}
    assert not list(tmp_path.parent.rglob("evil.csv"))


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "a.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"0" * (80 << 20))
    with pytest.raises(ImportRefused, match="过大"):
        read(bomb)
    monkeypatch.setattr(archive, "_guard", lambda members: None)  # a directory that lies about sizes
    monkeypatch.setattr(archive, "MAX_BYTES", 1 << 20)
    with pytest.raises(ImportRefused, match="过大"):
        read(bomb)


def test_a_zip_with_none_or_several_tables_is_refused(tmp_path: Path) -> None:
    csv = tmp_path / "x.csv"
    csv.write_text("code\n1\n")
    with pytest.raises(ImportRefused, match="没有可导入"):
        read(zipped(tmp_path / "none.zip", {"a.exe": csv}))
    several = zipped(tmp_path / "several.zip", {"a.csv": csv, "b.csv": csv})
    with pytest.raises(ImportRefused) as caught:
        read(several)
    assert caught.value.allowed == ["a.csv", "b.csv"]
    assert read(several, "b")[1] == {"code": ["1"]}


def test_plain_parquet_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"code": pa.array(["01", "02"]).dictionary_encode(), "day": pa.array([date(2019, 1, 1), None])}), path
    )
    assert read(path)[1] == {"code": ["01", "02"], "day": ["2019-01-01", None]}


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_row_numbers_hold_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr(vector, "BATCH_ROWS", 3)
    path = tmp_path / f"a{suffix}"
    frame = gpd.GeoDataFrame({"code": [str(n) for n in range(8)]}, geometry=shapely.points(range(8), 0), crs=4326)
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    with opened(path) as table:
        chunks = list(table.chunks())
        again = list(table.chunks())
    assert [chunk.rows.tolist() for chunk in chunks] == [[1, 2, 3], [4, 5, 6], [7, 8]]
    assert [x for chunk in chunks for x in chunk.columns["code"].to_pylist()] == [str(n) for n in range(8)]
    found = [shapely.get_x(shapely.from_wkb(wkb)) for chunk in again for wkb in chunk.wkb.to_pylist()]
    assert found == list(range(8))


def test_what_would_not_fit_into_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector, "MAX_ROWS", 2)
    pq.write_table(pa.table({"code": ["1", "2", "3"]}), tmp_path / "a.parquet")
    with pytest.raises(ImportRefused, match="行数过多"), opened(tmp_path / "a.parquet"):
        pass
    monkeypatch.setattr(workbooks, "MAX_XML_BYTES", 2_000)
    book = openpyxl.Workbook()
    for n in range(200):
        book.active.append([f"编码{n}", f"名称{n}"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ImportRefused, match="解开后过大"), opened(tmp_path / "a.xlsx"):
        pass
