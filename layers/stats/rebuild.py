"""Sum the usage records again, for the touched months only and in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from layers import editions, standing, vocab
from layers.db import work_on_months
from layers.editions import EditionSpan
from layers.grid import conservation
from layers.recorded import summed_months
from layers.sql import load

Cursor = Any

# What "usage_base" has of things that stood elsewhere: its parts by name, where anything was ever moved.
_STOOD = {
    "stood": load("usage_stood"),
    "from_stood": """
    LEFT JOIN stood s ON s.kind = CASE WHEN u.meter_id IS NOT NULL THEN %(meter)s ELSE %(facility)s END
        AND s.object_id = COALESCE(u.meter_id, u.facility_id)
        AND (s.since IS NULL OR u.month >= s.since) AND u.month < s.until""",
    "s_code": "s.code, ",
    "s_otherwise": "s.otherwise, ",
    "s_kind": "WHEN s.id IS NOT NULL THEN %(past)s ",
    "s_id": "s.id, ",
}

# Months that are summed together: bounds the memory of a long rebuild.
_AT_ONCE = 3

_TERMS: dict[str, Any] = {
    "outside": vocab.OUTSIDE,
    "unassigned": vocab.UNASSIGNED,
    "coarser": vocab.COARSER,
    "by_position": [vocab.BY_METER, vocab.BY_USER],
    "meter": vocab.PLACE_METER,
    "facility": vocab.PLACE_FACILITY,
    "past": vocab.PLACE_PAST,
    "serves_level": [vocab.FACILITY_SERVES_LEVEL[kind] for kind in sorted(vocab.FACILITY_SERVES_LEVEL)],
}


def make_fresh(cursor: Cursor, months: Sequence[date], records: Sequence[int] | None = None) -> None:
    """Make `usage_fresh`, the sums of these months without their year to date; of some records only, if given.

    Each month in its own divisions, and what is different of it in those of every other edition.
    """
    cursor.execute("DROP TABLE IF EXISTS usage_fresh")
    cursor.execute(
        "CREATE TEMP TABLE usage_fresh (edition integer, level smallint, source_sel smallint, purpose_sel smallint, "
        "month date, code text, parent_code text, gap smallint, volume_l bigint, records integer) ON COMMIT DROP"
    )
    known = editions.read(cursor)
    moved = standing.any_moved(cursor)
    for own, some in known.by_edition(months).items():
        work = _Work(cursor, some, records, moved)
        work.take_up("usage_divisions", own)
        work.sum("usage_divisions", own, into=editions.OWN)
        for other in known.all:
            if other != own:
                work.take_up("usage_divisions_other", other)
                work.differ(own, other)
    if known.past:
        cursor.execute(load("usage_net"))
    cursor.execute(
        "DROP TABLE IF EXISTS usage_base, usage_divisions, usage_divisions_other, usage_moved, usage_renamed"
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """Some months of one edition of the divisions, summed into `usage_fresh`."""

    cursor: Cursor
    months: Sequence[date]
    records: Sequence[int] | None
    stood: bool  # whether anything was ever moved

    def take_up(self, table: str, edition: EditionSpan) -> None:
        """The edition's divisions as a table."""
        name = sql.Identifier(table)
        self.cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
        self.cursor.execute(
            sql.SQL(load("usage_divisions")).format(table=name), {"first": edition.first, "last": edition.last}
        )
        self.cursor.execute(sql.SQL("ANALYZE {}").format(name))

    def sum(self, table: str, edition: EditionSpan, *, into: int, sign: int = 1, moved: bool = False) -> None:
        """Add the months as that edition has them; only what ``moved`` names, if it is said."""
        if not moved:
            self._no_tables_of_moves()
        given = None if self.records is None else list(self.records)
        self.cursor.execute("DROP TABLE IF EXISTS usage_base")
        self.cursor.execute(
            sql.SQL(load("usage_base")).format(
                **{name: sql.SQL(text if self.stood else "") for name, text in _STOOD.items()}
            ),
            {**_TERMS, "months": list(self.months), "records": given, "edition": edition.id, "moved": moved},
        )
        self.cursor.execute("ANALYZE usage_base")
        self.cursor.execute(
            sql.SQL(load("usage_sums")).format(divisions=sql.Identifier(table)),
            {**_TERMS, "edition": into, "sign": sign},
        )

    def differ(self, own: EditionSpan, other: EditionSpan) -> None:
        """Add what is different of the months in another edition: minus as they are, plus as they are there."""
        self.cursor.execute("DROP TABLE IF EXISTS usage_moved, usage_renamed")
        self.cursor.execute(load("usage_moved"), {"own": own.id, "other": other.id})
        self.sum("usage_divisions", own, into=other.id, sign=-1, moved=True)
        self.sum("usage_divisions_other", other, into=other.id, moved=True)

    def _no_tables_of_moves(self) -> None:
        self.cursor.execute("DROP TABLE IF EXISTS usage_moved, usage_renamed")
        self.cursor.execute("CREATE TEMP TABLE usage_moved (kind integer, object_id bigint) ON COMMIT DROP")
        self.cursor.execute("CREATE TEMP TABLE usage_renamed (code text) ON COMMIT DROP")


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
    cursor.execute("DROP TABLE IF EXISTS usage_fresh, usage_kept")
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
