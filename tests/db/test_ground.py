"""What lies underneath: imported as everything is, thinned in tiles, found by the regions it passes, and named by whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from data import ground
from geoapp.reports import content
from geoapp.reports.ask import Ask
from geoapp.reports.offline.shown import shown
from layers import dependencies, filters, models, registry
from layers.feeds.credits import credit
from layers.feeds.search import search
from layers.fields import GRIDDED, SUMS
from layers.ingest.refusal import ImportRefused
from layers.ingest.undo import undo
from layers.periods import parse_period
from tests import factories as make
from tests import report_city
from tests.db.ingest_files import counts, csv, geojson, load, reasons, small_city
from tests.db.test_mvt import decode, tile_at
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, line, outline, square
from tiles import mvt
from tiles.tilejson import attribution

pytestmark = pytest.mark.django_db
WATER, COURSE, ROAD, RAIL = (registry.layer(name) for name in ("water_body", "watercourse", "road", "railway"))


def feature(code: str, shape: str, coordinates: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, **more},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def test_lines_come_in_one_part_or_several_and_other_shapes_are_refused(tmp_path: Path) -> None:
    small_city(tmp_path)
    west, east = [[116.0, 39.0], [116.1, 39.05]], [[116.1, 39.05], [116.2, 39.0]]
    file = geojson(tmp_path / "rivers.geojson", [
        feature("R1", "LineString", west, name="清河", kind="河流", source="水务局"),
        feature("R2", "MultiLineString", [west, east], kind="canal"),
        feature("R3", "Polygon", [[*west, [116.0, 39.05], west[0]]], name="面"),
        feature("R4", "LineString", [[116.0, 39.0], [116.0, 39.0]], name="无长度"),
    ])  # fmt: skip
    dry = load("watercourse", file, commit=False)
    assert (counts(dry), models.Watercourse.objects.count()) == ((2, 0, 0, 2), 0)
    report = load("watercourse", file)
    assert reasons(report) == [(3, "geometry", "geometry_type"), (4, "geometry", "invalid_geometry")]
    one, two = models.Watercourse.objects.order_by("code")
    assert (one.geom.geom_type, len(one.geom), len(two.geom)) == ("MultiLineString", 1, 2)
    assert (one.get_kind_display(), two.get_kind_display(), one.source) == ("河流", "渠道", "水务局")
    assert 10_000 < one.length_m < 11_000
    assert counts(load("watercourse", file)) == (0, 0, 2, 2)
    undo(report.release_id, commit=True, actor="tester")
    assert not models.Watercourse.objects.exists()


def test_a_table_of_wkt_a_geopackage_and_a_kind_that_nobody_says(tmp_path: Path) -> None:
    small_city(tmp_path)
    table = csv(
        tmp_path / "roads.csv", 'code,name,ref,fclass,wkt\nA1,京藏高速,G6,motorway,"LINESTRING (116 39, 116.1 39.1)"'
    )
    assert counts(load("road", table)) == (1, 0, 0, 0)
    lakes = gpd.GeoDataFrame(
        {"code": ["L1"], "名称": ["昆明湖"]}, geometry=[shapely.box(116, 39, 116.05, 39.05)], crs="EPSG:4490"
    )
    lakes.to_file(tmp_path / "lakes.gpkg", engine="pyogrio")
    assert counts(load("water_body", tmp_path / "lakes.gpkg")) == (1, 0, 0, 0)
    lake = models.WaterBody.objects.get()
    assert (lake.name, lake.get_kind_display(), models.Road.objects.get().number) == ("昆明湖", "未分类", "G6")
    with pytest.raises(ImportRefused, match="线"):
        load("railway", tmp_path / "lakes.gpkg")


def test_they_change_no_figure_of_usage() -> None:
    names = {dataset.name for dataset in (WATER.dataset, COURSE.dataset, ROAD.dataset, RAIL.dataset)}
    assert not names & {*dependencies.behind(SUMS), *dependencies.behind(GRIDDED), *registry.STATISTICS}


def test_a_river_is_in_every_region_that_it_passes() -> None:
    make.make_grid()
    make.WatercourseFactory(code="south", geom=line((0.2, 0.5), (0.8, 0.5)))
    make.WatercourseFactory(code="both", geom=line((0.5, 0.5), (0.5, 1.5)))
    make.WatercourseFactory(code="outside", geom=line((5, 5), (6, 6)))

    def codes(region: str) -> list[str]:
        return sorted(filters.parse(COURSE, {"region": region}).apply(COURSE).values_list("code", flat=True))

    assert (codes(SOUTHERN), codes(NORTHERN), codes(DISTRICT)) == (["both", "south"], ["both"], ["both", "south"])


def test_tiles_are_thinned_by_class_and_length_and_simplified() -> None:
    wave = [(n / 20, (n % 2) / 1000) for n in range(41)]  # a road that swings by a metre
    make.RoadFactory(code="motorway", kind=1, geom=line(*wave))
    make.RoadFactory(code="lane", kind=6, geom=line(*wave))
    make.RoadFactory(code="stub", kind=1, geom=line((0, 0), (0.001, 0)))  # of a metre

    def tile(z: int) -> dict[str, int]:
        found = decode(ROAD, *tile_at(make.at(0.5, 0.0001), z))
        return {
            each["properties"]["code"]: len(each["geometry"]["coordinates"])
            for each in found.get("road", {"features": []})["features"]
        }

    assert tile(6) == tile(8) == {"motorway": 2}
    assert set(tile(13)) == {"motorway", "lane"}
    near = tile(14)
    assert set(near) == {"motorway", "lane", "stub"} and near["motorway"] > 20


def test_a_rough_outline_is_drawn_from_far_alone_and_a_pond_from_near() -> None:
    rough = make.WaterBodyFactory(code="rough", name="水库", accuracy_m=1000)
    make.WaterBodyFactory(code="pond", geom=outline(square(0.5, 0.5, 0.52, 0.52)))

    def tile(z: int) -> tuple[set[str], list[str]]:
        found = decode(WATER, *tile_at(make.at(0.51, 0.51), z))
        surfaces = {each["properties"]["code"] for each in found.get("water_body", {"features": []})["features"]}
        return surfaces, [
            each["properties"]["name"] for each in found.get("water_body_label", {"features": []})["features"]
        ]

    assert (rough.drawn_from, rough.drawn_to) == (8, 9)
    assert tile(9) == ({"rough"}, ["水库"])  # and no name of what has none
    assert tile(10) == (set(), [])
    assert tile(14) == ({"pond"}, [])


def test_a_tile_is_bounded_and_keeps_the_greatest(monkeypatch: pytest.MonkeyPatch) -> None:
    make.RoadFactory(code="lane", kind=6)
    make.RoadFactory(code="motorway", kind=1)
    monkeypatch.setattr(mvt, "MOST_UNDERNEATH", 1)
    (road,) = decode(ROAD, *tile_at(make.at(0.5, 0.5), 14))["road"]["features"]
    assert road["properties"]["code"] == "motorway"


def test_whose_they_are_is_said_wherever_they_are_shown() -> None:
    make.make_grid()
    make.WaterBodyFactory(source="© OpenStreetMap contributors, 2017（ODbL 1.0；经 geo-maps 0.6.0，概略）")
    make.WaterBodyFactory(name="昆明湖", source="市水务局测绘")
    assert credit(WATER, "zh").startswith("© OpenStreetMap contributors")
    assert "市水务局测绘" in attribution(WATER) and "rough" in attribution(WATER, lang="en")
    assert attribution(COURSE) == ""  # of nothing nobody
    (hit,) = search("昆明湖", 5)
    assert (hit["layer"], round(hit["lon"], 3)) == ("water_body", 116.005)


def test_the_waters_of_the_demo_are_read_to_the_last_and_named(tmp_path: Path) -> None:
    (waters,) = ground.FILES
    report = load(waters.dataset, waters.path)
    assert (report.refused, report.new) == (0, 455)
    assert models.WaterBody.objects.filter(drawn_to=9, source__contains="OpenStreetMap").count() == 455
    assert "ODbL" in credit(WATER, "en")


def test_reports_and_the_offline_map_have_the_waters_and_say_whose() -> None:
    report_city.make_city()
    make.WaterBodyFactory(name="昆明湖", source="市水务局测绘")
    make.WatercourseFactory(name="清河")
    report = content.build(Ask(DISTRICT, parse_period("2019")))
    drawn = report_city.drawn_of(report)
    assert all("#a8d1ef" in figure.svg and "市水务局测绘" in "".join(figure.notes) for figure in drawn.maps)
    data = shown(report, "zh")
    assert [layer["name"] for layer in data["layers"][1:3]] == ["水体", "河流沟渠"]
    assert data["heading"]["credits"][-1] == "水系：市水务局测绘"
