"""Sum the usage records again, for the touched months only and in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.sql import load

Cursor = Any

ALL = 0  # the selection of all sources, or of all purposes

_TERMS: dict[str, Any] = {
    "outside": vocab.OUTSIDE,
    "unassigned": vocab.UNASSIGNED,
    "coarser": vocab.COARSER,
    "serves_level": [vocab.FACILITY_SERVES_LEVEL[kind] for kind in sorted(vocab.FACILITY_SERVES_LEVEL)],
}


def months_of(cursor: Cursor, dataset: str, ids_table: str) -> list[date]:
    """The months in which the given meters, facilities or regions (ids in a table) have usage."""
    column = {"meter": "meter_id", "facility": "facility_id", "region": "region_id"}.get(dataset)
    if column is None:
        return []
    cursor.execute(
        sql.SQL("SELECT DISTINCT month FROM layers_usagerecord WHERE {} IN (SELECT id FROM {}) ORDER BY 1").format(
            sql.Identifier(column), sql.Identifier(ids_table)
        )
    )
    return [row[0] for row in cursor.fetchall()]


def all_months(cursor: Cursor) -> list[date]:
    """Every month with usage records; a walk over the index, not over the records."""
    # A recursive "next larger month": distinct months are few, records many.
    cursor.execute(
        """
        WITH RECURSIVE walk AS (
            (SELECT month FROM layers_usagerecord ORDER BY month LIMIT 1)
            UNION ALL
            SELECT (SELECT month FROM layers_usagerecord WHERE month > walk.month ORDER BY month LIMIT 1)
            FROM walk WHERE walk.month IS NOT NULL
        )
        SELECT month FROM walk WHERE month IS NOT NULL
        """
    )
    return [row[0] for row in cursor.fetchall()]


def rebuild(cursor: Cursor, months: Sequence[date]) -> int:
    """Replace the sums of these months and of their years; returns the number of rows written.

    Must run inside a transaction: readers see the old sums until it commits, never none.
    """
    if not months:
        return 0
    years = sorted({month.replace(month=1, day=1) for month in months})
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers_usagesum'))")
    cursor.execute("DROP TABLE IF EXISTS usage_base")
    cursor.execute(load("usage_base"), {**_TERMS, "months": list(months)})
    cursor.execute("ANALYZE usage_base")
    cursor.execute("DELETE FROM layers_usagesum WHERE span = 1 AND month = ANY(%s)", [list(months)])
    cursor.execute(load("usage_sums"), _TERMS)
    written = int(cursor.rowcount)
    cursor.execute("DROP TABLE usage_base")
    cursor.execute("DELETE FROM layers_usagesum WHERE span = 12 AND month = ANY(%s)", [years])
    for year in years:
        cursor.execute(load("usage_year_sums"), {"year": year, "next_year": year.replace(year=year.year + 1)})
        written += int(cursor.rowcount)
    return written
