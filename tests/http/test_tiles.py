"""Tiles, TileJSON and styles over HTTP: bytes, encodings, addresses that work when they are followed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import pytest
from django.test import Client

from layers import registry
from layers.versions import as_of
from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import SOUTHERN, A, Grid, at
from tests.standing import standing
from tiles import cache

pytestmark = pytest.mark.django_db
MVT = "application/vnd.mapbox-vector-tile"


def make_world(folder: Path) -> Grid:
    found = make.make_grid()
    make.WellFactory(code="W1", geom=at(0.5, 0.5))
    make.WellFactory(code="W2", use=2, geom=at(0.5, 0.5))
    make.UsageFactory(region=found[A], volume_l=12_345)
    found.settle()
    return found


world = standing(make_world)


@pytest.fixture
def grid(world: Grid, db: None) -> Grid:
    return world


def address(layer: str, z: int, **filters: str) -> str:
    _, x, y = tile_at(at(0.5, 0.5), z)
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"/tiles/{layer}/{z}/{x}/{y}.pbf{'?' + query if query else ''}"


def decoded(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == MVT
    return dict(mapbox_vector_tile.decode(response.content))


def test_a_tile_is_plain_or_gzipped_as_asked_with_the_same_content(client: Client, grid: Grid) -> None:
    url = address("village", 12)
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)


def test_an_empty_tile_is_204_with_its_version(client: Client, grid: Grid) -> None:
    response = client.get("/tiles/well/14/0/0.pbf")
    assert (response.status_code, response.content) == (204, b"")
    assert response["ETag"]
    assert "Content-Encoding" not in response
    nothing = client.get(address("well", 14, use="mineral"))
    assert nothing.status_code == 204
    assert client.get(address("well", 14, code="")).status_code == 200  # an empty parameter is none


def test_a_tile_takes_the_filters_of_the_feed(client: Client, grid: Grid) -> None:
    names = {
        f["properties"]["code"] for f in decoded(client, address("well", 14, use="irrigation"))["well"]["features"]
    }
    assert names == {"W2"}
    village = decoded(client, address("village", 12, region=SOUTHERN, period="2019-01"))
    volumes = {f["properties"]["code"]: f["properties"].get("volume_l") for f in village["village"]["features"]}
    feed = client.get(f"/api/layers/village/features?region={SOUTHERN}&period=2019-01").json()
    assert volumes == {f["id"]: f["properties"]["volume_l"] for f in feed["features"]}
    assert volumes[A] == 12_345


@pytest.mark.parametrize("layer", registry.LAYERS, ids=lambda layer: layer.id)
def test_a_tilejson_describes_its_layer(client: Client, grid: Grid, layer: registry.Layer) -> None:
    grid.cut_all()
    body = client.get(f"/tiles/{layer.id}.json").json()
    stamp = as_of(layer.datasets()).of_layer(layer)
    assert body["tilejson"] == "3.0.0"
    assert body["tiles"] == [f"http://testserver/tiles/{layer.id}/v{stamp}/{{z}}/{{x}}/{{y}}.pbf"]
    assert (body["minzoom"], body["maxzoom"]) == (layer.min_zoom, layer.max_zoom)
    assert body["bounds"] == pytest.approx([116, 40, 116.02, 40.02])
    assert body["scheme"] == "xyz"
    first = body["vector_layers"][0]
    assert first["id"] == layer.id
    assert set(first["fields"]) == {f.name for f in layer.tile_fields} | ({"count"} if layer.detail_zoom else set())
    assert set(first["fields"].values()) <= {"String", "Number", "Boolean"}
    ids = [one["id"] for one in body["vector_layers"]]
    assert ids == (
        [layer.id, f"{layer.id}_label"] if layer.dataset is registry.REGION or layer.id == "water_body" else [layer.id]
    )


def test_following_a_tilejson_gives_the_tiles_it_promises(client: Client, grid: Grid) -> None:
    body = client.get("/tiles/village.json?period=2019-01&source=group_tap").json()
    z, x, y = tile_at(at(0.5, 0.5), 12)
    template = urlsplit(body["tiles"][0])
    assert template.query == "period=2019-01&source=group_tap"
    url = f"{template.path}?{template.query}".format(z=z, x=x, y=y)
    found = decoded(client, url)
    fields = {one["id"]: set(one["fields"]) for one in body["vector_layers"]}
    assert set(found) == set(fields)
    for name, part in found.items():
        for feature in part["features"]:
            assert set(feature["properties"]) <= fields[name]
    assert {"volume_l", "m3_per_km2"} <= fields["village"]


def test_synthetic_layers_say_so_in_their_attribution(client: Client, grid: Grid) -> None:
    assert "synthetic" in client.get("/tiles/village.json").json()["attribution"]
    assert client.get("/tiles/well.json").json()["attribution"] == ""


def test_an_attribution_is_told_in_the_language_asked(client: Client, grid: Grid) -> None:
    body = client.get("/tiles/village.json?period=2019-01&lang=en").json()
    assert body["attribution"] == "Boundaries are synthetic | Figures by region are synthetic"
    assert "lang" not in urlsplit(body["tiles"][0]).query
    assert client.get("/tiles/village.json?lang=fr").status_code == 400


def check_style(style: dict[str, Any]) -> None:
    """What MapLibre demands of a style, by its specification: sources named, ids unique, source layers there."""
    assert style["version"] == 8
    ids = [one["id"] for one in style["layers"]]
    assert len(set(ids)) == len(ids)
    for one in style["layers"]:
        if one["type"] == "background":
            continue
        assert one["source"] in style["sources"]
        assert one["minzoom"] < one["maxzoom"] <= 24
        assert one["source-layer"].startswith(one["source"])
    for source in style["sources"].values():
        assert source["type"] == "vector"
        assert source["tiles"][0].startswith("http://testserver/tiles/")
        assert source["minzoom"] < source["maxzoom"]


@pytest.mark.parametrize("layer", [layer.id for layer in registry.LAYERS])
def test_a_layers_style(client: Client, grid: Grid, layer: str) -> None:
    grid.cut_all()
    style = client.get(f"/styles/{layer}.json").json()
    check_style(style)
    assert set(style["sources"]) == {layer}


def test_the_maps_style_has_every_layer_and_shows_the_regions(client: Client, grid: Grid) -> None:
    grid.cut_all()
    style = client.get("/styles/map.json").json()
    check_style(style)
    assert set(style["sources"]) == {layer.id for layer in registry.LAYERS}
    shown = {
        one.get("source") for one in style["layers"] if one.get("layout", {}).get("visibility", "visible") == "visible"
    }
    assert shown == {None, "district", "township", "village"}
    assert "http" not in {urlsplit(str(style.get(key, ""))).scheme for key in ("glyphs", "sprite")}
    kinds = [one["type"] for one in style["layers"]]
    assert kinds.index("circle") > max(i for i, kind in enumerate(kinds) if kind == "fill")  # points above areas


def test_a_tile_costs_one_statement_and_its_version(client: Client, grid: Grid, django_assert_num_queries: Any) -> None:
    client.get(address("well", 13))  # the first of a version asks besides whether there is a newer one
    cache.files.settle()  # and has its folder made behind the answer
    with django_assert_num_queries(3):  # what the asker may see, the version, the tile
        client.get(address("well", 14))
    with django_assert_num_queries(2):  # kept
        client.get(address("well", 14))
