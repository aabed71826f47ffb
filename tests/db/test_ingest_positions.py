"""Positions by evidence, against a small city: what is proposed, asked, warned of and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from layers.ingest import bd09, gcj02
from layers.ingest.refusal import ImportRefused
from layers.ingest.report import ImportReport
from layers.models import SupplyArea, Well
from tests.db.ingest_files import (
    DISTRICT,
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
# In the western of two villages of 4 by 11 km, up to its border.
LON, LAT = np.linspace(116.002, 116.0495, 40), np.linspace(39.01, 39.09, 40)


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    small_city(tmp_path)


@pytest.fixture
def wells(tmp_path: Path) -> Callable[..., Path]:
    def write(x: Any, y: Any, heading: str = "lon,lat", named: str = VILLAGES[0], first: int = 0) -> Path:
        rows = [f'W{first + n},irrigation,none,{named},"{a}","{b}"' for n, (a, b) in enumerate(zip(x, y, strict=True))]
        return csv(tmp_path / "wells.csv", "\n".join([f"code,use,metering,region,{heading}", *rows]))

    return write


def packed(axis: Any) -> list[str]:
    """Degrees, a point, two digits of minutes and four of hundredths of seconds."""
    hundredths = [round(value * 360_000) for value in axis]
    return [f"{n // 360_000}.{n // 6_000 % 60:02d}{n % 6_000:04d}" for n in hundredths]


def tried(file: Path, **options: Any) -> ImportReport:
    return load("well", file, commit=False, **options)


def asked(report: ImportReport) -> dict[str, str]:
    return {choice.name: choice.value for choice in report.choices if choice.asks}


@pytest.mark.usefixtures("city")
def test_plain_degrees_are_no_question(wells: Callable[..., Path]) -> None:
    report = tried(wells(LON, LAT))
    assert counts(report) == (40, 0, 0, 0) and not report.choices and not report.warnings.rows


@pytest.mark.usefixtures("city")
def test_exchanged_packed_and_offset_batches_are_asked_with_their_evidence(wells: Callable[..., Path]) -> None:
    assert asked(tried(wells(LAT, LON))) == {"coordinates": "EPSG:4490+swapped"}
    report = tried(wells(packed(LON), packed(LAT)))
    assert asked(report) == {"coordinates": "EPSG:4490+packed"} and not report.warnings.rows
    (choice,) = report.choices
    assert "40 个位置中 40 个在本市" in choice.zh and "40 of 40 positions" in choice.en
    for datum, name in ((gcj02, "GCJ-02"), (bd09, "BD-09")):
        border = np.full(40, 116.0499) - np.linspace(0, 2e-3, 40)
        report = tried(wells(*datum.from_wgs84(border, LAT)))
        assert asked(report) == {"coordinates": name}


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("code", [4548, 4527, 4498])
@pytest.mark.parametrize("surveyors", [False, True])
def test_metres_of_any_zone_in_either_order(wells: Callable[..., Path], code: int, surveyors: bool) -> None:
    east, north = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform(LON, LAT)
    file = wells(north, east, "X,Y") if surveyors else wells(east, north, "X,Y")
    report = tried(file)
    name = f"EPSG:{code}" + "+swapped" * surveyors
    assert asked(report) == {"coordinates": name} and counts(report) == (40, 0, 0, 0)
    assert asked(tried(file, crs=f"EPSG:{code}")) == ({"coordinates": name} if surveyors else {})
    with pytest.raises(ImportRefused, match="须先确认"):
        load("well", file)
    load("well", file, told={"coordinates": name})
    assert Well.objects.get(code="W0").geom.coords == pytest.approx((LON[0], LAT[0]), abs=1e-8)


@pytest.mark.usefixtures("city")
def test_a_batch_in_another_datum_is_named_by_the_shift_of_known_codes(wells: Callable[..., Path]) -> None:
    """Five hundred wells, thirty of them known: all still lie in their district and village."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(116.01, 116.03, 500), rng.uniform(39.02, 39.08, 500)
    load("well", wells(lon[:30], lat[:30]))
    there = gcj02.from_wgs84(lon, lat)
    expected = np.median(pyproj.Geod(ellps="GRS80").inv(lon[:30], lat[:30], there[0][:30], there[1][:30])[2])
    report = tried(wells(*there))
    assert asked(report) == {"coordinates": "GCJ-02"}
    (choice,) = report.choices
    told = int(choice.zh.split("中位偏移 ")[1].split(" 米")[0])
    assert told == pytest.approx(expected, abs=10)
    assert counts(report) == (470, 0, 0, 0) or report.new == 470, "read as proposed, the known ones stand"


