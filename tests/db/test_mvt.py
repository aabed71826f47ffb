"""Tiles decoded whole: what is in them, where, under which names, and that clusters lose and double nothing."""

from __future__ import annotations

import math
import random
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from layers import filters, models, registry
from layers.db import rows
from layers.periods import parse_period
from layers.registry import Layer
from layers.selection import parse_selection
from layers.stats.answer import Question, answer
from tests import factories as make
from tests.factories import SOUTH, SOUTHERN, UNIT, WEST, A, B, C, D, Grid, at, line, outline, square
from tiles.address import HALF, Tile, tile_of
from tiles.mvt import BUFFER, CELLS, EXTENT, TileRequest, tile_query

pytestmark = pytest.mark.django_db
RADIUS = 6378137.0


def decode(layer: Layer, z: int, x: int, y: int, **given: str) -> dict[str, Any]:
    """The tile as plain data, with y counted down as the format has it; empty when nothing is there."""
    request = TileRequest(layer, tile_of(layer, z, x, y), filters.parse(layer, given))
    body = bytes(rows(tile_query(request))[0][0])
    return mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}


def metres(point: Point) -> tuple[float, float]:
    """Web Mercator by its formula."""
    lon, lat = math.radians(point.x), math.radians(point.y)
    return RADIUS * lon, RADIUS * math.asinh(math.tan(lat))


