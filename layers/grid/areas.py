"""Square metres of villages and supply areas in the units of a size: what weighs where no position does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from psycopg import sql

from layers import vocab
from layers.grid.scope import TERMS, Scope
from layers.grid.tessellate import Floats, Ints, Parts, tessellate
from layers.grid.units import from_wkb
from layers.grid.within import Within
from layers.sql import load

Cursor = Any

_VILLAGES = """
SELECT r.id, r.parent_id, ST_AsBinary(layers_plane(b.geom)) FROM layers_boundary b
JOIN {region} r ON r.id = b.region_id
WHERE {here_b} AND {here_r} AND r.level = %(village)s AND {regions} ORDER BY r.id
"""
_TOWNSHIPS = """
INSERT INTO grid_areas SELECT %(region)s, u.region_id, u.id, u.area_m2 FROM layers_gridunit u
JOIN layers_region r ON r.id = u.region_id
WHERE u.size = %(size)s AND {held_u} AND {regions}
"""


# Outlines that are cut together: bounds the memory of 100 m cells to some hundred MB.
_AT_ONCE = 1000

# Rows of COPY's binary form: how many fields, then each with its length before it, which is always the same here; a head
# of signature, flags and extension goes before them and a mark after them (PostgreSQL manual, COPY, "Binary Format").
_UNIT = np.dtype(
    [
        ("fields", ">i2"), ("", ">i4"), ("id", ">i8"), ("", ">i4"), ("region_id", ">i8"), ("", ">i4"), ("col", ">i4"),
        ("", ">i4"), ("row", ">i4"), ("", ">i4"), ("area_m2", ">f8"),
    ]
)  # fmt: skip
_AREA = np.dtype(
    [
        ("fields", ">i2"), ("l1", ">i4"), ("kind", ">i2"), ("l2", ">i4"), ("place", ">i8"), ("l3", ">i4"),
        ("unit", ">i8"), ("l4", ">i4"), ("area_m2", ">f8"),
    ]
)  # fmt: skip
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


def make_areas(cursor: Cursor) -> None:
    """`grid_areas`, empty. Grain: (place, unit), or a part of such a row."""
    cursor.execute("DROP TABLE IF EXISTS grid_areas")
    cursor.execute(
        "CREATE TEMP TABLE grid_areas (place_kind smallint, place_id bigint, unit_id bigint, area_m2 float8) ON COMMIT DROP"
    )


def of_regions(cursor: Cursor, size: int, scope: Scope) -> None:
    """Villages and townships into `grid_areas`. A township's square metres are its units' own."""
    cursor.execute(sql.SQL(_TOWNSHIPS).format(**scope.parts), {**TERMS, "size": size})
    cursor.execute(sql.SQL(_VILLAGES).format(**scope.parts), TERMS)
    for villages, parts, units in _cut(cursor, size, cursor.fetchall(), scope):
        township = np.array([row[1] or 0 for row in villages], dtype=np.int64)[parts.owner]
        at = units.find(township, parts.col, parts.row)
        ids = np.array([row[0] for row in villages], dtype=np.int64)[parts.owner]
        _copy(cursor, vocab.PLACE_REGION, ids[at >= 0], units.ids[at[at >= 0]], parts.area_m2[at >= 0])


def of_facilities(cursor: Cursor, size: int, scope: Scope) -> None:
    """Supply areas into `grid_areas`: one outline a facility, as what two of its areas share is supplied once."""
    cursor.execute(sql.SQL(load("grid_supply_areas")).format(**scope.parts), TERMS)
    for areas, parts, units in _cut(cursor, size, cursor.fetchall(), scope):
        at, unit, area = units.share(cursor, parts)
        owner = parts.owner[at]
        ids = np.array([row[0] for row in areas], dtype=np.int64)[owner]
        held_to = np.array([row[1] or 0 for row in areas], dtype=np.int64)[owner]
        kept = (held_to == 0) | (held_to == units.region[unit])
        _copy(cursor, vocab.PLACE_FACILITY, ids[kept], units.ids[unit[kept]], area[kept])


def _cut(
    cursor: Cursor, size: int, rows: list[tuple[Any, ...]], scope: Scope
) -> Iterator[tuple[list[tuple[Any, ...]], Parts, Units]]:
    """Rows that end with an outline, so many at once, with the parts they are cut into and the units around them all."""
    units: Units | None = None
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        if units is None:
            units = Units(cursor, size, shapely.total_bounds(from_wkb([row[-1] for row in rows])), scope.within)
        parts = tessellate(from_wkb([row[-1] for row in some]), size)
        if len(parts):
            yield some, parts, units


class Units:
    """The units of a size within some bounds (metres), in memory: found by cell and township, and by cell alone; those of one
    edition of the divisions."""

    def __init__(self, cursor: Cursor, size: int, bounds: Floats, within: Within) -> None:
        west, south, east, north = (int(edge) for edge in np.floor(bounds / size))
        query = sql.SQL(
            "COPY (SELECT id, region_id, col, row, area_m2 FROM layers_gridunit u WHERE size = {} AND col BETWEEN {} AND {}"
            " AND row BETWEEN {} AND {} AND {held} ORDER BY col, row, region_id) TO STDOUT (FORMAT binary)"
        ).format(*map(sql.Literal, (size, west, east, south, north)), held=within.held("u"))
        with cursor.copy(query) as copy:
            rows = np.frombuffer(b"".join(copy)[len(_HEAD) : -len(_END)], dtype=_UNIT)
        self.size = size
        self.ids, self.region, self.col, self.row = (
            rows[name].astype(np.int64) for name in ("id", "region_id", "col", "row")
        )
        self.area: Floats = rows["area_m2"].astype(np.float64)
        self.cell = _cell_key(self.col, self.row)

    def in_cells(self, col: Ints, row: Ints) -> tuple[Ints, Ints]:
        """The units of some cells, a cell's one after the other: (place of the cell, place of the unit)."""
        key = _cell_key(col, row)
        low, high = np.searchsorted(self.cell, key, "left"), np.searchsorted(self.cell, key, "right")
        counts = high - low
        at = np.repeat(np.arange(len(key), dtype=np.int64), counts)
        nth = np.arange(counts.sum(), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        return at, low[at] + nth

    def find(self, region: Ints, col: Ints, row: Ints) -> Ints:
        """The place of the unit of each (township, cell), −1 where it has none."""
        at, unit = self.in_cells(col, row)
        own = self.region[unit] == region[at]
        found = np.full(len(region), -1, dtype=np.int64)
        found[at[own]] = unit[own]
        return found

    def share(self, cursor: Cursor, parts: Parts) -> tuple[Ints, Ints, Floats]:
        """Parts of supply areas by unit: (place of the part, place of the unit, square metres of both).

        A whole cell gives each of its units the unit's own area. A part that is not whole is intersected with the
        units of its cell, except where the cell is one whole unit.
        """
        at, unit = self.in_cells(parts.col, parts.row)
        alone = self.area[unit] > self.size**2 - 1e-6
        area = np.where(parts.whole[at], self.area[unit], np.where(alone, parts.area_m2[at], 0.0))
        both = np.flatnonzero(~parts.whole[at] & ~alone)
        if len(both):
            wanted, inverse = np.unique(unit[both], return_inverse=True)
            cursor.execute(
                "SELECT ST_AsBinary(layers_plane(geom)) FROM unnest(%s::bigint[]) WITH ORDINALITY AS w (id, n)"
                " JOIN layers_gridunit u ON u.id = w.id ORDER BY n",
                [self.ids[wanted].tolist()],
            )
            outlines = from_wkb([row[0] for row in cursor.fetchall()])
            area[both] = shapely.area(shapely.intersection(parts.geom[at[both]], outlines[inverse]))
        kept = area > 0
        return at[kept], unit[kept], area[kept]


def _cell_key(col: Ints, row: Ints) -> Ints:
    """Column and row in one sortable integer."""
    return col * 2**31 + row


def _copy(cursor: Cursor, kind: int, place: Ints, unit: Ints, area: Floats) -> None:
    rows = np.empty(len(place), dtype=_AREA)
    rows["fields"] = 4
    for length, name, value in (
        ("l1", "kind", kind),
        ("l2", "place", place),
        ("l3", "unit", unit),
        ("l4", "area_m2", area),
    ):
        rows[length], rows[name] = _AREA[name].itemsize, value
    with cursor.copy("COPY grid_areas FROM STDIN (FORMAT binary)") as copy:
        copy.write(_HEAD + rows.tobytes() + _END)
