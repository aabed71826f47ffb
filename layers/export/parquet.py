"""GeoParquet 1.1: WKB in a column, its reference system and extent in the file's metadata."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyproj import CRS

from layers.export.arrow import GEOMETRY, batches
from layers.export.base import Options
from layers.features.query import FeatureQuery
from layers.shapes import SHAPES


@cache
def _projjson(srid: int) -> dict[str, Any]:
    return dict(CRS.from_epsg(srid).to_json_dict())


def _geo(query: FeatureQuery) -> bytes:
    """The ``geo`` key of the specification; coordinates are x, y whatever order the system's authority has."""
    shape = SHAPES[query.layer.geometry]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [shape.stored] if shape.is_point else [shape.stored, shape.single],
        "crs": _projjson(query.srid),
    }
    return json.dumps({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}).encode()


def save(query: FeatureQuery, options: Options, path: Path) -> None:
    """One row group a batch."""
    with batches(query, options) as (schema, found):
        said: dict[bytes, bytes] = {b"shuitu": json.dumps(dict(options.about), ensure_ascii=False).encode()}
        if query.has_geometry:
            said[b"geo"] = _geo(query)
        with pq.ParquetWriter(path, schema.with_metadata(said), compression="zstd") as writer:
            for batch in found:
                writer.write_batch(batch)