@pytest.mark.usefixtures("city")
def test_a_shift_that_nothing_explains_is_asked(wells: Callable[..., Path]) -> None:
    load("well", wells(LON, LAT))
    report = tried(wells(LON + 1e-3, LAT))
    assert asked(report) == {"coordinates": "EPSG:4490"} and "整体平移" in report.choices[0].zh
    told = tried(wells(LON + 1e-3, LAT), told={"coordinates": "EPSG:4490"})
    assert counts(told) == (0, 40, 0, 0) and not asked(told)


@pytest.mark.usefixtures("city")
def test_a_part_of_the_known_codes_that_moves_as_one_is_asked(wells: Callable[..., Path]) -> None:
    load("well", wells(LON, LAT))
    lon, lat = LON.copy(), LAT.copy()
    lon[28:], lat[28:] = gcj02.from_wgs84(LON[28:], LAT[28:])
    report = tried(wells(lon, lat))
    assert asked(report) == {"coordinates": "EPSG:4490"} and "12 个编码中位偏移" in report.choices[0].zh
    with pytest.raises(ImportRefused, match="平移"):
        load("well", wells(lon, lat))
    assert counts(load("well", wells(lon, lat), told={"coordinates": "EPSG:4490"})) == (0, 12, 28, 0)


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("told", "looked_at", "lines"),
    [({}, 100, "第 82 至 120 行"), ({"coordinates": "EPSG:4490"}, 1_000, "第 62 至 121 行")],
)
def test_a_file_whose_second_half_is_in_another_datum_is_asked(
    wells: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, told: dict[str, str], looked_at: int, lines: str
) -> None:
    """All are new, and near their village's borders: the whole speaks for neither reading, its parts for one each."""
    monkeypatch.setattr("layers.ingest.positions.whole.SAMPLE", looked_at)
    plain = np.linspace(116.001, 116.005, 60), np.linspace(39.01, 39.09, 60)
    moved = gcj02.from_wgs84(np.linspace(116.0455, 116.0495, 60), np.linspace(39.01, 39.09, 60))
    report = tried(wells(np.concatenate([plain[0], moved[0]]), np.concatenate([plain[1], moved[1]])), told=told)
    assert counts(report) == (120, 0, 0, 0)
    assert asked(report) == ({} if told else {"coordinates": "EPSG:4490"})
    words = "；".join([*(one.zh for one in report.choices), *(note.zh for note in report.notes)])
    assert "火星坐标" in words or "GCJ-02" in words
    assert "拆成几个文件" in words and lines in words


@pytest.mark.usefixtures("city")
def test_a_position_outside_its_division_is_taken_and_said(wells: Callable[..., Path]) -> None:
    lon = LON.copy()
    lon[:3] += (0.06, 0.12, 0.9)
    report = load("well", wells(lon, LAT))
    assert counts(report) == (40, 0, 0, 0)
    found = report.warnings.first(9)
    assert [(one.row, one.reason) for one in found] == [
        (2, "outside_declared"),
        (3, "outside_declared"),
        (4, "outside_declared"),
    ]
    assert VILLAGES[0] in right(found[0]) and VILLAGES[1] in right(found[0]) and "公里" in right(found[2])
    assert "各区划之外" in right(found[2])
    assert not load("well", wells(lon, LAT)).warnings.rows, "what is unchanged was said before"


@pytest.mark.usefixtures("city")
def test_a_metre_over_the_border_is_no_word_worth(wells: Callable[..., Path]) -> None:
    assert not tried(wells(np.full(40, 116.05001), LAT)).warnings.rows


@pytest.mark.usefixtures("city")
def test_in_a_district_without_villages_the_district_is_what_is_found(wells: Callable[..., Path]) -> None:
    report = tried(wells(LON + 0.12, LAT, named="110102"))
    assert not report.choices and not report.warnings.rows


@pytest.mark.usefixtures("city")
def test_most_of_a_batch_outside_is_asked(wells: Callable[..., Path]) -> None:
    report = tried(wells(LON + 0.9, LAT))
    assert asked(report) == {"coordinates": "EPSG:4490"} and len(report.warnings.rows) == 40
    load("well", wells(LON + 0.9, LAT), told={"coordinates": "EPSG:4490"})
    assert Well.objects.count() == 40


