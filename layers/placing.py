"""Put every object into the village that covers it: one set-based join on subdivided boundaries.

Declared and found region are kept apart; this module writes only the found one, and for meters without a position by
which user they count. Whoever changes a position, a meter's users or an outline calls it; nothing else decides where
an object counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from psycopg import sql

from layers import editions, registry
from layers.sql import load

Cursor = Any  # Django's cursor wrapper, or psycopg's own

STOOD_IN = "placing_stood_in"
"""Temporary table (id) of the meters that `find_stand_ins` found to count elsewhere, or by another user."""

_STOOD = "layers_paststanding"  # where objects stood before they were moved

# The datasets whose rows decide where meters count that have no position.
LENDING = tuple(d.name for d in registry.DATASETS if d.name == "meter" or "meter" in d.makes_different)


def table_of(dataset: str) -> str:
    """The table that a dataset's rows are published from."""
    return apps.get_model(registry.dataset(dataset).model)._meta.db_table


def place(cursor: Cursor, dataset: str, ids_table: str | None = None) -> int:
    """Find the region of a dataset's objects anew; returns how many findings changed.

    ``ids_table`` names a (temporary) table with an ``id`` column that limits the work to those rows.
    """
    which = sql.SQL("o.id IN (SELECT id FROM {})").format(sql.Identifier(ids_table)) if ids_table else sql.SQL("TRUE")
    return place_rows(cursor, table_of(dataset), which)


def place_rows(cursor: Cursor, table: str, which: sql.Composable) -> int:
    """The same for any table ``o`` with ``id``, ``geom`` and ``found_region_id``: an import places in staging.

    ``which`` is a condition on ``o``; returns how many findings changed.
    """
    # The ORM cannot express UPDATE … FROM with DISTINCT ON.
    cursor.execute(sql.SQL(load("place")).format(table=sql.Identifier(table), which=which))
    return int(cursor.rowcount)


def find_stand_ins(cursor: Cursor, dataset: str | None = None, ids_table: str = "") -> int:
    """Find anew by which user the meters count that have no position; → how many findings changed, named in `STOOD_IN`.

    Of every meter, or of those that the given meters, or the given users' meters, are. The users' own regions must
    have been found before.
    """
    which: sql.Composable = sql.SQL("m.geom IS NULL OR m.stand_in_id IS NOT NULL OR m.stand_in_region_id IS NOT NULL")
    if dataset == "meter":
        which = sql.SQL("m.id IN (SELECT id FROM {})").format(sql.Identifier(ids_table))
    elif dataset == "water_user":
        which = sql.SQL(
            "m.geom IS NULL AND m.id IN (SELECT meter_id FROM layers_meter_users WHERE wateruser_id IN (SELECT id FROM {})"
            " UNION SELECT s.id FROM layers_meter s WHERE s.stand_in_id IN (SELECT id FROM {}))"
        ).format(sql.Identifier(ids_table), sql.Identifier(ids_table))
    changed = sql.Identifier(STOOD_IN)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(changed))
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} (id bigint) ON COMMIT DROP").format(changed))
    cursor.execute(sql.SQL(load("stand_in")).format(which=which, changed=changed))
    return int(cursor.rowcount)


def after_boundaries(cursor: Cursor, changed_boundary_ids: Sequence[int]) -> dict[str, int]:
    """Recut the changed outlines and place everything again, in the editions that are over too; returns the changed findings
    by dataset.

    All objects are placed anew and not only those under the changed outlines: a boundary release is rare, the join
    is fast, and an object that loses its village to a gap must not be missed.
    """
    cursor.execute(load("rebuild_pieces"), {"boundary_ids": list(changed_boundary_ids)})
    # What is imported next is looked for in divisions before autovacuum comes by, and joins of a table that is thought empty take minutes.
    cursor.execute("ANALYZE layers_region, layers_boundary, layers_boundarypiece")
    moved = {dataset.name: place(cursor, dataset.name) for dataset in registry.DATASETS if dataset.placed}
    moved["meter"] += find_stand_ins(cursor)
    place_rows(cursor, _STOOD, sql.SQL("TRUE"))
    editions.note_all_places(cursor)
    return moved
