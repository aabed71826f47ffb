"""Polygons of the plane cut by the cells of a grid: which cells each covers, how much of them, and the parts themselves.

Vectorised shapely: a cell that a prepared polygon properly contains is a plain square and is never intersected;
only cells on an outline are. Small cells are cut from the clips of large ones, so that the inside of a polygon costs
one test a square kilometre whatever the size. Measured against set-based PostGIS: docs/decisions/0010-grid.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.grid.cells import check_size

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

# Smaller parts (a square centimetre) are what rounding leaves where two outlines run along each other.
NOISE_M2 = 1e-4


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of polygons in cells, in the order (owner, column, row); ``owner`` is the polygon's place in the input."""

    owner: Ints
    col: Ints
    row: Ints
    area_m2: Floats
    geom: Geometries  # polygons and multipolygons of the plane, in metres
    whole: npt.NDArray[np.bool_]  # the part is the whole cell

    def __len__(self) -> int:
        return len(self.owner)


def tessellate(polygons: Geometries, size: int) -> Parts:
    """Cut polygons (metres of the plane) by the cells of a size. Each polygon's parts tile it; areas add up to its own."""
    check_size(size)
    # 500 m cells are cut at once: there are too few inside a township for a step between to pay.
    steps = [1000, size] if size < 500 else [size]
    owner = np.arange(len(polygons), dtype=np.int64)
    done: list[tuple[Ints, Ints, Ints]] = []  # whole cells of the final size
    geom = np.asarray(polygons, dtype=object)
    for step in steps:
        at, col, row = _candidates(geom, step)
        boxes = _boxes(col, row, step)
        shapely.prepare(geom)
        inside = shapely.contains_properly(geom[at], boxes)
        done.append(_split(owner[at[inside]], col[inside], row[inside], step // size))
        # A third of what is left only meets the polygon's box: the prepared test costs a fraction of an intersection.
        on_line = ~inside
        on_line[on_line] = shapely.intersects(geom[at[on_line]], boxes[on_line])
        at, col, row, boxes = (found[on_line] for found in (at, col, row, boxes))
        cut = _polygonal(shapely.intersection(geom[at], boxes))
        kept = shapely.area(cut) > NOISE_M2
        owner, geom, col, row = owner[at[kept]], cut[kept], col[kept], row[kept]
    whole = [np.concatenate([part[i] for part in done]) for i in range(3)]
    squares = _boxes(whole[1], whole[2], size)
    n = len(squares)
    found = Parts(
        np.concatenate([whole[0], owner]),
        np.concatenate([whole[1], col]),
        np.concatenate([whole[2], row]),
        np.concatenate([np.full(n, float(size * size)), shapely.area(geom)]),
        np.concatenate([squares, geom]),
        np.arange(n + len(owner)) < n,
    )
    return _ordered(found)


def _ordered(parts: Parts) -> Parts:
    order = np.lexsort((parts.row, parts.col, parts.owner))
    return Parts(*(getattr(parts, name)[order] for name in ("owner", "col", "row", "area_m2", "geom", "whole")))


def _candidates(geom: Geometries, size: int) -> tuple[Ints, Ints, Ints]:
    """Every cell of each polygon's box: (place in ``geom``, column, row)."""
    if not len(geom):
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    west, south, east, north = shapely.bounds(geom).T
    first_col, first_row = (np.floor(low / size).astype(np.int64) for low in (west, south))
    cols = np.maximum(np.ceil(east / size).astype(np.int64) - first_col, 1)
    rows = np.maximum(np.ceil(north / size).astype(np.int64) - first_row, 1)
    counts = cols * rows
    at = np.repeat(np.arange(len(geom), dtype=np.int64), counts)
    nth = np.arange(counts.sum(), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return at, first_col[at] + nth // rows[at], first_row[at] + nth % rows[at]


def _boxes(col: Ints, row: Ints, size: int) -> Geometries:
    x, y = col * float(size), row * float(size)
    return np.asarray(shapely.box(x, y, x + size, y + size), dtype=object)


def _split(owner: Ints, col: Ints, row: Ints, ratio: int) -> tuple[Ints, Ints, Ints]:
    """Whole cells as the smaller ones they hold, ``ratio`` to a side."""
    dx, dy = (step.ravel() for step in np.divmod(np.arange(ratio * ratio, dtype=np.int64), ratio))
    n = len(dx)
    return (
        np.repeat(owner, n),
        np.repeat(col * ratio, n) + np.tile(dx, len(owner)),
        np.repeat(row * ratio, n) + np.tile(dy, len(owner)),
    )


def _polygonal(geom: Geometries) -> Geometries:
    """Without the points and lines that an intersection along a border leaves."""
    mixed = np.flatnonzero(shapely.get_type_id(geom) == 7)
    for i in mixed:
        areas = [part for part in geom[i].geoms if part.area > 0]
        geom[i] = shapely.union_all(areas) if areas else shapely.Polygon()
    return geom
