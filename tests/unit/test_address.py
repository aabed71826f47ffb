"""Which piece of the world a tile is, and which tiles a layer has."""

import math

import pytest

from layers import registry
from layers.errors import NotFound
from tiles.address import HALF, Tile, tile_of

WELL = registry.layer("well")  # zooms 5 to 16


def test_the_world_is_one_tile() -> None:
    assert Tile(0, 0, 0).bounds == (-HALF, -HALF, HALF, HALF)
    assert math.isclose(HALF, math.pi * 6378137)


@pytest.mark.parametrize(
    ("tile", "signs"),
    [(Tile(1, 0, 0), (-1, 0, 0, 1)), (Tile(1, 1, 0), (0, 0, 1, 1)), (Tile(1, 1, 1), (0, -1, 1, 0))],
)
def test_row_0_is_the_north(tile: Tile, signs: tuple[int, ...]) -> None:
    assert tile.bounds == tuple(sign * HALF for sign in signs)


def test_beijing_by_the_formula_of_the_slippy_map() -> None:
    """Tian'anmen (116.3975, 39.9087) at zoom 12, by the published formula for longitude and latitude."""
    lon, lat, z = 116.3975, 39.9087, 12
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    west, south, east, north = Tile(z, x, y).bounds
    assert west <= math.radians(lon) * 6378137 < east
    assert south <= math.asinh(math.tan(math.radians(lat))) * 6378137 <= north


@pytest.mark.parametrize("tile", [Tile(3, 2, 5), Tile(16, 53958, 24848)])
def test_four_children_make_up_their_parent(tile: Tile) -> None:
    children = [Tile(tile.z + 1, 2 * tile.x + i, 2 * tile.y + j).bounds for i in (0, 1) for j in (0, 1)]
    west, south, east, north = zip(*children, strict=True)
    assert (min(west), min(south), max(east), max(north)) == pytest.approx(tile.bounds, abs=1e-6)


def test_a_buffer_is_a_share_of_the_side() -> None:
    assert Tile(1, 0, 0).buffered(0.5) == (-1.5 * HALF, -0.5 * HALF, 0.5 * HALF, 1.5 * HALF)


@pytest.mark.parametrize(("z", "x", "y"), [(5, 0, 0), (5, 31, 31), (16, 65535, 65535)])
def test_tiles_at_the_ends_of_the_range(z: int, x: int, y: int) -> None:
    assert tile_of(WELL, z, x, y) == Tile(z, x, y)


@pytest.mark.parametrize(
    ("z", "x", "y", "param", "allowed"),
    [
        (4, 0, 0, "z", "5..16"),
        (17, 0, 0, "z", "5..16"),
        (10**30, 0, 0, "z", "5..16"),
        (5, 32, 0, "x", "0..31"),
        (5, 0, 32, "y", "0..31"),
        (5, 10**30, 0, "x", "0..31"),
    ],
)
def test_tiles_that_are_not_there(z: int, x: int, y: int, param: str, allowed: str) -> None:
    with pytest.raises(NotFound) as caught:
        tile_of(WELL, z, x, y)
    assert (caught.value.param, caught.value.allowed) == (param, [allowed])
