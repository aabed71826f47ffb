"""OGC API Tiles: tilesets whole, tiles the same as the map's, 204 and 404 where the standard has them."""

from __future__ import annotations

import json
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from layers.registry import GRID, LAYERS
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import A, at
from tiles.ogc import matrix

pytestmark = pytest.mark.django_db
HOST = "http://testserver/ogc"
WELL = "/ogc/collections/well/tiles"
SET = matrix.ID
MVT = "application/vnd.mapbox-vector-tile"
_, X, Y = tile_at(at(0.5, 0.5), 14)


@pytest.fixture(autouse=True)
def city() -> None:
    grid = make.make_grid()
    make.WellFactory(code="W1", use=1, geom=at(0.5, 0.5))
    make.WellFactory(code="W2", use=2, geom=at(20.5, 20.5))
    make.UsageFactory(region=grid[A], volume_l=5000)
    grid.settle()


def read(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, (url, response.content[:300])
    body: dict[str, Any] = response.json()
    return body


def test_a_tileset_whole(client: Client) -> None:
    body = read(client, f"{WELL}/{SET}")
    links = {one["rel"]: one for one in body["links"]}
    assert links["item"]["href"] == f"{HOST}/collections/well/tiles/{SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    assert (links["item"]["type"], links["item"]["templated"]) == (MVT, True)
    assert links["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"]["href"] == f"{HOST}/tileMatrixSets/{SET}"
    assert body["tileMatrixSetURI"] == read(client, f"/ogc/tileMatrixSets/{SET}")["uri"] == matrix.URI
    assert (body["dataType"], body["crs"]) == ("vector", matrix.CRS)
    assert body["boundingBox"]["lowerLeft"] == pytest.approx([116.005, 40.005])
    assert [one["tileMatrix"] for one in body["tileMatrixSetLimits"]] == [str(z) for z in range(5, 17)]
    (layer,) = body["layers"]
    assert (layer["id"], layer["geometryDimension"], layer["minTileMatrix"], layer["maxTileMatrix"]) == (
        "well",
        0,
        "5",
        "16",
    )
    assert {"code", "name", "use", "metering"} <= set(layer["propertiesSchema"]["properties"])


def test_the_lists_of_tilesets(client: Client) -> None:
    for url, base in ((WELL, f"{HOST}/collections/well/tiles"), ("/ogc/tiles", f"{HOST}/tiles")):
        (one,) = read(client, url)["tilesets"]
        assert next(link["href"] for link in one["links"] if link["rel"] == "self") == f"{base}/{SET}"
        assert {"title", "dataType", "crs", "tileMatrixSetURI"} <= set(one)
    assert [one["id"] for one in read(client, f"/ogc/tiles/{SET}")["layers"]] == [
        layer.id for layer in LAYERS if layer.dataset is not GRID
    ]


def test_the_way_from_a_collection_to_its_tiles(client: Client) -> None:
    """In the document, and on the page; a list says where there are tiles."""
    rel = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
    assert [one["href"] for one in read(client, "/ogc/collections/well")["links"] if one["rel"] == rel] == [
        f"http://testserver{WELL}"
    ]
    assert f'href="http://testserver{WELL}?f=html"' in client.get("/ogc/collections/well?f=html").content.decode()
    assert "/tiles?f=html" not in client.get("/ogc/collections/permit?f=html").content.decode().split("ogc-links")[1]
    for base in (WELL, "/ogc/tiles"):
        (listed,) = read(client, base)["tilesets"]
        assert listed["tileMatrixSetLimits"] == read(client, f"{base}/{SET}")["tileMatrixSetLimits"] != []


def test_a_tile_is_that_of_the_map(client: Client) -> None:
    ours = client.get(f"{WELL}/{SET}/14/{Y}/{X}")
    assert (ours.status_code, ours["Content-Type"]) == (200, MVT)
    assert ours.content == client.get(f"/tiles/well/14/{X}/{Y}.pbf").content
    assert ours.content == client.get(f"{WELL}/{SET}/14/{Y}/{X}.pbf").content
    again = client.get(f"{WELL}/{SET}/14/{Y}/{X}", headers={"If-None-Match": ours["ETag"]})
    assert again.status_code == 304


def test_filters_and_periods_are_passed_on(client: Client) -> None:
    assert client.get(f"{WELL}/{SET}/14/{Y}/{X}?use=irrigation").status_code == 204
    tile = client.get(f"/ogc/collections/village/tiles/{SET}/14/{Y}/{X}?period=2019-01&code={A}&f=mvt")
    (feature,) = mapbox_vector_tile.decode(tile.content)["village"]["features"]
    assert feature["properties"]["volume_l"] == 5000
    assert client.get(f"{WELL}/{SET}/14/{Y}/{X}?within=110101001").status_code == 200
    assert client.get(f"{WELL}/{SET}/14/{Y}/{X}?within=110101002").status_code == 204
    for wrong in ("colour=blue", "region=110101001", "within=110199"):
        assert client.get(f"{WELL}/{SET}/14/{Y}/{X}?{wrong}").status_code in (400, 404)
    assert client.get(f"{WELL}/{SET}/14/{Y}/{X}?f=png").status_code == 400


def test_the_tile_of_the_dataset_holds_the_layers_of_its_zoom(client: Client) -> None:
    whole = mapbox_vector_tile.decode(client.get(f"/ogc/tiles/{SET}/14/{Y}/{X}").content)
    assert set(whole) >= {"well", "village", "village_label"}
    assert "district" not in whole  # drawn to zoom 12
    alone = mapbox_vector_tile.decode(client.get(f"/tiles/well/14/{X}/{Y}.pbf").content)
    assert whole["well"] == alone["well"]
    packed = client.get(f"/ogc/tiles/{SET}/14/{Y}/{X}", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"


def test_within_the_limits_is_200_or_204_and_outside_404(client: Client) -> None:
    for held in read(client, f"{WELL}/{SET}")["tileMatrixSetLimits"][:8]:
        z = held["tileMatrix"]
        rows = range(held["minTileRow"], held["maxTileRow"] + 1)
        cols = range(held["minTileCol"], held["maxTileCol"] + 1)
        codes = {client.get(f"{WELL}/{SET}/{z}/{row}/{col}").status_code for row in rows for col in cols}
        assert codes <= {200, 204}
        assert 200 in codes
        for row, col in ((rows[0] - 1, cols[0]), (rows[-1] + 1, cols[0]), (rows[0], cols[-1] + 1)):
            assert client.get(f"{WELL}/{SET}/{z}/{row}/{col}").status_code == 404
    assert client.get(f"{WELL}/{SET}/4/0/0").status_code == 404
    assert client.get(f"{WELL}/{SET}/14/{Y}/{X - 1}").status_code in (204, 404)


def test_gdal_finds_the_metadata_of_vector_tiles(client: Client) -> None:
    body = read(client, "/tiles/well/metadata.json")
    assert all(isinstance(value, str) for value in body.values())
    (layer,) = json.loads(body["json"])["vector_layers"]
    assert layer["id"] == "well"
    assert [float(edge) for edge in body["bounds"].split(",")] == pytest.approx([116, 40, 116.02, 40.02])
    assert (body["minzoom"], body["maxzoom"], body["format"]) == ("5", "16", "pbf")
