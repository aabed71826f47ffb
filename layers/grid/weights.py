"""By what a region's or a facility's water is shared among units: positions where they are known, else area.

A weight is a whole number: positions of meters and users counted, or square metres of ground rounded to one. Whole
numbers add up the same in any order, so shares of them are exact. The rules are the issue's, after the practice of
dasymetric mapping (known positions before area) and of areal weighting with Σw normalised (tobler ``allocate_total``);
see docs/grid.md. Weights are kept per data version and not per month.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely

from layers import vocab
from layers.grid.cells import BASE_SIZE
from layers.grid.tessellate import Floats, Ints, Parts, tessellate
from layers.grid.units import from_wkb
from layers.models.base import PLANE_SRID
from layers.sql import load
from layers.stats.rebuild import months_of

Cursor = Any

# The datasets on which weights depend: where things stand, and the outlines they stand in.
DATASETS = ("region", "facility", "supply_area", "meter", "water_user")

TERMS: dict[str, Any] = {
    "meter": vocab.PLACE_METER,
    "facility": vocab.PLACE_FACILITY,
    "region": vocab.PLACE_REGION,
    "by_meter": vocab.BY_METER,
    "by_user": vocab.BY_USER,
    "by_own": vocab.BY_FACILITY_POSITION,
    "by_nothing": vocab.BY_NOTHING,
    "coarse": vocab.GRID_COARSE,
    "no_place": vocab.GRID_NO_PLACE,
    "no_units": vocab.GRID_NO_UNITS,
    "outside": vocab.GRID_OUTSIDE,
}

_DATASET_OF = {vocab.PLACE_METER: "meter", vocab.PLACE_FACILITY: "facility", vocab.PLACE_REGION: "region"}

# A cut supply area has so few vertices that a point is tested against few edges.
_VERTICES = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of rules 3 and 4. ``by_positions`` off weighs everything by area."""

    by_positions: bool = True


@dataclass(slots=True)
class Changed:
    """Whose weights are others now, and the months in which that matters."""

    regions: int = 0
    facilities: int = 0
    months: list[date] = field(default_factory=list)


def refresh(cursor: Cursor, size: int, rules: Rules | None = None) -> Changed:
    """Weigh every place of a size anew and write what differs; units must be up to date. In the caller's transaction."""
    rules = rules or Rules()
    ratio = size // BASE_SIZE
    cursor.execute(
        "DROP TABLE IF EXISTS grid_weights_new, grid_weights_changed, grid_areas, grid_area_pieces, grid_points"
    )
    cursor.execute(
        "CREATE TEMP TABLE grid_weights_new (place_kind smallint, place_id bigint, purpose smallint, unit_id bigint,"
        " weight bigint, basis smallint) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMP TABLE grid_areas (place_kind smallint, place_id bigint, unit_id bigint, area_m2 float8) ON COMMIT DROP"
    )
    spots(cursor, size, ratio)
    _areas(cursor, size)
    if rules.by_positions:
        _positions(cursor)
    terms = {
        "region": vocab.PLACE_REGION,
        "facility": vocab.PLACE_FACILITY,
        "by_region_area": vocab.BY_REGION_AREA,
        "by_facility_area": vocab.BY_FACILITY_AREA,
        "by_own": vocab.BY_FACILITY_POSITION,
    }
    cursor.execute("ANALYZE grid_areas")
    cursor.execute("ANALYZE grid_weights_new")
    cursor.execute(load("grid_weights_rest"), terms)
    cursor.execute("ANALYZE grid_weights_new")
    cursor.execute(load("grid_weights_swap"), {"size": size})
    _places(cursor, size)
    found = _changed(cursor)
    if found.regions + found.facilities > 100:
        cursor.execute("ANALYZE layers_gridweight")
    cursor.execute(
        "DROP TABLE grid_weights_new, grid_weights_changed, grid_areas, grid_spots, grid_places, grid_places_changed"
    )
    return found


def _places(cursor: Cursor, size: int) -> None:
    """Where each meter, facility and region goes; only what differs is written."""
    cursor.execute("DROP TABLE IF EXISTS grid_places, grid_places_changed")
    cursor.execute(load("grid_places"), {**TERMS, "size": size})
    cursor.execute("SELECT count(*) FROM grid_places_changed")
    if cursor.fetchone()[0] > 1000:
        cursor.execute("ANALYZE layers_gridplace")


def spots(cursor: Cursor, size: int, ratio: int) -> None:
    """`grid_spots`: the unit of each (township, 100 m cell) in which something stands."""
    cursor.execute("DROP TABLE IF EXISTS grid_spots")
    cursor.execute(load("grid_spots"), {"size": size, "ratio": ratio})
    cursor.execute("CREATE INDEX ON grid_spots (township_id, cell_x, cell_y)")
    cursor.execute("ANALYZE grid_spots")


