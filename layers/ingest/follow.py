"""What refers to a division follows it when its row is closed and another opened under the same code."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Identifier

from layers.ingest.resolve import ROWS
from layers.models import Boundary, BoundaryPiece, GridUnit, Region

Cursor = Any

# Outlines are versioned with their region, and pieces and cells are cut anew from them.
_VERSIONED = (Boundary, BoundaryPiece, GridUnit)


def follow_regions(cursor: Cursor, *, rehearsed: bool = False) -> None:
    """Point every foreign key on `Region` from the closed rows of `ROWS` to their successors.

    The keys are those of the models, so that a new kind of object follows without a word here. Of the regions
    themselves only current children follow: a closed child keeps the parent it had. Of a rehearsal nothing else does.
    """
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_successor")
    cursor.execute(
        SQL(
            "CREATE TEMP TABLE import_successor ON COMMIT DROP AS SELECT r.region_id AS old_id, n.id AS new_id "
            "FROM {} r JOIN layers_region n ON n.code = r.code AND n.valid_to_id IS NULL WHERE r.differs"
        ).format(Identifier(ROWS))
    )
    if not cursor.rowcount:
        return
    for relation in Region._meta.related_objects + _hidden_relations():
        model = relation.related_model
        if relation.many_to_many or model in _VERSIONED or (rehearsed and model is not Region):
            continue
        current = SQL(" AND t.valid_to_id IS NULL") if model is Region else SQL("")
        cursor.execute(
            SQL("UPDATE {} t SET {c} = s.new_id FROM import_successor s WHERE t.{c} = s.old_id{}").format(
                Identifier(model._meta.db_table), current, c=Identifier(relation.field.column)
            )
        )


def _hidden_relations() -> tuple[Any, ...]:
    """Foreign keys without a way back (``related_name="+"``)."""
    every = Region._meta.get_fields(include_hidden=True)
    shown = set(Region._meta.related_objects)
    return tuple(f for f in every if f.auto_created and not f.concrete and f.one_to_many and f not in shown)
