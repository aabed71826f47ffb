"""The report's tables as a workbook: typed numbers, one sheet a table, headers that stay, units in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from geoapp.reports import figures, tables
from geoapp.reports.files import zipped
from geoapp.reports.sentences import sentences
from geoapp.reports.structure import Report
from geoapp.reports.tables import PrintedColumn, PrintedTable, Value
from geoapp.reports.words import method, word
from layers.export.cells import text_cell
from layers.text import xml_text

FORMATS = {
    "text": "@", "integer": "#,##0", "litres": "#,##0.00", "share": "0.0%", "change": "+0.0%;-0.0%;0.0%",
    "area": "#,##0.00", "density": "#,##0.00",
}  # fmt: skip
# From what is stored to the unit of the column's header.
DIVIDE = {"litres": figures.LITRES_PER_UNIT, "density": 10_000}
_HEAD = PatternFill("solid", fgColor="E4F0F0")
_UNKNOWN_TIME = datetime(2000, 1, 1)


def xlsx(report: Report, lang: str) -> bytes:
    """The whole workbook, the lists that are too long for print included; the same bytes for the same data version."""
    title = f"{report.name} {word('title', lang)}"
    head = f"{title} · {figures.period(report.period.first, report.period.last, lang)}"
    return book(
        head, _lines(report, lang), every_table(report, lang), lang, report.changed_at, f"{title} {report.period.text}"
    )


def book(
    head: str, lines: Sequence[str], found: Sequence[PrintedTable], lang: str, changed_at: datetime | None, title: str = ""
) -> bytes:  # fmt: skip
    """A workbook of a sheet of lines under its heading, and one of each table."""
    made = Workbook(write_only=True)
    _summary(made, head, lines, lang)
    for table in found:
        _sheet(made, table)
    made.properties.creator = "水图 Shuitu"
    made.properties.title = xml_text(title or head)
    made.properties.created = changed_at.replace(tzinfo=None) if changed_at else _UNKNOWN_TIME
    out = io.BytesIO()
    made.save(out)
    return _settled(out.getvalue(), made.properties.created)


def every_table(report: Report, lang: str) -> list[PrintedTable]:
    """All tables of the report, each whole."""
    found = tables.summary(report, lang)
    found.append(tables.months(report, lang))
    found.append(tables.regions(report, lang, report.child_level, report.children, "regions"))
    if report.grandchildren:
        found.append(tables.regions(report, lang, report.grand_level, report.grandchildren, "regions-below"))
    return [*found, tables.stages(report, lang), tables.quality(report, lang), *tables.facilities(report, lang)]


def _lines(report: Report, lang: str) -> list[str]:
    """What the first sheet says of the report."""
    as_of = word("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))
    marks = [word("synthetic_mark", lang)] if report.synthetic else []
    return [
        *sentences(report, lang),
        "",
        f"{word('as_of', lang)}: {as_of}",
        *marks,
        report.map_address,
        "",
        *(each.in_(lang) for each in method(report.place.plane)),
    ]


def _summary(book: Workbook, head: str, lines: Sequence[str], lang: str) -> None:
    sheet = book.create_sheet(word("summary", lang))
    sheet.column_dimensions["A"].width = 100
    sheet.append([_text(sheet, head, bold=True)])
    for line in lines:
        sheet.append([_text(sheet, line)])


def _sheet(book: Workbook, table: PrintedTable) -> None:
    sheet = book.create_sheet(_sheet_name(book, table.title))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for n, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(n)].width = 6 + 6 * column.width
    sheet.append([_text(sheet, header(column), bold=True, head=True) for column in table.columns])
    for n, row in enumerate([*table.rows, *([table.total] if table.total else [])]):
        cells = enumerate(zip(table.columns, row, strict=True))
        bold = n == len(table.rows)
        sheet.append([_cell(sheet, c, value, bold=bold, mark=table.mark(n, at)) for at, (c, value) in cells])
    if table.notes:
        sheet.append([])
    for note in table.notes:
        sheet.append([_text(sheet, note)])


def header(column: PrintedColumn) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _cell(sheet: object, column: PrintedColumn, value: Value, *, bold: bool = False, mark: str = "") -> WriteOnlyCell:
    """A typed cell; a mark is shown beside its number. Text stays text, also when it begins as a formula does."""
    if value is None or isinstance(value, str):
        return _text(sheet, value or "", bold=bold)
    divisor = DIVIDE.get(column.kind)
    cell = WriteOnlyCell(sheet, value=value / divisor if divisor else value)
    cell.number_format = FORMATS[column.kind] + (f'"{mark}"' if mark else "")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _text(sheet: object, text: str, *, bold: bool = False, head: bool = False) -> WriteOnlyCell:
    cell = text_cell(sheet, text) if text else WriteOnlyCell(sheet)
    if bold:
        cell.font = Font(bold=True)
    if head:
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _sheet_name(book: Workbook, title: str) -> str:
    """Excel's rules: no more than 31 characters, none of ``[]:*?/\\``, none twice."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip()[:31]
    return name if name not in book.sheetnames else f"{name[:27]} {len(book.sheetnames)}"


def _settled(data: bytes, at: datetime) -> bytes:
    """Without the times of saving, which openpyxl writes into the ZIP and one of its members (under a prefix that any library may
    have registered for the namespace)."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    core = members["docProps/core.xml"]
    members["docProps/core.xml"] = re.sub(rb"(<\w+:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, core)
    return zipped(members)
