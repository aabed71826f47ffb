"""Files of maps through pyogrio as Arrow: GeoJSON (also one feature a line), GeoPackage, Shapefile, FlatGeobuf, FileGDB, GPX, MapInfo;
GeoParquet through pyarrow. A Shapefile's attributes are read by `layers.ingest.dbf`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyogrio.raw import open_arrow

from layers.ingest import dbf, encodings, mapinfo
from layers.ingest.reading import NO_HINTS, Choice, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, text_array
from layers.words import Listed, Worded, Words

# GDAL chooses a driver by content, and some drivers (VRT, …) read further files: what the content is was looked at
# (`layers.ingest.sniff`), and the driver found must be one of these. The reading process does without those others (`apart`).
_DRIVERS = {
    ".shp": {"ESRI Shapefile"},
    ".gpkg": {"GPKG"},
    ".gdb": {"OpenFileGDB"},
    ".fgb": {"FlatGeobuf"},
    ".gpx": {"GPX"},
    ".mif": {"MapInfo File"},
    ".tab": {"MapInfo File"},
    **{suffix: {"GeoJSON", "GeoJSONSeq"} for suffix in (".geojson", ".json", ".geojsons", ".geojsonl", ".geojsonseq")},
}
_INTERNAL_LAYERS = frozenset({"layer_styles"})
_DICTIONARIES = frozenset({"fields", "字段说明 fields"})  # of our own files: what the columns are

# GDAL's own Arrow stream of FlatGeobuf does not say which features have no geometry, and gives the next ones' bytes for them.
pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"})

MAX_ROWS = 50_000_000  # of a Parquet file: a kilobyte of it can claim billions
BATCH_ROWS = 20_000  # what is held in memory at once; outlines of districts are tens of kilobytes each
_BROKEN = (DataSourceError, DataLayerError, FeatureError, pa.ArrowException, UnicodeDecodeError, OSError, ValueError)
# Columns that a format gives to every feature, and nobody fills in.
_SERVICE = {
    ".gpx": frozenset({
        "magvar", "geoidheight", "src", "link1_href", "link1_text", "link1_type", "link2_href", "link2_text", "link2_type", "sym",
        "fix", "sat", "hdop", "vdop", "pdop", "ageofdgpsdata", "dgpsid",
    }),
}  # fmt: skip


def open_vector(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """One layer of a vector file; `ImportRefused` when it cannot be read, is of another format, or must be chosen."""
    suffix = path.suffix.lower()
    with _readable():
        if suffix in _LOOKS:
            _LOOKS[suffix](path)
        if suffix in {".mif", ".tab"}:
            return _open_mapinfo(path, hints)
        chosen, notes = _choose(path, layer)
        if suffix == ".gpkg":
            _refuse_view(path, chosen)
        if suffix == ".shp":
            return _open_shapefile(path, chosen, hints)
        if pyogrio.read_info(path, layer=chosen)["driver"] not in _DRIVERS[suffix]:
            raise _unreadable()
        options = {"layer": chosen, "batch_size": BATCH_ROWS, **_options(suffix)}
        with open_arrow(path, use_pyarrow=True, **options) as (meta, reader):
            names = [name for name in reader.schema.names if name not in _SERVICE.get(suffix, ())]

    def batches() -> Iterator[pa.RecordBatch]:
        with open_arrow(path, use_pyarrow=True, **options) as (_, again):
            yield from again

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


def _beside(path: Path, suffix: str) -> Path | None:
    return next((p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == suffix), None)


def _require(path: Path, *suffixes: str) -> None:
    missing = [suffix for suffix in suffixes if _beside(path, suffix) is None]
    if missing:
        shown = Listed(*missing)
        raise ImportRefused(
            "缺少与 {name} 同名的 {shown}：请把同名的一组文件一起压缩成 zip 再导入", "{shown} is missing beside {name!r}: zip it together with the files of the same name", param="file", name=path.name, shown=shown,
        )  # fmt: skip


def _look_fgb(path: Path) -> None:
    """GDAL finds no layer in one that is cut short, and says nothing of it."""
    if not len(pyogrio.list_layers(path)):
        raise _unreadable()


def _look_json(path: Path) -> None:
    """By its standard UTF-8, and GDAL takes no other."""
    with path.open("rb") as file:
        weighing = encodings.of_blocks(iter(lambda: file.read(1 << 20), b""), ["UTF-8"])
    if not weighing.texts:
        raise ImportRefused(
            "{name} 不是 UTF-8 编码（可能是 GBK 或 UTF-16），而 GeoJSON 须是 UTF-8：请以 UTF-8 重新导出或另存", "{name!r} is not in UTF-8, as GeoJSON has to be: export it as UTF-8", param=encodings.NAME, name=path.name,
        )  # fmt: skip


def _look_gpkg(path: Path) -> None:
    """A view is a program: it can go on for ever, and stand in the place of any table that is read on opening."""
    if any(name.startswith(("gpkg_", "rtree_")) for name in _views(path)):
        raise _unreadable()


_LOOKS: dict[str, Callable[[Path], None]] = {
    ".shp": lambda path: _require(path, ".dbf", ".shx"),
    ".tab": lambda path: _require(path, ".dat"),
    ".mif": lambda path: _require(path, ".mid"),
    ".gpkg": _look_gpkg,
    ".fgb": _look_fgb,
    **dict.fromkeys((".geojson", ".json", ".geojsons", ".geojsonl", ".geojsonseq"), _look_json),
}


def _views(path: Path) -> frozenset[str]:
    # What was not yet taken into the file stands beside it, and SQLite has to write there to read it.
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as link:
            found = link.execute("SELECT lower(name) FROM sqlite_master WHERE type = 'view'").fetchall()
    except sqlite3.DatabaseError as error:
        raise _unreadable() from error
    return frozenset(name for (name,) in found)


def _refuse_view(path: Path, layer: str) -> None:
    if layer.lower() in _views(path):
        raise ImportRefused(
            "图层“{layer}”是视图，不是表：读取视图要运行其中的查询，请在 GIS 软件中把它另存为图层再导入", "the layer {layer!r} is a view and no table: save it as a layer of its own", param="file-layer", layer=layer,
        )  # fmt: skip


def _choose(path: Path, wanted: str | None) -> tuple[str, list[Worded]]:
    names = [str(name) for name, _ in pyogrio.list_layers(path) if name not in _INTERNAL_LAYERS]
    if path.suffix.lower() == ".gpx":
        return _waypoints(path, wanted)
    if wanted is not None and wanted in names:
        return wanted, []
    if len(names) > 1:
        names = [name for name in names if name not in _DICTIONARIES]
    if len(names) == 1:
        return names[0], []
    if not names:
        raise ImportRefused("文件中没有图层", "the file holds no layer")
    raise ImportRefused(
        "文件中有多个图层，请用 --file-layer 指定其一", "the file holds several layers: choose one by --file-layer",
        param="file-layer", allowed=names,
    )  # fmt: skip


def _waypoints(path: Path, wanted: str | None) -> tuple[str, list[Worded]]:
    """Of a GPX only what was marked as a point; the ways that were walked are no objects."""
    counts = {
        name: int(pyogrio.read_info(path, layer=name, force_feature_count=True)["features"])
        for name in ("waypoints", "routes", "tracks")
    }
    if wanted not in (None, "waypoints") or not counts["waypoints"]:
        raise ImportRefused(
            "GPX 中只读航点（waypoint），航迹和航线不是对象{none}", "of a GPX only waypoints are read: tracks and routes are no objects",
            param="file-layer", allowed=["waypoints"],
            none="" if counts["waypoints"] else Words("：这个文件没有航点，请在手持机或软件中导出航点", ""),
        )  # fmt: skip
    left = counts["routes"] + counts["tracks"]
    note = Words("GPX 中另有 {left} 条航迹、航线未读入", "{left} tracks and routes of the GPX were not read", left=left)
    return "waypoints", [note] if left else []


def _open_mapinfo(path: Path, hints: Hints) -> Table:
    copy = mapinfo.neutral(path)
    options: dict[str, Any] = {"batch_size": BATCH_ROWS}
    if pyogrio.read_info(copy.path)["driver"] not in _DRIVERS[path.suffix.lower()]:
        raise _unreadable()
    found = mapinfo.encoding(copy, path.name, options, hints)
    headings = tuple((encodings.decode_cut(name, found.encoding) or "").strip() for name in copy.names)
    with open_arrow(copy.path, use_pyarrow=True, **options) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        names = [*headings, *(name for name in reader.schema.names if name == geometry)]

    def batches() -> Iterator[pa.RecordBatch]:
        with open_arrow(copy.path, use_pyarrow=True, **options) as (_, again):
            for batch in again:
                yield mapinfo.named(batch, headings, found.encoding)

    return _table("vector", names, batches, geometry, meta["crs"], choices=[found.choice] if found.choice else [])


def _open_shapefile(path: Path, layer: str, hints: Hints) -> Table:
    """Shapes through GDAL, attributes of the .dbf beside; they belong together by their number."""
    beside = _beside(path, ".dbf")
    assert beside is not None
    attributes = dbf.attributes(beside, hints, of_shapes=True)
    _refuse_other_count(path, attributes)
    options: dict[str, Any] = {
        "layer": layer,
        "columns": [],
        "return_fids": True,
        "batch_size": BATCH_ROWS,
        "encoding": "ISO-8859-1",
    }
    if pyogrio.read_info(path, layer=layer, encoding="ISO-8859-1")["driver"] not in _DRIVERS[".shp"]:
        raise _unreadable()
    with open_arrow(path, use_pyarrow=True, **options) as (meta, _):
        crs = meta["crs"]

    def shapes() -> Iterator[pa.RecordBatch]:
        with open_arrow(path, use_pyarrow=True, **options) as (told, reader):
            for batch in reader:
                yield batch.select([told["fid_column"] or "OGC_FID", told["geometry_name"] or "wkb_geometry"])

    def chunks() -> Iterator[Chunk]:
        with _readable():
            yield from _joined(attributes, shapes(), beside.name)

    choices = [attributes.finding.choice] if attributes.finding.choice else []
    return Table("vector", attributes.headings, chunks, True, crs, attributes.notes, choices)


def _refuse_other_count(path: Path, attributes: dbf.Attributes) -> None:
    """Raise `ImportRefused` when there are more shapes than rows, or fewer: GDAL takes what is missing for empty."""
    index = _beside(path, ".shx")
    assert index is not None
    shapes = max(index.stat().st_size - 100, 0) // 8
    if shapes != attributes.layout.count:
        raise dbf.damaged(
            attributes.path.name,
            Words("：有 {rows} 行，而图形有 {shapes} 个", "", rows=attributes.layout.count, shapes=shapes),
        )


def _joined(attributes: dbf.Attributes, shapes: Iterable[pa.RecordBatch], name: str) -> Iterator[Chunk]:
    """Rows of the .dbf with their shapes, in batches of the .dbf's; both come in the order of their numbers."""
    left = pa.table({"fid": pa.array([], pa.int64()), "wkb": pa.array([], pa.binary())})
    shapes = iter(shapes)
    for numbers, columns in attributes.batches():
        if not len(numbers):
            continue
        while not left.num_rows or left["fid"][-1].as_py() < numbers[-1]:
            more = next(shapes, None)
            if more is None:
                raise dbf.damaged(name, Words("：行数多于图形", ""))
            told = pa.table({"fid": more.column(0).cast(pa.int64()), "wkb": _plain(more.column(1))})
            left = pa.concat_tables([left, told]) if left.num_rows else told
        fids = left["fid"].to_numpy()
        count = int(np.searchsorted(fids, numbers[-1], side="right"))
        if count != len(numbers) or (fids[:count] != numbers).any():
            raise dbf.damaged(name, Words("：与图形的编号对不上", ""))
        yield Chunk(numbers + 1, columns, left["wkb"].slice(0, count).combine_chunks())
        left = left.slice(count)
    if left.num_rows or next(shapes, None) is not None:
        raise dbf.damaged(name, Words("：行数少于图形", ""))


def _plain(wkb: pa.Array) -> pa.Array:
    return (wkb.storage if isinstance(wkb, pa.ExtensionArray) else wkb).cast(pa.binary())


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

    return _table("parquet", names, batches, name, crs if name else None)


def _table(
    format_: str,
    names: list[str],
    batches: Callable[[], Iterable[pa.RecordBatch]],
    geometry: str,
    crs: str | None,
    notes: Sequence[Worded] = (),
    choices: Sequence[Choice] = (),
) -> Table:
    headings = tuple(name for name in names if name != geometry)

    def chunks() -> Iterator[Chunk]:
        at = 1
        with _readable():
            for batch in batches():
                yield _chunk(batch, headings, geometry if geometry in names else None, at)
                at += batch.num_rows

    return Table(format_, headings, chunks, geometry in names, crs, notes, choices)


def _chunk(batch: pa.RecordBatch, headings: tuple[str, ...], geometry: str | None, at: int) -> Chunk:
    wkb = batch.column(geometry) if geometry else None
    if isinstance(wkb, pa.ExtensionArray):
        wkb = wkb.storage
    rows = np.arange(at, at + batch.num_rows, dtype=np.int64)
    return Chunk(rows, {name: text_array(batch.column(name)) for name in headings}, wkb)
