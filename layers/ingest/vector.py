"""GeoJSON, GeoPackage, Shapefile through pyogrio as Arrow; GeoParquet through pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, text_array

# GDAL chooses a driver by content, and some drivers (VRT, …) read further files: a name is not enough, so the first
# bytes must fit it and the driver found must be the one expected.
_MAGIC = {".shp": b"\x00\x00\x27\x0a", ".gpkg": b"SQLite format 3\x00"}
_DRIVERS = {
    ".shp": {"ESRI Shapefile"},
    ".gpkg": {"GPKG"},
    ".geojson": {"GeoJSON", "GeoJSONSeq"},
    ".json": {"GeoJSON", "GeoJSONSeq"},
}
_INTERNAL_LAYERS = frozenset({"layer_styles"})


def open_vector(path: Path, layer: str | None) -> Table:
    """One layer of a vector file; `ImportRefused` when it cannot be read, is of another format, or must be chosen."""
    suffix = path.suffix.lower()
    _check_magic(path, suffix)
    try:
        chosen = _choose(path, layer)
        info = pyogrio.read_info(path, layer=chosen)
        if info["driver"] not in _DRIVERS[suffix]:
            raise _unreadable()
        encoding = _dbf_encoding(path) if suffix == ".shp" else None
        meta, table = pyogrio.read_arrow(path, layer=chosen, encoding=encoding, **_options(suffix))
    except (DataSourceError, DataLayerError, FeatureError, pa.ArrowException, UnicodeDecodeError) as error:
        raise _unreadable() from error
    notes = [(f"属性表编码按 {encoding} 读取", f"attributes read as {encoding}")] if encoding == "GB18030" else []
    return _table("vector", table, meta["geometry_name"] or "wkb_geometry", meta["crs"], notes)


def _options(suffix: str) -> dict[str, Any]:
    # "2019-01-01" in a text property stays the text it is.
    return {"DATE_AS_STRING": "YES"} if suffix in {".geojson", ".json"} else {}


def _unreadable() -> ImportRefused:
    return ImportRefused(
        "文件无法读取，可能已损坏或格式与扩展名不符", "the file cannot be read: damaged, or not what its name says"
    )


def _check_magic(path: Path, suffix: str) -> None:
    with path.open("rb") as file:
        start = file.read(4096)
    if suffix in _MAGIC:
        fits = start.startswith(_MAGIC[suffix])
    else:
        fits = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    if not fits:
        raise _unreadable()


def _choose(path: Path, wanted: str | None) -> str:
    names = [str(name) for name, _ in pyogrio.list_layers(path) if name not in _INTERNAL_LAYERS]
    if wanted is not None and wanted in names:
        return wanted
    if len(names) == 1:
        return names[0]
    if not names:
        raise ImportRefused("文件中没有图层", "the file holds no layer")
    raise ImportRefused(
        "文件中有多个图层，请用 --file-layer 指定其一", "the file holds several layers: choose one by --file-layer",
        param="file-layer", allowed=names,
    )  # fmt: skip


def _dbf_encoding(path: Path) -> str | None:
    """How a Shapefile's attributes are written when no .cpg says it: UTF-8 if they are, else GB18030.

    GDAL would take them for Latin-1, and every Chinese name with them.
    """
    dbf = next((p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() == ".dbf"), None)
    if dbf is None or any(p.suffix.lower() == ".cpg" for p in path.parent.glob(f"{path.stem}.*")):
        return None
    content = dbf.read_bytes()
    header = int.from_bytes(content[8:10], "little")
    names = b"".join(content[at : at + 11].rstrip(b"\x00") for at in range(32, max(header - 1, 32), 32))
    try:
        (names + content[header:]).decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def open_parquet(path: Path) -> Table:
    """A (Geo)Parquet file with WKB geometry, if any; by its specification no CRS means longitude, latitude of WGS 84."""
    try:
        table = pq.read_table(path)
        geo = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable() from error
    name = geo.get("primary_column", "")
    column = geo.get("columns", {}).get(name, {})
    if name and column.get("encoding") != "WKB":
        raise ImportRefused("GeoParquet 的几何编码不是 WKB", "the GeoParquet geometry is not encoded as WKB")
    crs = json.dumps(column["crs"]) if column.get("crs") else "OGC:CRS84"
    return _table("parquet", table, name, crs if name else None, [])


def _table(format_: str, table: pa.Table, geometry: str, crs: str | None, notes: list[tuple[str, str]]) -> Table:
    has_geometry = geometry in table.column_names
    headings = tuple(name for name in table.column_names if name != geometry)

    def chunks() -> Iterator[Chunk]:
        wkb = table.column(geometry).combine_chunks() if has_geometry else None
        if isinstance(wkb, pa.ExtensionArray):
            wkb = wkb.storage
        if table.num_rows:
            rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
            yield Chunk(rows, {name: text_array(table.column(name)) for name in headings}, wkb)

    return Table(format_, headings, chunks, has_geometry, crs, notes)
