"""The documents of OGC API as desktops read them: whole, with every name they look for, and no link that leads nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from layers.crs import systems
from layers.plane import USUAL
from layers.registry import GRID, IMPORTED, LAYERS, TABLES
from tests import factories as make
from tests.factories import A

pytestmark = pytest.mark.django_db
HOST = "http://testserver/ogc"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
GEOMETRIES = {"point": "point", "line": "multilinestring", "polygon": "multipolygon"}
# What QGIS asks for, of both ages, before it sends a filter to the server.
QGIS_NEEDS = {
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
}


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="W1", depth_m=10)
    make.UsageFactory(region=grid[A])
    grid.settle()


def read(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, (url, response.content[:300])
    body: dict[str, Any] = response.json()
    assert body.pop("as_of", {"version": 1})["version"] > 0
    return body


def by_rel(body: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in body["links"]:
        found.setdefault(one["rel"], []).append(one)
    return found


def test_the_landing_page_has_what_qgis_must_find(client: Client) -> None:
    body = read(client, "/ogc/")
    assert {(one["rel"], one["href"], one["type"]) for one in body["links"]} == {
        ("self", f"{HOST}/", "application/json"),
        ("alternate", f"{HOST}/?f=html", "text/html"),
        ("service-desc", f"{HOST}/api", OPENAPI),
        ("service-doc", f"{HOST}/api.html", "text/html"),
        ("conformance", f"{HOST}/conformance", "application/json"),
        ("data", f"{HOST}/collections", "application/json"),
        ("http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", f"{HOST}/tiles", "application/json"),
        ("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", f"{HOST}/tileMatrixSets", "application/json"),
    }
    assert body["title"]
    assert body["description"]


def test_every_link_of_every_document_leads_somewhere_of_its_type(client: Client) -> None:
    seen: set[str] = set()
    waiting = [(f"{HOST}/", "application/json")]
    while waiting:
        url, kind = waiting.pop()
        if url in seen or "{" in url:
            continue
        seen.add(url)
        response = client.get(url.removeprefix("http://testserver"))
        assert response.status_code in (200, 204), url
        got = response["Content-Type"]
        assert got.split(";")[0] == kind.split(";")[0], url
        if got.split(";")[0].endswith("json") and got.split(";")[0] != "application/geo+json-seq" and "/api" not in url:
            waiting += [(one["href"], one["type"]) for one in _links(response.json())]
    assert len(seen) > 16 * len(IMPORTED) // 2
    assert {f"{HOST}/collections/{layer.id}/items" for layer in (*IMPORTED, *TABLES)} <= seen


def _links(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [found for one in part for found in _links(one)]
    if not isinstance(part, dict):
        return []
    own = [one for one in part.get("links", []) if isinstance(one, dict)] if isinstance(part.get("links"), list) else []
    return own + [found for value in part.values() for found in _links(value)]


def test_the_classes_that_desktops_look_for(client: Client) -> None:
    classes = read(client, "/ogc/conformance")["conformsTo"]
    assert len(set(classes)) == len(classes)
    assert set(classes) >= QGIS_NEEDS
    for part in ("core", "oas30", "html", "geojson"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" in classes
    for part in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{part}" in classes
    # Nothing that is not kept.
    assert not [one for one in classes if "transactions" in one or "ogcapi-features-4" in one or "array" in one]
    cql2 = {one.rpartition("/")[2] for one in classes if "/spec/cql2/" in one}
    assert {"temporal-functions", "property-property", "arithmetic", "accent-insensitive-comparison"} <= cql2
    assert "functions" not in cql2


def test_a_collection_whole(client: Client) -> None:
    body = read(client, "/ogc/collections/well")
    url = f"{HOST}/collections/well"
    links = by_rel(body)
    assert {key: value for key, value in body.items() if key not in ("links", "description", "keywords")} == {
        "id": "well",
        "title": "机井 Wells",
        "extent": {
            "spatial": {"bbox": [[116.005, 40.005, 116.005, 40.005]], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
        },
        "itemType": "feature",
        "itemCount": 1,
        "crs": [system.uri for system in systems(USUAL)],
        "storageCrs": "http://www.opengis.net/def/crs/EPSG/0/4490",
    }  # fmt: skip
    assert links["self"][0]["href"] == url
    assert links["items"][0] | {"title": ""} == {
        "href": f"{url}/items", "rel": "items", "type": "application/geo+json", "title": "",
    }  # fmt: skip
    assert ("application/flatgeobuf", f"{url}/items?f=fgb") in {(one["type"], one["href"]) for one in links["items"]}
    for rel in ("http://www.opengis.net/def/rel/ogc/1.0/schema", "describedby"):
        assert [(one["href"], one["type"]) for one in links[rel]] == [(f"{url}/schema", "application/schema+json")]
    for rel in ("http://www.opengis.net/def/rel/ogc/1.0/queryables", "queryables"):
        assert [(one["href"], one["type"]) for one in links[rel]] == [(f"{url}/queryables", "application/schema+json")]
    assert links["http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"][0]["href"] == f"{url}/tiles"


def test_collections_are_the_registry_and_each_as_it_is_alone(client: Client) -> None:
    listed = read(client, "/ogc/collections")
    assert [one["id"] for one in listed["collections"]] == [
        layer.id
        for layer in (*LAYERS, *TABLES)
        if layer.dataset is not GRID  # which nobody built
    ]
    for one in listed["collections"]:
        assert one == read(client, f"/ogc/collections/{one['id']}")
        table = one["id"] in {layer.id for layer in TABLES}
        assert ("storageCrs" in one, "crs" in one) == (not table, not table)
        assert one["itemCount"] == read(client, f"/ogc/collections/{one['id']}/items?resultType=hits")["numberMatched"]


def test_time_is_that_of_the_usage(client: Client) -> None:
    interval = {
        "interval": [["2019-01-01T00:00:00Z", "2019-01-31T23:59:59Z"]],
        "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
    }
    for name in ("village", "usage"):
        assert read(client, f"/ogc/collections/{name}")["extent"]["temporal"] == interval
    assert "temporal" not in read(client, "/ogc/collections/well")["extent"]


@pytest.mark.parametrize("layer", (*IMPORTED, *TABLES), ids=lambda layer: layer.id)
def test_schema_and_queryables_name_the_properties_of_the_features(client: Client, layer: Any) -> None:
    schema = read(client, f"/ogc/collections/{layer.id}/schema")
    queryables = read(client, f"/ogc/collections/{layer.id}/queryables")
    names = [name for name in schema["properties"] if name != "geometry"]
    items = read(client, f"/ogc/collections/{layer.id}/items?limit=1")
    for feature in items["features"]:
        assert list(feature["properties"]) == names
    assert list(queryables["properties"]) == list(schema["properties"])
    assert queryables["$id"] == f"{HOST}/collections/{layer.id}/queryables"
    for name, one in queryables["properties"].items():
        if name == "geometry":
            assert one["$ref"].startswith("https://geojson.org/schema/")  # how QGIS tells a geometry
            assert one["format"] == schema["properties"][name]["format"] == f"geometry-{GEOMETRIES[layer.geometry]}"
            assert schema["properties"][name]["x-ogc-role"] == "primary-geometry"
        else:
            assert isinstance(one["type"], str)  # QGIS reads no list of types
            assert {"title", "description"} <= set(one)
    assert ("geometry" in names) is False
    assert ("geometry" in queryables["properties"]) == (layer.geometry != "none")


def test_a_vocabulary_is_told_by_its_slugs(client: Client) -> None:
    use = read(client, "/ogc/collections/well/schema")["properties"]["use"]
    assert use["enum"][:2] == ["supply", "irrigation"]
    assert "irrigation 农业" in use["description"]


@pytest.fixture
def openapi(client: Client) -> dict[str, Any]:
    return read(client, "/ogc/api")


def test_qgis_finds_the_page_size(openapi: dict[str, Any]) -> None:
    schema = openapi["components"]["parameters"]["limit"]["schema"]
    assert (schema["default"], schema["maximum"]) == (5000, 10000)


@pytest.mark.parametrize("layer", (*IMPORTED, *TABLES), ids=lambda layer: layer.id)
def test_paths_are_literal_and_gdal_finds_the_limit(openapi: dict[str, Any], layer: Any) -> None:
    operation = openapi["paths"][f"/collections/{layer.id}/items"]["get"]
    refs = [one["$ref"] for one in operation["parameters"] if "$ref" in one]
    assert "#/components/parameters/limit" in refs
    own = {one["name"]: one for one in operation["parameters"] if "name" in one}
    assert own["f"]["schema"]["enum"][0] == "json"
    for one in own.values():
        # Only of this form does QGIS make a filter of a property.
        assert (one["in"], one["style"], one["explode"]) == ("query", "form", False)
        assert one["schema"]["type"]


def test_every_path_is_served_and_every_reference_there(client: Client, openapi: dict[str, Any]) -> None:
    names = [one["operationId"] for ops in openapi["paths"].values() for one in ops.values()]
    assert len(set(names)) == len(names)
    assert any(name.endswith(".collection.vector.getTile") for name in names)
    text = json.dumps(openapi)
    for part in openapi["components"].values():
        assert part
    for ref in {piece.split('"')[0] for piece in text.split('"$ref": "#/')[1:]}:
        found: Any = openapi
        for step in ref.split("/"):
            found = found[step]
        assert found
    for path in openapi["paths"]:
        if "{" not in path and "get" in openapi["paths"][path]:
            assert client.get(f"/ogc{path}").status_code == 200, path


def test_the_document_is_valid_openapi(openapi: dict[str, Any], tmp_path: Path) -> None:
    from drf_spectacular.validation import validate_schema

    validate_schema(openapi)
