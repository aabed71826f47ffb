"""KML, read here: GDAL makes underscores of the Chinese names of what a placemark tells, and so one column of several.

A placemark gives a row: its name, its description and its extended data are columns. Folders are as layers are: one is chosen, or all.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from layers.ingest import encodings
from layers.ingest.reading import NO_HINTS, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, trimmed
from layers.words import Words

ALL = "全部"  # of the folders
BATCH_ROWS = 10_000
_BLOCK = 1 << 20
_DEEPEST = 200
_MOST_COLUMNS = 2_000
_CRS = "EPSG:4326"  # by the standard, longitude first
# Of our own for what every placemark has, where its data do not have columns of that name.
_NAME, _DESCRIPTION = "name", "description"
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_SHAPES = {"Point": _POINT, "LineString": _LINE, "LinearRing": _LINE, "Polygon": _POLYGON}


@dataclass(slots=True)
class Placemark:
    """One placemark: the folder it is in, what it tells, its shape as WKB (b"" for one that cannot be read), None without one."""

    folder: str
    told: dict[str, str]
    wkb: bytes | None


def open_kml(path: Path, layer: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """The placemarks of a KML, of one folder or of all; `ImportRefused` when there are none, or the folder must be chosen."""
    encoding = _encoding(path, hints)
    folders: dict[str, int] = {}
    headings: dict[str, dict[str, None]] = {}
    for mark in placemarks(path, encoding):
        folders[mark.folder] = folders.get(mark.folder, 0) + 1
        headings.setdefault(mark.folder, {}).update(dict.fromkeys(mark.told))
    wanted = _choose(list(folders), layer)
    names = tuple(dict.fromkeys(name for folder in wanted for name in headings[folder]))
    if len(names) > _MOST_COLUMNS:
        raise ImportRefused("KML 的扩展数据列过多", "the extended data of the KML have too many columns", param="file")
    notes = (
        [Words("读取了 {count} 个文件夹的地标", "placemarks of {count} folders were read", count=len(wanted))]
        if len(wanted) > 1
        else []
    )
    return Table("vector", names, lambda: _chunks(path, encoding, frozenset(wanted), names), True, _CRS, notes)


def _choose(folders: Sequence[str], wanted: str | None) -> list[str]:
    if not folders:
        raise ImportRefused(
            "KML 中没有地标；如果它只是网络链接，请在 Google Earth 或奥维中打开，把内容另存为 KML",
            "the KML holds no placemarks; where it is only a network link, save what it shows as KML", param="file",
        )  # fmt: skip
    if wanted is not None and wanted in folders:
        return [wanted]
    if len(folders) == 1 or wanted == ALL:
        return list(folders)
    raise ImportRefused(
        "KML 中有多个文件夹，请用 --file-layer 指定其一，或写“{all}”", "the KML has several folders: choose one by --file-layer, or {all!r} for all",
        param="file-layer", allowed=[*folders, ALL], all=ALL,
    )  # fmt: skip


def _encoding(path: Path, hints: Hints) -> str:
    """By the bytes, whatever the declaration says; `ImportRefused` when it is none that is known."""
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    told = encodings.told_encoding(hints.told)

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    found = encodings.judge(encodings.of_blocks(blocks(), [told] if told else encodings.CANDIDATES))
    if found is None:
        raise encodings.undecodable(path.name, told or "")
    return encodings.codec(found.encoding)


def placemarks(path: Path, encoding: str) -> Iterator[Placemark]:
    """The placemarks in the order of the file; `ImportRefused` where it is no XML."""
    scan = _Scan(path.stem)
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            last = False
            while not last:
                block = file.read(_BLOCK)
                last = not block
                parser.Parse(decoder.decode(block, final=last).removeprefix("\ufeff").encode(), last)
                yield from scan.found
                scan.found.clear()
    except (expat.ExpatError, UnicodeDecodeError, RecursionError) as error:
        raise ImportRefused(
            "KML 已损坏，或不是完整的 XML", "the KML is damaged, or no whole XML", param="file"
        ) from error


@dataclass(slots=True)
class _Scan:
    """What stands open at a place of the file."""

    root: str
    found: list[Placemark] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    mark: Placemark | None = None
    key: str = ""
    # One list of (kind, content) an open MultiGeometry, and the rings of an open polygon.
    shapes: list[list[bytes]] = field(default_factory=list)
    rings: list[bytes] = field(default_factory=list)
    broken: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition("}")[2]
        self.path.append(name)
        self.words.clear()
        if len(self.path) > _DEEPEST:
            raise RecursionError
        if name in {"Folder", "Document"}:
            self.folders.append(self.folders[-1] if self.folders else self.root)
        elif name == "Placemark":
            self.mark, self.shapes, self.broken = (
                Placemark(self.folders[-1] if self.folders else self.root, {}, None),
                [[]],
                False,
            )
        elif name in {"Data", "SimpleData"}:
            self.key = attributes.get("name", "").strip()
        elif name == "MultiGeometry" and self.mark:
            self.shapes.append([])
        elif name == "Polygon":
            self.rings = []

    def text(self, text: str) -> None:
        self.words.append(text)

    def end(self, name: str) -> None:
        name = self.path.pop()
        parent = self.path[-1] if self.path else ""
        text = "".join(self.words).strip()
        self.words.clear()
        if name in {"Folder", "Document"}:
            self.folders.pop()
        elif name == "name" and parent in {"Folder", "Document"} and text:
            self.folders[-1] = text
        elif self.mark is not None:
            self._within(self.mark, name, parent, text)

    def _within(self, mark: Placemark, name: str, parent: str, text: str) -> None:
        if name == "Placemark":
            shapes = self.shapes[0]
            mark.wkb = b"" if self.broken else shapes[0] if shapes else None
            self.found.append(mark)
            self.mark = None
        elif parent == "Placemark" and name in (_NAME, _DESCRIPTION):
            mark.told.setdefault(name, text)
        elif (name == "value" and parent == "Data") or name == "SimpleData":
            if self.key == _NAME and _NAME in mark.told:
                mark.told["placemark"] = mark.told[_NAME]
            if self.key:
                mark.told[self.key] = text
        elif name in _SHAPES or name in {"MultiGeometry", "coordinates"}:
            self._shape(name, parent, text)

    def _shape(self, name: str, parent: str, text: str) -> None:
        if name == "coordinates":
            places = _places(text)
            if places is None or (parent == "Point" and len(places) != 16):
                self.broken = True
            elif parent == "LinearRing":
                self.rings.append(struct.pack("<I", len(places) // 16) + places)
            elif parent == "Point":
                self.shapes[-1].append(_wkb(_POINT, places))
            elif parent == "LineString":
                self.shapes[-1].append(_wkb(_LINE, struct.pack("<I", len(places) // 16) + places))
        elif name == "Polygon":
            self.shapes[-1].append(_wkb(_POLYGON, struct.pack("<I", len(self.rings)) + b"".join(self.rings)))
        elif name == "MultiGeometry" and len(self.shapes) > 1:
            parts = self.shapes.pop()
            kinds = {part[1] for part in parts}
            # A multipoint is 4, a multiline 5, a multipolygon 6: each three above what it is made of.
            kind = parts[0][1] + 3 if len(kinds) == 1 and kinds <= {_POINT, _LINE, _POLYGON} else _COLLECTION
            if parts:
                self.shapes[-1].append(_wkb(kind, struct.pack("<I", len(parts)) + b"".join(parts)))


def _wkb(kind: int, content: bytes) -> bytes:
    return struct.pack("<BI", 1, kind) + content


def _places(text: str) -> bytes | None:
    """``lon,lat[,height] …`` → doubles, None for anything else."""
    try:
        pairs = [tuple(map(float, place.split(",")[:2])) for place in text.split()]
        return b"".join(struct.pack("<dd", *pair) for pair in pairs) or None
    except (ValueError, struct.error):
        return None


def _chunks(path: Path, encoding: str, folders: frozenset[str], names: Sequence[str]) -> Iterator[Chunk]:
    at, marks = 1, []
    for mark in placemarks(path, encoding):
        if mark.folder in folders:
            marks.append(mark)
        if len(marks) == BATCH_ROWS:
            yield _chunk(marks, names, at)
            at, marks = at + len(marks), []
    if marks:
        yield _chunk(marks, names, at)


def _chunk(marks: Sequence[Placemark], names: Sequence[str], at: int) -> Chunk:
    columns: dict[str, Any] = {
        name: trimmed(pa.array([mark.told.get(name) for mark in marks], pa.string())) for name in names
    }
    return Chunk(
        np.arange(at, at + len(marks), dtype=np.int64), columns, pa.array([mark.wkb for mark in marks], pa.binary())
    )
