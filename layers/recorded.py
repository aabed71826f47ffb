"""Which months hold usage records, of all or of some places, and which hold sums: read from the tables."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg import sql

from layers.sql import load

Cursor = Any


def months_of(cursor: Cursor, dataset: str, ids_table: str) -> list[date]:
    """The months in which the given meters, facilities or regions (ids in a table) have usage."""
    column = {"meter": "meter_id", "facility": "facility_id", "region": "region_id"}.get(dataset)
    if column is None:
        return []
    # Month by month: the records' one index leads with the month, and a month is decided by the first hit in it.
    cursor.execute(
        sql.SQL(
            "SELECT m FROM unnest(%s::date[]) AS m WHERE EXISTS"
            " (SELECT FROM layers_usagerecord u WHERE u.month = m AND u.{} IN (SELECT id FROM {})) ORDER BY m"
        ).format(sql.Identifier(column), sql.Identifier(ids_table)),
        [all_months(cursor)],
    )
    return [row[0] for row in cursor.fetchall()]


def all_months(cursor: Cursor) -> list[date]:
    """Every month with usage records."""
    return _months(cursor, "layers_usagerecord")


def summed_months(cursor: Cursor) -> list[date]:
    """Every month that has sums."""
    return _months(cursor, "layers_usagesum")


def _months(cursor: Cursor, table: str) -> list[date]:
    cursor.execute(sql.SQL(load("months")).format(table=sql.Identifier(table)))
    return [row[0] for row in cursor.fetchall()]
