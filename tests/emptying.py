"""How the tables are emptied after a test that commits: row by row, as there are few.

Django truncates all fifty, each with its indexes, which makes as many new files and has the disk write them: half a second for
a dozen rows. Where a table has grown large, or more is asked for, they are truncated as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

LARGE_BYTES = 1 << 20
GUARDED = "record_entry"
_truncated = DatabaseOperations.sql_flush


def emptied(
    self: Any, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
) -> list[str]:
    """The statements; in place of `DatabaseOperations.sql_flush`. They run in one transaction, at whose end references are looked at."""
    names = [self.quote_name(table) for table in tables]
    if reset_sequences or allow_cascade or _largest(self.connection, names) > LARGE_BYTES:
        found: list[str] = _truncated(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        return _unguarded(tables, found)
    return _unguarded(tables, ["; ".join(f"DELETE FROM {name}" for name in names)] if names else [])


def _unguarded(tables: Sequence[str], statements: list[str]) -> list[str]:
    """The record refuses to be emptied; a test's is, by what an owner can do who is not afraid of `record verify`."""
    if GUARDED not in tables:
        return statements
    return [f"ALTER TABLE {GUARDED} DISABLE TRIGGER USER", *statements, f"ALTER TABLE {GUARDED} ENABLE TRIGGER USER"]


def _largest(connection: Any, names: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) AS each (name)", [list(names)]
        )
        return int(cursor.fetchone()[0] or 0)
