"""GDAL's programs on the running city: layers listed, all features there, coordinates right, parts read as parts."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from layers.export import FORMATS
from tests.city import City
from tests.clients.watcher import watching

# What GDAL 3.6 does by itself: ten features a request.
PAGE = ["-oo", "PAGE_SIZE=10000"]


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def as_geojson(*command: str) -> list[dict[str, Any]]:
    """The features that ogr2ogr makes of a source."""
    text = run(
        "ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", *command
    )
    found: list[dict[str, Any]] = json.loads(text)["features"]
    return found


def positions(city: City, table: str, srid: int = 4490) -> dict[str, tuple[float, float]]:
    turned = f"ST_Transform(geom, {srid})"
    return {code: (x, y) for code, x, y in city.sql(f"SELECT code, ST_X({turned}), ST_Y({turned}) FROM {table}")}


def test_every_collection_is_listed_with_its_geometry(city: City) -> None:
    listed = run("ogrinfo", "-ro", f"OAPIF:{city.url}/ogc")
    for name, geometry in (("district", "Multi Polygon"), ("well", "Point"), ("village_sewage_station", "Point")):
        (line,) = (line for line in listed.splitlines() if f": {name} " in line)
        assert geometry in line


def test_every_feature_comes_where_it_is(city: City) -> None:
    found = as_geojson(f"OAPIF:{city.url}/ogc", "surface_intake", *PAGE)
    assert {one["properties"]["code"]: tuple(one["geometry"]["coordinates"]) for one in found} == {
        code: (pytest.approx(x, abs=1e-7), pytest.approx(y, abs=1e-7))
        for code, (x, y) in positions(city, "layers_surfaceintake").items()
    }


def test_more_than_a_page_comes_whole(city: City, tmp_path: Path) -> None:
    ((count,),) = city.sql("SELECT count(*) FROM layers_well")
    path = tmp_path / "wells.gpkg"
    with watching(city.url) as watched:
        run("ogr2ogr", *PAGE, "-f", "GPKG", str(path), f"OAPIF:{watched.url}/ogc", "well")
        pages = watched.queries("/ogc/collections/well/items")
    assert f"Feature Count: {count}" in run("ogrinfo", "-ro", "-so", str(path), "well")
    assert len(pages) <= count // 10000 + 3


def test_a_box_is_asked_of_the_server(city: City) -> None:
    box = ("116.3", "39.9", "116.4", "40.0")
    with watching(city.url) as watched:
        found = as_geojson("-spat", *box, f"OAPIF:{watched.url}/ogc", "well", *PAGE)
        asked = watched.queries("/ogc/collections/well/items")
    ((count,),) = city.sql(
        "SELECT count(*) FROM layers_well WHERE ST_Intersects(geom, ST_MakeEnvelope(116.3, 39.9, 116.4, 40, 4490))"
    )
    assert len(found) == count > 0
    assert any("bbox" in query for query in asked)


@pytest.mark.parametrize("key", [one.key for one in FORMATS.values() if one.geometry and one.key != "parquet"])
def test_gdal_reads_every_file(city: City, tmp_path: Path, key: str) -> None:
    """GeoParquet is left out: Debian's GDAL has no driver for it (pyarrow reads it back in tests/db)."""
    suffix = FORMATS[key].suffix
    path = tmp_path / f"plant.{suffix}"
    urllib.request.urlretrieve(f"{city.url}/feeds/urban_plant.{suffix}", path)
    lonlat = ["-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat"] if key == "csv" else []
    source = f"/vsizip/{path}/urban_plant.shp" if key == "shp" else str(path)
    wanted = positions(city, "layers_supplyfacility")
    ((count,),) = city.sql("SELECT count(*) FROM layers_supplyfacility WHERE kind = 1")
    found = as_geojson(*lonlat, source)
    assert len(found) == count
    for one in found:
        x, y = wanted[one["properties"]["code"]]
        assert one["geometry"]["coordinates"] == [pytest.approx(x, abs=1e-7), pytest.approx(y, abs=1e-7)]


