"""Files without outlines, such as workbooks, of layers that need them: what is known already keeps its own."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Identifier

from layers.ingest.positions.known import outlines_of
from layers.ingest.refusal import Faults, ImportRefused
from layers.ingest.rows import GEOM, ROW
from layers.ingest.spec import Spec
from layers.ingest.staging import STAGED
from layers.shapes import SHAPES
from layers.sql import load
from layers.words import Words

NOTE = Words(
    "文件中没有几何图形：已有的图形保持不变，新的对象不能导入",
    "the file holds no geometry: outlines that are known are kept, and new objects cannot be imported",
)

Cursor = Any


def keep_outlines(cursor: Cursor, spec: Spec, refusals: Faults) -> None:
    """Give the staged rows the outlines of their codes, and refuse those that have none.

    Raises `ImportRefused` when not one of the codes is known.
    """
    names = {"staged": Identifier(STAGED), "geom": Identifier(GEOM)}
    cursor.execute(SQL("ALTER TABLE {staged} ADD COLUMN {geom} geometry").format(**names))
    cursor.execute(SQL(load("positions_kept")).format(known=outlines_of(spec), **names))
    if not cursor.rowcount:
        raise ImportRefused(
            "文件中没有几何图形：该图层需要{geometry}",
            "the file holds no geometry: this layer takes {geometry}s",
            param="geometry",
            geometry=SHAPES[spec.geometry],
        )
    cursor.execute(
        SQL("DELETE FROM {staged} WHERE {geom} IS NULL RETURNING {row}, code").format(row=Identifier(ROW), **names)
    )
    for row, code in sorted(cursor.fetchall()):
        refusals.add(row, "geometry", code, "no_geometry")
