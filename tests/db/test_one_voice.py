"""A value is said in one place: every field of every layer is the same in every channel, and asks its object back.

The objects carry what is hard to say: halves of cubic metres, third parts, negative corrections, quotes, commas, texts that
are empty or read "null", days that begin and end a year, and nothing at all.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
from django.db import connection, transaction
from django.db.models import Q

from layers import filters, registry, values, vocab
from layers.cql2.condition import condition
from layers.cql2.parse import parse
from layers.db import rows
from layers.errors import BadParameter
from layers.export import FORMATS, Options
from layers.features import FeatureQuery, stream
from layers.feeds import downloads
from layers.feeds.features import feature
from layers.fields import Field
from layers.http.encoding import dumps
from layers.ogc import question
from layers.registry import Layer
from layers.text import unguarded
from tests import factories as make
from tests.factories import A, B, Grid, at
from tests.second_voice import listed
from tiles.address import Tile
from tiles.mvt import TileRequest, tile_query

pytestmark = pytest.mark.django_db
EVERY = (*registry.LAYERS, *registry.TABLES)
MOST = 20  # values of a field that are asked for one by one
Said = dict[int, dict[str, Any]]  # by the object's integer identity: field → what is said


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Grid]:
    """Made once: no test here writes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _world()
        transaction.set_rollback(True)


def _world() -> Grid:
    """In every layer and table an object with all that can be said, one with nothing but what must be, and hard ones."""
    grid = make.make_grid(unit_of_north=True)
    told: dict[str, Any] = {"geom": at(0.3, 0.3), "declared_region": grid[B], "position_quality": 2}
    holder = make.HolderFactory(code="h-1", name='户"甲", 乙')
    permit = make.PermitFactory(
        code="P-a/1", holder=holder, permitted_l_per_year=1234567, valid_from=date(2018, 1, 1),
        valid_to=date(2018, 12, 31), declared_region=grid[A],
    )  # fmt: skip
    make.PermitFactory(code="p-2", permitted_l_per_year=1, valid_from=date(2018, 12, 31), valid_to=date(2020, 2, 29))
    make.PermitFactory(permitted_l_per_year=999_999_999_999_999)
    make.PermitFactory(permitted_l_per_year=2000)
    make.PermitFactory()
    for use, depth in enumerate((0.1 + 0.2, 1e-9, 9999.123456789012, 12, 33.3, 1 / 3, 7e3), 1):
        make.WellFactory(
            use=use, metering=use % 3 + 1, depth_m=depth, year_built=1800 + use, status=use % 3 + 1, **told
        )
    for underneath in make.UNDERNEATH:
        underneath()
    make.WellFactory(code="w-Mixed.Case", name="甲,乙;“丙”'=1", geom=None)
    make.WellFactory(name="null")
    for kind in (1, 2, 3, 4):
        make.FacilityFactory(
            kind=kind, name=f"厂 {kind}, '北'", managed_by=kind, status=2, capacity_m3_d=kind * 10**9, **told
        )
        facility = make.FacilityFactory(kind=kind, code=f"f-{kind}", name="", capacity_m3_d=0)
        make.SupplyAreaFactory(facility=facility, code=f"sa-{kind}", name=f"范围{kind}", boundary_quality=kind % 3 + 1)
        make.SupplyAreaFactory(facility=facility, code=f"SA.{kind}")
    for kind in (1, 2):
        make.SewagePlantFactory(kind=kind, operator="=运营, 公司", capacity_m3_d=kind, **told)
        make.SewagePlantFactory(kind=kind)
    make.SurfaceIntakeFactory(water_body="永定河", **told)
    make.SurfaceIntakeFactory(geom=None)
    user = make.WaterUserFactory(source=7, industry="C2614", **told)
    make.WaterUserFactory(code="u-low", source=2, name="+1")
    meter = make.MeterFactory(code="mc-low", name="表", system=2, source=6, purpose=5, **told)
    make.MeterFactory()
    user.permits.add(permit)
    release = make.ReleaseFactory(dataset="usage")
    make.UsageFactory(meter=meter, volume_l=2001, source=4, purpose=3, release=release)
    make.UsageFactory(meter=meter, volume_l=-1, source=4, purpose=3, correction_no=1, release=release)
    make.UsageFactory(facility=facility, month=date(2019, 12, 1), volume_l=10**12, release=release)
    make.UsageFactory(region=grid[A], month=date(2019, 2, 1), volume_l=0, release=release)
    grid.boundary(A).region.boundaries.update(source="测绘, 2019", quality=1)
    grid.settle()
    grid.cut_all()
    make.find_faults()
    return grid


def api(layer: Layer) -> Said:
    ids = _ids(layer)
    found = listed(layer, {})["features"]
    for one in found[:20]:
        assert json.loads(dumps(feature(layer, one["id"])))["properties"] == one["properties"]
    return {ids[one["id"]]: one["properties"] for one in found}


def _ids(layer: Layer) -> dict[str, int]:
    path = next(f.orm_path for f in layer.fields if f.name == "code")
    return dict(filters.base(layer).values_list(path, "pk"))


