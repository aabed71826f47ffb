"""Sound rows → a temporary table, by COPY. Arrow writes the CSV that PostgreSQL reads, so no value passes Python."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg import sql

from layers.ingest.refusal import Expected, Verdicts
from layers.ingest.rows import BLANK, GEOM, ROW
from layers.ingest.spec import Spec
from layers.words import Words

STAGED = "import_staged"
_SLICE_ROWS = 65_536

Cursor = Any  # Django's cursor wrapper


def make_staging(cursor: Cursor, spec: Spec, names: Iterable[str]) -> None:
    """Make the temporary table for the named columns (of the spec, links, `ROW`, `GEOM`); it goes with the transaction."""
    types = {column.name: column.sql_type for column in spec.columns}
    types |= {"volume_l": "bigint", ROW: "integer", BLANK: "bigint", GEOM: "geometry"}
    parts = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types.get(name, "text"))) for name in names
    )
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(STAGED)))
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(STAGED), parts))


def copy_rows(cursor: Cursor, rows: pa.Table) -> None:
    """Append a table to staging. Arrow quotes every string and no null, which is how COPY's CSV tells them apart."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(STAGED), sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names)
    )
    options = pacsv.WriteOptions(include_header=False)
    with cursor.copy(statement) as copy:
        for batch in rows.to_batches(max_chunksize=_SLICE_ROWS):
            text = io.BytesIO()
            pacsv.write_csv(batch, text, options)
            copy.write(text.getbuffer())


def settle_points(cursor: Cursor, verdicts: Verdicts) -> None:
    """Refuse, and take out, the rows whose month may be two; or warn of them, as the whole column shows."""
    for text, rows in verdicts.points.doubtful.items():
        reason = verdicts.points.verdict(text)
        if not reason:
            continue
        refused = reason == "month_point"
        (verdicts.refused if refused else verdicts.warned).add_all(
            rows, "month", [text] * len(rows), reason, _meant(text, refused)
        )
        if refused:
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(sql.Identifier(STAGED), sql.Identifier(ROW)), [rows]
            )


def _meant(text: str, doubtful: bool) -> Expected:
    """The month that a number is taken for, or the two that it may be."""
    january, october = f"{text[:4]}-01", f"{text[:4]}-10"
    if doubtful:
        return Words("{january} 或 {october}", "{january} or {october}", january=january, october=october)
    return october if text.endswith(".10") else january
