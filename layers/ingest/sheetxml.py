"""The marks of a sheet in a workbook of XML parts (.xlsx), found by patterns in one pass over blocks of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from layers.ingest.extent import column_number, sheet_names
from layers.ingest.marks import Marks, Padding, paddings

_BLOCK_BYTES = 4 << 20
_STYLES_BYTES = 32 << 20
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ROW_NUMBER = re.compile(rb'\br="([0-9]{1,7})"')
_RANGE = re.compile(rb'\b(min|max)="([0-9]{1,5})"')
_TEXT_RESULT = re.compile(rb'\bt="str"')


def marks(path: Path, sheet: str) -> Marks:
    """The marks of one sheet of a .xlsx; none where the file is not understood, which the reader of values refuses."""
    found = Marks()
    try:
        with zipfile.ZipFile(path) as book:
            names = sheet_names(book)
            for part in book.infolist():
                inside = PurePosixPath(part.filename)
                if inside.parent.name == "worksheets" and names.get(inside.name, inside.stem) == sheet:
                    scan = _Scan(found, _padded_styles(book))
                    for block in _blocks(book, part):
                        scan.block(block)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ElementTree.ParseError):
        pass
    return found


def _blocks(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The XML in blocks that end with a row."""
    with book.open(part) as file:
        rest = b""
        while more := file.read(_BLOCK_BYTES):
            text = rest + more
            cut = text.rfind(b"</row>") if text.rfind(b":row>") < 0 else text.rfind(b":row>") + 5
            cut = cut + 6 if cut >= 0 else 0
            if cut:
                yield text[:cut]
            rest = text[cut:]
        yield rest


def _padded_styles(book: zipfile.ZipFile) -> Mapping[int, Padding]:
    name = next((name for name in book.namelist() if name.lower() == "xl/styles.xml"), None)
    if name is None or book.getinfo(name).file_size > _STYLES_BYTES:
        return {}
    root = ElementTree.fromstring(book.read(name))
    codes = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")}
    return paddings(codes, [int(one.get("numFmtId") or 0) for one in root.iterfind("{*}cellXfs/{*}xf")])


class _Scan:
    """The patterns, in the prefix that the sheet's elements have, and what they found."""

    def __init__(self, marks: Marks, padded: Mapping[int, Padding]) -> None:
        self._marks = marks
        self._padded = padded
        self._ready = False

    def _prepare(self, block: bytes) -> None:
        prefix = re.search(rb"<(\w+:)?(?:worksheet|sheetData)\b", block)
        p = (prefix[1] or b"") if prefix else b""
        self._row = re.compile(rb"<%srow\b([^>]*)>" % p)
        self._column = re.compile(rb"<%scol\b([^>]*)>" % p)
        self._error = re.compile(rb'<%sc\b([^>]*\bt="e"[^>]*)>(.*?)</%sc>' % (p, p), re.DOTALL)
        self._value = re.compile(rb"<%sv>([^<]*)</%sv>" % (p, p))
        self._unsaved = re.compile(
            rb"<%sc\b([^>]*)><%sf\b(?:[^>]*/>|[^>]*>[^<]*</%sf>)(?:<%sv ?/>|<%sv></%sv>)?</%sc>" % (p, p, p, p, p, p, p)
        )
        self._signs = (b"</%sf></%sc>" % (p, p), b"/></%sc>" % p, b"<%sv></%sv></%sc>" % (p, p, p))
        styles = b"|".join(str(style).encode() for style in self._padded)
        self._filled = re.compile(rb'<%sc r="([A-Z]{1,3})([0-9]{1,7})" s="(%s)"(?: t="n")?>' % (p, styles))
        self._ready = True

    def block(self, xml: bytes) -> None:
        if not self._ready:
            self._prepare(xml)
        if b"hidden=" in xml:
            self._hidden(xml)
        if b't="e"' in xml:
            self._errors(xml)
        if any(sign in xml for sign in self._signs):
            self._without_result(xml)
        if self._padded:
            for found in self._filled.finditer(xml):
                self._marks.pad(int(found[2]) - 1, column_number(found[1]) - 1, self._padded[int(found[3])])

    def _errors(self, xml: bytes) -> None:
        for found in self._error.finditer(xml):
            value = self._value.search(found[2])
            if cell := _CELL.search(found[1]):
                text = value[1].decode("utf-8", "replace") if value else "#ERROR"
                self._marks.error(int(cell[2]) - 1, column_number(cell[1]) - 1, text)

    def _without_result(self, xml: bytes) -> None:
        for found in self._unsaved.finditer(xml):
            if not _TEXT_RESULT.search(found[1]):
                cell = _CELL.search(found[1])
                self._marks.without_result((cell[1] + cell[2]).decode() if cell else "?")

    def _hidden(self, xml: bytes) -> None:
        for found in self._column.finditer(xml):
            if _HIDDEN.search(found[1]):
                ends = dict(_RANGE.findall(found[1]))
                low, high = int(ends.get(b"min", 1)), int(ends.get(b"max", 1))
                self._marks.hidden_columns += range(low - 1, min(high, low + 255))
        for found in self._row.finditer(xml):
            if _HIDDEN.search(found[1]) and (number := _ROW_NUMBER.search(found[1])):
                self._marks.hidden_rows.append(int(number[1]) - 1)