def ogc(layer: Layer) -> Said:
    with stream.geojson(question.read_list(layer, {}).query) as batches:
        found = json.loads(b"[" + b",\n".join(batches) + b"]")
    return {one["id"]: one["properties"] for one in found}


def _file(layer: Layer, key: str, lang: str = "") -> bytes:
    return b"".join(FORMATS[key].write(FeatureQuery(layer, geometry=False), Options(lang=lang)))  # type: ignore[arg-type]


def _in_order(layer: Layer, found: list[dict[str, Any]]) -> Said:
    """Rows of a file, which come in the order of the identities."""
    ids = list(filters.base(layer).order_by("pk").values_list("pk", flat=True))
    return dict(zip(ids, found, strict=True))


def feed(layer: Layer) -> Said:
    body = json.loads(b"".join(FORMATS["geojson"].write(FeatureQuery(layer))))
    return {one["id"]: one["properties"] for one in body["features"]}


def delimited(layer: Layer) -> Said:
    """CSV: numbers by their kind; an empty cell is null, an empty text is quoted, which Python's reader cannot tell."""
    kinds = {column.name: column.kind for column in FeatureQuery(layer).columns()}
    read: dict[str, Callable[[str], Any]] = {"integer": int, "number": float}
    lines = csv.DictReader(io.StringIO(_file(layer, "csv").decode("utf-8-sig"), newline=""))
    said = [
        {name: read.get(kinds[name], unguarded)(text) if text else None for name, text in line.items()}
        for line in lines
    ]
    return _in_order(layer, said)


def parquet(layer: Layer) -> Said:
    return _in_order(layer, pq.read_table(io.BytesIO(_file(layer, "parquet"))).to_pylist())


def geopackage(layer: Layer, tmp_path: Path) -> Said:
    path = tmp_path / f"{layer.id}.gpkg"
    path.write_bytes(_file(layer, "gpkg"))
    return _in_order(layer, pyogrio.read_arrow(path)[1].drop_columns([]).to_pylist())


def workbook(layer: Layer) -> Said:
    sheet = openpyxl.load_workbook(io.BytesIO(_file(layer, "xlsx"))).worksheets[0]
    head, *lines = sheet.iter_rows(values_only=True)
    return _in_order(layer, [dict(zip(head, line, strict=True)) for line in lines])  # type: ignore[arg-type]


def _near(value: Any) -> Any:
    """A number as far as a spreadsheet keeps it."""
    return pytest.approx(value, rel=1e-14) if isinstance(value, float) else value


def tile(layer: Layer) -> Said:
    """What the tiles of the deepest zoom say; null is not there, and what has no position is in none."""
    ids, found = _ids(layer), {}
    for one in _tiles(layer):
        body = bytes(rows(tile_query(TileRequest(layer, one)))[0][0])
        for drawn in mapbox_vector_tile.decode(body).get(layer.id, {"features": []})["features"]:
            found[ids[drawn["properties"]["code"]]] = drawn["properties"]
    return found


def _tiles(layer: Layer) -> Iterator[Tile]:
    z = layer.max_zoom
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(x, y), 4490), 3857) g"
            " FROM (VALUES (116.0, 40.02), (116.02, 40.0)) v (x, y)) p"
        )
        (west, north), (east, south) = cursor.fetchall()
    side, half = Tile(z, 0, 0).side_m, Tile(0, 0, 0).bounds[2]
    for x in range(int((west + half) / side), int((east + half) / side) + 1):
        for y in range(int((half - north) / side), int((half - south) / side) + 1):
            yield Tile(z, x, y)


def _plain(value: Any) -> Any:
    """A value without what formats differ in: days are texts in JSON and moments in a workbook; nothing is null."""
    if value == "":
        return None
    return value.isoformat()[:10] if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: layer.id)
def test_every_channel_says_the_same(world: Grid, tmp_path: Path, layer: Layer) -> None:
    expected = {
        one.pk: {f.name: _plain(values.spoken(f, _stored(one, f))) for f in layer.listed_fields}
        for one in filters.base(layer)
    }
    near = {pk: {name: _near(value) for name, value in one.items()} for pk, one in expected.items()}
    channels = {"ogc": ogc, "feed": feed, "csv": delimited, "parquet": parquet, "workbook": workbook}
    said = {name: speak(layer) for name, speak in channels.items()}
    said["gpkg"] = geopackage(layer, tmp_path)
    if layer in registry.LAYERS:
        said["api"] = api(layer)
    for name, found in said.items():
        plain = {
            pk: {field: _plain(value) for field, value in one.items() if field in expected[pk]}
            for pk, one in found.items()
        }
        assert plain == (near if name == "workbook" else expected), name
    if layer not in registry.TABLES:
        drawn = tile(layer)
        assert drawn
        for pk, properties in drawn.items():
            told = {f.name: expected[pk][f.name] for f in layer.tile_fields if expected[pk][f.name] is not None}
            assert {name: value for name, value in properties.items() if value != ""} == told


