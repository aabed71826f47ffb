"""The rows of a query as Arrow batches: what the writers of binary formats take, a batch in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from layers.export.base import Options, headings
from layers.features.query import FeatureQuery
from layers.features.stream import rows
from layers.values import SpokenColumn, words

GEOMETRY = "geom"
TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def schema(query: FeatureQuery, options: Options, names: Sequence[str] | None = None) -> pa.Schema:
    """The columns as Arrow fields, the geometry (WKB) last. GDAL keeps the Chinese name as each field's alias."""
    columns = query.columns()
    named = names or headings(columns, options.lang)
    found = [
        pa.field(name, TYPES[column.kind], metadata=_said(column)) for name, column in zip(named, columns, strict=True)
    ]
    return pa.schema([*found, pa.field(GEOMETRY, pa.binary())] if query.has_geometry else found)


def _said(column: SpokenColumn) -> dict[str, str]:
    unit = f" ({column.unit})" if column.unit else ""
    return {"GDAL:OGR:alternative_name": f"{column.zh}{unit}", "GDAL:OGR:comment": f"{column.en}{unit}"}


@contextmanager
def batches(
    query: FeatureQuery, options: Options, names: Sequence[str] | None = None
) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema and its batches, read as they are asked for; leaving ends the query."""
    shape = schema(query, options, names)
    told = [words(column.vocab, options.lang) for column in query.columns()]
    with rows(query) as found:
        yield shape, (_batch(shape, told, batch) for batch in found if batch)


def _batch(
    shape: pa.Schema, told: Sequence[Mapping[object, str] | None], batch: list[tuple[Any, ...]]
) -> pa.RecordBatch:
    values: list[Any] = list(zip(*batch, strict=True))[1:]  # all but the identity
    for place, terms in enumerate(told):
        if terms is not None:
            values[place] = [terms.get(value, value) for value in values[place]]
    return pa.record_batch(
        [pa.array(column, field.type) for column, field in zip(values, shape, strict=True)], schema=shape
    )
