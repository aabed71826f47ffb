"""GeoJSON, and GeoJSON text sequences (RFC 8142): the features are made by PostgreSQL.

Coordinates are written in full, so that a file that comes back is the same to the bit; pages round them.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from psycopg import sql

from layers.export.base import Options
from layers.export.columns import selected
from layers.features import fractions
from layers.features.query import EXACT_DIGITS, FeatureQuery
from layers.features.stream import geojson

RECORD = b"\x1e"  # begins each text of a sequence


def _properties(query: FeatureQuery, options: Options) -> sql.Composable | None:
    """The properties in a language; None for the query's own."""
    if not options.lang:
        return None
    named = sql.SQL(", ").join(selected(query, options.lang, fractions.json))
    return sql.SQL("(SELECT row_to_json(named)::text FROM (SELECT {}) AS named)").format(named)


def emit_collection(query: FeatureQuery, options: Options) -> Iterator[bytes]:
    """One FeatureCollection. Cut off half-way it lacks its end and is no JSON."""
    said = {"type": "FeatureCollection", "name": options.title or query.layer.id, "about": dict(options.about)}
    yield orjson.dumps(said)[:-1] + b',"features":[\n'
    with geojson(query, properties=_properties(query, options), digits=EXACT_DIGITS) as batches:
        first = True
        for batch in batches:
            yield batch if first else b",\n" + batch
            first = False
    yield b"\n]}\n"


def emit_sequence(query: FeatureQuery, options: Options) -> Iterator[bytes]:
    """One feature a line, each with the record separator before it."""
    told = _properties(query, options)
    with geojson(query, separator=b"\n" + RECORD, properties=told, digits=EXACT_DIGITS) as batches:
        for batch in batches:
            yield RECORD + batch + b"\n"
