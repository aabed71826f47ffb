"""Put every object into the village that covers it: one set-based join on subdivided boundaries.

Declared and found region are kept apart; this module writes only the found one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from psycopg import sql

from layers import registry
from layers.sql import load

Cursor = Any  # Django's cursor wrapper, or psycopg's own


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


def after_boundaries(cursor: Cursor, changed_boundary_ids: Sequence[int]) -> dict[str, int]:
    """Recut the changed outlines and place everything again; returns the changed findings by dataset.

    All objects are placed anew and not only those under the changed outlines: a boundary release is rare, the join
    is fast, and an object that loses its village to a gap must not be missed.
    """
    cursor.execute(load("rebuild_pieces"), {"boundary_ids": list(changed_boundary_ids)})
    cursor.execute("ANALYZE layers_boundarypiece")
    return {dataset.name: place(cursor, dataset.name) for dataset in registry.DATASETS if dataset.placed}