@pytest.mark.parametrize("srid", [4490, 4548, 3857])
def test_a_file_in_another_system_is_where_it_was(city: City, tmp_path: Path, srid: int) -> None:
    path = tmp_path / "a.gpkg"
    urllib.request.urlretrieve(f"{city.url}/feeds/surface_intake.gpkg?crs={srid}", path)
    found = as_geojson("-t_srs", "EPSG:4548", str(path))
    wanted = positions(city, "layers_surfaceintake", 4548)
    assert {one["properties"]["code"] for one in found} == set(wanted)
    for one in found:
        x, y = wanted[one["properties"]["code"]]
        assert one["geometry"]["coordinates"] == [pytest.approx(x, abs=0.02), pytest.approx(y, abs=0.02)]


def test_of_a_flatgeobuf_only_the_view_is_fetched(city: City) -> None:
    with watching(city.url) as watched:
        found = as_geojson("-spat", "116.3", "39.9", "116.4", "40.0", f"/vsicurl/{watched.url}/feeds/well.fgb")
        methods = [method for method, path in watched.asked if path == "/feeds/well.fgb"]
    ((count,),) = city.sql(
        "SELECT count(*) FROM layers_well WHERE ST_Intersects(geom, ST_MakeEnvelope(116.3, 39.9, 116.4, 40, 4490))"
    )
    assert len(found) == count > 0
    assert len(methods) > 2, "a head and parts"


def test_tiles_are_read_with_their_fields(city: City) -> None:
    found = as_geojson(f"MVT:{city.url}/tiles/district/8", "district")
    codes = {one["properties"]["code"] for one in found}
    assert codes == {code for (code,) in city.sql("SELECT code FROM layers_region WHERE level = 2")}
    assert all(isinstance(one["properties"]["area_m2"], (int, float)) for one in found)


# Each: a layer, a condition as GDAL is given it, and the same of the database. Words in braces: see `words_of`.
TRUTHS = [
    ("urban_plant", "region = '{district}'", "r.code = '{district}'"),
    ("urban_plant", "region = '11'", "FALSE"),
    ("urban_plant", "region = 'nowhere'", "FALSE"),
    ("urban_plant", "region <> '{district}'", "r.code <> '{district}'"),
    ("urban_plant", "region LIKE '{district}%'", "r.code LIKE '{district}%'"),
    ("urban_plant", "NOT (region = '{district}')", "NOT (r.code = '{district}')"),
    ("urban_plant", "region = '{district}' OR name = '{plant}'", "r.code = '{district}' OR f.name = '{plant}'"),
    ("urban_plant", "region = '{district}' AND capacity_m3_d > 1000", "r.code = '{district}' AND capacity_m3_d > 1000"),
    ("urban_plant", "found_region = '{found}'", "(SELECT code FROM layers_region x WHERE x.id = f.found_region_id) = '{found}'"),
    ("urban_plant", "found_region = '{district}'", "FALSE"),
    ("urban_plant", "name = '{plant}'", "f.name = '{plant}'"),
    ("urban_plant", "name = '{plant},{plant}'", "FALSE"),
    ("urban_plant", "name = ' {plant}'", "FALSE"),
    ("urban_plant", "name = ''", "f.name = ''"),
    ("urban_plant", "code = '{code}'", "f.code = '{code}'"),
    ("urban_plant", "code IN ('{code}', 'x')", "f.code IN ('{code}', 'x')"),
    ("urban_plant", "code = '{code},x'", "FALSE"),
    ("urban_plant", "capacity_m3_d = {capacity}", "capacity_m3_d = {capacity}"),
    ("urban_plant", "capacity_m3_d = -5", "FALSE"),
    ("urban_plant", "capacity_m3_d >= {capacity}", "capacity_m3_d >= {capacity}"),
    ("urban_plant", "capacity_m3_d BETWEEN 1 AND {capacity}", "capacity_m3_d BETWEEN 1 AND {capacity}"),
    ("urban_plant", "capacity_m3_d IS NULL", "capacity_m3_d IS NULL"),
    ("urban_plant", "managed_by = 'group' AND region = '{district}'", "managed_by = 1 AND r.code = '{district}'"),
    ("village_station", "region = '{in_village}'", "r.code = '{in_village}'"),
    ("village_station", "region = '{in_district}'", "FALSE"),  # all of them are in one of its villages
    ("village_station", "region = '{in_district}' AND capacity_m3_d > 10", "FALSE"),
    ("surface_intake", "water_body = '{river}'", "water_body = '{river}'"),
    ("permit", "region = '{permit_region}'", "r.code = '{permit_region}'"),
    ("permit", "valid_from = '{valid_from}'", "valid_from = '{valid_from}'"),
    ("permit", "permitted_m3_per_year = {permitted}", "permitted_l_per_year = {permitted} * 1000"),
]  # fmt: skip
ROWS = {
    "urban_plant": "layers_supplyfacility f LEFT JOIN layers_region r ON r.id = f.declared_region_id WHERE f.kind = 1",
    "village_station": "layers_supplyfacility f LEFT JOIN layers_region r ON r.id = f.declared_region_id WHERE f.kind = 3",
    "surface_intake": "layers_surfaceintake f WHERE TRUE",
    "permit": "layers_abstractionpermit f LEFT JOIN layers_region r ON r.id = f.declared_region_id WHERE TRUE",
}


