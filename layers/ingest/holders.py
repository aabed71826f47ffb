"""Abstraction holders come with the permits that name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from layers.ingest import rehearsal
from layers.ingest.refusal import Faults
from layers.ingest.resolve import ROWS, refuse
from layers.ingest.rows import ROW
from layers.ingest.staging import STAGED
from layers.words import Words

_TWO_NAMES = Words("同一取水户有两个名称", "one permit holder under two names")

Cursor = Any


def write_holders(cursor: Cursor, names: Sequence[str], release_id: int, refusals: Faults) -> list[int]:
    """Make or rename the holders that staging names, before the permits refer to them; → ids of the renamed.

    A holder that the file gives two names is refused in every row that names it, and so is one that is neither known nor
    named. Rows without a holder are left alone.
    """
    if "holder_code" not in names:
        return []
    named = SQL("s.holder_name") if "holder_name" in names else SQL("NULL::text")
    parts = {"staged": Identifier(STAGED), "row": Identifier(ROW), "name": named}
    cursor.execute(
        SQL(
            "WITH twice AS (SELECT s.holder_code FROM {staged} s WHERE s.holder_code IS NOT NULL "
            "GROUP BY 1 HAVING count(DISTINCT {name}) > 1) "
            "SELECT s.{row}, {name} FROM {staged} s JOIN twice USING (holder_code) ORDER BY 1"
        ).format(**parts)
    )
    refuse(twice := cursor.fetchall(), "holder_name", refusals, "duplicate", _TWO_NAMES)
    if twice:
        cursor.execute(SQL("DELETE FROM {staged} WHERE {row} = ANY(%s)").format(**parts), [[row for row, _ in twice]])
    cursor.execute(
        SQL(
            "INSERT INTO layers_abstractionholder AS h (code, name, release_id) "
            "SELECT s.holder_code, max({name}), %s FROM {staged} s WHERE s.holder_code IS NOT NULL "
            "AND {name} IS NOT NULL GROUP BY 1 ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, "
            "release_id = EXCLUDED.release_id WHERE h.name <> EXCLUDED.name RETURNING h.id, h.xmax = 0"
        ).format(**parts),
        [release_id],
    )
    return [holder for holder, is_new in cursor.fetchall() if not is_new]


def rehearse(cursor: Cursor) -> None:
    """Let a dry run make and rename holders of its own."""
    rehearsal.in_front(cursor, {"layers.AbstractionHolder": SQL("SELECT id FROM layers_abstractionholder")})


def renaming(names: Sequence[str]) -> Composable:
    """The ids of the holders that staging gives another name, as a query."""
    if not {"holder_code", "holder_name"} <= set(names):
        return SQL("SELECT NULL::bigint WHERE FALSE")
    return SQL(
        "SELECT h.id FROM layers_abstractionholder h JOIN {} s ON s.holder_code = h.code AND s.holder_name <> h.name"
    ).format(Identifier(STAGED))


def mark_renamed(cursor: Cursor, renamed: Sequence[int]) -> None:
    """A permit shows its holder's name, so its row has changed with it."""
    if renamed:
        cursor.execute(
            SQL("UPDATE {} SET writes = TRUE WHERE holder_id = ANY(%s)").format(Identifier(ROWS)), [list(renamed)]
        )
