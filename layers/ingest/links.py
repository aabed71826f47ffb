"""The many-to-many links of a file's rows: missing ones added, gone ones removed, as sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Identifier

from layers.ingest.refusal import Faults
from layers.ingest.resolve import ROWS, lookup, reference_zh, refuse, take_out
from layers.ingest.spec import Spec
from layers.registry import Field

LINKS = "import_links"
RELINKED = "import_relinked"

Cursor = Any


@dataclass(frozen=True, slots=True)
class _Through:
    """The link table of a many-to-many field and its two columns."""

    table: Identifier
    mine: Identifier
    theirs: Identifier


def _through(spec: Spec, link: Field) -> _Through:
    found: Any = apps.get_model(spec.dataset.model)._meta.get_field(link.name)
    through = found.remote_field.through
    return _Through(
        Identifier(through._meta.db_table),
        Identifier(through._meta.get_field(found.m2m_field_name()).column),
        Identifier(through._meta.get_field(found.m2m_reverse_field_name()).column),
    )


def make_links(cursor: Cursor, spec: Spec, names: Sequence[str], refusals: Faults) -> list[Field]:
    """Make `LINKS` (row, field, code, the linked row's id); refuse rows with an unknown code; → the fields given."""
    given = [link for link in spec.links if link.name in names]
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(LINKS)))
    cursor.execute(
        SQL("CREATE TEMP TABLE {} (row_id integer, field text, code text, to_id bigint) ON COMMIT DROP").format(
            Identifier(LINKS)
        )
    )
    for link in given:
        cursor.execute(
            SQL(
                "INSERT INTO {} SELECT r.id, %s, word, o.id FROM {} r "
                "CROSS JOIN LATERAL unnest(string_to_array(r.{}, ';')) AS word LEFT JOIN {} o ON o.code = word"
            ).format(Identifier(LINKS), Identifier(ROWS), Identifier(link.name), lookup(link.refers_to)),
            [link.name],
        )
        cursor.execute(
            SQL("SELECT row_id, code FROM {} WHERE field = %s AND to_id IS NULL ORDER BY 1").format(Identifier(LINKS)),
            [link.name],
        )
        unknown = cursor.fetchall()
        refuse(unknown, link.name, refusals, "unknown_reference", reference_zh(link.refers_to))
        take_out(cursor, (row for row, _ in unknown))
    cursor.execute(SQL("ANALYZE {}").format(Identifier(LINKS)))
    return given


def write_links(cursor: Cursor, spec: Spec, links: Sequence[Field]) -> tuple[int, int]:
    """Make the links of the file's rows what the file says; → (added, removed). `RELINKED` names the rows concerned."""
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(RELINKED)))
    cursor.execute(SQL("CREATE TEMP TABLE {} (id bigint) ON COMMIT DROP").format(Identifier(RELINKED)))
    added = removed = 0
    for link in links:
        through = _through(spec, link)
        parts = {
            "through": through.table, "mine": through.mine, "theirs": through.theirs, "rows": Identifier(ROWS),
            "links": Identifier(LINKS), "target": Identifier(spec.table), "relinked": Identifier(RELINKED),
        }  # fmt: skip
        # New rows have no links yet; only those that were there can lose any.
        cursor.execute(
            SQL(
                "WITH gone AS (DELETE FROM {through} x USING {rows} r WHERE x.{mine} = r.target_id AND NOT EXISTS "
                "(SELECT FROM {links} l WHERE l.row_id = r.id AND l.field = %s AND l.to_id = x.{theirs}) "
                "RETURNING x.{mine}) INSERT INTO {relinked} SELECT {mine} FROM gone"
            ).format(**parts),
            [link.name],
        )
        removed += cursor.rowcount
        cursor.execute(
            SQL(
                "WITH made AS (INSERT INTO {through} ({mine}, {theirs}) SELECT t.id, l.to_id FROM {links} l "
                "JOIN {rows} r ON r.id = l.row_id JOIN {target} t ON t.code = r.code WHERE l.field = %s "
                "AND (r.target_id IS NULL OR NOT EXISTS (SELECT FROM {through} x WHERE x.{mine} = r.target_id "
                "AND x.{theirs} = l.to_id)) ON CONFLICT DO NOTHING RETURNING {mine}) "
                "INSERT INTO {relinked} SELECT {mine} FROM made"
            ).format(**parts),
            [link.name],
        )
        added += cursor.rowcount
    return added, removed
