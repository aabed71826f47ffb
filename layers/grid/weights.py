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
from layers.grid.scope import TERMS, Scope, affected
from layers.grid.within import Every, Within
from layers.models.grid import EVER
from layers.recorded import months_of
from layers.sql import load

Cursor = Any

# The datasets on which weights depend: where things stand, and the outlines they stand in.
DATASETS = tuple(name for name in leading_to(GRIDDED) if name != "usage")

_DATASET_OF = {vocab.PLACE_METER: "meter", vocab.PLACE_FACILITY: "facility", vocab.PLACE_REGION: "region"}

# A cut supply area has so few vertices that a point is tested against few edges.
_VERTICES = 64

_OF_A_CHANGE = "grid_points, grid_inside, grid_area_pieces"
_OF_A_SIZE = (
    "grid_weights_new, grid_weights_then, grid_weights_every, grid_weights_spans, grid_weights_changed, grid_areas, grid_spots,"
    " grid_counted, grid_places, grid_places_then, grid_places_every, grid_places_spans, grid_places_changed, grid_affected,"
    " grid_emptied"
)
_WEIGHT = "place_kind smallint, place_id bigint, purpose smallint, unit_id bigint, weight bigint, basis smallint"
_PLACE = (
    "edition integer, kind integer, id bigint, rule integer, unit_id bigint, share_kind integer, share_id bigint, gap integer,"
    " since date, until date"
)
_SPAN = f"first_edition integer DEFAULT 0, last_edition integer DEFAULT {EVER}"
_TABLES = {
    "grid_weights_new": f"{_WEIGHT}, {_SPAN}",
    "grid_weights_then": f"edition integer, {_WEIGHT}",
    "grid_places": f"{_PLACE}, {_SPAN}",
    "grid_places_then": _PLACE,
    "grid_spots": "edition integer, township_id bigint, cell_x integer, cell_y integer, unit_id bigint",
    "grid_counted": "edition integer, place_kind smallint, place_id bigint, purpose smallint, unit_id bigint, parts bigint",
    "grid_affected": "edition integer, kind integer, id bigint",
    "grid_emptied": "id bigint",
}

# What is the same, or another, from edition to edition: the key of a group of rows, and what is told in them.
_GROUPS = {
    "weights": ("place_kind, place_id, purpose", "unit_id, weight, basis"),
    "places": ("kind, id", "until, since, rule, unit_id, share_kind, share_id, gap"),
}


def refresh(cursor: Cursor, size: int, every: Every) -> None:
    """Weigh every place of a size anew and write what differs; units must be up to date. In the caller's transaction.

    Of editions of the divisions that are over only what may be otherwise than today. `grid_weights_changed` (place_kind, place_id,
    purpose) and `grid_places_changed` (kind, id) name what was written.
    """
    make_points(cursor)
    begin(cursor)
    for within in every.over:
        _weigh_then(cursor, size, within)
    _weigh_today(cursor, size, every.today)
    fold(cursor, "weights", every)
    run(cursor, "grid_weights_changed", Scope(every.today), size=size, among=sql.SQL(""))
    many = swap(cursor, size)
    for within in every.over:
        find_places(cursor, size, affected(within))
    find_places(cursor, size, Scope(every.today))
    fold(cursor, "places", every)
    run(cursor, "grid_places_swap", Scope(every.today), size=size, among=sql.SQL(""))
    if many:
        cursor.execute("ANALYZE layers_gridweight")
        cursor.execute("ANALYZE layers_gridplace")
    cursor.execute(f"DROP TABLE {_OF_A_CHANGE}")


def _weigh_today(cursor: Cursor, size: int, today: Within) -> None:
    scope = Scope(today)
    run(cursor, "grid_points", scope, sign=1)
    note_inside(cursor, scope, scope.parts["areas"])
    find_spots(cursor, size, scope, positions(scope))
    count_points(cursor, size, scope)
    run(cursor, "grid_weights_counted", scope)
    areas.of_regions(cursor, size, scope)
    areas.of_facilities(cursor, size, scope)
    weigh_rest(cursor, scope)


def _weigh_then(cursor: Cursor, size: int, within: Within) -> None:
    """The places that may share otherwise in an edition that is over, as positions and lines were in it."""
    run(cursor, "grid_affected", Scope(within))
    cursor.execute("ANALYZE grid_affected")
    scope = affected(within)
    run(cursor, "grid_points", scope, sign=1)
    note_inside(cursor, Scope(within), scope.parts["areas"])
    find_spots(cursor, size, scope, positions(scope), noted(scope))
    count_points(cursor, size, scope)
    run(cursor, "grid_weights_counted", scope)
    areas.of_regions(cursor, size, scope)
    areas.of_facilities(cursor, size, scope)
    weigh_rest(cursor, scope)
    keep_then(cursor, within)


