"""Keeping the states that a release is about to end. Sets, not rows: one statement, whatever the number of objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from layers.history.tables import OWN_HISTORY, KeptTable, kept
from layers.link_tables import LinkTable

Cursor = Any


def changed(cursor: Cursor, dataset: str, release_id: int, which: Composable) -> int:
    """Keep what the objects are that the query ``which`` gives the ids of, before the release writes them; → how many."""
    return _keep(cursor, dataset, release_id, which, deleted=False)


def deleted(cursor: Cursor, dataset: str, release_id: int, which: Composable) -> int:
    """The same of objects that the release deletes, with whoever is linked to them."""
    return _keep(cursor, dataset, release_id, which, deleted=True)


def these(ids: Sequence[int]) -> Composed:
    """The query of ids that are known."""
    return SQL("SELECT unnest({}::bigint[])").format(Literal(list(ids)))


def _keep(cursor: Cursor, dataset: str, release_id: int, which: Composable, *, deleted: bool) -> int:
    if dataset in OWN_HISTORY:
        return 0
    of = kept(dataset)
    cursor.execute(
        SQL(
            "INSERT INTO layers_formerstate (release_id, made_by, dataset, object_id, deleted, row) "
            "SELECT {release}, t.release_id, {dataset}, t.id, {deleted}, {row} FROM {table} t WHERE t.id IN ({which}) "
            "ON CONFLICT (release_id, dataset, object_id) DO NOTHING"
        ).format(
            release=Literal(release_id), dataset=Literal(dataset), deleted=Literal(deleted), row=row_json(of, whole=deleted),
            table=Identifier(of.table), which=which,
        )
    )  # fmt: skip
    return int(cursor.rowcount)


def row_json(of: KeptTable, *, whole: bool) -> Composed:
    """The SQL of a row ``t`` as JSON, as it is kept; ``whole`` with whoever is linked to it."""
    pairs: list[Composable] = []
    for column in of.columns:
        value = SQL("t.{}::text" if column in of.geometries else "t.{}").format(Identifier(column))
        pairs.append(SQL("{}, {}").format(Literal(column), value))
    if of.links:
        pairs.append(SQL("'links', jsonb_build_object({})").format(_ids(of.links, "name")))
    if whole and of.linked_from:
        pairs.append(SQL("'linked_from', jsonb_build_object({})").format(_ids(of.linked_from, "table")))
    return SQL("jsonb_build_object({})").format(SQL(", ").join(pairs))


def _ids(links: Sequence[LinkTable], named: str) -> Composed:
    one = SQL("{}, ARRAY(SELECT x.{} FROM {} x WHERE x.{} = t.id ORDER BY 1)")
    return SQL(", ").join(
        one.format(
            Literal(getattr(link, named)), Identifier(link.theirs), Identifier(link.table), Identifier(link.mine)
        )
        for link in links
    )
