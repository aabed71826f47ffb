"""The grid over HTTP: there when it was built, and a clear word on how to get it when it was not."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from tests import factories as make
from tests.db.test_mvt import tile_at
from tests.factories import Grid, at
from tests.grid_world import grid_world, kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return grid_world()


def tile_address(layer: str, z: int, query: str = "") -> str:
    _, x, y = tile_at(at(1, 1), z)
    return f"/tiles/{layer}/{z}/{x}/{y}.pbf{query}"


@pytest.mark.parametrize(
    "url",
    [tile_address("grid_100", 14), "/tiles/grid_100.json", "/styles/grid_100.json", "/api/layers/grid_100/features",
     "/api/layers/grid_100/features/0100E04485N44280-110101001"],
)  # fmt: skip
def test_a_size_that_was_not_built_says_how_it_is(client: Client, grid: Grid, url: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    body = answer.json()
    assert "./shuitu manage grid --size 100" in body["detail"]
    assert "grid_500" in body["allowed"]
    assert "grid_100" not in body["allowed"]


def test_building_a_size_makes_it_appear(client: Client, grid: Grid) -> None:
    def listed() -> dict[str, Any]:
        return {one["id"]: one for one in client.get("/api/meta").json()["layers"]}

    assert "grid_500" in listed()
    assert "grid_100" not in listed()
    assert "grid_100" not in client.get("/styles/map.json").json()["sources"]
    grid.cut(100)
    found = listed()["grid_100"]
    assert found["count"] > listed()["grid_500"]["count"] > 0
    assert (found["with_usage"], found["synthetic"]) == (True, True)
    assert client.get(tile_address("grid_100", 14)).status_code == 200


def test_a_kept_answer_ends_when_the_grid_is_assigned_anew(client: Client, grid: Grid) -> None:
    url = tile_address("grid_500", 12, "?period=2019")
    tagged = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tagged}).status_code == 304
    grid.cut()
    assert client.get(url, headers={"If-None-Match": tagged}).status_code == 200


def test_a_tilejson_with_a_period_names_what_its_tiles_carry(client: Client, grid: Grid) -> None:
    for query in ("?period=2019-01", "?period=2019-03&versus=2018-12", "?period=2019&monthly=yes"):
        body = client.get(f"/tiles/grid_500.json{query}").json()
        fields = body["vector_layers"][0]["fields"]
        address = body["tiles"][0].removeprefix("http://testserver")
        z, x, y = tile_at(at(1, 1), 10)
        features = mapbox_vector_tile.decode(client.get(address.format(z=z, x=x, y=y)).content)["grid_500"]["features"]
        carried = {name: value for feature in features for name, value in feature["properties"].items()}
        assert fields.pop("provisional", "String") == "String"  # which a cell has where a month of it is: none is here
        assert carried.keys() == fields.keys(), query
        assert {name: "String" if isinstance(value, str) else "Number" for name, value in carried.items()} == fields


def test_one_cell_has_its_fields_and_figures(client: Client, grid: Grid) -> None:
    code, (litres, share) = max(kept("2019").items(), key=lambda item: item[1][0])
    alone = client.get(f"/api/layers/grid_500/features/{code}").json()
    listed = client.get(f"/api/layers/grid_500/features?code={code}&period=2019").json()["features"]
    assert alone["properties"]["code"] == code
    assert alone["links"] == {}
    assert [one["properties"]["volume_l"] for one in listed] == [litres]
    assert listed[0]["properties"]["share_by_area"] == pytest.approx(share)
    assert client.get("/api/layers/grid_500/features?region=110101001001").status_code == 400


def test_a_city_without_a_grid_lists_none(client: Client) -> None:
    make.make_grid().settle()
    assert not [one for one in client.get("/api/meta").json()["layers"] if one["id"].startswith("grid")]
