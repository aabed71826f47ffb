"""The grid as a collection: there once it was built, and with the litres of a period as everywhere."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import Grid
from tests.grid_world import grid_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grid() -> Grid:
    return grid_world()


def test_only_what_was_built_is_a_collection(client: Client) -> None:
    ids = [one["id"] for one in client.get("/ogc/collections").json()["collections"]]
    assert "grid_500" in ids
    assert "grid_100" not in ids
    paths = client.get("/ogc/api").json()["paths"]
    assert "/collections/grid_500/items" in paths
    assert "/collections/grid_100/items" not in paths
    for url in ("/ogc/collections/grid_100", "/ogc/collections/grid_100/items", "/ogc/collections/grid_100/tiles"):
        assert "grid --size 100" in client.get(url).json()["detail"]
    assert client.get("/ogc/tiles/WebMercatorQuad").status_code == 200


def test_a_cell_says_what_the_feed_says(client: Client) -> None:
    feed = client.get("/api/layers/grid_500/features?period=2019").json()
    items = client.get("/ogc/collections/grid_500/items?period=2019").json()
    assert items["numberMatched"] == feed["count"] > 0
    assert {one["properties"]["code"]: one["properties"] for one in items["features"]} == {
        one["id"]: one["properties"] for one in feed["features"]
    }
    litres = [one["properties"]["volume_l"] or 0 for one in items["features"]]
    assert sum(litres) > 0
    most = client.get("/ogc/collections/grid_500/items?period=2019&sortby=-volume_l&limit=1").json()["features"][0]
    assert most["properties"]["volume_l"] == max(litres)
    schema = client.get("/ogc/collections/grid_500/schema").json()
    own = client.get("/ogc/collections/grid_500/items?limit=1").json()["features"][0]["properties"]
    assert [name for name in schema["properties"] if name != "geometry"] == list(own)
