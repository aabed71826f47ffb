"""The JSON API over HTTP: features, single objects, regions and what there is, compared whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from layers import models, registry
from layers.versions import as_of
from tests import factories as make
from tests.factories import NORTHERN, SOUTHERN, UNIT, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return make.make_grid(unit_of_north=True)


def get(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, response.content[:500]
    body: dict[str, Any] = response.json()
    assert set(body["as_of"]) == {"version", "changed_at"}
    return body


def test_a_feature_list_whole(client: Client, grid: Grid) -> None:
    make.WellFactory(
        code="W1", name="甲井", use=2, metering=3, depth_m=50.5, year_built=1999, status=2, position_quality=3,
        geom=Point(116.123456789, 40.123456789, srid=4490), declared_region=grid[D],
    )  # fmt: skip
    make.WellFactory(code="W2", geom=None)
    grid.settle()
    body = get(client, "/api/layers/well/features")
    assert body["as_of"] == as_of(["well", "region"]).to_dict()
    del body["as_of"]
    assert body == {
        "synthetic": True,  # the first well's position is
        "type": "FeatureCollection",
        "count": 2,
        "next": None,
        "previous": None,
        "features": [
            {
                "type": "Feature",
                "id": "W1",
                "geometry": {"type": "Point", "coordinates": [116.1234568, 40.1234568]},
                "properties": {
                    "code": "W1",
                    "name": "甲井",
                    "use": "irrigation",
                    "metering": "none",
                    "depth_m": 50.5,
                    "year_built": 1999,
                    "status": "standby",
                    "region": D,
                    "found_region": None,
                    "position_quality": "synthetic",
                },
            },
            {
                "type": "Feature",
                "id": "W2",
                "geometry": None,
                "properties": {
                    "code": "W2",
                    "name": "",
                    "use": "supply",
                    "metering": "water_meter",
                    "depth_m": None,
                    "year_built": None,
                    "status": "in_service",
                    "region": None,
                    "found_region": None,
                    "position_quality": None,
                },
            },
        ],
    }


def test_fields_choose_what_is_sent_and_the_id_stays(client: Client, grid: Grid) -> None:
    make.WellFactory(code="W1")
    grid.settle()
    (feature,) = get(client, "/api/layers/well/features?fields=use,name")["features"]
    assert feature["properties"] == {"name": "", "use": "supply"}
    assert (feature["id"], feature["geometry"]["type"]) == ("W1", "Point")


def test_a_region_is_a_polygon_with_its_code_as_id(client: Client, grid: Grid) -> None:
    body = get(client, f"/api/layers/village/features?code={A}")
    (feature,) = body["features"]
    assert feature["id"] == A
    assert feature["geometry"] == {
        "type": "MultiPolygon",
        "coordinates": [[[[116.0, 40.0], [116.01, 40.0], [116.01, 40.01], [116.0, 40.01], [116.0, 40.0]]]],
    }
    properties = feature["properties"]
    assert properties.pop("area_m2") == pytest.approx(grid.boundary(A).area_m2)
    assert properties == {
        "code": A,
        "name": "甲社区",
        "level": "village",
        "parent": SOUTHERN,
        "reporting_unit": None,
        "boundary_source": "",
        "boundary_quality": "synthetic",
    }


def test_features_with_the_usage_of_a_period(client: Client, grid: Grid) -> None:
    make.UsageFactory(region=grid[A], volume_l=5_000)
    make.UsageFactory(region=grid[C], volume_l=7_000, source=7)
    grid.settle()
    body = get(client, "/api/layers/village/features?period=2019-01&source=new_water&fields=code")
    assert body["as_of"]["version"] == as_of(registry.STATISTICS).version
    found = {feature["id"]: feature["properties"] for feature in body["features"]}
    area_km2 = grid.boundary(A).area_m2 / 1e6
    told = {
        name: value for name, value in found[A].items() if value is not None
    }  # nobody was counted, nothing is provisional
    assert told == {"code": A, "period": "2019-01", "volume_l": 5_000, "m3_per_km2": pytest.approx(5 / area_km2)}
    assert {code: one["volume_l"] for code, one in found.items()} == {A: 5_000, B: None, C: None, D: None}


@pytest.mark.parametrize("layer", [layer.id for layer in registry.LAYERS])
def test_every_layer_lists_its_features_and_each_one_alone(client: Client, grid: Grid, layer: str) -> None:
    release = make.ReleaseFactory()
    made = {"geom": at(0.5, 0.5), "release": release, "name": "名"}
    station = make.FacilityFactory(kind=3)
    for kind in (1, 2, 4):
        make.FacilityFactory(kind=kind)
    make.SupplyAreaFactory(facility=station)
    for underneath in make.UNDERNEATH:
        underneath()
    for kind in (1, 2):
        models.SewagePlant.objects.create(code=f"SP{kind}", kind=kind, **made)
    models.SurfaceIntake.objects.create(code="SI1", **made)
    make.WellFactory(), make.WaterUserFactory(), make.MeterFactory()
    make.WellFactory(geom=None, declared_region=grid[A]), make.MeterFactory(geom=None, declared_region=grid[A])
    grid.settle()
    grid.cut_all()
    make.find_faults()
    body = get(client, f"/api/layers/{layer}/features")
    assert body["count"] == len(body["features"]) > 0
    for feature in body["features"][:20]:
        alone = get(client, f"/api/layers/{layer}/features/{feature['id']}")
        assert alone["properties"] == feature["properties"]
        assert alone["geometry"] == feature["geometry"]
        assert isinstance(alone["links"], dict)


def test_a_feature_names_what_it_is_linked_to(client: Client, grid: Grid) -> None:
    release = make.ReleaseFactory()
    holder = models.AbstractionHolder.objects.create(code="H1", name="某单位", release=release)
    permit = models.AbstractionPermit.objects.create(code="P1", holder=holder, release=release)
    well = make.WellFactory(code="W1", name="甲井", geom=at(0.5, 0.5), declared_region=grid[D])
    user = make.WaterUserFactory(code="U1", name="某厂")
    meter = make.MeterFactory(code="M1")
    well.permits.add(permit)
    user.wells.add(well)
    user.permits.add(permit)
    meter.users.add(user)
    grid.settle()
    here = {"lon": 116.005, "lat": 40.005}
    link_of = {
        "well": {"layer": "well", "code": "W1", "name": "甲井", **here},
        "user": {"layer": "water_user", "code": "U1", "name": "某厂", **here},
        "meter": {"layer": "meter", "code": "M1", "name": "", **here},
        "permit": {"layer": "permit", "code": "P1", "name": "某单位", "lon": None, "lat": None},
    }
    links = get(client, "/api/layers/well/features/W1")["links"]
    assert links["permits"] == [link_of["permit"]]
    assert links["users"] == [link_of["user"]]
    assert sorted(one["code"] for one in links["region"]) == [A, D]  # declared and found, both
    assert {one["layer"] for one in links["region"]} == {"village"}
    links = get(client, "/api/layers/water_user/features/U1")["links"]
    assert (links["permits"], links["wells"], links["meters"]) == (
        [link_of["permit"]], [link_of["well"]], [link_of["meter"]],
    )  # fmt: skip
    assert get(client, "/api/layers/meter/features/M1")["links"]["users"] == [link_of["user"]]


def test_paging_by_its_own_links_reaches_every_feature_once(client: Client, grid: Grid) -> None:
    for number in range(7):
        make.WellFactory(code=f"W{number}", use=1 + number % 2)
    grid.settle()
    url: str | None = "/api/layers/well/features?use=supply,irrigation&limit=3&fields=code"
    seen: list[str] = []
    while url:
        body = get(client, url)
        seen += [feature["id"] for feature in body["features"]]
        assert body["count"] == 7
        url = body["next"]
    assert seen == [f"W{number}" for number in range(7)]


def test_a_list_costs_two_statements_however_long(client: Client, grid: Grid, django_assert_num_queries: Any) -> None:
    for number in range(12):
        make.WellFactory(code=f"W{number:02d}", declared_region=grid[A])
    grid.settle()
    get(client, "/api/layers/well/features?limit=1")  # what is synthetic is in memory from here
    for url in ("/api/layers/well/features?limit=2", "/api/layers/well/features?limit=10"):
        with django_assert_num_queries(3):  # what the asker may see; versions, once; page
            get(client, url)
    with django_assert_num_queries(2):  # kept: what the asker may see and the version are asked
        get(client, "/api/layers/well/features?limit=10")


def test_what_there_is(client: Client, grid: Grid) -> None:
    make.UsageFactory(region=grid[A])
    make.UsageFactory(region=grid[A], month="2019-03-01")
    make.WellFactory(position_quality=3)
    make.WaterUserFactory(position_quality=1)
    grid.settle()
    body = get(client, "/api/meta")
    assert body["months"] == ["2019-01", "2019-03"]
    assert body["usage_records"] == 2
    assert body["city"] == {"code": "11", "name": "试验市"}
    assert body["bounds"] == pytest.approx([116, 40, 116.02, 40.02])
    assert set(body["vocab"]) == {vocabulary.name for vocabulary in registry.VOCABULARIES}
    assert body["vocab"]["source"][0] == {"code": "group_tap", "zh": "自来水集团", "en": "Group tap water"}
    layers = {one["id"]: one for one in body["layers"]}
    assert list(layers) == [
        layer.id for layer in registry.LAYERS if layer.dataset is not registry.GRID
    ]  # which nobody built
    assert {name: layers[name]["count"] for name in ("district", "township", "village", "well", "meter")} == {
        "district": 1, "township": 2, "village": 4, "well": 1, "meter": 0,
    }  # fmt: skip
    assert {name for name, one in layers.items() if one["synthetic"]} == {"district", "township", "village", "well"}
    assert set(body["synthetic"]["parts"]) == {"district", "township", "village", "well"}
    assert body["synthetic"]["zh"]
    assert body["synthetic"]["en"]


def test_a_layer_says_how_it_is_asked(client: Client, grid: Grid) -> None:
    grid.settle()
    for one in get(client, "/api/layers")["layers"]:
        assert client.get(one["features"]).status_code == 200
        assert client.get(one["tilejson"]).status_code == 200
        assert client.get(one["style"]).status_code == 200
        assert one["as_of"]["version"] > 0
        assert {field["name"] for field in one["fields"] if field["filter"]} <= set(one["filters"])
        for field in one["fields"]:
            if "vocab" in field:
                assert field["vocab"] in {vocabulary.name for vocabulary in registry.VOCABULARIES}


def test_an_empty_house_answers_too(client: Client) -> None:
    """`up --empty`: nothing imported yet, and every question says so or answers with nothing."""
    body = get(client, "/api/meta")
    assert (body["months"], body["bounds"], body["city"]) == ([], None, None)
    assert body["as_of"] == {"version": 0, "changed_at": None}
    for layer in registry.IMPORTED:
        assert get(client, f"/api/layers/{layer.id}/features")["count"] == 0
        assert client.get(f"/tiles/{layer.id}.json").status_code == 200
        assert client.get(f"/tiles/{layer.id}/{layer.min_zoom}/0/0.pbf").status_code == 204
    assert client.get("/styles/map.json").status_code == 200
    assert client.get("/api/stats?period=2019").status_code == 404
    assert get(client, "/api/stats/series")["months"] == []
    assert get(client, "/api/search?q=水")["results"] == []
    assert client.get("/api/regions/11").status_code == 404


def test_a_region_at_a_glance(client: Client, grid: Grid) -> None:
    make.UsageFactory(region=grid[C], volume_l=4_000)
    grid.settle()
    body = get(client, f"/api/regions/{NORTHERN}?period=2019-01")
    assert body["reporting_unit"] == {"code": UNIT, "name": f"{UNIT} 水务局"}
    assert [child["code"] for child in body["children"]] == [C, D]
    assert body["volume_l"] == 4_000
    assert body["as_of"]["version"] == as_of().version
    # Without a period: the last year there is.
    assert get(client, f"/api/regions/{NORTHERN}")["period"]["text"] == "2019"


def test_health_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
