"""Square metres of villages and supply areas in the units of a size: what weighs where no position does."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from psycopg import sql

from layers import vocab
from layers.grid.scope import TERMS, Scope
from layers.grid.tessellate import Floats, Ints, Parts, tessellate
from layers.grid.units import from_wkb
from layers.models.base import PLANE_SRID
from layers.sql import load

Cursor = Any

_VILLAGES = """
SELECT r.id, r.parent_id, ST_AsBinary(ST_Transform(b.geom, %s)) FROM layers_boundary b
JOIN layers_region r ON r.id = b.region_id
WHERE b.valid_to_id IS NULL AND r.valid_to_id IS NULL AND r.level = %s ORDER BY r.id
"""


def make_areas(cursor: Cursor) -> None:
    """`grid_areas`, empty. Grain: (place, unit), or a part of such a row."""
    cursor.execute("DROP TABLE IF EXISTS grid_areas")
    cursor.execute(
        "CREATE TEMP TABLE grid_areas (place_kind smallint, place_id bigint, unit_id bigint, area_m2 float8) ON COMMIT DROP"
    )


def of_regions(cursor: Cursor, size: int) -> None:
    """Villages and townships into `grid_areas`. A township's square metres are its units' own."""
    cursor.execute(
        "INSERT INTO grid_areas SELECT %s, region_id, id, area_m2 FROM layers_gridunit WHERE size = %s",
        [vocab.PLACE_REGION, size],
    )
    cursor.execute(_VILLAGES, [PLANE_SRID, vocab.VILLAGE])
    villages = cursor.fetchall()
    if not villages:
        return
    parts = tessellate(from_wkb([row[2] for row in villages]), size)
    if not len(parts):
        return
    units = Units(cursor, size, parts)
    township = np.array([row[1] or 0 for row in villages], dtype=np.int64)[parts.owner]
    at = units.find(township, parts.col, parts.row)
    ids = np.array([row[0] for row in villages], dtype=np.int64)[parts.owner]
    _copy(cursor, vocab.PLACE_REGION, ids[at >= 0], units.ids[at[at >= 0]], parts.area_m2[at >= 0])


def of_facilities(cursor: Cursor, size: int, scope: Scope) -> None:
    """Supply areas into `grid_areas`: one outline a facility, as what two of its areas share is supplied once."""
    cursor.execute(sql.SQL(load("grid_supply_areas")).format(**scope.conditions), {**TERMS, "plane": PLANE_SRID})
    areas = cursor.fetchall()
    if not areas:
        return
    parts = tessellate(from_wkb([row[2] for row in areas]), size)
    if not len(parts):
        return
    units = Units(cursor, size, parts)
    at, unit, area = units.share(cursor, parts)
    owner = parts.owner[at]
    ids = np.array([row[0] for row in areas], dtype=np.int64)[owner]
    held_to = np.array([row[1] or 0 for row in areas], dtype=np.int64)[owner]
    kept = (held_to == 0) | (held_to == units.region[unit])
    _copy(cursor, vocab.PLACE_FACILITY, ids[kept], units.ids[unit[kept]], area[kept])


class Units:
    """The units of a size around some parts, in memory: found by cell and township, and by cell alone."""

    def __init__(self, cursor: Cursor, size: int, parts: Parts) -> None:
        around = [int(edge) for edge in (parts.col.min(), parts.col.max(), parts.row.min(), parts.row.max())]
        cursor.execute(
            "SELECT id, region_id, col, row, area_m2 FROM layers_gridunit WHERE size = %s"
            " AND col BETWEEN %s AND %s AND row BETWEEN %s AND %s ORDER BY col, row, region_id",
            [size, *around],
        )
        rows = cursor.fetchall()
        self.size = size
        self.ids, self.region, self.col, self.row = (
            np.array([row[i] for row in rows], dtype=np.int64) for i in range(4)
        )
        self.area: Floats = np.array([row[4] for row in rows], dtype=np.float64)
        self.cell = _cell_key(self.col, self.row)

    def find(self, region: Ints, col: Ints, row: Ints) -> Ints:
        """The place of the unit of each (township, cell), −1 where it has none."""
        if not len(self.ids):
            return np.full(len(region), -1, dtype=np.int64)
        ours = np.rec.fromarrays([self.cell, self.region])
        theirs = np.rec.fromarrays([_cell_key(col, row), region])
        both, inverse = np.unique(np.concatenate([ours, theirs]), return_inverse=True)
        where = np.full(len(both), -1, dtype=np.int64)
        where[inverse[: len(ours)]] = np.arange(len(ours))
        return where[inverse[len(ours) :]]

    def share(self, cursor: Cursor, parts: Parts) -> tuple[Ints, Ints, Floats]:
        """Parts of supply areas by unit: (place of the part, place of the unit, square metres of both).

        A whole cell gives each of its units the unit's own area. A part that is not whole is intersected with the
        units of its cell, except where the cell is one whole unit.
        """
        key = _cell_key(parts.col, parts.row)
        low, high = np.searchsorted(self.cell, key, "left"), np.searchsorted(self.cell, key, "right")
        counts = high - low
        at = np.repeat(np.arange(len(parts), dtype=np.int64), counts)
        nth = np.arange(counts.sum(), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        unit = low[at] + nth
        alone = self.area[unit] > self.size**2 - 1e-6
        area = np.where(parts.whole[at], self.area[unit], np.where(alone, parts.area_m2[at], 0.0))
        both = np.flatnonzero(~parts.whole[at] & ~alone)
        if len(both):
            wanted, inverse = np.unique(unit[both], return_inverse=True)
            cursor.execute(
                "SELECT ST_AsBinary(ST_Transform(geom, %s)) FROM unnest(%s::bigint[]) WITH ORDINALITY AS w (id, n)"
                " JOIN layers_gridunit u ON u.id = w.id ORDER BY n",
                [PLANE_SRID, self.ids[wanted].tolist()],
            )
            outlines = from_wkb([row[0] for row in cursor.fetchall()])
            area[both] = shapely.area(shapely.intersection(parts.geom[at[both]], outlines[inverse]))
        kept = area > 0
        return at[kept], unit[kept], area[kept]


def _cell_key(col: Ints, row: Ints) -> Ints:
    """Column and row in one sortable integer."""
    return col * 2**31 + row


def _copy(cursor: Cursor, kind: int, place: Ints, unit: Ints, area: Floats) -> None:
    with cursor.copy("COPY grid_areas FROM STDIN") as copy:
        copy.write(
            "".join(
                f"{kind}\t{p}\t{u}\t{a!r}\n"
                for p, u, a in zip(place.tolist(), unit.tolist(), area.tolist(), strict=True)
            )
        )
