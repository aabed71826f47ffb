"""Sum the usage records again, for the touched months only and in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import sql

from layers import vocab
from layers.db import work_on_months
from layers.grid import conservation
from layers.sql import load

Cursor = Any

# Months that are summed together: bounds the memory of a long rebuild.
_AT_ONCE = 3

ALL = 0  # the selection of all sources, or of all purposes

_TERMS: dict[str, Any] = {
    "outside": vocab.OUTSIDE,
    "unassigned": vocab.UNASSIGNED,
    "coarser": vocab.COARSER,
    "by_position": [vocab.BY_METER, vocab.BY_USER],
    "serves_level": [vocab.FACILITY_SERVES_LEVEL[kind] for kind in sorted(vocab.FACILITY_SERVES_LEVEL)],
}


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


def make_fresh(cursor: Cursor, months: Sequence[date], records: Sequence[int] | None = None) -> None:
    """Make `usage_fresh`, the sums of these months without their year to date; of some records only, if given."""
    cursor.execute("DROP TABLE IF EXISTS usage_base, usage_fresh")
    given = None if records is None else list(records)
    cursor.execute(load("usage_base"), {**_TERMS, "months": list(months), "records": given})
    cursor.execute("ANALYZE usage_base")
    cursor.execute(load("usage_sums"), _TERMS)


def rebuild(cursor: Cursor, months: Sequence[date]) -> int:
    """Replace the sums of these months; returns the number of rows written.

    The later months of their years are written again with them, from their kept sums, because each carries the year
    to date. Must run inside a transaction: readers see the old sums until it commits, never none. Raises `NotConserved` if
    a litre of the months is amiss at any level.
    """
    if not months:
        return 0
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers_usagesum'))")
    work_on_months(cursor)
    kept = set(summed_months(cursor)) - set(months)
    later = sorted(month for month in kept if any(t.year == month.year and t < month for t in months))
    cursor.execute("DROP TABLE IF EXISTS usage_kept")
    cursor.execute(
        "CREATE TEMP TABLE usage_kept ON COMMIT DROP AS SELECT * FROM layers_usagesum WHERE month = ANY(%s)", [later]
    )
    cursor.execute("DELETE FROM layers_usagesum WHERE month = ANY(%s)", [[*months, *later]])
    standing = kept - set(later)
    written = 0
    ordered = sorted({*months, *later})
    for first in range(0, len(ordered), _AT_ONCE):
        some = ordered[first : first + _AT_ONCE]
        written += _write(cursor, some, set(later), standing)
    cursor.execute("DROP TABLE IF EXISTS usage_base, usage_fresh, usage_kept")
    conservation.hold_levels(cursor, months)
    return written


def _write(cursor: Cursor, months: Sequence[date], from_kept: set[date], standing: set[date]) -> int:
    """Write consecutive months on top of those standing, and add them to these; → rows."""
    touched = [month for month in months if month not in from_kept]
    fresh = set()
    if touched:
        make_fresh(cursor, touched)
        # A touched month without records any more has no fresh sums: its old ones just went.
        cursor.execute("SELECT DISTINCT month FROM usage_fresh")
        fresh = {row[0] for row in cursor.fetchall()}
    written = 0
    for month in months:
        if month not in fresh and month not in from_kept:
            continue
        before = max((m for m in standing if m.year == month.year and m < month), default=None)
        own = sql.Identifier("usage_kept" if month in from_kept else "usage_fresh")
        cursor.execute(sql.SQL(load("usage_chain")).format(own=own), {"month": month, "before": before})
        written += int(cursor.rowcount)
        standing.add(month)
    return written