def _changed(cursor: Cursor) -> Changed:
    """What was written by kind, and the months with records whose litres go elsewhere now."""
    cursor.execute("SELECT place_kind, count(*) FROM grid_weights_changed GROUP BY 1")
    counts = dict(cursor.fetchall())
    found = Changed(counts.get(vocab.PLACE_REGION, 0), counts.get(vocab.PLACE_FACILITY, 0))
    # A place is touched if it goes elsewhere, or if what it shares by is weighed otherwise.
    cursor.execute("DROP TABLE IF EXISTS grid_touched")
    cursor.execute(
        "CREATE TEMP TABLE grid_touched ON COMMIT DROP AS SELECT kind, id FROM grid_places_changed UNION"
        " SELECT p.kind, p.id FROM grid_places p"
        " JOIN grid_weights_changed c ON c.place_kind = p.share_kind AND c.place_id = p.share_id"
    )
    months: set[date] = set()
    for kind, dataset in _DATASET_OF.items():
        cursor.execute("DROP TABLE IF EXISTS grid_touched_ids")
        cursor.execute(
            "CREATE TEMP TABLE grid_touched_ids ON COMMIT DROP AS SELECT id FROM grid_touched WHERE kind = %s", [kind]
        )
        if cursor.rowcount:
            cursor.execute("ANALYZE grid_touched_ids")
            months |= set(months_of(cursor, dataset, "grid_touched_ids"))
    found.months = sorted(months)
    return found


def _positions(cursor: Cursor) -> None:
    cursor.execute(load("grid_points"))
    cursor.execute(
        "UPDATE grid_points p SET unit_id = s.unit_id FROM grid_spots s"
        " WHERE s.township_id = p.township_id AND s.cell_x = p.cell_x AND s.cell_y = p.cell_y"
    )
    cursor.execute("DELETE FROM grid_points WHERE unit_id IS NULL")
    cursor.execute("CREATE INDEX ON grid_points USING gist (geom)")
    cursor.execute("ANALYZE grid_points")
    cursor.execute(
        "CREATE TEMP TABLE grid_area_pieces ON COMMIT DROP AS"
        " SELECT facility_id, ST_Subdivide(geom, %s) AS geom FROM layers_supplyarea",
        [_VERTICES],
    )
    cursor.execute("ANALYZE grid_area_pieces")
    cursor.execute(
        load("grid_weights_points"),
        {
            "region": vocab.PLACE_REGION,
            "facility": vocab.PLACE_FACILITY,
            "by_positions": vocab.BY_REGION_POSITIONS,
            "by_users": vocab.BY_FACILITY_USERS,
        },
    )
    cursor.execute("DROP TABLE grid_points, grid_area_pieces")


def _areas(cursor: Cursor, size: int) -> None:
    """`grid_areas`: square metres of every place in every unit. A township's are its units' own."""
    cursor.execute(
        "INSERT INTO grid_areas SELECT %s, region_id, id, area_m2 FROM layers_gridunit WHERE size = %s",
        [vocab.PLACE_REGION, size],
    )
    units = _Units(cursor, size)
    cursor.execute(
        "SELECT r.id, r.parent_id, ST_AsBinary(ST_Transform(b.geom, %s)) FROM layers_boundary b"
        " JOIN layers_region r ON r.id = b.region_id"
        " WHERE b.valid_to_id IS NULL AND r.valid_to_id IS NULL AND r.level = %s ORDER BY r.id",
        [PLANE_SRID, vocab.VILLAGE],
    )
    villages = cursor.fetchall()
    if villages:
        parts = tessellate(from_wkb([row[2] for row in villages]), size)
        township = np.array([row[1] or 0 for row in villages], dtype=np.int64)[parts.owner]
        at = units.find(township, parts.col, parts.row)
        ids = np.array([row[0] for row in villages], dtype=np.int64)[parts.owner]
        _copy(cursor, vocab.PLACE_REGION, ids[at >= 0], units.ids[at[at >= 0]], parts.area_m2[at >= 0])
    # One outline a facility: what two of its areas share is supplied once.
    cursor.execute(
        "SELECT facility_id, ST_AsBinary(ST_Transform(CASE count(*) WHEN 1 THEN (array_agg(geom))[1] ELSE ST_Union(geom) END, %s))"
        " FROM layers_supplyarea GROUP BY 1 ORDER BY 1",
        [PLANE_SRID],
    )
    areas = cursor.fetchall()
    if areas:
        parts = tessellate(from_wkb([row[1] for row in areas]), size)
        at, unit, area = units.share(cursor, parts)
        ids = np.array([row[0] for row in areas], dtype=np.int64)[parts.owner[at]]
        _copy(cursor, vocab.PLACE_FACILITY, ids, units.ids[unit], area)


class _Units:
    """The units of a size in memory: found by cell and township, and by cell alone."""

    def __init__(self, cursor: Cursor, size: int) -> None:
        cursor.execute(
            "SELECT id, region_id, col, row, area_m2 FROM layers_gridunit WHERE size = %s ORDER BY col, row, region_id",
            [size],
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
