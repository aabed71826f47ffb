"""GeoJSON, GeoPackage, Shapefile through pyogrio as Arrow; GeoParquet through pyarrow."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyogrio.raw import open_arrow

from layers.ingest.reading import NO_HINTS, Hints
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

MAX_ROWS = 50_000_000  # of a Parquet file: a kilobyte of it can claim billions
BATCH_ROWS = 20_000  # what is held in memory at once; outlines of districts are tens of kilobytes each
_BROKEN = (DataSourceError, DataLayerError, FeatureError, pa.ArrowException, UnicodeDecodeError, OSError, ValueError)


def open_vector(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """One layer of a vector file; `ImportRefused` when it cannot be read, is of another format, or must be chosen."""
    suffix = path.suffix.lower()
    _check_magic(path, suffix)
    with _readable():
        chosen = _choose(path, layer)
        if pyogrio.read_info(path, layer=chosen)["driver"] not in _DRIVERS[suffix]:
            raise _unreadable()
        encoding = _dbf_encoding(path) if suffix == ".shp" else None
        options = {"layer": chosen, "encoding": encoding, "batch_size": BATCH_ROWS, **_options(suffix)}
        with open_arrow(path, use_pyarrow=True, **options) as (meta, reader):
            names = reader.schema.names

    def batches() -> Iterator[pa.RecordBatch]:
        with open_arrow(path, use_pyarrow=True, **options) as (_, again):
            yield from again

    notes = [(f"属性表编码按 {encoding} 读取", f"attributes read as {encoding}")] if encoding == "GB18030" else []
    return _table("vector", names, batches, meta["geometry_name"] or "wkb_geometry", meta["crs"], notes)


@contextmanager
def _readable() -> Iterator[None]:
    """What the libraries say of a broken file, as a refusal of it."""
    try:
        yield
    except MemoryError:  # Arrow's is one of its own, too
        raise
    except _BROKEN as error:
        raise _unreadable() from error


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
    decoder = codecs.getincrementaldecoder("utf-8")()
    with dbf.open("rb") as file:
        head = file.read(32)
        header = int.from_bytes(head[8:10], "little")
        fields = head + file.read(max(header - 32, 0))
        names = b"".join(fields[at : at + 11].rstrip(b"\x00") for at in range(32, max(header - 1, 32), 32))
        try:
            decoder.decode(names)
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "GB18030"
    return "UTF-8"


def open_parquet(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """A (Geo)Parquet file with WKB geometry, if any; by its specification no CRS means longitude, latitude of WGS 84."""
    with _readable(), pq.ParquetFile(path) as file:
        if file.metadata.num_rows > MAX_ROWS:
            raise ImportRefused(
                "文件行数过多，请分成几个文件", "the file has too many rows: split it", allowed=[f"≤ {MAX_ROWS}"]
            )
        names = file.schema_arrow.names
        geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    name = geo.get("primary_column", "")
    column = geo.get("columns", {}).get(name, {})
    if name and column.get("encoding") != "WKB":
        raise ImportRefused("GeoParquet 的几何编码不是 WKB", "the GeoParquet geometry is not encoded as WKB")
    crs = json.dumps(column["crs"]) if column.get("crs") else "OGC:CRS84"

    def batches() -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(path) as again:
            yield from again.iter_batches(BATCH_ROWS)

    return _table("parquet", names, batches, name, crs if name else None, [])


def _table(
    format_: str,
    names: list[str],
    batches: Callable[[], Iterable[pa.RecordBatch]],
    geometry: str,
    crs: str | None,
    notes: list[tuple[str, str]],
) -> Table:
    headings = tuple(name for name in names if name != geometry)

    def chunks() -> Iterator[Chunk]:
        at = 1
        with _readable():
            for batch in batches():
                yield _chunk(batch, headings, geometry if geometry in names else None, at)
                at += batch.num_rows

    return Table(format_, headings, chunks, geometry in names, crs, notes)


def _chunk(batch: pa.RecordBatch, headings: tuple[str, ...], geometry: str | None, at: int) -> Chunk:
    wkb = batch.column(geometry) if geometry else None
    if isinstance(wkb, pa.ExtensionArray):
        wkb = wkb.storage
    rows = np.arange(at, at + batch.num_rows, dtype=np.int64)
    return Chunk(rows, {name: text_array(batch.column(name)) for name in headings}, wkb)
