"""Tiles of the whole city: every region of its outlines is drawn."""

from __future__ import annotations

import urllib.request

import mapbox_vector_tile
import pytest

from layers import registry, vocab
from tests.city import City
from tiles.address import HALF


@pytest.mark.parametrize(("name", "level"), [("district", vocab.DISTRICT), ("township", vocab.TOWNSHIP)])
def test_every_region_is_in_some_tile_at_every_zoom(city: City, name: str, level: int) -> None:
    """Also slivers, for which the grid of a tile has no room: from the first zoom to the twelfth."""
    outlined = (
        "FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id WHERE b.valid_to_id IS NULL AND r.level = %s"
    )
    codes = {row[0] for row in city.sql(f"SELECT r.code {outlined}", [level])}
    box = "SELECT ST_XMin(x), ST_YMin(x), ST_XMax(x), ST_YMax(x) FROM (SELECT ST_Extent(b.geom_3857) AS x"
    ((west, south, east, north),) = city.sql(f"{box} {outlined}) AS box", [level])
    for z in (registry.layer(name).min_zoom, 7, 9, 12):
        side, seen = 2 * HALF / 2**z, set()
        for x in range(int((west + HALF) // side), int((east + HALF) // side) + 1):
            for y in range(int((HALF - north) // side), int((HALF - south) // side) + 1):
                with urllib.request.urlopen(f"{city.url}/tiles/{name}/{z}/{x}/{y}.pbf") as response:
                    body = response.read()
                tile = mapbox_vector_tile.decode(body).get(name, {"features": []}) if body else {"features": []}
                seen |= {feature["properties"]["code"] for feature in tile["features"]}
        assert codes - seen == set(), z
