"""Cells: which one a coordinate is in, how they nest, and what their codes say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.grid import cells
from layers.grid.cells import SIZES, Cell

metres = st.floats(min_value=1, max_value=9_000_000, allow_nan=False)
each_size = st.sampled_from(SIZES)


@pytest.mark.parametrize(
    ("x", "size", "col"),
    [
        (448_500.0, 500, 896),  # on a border: the lower cell, which ends there
        (448_500.001, 500, 897),
        (448_999.999, 500, 897),
        (449_000.0, 500, 897),
        (448_500.0, 100, 4484),
        (448_500.0, 1000, 448),
        (448_000.0, 1000, 447),
        (0.0, 100, -1),
        (0.001, 100, 0),
    ],
)
def test_a_border_belongs_to_the_lower_index(x: float, size: int, col: int) -> None:
    assert cells.index_of(x, size) == col


@given(x=metres, y=metres, size=each_size)
def test_every_point_is_in_its_cell_and_in_no_other(x: float, y: float, size: int) -> None:
    cell = cells.cell_of(x, y, size)
    west, south, east, north = cell.bounds
    assert west < x <= east
    assert south < y <= north


@given(x=metres, fine=each_size, coarse=each_size)
def test_cells_nest(x: float, fine: int, coarse: int) -> None:
    index = cells.index_of(x, fine)
    if coarse % fine:
        with pytest.raises(ValueError, match="do not nest"):
            cells.coarser(index, fine, coarse)
    else:
        assert cells.coarser(index, fine, coarse) == cells.index_of(x, coarse)


@given(size=each_size, col=st.integers(0, 9_000), row=st.integers(0, 9_000), region=st.sampled_from(["", "110101001"]))
def test_a_code_is_read_back(size: int, col: int, row: int, region: str) -> None:
    code = cells.code_of(size, col, row, region)
    assert cells.parse_code(code) == (Cell(size, col, row), region)
    assert len(code) == (26 if region else 16)


def test_the_code_of_the_documentation() -> None:
    assert Cell(500, 897, 8856).code == "0500E04485N44280"
    assert cells.code_of(500, 897, 8856, "110101001") == "0500E04485N44280-110101001"


@given(st.lists(st.tuples(each_size, st.integers(0, 9_000), st.integers(0, 9_000)), min_size=2, max_size=20))
def test_codes_sort_as_size_column_and_row(found: list[tuple[int, int, int]]) -> None:
    by_code = sorted(found, key=lambda cell: cells.code_of(*cell))
    assert by_code == sorted(found)


@pytest.mark.parametrize(
    "code",
    ["", "0500E04485N4428", "0300E04485N44280", "0500E04484N44280", "1000E04485N44280", "0500e04485n44280",
     "0500E04485N44280-1101", "0500E04485N44280-", " 0500E04485N44280"],
)  # fmt: skip
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"code|cell"):
        cells.parse_code(code)


@pytest.mark.parametrize(("size", "col", "row"), [(500, -1, 8856), (100, 100_000, 1), (300, 1, 1)])
def test_what_has_no_code_is_refused(size: int, col: int, row: int) -> None:
    with pytest.raises(ValueError, match=r"range|grid size"):
        cells.code_of(size, col, row)


@pytest.mark.parametrize("coordinate", [math.nan, math.inf, -math.inf])
def test_a_coordinate_is_finite(coordinate: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        cells.index_of(coordinate, 500)
