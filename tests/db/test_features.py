"""The one feature query: what it gives is what the GeoJSON feed gives, in any order, page and reference system."""

from __future__ import annotations

import json
import struct
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from pyproj import Transformer

from layers import filters, models, registry
from layers.errors import BadParameter, NotFound
from layers.features import FeatureQuery, stream
from layers.registry import Layer, published
from tests import factories as make
from tests.factories import NORTHERN, A, B, C, Grid, at, outline, square
from tests.second_voice import listed, serialized

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    """One feature or more in every layer and table, with all that a JSON text has to say carefully."""
    found = make.make_grid()
    make.WellFactory(
        code='W"1', name="甲\\井\n\t\x7f😀", use=2, metering=3, depth_m=12.5, year_built=1980, geom=at(0.123456789, 0.5),
        declared_region=found[A],
    )  # fmt: skip
    make.WellFactory(code="W-2", name="", depth_m=None, geom=None, declared_region=found[B])
    make.WellFactory(code="W-3", depth_m=1e-9, geom=at(5, 5))
    for kind in (1, 2, 3, 4):
        make.FacilityFactory(kind=kind, geom=at(0.5, 1.5))
    make.SupplyAreaFactory(facility=models.SupplyFacility.objects.first(), geom=outline(square(0, 0, 1, 1)))
    make.WaterUserFactory(industry="C26")
    meter = make.MeterFactory(code="MC1")
    release = make.ReleaseFactory()
    models.SurfaceIntake.objects.create(code="S1", name="取水口", geom=at(1.5, 1.5), release=release)
    for kind in (1, 2):
        models.SewagePlant.objects.create(code=f"D{kind}", name="厂", kind=kind, geom=at(1.5, 0.5), release=release)
    holder = models.AbstractionHolder.objects.create(code="H1", name="户", release=release)
    models.AbstractionPermit.objects.create(
        code="P1", holder=holder, permitted_l_per_year=1500, valid_from=date(2018, 1, 1), release=release
    )
    for kind_of_ground in make.UNDERNEATH:
        kind_of_ground()
    make.UsageFactory(region=found[A], volume_l=1234)
    make.UsageFactory(meter=meter, volume_l=500, source=4, month=date(2019, 2, 1))
    make.MeterFactory(code="MC2", geom=None, declared_region=found[A])
    found.settle()
    found.cut_all()
    make.find_faults()
    return found


def features(query: FeatureQuery) -> list[dict[str, Any]]:
    with stream.geojson(query) as batches:
        text = b",\n".join(batches)
    return [json.loads(line) for line in text.split(b",\n")] if text else []


