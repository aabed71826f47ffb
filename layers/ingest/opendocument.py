"""The marks of a sheet in an OpenDocument workbook (.ods), and its merged ranges, which the reader of values does not tell."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path

from layers.ingest.marks import Marks, letters

_MOST_BYTES = 256 << 20
_MOST_CELLS = 2_000_000
_TABLE = re.compile(rb'<table:table\b[^>]*\btable:name="([^"]*)"[^>]*>(.*?)</table:table>', re.DOTALL)
_TAG = re.compile(rb"<table:(table-row|table-column|table-cell|covered-table-cell)\b([^>]*?)(/?)>(#[A-Z/0!?]{2,7})?")
_SIGNS = re.compile(
    rb'table:visibility="|number-rows-spanned="(?:[2-9]|\d\d)|value-type="error"|table:formula=|number-columns-spanned="(?:[2-9]|\d\d)'
)
_NUMBERS = re.compile(rb'(repeated|rows-spanned|columns-spanned)="(\d{1,8})"')
_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
_ERROR = re.compile(rb"<text:p[^>]*>([^<]*)")


def marks(path: Path, sheet: str) -> Marks:
    """The marks of one sheet of an .ods; none where the file is not understood, which the reader of values refuses."""
    found = Marks()
    try:
        with zipfile.ZipFile(path) as book:
            if book.getinfo("content.xml").file_size > _MOST_BYTES:
                return found
            xml = book.read("content.xml")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, KeyError):
        return found
    for table in _TABLE.finditer(xml):
        if unescape(table[1].decode("utf-8", "replace")) == sheet and _SIGNS.search(table[2]):
            _walk(table[2], found)
    return found


def _walk(xml: bytes, found: Marks) -> None:
    row, column, next_row, columns, cells = -1, 0, 0, 0, 0
    for tag in _TAG.finditer(xml):
        kind, told = tag[1], tag[2]
        sizes = {name: int(number) for name, number in _NUMBERS.findall(told)}
        repeated = sizes.get(b"repeated", 1)
        if kind == b"table-column":
            if _HIDDEN.search(told):
                found.hidden_columns += range(columns, columns + min(repeated, 256))
            columns += repeated
        elif kind == b"table-row":
            row, column, next_row = next_row, 0, next_row + repeated
            if _HIDDEN.search(told):
                found.hidden_rows.extend(range(row, row + min(repeated, 65_536)))
        else:
            _cell(xml, tag, row, column, sizes, found)
            column += repeated
            cells += 1
            if cells > _MOST_CELLS:
                return


def _cell(xml: bytes, tag: re.Match[bytes], row: int, column: int, sizes: dict[bytes, int], found: Marks) -> None:
    told = tag[2]
    down, right = sizes.get(b"rows-spanned", 1), sizes.get(b"columns-spanned", 1)
    if down > 1 or right > 1:
        found.spans.append((row, column, row + down - 1, column + right - 1))
    if b'value-type="error"' in told:
        text = _ERROR.search(xml, tag.end(), tag.end() + 400)
        found.error(row, column, text[1].decode("utf-8", "replace") if text else "#ERROR")
    elif b"table:formula=" in told and b"office:value-type=" not in told:
        found.without_result(f"{letters(column)}{row + 1}")
