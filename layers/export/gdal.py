"""FlatGeobuf, GeoPackage and Shapefile, written by GDAL from Arrow batches."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataSourceError

from layers.errors import BadParameter
from layers.export.arrow import GEOMETRY, batches
from layers.export.base import CHUNK, Options
from layers.features.query import FeatureQuery
from layers.shapes import SHAPES
from layers.values import SpokenColumn

SHAPEFILE_NAME = 10  # characters of a field name (dBase)
SHAPEFILE_TEXT = 254  # bytes of a text


def _written(
    query: FeatureQuery, options: Options, path: Path, driver: str, names: Sequence[str] | None = None, **given: Any
) -> None:
    placed = query.has_geometry
    with batches(query, options, names) as (schema, found):
        source = _Told(found)
        try:
            pyogrio.write_arrow(
                pa.RecordBatchReader.from_batches(schema, source),
                path,
                driver=driver,
                geometry_name=GEOMETRY if placed else None,
                geometry_type=SHAPES[query.layer.geometry].stored if placed else None,
                crs=f"EPSG:{query.srid}" if placed else None,
                **given,
            )
        except Exception:
            if source.fault is not None:  # GDAL says only that there was one
                raise source.fault from None
            raise


class _Told:
    """Batches that remember what went wrong with them."""

    def __init__(self, found: Iterator[pa.RecordBatch]) -> None:
        self._found = found
        self.fault: Exception | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._found
        except Exception as error:
            self.fault = error
            raise


def save_flatgeobuf(query: FeatureQuery, options: Options, path: Path) -> None:
    """With its spatial index, so that a reader over HTTP fetches only its view; features without a position forbid one."""
    index = "YES" if query.has_geometry and not _has_unplaced(query) else "NO"
    # The index is sorted in memory, 40 bytes a feature; the features themselves wait in a file beside it.
    _written(
        query, options, path, "FlatGeobuf", layer=options.title or query.layer.id,
        layer_options={"SPATIAL_INDEX": index, "TEMPORARY_DIR": str(path.parent)},
    )  # fmt: skip


def _has_unplaced(query: FeatureQuery) -> bool:
    return query.found().filter(geom=None).exists()


def save_geopackage(query: FeatureQuery, options: Options, path: Path) -> None:
    """One layer, with Chinese names as aliases of its fields and what is to be said in its metadata."""
    said = dict(options.about)
    _written(
        query, options, path, "GPKG", layer=options.title or query.layer.id,
        layer_metadata=said or None, dataset_options={"ADD_GPKG_OGR_CONTENTS": "YES"},
    )  # fmt: skip
    _date_geopackage(path, options)


def _date_geopackage(path: Path, options: Options) -> None:
    """The time of the data for that of the writing: made again, the same data are the same bytes."""
    told = options.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as link, link:
        link.execute("UPDATE gpkg_contents SET last_change = ?", [told])
        if link.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata_reference'").fetchone():
            link.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", [told])


def short_names(columns: Sequence[SpokenColumn]) -> dict[str, str]:
    """Machine name → a name of at most ten characters, each once; cut ones end in a number."""
    found: dict[str, str] = {}
    for column in columns:
        name, number = column.name[:SHAPEFILE_NAME], 0
        while name in found.values():
            number += 1
            name = f"{column.name[: SHAPEFILE_NAME - 1 - len(str(number))]}_{number}"
        found[column.name] = name
    return found


def save_shapefile(query: FeatureQuery, options: Options, path: Path) -> None:
    """The parts of a Shapefile in a zip, with a list of what its short field names stand for."""
    names, stem = short_names(query.columns()), query.layer.id
    room = path.parent / "parts"
    room.mkdir()
    try:
        _written(
            query, options, room / f"{stem}.shp", "ESRI Shapefile", list(names.values()),
            encoding="UTF-8", layer_options={"2GB_LIMIT": "YES", "DBF_DATE_LAST_UPDATE": f"{options.changed_at:%Y-%m-%d}"},
        )  # fmt: skip
    except (DataSourceError, pyogrio.errors.FeatureError) as error:
        if "2GB" not in str(error):
            raise
        raise BadParameter(
            "A Shapefile holds at most 2 GB; ask for a region, or for GeoPackage.", param="f", allowed=["gpkg", "fgb"]
        ) from None
    explained = room / "字段说明 fields.txt"
    explained.write_bytes(_explained(query.columns(), names, options))
    _pack(sorted(room.iterdir()), path, options)


def _pack(parts: Sequence[Path], path: Path, options: Options) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for part in parts:
            entry = zipfile.ZipInfo(part.name, options.changed_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with part.open("rb") as source, packed.open(entry, "w") as target:
                shutil.copyfileobj(source, target, CHUNK)


def _explained(columns: Sequence[SpokenColumn], names: dict[str, str], options: Options) -> bytes:
    """What the short names stand for, as a table that a spreadsheet opens too."""
    out = io.StringIO()
    for word, text in options.about.items():
        out.write(f"{word}：{text}\r\n")
    out.write(f"文本超过 {SHAPEFILE_TEXT} 字节的部分被截去。Text beyond {SHAPEFILE_TEXT} bytes is cut off.\r\n\r\n")
    lines = csv.writer(out, delimiter="\t")
    lines.writerow(["字段 field", "全名 full name", "中文名", "English", "单位 unit"])
    for column in columns:
        lines.writerow([names[column.name], column.name, column.zh, column.en, column.unit])
    return ("\ufeff" + out.getvalue()).encode()
