"""Litres that places give to units in one edition of the divisions, added to or taken off a table of what moves.

A change of a few rows takes off what its objects gave and puts on what they give; of a month in other divisions than its own the
difference is taken the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers.grid.scope import TERMS
from layers.grid.within import Every, Within
from layers.models.grid import EVER
from layers.sql import load

Cursor = Any

NONE = sql.Identifier("grid_records_none")
"""A table of no records (see `make_records`)."""

_DELTA = "grid_delta, grid_net, grid_net_difference, grid_direct, grid_shared, grid_groups"


def shares_of(base: str, within: Within) -> sql.Composed:
    """The largest-remainder statement over a table or CTE of base rows; needs ``size``."""
    return sql.SQL(load("grid_shares")).format(base=sql.Identifier(base), **within.parts)


def make_records(cursor: Cursor, *names: sql.Identifier) -> None:
    """Empty tables of usage records, each with its place."""
    for name in names:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE {} (kind smallint, place_id bigint, id bigint, month date, source smallint,"
                " purpose smallint, volume_l bigint) ON COMMIT DROP"
            ).format(name)
        )


def begin(cursor: Cursor) -> None:
    """`grid_delta`, empty: what moves, by the edition it moves in."""
    cursor.execute(f"DROP TABLE IF EXISTS {_DELTA}")
    cursor.execute(
        "CREATE TEMP TABLE grid_delta (edition integer, month date, unit_id bigint, gap smallint, source smallint,"
        " purpose smallint, rule smallint, volume_l bigint, records integer) ON COMMIT DROP"
    )


def add(
    cursor: Cursor, size: int, months: Sequence[date], within: Within, sign: int, *, into: int | None = None,
    without: sql.Identifier = NONE, instead: sql.Identifier = NONE,
) -> None:  # fmt: skip
    """Add to `grid_delta` what the places of `grid_direct` and `grid_shared` give by the weights and whereabouts that are kept now.

    ``into`` names another edition that it is noted under; where there have never been others, it is 0.
    """
    edition = 0 if within.alone else within.id if into is None else into
    given = {"size": size, "months": list(months), "edition": edition, "sign": sign}
    cursor.execute("DROP TABLE IF EXISTS grid_base, grid_shares")
    parts = {**within.parts, "without": without, "instead": instead}
    cursor.execute(sql.SQL(load("grid_base_few")).format(**parts), {**TERMS, **given})
    cursor.execute("ANALYZE grid_base")
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE grid_shares ON COMMIT DROP AS {}").format(shares_of("grid_base", within)), given
    )
    cursor.execute(load("grid_delta"), given)


def differ(cursor: Cursor, size: int, month: date, own: Within, others: Sequence[Within]) -> None:
    """Write what is different of a month in other divisions than its own: only what may differ is read."""
    if others:
        make_records(cursor, NONE)
    for other in others:
        begin(cursor)
        cursor.execute(load("grid_differing"), {"size": size, "own": own.id, "other": other.id, "ever": EVER})
        for table in ("grid_direct", "grid_shared"):
            cursor.execute(f"ANALYZE {table}")
        add(cursor, size, [month], own, -1, into=other.id)
        add(cursor, size, [month], other, 1)
        cursor.execute(load("grid_difference"), {"size": size})


def keep_by_edition(cursor: Cursor, months: Sequence[date], every: Every) -> None:
    """Bring `grid_delta` from what moves in each edition to what is kept: under 0 that of each month's own edition, under others
    what is different of it there."""
    if not every.over:
        return
    owns = [every.of(month).id for month in months]
    cursor.execute(load("grid_delta_editions"), {"months": list(months), "owns": owns, "editions": every.ids})