def spoken(layer: Layer, given: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What the feed says, by code."""
    return {f["id"]: f for f in listed(layer, given)["features"]}


@pytest.mark.parametrize("layer", registry.LAYERS, ids=lambda layer: layer.id)
def test_a_list_says_what_a_serializer_says(grid: Grid, layer: Layer) -> None:
    """The API's list, which PostgreSQL makes, against djangorestframework-gis over the ORM: the same features in the same order."""
    found, expected = listed(layer, {})["features"], serialized(layer)
    assert found
    assert found == expected
    assert [list(one["properties"]) for one in found] == [list(one["properties"]) for one in expected]


@pytest.mark.parametrize("layer", registry.LAYERS, ids=lambda layer: layer.id)
def test_a_stream_says_what_the_feed_says(grid: Grid, layer: Layer) -> None:
    questions: list[dict[str, str]] = [{}, {"region": NORTHERN}, {"bbox": "116,40,116.01,40.01"}]
    if layer.with_usage:
        questions += [{"period": "2019"}, {"period": "2019-02", "source": "self_built_well"},
                      {"period": "2019-02", "versus": "2019-01"}]  # fmt: skip
    seen = 0
    for given in questions:
        expected = spoken(layer, given)
        query = FeatureQuery(layer, filters.parse(layer, given))
        found = {f["properties"]["code"]: f for f in features(query)}
        assert {code: (f["geometry"], f["properties"]) for code, f in found.items()} == {
            code: (f["geometry"], f["properties"]) for code, f in expected.items()
        }
        assert query.count() == len(expected)
        assert all(set(f) == {"type", "id", "geometry", "properties"} for f in found.values())
        assert all(type(f["id"]) is int for f in found.values())
        seen += len(found)
    assert seen


def test_rows_are_what_the_texts_say(grid: Grid) -> None:
    query = FeatureQuery(published("well"))
    with stream.rows(query) as batches:
        rows = [row for batch in batches for row in batch]
    said = features(query)
    names = [column.name for column in query.columns()]
    assert [{"id": row[0], "properties": dict(zip(names, row[1:-1], strict=True))} for row in rows] == [
        {"id": f["id"], "properties": f["properties"]} for f in said
    ]
    order, kind, x, y = struct.unpack("<BIdd", rows[0][-1])
    assert (order, kind) == (1, 1)
    assert (x, y) == pytest.approx(said[0]["geometry"]["coordinates"], abs=1e-7)
    assert rows[1][-1] is None


def test_tables_speak_their_units(grid: Grid) -> None:
    (permit,) = features(FeatureQuery(published("permit")))
    assert permit["geometry"] is None
    assert permit["properties"] == {
        "code": "P1", "holder_code": "H1", "holder_name": "户", "permitted_m3_per_year": 1.5,
        "valid_from": "2018-01-01", "valid_to": None, "region": None,
    }  # fmt: skip
    usage = published("usage")
    given = {"month": "2019-02", "source": "self_built_well,reclaimed", "meter": "MC1"}
    (record,) = features(FeatureQuery(usage, filters.parse(usage, given)))
    assert record["properties"] == {
        "month": "2019-02-01", "meter": "MC1", "facility": None, "region": None, "source": "self_built_well",
        "purpose": "residential", "correction_no": 0, "volume_l": 500, "volume_m3": 0.5,
    }  # fmt: skip
    with stream.rows(FeatureQuery(usage, fields=("month", "volume_m3"))) as batches:
        assert [row[1:] for row in next(batches)] == [(date(2019, 1, 1), 1.234), (date(2019, 2, 1), 0.5)]
    assert FeatureQuery(usage).extent() is None


def test_fields_are_chosen_in_the_order_of_the_registry(grid: Grid) -> None:
    query = FeatureQuery(published("well"), fields=("use", "code"), geometry=False)
    assert [column.name for column in query.columns()] == ["code", "use"]
    assert [(f["geometry"], list(f["properties"])) for f in features(query)] == [(None, ["code", "use"])] * 3
    period = filters.parse(published("village"), {"period": "2019"})
    only = FeatureQuery(published("village"), period, fields=("volume_l",), order=(("volume_l", True),), limit=1)
    assert [f["properties"] for f in features(only)] == [{"volume_l": 1734}]


@pytest.mark.parametrize("param", ["fields", "order"])
def test_an_unknown_property_is_refused_with_those_there_are(grid: Grid, param: str) -> None:
    asked: dict[str, Any] = {"fields": ("volume_l",)} if param == "fields" else {"order": (("volume_l", False),)}
    with pytest.raises(BadParameter) as caught:
        FeatureQuery(published("village"), **asked)
    assert "code" in (caught.value.allowed or ())


ORDERS = [(), (("depth_m", False),), (("depth_m", True),), (("use", True), ("code", False)), (("year_built", True),)]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_are_the_whole_in_order_and_nothing_twice(grid: Grid, order: Any, size: int) -> None:
    for number in range(4):
        make.WellFactory(code=f"T{number}", depth_m=7, year_built=1980 + number % 2)
    whole = [f["id"] for f in features(FeatureQuery(published("well"), order=order))]
    assert len(whole) == 7
    paged: list[int] = []
    for offset in range(0, 9, size):
        query = FeatureQuery(published("well"), order=order, limit=size, offset=offset)
        paged += [f["id"] for f in features(query)]
    assert paged == whole


def test_nulls_are_last_and_the_identity_breaks_ties(grid: Grid) -> None:
    depths = [f["properties"]["depth_m"] for f in features(FeatureQuery(published("well"), order=(("depth_m", True),)))]
    assert depths == [12.5, 1e-9, None]
    assert [f["id"] for f in features(FeatureQuery(published("well")))] == sorted(
        models.Well.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize(("srid", "tolerance"), [(4490, 1e-7), (4326, 1e-7), (4548, 1e-3), (3857, 1e-3)])
def test_coordinates_are_those_of_proj(grid: Grid, srid: int, tolerance: float) -> None:
    point = models.Well.objects.order_by("pk")[0].geom
    expected = Transformer.from_crs(4490, srid, always_xy=True).transform(point.x, point.y)
    for flipped in (False, True):
        (found,) = features(FeatureQuery(published("well"), srid=srid, flipped=flipped, limit=1))
        x, y = found["geometry"]["coordinates"][:: -1 if flipped else 1]
        assert (x, y) == pytest.approx(expected, abs=tolerance)


def test_a_condition_of_its_own_narrows_stream_count_and_extent(grid: Grid) -> None:
    query = FeatureQuery(published("well"), cql=Q(depth_m__gt=1))
    assert [f["properties"]["code"] for f in features(query)] == ['W"1']
    assert query.count() == 1
    x = make.WEST + 0.123456789 * make.CELL
    assert query.extent() == pytest.approx((x, 40.005, x, 40.005))
    nothing = FeatureQuery(published("well"), cql=Q(pk__in=[]))
    assert (features(nothing), nothing.count(), nothing.extent()) == ([], 0, None)


def test_a_count_is_taken_once_a_version(grid: Grid) -> None:
    query = FeatureQuery(published("well"), filters.parse(published("well"), {"use": "supply"}))
    assert query.count() == 2
    with CaptureQueriesContext(connection) as asked:
        assert FeatureQuery(query.layer, query.wanted, limit=1, offset=1).count() == 2
    assert len(asked) == 2  # the version, and what may be seen
    make.WellFactory(code="W-4")
    make.publish("well")
    assert query.count() == 3


def test_what_is_not_there_is_not_found_before_anything_streams(grid: Grid) -> None:
    village = published("village")
    for given in ({"region": "110199"}, {"period": "2018"}):
        query = FeatureQuery(village, filters.parse(village, given))
        with pytest.raises(NotFound), stream.geojson(query):
            pass
        with pytest.raises(NotFound):
            query.count()


def test_leaving_ends_the_query(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH_ROWS", 1)
    with connection.cursor() as cursor:
        with stream.rows(FeatureQuery(published("well"))) as batches:
            assert len(next(batches)) == 1
            cursor.execute("SELECT count(*) FROM pg_cursors")
            assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_stream_reads_only_and_sees_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH_ROWS", 1)
    make.WellFactory(code="W1")
    make.WellFactory(code="W2")
    with stream.rows(FeatureQuery(published("well"))) as batches:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')")
            assert cursor.fetchone() == ("on", "repeatable read")
        assert [len(batch) for batch in batches] == [1, 1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("off",)


def test_a_village_of_which_nothing_is_recorded_says_so(grid: Grid) -> None:
    village = published("village")
    query = FeatureQuery(village, filters.parse(village, {"period": "2019-01", "region": NORTHERN}))
    assert {f["properties"]["code"]: f["properties"]["volume_l"] for f in features(query)}[C] is None
