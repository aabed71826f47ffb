"""CSV as PostgreSQL writes it: COPY makes the text, and no value becomes a Python object."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain

from psycopg import sql

from layers.errors import BadParameter
from layers.export.base import Options, axes, gathered, headings
from layers.export.columns import selected
from layers.features.query import FeatureQuery
from layers.features.stream import copied

BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the machine's own encoding


def emit(query: FeatureQuery, options: Options) -> Iterator[bytes]:
    """The header, then the rows; null is an empty cell, an empty text is ``""``."""
    names, parts = _geometry(query, options)
    columns = [*selected(query, options.lang), *parts]
    statement = query.statement(sql.SQL(", ").join(columns))
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow([*headings(query.columns(), options.lang), *names])
    with query.answerable(), copied(statement, sql.SQL("FORMAT csv")) as lines:
        yield from gathered(chain((BOM, head.getvalue().encode()), lines))


def _geometry(query: FeatureQuery, options: Options) -> tuple[tuple[str, ...], list[sql.Composable]]:
    """Headings and expressions of the geometry's columns."""
    if not query.has_geometry or options.shape == "none":
        return (), []
    digits = sql.Literal(query.digits)
    if options.shape == "wkt":
        return ("wkt",), [sql.SQL("ST_AsText({}, {})").format(query.shaped, digits)]
    if query.layer.geometry != "point":
        raise BadParameter("Only points have one longitude.", param="geometry", allowed=["wkt", "none"])
    numbers = [
        sql.SQL("round(ST_{}({})::numeric, {})").format(sql.SQL(axis), query.shaped, digits) for axis in ("X", "Y")
    ]
    return axes(query, options.lang), [*numbers]
