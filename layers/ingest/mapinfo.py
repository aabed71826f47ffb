"""MapInfo's tables (.tab) and exchange files (.mif): a text heading that names charset and columns, and the rows beside it.

The charset is often none ("Neutral"), or wrong. So GDAL is given a copy of the heading that claims none, with columns numbered, and
bytes come out of it as they are.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyogrio.raw import open_arrow

from layers.ingest import dbf, encodings
from layers.ingest.archive import SIDE_FILES
from layers.ingest.encodings import FoundEncoding
from layers.ingest.reading import Hints
from layers.ingest.refusal import ImportRefused
from layers.words import Words

_HEADING_BYTES = 1 << 20
_NATIVE = re.compile(rb"^\s*type\s+native\b", re.IGNORECASE | re.MULTILINE)
_CHARSET = re.compile(rb'(charset\s+"?)([\w-]{1,40})', re.IGNORECASE)
_COLUMNS = re.compile(rb"^[ \t]*(?:columns|fields)[ \t]+(\d{1,4})[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_COLUMN = re.compile(  # bounded, so that a line of a megabyte costs nothing
    rb"([ \t]{0,40})([^\r\n]{1,200}?)([ \t]{1,40}[a-z]{1,20}[ \t]{0,40}(?:\([^)\r\n]{0,40}\))?[^\r\n]{0,200}\r?\n)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Neutral:
    """A copy that claims no charset. ``room`` is gone with it; ``names`` are the headings as bytes, ``charset`` what was claimed."""

    path: Path
    names: tuple[bytes, ...]
    charset: str
    room: tempfile.TemporaryDirectory[str]


def neutral(path: Path) -> Neutral:
    """Make the copy of a .tab or .mif; `ImportRefused` when it is neither, or would have other files read."""
    with path.open("rb") as file:
        heading = file.read(_HEADING_BYTES)
    (_look_tab if path.suffix.lower() == ".tab" else _look_mif)(heading)
    charset = _CHARSET.search(heading)
    names, numbered = _numbered(_CHARSET.sub(rb"\1Neutral", heading, count=2))
    room = tempfile.TemporaryDirectory(prefix="shuitu-mapinfo-")
    copy = Path(room.name) / f"table{path.suffix.lower()}"
    with path.open("rb") as file, copy.open("wb") as out:
        file.seek(len(heading))
        out.write(numbered)
        while block := file.read(1 << 20):
            out.write(block)
    for one in path.parent.iterdir():
        if one.stem == path.stem and one.suffix.lower() in SIDE_FILES[path.suffix.lower()]:
            copy.with_suffix(one.suffix.lower()).symlink_to(one.absolute())
    said = charset[2].decode("ascii", "replace") if charset else ""
    return Neutral(copy, names, "" if said.lower() == "neutral" else said, room)


def _look_tab(heading: bytes) -> None:
    """A .tab may say to read other files, as a view does, or the tiles of a seamless table."""
    plain = heading.lower()
    if not plain.lstrip().startswith(b"!table") or b"isseamless" in plain or not _NATIVE.search(heading):
        raise ImportRefused(
            "这个 .tab 不是 MapInfo 的原生表（可能是视图、无缝表、影像或纯文本）：请在 MapInfo 中另存副本后再导入",
            "this .tab is no native table of MapInfo (a view, a seamless table, a raster, plain text?): save a copy of it", param="file",
        )  # fmt: skip


def _look_mif(heading: bytes) -> None:
    if not heading.lstrip().lower().startswith(b"version"):
        raise ImportRefused(
            "这个 .mif 不是 MapInfo 交换文件，或已损坏",
            "this .mif is no exchange file of MapInfo, or damaged",
            param="file",
        )


def _numbered(heading: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """(the names of the columns, the heading with c1, c2, … for them)."""
    listed = _COLUMNS.search(heading)
    if listed is None:
        raise ImportRefused(
            "MapInfo 文件头没有列的说明，可能已损坏", "the MapInfo heading lists no columns: damaged?", param="file"
        )
    names: list[bytes] = []
    parts, at = [heading[: listed.end()]], listed.end()
    for number in range(1, int(listed[1]) + 1):
        column = _COLUMN.match(heading, at)
        if column is None:
            raise ImportRefused(
                "MapInfo 文件头的列说明不完整", "the MapInfo heading lists fewer columns than it says", param="file"
            )
        names.append(column[2].strip(b'"'))
        parts.append(b"%sc%d%s" % (column[1], number, column[3]))
        at = column.end()
    return tuple(names), b"".join((*parts, heading[at:]))


def encoding(found: Neutral, name: str, options: dict[str, Any], hints: Hints) -> FoundEncoding:
    """In what the texts are; `ImportRefused` when in nothing that is known."""

    def cells() -> Iterator[bytes]:
        yield from found.names
        with open_arrow(found.path, use_pyarrow=True, read_geometry=False, **options) as (_, reader):
            for batch in reader:
                for column in batch.columns:
                    if pa.types.is_string(column.type):
                        yield from (one for one in column.cast(pa.binary()).unique().to_pylist() if one)

    return encodings.of_table(
        (one for one in cells() if not one.isascii()),
        found.charset,
        Words("MapInfo 文件头", "the MapInfo heading"),
        name,
        hints.told,
    )


def named(batch: pa.RecordBatch, headings: tuple[str, ...], encoding: str) -> pa.RecordBatch:
    """A batch with its headings, and its texts as they are meant."""
    columns = [
        dbf.decoded(column.cast(pa.binary()), encoding) if pa.types.is_string(column.type) else column
        for column in batch.columns
    ]
    own = {f"c{number}": heading for number, heading in enumerate(headings, 1)}
    return pa.RecordBatch.from_arrays(columns, names=[own.get(name, name) for name in batch.schema.names])
