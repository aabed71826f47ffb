"""WebMercatorQuad by its numbers, and the tiles that a box has."""

from __future__ import annotations

import pytest

from layers.errors import NotFound
from tiles.address import Tile
from tiles.ogc import matrix

BEIJING = (115.42, 39.44, 117.5, 41.06)


def test_the_set_is_that_of_the_standard() -> None:
    first, second = matrix.definition()["tileMatrices"][:2]
    assert first["scaleDenominator"] == pytest.approx(559082264.0287178)  # OGC 17-083r4, annex D
    assert first["cellSize"] == pytest.approx(156543.03392804097)
    assert first["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert (first["matrixWidth"], second["matrixWidth"], second["cellSize"] * 2) == (1, 2, first["cellSize"])


@pytest.mark.parametrize("zoom", range(17))
def test_limits_are_the_tiles_that_the_box_touches(zoom: int) -> None:
    from pyproj import Transformer

    (held,) = matrix.limits(BEIJING, zoom, zoom)
    to = Transformer.from_crs(4326, 3857, always_xy=True)
    (west, south), (east, north) = to.transform(*BEIJING[:2]), to.transform(*BEIJING[2:])
    first, last = Tile(zoom, held.first_col, held.first_row).bounds, Tile(zoom, held.last_col, held.last_row).bounds
    assert first[0] <= west < first[2]
    assert first[1] < north <= first[3]
    assert last[0] <= east < last[2]
    assert last[1] < south <= last[3]


def test_the_whole_globe_and_a_point_on_its_edge_stay_inside() -> None:
    assert matrix.limits((-180, -90, 180, 90), 2, 2) == [matrix.Limits(2, 0, 3, 0, 3)]
    assert matrix.limits((180, 85.2, 180, 85.2), 1, 1) == [matrix.Limits(1, 0, 0, 1, 1)]
    assert matrix.limits(None, 0, 5) == []


def test_a_tile_is_of_its_row_and_column() -> None:
    held = matrix.limits(BEIJING, 10, 10)
    one = held[0]
    assert matrix.tile_in(held, "10", one.first_row, one.last_col) == Tile(10, one.last_col, one.first_row)
    for where in (
        ("9", one.first_row, one.first_col),
        ("10", one.last_row + 1, one.first_col),
        ("10", one.first_row, one.first_col - 1),
    ):
        with pytest.raises(NotFound):
            matrix.tile_in(held, *where)