def _stored(one: Any, field: Field) -> Any:
    for step in field.orm_path.split("__"):
        one = getattr(one, step, None)
    return one


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: layer.id)
def test_what_is_said_of_an_object_asks_for_it(world: Grid, layer: Layer) -> None:
    """By the parameter of the field's name and by CQL2; null by ``null`` and IS NULL; and nobody else's value finds it."""
    found = ogc(layer)
    assert found
    for field in layer.listed_fields:
        by_value: dict[Any, set[int]] = {}
        for pk, properties in found.items():
            by_value.setdefault(properties[field.name], set()).add(pk)
        for value, ids in list(by_value.items())[:MOST]:
            nothing = by_value.get("", set()) | by_value.get(None, set()) | by_value.get("null", set())
            asked = nothing if value in ("", None, "null") else ids
            assert _having(layer, values.condition(field, _written(field, value))) == asked, (field.name, value)
            assert _having(layer, condition(layer, parse(_cql(field, value)))) == ids, (field.name, value)
            if field.name in question.property_params(layer) and value not in (None, "null"):
                told = question.equal(field, str(value))  # the parameter of OGC API: equality, an empty text too
                assert _having(layer, told) == ids, (field.name, value)
            if field.name in filters.filter_params(layer):
                given = filters.parse(layer, {field.name: _written(field, value)})
                assert set(given.apply(layer).values_list("pk", flat=True)) == asked
            if field.is_code and value:
                for other in (value.upper(), value.lower()):
                    assert _having(layer, values.condition(field, other)) >= ids


def _having(layer: Layer, which: Q) -> set[int]:
    return set(filters.base(layer).filter(which).values_list("pk", flat=True))


def _written(field: Field, value: Any) -> str:
    return "null" if value in ("", None) else str(value)


def _cql(field: Field, value: Any) -> str:
    if value is None:
        return f"{field.name} IS NULL"
    if isinstance(value, str) and field.kind == "date":
        return f"{field.name} = DATE('{value}')"
    text = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
    return f"{field.name} = {text}"


def test_words_of_a_file_ask_as_its_slugs_do(world: Grid) -> None:
    """A file in Chinese or English says terms in words: these are understood where slugs are."""
    for layer in EVERY:
        for field in layer.listed_fields:
            for term in field.vocab or ():
                ids = _having(layer, Q(**{field.orm_path: term.id}))
                for word in (term.code, term.zh, term.en):
                    assert _having(layer, values.condition(field, word)) == ids


def test_cubic_metres_are_asked_as_they_are_said(world: Grid) -> None:
    """The litres of a permit are nobody's question: 2 m³ are 2000 l, and a bound is exact to the litre."""
    permit = registry.published("permit")
    field = next(f for f in permit.fields if f.name == "permitted_m3_per_year")

    def found(text: str) -> set[int]:
        return set(
            filters.base(permit).filter(values.condition(field, text)).values_list("permitted_l_per_year", flat=True)
        )

    assert found("2") == {2000}
    assert found("1234.567") == {1234567}
    assert found("0.001..2") == {1, 2000}
    assert found("0.0011..1.9999") == set()
    assert found("..2") == {1, 2000}
    assert found("1234.5671..") == {999_999_999_999_999}
    assert found("..-1") == found("-5") == found("1e300") == set()
    assert found("null") == {None}


def test_terms_in_words_and_amounts_exactly() -> None:
    field = next(f for f in registry.published("permit").fields if f.per_unit != 1)
    assert str(values.exact(field, 1234567)) == "1234.567"
    assert values.stored(field, values.exact(field, 1234567)) == 1234567
    said = [values.term_word(vocab.WELL_USE, *asked) for asked in ((2,), (2, "en"), (None,), (0,))]
    assert said == ["农业", "Irrigation", "", ""]


def test_figures_of_a_period_stay_whatever_fields_are_chosen(world: Grid) -> None:
    """`fields=code` is a choice among what a feature is; what was asked for by `period` comes with it, everywhere."""
    for layer in (registry.layer("village"), registry.layer("grid_500")):
        given = {"period": "2019", "fields": "code"}
        figures = [c.name for c in FeatureQuery(layer, filters.parse(layer, {"period": "2019"})).columns()]
        figures = figures[figures.index("period") :]
        for names in (["code", *figures], ["volume_l"], ["code", "volume_l"]):
            asked = {**given, "fields": "code" if "period" in names else ",".join(names)}
            shown = listed(layer, asked)["features"]
            assert {tuple(one["properties"]) for one in shown} == {tuple(names)}
            feed_query = downloads.feed_query(layer, FORMATS["csv"], asked)
            assert [c.name for c in feed_query.columns()] == names
            chosen = {"period": "2019", "properties": asked["fields"]}
            assert [c.name for c in question.read_list(layer, chosen).query.columns()] == names
            with stream.geojson(feed_query) as batches:
                told = json.loads(b"[" + b",".join(batches) + b"]")
            assert [one["properties"] for one in told] == [
                one["properties"] for one in sorted(shown, key=lambda one: _ids(layer)[one["id"]])
            ]
        with pytest.raises(BadParameter):
            listed(layer, {"fields": "volume_l"})
