"""Assign the litres of the touched months to grid units, in the caller's transaction, and hold them to the records.

`settle` is what a large change of data calls, next to the rebuilding of sums: it brings units and weights up to date where
the change can have touched them, and assigns the months that are touched by either. A change of a few rows goes by
`layers.grid.change`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from psycopg import sql

from layers import standing
from layers.db import work_on_months
from layers.grid import conservation, litres, units, weights, years
from layers.grid.cells import DEFAULT_SIZE, check_size
from layers.grid.scope import TERMS
from layers.grid.within import Every
from layers.recorded import all_months
from layers.sql import load

# Which row of "grid_base"'s places is that of the record's month, where anything was ever moved.
_HELD = " AND (p.since IS NULL OR u.month >= p.since) AND (p.until IS NULL OR u.month < p.until)"

Cursor = Any
Progress = Callable[[date, int, int], None]
"""Told (month, how many are done, of how many)."""


def sizes(cursor: Cursor) -> list[int]:
    """The grid sizes that are kept up."""
    cursor.execute("SELECT size FROM layers_gridbuild ORDER BY size")
    return [row[0] for row in cursor.fetchall()]


def due(cursor: Cursor) -> list[int]:
    """Those of them whose units and weights are not those of today's data."""
    cursor.execute("SELECT size FROM layers_gridbuild WHERE weighed_release = 0 ORDER BY size")
    return [row[0] for row in cursor.fetchall()]


def unassigned_months(cursor: Cursor, size: int, held: Sequence[date]) -> list[date]:
    """The months with records, of those given, that a size has no litres of."""
    cursor.execute(
        "SELECT m FROM unnest(%s::date[]) AS m"
        " WHERE NOT EXISTS (SELECT FROM layers_gridusage u WHERE u.size = %s AND u.month = m) ORDER BY m",
        [list(held), size],
    )
    return [row[0] for row in cursor.fetchall()]


def clear(cursor: Cursor, months: Sequence[date], size: int) -> None:
    """Take the litres of these months out, until they are assigned again."""
    cursor.execute("DELETE FROM layers_gridusage WHERE size = %s AND month = ANY(%s)", [size, list(months)])
    cursor.execute(
        "DELETE FROM layers_griddifference WHERE edition_id IN (SELECT id FROM layers_edition) AND size = %s AND month = ANY(%s)",
        [size, list(months)],
    )


def settle(cursor: Cursor, dataset: str, months: Collection[date]) -> None:
    """After a change of a dataset whose sums of these months were made again: the same for every grid size kept up.

    The default size is kept up from the first usage on, others from the first `manage.py grid` for them.
    """
    kept = sizes(cursor) or ([DEFAULT_SIZE] if months else [])
    if dataset in weights.DATASETS:
        cursor.execute("UPDATE layers_gridbuild SET weighed_release = 0")
    if not months and (dataset not in weights.DATASETS or not all_months(cursor)):
        return
    for size in kept:
        touched = {*months, *prepare(cursor, size)}
        rebuild(cursor, sorted(touched), size)


def weigh_by(cursor: Cursor, size: int, *, positions: bool) -> None:
    """From now on a size's places share by known positions before area, or by area alone; `prepare` weighs them anew."""
    cursor.execute(
        "INSERT INTO layers_gridbuild AS b (size, weighed_release, by_positions, changed_at) VALUES (%s, 0, %s, now())"
        " ON CONFLICT (size) DO UPDATE SET by_positions = EXCLUDED.by_positions, weighed_release = 0"
        " WHERE b.by_positions <> EXCLUDED.by_positions",
        [size, positions],
    )


def prepare(cursor: Cursor, size: int = DEFAULT_SIZE) -> list[date]:
    """Units and weights of a size brought up to date, if anything they depend on has changed; → months touched by it."""
    check_size(size)
    _begin(cursor)
    cursor.execute(
        "INSERT INTO layers_gridbuild (size, weighed_release, changed_at) VALUES (%s, 0, now()) ON CONFLICT DO NOTHING",
        [size],
    )
    every = Every(cursor)
    cursor.execute("SELECT weighed_release, edition FROM layers_gridbuild WHERE size = %s", [size])
    weighed, edition = cursor.fetchone()
    if weighed:
        return []
    gone, _ = units.refresh(cursor, size, every)
    weights.refresh(cursor, size, every)
    cursor.execute(
        "UPDATE layers_gridbuild SET changed_at = now(), edition = %s,"
        " weighed_release = (SELECT greatest(1, COALESCE(max(id), 1)) FROM layers_release) WHERE size = %s",
        [every.newest, size],
    )
    # Usage in units that went cannot stay, whatever the month; in a new edition every month has to be told.
    return all_months(cursor) if gone or edition != every.newest else weights.months_touched(cursor)


def rebuild(cursor: Cursor, months: Sequence[date], size: int = DEFAULT_SIZE, progress: Progress | None = None) -> int:
    """Replace the litres by unit of these months; → rows written. Units and weights must be up to date (`prepare`).

    Must run inside a transaction. Raises `NotConserved` if a litre of the months is amiss.
    """
    if not months:
        return 0
    _begin(cursor)
    every = Every(cursor)
    written = 0
    for _, some in groupby(sorted(months), lambda month: month.year):
        of_year = list(some)
        for month in of_year:
            written += _assign(cursor, size, month, every)
            if progress:
                progress(month, sum(other <= month for other in months), len(months))
        years.refresh(cursor, size, of_year, every)
    cursor.execute("DROP TABLE grid_base")
    return written


def _assign(cursor: Cursor, size: int, month: date, every: Every) -> int:
    """Replace the litres of a month, in its own divisions and what is different in others, and hold them to its records; → rows."""
    own = every.of(month)
    cursor.execute("DROP TABLE IF EXISTS grid_base")
    # Its eight columns are taken for more groups than there are, and would be sorted to be grouped.
    cursor.execute("SET LOCAL enable_sort = off")
    cursor.execute(
        sql.SQL(load("grid_base")).format(held=sql.SQL(_HELD if standing.any_moved(cursor) else ""), **own.parts),
        {**TERMS, "size": size, "months": [month]},
    )
    cursor.execute("SET LOCAL enable_sort = on")
    cursor.execute("ANALYZE grid_base")
    clear(cursor, [month], size)
    shares = litres.shares_of("grid_base", own)
    cursor.execute(sql.SQL(load("grid_usage")).format(shares=shares), {"size": size, "month": month})
    written = int(cursor.rowcount)
    litres.differ(cursor, size, month, own, every.others(month))
    conservation.hold(cursor, size, [month], every)
    return written


def _begin(cursor: Cursor) -> None:
    """One writer at a time."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers_gridusage'))")
    work_on_months(cursor)
