"""Grid units: every current township cut by the cells of a size. Only townships whose outline changed are cut again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from layers import vocab
from layers.grid.cells import check_size, code_of
from layers.grid.tessellate import Geometries, Parts, tessellate
from layers.models.base import PLANE_SRID
from layers.sql import load

Cursor = Any

TOWNSHIPS_AT_ONCE = 64  # townships cut together: bounds the memory of 100 m cells to some hundred MB

_STALE = """
DELETE FROM layers_gridunit u
WHERE u.size = %s AND NOT EXISTS (
    SELECT FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id
    WHERE b.id = u.boundary_id AND b.valid_to_id IS NULL AND r.valid_to_id IS NULL AND r.id = u.region_id
)
"""
_MISSING = """
SELECT b.id, r.id, r.code, ST_AsBinary(ST_Transform(b.geom, %s))
FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id
WHERE b.valid_to_id IS NULL AND r.valid_to_id IS NULL AND r.level = %s
  AND NOT EXISTS (SELECT FROM layers_gridunit u WHERE u.boundary_id = b.id AND u.size = %s)
ORDER BY r.code
"""


def refresh(cursor: Cursor, size: int) -> tuple[int, int]:
    """Bring the units of a size up to today's outlines; → units that went, units that came. In the caller's transaction.

    What a township's outline of another release was cut into goes, with its weights.
    """
    check_size(size)
    cursor.execute(_STALE, [size])
    gone = int(cursor.rowcount)
    cursor.execute(_MISSING, [PLANE_SRID, vocab.TOWNSHIP, size])
    townships = cursor.fetchall()
    came = 0
    for first in range(0, len(townships), TOWNSHIPS_AT_ONCE):
        some = townships[first : first + TOWNSHIPS_AT_ONCE]
        came += _write(cursor, size, some, tessellate(from_wkb([row[3] for row in some]), size))
    if gone + came > 1000:
        cursor.execute("ANALYZE layers_gridunit")
    return gone, came


def from_wkb(blobs: Sequence[Any]) -> Geometries:
    return np.asarray(shapely.from_wkb(np.array([bytes(blob) for blob in blobs], dtype=object)), dtype=object)


def _write(cursor: Cursor, size: int, townships: Sequence[tuple[Any, ...]], parts: Parts) -> int:
    cursor.execute("DROP TABLE IF EXISTS grid_units_staged")
    cursor.execute(load("grid_units_staged"))
    with cursor.copy(
        "COPY grid_units_staged (boundary_id, region_id, code, col, row, area_m2, geom) FROM STDIN"
    ) as copy:
        for block in _lines(size, townships, parts):
            copy.write(block)
    cursor.execute(load("grid_units"), {"size": size})
    written = int(cursor.rowcount)
    cursor.execute("DROP TABLE grid_units_staged")
    return written


def _lines(size: int, townships: Sequence[tuple[Any, ...]], parts: Parts, block: int = 20_000) -> Iterator[str]:
    """The rows as COPY's text, in blocks: geometries as hexadecimal WKB of the plane."""
    for first in range(0, len(parts), block):
        some = slice(first, first + block)
        hexes = shapely.to_wkb(shapely.set_srid(parts.geom[some], PLANE_SRID), hex=True, include_srid=True)
        columns = (parts.owner[some], parts.col[some], parts.row[some], parts.area_m2[some])
        yield "".join(
            f"{townships[owner][0]}\t{townships[owner][1]}\t{code_of(size, col, row, townships[owner][2])}"
            f"\t{col}\t{row}\t{area!r}\t{blob}\n"
            for owner, col, row, area, blob in zip(*(c.tolist() for c in columns), hexes.tolist(), strict=True)
        )
