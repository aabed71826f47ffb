"""Cells of the plane: metres of the plane → column and row → a stable code, and back. Pure arithmetic.

Cells are squares aligned to the projection's origin (x = 0 m with its false easting, y = 0 m at the equator). A cell
owns its upper and right border: a point on a border belongs to the *lower* index, ``ceil(x / size) − 1``, so that
every point of the plane is in exactly one cell, and of two codes that touch it has the lower one.

Cells of 100 m nest in those of 200, 500 and 1000 m: a coarser index is the floor of the finer one divided by
the ratio, and no coordinate is needed again.

The code: ``0500E04485N44280`` is the size in metres, then the south-west corner in hectometres east and north. With
the unit's township: ``0500E04485N44280-110101001``. Fixed width, so codes sort as (size, column, row, township).
What of it is GB/T 12409 and what is not: docs/decisions/0010-grid.md.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

BASE_SIZE = 100  # metres; the index every object carries
SIZES = (100, 200, 500, 1000)
DEFAULT_SIZE = 500

_CODE = re.compile(r"^(?P<size>\d{4})E(?P<east>\d{5})N(?P<north>\d{5})(?:-(?P<region>\d{9}))?$")
_MOST = 99_999  # hectometres that five digits hold: 10,000 km


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A square of the plane: (col·size, (col+1)·size] × (row·size, (row+1)·size] metres of the place's plane."""

    size: int
    col: int
    row: int

    @property
    def code(self) -> str:
        return code_of(self.size, self.col, self.row)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        x, y = self.col * self.size, self.row * self.size
        return (x, y, x + self.size, y + self.size)


def check_size(size: int) -> int:
    """The size itself; ValueError when it is none of the grid's."""
    if size not in SIZES:
        raise ValueError(f"{size} is not a grid size: {', '.join(map(str, SIZES))}")
    return size


def index_of(coordinate_m: float, size: int) -> int:
    """Column (of x) or row (of y) of a coordinate; one on a border belongs to the lower index."""
    if not math.isfinite(coordinate_m):
        raise ValueError("a coordinate must be finite")
    return math.ceil(coordinate_m / check_size(size)) - 1


def cell_of(x_m: float, y_m: float, size: int = DEFAULT_SIZE) -> Cell:
    """The one cell that a point of the plane lies in."""
    return Cell(size, index_of(x_m, size), index_of(y_m, size))


def coarser(index: int, from_size: int, to_size: int) -> int:
    """The index of the larger cell around one; ValueError when the sizes do not nest (200 m in 500 m)."""
    if check_size(to_size) % check_size(from_size):
        raise ValueError(f"cells of {from_size} m do not nest in cells of {to_size} m")
    return index // (to_size // from_size)


def code_of(size: int, col: int, row: int, region_code: str = "") -> str:
    """The code of a cell, or with a township's nine digits of a unit; ValueError where five digits do not reach."""
    east, north = (index * check_size(size) // BASE_SIZE for index in (col, row))
    if not (0 <= east <= _MOST and 0 <= north <= _MOST):
        raise ValueError(f"column {col}, row {row} of {size} m lie outside the codes' range")
    return f"{size:04d}E{east:05d}N{north:05d}" + (f"-{region_code}" if region_code else "")


def parse_code(code: str) -> tuple[Cell, str]:
    """A code → (cell, township code or ''); ValueError for text that no cell has as its code."""
    found = _CODE.match(code)
    if not found:
        raise ValueError(f"{code!r} is not a code such as 0500E04485N44280 or 0500E04485N44280-110101001")
    size, east, north = (int(found[name]) for name in ("size", "east", "north"))
    if size not in SIZES or (east * BASE_SIZE) % size or (north * BASE_SIZE) % size:
        raise ValueError(f"{code!r} names no cell: its corner is not a multiple of its size, or the size is unknown")
    return Cell(size, east * BASE_SIZE // size, north * BASE_SIZE // size), found["region"] or ""
