"""Grid units: every township cut by the cells of a size, in each edition of the divisions. An outline is cut once, and again only
where it is another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from layers import vocab
from layers.grid.cells import check_size, code_of
from layers.grid.tessellate import Geometries, Parts, tessellate
from layers.grid.within import Every
from layers.sql import load

Cursor = Any

TOWNSHIPS_AT_ONCE = 64  # townships cut together: bounds the memory of 100 m cells to some hundred MB

# The outlines of townships in any edition of the divisions, with the span of editions that each is one of.
_OUTLINES = """
CREATE TEMP TABLE grid_outlines ON COMMIT DROP AS
SELECT b.id AS boundary_id, b.region_id, r.code,
       CASE WHEN min(e.id) > %(oldest)s THEN min(e.id) ELSE 0 END AS first_edition,
       CASE WHEN max(e.id) < %(current)s THEN max(e.id) ELSE %(ever)s END AS last_edition
FROM unnest(%(editions)s::integer[], %(lasts)s::bigint[]) AS e (id, last)
JOIN layers_boundary b ON b.valid_from_id <= e.last AND (b.valid_to_id IS NULL OR b.valid_to_id > e.last)
JOIN layers_region r ON r.id = b.region_id AND r.level = %(township)s
    AND r.valid_from_id <= e.last AND (r.valid_to_id IS NULL OR r.valid_to_id > e.last)
GROUP BY b.id, b.region_id, r.code
"""
_STALE = """
DELETE FROM layers_gridunit u
WHERE u.size = %s AND NOT EXISTS (
    SELECT FROM grid_outlines o WHERE o.boundary_id = u.boundary_id AND o.region_id = u.region_id
)
"""
_SPANS = """
UPDATE layers_gridunit u SET first_edition = o.first_edition, last_edition = o.last_edition
FROM grid_outlines o
WHERE u.size = %s AND o.boundary_id = u.boundary_id
  AND (u.first_edition, u.last_edition) <> (o.first_edition, o.last_edition)
"""
_MISSING = """
SELECT o.boundary_id, o.region_id, o.code, ST_AsBinary(layers_plane(b.geom))
FROM grid_outlines o
JOIN layers_boundary b ON b.id = o.boundary_id
WHERE NOT EXISTS (SELECT FROM layers_gridunit u WHERE u.boundary_id = o.boundary_id AND u.size = %s)
ORDER BY o.code, o.boundary_id
"""


def refresh(cursor: Cursor, size: int, every: Every) -> tuple[int, int]:
    """Bring the units of a size up to the outlines of every edition; → units that went, units that came. In the caller's
    transaction.

    What an outline of no edition was cut into goes, with its weights.
    """
    check_size(size)
    lasts = [one.edition.last for one in every.all]
    cursor.execute("DROP TABLE IF EXISTS pg_temp.grid_outlines")
    cursor.execute(_OUTLINES, {**every.terms, "lasts": lasts, "township": vocab.TOWNSHIP})
    cursor.execute("ANALYZE grid_outlines")
    cursor.execute(_STALE, [size])
    gone = int(cursor.rowcount)
    cursor.execute(_SPANS, [size])
    cursor.execute(_MISSING, [size])
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
        hexes = shapely.to_wkb(parts.geom[some], hex=True)
        columns = (parts.owner[some], parts.col[some], parts.row[some], parts.area_m2[some])
        yield "".join(
            f"{townships[owner][0]}\t{townships[owner][1]}\t{code_of(size, col, row, townships[owner][2])}"
            f"\t{col}\t{row}\t{area!r}\t{blob}\n"
            for owner, col, row, area, blob in zip(*(c.tolist() for c in columns), hexes.tolist(), strict=True)
        )
