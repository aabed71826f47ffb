"""The many-to-many links of a file's rows: missing ones added, gone ones removed, as sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from layers.ingest.beyond import held_ids
from layers.ingest.refusal import Faults
from layers.ingest.resolve import ROWS, lookup, reference, refuse, take_out
from layers.ingest.spec import Spec
from layers.link_tables import link_table
from layers.reach import WHOLE, Reach
from layers.registry import Field

LINKS = "import_links"
RELINKED = "import_relinked"

Cursor = Any


def relinked(spec: Spec, links: Sequence[Field], *, keep: bool = False) -> Composable:
    """The ids of the objects of `ROWS` whose links are not what the file says, as a query; before they are written.

    ``keep`` as for `write_links`.
    """
    found: list[Composable] = [SQL("SELECT NULL::bigint AS id WHERE FALSE")]
    for link in links:
        through = link_table(spec.dataset.model, link.name)
        found.append(
            SQL(
                "SELECT r.target_id FROM {rows} r "
                "LEFT JOIN (SELECT l.row_id, array_agg(DISTINCT l.to_id ORDER BY l.to_id) AS ids FROM {links} l "
                "WHERE l.field = {field} GROUP BY 1) w ON w.row_id = r.id "
                "LEFT JOIN (SELECT x.{mine} AS id, array_agg(x.{theirs} ORDER BY x.{theirs}) AS ids FROM {through} x "
                "WHERE x.{mine} IN (SELECT target_id FROM {rows}) GROUP BY 1) h ON h.id = r.target_id "
                "WHERE r.target_id IS NOT NULL {said} AND w.ids IS DISTINCT FROM h.ids"
            ).format(
                rows=Identifier(ROWS), links=Identifier(LINKS), field=Literal(link.name), through=Identifier(through.table),
                mine=Identifier(through.mine), theirs=Identifier(through.theirs), said=_said(link, keep),
            )
        )  # fmt: skip
    return SQL(" UNION ").join(found)


def make_links(cursor: Cursor, spec: Spec, names: Sequence[str], refusals: Faults, reach: Reach = WHOLE) -> list[Field]:
    """Make `LINKS` (row, field, code, the linked row's id); refuse rows with an unknown code; → the fields given.

    Of what a ``reach`` does not hold every code is unknown, but where the link is there already.
    """
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
        _hide(cursor, spec, link, reach)
        cursor.execute(
            SQL("SELECT row_id, code FROM {} WHERE field = %s AND to_id IS NULL ORDER BY 1").format(Identifier(LINKS)),
            [link.name],
        )
        unknown = cursor.fetchall()
        refuse(unknown, link.name, refusals, "unknown_reference", reference(link.refers_to))
        take_out(cursor, (row for row, _ in unknown))
    cursor.execute(SQL("ANALYZE {}").format(Identifier(LINKS)))
    return given


def _hide(cursor: Cursor, spec: Spec, link: Field, reach: Reach) -> None:
    """A link would bring what it leads to into reach: whose permits are told goes by the wells that have them."""
    if (own := held_ids(link.refers_to, reach)) is None:
        return
    through = link_table(spec.dataset.model, link.name)
    cursor.execute(
        SQL(
            "UPDATE {} l SET to_id = NULL FROM {} r WHERE r.id = l.row_id AND l.field = {} AND (l.to_id IN ({})) IS NOT TRUE "
            "AND NOT EXISTS (SELECT FROM {} x WHERE x.{} = r.target_id AND x.{} = l.to_id)"
        ).format(
            Identifier(LINKS), Identifier(ROWS), Literal(link.name), own,
            Identifier(through.table), Identifier(through.mine), Identifier(through.theirs),
        )
    )  # fmt: skip


def _said(link: Field, keep: bool) -> Composable:
    """That the file says something of the links, where an empty cell leaves them."""
    return SQL("AND r.{} IS NOT NULL").format(Identifier(link.name)) if keep else SQL("")


def write_links(cursor: Cursor, spec: Spec, links: Sequence[Field], *, keep: bool = False) -> tuple[int, int]:
    """Make the links of the file's rows what the file says; → (added, removed). `RELINKED` names the rows concerned.

    ``keep`` lets an empty cell leave the links that are there. Of a rehearsal they are counted and not made.
    """
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(RELINKED)))
    cursor.execute(SQL("CREATE TEMP TABLE {} (id bigint) ON COMMIT DROP").format(Identifier(RELINKED)))
    added = removed = 0
    for link in links:
        through = link_table(spec.dataset.model, link.name)
        parts = {
            "through": Identifier(through.table), "mine": Identifier(through.mine), "theirs": Identifier(through.theirs),
            "rows": Identifier(ROWS), "said": _said(link, keep), "field": Literal(link.name),
            "links": Identifier(LINKS), "target": Identifier(spec.table), "relinked": Identifier(RELINKED),
        }  # fmt: skip
        ways = (_COUNT_GONE, _COUNT_MADE) if spec.rehearsed else (_TAKE_GONE, _MAKE)
        counts = []
        for way in ways:
            cursor.execute(SQL(way).format(gone=SQL(_GONE).format(**parts), made=SQL(_MADE).format(**parts), **parts))
            counts.append(cursor.rowcount)
        removed, added = removed + counts[0], added + counts[1]
    return added, removed


# New rows have no links yet; only those that were there can lose any.
_GONE = (
    "{through} x JOIN {rows} r ON x.{mine} = r.target_id {said} WHERE NOT EXISTS "
    "(SELECT FROM {links} l WHERE l.row_id = r.id AND l.field = {field} AND l.to_id = x.{theirs})"
)
_MADE = (
    "{links} l JOIN {rows} r ON r.id = l.row_id JOIN {target} t ON t.code = r.code WHERE l.field = {field} AND "
    "(r.target_id IS NULL OR NOT EXISTS (SELECT FROM {through} x WHERE x.{mine} = r.target_id AND x.{theirs} = l.to_id))"
)
_COUNT_GONE = "INSERT INTO {relinked} SELECT x.{mine} FROM {gone}"
_COUNT_MADE = "INSERT INTO {relinked} SELECT t.id FROM {made}"
_TAKE_GONE = (
    "WITH gone AS (DELETE FROM {through} WHERE id IN (SELECT x.id FROM {gone}) RETURNING {mine}) "
    "INSERT INTO {relinked} SELECT {mine} FROM gone"
)
_MAKE = (
    "WITH made AS (INSERT INTO {through} ({mine}, {theirs}) SELECT t.id, l.to_id FROM {made} ON CONFLICT DO NOTHING "
    "RETURNING {mine}) INSERT INTO {relinked} SELECT {mine} FROM made"
)
