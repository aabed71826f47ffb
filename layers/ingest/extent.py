"""How far a workbook's sheets reach, before one is loaded: a sheet is held as the whole rectangle of its cells.

One word in XFD1048576 asks for 549 GB so, and in Z1048576 for a gigabyte of nothing. That it was typed there is mostly
unknown to who sends the file, so the refusal names the cell.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from layers.ingest.refusal import ImportRefused
from layers.words import Listed, Words

SCANNED_BYTES = 32 << 20  # of a sheet's XML; in more there are so many cells that the rectangle can be full of them
FEW_CELLS = 2_000_000  # a rectangle so large is no burden, however empty
SPARSE = 50  # cells of the rectangle to one that holds something; registers are full, and forms have some in every row
_NAMED_BYTES = 1 << 20

_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="([0-9]{1,7})"')
_COLUMN = re.compile(rb'\br="([A-Z]{1,3})[0-9]')
# A cell that holds something: one that only has a style is closed at once, and not kept by the reader.
_FILLED = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')


def refuse_far_cells(path: Path, sheet: str | None) -> None:
    """Raise `ImportRefused` when a sheet (the one of that name, or any) is a few cells in a vast rectangle.

    ``path`` is a workbook of XML parts. What cannot be understood is left to the reader to refuse.
    """
    try:
        with zipfile.ZipFile(path) as book:
            names = sheet_names(book)
            for part in book.infolist():
                inside = PurePosixPath(part.filename)
                name = names.get(inside.name, inside.stem)
                if inside.parent.name == "worksheets" and sheet in (None, name) and part.file_size <= SCANNED_BYTES:
                    _refuse(name, book.read(part))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ElementTree.ParseError):
        return


def sheet_names(book: zipfile.ZipFile) -> dict[str, str]:
    """A sheet's part → its name."""
    parts = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if any(part not in book.NameToInfo or book.getinfo(part).file_size > _NAMED_BYTES for part in parts):
        return {}
    workbook, relations = (ElementTree.fromstring(book.read(part)) for part in parts)
    target = {one.get("Id"): PurePosixPath(one.get("Target", "")).name for one in relations}
    sheets = list(workbook.iterfind("{*}sheets/{*}sheet"))
    # The attribute has one of two namespaces, by which of the two forms of the standard the workbook is.
    return {
        target.get(next((v for k, v in one.items() if k.endswith("}id")), ""), ""): one.get("name", "")
        for one in sheets
    }


def _refuse(name: str, xml: bytes) -> None:
    rows, columns = set(_ROW.findall(xml)), set(_COLUMN.findall(xml))
    if max(map(int, rows), default=1) * max(map(column_number, columns), default=1) <= FEW_CELLS:
        return
    filled = 0
    low, right = (0, 0, ""), (0, 0, "")
    for found in _FILLED.finditer(xml):
        column, row = column_number(found[1]), int(found[2])
        cell = found[1].decode() + found[2].decode()
        filled += 1
        low, right = max(low, (row, column, cell)), max(right, (column, row, cell))
    if low[0] * right[0] <= max(FEW_CELLS, SPARSE * filled):
        return
    cells = Listed(*dict.fromkeys((low[2], right[2])), by=Words(" 和 ", " and "))
    raise ImportRefused(
        "工作表“{name}”在远处的单元格 {cells} 有内容，而全表只有 {filled} 个单元格有内容：请在 Excel 中删去数据以外的行和列（按 Ctrl+End 看最后一个单元格），或另存为 CSV 再导入",
        "the sheet {name!r} has something in the far cell {cells}, and only {filled} cells in all: delete the rows and columns outside the table (Ctrl+End in Excel), or save it as CSV",
        param="file",
        name=name,
        cells=cells,
        filled=filled,
    )


def column_number(letters: bytes) -> int:
    """``b"A"`` → 1, ``b"XFD"`` → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
