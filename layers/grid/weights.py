"""By what a region's or a facility's water is shared among units: positions where they are known, else area.

A weight is a whole number: positions counted, or square metres of ground rounded to one. Whole numbers add up the same
in any order, so shares of them are exact. The rules are those of the requirement, after the practice of dasymetric mapping (known
positions before area) and of areal weighting with Σw normalised (tobler ``allocate_total``); see docs/grid.md. Weights
are kept per data version and not per month.

`refresh` weighs the whole city; `layers.grid.change` weighs what a few objects touch, by the same steps.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.dependencies import leading_to
from layers.fields import GRIDDED
from layers.grid import areas
from layers.grid.cells import BASE_SIZE
from layers.grid.scope import TERMS, Scope
from layers.recorded import months_of
from layers.sql import load

Cursor = Any

# The datasets on which weights depend: where things stand, and the outlines they stand in.
DATASETS = tuple(name for name in leading_to(GRIDDED) if name != "usage")

ALL_OBJECTS = Scope()

_DATASET_OF = {vocab.PLACE_METER: "meter", vocab.PLACE_FACILITY: "facility", vocab.PLACE_REGION: "region"}

# A cut supply area has so few vertices that a point is tested against few edges.
_VERTICES = 64

_OF_A_CHANGE = "grid_points, grid_inside, grid_area_pieces"
_OF_A_SIZE = (
    "grid_weights_new, grid_weights_changed, grid_areas, grid_spots, grid_counted, grid_places, grid_places_changed"
)


def refresh(cursor: Cursor, size: int) -> None:
    """Weigh every place of a size anew and write what differs; units must be up to date. In the caller's transaction.

    `grid_weights_changed` (place_kind, place_id, purpose) and `grid_places_changed` (kind, id) name what was written.
    """
    make_points(cursor)
    begin(cursor)
    run(cursor, "grid_points", ALL_OBJECTS, sign=1)
    note_inside(cursor, ALL_OBJECTS, ALL_OBJECTS.conditions["areas"])
    find_spots(cursor, size, positions(ALL_OBJECTS))
    count_points(cursor, size)
    run(cursor, "grid_weights_counted", ALL_OBJECTS)
    areas.of_regions(cursor, size)
    areas.of_facilities(cursor, size, ALL_OBJECTS)
    weigh_rest(cursor, ALL_OBJECTS)
    run(cursor, "grid_weights_changed", ALL_OBJECTS, size=size, among=sql.SQL(""))
    many = swap(cursor, size)
    run(cursor, "grid_places", ALL_OBJECTS, size=size, among=sql.SQL(""))
    if many:
        cursor.execute("ANALYZE layers_gridweight")
        cursor.execute("ANALYZE layers_gridplace")
    cursor.execute(f"DROP TABLE {_OF_A_CHANGE}")


def run(cursor: Cursor, name: str, scope: Scope, among: sql.Composable | None = None, **terms: Any) -> None:
    """Execute a statement of ``layers/sql`` for the objects in scope."""
    parts = {**scope.conditions, **({} if among is None else {"among": among})}
    cursor.execute(sql.SQL(load(name)).format(**parts), {**TERMS, **terms})


def make_points(cursor: Cursor) -> None:
    """`grid_points` and `grid_inside`, empty: positions in regions and in supply areas, of no size yet."""
    cursor.execute(f"DROP TABLE IF EXISTS {_OF_A_CHANGE}")
    cursor.execute(
        "CREATE TEMP TABLE grid_points (sign integer, id bigint, purpose smallint, village_id bigint, township_id bigint,"
        " cell_x integer, cell_y integer) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMP TABLE grid_inside (sign integer, facility_id bigint, kind smallint, id bigint, purpose smallint,"
        " township_id bigint, cell_x integer, cell_y integer) ON COMMIT DROP"
    )


def note_inside(cursor: Cursor, points: Scope, which: sql.Composable, sign: int = 1) -> None:
    """Add the positions in scope to `grid_inside`, once for each facility that supplies them; ``which`` areas are asked."""
    cursor.execute("DROP TABLE IF EXISTS grid_area_pieces")
    cursor.execute(sql.SQL(load("grid_area_pieces")).format(areas=which), {**TERMS, "vertices": _VERTICES})
    cursor.execute("ANALYZE grid_area_pieces")
    run(cursor, "grid_inside", points, sign=sign)


def positions(scope: Scope) -> sql.Composed:
    """A query of (township_id, cell_x, cell_y): where the objects in scope stand."""
    return sql.SQL(load("grid_positions")).format(**scope.conditions)


def begin(cursor: Cursor) -> None:
    """The tables of one size's weighing, empty."""
    cursor.execute(f"DROP TABLE IF EXISTS {_OF_A_SIZE}")
    cursor.execute(
        "CREATE TEMP TABLE grid_weights_new (place_kind smallint, place_id bigint, purpose smallint, unit_id bigint,"
        " weight bigint, basis smallint) ON COMMIT DROP"
    )
    areas.make_areas(cursor)


