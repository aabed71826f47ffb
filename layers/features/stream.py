"""Features out of the database as they are asked for: memory stays flat whatever the size.

A stream is a server-side cursor in a read-only transaction of one snapshot. Each batch is a statement of its own, so
the statement timeout of web requests bounds a batch and not the file. Leaving the context ends the query: a client
that goes away costs no more than the batch it did not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import sql

from layers.db import Query, bounded, snapshot
from layers.features import fractions
from layers.features.query import FeatureQuery
from layers.features.tally import RowTally, tally

BATCH_ROWS = 1000
COPY_SECONDS = 3600

_FEATURE = """
'{{"type":"Feature","id":' || {identity} || ',"geometry":' || {geometry} || ',"properties":' || {properties} || '}}'
"""


@contextmanager
def rows(query: FeatureQuery) -> Iterator[Iterator[list[tuple[Any, ...]]]]:
    """Batches of (fid, *values in the order of ``query.columns()``, WKB last where geometry is asked for).

    Values are str, int, float, `datetime.date`, bool or None; the WKB is two-dimensional, without a reference system.
    `NotFound` as the filter, `TooSlow` when a batch takes longer than a request's statement may.
    """
    parts = [sql.SQL("f.fid"), *(sql.Identifier("p", column.name) for column in query.columns())]
    if query.has_geometry:
        parts.append(sql.SQL("ST_AsBinary({})").format(query.shaped))
    with query.answerable(), _batches(query.statement(sql.SQL(", ").join(parts))) as batches:
        yield batches


@contextmanager
def geojson(
    query: FeatureQuery,
    separator: bytes = b",\n",
    properties: sql.Composable | None = None,
    *,
    by_code: bool = False,
    digits: int | None = None,
) -> Iterator[Iterator[bytes]]:
    """Batches of whole GeoJSON Feature texts in UTF-8, joined by ``separator``; between batches it is the caller's.

    Made by PostgreSQL: no feature is touched in Python. No text holds a line break. The id is the integer identity, or
    the code; every property is there, null included; ``properties`` says them otherwise (JSON of ``p``). Coordinates
    have at most ``digits`` decimals, the query's own unless told. Errors as of `rows`.
    """
    with query.answerable(), _batches(query.statement(_feature(query, properties, by_code, digits))) as batches:
        yield (separator.join([text.encode() for (text,) in batch]) for batch in batches)


def _feature(
    query: FeatureQuery, properties: sql.Composable | None, by_code: bool, digits: int | None
) -> sql.Composable:
    geometry: sql.Composable = sql.SQL("'null'")
    if query.has_geometry:
        # Option 0: no member "crs", which GeoJSON has given up and PostGIS would add for any but EPSG:4326.
        geometry = sql.SQL("COALESCE(ST_AsGeoJSON({}, {}, 0), 'null')").format(
            query.wound, sql.Literal(query.digits if digits is None else digits)
        )
    identity = sql.SQL("to_json(f.f_code::text)::text" if by_code else "f.fid")
    return sql.SQL(_FEATURE).format(identity=identity, geometry=geometry, properties=properties or _properties(query))


def _properties(query: FeatureQuery) -> sql.Composable:
    """The spoken properties as an object of JSON."""
    columns = query.columns()
    if not any(column.kind == "number" for column in columns):
        return sql.SQL("row_to_json(p)::text")
    values = [
        sql.SQL("{} AS {}").format(
            fractions.json(column, sql.Identifier("p", column.name)), sql.Identifier(column.name)
        )
        for column in columns
    ]
    return sql.SQL("(SELECT row_to_json(told)::text FROM (SELECT {}) AS told)").format(sql.SQL(", ").join(values))


@contextmanager
def copied(query: Query, options: sql.Composable) -> Iterator[Iterator[memoryview]]:
    """What ``COPY (query) TO STDOUT`` with these options sends: the fastest way out, as PostgreSQL makes the text.

    One statement from beginning to end: it is bounded by `COPY_SECONDS`. Leaving the context ends it.
    """
    text = sql.SQL("COPY ({}) TO STDOUT ({})").format(
        sql.SQL(query.text) if isinstance(query.text, str) else query.text, options
    )
    with snapshot(), connection.cursor() as cursor, bounded():
        cursor.execute(f"SET LOCAL statement_timeout = '{COPY_SECONDS}s'")
        with cursor.copy(text, query.params) as lines:
            yield _each_counted(iter(lines), tally())


@contextmanager
def _batches(query: Query) -> Iterator[Iterator[list[tuple[Any, ...]]]]:
    with snapshot(), connection.chunked_cursor() as cursor:
        with bounded():
            cursor.execute(query.text, query.params)
        yield _fetch(cursor, tally())


def _each_counted(lines: Iterator[memoryview], counted: RowTally) -> Iterator[memoryview]:
    """PostgreSQL sends a message a row."""
    for line in lines:
        counted.rows += 1
        yield line


def _fetch(cursor: Any, counted: RowTally) -> Iterator[list[tuple[Any, ...]]]:
    with bounded():
        while batch := cursor.fetchmany(BATCH_ROWS):
            counted.rows += len(batch)
            yield batch