def tile_at(point: Point, z: int) -> tuple[int, int, int]:
    east, north = metres(point)
    side = 2 * HALF / 2**z
    return z, int((east + HALF) // side), int((HALF - north) // side)


def in_tile(point: Point, z: int) -> list[int]:
    """Grid coordinates of the point within its tile."""
    _, x, y = tile_at(point, z)
    west, _, _, north = Tile(z, x, y).bounds
    east_m, north_m = metres(point)
    side = 2 * HALF / 2**z
    return [round((east_m - west) / side * EXTENT), round((north - north_m) / side * EXTENT)]


WELL = registry.layer("well")
VILLAGE = registry.layer("village")


@pytest.fixture
def grid() -> Grid:
    return make.make_grid(unit_of_north=True)


def test_a_tile_of_points_whole(grid: Grid) -> None:
    """Vocabulary as slugs, empty values left out, the id a number, the position where the formula says."""
    spot = at(0.5, 0.5)
    first = make.WellFactory(code="W1", name="甲井", use=2, metering=3, position_quality=3, geom=spot)
    second = make.WellFactory(code="W2", name="", use=1, metering=1, depth_m=55, geom=spot)
    feature = {"geometry": {"type": "Point", "coordinates": in_tile(spot, 14)}, "type": "Feature"}
    assert decode(WELL, *tile_at(spot, 14)) == {
        "well": {
            "extent": EXTENT,
            "version": 2,
            "type": "FeatureCollection",
            "features": [
                feature
                | {
                    "id": first.pk,
                    "properties": {
                        "code": "W1",
                        "name": "甲井",
                        "use": "irrigation",
                        "metering": "none",
                        "position_quality": "synthetic",
                    },
                },
                feature
                | {
                    "id": second.pk,
                    "properties": {"code": "W2", "name": "", "use": "supply", "metering": "water_meter"},
                },
            ],
        }
    }


def test_a_tile_of_one_region_whole(grid: Grid) -> None:
    """The village's square in grid units, with its label in a layer of its own."""
    z, x, y = tile_at(at(0.5, 0.5), 12)
    found = decode(VILLAGE, z, x, y, code=A)
    boundary = grid.boundary(A)
    corners = [at(column, row) for column, row in ((0, 0), (0, 1), (1, 1), (1, 0))]
    west, _, _, north = Tile(z, x, y).bounds
    unit = 2 * HALF / 2**z / EXTENT
    expected = {(round((metres(p)[0] - west) / unit), round((north - metres(p)[1]) / unit)) for p in corners}
    assert set(found) == {"village", "village_label"}
    (feature,) = found["village"]["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert {tuple(corner) for corner in ring} == expected
    assert feature["id"] == boundary.pk
    properties = dict(feature["properties"])
    assert properties.pop("area_m2") == pytest.approx(boundary.area_m2)
    assert properties == {"code": A, "name": "甲社区", "boundary_quality": "synthetic"}
    (label,) = found["village_label"]["features"]
    assert label["properties"] == {"code": A, "name": "甲社区"}
    assert label["id"] == boundary.pk


def test_a_layer_without_anything_there_has_no_bytes(grid: Grid) -> None:
    assert decode(WELL, *tile_at(at(0.5, 0.5), 14)) == {}
    assert decode(WELL, *tile_at(at(0.5, 0.5), 8)) == {}
    make.WellFactory(geom=None)
    assert decode(WELL, *tile_at(at(0.5, 0.5), 14)) == {}
    assert decode(VILLAGE, 12, 0, 0) == {}


def test_a_symbol_on_the_edge_is_drawn_by_both_neighbours(grid: Grid) -> None:
    """Within the buffer of 64 of 4096 units a point is in the next tile too, outside the tile's own square."""
    z = 14
    _, x, y = tile_at(at(0.5, 0.5), z)
    west, south, east, north = Tile(z, x, y).bounds
    unit = (east - west) / EXTENT
    near = lon_lat(east + unit * (BUFFER - 4), (south + north) / 2)
    far = lon_lat(east + unit * (BUFFER + 4), (south + north) / 2)
    make.WellFactory(code="near", geom=near)
    make.WellFactory(code="far", geom=far)
    assert codes(decode(WELL, z, x, y)) == {"near"}
    assert codes(decode(WELL, z, x + 1, y)) == {"near", "far"}
    (feature,) = decode(WELL, z, x, y)["well"]["features"]
    assert feature["geometry"]["coordinates"][0] == EXTENT + BUFFER - 4


def codes(found: dict[str, Any], layer: str = "well") -> set[str]:
    return {feature["properties"]["code"] for feature in found.get(layer, {"features": []})["features"]}


def lon_lat(east: float, north: float) -> Point:
    return Point(math.degrees(east / RADIUS), math.degrees(math.atan(math.sinh(north / RADIUS))), srid=4490)


def all_tiles(layer: Layer, z: int, points: list[Point]) -> list[tuple[int, int, int]]:
    """Every tile that holds one of the points, and all its neighbours."""
    found = set()
    for point in points:
        _, x, y = tile_at(point, z)
        most = 2**z - 1
        found |= {(z, min(max(x + i, 0), most), min(max(y + j, 0), most)) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return sorted(found)


def border_points(z: int) -> list[Point]:
    """Points exactly on borders and corners of tiles, and of cluster cells, of a zoom, near the city."""
    _, x, y = tile_at(at(0.5, 0.5), z)
    west, south, east, north = Tile(z, x, y).bounds
    cell = (east - west) / CELLS
    return [
        lon_lat(*corner)
        for corner in ((west, north), (east, north), (west, south), (east, south), (west, (north + south) / 2),
                       ((west + east) / 2, north), (west + cell, north - cell), (west + cell, north - cell / 2))
    ]  # fmt: skip


def test_clusters_of_each_zoom_add_up_to_the_layer(grid: Grid) -> None:
    """Random points, many in one place, and points on the borders of tiles of several zooms."""
    chance = random.Random(11)
    points = [at(chance.uniform(-50, 50), chance.uniform(-50, 50)) for _ in range(150)]
    points += [at(0.25, 0.25)] * 20 + [p for z in (5, 8, 10, 12) for p in border_points(z) * 3]
    release = make.ReleaseFactory()
    for point in points:
        make.WellFactory(geom=point, release=release, use=chance.choice([1, 2]))
    make.WellFactory(geom=None, release=release)
    irrigation = models.Well.objects.filter(use=2, geom__isnull=False).count()
    for z in range(WELL.min_zoom, WELL.detail_zoom):
        counted = {"": 0, "irrigation": 0}
        for tile in all_tiles(WELL, z, points):
            for use in counted:
                found = decode(WELL, *tile, **({"use": use} if use else {}))
                counted[use] += sum(f["properties"]["count"] for f in found.get("well", {"features": []})["features"])
        assert counted == {"": len(points), "irrigation": irrigation}, f"zoom {z}"


def test_a_cluster_has_a_count_and_no_name_and_a_single_point_has_both(grid: Grid) -> None:
    here, far = at(0.5, 0.5), at(40, -40)
    make.WellFactory(code="W1", use=1, geom=here)
    make.WellFactory(code="W2", use=1, geom=here)
    make.WellFactory(code="W3", name="独井", use=2, metering=2, geom=far)
    z, x, y = tile_at(here, 9)
    (cluster,) = decode(WELL, z, x, y)["well"]["features"]
    assert cluster["properties"] == {"count": 2}
    assert cluster["geometry"]["coordinates"] == in_tile(here, 9)
    (single,) = decode(WELL, *tile_at(far, 9))["well"]["features"]
    assert single["properties"] == {
        "count": 1, "code": "W3", "name": "独井", "use": "irrigation", "metering": "electricity",
    }  # fmt: skip


def test_clusters_stand_among_their_points(grid: Grid) -> None:
    make.WellFactory(geom=at(0, 0))
    make.WellFactory(geom=at(0.02, 0.01))
    (cluster,) = decode(WELL, *tile_at(at(0.01, 0), 12))["well"]["features"]
    low, high = in_tile(at(0, 0), 12), in_tile(at(0.02, 0.01), 12)
    assert low[0] <= cluster["geometry"]["coordinates"][0] <= high[0]
    assert high[1] <= cluster["geometry"]["coordinates"][1] <= low[1]


@pytest.mark.parametrize(
    "layer", [layer for layer in registry.IMPORTED if layer.geometry == "polygon"], ids=lambda x: x.id
)
@pytest.mark.parametrize("deeper", [0, 2])
def test_each_region_has_its_name_once_in_all_tiles_of_a_zoom(grid: Grid, layer: Layer, deeper: int) -> None:
    if layer.id == "supply_area":
        make.SupplyAreaFactory(code="S1")
    if layer.id == "water_body":
        make.WaterBodyFactory(name="湖", geom=outline(square(0.1, 0.1, 1.9, 1.9)))
    z = max(layer.min_zoom, 11) + deeper - 1 if layer.max_zoom > 12 else 12 - 2 + deeper
    tiles = all_tiles(layer, z, [at(column, row) for column in (0, 1, 2) for row in (0, 1, 2)])
    decoded = [decode(layer, *tile) for tile in tiles]
    labels = [
        f["properties"]["code"]
        for found in decoded
        for f in found.get(f"{layer.id}_label", {"features": []})["features"]
    ]
    shapes = {code for found in decoded for code in codes(found, layer.id)}
    assert shapes
    assert len(labels) == len(set(labels))
    if layer.id != "supply_area":
        assert set(labels) == shapes


def test_a_label_stands_inside_its_region_even_where_the_middle_is_not(grid: Grid) -> None:
    """A horseshoe: its centre lies outside of it."""
    shape = Polygon(
        [
            (at(c, r).x, at(c, r).y)
            for c, r in ((0, 0), (1, 0), (1, 1), (0.9, 1), (0.9, 0.1), (0.1, 0.1), (0.1, 1), (0, 1), (0, 0))
        ]
    )
    boundary = grid.boundary(A)
    boundary.geom = MultiPolygon(shape, srid=4490)
    boundary.save()
    boundary.refresh_from_db()
    assert boundary.geom_3857.contains(boundary.label_3857)
    (label,) = decode(VILLAGE, *tile_at(at(0.5, 0.5), 11), code=A)["village_label"]["features"]
    assert label["properties"]["code"] == A


@pytest.mark.parametrize("units", [-0.3, 0, 0.3])
def test_a_label_on_the_border_of_two_tiles_is_in_one(grid: Grid, units: float) -> None:
    """Rounded to the grid, a point a third of a unit beyond the border would be in both."""
    z, x, y = tile_at(at(0.5, 0.5), 14)
    _, south, east, north = Tile(z, x, y).bounds
    unit = (north - south) / EXTENT
    middle = (east + units * unit, (south + north) / 2)
    low, high = lon_lat(middle[0] - 50, middle[1] - 50), lon_lat(middle[0] + 50, middle[1] + 50)
    boundary = grid.boundary(A)
    boundary.geom = make.outline(Polygon.from_bbox((low.x, low.y, high.x, high.y)))
    boundary.save()
    boundary.refresh_from_db()
    assert boundary.label_3857.x == pytest.approx(middle[0], abs=unit / 20)
    holders = [column for column in (x - 1, x, x + 1) if "village_label" in decode(VILLAGE, z, column, y, code=A)]
    assert holders == [x if boundary.label_3857.x < east else x + 1]


@pytest.mark.parametrize("question", [("2019-01", None, None, None), ("2019", "reclaimed", None, None),
                                      ("2019", "new_water", None, "no"), ("2019-02", None, "industrial", None)])  # fmt: skip
@pytest.mark.parametrize("region", ["", SOUTHERN, UNIT])
def test_a_tile_with_usage_says_what_the_statistics_say(grid: Grid, question: Any, region: str) -> None:
    for number, code in enumerate((A, B, C), 1):
        make.UsageFactory(region=grid[code], volume_l=number * 10**12, source=1, purpose=3)  # beyond 32 bits
        make.UsageFactory(region=grid[code], volume_l=number, source=7, purpose=5)
        make.UsageFactory(region=grid[code], volume_l=number * 7, month="2019-02-01", purpose=1)
    grid.settle()
    period, source, purpose, resident = question
    given = {"period": period, "source": source, "purpose": purpose, "resident": resident, "region": region}
    given = {name: value for name, value in given.items() if value}
    found = decode(VILLAGE, *tile_at(at(1, 1), 10), **given)
    selection = parse_selection(source, purpose, resident)
    answered = answer(Question(4, parse_period(period), selection, parent=region))
    assert {
        f["properties"]["code"]: (f["properties"].get("volume_l"), f["properties"].get("m3_per_km2"))
        for f in found["village"]["features"]
    } == {
        row["code"]: (row["volume_l"], row["m3_per_km2"] and pytest.approx(row["m3_per_km2"]))
        for row in answered["rows"]
    }
    for feature in found["village"]["features"]:
        assert isinstance(feature["properties"].get("volume_l", 0), int)


def test_without_a_period_a_region_carries_no_usage(grid: Grid) -> None:
    make.UsageFactory(region=grid[A])
    grid.settle()
    for feature in decode(VILLAGE, *tile_at(at(1, 1), 10))["village"]["features"]:
        assert not {"volume_l", "m3_per_km2"} & set(feature["properties"])


def test_every_layer_makes_a_tile_at_every_zoom_it_has(grid: Grid) -> None:
    """Points far apart on purpose: each layer's own fields go through the slugs and the grouping."""
    made = {
        "facility": [make.FacilityFactory(kind=kind, capacity_m3_d=1000, managed_by=1) for kind in (1, 2, 3, 4)],
        "sewage_plant": [
            models.SewagePlant.objects.create(
                code=f"SP{kind}", name="厂", kind=kind, operator="某", geom=at(0.5, 0.5), release=make.ReleaseFactory()
            )
            for kind in (1, 2)
        ],
        "rest": [
            make.WellFactory(),
            make.WaterUserFactory(),
            make.MeterFactory(),
            make.SupplyAreaFactory(),
            # As wide as a pixel of a small map, and of the first class.
            make.WaterBodyFactory(geom=outline(square(-20, -20, 20, 20))),
            *(underneath(kind=1, geom=line((-20, 0.5), (20, 0.5))) for underneath in make.UNDERNEATH[1:]),
            models.SurfaceIntake.objects.create(
                code="SI1", name="口", geom=at(0.5, 0.5), release=make.ReleaseFactory()
            ),
        ],
    }
    assert made
    grid.cut_all()
    make.find_faults()
    for layer in registry.LAYERS:
        # A district of two kilometres is less than a grid unit wide on a map of the world.
        for z in range(max(layer.min_zoom, 5), layer.max_zoom + 1):
            found = decode(layer, *tile_at(at(0.5, 0.5), z))
            expected = {field.name for field in layer.tile_fields}
            assert found[layer.id]["features"], f"{layer.id} at {z}"
            for feature in found[layer.id]["features"]:
                assert set(feature["properties"]) <= expected | {"count"}


def test_a_tile_is_one_statement(grid: Grid, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        make.WellFactory()
    with django_assert_num_queries(1):
        decode(WELL, *tile_at(at(0.5, 0.5), 14))
    with django_assert_num_queries(1):
        decode(WELL, *tile_at(at(0.5, 0.5), 8))
    with django_assert_num_queries(1):
        decode(VILLAGE, *tile_at(at(0.5, 0.5), 12))


def test_a_point_of_the_whole_world(grid: Grid) -> None:
    """Far outside the city, also on the antimeridian and at the map's northern end: nothing fails, each counted once."""
    corners = [(-180, 0), (180, 0), (0, 85.0), (-179.999, -85.0), (0, 0)]
    for lon, lat in corners:
        make.WellFactory(geom=Point(lon, lat, srid=4490))
    z, most = WELL.min_zoom, 2**WELL.min_zoom
    counted = 0
    for x in (0, most // 2 - 1, most // 2, most - 1):
        for y in range(most):
            found = decode(WELL, z, x, y)
            counted += sum(f["properties"]["count"] for f in found.get("well", {"features": []})["features"])
    assert counted >= len(corners) - 1  # 180° E is the border beyond the last tile


def test_features_come_in_the_order_of_their_ids(grid: Grid) -> None:
    """However the rows lie on disk: the same data makes the same bytes."""
    ids = [make.WellFactory(code=f"W{number}", geom=at(0.5, 0.5)).pk for number in range(4)]
    models.Well.objects.filter(pk__in=ids[:2]).update(name="moved to the end of the table")
    found = decode(WELL, *tile_at(at(0.5, 0.5), 14))["well"]["features"]
    assert [f["id"] for f in found] == ids


def test_names_that_need_quoting_pass_through(grid: Grid) -> None:
    for number, name in enumerate(('O\'Brien "井"', "%s {} \\", "a;--", "é井🚰")):
        make.WellFactory(code=f"W{number}", name=name, geom=at(0.5, 0.5))
    found = decode(WELL, *tile_at(at(0.5, 0.5), 14))["well"]["features"]
    assert [f["properties"]["name"] for f in found] == ['O\'Brien "井"', "%s {} \\", "a;--", "é井🚰"]


def test_the_grid_of_this_test_is_where_it_says() -> None:
    assert tile_at(Point(WEST, SOUTH, srid=4490), 5) == (5, 26, 12)
    assert D == "110101002002"


@pytest.mark.parametrize("layer", [registry.layer(name) for name in ("district", "township", "village")])
@pytest.mark.parametrize("shape", [(0.70001, 0.5, 0.70002, 0.50001), (0.3, 0.5, 0.90003, 0.500001)])
def test_no_region_vanishes_at_any_zoom(grid: Grid, layer: Layer, shape: tuple[float, ...]) -> None:
    """A speck and a sliver, which the grid of a tile has no room for: each is in one tile at least, at every zoom."""
    sliver = make.square(*shape)
    code = {"district": make.DISTRICT, "township": SOUTHERN, "village": A}[layer.id]
    models.Boundary.objects.filter(region=grid[code]).update(geom=make.outline(sliver))
    for z in range(layer.min_zoom, layer.max_zoom + 1):
        _, west, _ = tile_at(at(shape[0], shape[1]), z)
        _, east, y = tile_at(at(shape[2], shape[1]), z)
        found = [
            f for x in range(west, east + 1) for f in decode(layer, z, x, y).get(layer.id, {"features": []})["features"]
        ]
        drawn = [f["geometry"] for f in found if f["properties"]["code"] == code]
        assert drawn, z
        for geometry in drawn:
            rings = geometry["coordinates"] if geometry["type"] == "Polygon" else geometry["coordinates"][0]
            assert turned(rings[0]) > 0, (z, geometry)


def turned(ring: list[list[int]]) -> int:
    """Twice the area by the surveyor's formula with y down, as the format counts it: an outer ring's is positive."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))
