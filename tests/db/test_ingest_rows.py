"""New, changed, unchanged and refused rows; dry runs; versions; links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from layers.ingest import spec
from layers.ingest.refusal import ImportRefused
from layers.models import (
    AbstractionHolder,
    AbstractionPermit,
    LayerVersion,
    Meter,
    Release,
    SewagePlant,
    SupplyArea,
    SupplyFacility,
    WaterUser,
    Well,
)
from tests.db.ingest_files import TOWNSHIP, VILLAGES, counts, csv, geojson, load, reasons, right, small_city, square

pytestmark = pytest.mark.django_db

WELLS = """
    code,name,use,metering,depth_m,region,lon,lat
    001,一号井,irrigation,none,80,110101001001,116.02,39.05
    002,二号井,农业,水表,,110101,116.07,39.05
    003,三号井,监测,无,60.5,110101,,
"""


@pytest.fixture(autouse=True)
def _city(tmp_path: Path) -> None:
    small_city(tmp_path)


def version(dataset: str) -> int:
    return LayerVersion.objects.get(dataset=dataset).version


def test_new_rows_are_written_placed_and_released(tmp_path: Path) -> None:
    report = load("well", csv(tmp_path / "wells.csv", WELLS))
    assert counts(report) == (3, 0, 0, 0)
    assert report.committed and report.version_raised and report.crs == "EPSG:4490"
    assert any("EPSG:4490" in note.zh for note in report.notes)
    first, second, third = Well.objects.order_by("code")
    assert (first.code, first.name, first.use, first.metering, first.depth_m, first.status) == (
        "001",
        "一号井",
        2,
        3,
        80.0,
        1,
    )
    assert first.geom.coords == (116.02, 39.05) and first.geom_3857.srid == 3857
    assert first.found_region.code == VILLAGES[0] and first.declared_region.code == VILLAGES[0]
    assert (
        second.found_region.code == VILLAGES[1] and second.declared_region.code == "110101" and second.depth_m is None
    )
    assert third.geom is None and third.found_region is None
    release = Release.objects.get(pk=report.release_id)
    assert (release.rows_new, release.file_name, release.actor, len(release.file_sha256)) == (
        3,
        "wells.csv",
        "tester",
        64,
    )
    assert release.report["columns"]["fields"]["lon"] == "lon" and first.release_id == release.pk
    assert version("well") == 1 and LayerVersion.objects.get(dataset="well").release_id == release.pk


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = load("well", csv(tmp_path / "wells.csv", WELLS))
    again = load("well", tmp_path / "wells.csv")
    assert counts(again) == (0, 0, 3, 0)
    assert again.committed and not again.version_raised and version("well") == 1
    assert set(Well.objects.values_list("release_id", flat=True)) == {first.release_id}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    first = load("well", csv(tmp_path / "wells.csv", WELLS))
    changed = WELLS.replace("116.07,39.05", "116.02,39.05") + "    004,四号井,供水,水表,5,110101,116.3,39.05\n"
    report = load("well", csv(tmp_path / "wells.csv", changed.replace("供水", "水源井")))
    assert counts(report) == (1, 1, 2, 0)
    assert version("well") == 2
    released = dict(Well.objects.values_list("code", "release_id"))
    assert released == {
        "001": first.release_id,
        "002": report.release_id,
        "003": first.release_id,
        "004": report.release_id,
    }
    assert Well.objects.get(code="002").found_region.code == VILLAGES[0]
    assert Well.objects.get(code="004").found_region is None  # outside the city


def test_columns_that_the_file_lacks_keep_their_values_and_empty_cells_clear_them(tmp_path: Path) -> None:
    load("well", csv(tmp_path / "wells.csv", WELLS))
    part = "code,use,metering,region,depth_m\n001,irrigation,none,110101001001,\n"
    assert counts(load("well", csv(tmp_path / "part.csv", part))) == (0, 1, 0, 0)
    well = Well.objects.get(code="001")
    assert (well.name, well.depth_m, well.geom.coords) == ("一号井", None, (116.02, 39.05))
    assert well.found_region.code == VILLAGES[0]


def test_a_dry_run_tells_the_same_and_changes_nothing(tmp_path: Path) -> None:
    path = csv(tmp_path / "wells.csv", WELLS + "    005,坏,泉,无,1,110101,116,39\n")
    dry = load("well", path, commit=False)
    assert not Well.objects.exists() and not LayerVersion.objects.filter(dataset="well").exists()
    assert not Release.objects.filter(dataset="well").exists() and not dry.committed
    real = load("well", path)
    assert counts(dry) == counts(real) == (3, 0, 0, 1)
    assert reasons(dry) == reasons(real) == [(5, "use", "not_a_term")]


def test_each_refused_row_says_where_and_why_and_the_others_come_in(tmp_path: Path) -> None:
    text = """
        code,use,metering,region,depth_m,lon,lat
        A1,irrigation,none,110101,80,116.02,39.05
        ,irrigation,none,110101,80,116.02,39.05
        A3,irrigation,none,999999,80,116.02,39.05
        A4,irrigation,none,110101,-1,116.02,39.05
        A5,irrigation,none,110101,80,116.02,
        A6,irrigation,none,110101,80,2.35,48.86
        A7,irrigation,none,110101,80,116.02,39.05
        A7,irrigation,none,110101,81,116.02,39.05
        A8,irrigation,none,110101,eighty,abc,39.05
        A9,irrigation
        B1,irrigation,none,110101,80,116.03,39.05
    """
    report = load("well", csv(tmp_path / "wells.csv", text))
    assert counts(report) == (2, 0, 0, 9)
    assert sorted(Well.objects.values_list("code", flat=True)) == ["A1", "B1"]
    assert sorted(reasons(report)) == [
        (3, "code", "missing"),
        (4, "region", "unknown_reference"),
        (5, "depth_m", "out_of_range"),
        (6, "lat", "half_position"),
        (7, "geometry", "outside_china"),
        (8, "code", "duplicate"),
        (9, "code", "duplicate"),
        (10, "depth_m", "not_a_number"),
        (10, "lon", "bad_position"),
        (11, "", "cells"),
    ]
    by_row = {refusal.row: refusal for refusal in report.refusals.first(100)}
    assert by_row[4].value == "999999" and by_row[7].value == "2.35, 48.86"
    assert right(by_row[8]) == "见第 9 行"
    assert Release.objects.get(pk=report.release_id).rows_refused == 9
    assert report.read == sum(counts(report))


def test_a_file_of_which_every_row_is_refused_leaves_no_trace(tmp_path: Path) -> None:
    before = Release.objects.count()
    report = load("well", csv(tmp_path / "w.csv", "code,use,metering,region\nA,irrigation,none,119999"))
    assert report.refused_as_a_whole and not report.committed
    assert Release.objects.count() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("foo,bar\n1,2", "可能选错了图层"),
        ("code,use\nA,irrigation", "缺少必需的列"),
        ("code,use,metering,region", "没有数据行"),
        ("code,use,metering,region,lon\nA,irrigation,none,110101,116", "坐标只有一列"),
        (
            "code,use,metering,region,lon,lat\nA,irrigation,none,110101,39.9,116.4\nB,irrigation,none,110101,39.9,116.3",
            "写反",
        ),
        (
            "code,use,metering,region,x,y\nA,irrigation,none,110101,500000,4400000\nB,irrigation,none,110101,5e5,4.4e6",
            "米",
        ),
        ("code,编码,use,metering,region\nA,B,irrigation,none,110101", "多列对应"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_and_nothing_changes(tmp_path: Path, text: str, words: str) -> None:
    before = Release.objects.count()
    with pytest.raises(ImportRefused, match=words) as caught:
        load("well", csv(tmp_path / "w.csv", text))
    assert caught.value.zh and caught.value.en
    assert not Well.objects.exists() and Release.objects.count() == before


def test_an_unknown_layer_is_refused_with_all_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        load("wells", csv(tmp_path / "w.csv", WELLS))
    assert "well" in (caught.value.allowed or [])


def test_a_layer_fills_in_what_it_fixes_and_refuses_what_is_not_of_it(tmp_path: Path) -> None:
    text = "code,name,region\nUP1,一厂,110101"
    assert counts(load("urban_plant", csv(tmp_path / "a.csv", text))) == (1, 0, 0, 0)
    assert SupplyFacility.objects.get().kind == 1
    text = "code,name,region,kind\nUP2,二厂,110101,城镇公共供水厂\nTP1,三厂,110101,township_plant"
    report = load("urban_plant", csv(tmp_path / "b.csv", text))
    assert counts(report) == (1, 0, 0, 1) and reasons(report) == [(3, "kind", "other_layer")]
    load("village_sewage_station", csv(tmp_path / "c.csv", "code,name\nVP1,村站"))
    assert SewagePlant.objects.get().kind == 2


def test_permits_bring_their_holders_and_litres_are_exact(tmp_path: Path) -> None:
    text = """
        code,holder_code,holder_name,permitted_m3_per_year,valid_from,valid_to,region
        P1,H1,甲公司,12345.678,2019-01-01,2024年1月1日,110101
        P2,H1,甲公司,100,,,
        P3,,,,,,
        P4,H2,,1,,,
        P5,H3,丙,1.0001,,,
        P6,H4,丁,5,2024-01-01,2019-01-01,
        P7,H5,戊,5,,,
        P8,H5,己,5,,,
    """
    report = load("permit", csv(tmp_path / "p.csv", text))
    assert counts(report) == (3, 0, 0, 5)
    assert reasons(report) == [
        (5, "holder_code", "unknown_reference"),
        (6, "permitted_m3_per_year", "not_litres"),
        (7, "valid_to", "out_of_range"),
        (8, "holder_name", "duplicate"),
        (9, "holder_name", "duplicate"),
    ]
    permit = AbstractionPermit.objects.get(code="P1")
    assert permit.permitted_l_per_year == 12_345_678 and permit.holder.name == "甲公司"
    assert str(permit.valid_to) == "2024-01-01" and permit.declared_region.code == "110101"
    assert list(AbstractionHolder.objects.values_list("code", flat=True)) == ["H1"]


def test_a_renamed_holder_changes_the_permits_that_show_it(tmp_path: Path) -> None:
    load("permit", csv(tmp_path / "p.csv", "code,holder_code,holder_name\nP1,H1,甲\nP2,H2,乙"))
    report = load("permit", csv(tmp_path / "p.csv", "code,holder_code,holder_name\nP1,H1,甲公司\nP2,H2,乙"))
    assert counts(report) == (0, 1, 1, 0) and report.version_raised
    assert AbstractionHolder.objects.get(code="H1").name == "甲公司"


def linked(folder: Path, permits: str) -> str:
    return f"code,use,metering,region,permits\nA,irrigation,none,110101,{permits}\nB,irrigation,none,110101,P1\n"


def test_links_become_what_the_file_says(tmp_path: Path) -> None:
    load("permit", csv(tmp_path / "p.csv", "code\nP1\nP2\nP3"))

    def give(permits: str) -> tuple[tuple[int, int, int, int], tuple[int, int], list[str]]:
        report = load("well", csv(tmp_path / "w.csv", linked(tmp_path, permits)))
        links = list(Well.objects.get(code="A").permits.order_by("code").values_list("code", flat=True))
        return counts(report), (report.links_added, report.links_removed), links

    assert give("P1；P2") == ((2, 0, 0, 0), (3, 0), ["P1", "P2"])
    assert give("P2;P1;P2") == ((0, 0, 2, 0), (0, 0), ["P1", "P2"])
    assert give("P3;P2") == ((0, 1, 1, 0), (1, 1), ["P2", "P3"])
    assert version("well") == 2
    assert give("") == ((0, 1, 1, 0), (0, 2), [])
    assert list(Well.objects.get(code="B").permits.values_list("code", flat=True)) == ["P1"]


def test_a_file_without_the_column_leaves_links_alone(tmp_path: Path) -> None:
    load("permit", csv(tmp_path / "p.csv", "code\nP1"))
    load("well", csv(tmp_path / "w.csv", linked(tmp_path, "P1")))
    load("well", csv(tmp_path / "w.csv", "code,use,metering,region\nA,monitoring,none,110101"))
    well = Well.objects.get(code="A")
    assert well.use == 4 and well.permits.count() == 1


def test_a_link_to_nothing_refuses_the_row(tmp_path: Path) -> None:
    load("permit", csv(tmp_path / "p.csv", "code\nP1"))
    report = load("well", csv(tmp_path / "w.csv", linked(tmp_path, "P1;P9")))
    assert reasons(report) == [(2, "permits", "unknown_reference")]
    assert report.refusals.kept[0].value == "P9"
    assert list(Well.objects.values_list("code", flat=True)) == ["B"]


def test_many_meters_of_one_user_and_many_users_of_one_meter(tmp_path: Path) -> None:
    load("well", csv(tmp_path / "w.csv", "code,use,metering,region\nW1,supply,none,110101"))
    users = "code,name,source,region,wells\nU1,甲,自备井,110101,W1\nU2,乙,自备井,110101001001,"
    load("water_user", csv(tmp_path / "u.csv", users))
    meters = """
        code,system,source,purpose,region,users,wells
        M1,节水管理信息系统,自备井,工业,110101,U1;U2,W1
        M2,conservation,自备井,工业,110101,U1,
    """
    assert counts(load("meter", csv(tmp_path / "m.csv", meters))) == (2, 0, 0, 0)
    assert WaterUser.objects.get(code="U1").meters.count() == 2
    assert Meter.objects.get(code="M1").users.count() == 2 and Meter.objects.get(code="M1").wells.count() == 1


def test_supply_areas_are_valid_polygons_of_a_known_facility(tmp_path: Path) -> None:
    load("urban_plant", csv(tmp_path / "f.csv", f"code,name,region\nUP1,一厂,{TOWNSHIP}"))
    bow = {"type": "Polygon", "coordinates": [[[116, 39], [116.1, 39.1], [116.1, 39], [116, 39.1], [116, 39]]]}
    plain = {"type": "Polygon", "coordinates": square(0, 0)["coordinates"][0]}
    rows = [("SA1", "UP1", plain), ("SA2", "UP1", bow), ("SA3", "UP9", plain), ("SA4", "UP1", None)]
    features = [
        {"type": "Feature", "properties": {"code": code, "facility": facility}, "geometry": geometry}
        for code, facility, geometry in rows
    ]
    report = load("supply_area", geojson(tmp_path / "a.geojson", features))
    assert counts(report) == (1, 0, 0, 3)
    assert reasons(report) == [
        (2, "geometry", "invalid_geometry"), (3, "facility", "unknown_reference"), (4, "geometry", "no_geometry"),
    ]  # fmt: skip
    assert "Self-intersection" in report.refusals.first(1)[0].value
    area = SupplyArea.objects.get()
    assert area.geom.geom_type == "MultiPolygon" and area.area_m2 == pytest.approx(
        0.1 * 0.1 * 111_000 * 86_300, rel=0.01
    )


def test_another_geometry_type_refuses_the_file(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"code": "A", "name": "a", "level": "district"}}
    point = feature | {"geometry": {"type": "Point", "coordinates": [116, 39]}}
    with pytest.raises(ImportRefused, match="需要面"):
        load("region", geojson(tmp_path / "r.geojson", [point]))
    well = {"type": "Feature", "properties": {"code": "A", "use": "supply", "metering": "none", "region": "110101"}}
    with pytest.raises(ImportRefused, match="需要点"):
        load("well", geojson(tmp_path / "w.geojson", [well | {"geometry": square(0, 0)}]))


def test_an_error_in_the_last_step_undoes_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    before = Release.objects.count()
    monkeypatch.setattr("layers.versions.bump", fail)
    with pytest.raises(RuntimeError):
        load("well", csv(tmp_path / "w.csv", WELLS))
    assert not Well.objects.exists() and Release.objects.count() == before


def test_what_only_the_database_refuses_is_told_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded = spec._column
    monkeypatch.setattr(spec, "_column", lambda *given: replace(bounded(*given), low=None, high=None))
    with pytest.raises(ImportRefused, match="facility_capacity_not_negative") as caught:
        load("urban_plant", csv(tmp_path / "f.csv", "code,name,region,capacity_m3_d\nUP1,一厂,110101,-5"))
    assert "violates" not in str(caught.value)
    assert not SupplyFacility.objects.exists()
