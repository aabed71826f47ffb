"""Maps and archives as bureaux send them: read right, asked about, or refused by what they are."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.ingest import scratch
from layers.ingest.readers import opened
from layers.ingest.refusal import ImportRefused
from tests.awkward_files import (
    HEADINGS,
    WELLS,
    Taken,
    dbf,
    gpx,
    kml,
    mif,
    named,
    placemark,
    points,
    register,
    shapefile,
    taken,
    zipped,
)

FRAME = gpd.GeoDataFrame(
    {"code": ["W1", "W2", "W3"], "name": ["翠微路1号井", "万寿路2号井", None], "depth_m": [80.0, 81.5, 82]},
    geometry=shapely.points([116.3, 116.4, 116.5], 39.9), crs="EPSG:4490",
)  # fmt: skip
CELLS = {("W1", "翠微路1号井", "80"), ("W2", "万寿路2号井", "81.5"), ("W3", None, "82")}
SHAPES = shapefile(dbf(HEADINGS, WELLS), 3)


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [(".fgb", "FlatGeobuf"), (".geojsons", "GeoJSONSeq"), (".geojsonl", "GeoJSONSeq"), (".gpkg", "GPKG"), (".geojson", "GeoJSON"), (".json", "GeoJSON")],
)  # fmt: skip
def test_formats_that_gdal_reads(tmp_path: Path, suffix: str, driver: str) -> None:
    path = tmp_path / f"机井{suffix}"
    FRAME.to_file(path, driver=driver)
    found = taken(path)
    assert (found.headings, set(found.cells), found.shapes) == (("code", "name", "depth_m"), CELLS, 3)


def test_text_sequences_with_separators(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "a.geojsons", driver="GeoJSONSeq", RS="YES")
    assert (tmp_path / "a.geojsons").read_bytes().startswith(b"\x1e")
    assert set(taken(tmp_path / "a.geojsons").cells) == CELLS


def test_a_flatgeobuf_of_ours_has_features_without_a_position(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2", "3", "4"]}, geometry=[shapely.Point(1, 2), None, None, shapely.Point(3, 4)], crs=4490
    )
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    with opened(tmp_path / "a.fgb") as table:
        (chunk,) = table.chunks()
    assert chunk.wkb is not None
    chunk.wkb.validate(full=True)
    assert [one and shapely.from_wkb(one).x for one in chunk.wkb.to_pylist()] == [1, None, None, 3]


@pytest.mark.parametrize(("suffix", "sides"), [(".tab", (".dat", ".map", ".id")), (".mif", (".mid",))])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("in_zip", [True, False])
def test_mapinfo(tmp_path: Path, suffix: str, sides: tuple[str, ...], encoding: str, in_zip: bool) -> None:
    path = tmp_path / f"机井{suffix}"
    FRAME.to_file(path, driver="MapInfo File", encoding=encoding)
    members = {path.with_suffix(end).name: path.with_suffix(end).read_bytes() for end in (suffix, *sides)}
    found = taken(zipped(tmp_path / "a.zip", members) if in_zip else path)
    assert (found.headings, found.shapes) == (("code", "name", "depth_m"), 3)
    assert set(found.cells) == CELLS
    assert ("encoding" in found.choices) == (encoding == "gbk")


@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese", "WindowsLatin1"])
def test_mapinfo_headings_and_charsets(tmp_path: Path, charset: str) -> None:
    head, rows = mif(
        charset, [word.encode("gbk") for word in HEADINGS], [[cell.encode("gbk") for cell in well] for well in WELLS]
    )
    put(tmp_path / "a.MID", rows)
    found = taken(put(tmp_path / "a.mif", head))
    assert (found.headings, found.cells, found.shapes) == (HEADINGS, list(WELLS), 3)
    assert "不符" in found.choices["encoding"].zh if charset == "WindowsLatin1" else "不符" not in str(found.choices)


def test_a_file_geodatabase(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "水务.gdb", driver="OpenFileGDB", layer="机井")
    members = {f"成果/水务.gdb/{one.name}": one.read_bytes() for one in (tmp_path / "水务.gdb").iterdir()}
    path = zipped(tmp_path / "a.zip", {**members, "成果/说明.txt": b"x"})
    assert set(taken(path).cells) == CELLS
    FRAME.to_file(tmp_path / "水务.gdb", driver="OpenFileGDB", layer="泉", append=True)
    members = {f"成果/水务.gdb/{one.name}": one.read_bytes() for one in (tmp_path / "水务.gdb").iterdir()}
    path = zipped(tmp_path / "b.zip", members)
    with pytest.raises(ImportRefused) as caught:
        taken(path)
    assert caught.value.allowed == ["机井", "泉"]
    assert set(taken(path, "泉").cells) == CELLS


MARKS = "".join(placemark(name, {"code": code, "用途": use}) for code, name, use, *_ in WELLS)


def test_kml_with_extended_data(tmp_path: Path) -> None:
    found = taken(put(tmp_path / "a.kml", kml(MARKS)))
    assert found.headings == ("name", "code", "用途") and found.shapes == 3
    assert found.cells[0] == ("翠微路1号井", "W1", "水源井")


def test_kml_with_a_schema(tmp_path: Path) -> None:
    data = '<SchemaData schemaUrl="#s"><SimpleData name="编码">W1</SimpleData><SimpleData name="名称">甲</SimpleData></SchemaData>'
    mark = f"<Placemark><name>x</name><description>y</description><ExtendedData>{data}</ExtendedData></Placemark>"
    found = taken(
        put(tmp_path / "a.kml", kml('<Schema name="s" id="s"><SimpleField name="编码" type="string"/></Schema>' + mark))
    )
    assert (
        found.headings == ("name", "description", "编码", "名称")
        and found.cells == [("x", "y", "W1", "甲")]
        and found.shapes == 0
    )


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_kml_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    said = {"gbk": "GBK", "utf-16": "UTF-16", "utf-8-sig": "UTF-8"}[encoding]
    for declared in {said, "UTF-8"}:
        text = kml(MARKS).decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
        assert taken(put(tmp_path / "a.kml", text.encode(encoding))).cells[1] == ("万寿路2号井", "W2", "水源井")


RING = "<LinearRing><coordinates>0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing>"
HOLE = "<LinearRing><coordinates>1,1 2,1 2,2 1,2 1,1</coordinates></LinearRing>"
POLYGON = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs><innerBoundaryIs>{HOLE}</innerBoundaryIs></Polygon>"


@pytest.mark.parametrize(
    ("shape", "wkt"),
    [
        ("<Point><coordinates> 116.3,39.9,12 </coordinates></Point>", "POINT (116.3 39.9)"),
        ("<LineString><coordinates>0,0 1,1</coordinates></LineString>", "LINESTRING (0 0, 1 1)"),
        (POLYGON, "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"),
        (f"<MultiGeometry>{POLYGON}{POLYGON}</MultiGeometry>",
         "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1)), ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1)))"),
        ("<MultiGeometry><Point><coordinates>1,2</coordinates></Point></MultiGeometry>", "MULTIPOINT ((1 2))"),
        (f"<MultiGeometry><Point><coordinates>1,2</coordinates></Point><MultiGeometry>{POLYGON}</MultiGeometry></MultiGeometry>",
         "GEOMETRYCOLLECTION (POINT (1 2), MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))))"),
        ("<Point><coordinates>116.3;39.9</coordinates></Point>", "broken"),
        ("<Point><coordinates></coordinates></Point>", "broken"),
        ("", None),
    ],
)  # fmt: skip
def test_kml_shapes(tmp_path: Path, shape: str, wkt: str | None) -> None:
    with opened(put(tmp_path / "a.kml", kml(f"<Placemark><name>x</name>{shape}</Placemark>"))) as table:
        (chunk,) = table.chunks()
    assert chunk.wkb is not None
    (wkb,) = chunk.wkb.to_pylist()
    assert (wkb and shapely.from_wkb(wkb).wkt) == (b"" if wkt == "broken" else wkt)


def test_data_of_a_placemark_that_are_called_as_its_own_name(tmp_path: Path) -> None:
    found = taken(put(tmp_path / "a.kml", kml(placemark("1", {"name": "甲井"}))))
    assert dict(zip(found.headings, found.cells[0], strict=True)) == {"name": "甲井", "placemark": "1"}


def test_kmz(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.kmz", {"doc.kml": kml(MARKS), "files/icon.png": b"\x89PNG"})
    assert taken(path).shapes == 3


def test_kml_in_several_folders_is_chosen_from(tmp_path: Path) -> None:
    folders = "".join(
        f"<Folder><name>{name}</name>{placemark(name, {'编码': name})}</Folder>" for name in ("东区", "西区")
    )
    path = put(tmp_path / "a.kml", kml(folders))
    with pytest.raises(ImportRefused, match="多个文件夹") as caught:
        taken(path)
    assert caught.value.allowed == ["东区", "西区", "全部"]
    assert taken(path, "西区").cells == [("西区", "西区")]
    assert taken(path, "全部").cells == [("东区", "东区"), ("西区", "西区")]


@pytest.mark.parametrize(
    ("inside", "words"),
    [("", "没有地标"), ("<NetworkLink><Link><href>http://x/</href></Link></NetworkLink>", "网络链接"), ("<Placemark><name>x</Placemark>", "已损坏"),
     ("<Folder>" * 300, "已损坏")],
)  # fmt: skip
def test_kml_that_cannot_be_read(tmp_path: Path, inside: str, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        taken(put(tmp_path / "a.kml", kml(inside)))


WAYPOINTS = "".join(f'<wpt lat="39.9" lon="116.{n}"><name>W{n}</name><desc>{n}号井</desc></wpt>' for n in (1, 2))
TRACK = '<trk><name>t</name><trkseg><trkpt lat="39.9" lon="116"/><trkpt lat="39.8" lon="116"/></trkseg></trk>'


def test_gpx_waypoints(tmp_path: Path) -> None:
    found = taken(put(tmp_path / "a.gpx", gpx(WAYPOINTS + TRACK)))
    assert found.shapes == 2 and [dict(zip(found.headings, row, strict=True))["name"] for row in found.cells] == [
        "W1",
        "W2",
    ]
    assert "1 条航迹" in found.notes


@pytest.mark.parametrize(("inside", "layer"), [(TRACK, None), (WAYPOINTS + TRACK, "tracks"), ("", None)])
def test_gpx_tracks_are_no_objects(tmp_path: Path, inside: str, layer: str | None) -> None:
    with pytest.raises(ImportRefused, match="只读航点"):
        taken(put(tmp_path / "a.gpx", gpx(inside)), layer)


def arcgis(change: Callable[[dict[str, bytes]], object]) -> dict[str, bytes]:
    members = dict(SHAPES)
    change(members)
    return named("机井", members)


@pytest.mark.parametrize("missing", [".dbf", ".shx"])
def test_a_shapefile_without_one_of_its_files_names_it(tmp_path: Path, missing: str) -> None:
    members = arcgis(lambda members: members.pop(missing))
    with pytest.raises(ImportRefused, match=rf"缺少与 机井.shp 同名的 \{missing}"):
        taken(zipped(tmp_path / "a.zip", members))


def test_a_shapefile_without_its_shapes_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"缺少与 机井.dbf 同名的 \.shp"):
        taken(zipped(tmp_path / "a.zip", arcgis(lambda members: members.pop(".shp"))))


def test_rows_and_shapes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    shp, shx = points(2)
    with pytest.raises(ImportRefused, match="已损坏"):
        taken(zipped(tmp_path / "a.zip", arcgis(lambda members: members.update({".shp": shp, ".shx": shx}))))
    shp, shx = points(5)
    with pytest.raises(ImportRefused, match="已损坏"):
        taken(zipped(tmp_path / "b.zip", arcgis(lambda members: members.update({".shp": shp, ".shx": shx}))))


def test_rows_that_are_deleted_go_with_their_shapes(tmp_path: Path) -> None:
    table = dbf(HEADINGS, [WELLS[0], ("X", "", "", "", ""), *WELLS[1:]], deleted=[1])
    with opened(zipped(tmp_path / "a.zip", named("w", shapefile(table, 4)))) as opened_table:
        (chunk,) = opened_table.chunks()
    assert chunk.wkb is not None
    assert [round(shapely.from_wkb(one).x, 3) for one in chunk.wkb.to_pylist()] == [116.3, 116.302, 116.303]
    assert chunk.columns["编码"].to_pylist() == ["W1", "W2", "W3"]


def test_rows_and_shapes_stay_together_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.ingest.vector.BATCH_ROWS", 3)
    monkeypatch.setattr("layers.ingest.dbf.BATCH_ROWS", 4)
    table = dbf(["n"], [[str(n)] for n in range(11)], deleted=[4, 5])
    with opened(zipped(tmp_path / "a.zip", named("w", shapefile(table, 11)))) as opened_table:
        pairs = [
            (number, row, round((shapely.from_wkb(wkb).x - 116.3) * 1000))
            for chunk in opened_table.chunks() if chunk.wkb is not None
            for number, row, wkb in zip(chunk.columns["n"].to_pylist(), chunk.rows.tolist(), chunk.wkb.to_pylist(), strict=True)
        ]  # fmt: skip
    assert pairs == [(str(n), n + 1, n) for n in range(11) if n not in (4, 5)]


ZIPS: list[tuple[str, Mapping[str, bytes], str, str | None]] = [
    ("a readme beside the data", {**named("机井", SHAPES), "说明.txt": b"x"}, "", None),
    ("what ArcGIS writes beside", {**named("机井", SHAPES), **named("机井", {".sbn": b"1", ".sbx": b"1", ".shp.xml": b"<x/>", ".sld": b"x"})}, "", None),
    ("names in GBK", named("机井", SHAPES), "gbk", None),
    ("names in GBK with the byte of a backslash", named("陗汻", SHAPES), "gbk", None),
    ("names in UTF-8 without the flag", named("机井", SHAPES), "utf-8", None),
    ("folders with names in GBK", named("2019年/成果/机井", SHAPES), "gbk", None),
    ("folders of Windows", named("成果\\机井", SHAPES), "", None),
    ("endings in capitals", {name.upper(): data for name, data in named("W", SHAPES).items()}, "", None),
    ("what a Mac adds", {**named("机井", SHAPES), "__MACOSX/._机井.shp": b"x", ".DS_Store": b"x"}, "", None),
    ("stems that differ in case", {**named("Well", {".shp": SHAPES[".shp"]}), **named("WELL", {k: v for k, v in SHAPES.items() if k != ".shp"})}, "", None),
    ("a lock of Office", {"机井.csv": register(), "~$机井.xlsx": b"x"}, "", None),
    ("a text and nothing else", {"机井.txt": register()}, "", None),
    ("a table in a folder", {"a/b/c/机井.csv": register()}, "", None),
    ("one of two, told by its name", {"机井.csv": register(), "泉.csv": b"code\n1\n"}, "", "机井"),
    ("one of two of the same name, told by its folder", {"2019/机井.csv": b"code\n1\n", "2020/机井.csv": register()}, "", "2020/机井.csv"),
    ("a dBASE table beside its Shapefile", named("机井", SHAPES), "", None),
]  # fmt: skip


@pytest.mark.parametrize(("members", "names", "layer"), [case[1:] for case in ZIPS], ids=[case[0] for case in ZIPS])
def test_zips_of_every_kind(tmp_path: Path, members: Mapping[str, bytes], names: str, layer: str | None) -> None:
    found = taken(zipped(tmp_path / "a.zip", members, names=names), layer)
    assert (found.headings, found.cells) == (HEADINGS, list(WELLS))


def test_several_tables_of_a_zip_are_listed_with_their_folders(tmp_path: Path) -> None:
    members = {**named("2019/机井", SHAPES), **named("2020/机井", SHAPES), "汇总.xlsx": b"x", "说明.txt": b"x"}
    with pytest.raises(ImportRefused, match="多个数据文件") as caught:
        taken(zipped(tmp_path / "a.zip", members, names="gbk"))
    assert caught.value.allowed == ["2019/机井.shp", "2020/机井.shp", "汇总.xlsx"]


def encrypted(path: Path) -> Path:
    data = bytearray(zipped(path, {"a.csv": register()}).read_bytes())
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return put(path, bytes(data))


TOPO = json.dumps({"type": "Topology", "objects": {}}).encode()
ESRI = json.dumps({"displayFieldName": "", "geometryType": "esriGeometryPoint", "features": []}).encode()
FEATURES = json.dumps({"features": [{"attributes": {"code": "W1"}, "geometry": {"x": 1, "y": 2}}]}).encode()
VIEW_TAB = b'!table\n!version 100\n\nOpen Table "secret" Hide\nCreate View a As Select * From secret\n'
SEAMLESS = b'!table\n!version 300\n!charset Neutral\nDefinition Table\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    n Integer ;\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'
REFUSED: list[tuple[str, str, bytes, str]] = [
    ("TopoJSON", "a.json", TOPO, "TopoJSON.*GeoJSON"),
    ("TopoJSON under .geojson", "a.geojson", b"\xef\xbb\xbf" + TOPO, "TopoJSON"),
    ("Esri JSON", "a.json", ESRI, "Esri JSON.*GeoPackage"),
    ("Esri JSON of features alone", "a.json", FEATURES, "Esri JSON"),
    ("a list of JSON", "a.json", b'[{"code": "W1"}]', "不是 GeoJSON"),
    ("GeoJSON in GBK", "a.geojson", '{"type": "FeatureCollection", "features": [], "名称": "翠微路"}'.encode("gbk"), "须是 UTF-8"),
    ("GeoJSON in UTF-16", "a.geojson", '{"type": "FeatureCollection", "features": []}'.encode("utf-16"), "须是 UTF-8"),
    ("a text under .geojson", "a.geojson", register(), "纯文本"),
    ("a zip under .gpkg", "a.gpkg", b"PK\x05\x06" + bytes(18), "zip"),
    ("a GeoPackage under .shp", "a.shp", b"SQLite format 3\0", "GeoPackage.*改为 .gpkg"),
    ("KML under .gpx", "a.gpx", kml(""), "KML.*改为 .kml"),
    ("comments without end under .kml", "a.kml", b"<!---->" * 9000, "XML"),
    ("a virtual file behind a comment", "a.kml", b"<?xml version='1.0'?><!-- <kml> --><OGRVRTDataSource/>", "XML"),
    ("a virtual file under .kml", "a.kml", b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "XML"),
    ("a drawing under .kml", "a.kml", b"AC1027\0\0\0", "CAD"),
    ("a view of MapInfo", "a.tab", VIEW_TAB, "不是 MapInfo 的原生表|缺少"),
    ("a text under .tab", "a.tab", b"code\tname\n", "缺少|原生表"),
    ("a .mif alone", "a.mif", mif("Neutral", [b"n"], [[b"1"]])[0], "缺少与 a.mif 同名的 .mid"),
    ("a FlatGeobuf cut short", "a.fgb", b"fgb\x03fgb\x01" + bytes(8), "无法读取"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_by_what_it_is(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        taken(put(tmp_path / name, data))


def test_a_folder_is_to_be_zipped(tmp_path: Path) -> None:
    (tmp_path / "水务.gdb").mkdir()
    (tmp_path / "成果.shp").mkdir()
    with pytest.raises(ImportRefused, match="是文件夹：请压缩成一个 zip"):
        taken(tmp_path / "成果.shp")


@pytest.mark.parametrize("text", [VIEW_TAB, SEAMLESS])
def test_a_tab_that_would_have_others_read(tmp_path: Path, text: bytes) -> None:
    put(tmp_path / "a.dat", b"x")
    with pytest.raises(ImportRefused, match="不是 MapInfo 的原生表"):
        taken(put(tmp_path / "a.tab", text))


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.docx", "复制到 Excel"), ("a.pdf", "索取原来的"), ("a.rar", "重新压缩为 .zip"), ("a.et", "另存为 .xlsx"), ("a.dwg", "导出为 GeoPackage"),
     ("a.mdb", "导出为 .xlsx"), ("a.mid", "同名的 .mif"), ("a.shx", "压缩成一个 zip"), ("a.what", "不支持的文件类型“.what”")],
)  # fmt: skip
def test_what_to_save_it_as(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        taken(put(tmp_path / name, b"x"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: zipped(path, {"a.zip": b"PK", "说明.doc": b"x"}), "还是压缩文件（a.zip）"),
        (lambda path: zipped(path, {"a.rar": b"Rar"}), "还是压缩文件"),
        (lambda path: zipped(path, {"a.doc": b"x"}), "没有可导入的数据文件"),
        (lambda path: put(path, zipped(path, {"a.csv": register()}).read_bytes()[:-30]), "已损坏或不完整"),
        (encrypted, "密码"),
        (lambda path: put(path, b"Rar!\x1a\x07\x00"), "RAR"),
    ],
)
def test_zips_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        taken(make(tmp_path / "a.zip"))


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n AS fid, n AS code FROM t"


def geopackage(path: Path, *commands: str) -> Path:
    FRAME.to_file(path, layer="wells")
    with closing(sqlite3.connect(path)) as link, link:
        for command in commands:
            link.execute(command)
    return path


LISTED = "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{}', 'attributes', '{}', 0)"


def test_an_endless_view_is_refused(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", f"CREATE VIEW vv AS {ENDLESS}", LISTED.format("vv", "vv"))
    with pytest.raises(ImportRefused, match="图层“vv”是视图"):
        taken(path, "vv")
    with pytest.raises(ImportRefused, match="多个图层"):
        taken(path)
    assert set(taken(path, "wells").cells) == CELLS


def test_a_view_in_the_place_of_a_table_that_is_read_on_opening(tmp_path: Path) -> None:
    path = geopackage(
        tmp_path / "a.gpkg", "DROP TABLE gpkg_ogr_contents", f"CREATE VIEW gpkg_ogr_contents AS SELECT fid AS table_name, code AS feature_count FROM ({ENDLESS})"
    )  # fmt: skip
    with pytest.raises(ImportRefused, match="无法读取"):
        taken(path)


def test_the_table_that_explains_a_file_of_ours_is_passed_over(tmp_path: Path) -> None:
    path = geopackage(
        tmp_path / "a.gpkg",
        "CREATE TABLE fields (fid INTEGER PRIMARY KEY, field TEXT)",
        LISTED.format("fields", "fields"),
    )
    assert set(taken(path).cells) == CELLS


def test_a_geojson_says_its_system(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    feature = {
        "type": "Feature",
        "properties": {"code": "1"},
        "geometry": {"type": "Point", "coordinates": [438000, 4419000]},
    }
    path = put(
        tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}).encode()
    )
    with opened(path) as table:
        assert table.crs == "EPSG:4548"


def test_what_belongs_to_a_file_goes_with_it(tmp_path: Path) -> None:
    for name in ("a.mif", "a.MID", "a.tab", "a.dat", "a.map", "a.id", "b.mid"):
        put(tmp_path / name, b"x")
    assert {one.name for one in scratch.belonging(tmp_path / "a.mif")} == {"a.mif", "a.MID"}
    assert {one.name for one in scratch.belonging(tmp_path / "a.tab")} == {"a.tab", "a.dat", "a.map", "a.id"}


def test_nothing_is_left_of_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    head, rows = mif("Neutral", [b"code"], [[b"W1"]])
    put(tmp_path / "a.mid", rows)
    found: Taken | None = taken(put(tmp_path / "a.mif", head))
    assert found and found.cells == [("W1",)]
    assert not list((tmp_path / "t").iterdir())
    shutil.rmtree(tmp_path / "t")