def run(cursor: Cursor, name: str, scope: Scope, among: sql.Composable | None = None, **terms: Any) -> None:
    """Execute a statement of ``layers/sql`` for the objects in scope."""
    parts = {**scope.parts, **({} if among is None else {"among": among})}
    cursor.execute(sql.SQL(load(name)).format(**parts), {**scope.terms, **terms})


def make_points(cursor: Cursor) -> None:
    """`grid_points` and `grid_inside`, empty: positions in regions and in supply areas, of no size yet, by edition."""
    cursor.execute(f"DROP TABLE IF EXISTS {_OF_A_CHANGE}")
    cursor.execute(
        "CREATE TEMP TABLE grid_points (edition integer, sign integer, id bigint, purpose smallint, village_id bigint,"
        " township_id bigint, cell_x integer, cell_y integer) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMP TABLE grid_inside (edition integer, sign integer, facility_id bigint, kind smallint, id bigint,"
        " purpose smallint, township_id bigint, cell_x integer, cell_y integer) ON COMMIT DROP"
    )


def note_inside(cursor: Cursor, points: Scope, which: sql.Composable, sign: int = 1) -> None:
    """Add the positions in scope to `grid_inside`, once for each facility that supplies them; ``which`` areas are asked."""
    cursor.execute("DROP TABLE IF EXISTS grid_area_pieces")
    parts = {**points.parts, "areas": which}
    cursor.execute(sql.SQL(load("grid_area_pieces")).format(**parts), {**TERMS, "vertices": _VERTICES})
    cursor.execute("ANALYZE grid_area_pieces")
    run(cursor, "grid_inside", points, sign=sign)


def positions(scope: Scope) -> sql.Composed:
    """A query of (township_id, cell_x, cell_y): where the objects in scope stand."""
    return sql.SQL(load("grid_positions")).format(**scope.parts)


def noted(scope: Scope) -> sql.Composed:
    """The same of what `grid_points` and `grid_inside` hold."""
    return sql.SQL(load("grid_noted")).format(**scope.parts)


def begin(cursor: Cursor) -> None:
    """The tables of one size's weighing, empty."""
    cursor.execute(f"DROP TABLE IF EXISTS {_OF_A_SIZE}")
    for name, columns in _TABLES.items():
        cursor.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")
    areas.make_areas(cursor)


def find_spots(cursor: Cursor, size: int, scope: Scope, *wanted: sql.Composable) -> None:
    """Into `grid_spots`: the unit of each (township, 100 m cell) in which something stands, in the scope's edition."""
    places = sql.SQL(" UNION ALL ").join(wanted)
    cursor.execute(
        sql.SQL(load("grid_spots")).format(wanted=places, **scope.parts),
        {**scope.terms, "size": size, "ratio": size // BASE_SIZE},
    )
    cursor.execute("CREATE INDEX IF NOT EXISTS grid_spots_of_cells ON grid_spots (township_id, cell_x, cell_y)")
    cursor.execute("ANALYZE grid_spots")


def count_points(cursor: Cursor, size: int, scope: Scope) -> None:
    """Into `grid_counted`: the noted positions by place, purpose and unit; none where a size weighs by area alone."""
    cursor.execute("ANALYZE grid_points")
    cursor.execute("ANALYZE grid_inside")
    cursor.execute(load("grid_counted"), {**scope.terms, "counted": by_positions(cursor, size)})


def weigh_rest(cursor: Cursor, scope: Scope) -> None:
    """What no position weighs: by the areas noted, else a facility in scope by its own unit."""
    cursor.execute("ANALYZE grid_areas")
    cursor.execute("ANALYZE grid_weights_new")
    run(cursor, "grid_weights_rest", scope)
    cursor.execute("ANALYZE grid_weights_new")


def keep_then(cursor: Cursor, within: Within) -> None:
    """What was weighed is of an edition that is over; begin anew for the next."""
    cursor.execute(
        "INSERT INTO grid_weights_then SELECT %s, place_kind, place_id, purpose, unit_id, weight, basis FROM grid_weights_new",
        [within.id],
    )
    cursor.execute("TRUNCATE grid_weights_new, grid_areas")


def find_places(cursor: Cursor, size: int, scope: Scope) -> None:
    """Where the water of the objects in scope goes in its edition, by the weights that are kept."""
    parts = {**scope.parts, "into": sql.Identifier("grid_places_then" if scope.within.over else "grid_places")}
    cursor.execute(sql.SQL(load("grid_places")).format(**parts), {**scope.terms, "size": size})


def fold(cursor: Cursor, what: str, every: Every) -> None:
    """Bring `grid_weights_new`, or `grid_places`, from those of today to those of every edition, each with its span of them."""
    if not every.over:
        return
    key, content = _GROUPS[what]
    cursor.execute(load(f"grid_{what}_fold"), every.terms)
    names = {name: sql.Identifier(f"grid_{what}_{name}") for name in ("spans", "every")}
    spans = sql.SQL(load("grid_spans")).format(key=sql.SQL(key), content=sql.SQL(content), **names)
    cursor.execute(spans, every.terms)
    cursor.execute(load(f"grid_{what}_folded"))


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
