"""What refers to a division follows it when its row is closed and another opened under the same code."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Identifier

from layers.models import Boundary, BoundaryPiece, GridUnit, Region

Cursor = Any

# Outlines are versioned with their region, and pieces and cells are cut anew from them.
_VERSIONED = (Boundary, BoundaryPiece, GridUnit)


def follow_regions(cursor: Cursor, release_id: int, *closed_by: int, rehearsed: bool = False) -> None:
    """Point every foreign key on `Region` from rows that this release closed, and those of ``closed_by``, to the rows that it opened
    under their codes.

    The keys are those of the models, so that a new kind of object follows without a word here. Of the regions
    themselves only current children follow: a closed child keeps the parent it had. Of a rehearsal nothing else does.
    """
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_successor")
    cursor.execute(
        "CREATE TEMP TABLE import_successor ON COMMIT DROP AS SELECT o.id AS old_id, n.id AS new_id "
        "FROM layers_region o JOIN layers_region n ON n.code = o.code AND n.valid_from_id = %s AND n.valid_to_id IS NULL "
        "WHERE o.valid_to_id = ANY(%s)",
        [release_id, [release_id, *closed_by]],
    )
    if not cursor.rowcount:
        return
    for relation in leading_to_regions():
        model = relation.related_model
        if rehearsed and model is not Region:
            continue
        current = SQL(" AND t.valid_to_id IS NULL") if model is Region else SQL("")
        cursor.execute(
            SQL("UPDATE {} t SET {c} = s.new_id FROM import_successor s WHERE t.{c} = s.old_id{}").format(
                Identifier(model._meta.db_table), current, c=Identifier(relation.field.column)
            )
        )


def leading_to_regions() -> list[Any]:
    """The foreign keys on `Region` of everything that is not versioned with it."""
    every = Region._meta.related_objects + _hidden_relations()
    return [one for one in every if not one.many_to_many and one.related_model not in _VERSIONED]


def _hidden_relations() -> tuple[Any, ...]:
    """Foreign keys without a way back (``related_name="+"``)."""
    every = Region._meta.get_fields(include_hidden=True)
    shown = set(Region._meta.related_objects)
    return tuple(f for f in every if f.auto_created and not f.concrete and f.one_to_many and f not in shown)