def find_spots(cursor: Cursor, size: int, wanted: sql.Composable) -> None:
    """`grid_spots`: the unit of each (township, 100 m cell) in which something stands."""
    cursor.execute(
        sql.SQL(load("grid_spots")).format(wanted=wanted), {**TERMS, "size": size, "ratio": size // BASE_SIZE}
    )
    cursor.execute("CREATE INDEX ON grid_spots (township_id, cell_x, cell_y)")
    cursor.execute("ANALYZE grid_spots")


def count_points(cursor: Cursor, size: int) -> None:
    """`grid_counted`: the noted positions by place, purpose and unit; none where a size weighs by area alone."""
    cursor.execute("ANALYZE grid_points")
    cursor.execute("ANALYZE grid_inside")
    cursor.execute(load("grid_counted"), {**TERMS, "counted": by_positions(cursor, size)})


def weigh_rest(cursor: Cursor, scope: Scope) -> None:
    """What no position weighs: by the areas noted, else a facility in scope by its own unit."""
    cursor.execute("ANALYZE grid_areas")
    cursor.execute("ANALYZE grid_weights_new")
    run(cursor, "grid_weights_rest", scope)
    cursor.execute("ANALYZE grid_weights_new")


def swap(cursor: Cursor, size: int) -> bool:
    """Write the groups of `grid_weights_changed`; → whether they are so many that plans should know of it."""
    cursor.execute(load("grid_weights_swap"), {"size": size})
    return int(cursor.rowcount) > 1000


def by_positions(cursor: Cursor, size: int) -> bool:
    """Whether known positions come before area in a size's weights: the parameter of rules 3 and 4."""
    cursor.execute("SELECT by_positions FROM layers_gridbuild WHERE size = %s", [size])
    return bool((cursor.fetchone() or [True])[0])


def months_touched(cursor: Cursor) -> list[date]:
    """After `refresh`: the months with records at places that go elsewhere, or that share by what is weighed otherwise."""
    months: set[date] = set()
    for kind, dataset in _DATASET_OF.items():
        cursor.execute("DROP TABLE IF EXISTS grid_touched_ids")
        cursor.execute(
            "CREATE TEMP TABLE grid_touched_ids ON COMMIT DROP AS SELECT id FROM grid_places_changed WHERE kind = %(kind)s"
            " UNION SELECT p.id FROM grid_places p JOIN grid_weights_changed c"
            " ON c.place_kind = p.share_kind AND c.place_id = p.share_id WHERE p.kind = %(kind)s",
            {"kind": kind},
        )
        if cursor.rowcount:
            cursor.execute("ANALYZE grid_touched_ids")
            months |= set(months_of(cursor, dataset, "grid_touched_ids"))
    return sorted(months)
