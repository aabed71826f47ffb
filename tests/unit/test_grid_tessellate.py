"""Polygons cut by cells: the parts tile the polygon, whatever its shape."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from layers.grid.cells import SIZES
from layers.grid.tessellate import Parts, tessellate

# Coordinates as surveys give them, no denormal ones.
millimetres = st.integers(0, 5_000_000).map(lambda mm: mm / 1000)


def cut(size: int, *polygons: Polygon | MultiPolygon) -> Parts:
    return tessellate(np.array(polygons, dtype=object), size)


def parts_of(parts: Parts) -> dict[tuple[int, int, int], float]:
    """Square metres by (polygon, column, row)."""
    return {
        (int(owner), int(col), int(row)): round(float(area), 3)
        for owner, col, row, area in zip(parts.owner, parts.col, parts.row, parts.area_m2, strict=True)
    }


def test_a_rectangle_over_four_cells() -> None:
    found = cut(500, box(400, 400, 700, 600))
    assert parts_of(found) == {(0, 0, 0): 10_000, (0, 0, 1): 10_000, (0, 1, 0): 20_000, (0, 1, 1): 20_000}
    assert not found.whole.any()


def test_a_cell_inside_is_a_plain_square() -> None:
    found = cut(500, box(-10, -10, 1010, 510))
    assert parts_of(found)[0, 0, 0] == 250_000
    squares = {(int(c), int(r)) for c, r, whole in zip(found.col, found.row, found.whole, strict=True) if whole}
    assert squares == {(0, 0), (1, 0)}


def test_an_outline_on_cell_borders_makes_no_neighbours() -> None:
    assert parts_of(cut(500, box(500, 500, 1000, 1000))) == {(0, 1, 1): 250_000}


def test_a_hole_is_left_out() -> None:
    ring = box(0, 0, 1500, 1500).difference(box(500, 500, 1000, 1000))
    assert len(cut(500, ring)) == 8
    lake = box(0, 0, 500, 500).difference(box(100, 100, 200, 200))
    assert parts_of(cut(500, lake)) == {(0, 0, 0): 240_000}


def test_a_sliver_keeps_its_place_and_noise_goes() -> None:
    assert parts_of(cut(500, box(499.99, 0, 700, 500))) == {(0, 0, 0): 5, (0, 1, 0): 100_000}
    assert parts_of(cut(500, box(500 - 1e-8, 0, 700, 500))) == {(0, 1, 0): 100_000}


def test_parts_of_one_polygon_in_a_cell_are_one_part() -> None:
    two = MultiPolygon([box(10, 10, 20, 20), box(30, 30, 40, 40)])
    assert parts_of(cut(500, two)) == {(0, 0, 0): 200}


def test_nothing_is_cut_into_nothing() -> None:
    assert len(cut(500)) == 0


@pytest.mark.parametrize("size", SIZES)
@settings(max_examples=25, deadline=None)
@given(
    x=millimetres, y=millimetres, radius=st.floats(1, 1500), quarter=st.integers(2, 16),
    hole=st.floats(0, 0.9),
)  # fmt: skip
def test_parts_tile_the_polygon(size: int, x: float, y: float, radius: float, quarter: int, hole: float) -> None:
    whole = Point(x, y).buffer(radius, quad_segs=quarter)
    polygon = whole.difference(Point(x, y).buffer(radius * hole, quad_segs=quarter)) if hole > 0.01 else whole
    parts = cut(size, polygon)
    assert parts.area_m2.sum() == pytest.approx(polygon.area, abs=1)
    assert len(parts_of(parts)) == len(parts)
    boxes = shapely.box(parts.col * size, parts.row * size, (parts.col + 1) * size, (parts.row + 1) * size)
    assert shapely.area(shapely.difference(parts.geom, boxes)).max() < 1e-6
    assert shapely.area(shapely.difference(parts.geom, polygon)).max() < 1e-6
