"""Workbooks written by hand, a few cells anywhere: no library would make such files, and those that do are the point."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FAR = {"XFD1048576": 1_048_576 * 16_384, "Z1048576": 1_048_576 * 26}  # cell → cells of the rectangle up to it


def column(number: int) -> str:
    """1 → A, 16384 → XFD."""
    letters = ""
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(65 + left) + letters
    return letters


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, cells: Mapping[int, str]) -> str:
    """A row of texts by their columns' numbers."""
    return f'<row r="{number}">{"".join(cell(f"{column(at)}{number}", text) for at, text in cells.items())}</row>'


def write(path: Path, sheets: Mapping[str, Iterable[str]]) -> Path:
    """A workbook of these sheets, each the XML of its rows."""
    names = list(sheets)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_KIND}.worksheet+xml"/>'
            for at in range(1, len(names) + 1)
        )
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{overrides}</Types>',
        )
        book.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations([("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]),
        )
        listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        for at, rows in enumerate(sheets.values(), 1):
            with book.open(f"xl/worksheets/sheet{at}.xml", "w") as part:
                part.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for one in rows:
                    part.write(one.encode())
                part.write(b"</sheetData></worksheet>")
    return path


def far(path: Path, reference: str) -> Path:
    """A register of one well, and a word somewhere far out."""
    number = "".join(filter(str.isdigit, reference))
    heading = {1: "code", 2: "use", 3: "metering", 4: "region"}
    well = {1: "W1", 2: "irrigation", 3: "none", 4: "110101"}
    return write(path, {"机井": [row(1, heading), row(2, well), f'<row r="{number}">{cell(reference, "x")}</row>']})


def _relations(targets: list[tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'
