"""CSV as PostgreSQL writes it: COPY makes the text, and no value becomes a Python object.

A text that a spreadsheet would run is guarded by an apostrophe (`layers.text`), which our import takes off again.
Numbers are no text: a minus is a minus.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain

from psycopg import sql

from layers.errors import BadParameter
from layers.export.base import Options, axes, gathered, headings
from layers.export.columns import said
from layers.features import fractions
from layers.features.query import EXACT_DIGITS, FeatureQuery
from layers.features.stream import copied
from layers.text import FORMULA, GUARD
from layers.values import Lang, SpokenColumn

BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the machine's own encoding


def emit(query: FeatureQuery, options: Options) -> Iterator[bytes]:
    """The header, then the rows; null is an empty cell, an empty text is ``""``."""
    names, parts = _geometry(query, options)
    columns = [*(_cell(column, options.lang) for column in query.columns()), *parts]
    statement = query.statement(sql.SQL(", ").join(columns))
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow([*headings(query.columns(), options.lang), *names])
    with query.answerable(), copied(statement, sql.SQL("FORMAT csv")) as lines:
        yield from gathered(chain((BOM, head.getvalue().encode()), lines))


def _cell(column: SpokenColumn, lang: Lang) -> sql.Composable:
    """A column's value, guarded if it is a text from outside; words of a vocabulary are ours."""
    value = fractions.text(column, said(column, lang))
    if column.kind != "text" or column.vocab is not None:
        return value
    return sql.SQL("CASE WHEN {value} ~ {formula} THEN {guard} || {value} ELSE {value} END").format(
        value=value, formula=sql.Literal(FORMULA), guard=sql.Literal(GUARD)
    )


def _geometry(query: FeatureQuery, options: Options) -> tuple[tuple[str, ...], list[sql.Composable]]:
    """Headings and expressions of the geometry's columns."""
    if not query.has_geometry or options.shape == "none":
        return (), []
    if options.shape == "wkt":
        return ("wkt",), [sql.SQL("ST_AsText({}, {})").format(query.shaped, sql.Literal(EXACT_DIGITS))]
    if query.layer.geometry != "point":
        raise BadParameter("Only points have one longitude.", param="geometry", allowed=["wkt", "none"])
    # As PostgreSQL writes a number: with the fewest digits that come back as the same one.
    numbers = [sql.SQL("ST_{}({})").format(sql.SQL(axis), query.shaped) for axis in ("X", "Y")]
    return axes(query, options.lang), [*numbers]
