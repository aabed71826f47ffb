"""Files as bureaux send them, written byte by byte: no library would make most of them, and those that do are the point."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from layers.ingest.readers import opened
from layers.ingest.reading import Choice, Hints

HEADINGS = ("编码", "名称", "用途", "井深", "区划代码")
WELLS = (
    ("W1", "翠微路1号井", "水源井", "80", "110108001001"),
    ("W2", "万寿路2号井", "水源井", "81.5", "110108001001"),
    ("W3", "羊坊店3号井", "农业", "82", "110108001002"),
)
# What the columns are known by, as `layers.ingest.columns.known_words` gives them for wells.
WORDS = frozenset(
    {
        "编码",
        "code",
        "名称",
        "name",
        "用途",
        "use",
        "井深",
        "depth_m",
        "区划代码",
        "region",
        "经度",
        "纬度",
        "lon",
        "lat",
        "计量方式",
        "x",
        "y",
    }
)


def dbf(
    headings: Sequence[str | bytes],
    rows: Sequence[Sequence[str | bytes]],
    encoding: str = "gbk",
    *,
    language: int = 0,
    kinds: str = "",
    widths: Sequence[int] = (),
    deleted: Sequence[int] = (),
) -> bytes:
    """A dBASE table: texts 40 bytes wide unless told, headings cut at 10 bytes as all writers do."""

    def raw(text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else text.encode(encoding)

    kinds = kinds or "C" * len(headings)
    sizes = list(widths) or [40] * len(headings)
    fields = b"".join(
        raw(name)[:10].ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size, 0]) + bytes(14)
        for name, kind, size in zip(headings, kinds, sizes, strict=True)
    )
    start, length = 32 + len(fields) + 1, 1 + sum(sizes)
    head = struct.pack("<BBBBIHH17xB2x", 3, 119, 8, 1, len(rows), start, length, language)
    body = b"".join(
        (b"*" if at in deleted else b" ")
        + b"".join(
            raw(cell)[:size].rjust(size) if kind in "NF" else raw(cell)[:size].ljust(size)
            for cell, kind, size in zip(row, kinds, sizes, strict=True)
        )
        for at, row in enumerate(rows)
    )
    return head + fields + b"\r" + body + b"\x1a"


def points(count: int) -> tuple[bytes, bytes]:
    """The .shp and .shx of so many points near 116.3, 39.9."""

    def header(size: int) -> bytes:
        return struct.pack(">I20xI", 9994, size // 2) + struct.pack(
            "<II8d", 1000, 1, 116.0, 39.0, 117.0, 40.0, 0, 0, 0, 0
        )

    shapes = [struct.pack(">II", at + 1, 10) + struct.pack("<Idd", 1, 116.3 + at / 1000, 39.9) for at in range(count)]
    places = [struct.pack(">II", (100 + 28 * at) // 2, 10) for at in range(count)]
    return header(100 + 28 * count) + b"".join(shapes), header(100 + 8 * count) + b"".join(places)


@dataclass
class Taken:
    """What was read of a file."""

    headings: tuple[str, ...]
    has_geometry: bool
    notes: str
    above: tuple[str, ...]
    choices: dict[str, Choice]
    rows: list[int] = field(default_factory=list)
    cells: list[tuple[str | None, ...]] = field(default_factory=list)
    ragged: list[tuple[int, str]] = field(default_factory=list)
    shapes: int = 0


def taken(
    path: Path, layer: str | None = None, told: Mapping[str, str] | None = None, words: frozenset[str] = WORDS
) -> Taken:
    """Read a whole file, as a register of wells."""
    with opened(path, layer, Hints(told or {}, words)) as table:
        found = Taken(
            table.headings, table.has_geometry, "；".join(note.zh for note in table.notes), tuple(table.above),
            {choice.name: choice for choice in table.choices},
        )  # fmt: skip
        for chunk in table.chunks():
            found.rows += chunk.rows.tolist()
            found.ragged += chunk.ragged
            found.shapes += 0 if chunk.wkb is None else len(chunk.wkb) - chunk.wkb.null_count
            found.cells += zip(
                *(chunk.columns[name].to_pylist() for name in dict.fromkeys(table.headings)), strict=True
            )
    return found


PRJ = (
    'GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]]'
)


def shapefile(table: bytes, count: int, *, cpg: str | None = None, without: Sequence[str] = ()) -> dict[str, bytes]:
    """The members of a Shapefile by their endings."""
    shp, shx = points(count)
    found = {".shp": shp, ".shx": shx, ".dbf": table, ".prj": PRJ.encode()}
    if cpg is not None:
        found[".cpg"] = cpg.encode()
    return {ending: data for ending, data in found.items() if ending not in without}


def named(stem: str, members: Mapping[str, bytes]) -> dict[str, bytes]:
    return {stem + ending: data for ending, data in members.items()}


class _Named(zipfile.ZipInfo):
    """A member whose name is written in these bytes, without the flag that would say UTF-8."""

    raw: bytes

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits & ~0x800


def zipped(path: Path, members: Mapping[str, bytes], *, names: str = "") -> Path:
    """A zip; with ``names`` its members' names are in that encoding, as programs write them that know no UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            if names:
                entry = _Named(name)
                entry.raw = name.encode(names)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, data)
    return path


def csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return "".join(delimiter.join(row) + "\r\n" for row in rows).encode(encoding)


def register(encoding: str = "utf-8", above: Sequence[Sequence[str]] = ()) -> bytes:
    """The wells as CSV, below some lines."""
    return csv([*above, HEADINGS, *WELLS], encoding)


def ole(*streams: str) -> bytes:
    """The beginning of an old Office file that holds streams of these names, and nothing in them."""
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62) for name in streams
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entries.ljust(512, b"\0") + bytes(512)


def kml(placemarks: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{placemarks}</Document></kml>'.encode()


def placemark(name: str, data: Mapping[str, str], at: str = "116.3,39.9,0") -> str:
    told = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in data.items())
    return f"<Placemark><name>{name}</name><ExtendedData>{told}</ExtendedData><Point><coordinates>{at}</coordinates></Point></Placemark>"


def gpx(inside: str) -> bytes:
    return f'<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'.encode()


def mif(charset: str, headings: Sequence[bytes], rows: Sequence[Sequence[bytes]]) -> tuple[bytes, bytes]:
    """A .mif and .mid of points."""
    columns = b"".join(b"  %s Char(60)\n" % name for name in headings)
    head = b'Version 300\nCharset "%s"\nDelimiter ","\nCoordSys Earth Projection 1, 104\nColumns %d\n' % (
        charset.encode(),
        len(headings),
    )
    shapes = b"".join(b"Point 116.%d 39.9\n" % (300 + at) for at in range(len(rows)))
    return head + columns + b"Data\n\n" + shapes, b"".join(
        b",".join(b'"%s"' % cell for cell in row) + b"\n" for row in rows
    )


def ods(rows_xml: str, name: str = "Sheet1") -> dict[str, bytes]:
    """The members of an .ods with one sheet of these rows."""
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in {"office": "office", "table": "table", "text": "text"}.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{rows_xml}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}


def ods_row(cells: Sequence[str], told: str = "", first: str = "") -> str:
    """A row of texts; ``told`` are attributes of the row, ``first`` of its first cell."""
    body = "".join(
        f'<table:table-cell{f" {first}" if not at else ""} office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        if cell else "<table:table-cell/>"
        for at, cell in enumerate(cells)
    )  # fmt: skip
    return f"<table:table-row{f' {told}' if told else ''}>{body}</table:table-row>"
