"""`ROWS` → the target table: new rows inserted, different ones updated, the same ones not touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from layers import placing
from layers.ingest.links import RELINKED, write_links
from layers.ingest.resolve import FOUND, ROWS, written
from layers.ingest.rows import GEOM
from layers.ingest.spec import Spec
from layers.registry import Field
from layers.words import Words

TOUCHED = "import_touched"

Cursor = Any


@dataclass(slots=True)
class Outcome:
    """What the writing did, in rows of the file, and what has to be settled afterwards."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    links_added: int = 0
    links_removed: int = 0
    gone: int = 0  # rows of the table that the file, which replaces them, lacks
    closed: int = 0  # rows of the table that were closed without one in the file
    months: list[date] = field(default_factory=list)  # whose sums are out of date
    moved: dict[str, int] = field(default_factory=dict)  # dataset → objects that are found elsewhere now
    notes: list[Words] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.new or self.changed or self.closed or self.gone)


def upsert(
    cursor: Cursor, spec: Spec, names: Sequence[str], links: Sequence[Field], release_id: int, *, keep: bool = False
) -> Outcome:
    """Write `ROWS` by their key; ``keep`` as `links.write_links` says. Columns that the file lacks keep their values; of a new row they take the defaults.

    `TOUCHED` (id, is_new) names the rows written or linked anew afterwards.
    """
    placed = spec.dataset.placed and GEOM in names
    if placed:
        # Placed before it is written, so that each row and its index entries are written once.
        which = SQL("o.writes AND o.{} IS NOT NULL").format(Identifier(GEOM))
        cursor.execute(
            SQL("CREATE INDEX ON {} USING gist ({}) WHERE writes").format(Identifier(ROWS), Identifier(GEOM))
        )
        cursor.execute(SQL("ANALYZE {}").format(Identifier(ROWS)))
        placing.place_rows(cursor, ROWS, which)
    columns = written(spec, names) + ([FOUND] if placed else [])
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(TOUCHED)))
    cursor.execute(SQL("CREATE TEMP TABLE {} (id bigint, is_new boolean) ON COMMIT DROP").format(Identifier(TOUCHED)))
    cursor.execute(
        SQL(
            "WITH done AS (INSERT INTO {target} AS t ({columns}) SELECT {values} FROM {rows} r WHERE r.writes ORDER BY r.id "
            # xmax is 0 in a row that this statement inserted and set in one that it updated.
            "ON CONFLICT ({key}) DO UPDATE SET {updates} RETURNING t.id, t.xmax = 0 AS is_new) "
            "INSERT INTO {touched} SELECT id, is_new FROM done"
        ).format(
            target=Identifier(spec.table),
            rows=Identifier(ROWS),
            touched=Identifier(TOUCHED),
            key=SQL(", ").join(map(Identifier, spec.key)),
            updates=updates([c for c in columns if c not in spec.key]),
            **insertion(spec, columns, release_id),
        )
    )
    added, removed = write_links(cursor, spec, links, keep=keep)
    if added or removed:
        _touch_relinked(cursor, spec, release_id)
    cursor.execute(
        SQL(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM {}) FROM {}"
        ).format(Identifier(ROWS), Identifier(TOUCHED))
    )
    new, changed, rows = cursor.fetchone()
    return Outcome(new, changed, rows - new - changed, links_added=added, links_removed=removed)


def targets(cursor: Cursor) -> list[int]:
    """The ids of the rows that `ROWS` would replace."""
    cursor.execute(SQL("SELECT target_id FROM {} WHERE target_id IS NOT NULL").format(Identifier(ROWS)))
    return [row[0] for row in cursor.fetchall()]


def changing() -> Composable:
    """The ids of the rows that `ROWS` will change, as a query."""
    return SQL("SELECT target_id FROM {} WHERE writes AND target_id IS NOT NULL").format(Identifier(ROWS))


def touched(cursor: Cursor) -> list[int]:
    """The ids of the rows written, or linked anew."""
    cursor.execute(SQL("SELECT id FROM {}").format(Identifier(TOUCHED)))
    return [row[0] for row in cursor.fetchall()]


def insertion(spec: Spec, columns: Sequence[str], release_id: int) -> dict[str, Composed]:
    """The column list of an INSERT and what is selected for it from ``r``: the file's values, defaults, the release."""
    absent = {name: value for name, value in spec.defaults.items() if name not in columns}
    names = [*columns, *absent, "release_id"]
    values = [SQL("r.{}").format(Identifier(name)) for name in columns]
    values += [SQL("{}").format(Literal(value)) for value in absent.values()]
    values.append(SQL("{}").format(Literal(release_id)))
    return {"columns": SQL(", ").join(map(Identifier, names)), "values": SQL(", ").join(values)}


def updates(columns: Sequence[str]) -> Composed:
    """What ON CONFLICT sets: the given columns and the release."""
    return SQL(", ").join(SQL("{0} = EXCLUDED.{0}").format(Identifier(name)) for name in [*columns, "release_id"])


def _touch_relinked(cursor: Cursor, spec: Spec, release_id: int) -> None:
    """An object whose links changed has changed, though its row reads the same."""
    cursor.execute(
        SQL(
            "WITH again AS (UPDATE {target} SET release_id = %s WHERE id IN (SELECT id FROM {relinked}) "
            "AND NOT EXISTS (SELECT FROM {touched} t WHERE t.id = {target}.id) RETURNING id) INSERT INTO {touched} SELECT id, FALSE FROM again"
        ).format(target=Identifier(spec.table), relinked=Identifier(RELINKED), touched=Identifier(TOUCHED)),
        [release_id],
    )