def words_of(city: City) -> dict[str, Any]:
    """Values there are, so that each condition is true of something."""
    plants, permits = ROWS["urban_plant"], ROWS["permit"]
    ((district, plant, code, capacity),) = city.sql(
        f"SELECT min(r.code), min(f.name), min(f.code), min(capacity_m3_d) FROM {plants}"
    )
    ((village,),) = city.sql(f"SELECT min(r.code) FROM {ROWS['village_station']} AND length(r.code) = 12")
    ((found,),) = city.sql(
        "SELECT min(r.code) FROM layers_supplyfacility f JOIN layers_region r ON r.id = f.found_region_id WHERE kind = 1"
    )
    ((river,),) = city.sql(f"SELECT min(water_body) FROM {ROWS['surface_intake']}")
    ((permit_region, valid_from, litres),) = city.sql(
        f"SELECT min(r.code), min(valid_from), min(permitted_l_per_year) FROM {permits}"
    )
    return {
        "district": district, "in_village": village, "in_district": village[:6], "plant": plant, "code": code, "capacity": capacity, "found": found,
        "river": river, "permit_region": permit_region, "valid_from": valid_from, "permitted": litres // 1000,
    }  # fmt: skip


@pytest.mark.parametrize("where", ["valid_from >= '2019-01-01'", "valid_to < '2019-01-01'"])
def test_a_condition_on_a_date_is_refused_and_not_answered_wrongly(city: City, where: str) -> None:
    """GDAL sends it as the time of the rows, whichever field it is of, and believes the answer; files take a filter."""
    source = f"OAPIF:{city.url}/ogc"
    done = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, "permit", "-where", where, *PAGE],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "what GDAL writes for a day" in done.stderr
    found = as_geojson(f"{city.url}/feeds/permit.geojson?filter={quote(where)}")
    assert {one["properties"]["code"] for one in found} == {
        code for (code,) in city.sql(f"SELECT code FROM layers_abstractionpermit WHERE {where}")
    }
    assert found


@pytest.mark.parametrize(("layer", "where", "truth"), TRUTHS)
def test_a_condition_is_true_of_what_the_database_has(city: City, layer: str, where: str, truth: str) -> None:
    """What GDAL hands on to the server it believes; the rest it judges itself. Both have to be as the database says."""
    words = words_of(city)
    found = as_geojson("-where", where.format(**words), f"OAPIF:{city.url}/ogc", layer, *PAGE)
    assert {one["properties"]["code"] for one in found} == {
        code for (code,) in city.sql(f"SELECT f.code FROM {ROWS[layer]} AND ({truth.format(**words)})")
    }