@pytest.mark.usefixtures("city")
def test_shapes_are_read_as_told_too(tmp_path: Path) -> None:
    """116°01′12″, 39°03′00″; and sixty minutes, which there are none of."""
    named = {"use": "irrigation", "metering": "none", "region": DISTRICT}
    features = [
        {"type": "Feature", "properties": {"code": code, **named}, "geometry": {"type": "Point", "coordinates": [y, x]}}
        for code, x, y in (("A", 116.0112, 39.03), ("B", 116.6012, 39.03))
    ]
    report = load("well", geojson(tmp_path / "w.geojson", features), told={"coordinates": "EPSG:4490+swapped+packed"})
    assert counts(report) == (1, 0, 0, 1) and reasons(report) == [(2, "geometry", "bad_position")]
    assert Well.objects.get().geom.coords == pytest.approx((116.02, 39.05), abs=1e-9)


@pytest.mark.usefixtures("city")
def test_a_datum_without_public_parameters_is_asked_and_a_told_shift_taken(wells: Callable[..., Path]) -> None:
    east, north = pyproj.Transformer.from_crs(4490, 2384, always_xy=True).transform(LON, LAT)
    file = wells(east, north, "x,y")
    report = tried(file, crs="EPSG:2384")
    assert asked(report) == {"datum": "ballpark"} and "100 米" in report.choices[0].zh
    with pytest.raises(ImportRefused, match="datum"):
        load("well", file, crs="EPSG:2384")
    load("well", file, crs="EPSG:2384", told={"datum": "ballpark"})
    before = Well.objects.get(code="W7").geom
    told = {"datum.shift": "100,0", "coordinates": "EPSG:2384"}
    load("well", file, crs="EPSG:2384", told=told)
    after = Well.objects.get(code="W7").geom
    assert pyproj.Geod(ellps="GRS80").inv(*before.coords, *after.coords)[2] == pytest.approx(100, abs=0.1)


@pytest.mark.usefixtures("city")
def test_six_columns_and_a_pair(tmp_path: Path) -> None:
    file = csv(
        tmp_path / "w.csv",
        "code,use,metering,region,经度-度,经度-分,经度-秒,纬度-度,纬度-分,纬度-秒\n"
        f"A,irrigation,none,{DISTRICT},116,1,12,39,3,0\nB,irrigation,none,{DISTRICT},116,61,0,39,3,0",
    )
    report = load("well", file)
    assert counts(report) == (1, 0, 0, 1) and reasons(report) == [(3, "lon", "bad_position")]
    pair = csv(tmp_path / "p.csv", f'code,use,metering,region,坐标\nA,irrigation,none,{DISTRICT},"116.02,39.05"')
    assert counts(load("well", pair)) == (0, 0, 1, 0)


def area(outline: dict[str, Any]) -> dict[str, Any]:
    properties = {"code": "A1", "name": "供水区", "facility": "F1"}
    return {"type": "Feature", "properties": properties, "geometry": outline}


@pytest.mark.usefixtures("city")
def test_an_outline_over_half_the_country_is_refused_at_once(tmp_path: Path) -> None:
    load(
        "facility",
        csv(tmp_path / "f.csv", f"code,name,kind,region,lon,lat\nF1,水厂,urban_plant,{DISTRICT},116.02,39.05"),
    )
    corners = [[76, 10], [130, 10], [130, 50], [76, 50], [76, 10]]
    report = load("supply_area", geojson(tmp_path / "a.geojson", [area({"type": "Polygon", "coordinates": [corners]})]))
    assert reasons(report) == [(1, "geometry", "beyond_city")] and report.refused_as_a_whole
    (fault,) = report.refusals.first(9)
    assert "76–130" in fault.value and "km²" in fault.value and "km²" in right(fault)
    file = geojson(tmp_path / "a.geojson", [area(square(0, 0, 0.2))])
    assert counts(load("supply_area", file)) == (1, 0, 0, 0)
    assert SupplyArea.objects.count() == 1


def test_the_first_divisions_of_any_city_have_no_bound(tmp_path: Path, db: None) -> None:
    far = json.loads(json.dumps(square(0, 0, 0.2)).replace("116.", "87.").replace("39.", "43."))
    path = geojson(tmp_path / "r.geojson", [region("65", "乌鲁木齐市", far)])
    assert counts(load("region", path, told={"place": "65@4538"})) == (1, 0, 0, 0)
