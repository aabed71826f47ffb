"""Numbers of fractional fields as text that no reader takes for whole ones.

GDAL and others guess a field's type from what they read of it: ``12`` in every row is an integer, and the first ``12.5`` of
a later page is cut or refused. A field that is a number by declaration therefore says ``12.0``.
"""

from __future__ import annotations

from psycopg import sql

from layers.values import SpokenColumn

# Beyond 1e15 PostgreSQL writes an exponent, which no reader takes for a whole number.
_TEXT = "CASE WHEN {v} = trunc({v}) AND abs({v}) < 1e15 THEN {v}::float8::text || '.0' ELSE {v}::float8::text END"


def text(column: SpokenColumn, value: sql.Composable) -> sql.Composable:
    """A property's value for a text format: a fractional one with its point, any other as it is."""
    return sql.SQL(_TEXT).format(v=value) if column.kind == "number" else value


def json(column: SpokenColumn, value: sql.Composable) -> sql.Composable:
    """The same as a value of JSON."""
    return sql.SQL("({})::json").format(text(column, value)) if column.kind == "number" else value
