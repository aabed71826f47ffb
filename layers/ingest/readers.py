"""One door for all formats: a path → an opened `Table`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from layers.ingest import archive, sniff
from layers.ingest.reading import NO_HINTS, Hints
from layers.ingest.refusal import ImportRefused
from layers.later import later

if TYPE_CHECKING:
    from layers.ingest.table import Table

MAX_FILE_BYTES = 4 << 30

Opener = Callable[[Path, str | None, Hints], "Table"]

open_delimited: Opener = later("layers.ingest.delimited.open_delimited")
open_workbook: Opener = later("layers.ingest.workbook.open_workbook")
open_vector: Opener = later("layers.ingest.vector.open_vector")
open_parquet: Opener = later("layers.ingest.vector.open_parquet")
open_kml: Opener = later("layers.ingest.kml.open_kml")
open_dbf: Opener = later("layers.ingest.dbf.open_dbf")

FORMATS: dict[str, Opener] = {
    **dict.fromkeys((".csv", ".txt", ".tsv"), open_delimited),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), open_workbook),
    **dict.fromkeys((".geojson", ".json", ".geojsons", ".geojsonl", ".geojsonseq"), open_vector),
    **dict.fromkeys((".gpkg", ".shp", ".gpx", ".mif", ".tab", ".fgb", ".gdb"), open_vector),
    ".kml": open_kml,
    ".dbf": open_dbf,
    ".parquet": open_parquet,
}
ZIPPED = (".zip", ".kmz")
# Nothing by themselves: they come in a zip with others, or stand beside them.
TOGETHER = frozenset({".shp", ".mif", ".tab", ".gdb"})


def look(path: Path) -> None:
    """What can be said of a file before it is opened; raises `ImportRefused` as `opened` does."""
    suffix = path.suffix.lower()
    if path.is_dir():
        raise ImportRefused(
            "{name} 是文件夹：请压缩成一个 zip 再导入", "{name!r} is a folder: zip it", param="file", name=path.name
        )
    if not path.is_file():
        raise ImportRefused("文件不存在：{name}", "there is no file {name!r}", param="file", name=path.name)
    if not os.access(path, os.R_OK):
        raise ImportRefused(
            "没有读取文件 {name} 的权限", "no permission to read {name!r}", param="file", name=path.name
        )
    if not path.stat().st_size:
        raise ImportRefused("文件是空的", "the file is empty", param="file")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ImportRefused("文件过大", "the file is too large", param="file")
    if suffix not in ZIPPED and suffix not in FORMATS:
        raise sniff.unknown(suffix, path.name, [*FORMATS, *ZIPPED])


@contextmanager
def opened(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Iterator[Table]:
    """Open a file of any known format; ``layer`` is the sheet or the layer within it. What a zip holds is
    unpacked to a folder that is gone afterwards.

    Raises `ImportRefused`: missing, empty, too large, of an unknown kind, or unreadable. Only the reading process
    (`layers.ingest.reader`) opens what others made: everybody else asks it by `layers.ingest.apart.opened_apart`.
    """
    suffix = path.suffix.lower()
    if not (suffix == ".gdb" and path.is_dir()):  # a folder, unpacked here
        look(path)
        sniff.refuse_mistaken(path)
    if suffix in ZIPPED:
        with tempfile.TemporaryDirectory(prefix="shuitu-import-") as folder:
            inner = archive.unpack(path, Path(folder), layer)
            with opened(inner, None if layer in (inner.name, inner.stem) else layer, hints) as table:
                yield table
        return
    yield FORMATS[suffix](path, layer, hints)
