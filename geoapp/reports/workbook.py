"""The report's tables as a workbook: typed numbers, one sheet a table, headers that stay, units in them."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from geoapp.reports import crossed, figures, tables
from geoapp.reports.credits import boundaries
from geoapp.reports.sentences import sentences
from geoapp.reports.structure import Mapped, Report
from geoapp.reports.tables import PrintedColumn, PrintedTable, Value
from geoapp.reports.words import data_version, divided, level_name, method, subject, title, word
from layers.export.cells import text_cell
from layers.export.timeless import of_office, zipped
from layers.text import xml_text

FORMATS = {
    "text": "@", "integer": "#,##0", "share": "0.0%", "change": "+0.0%;-0.0%;0.0%",
    "area": "#,##0.00", "month": "yyyy-mm", "degrees": "0.000000",
}  # fmt: skip
SUMMED = ("integer", "litres", "share", "area")
MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_SUM = re.compile(rb'(<c r="(\w+)"[^>]*><f>SUM\([A-Z\d:]+\)</f>)<v\s*(?:/>|></v>)')
_HEAD = PatternFill("solid", fgColor="E4F0F0")
_UNKNOWN_TIME = datetime(2000, 1, 1)


def xlsx(report: Report, lang: str, signed: Sequence[tuple[str, str]] = ()) -> bytes:
    """The whole workbook, the lists that are too long for print included; the same bytes for the same data version. ``signed``:
    lines of the first sheet that come before all others."""
    named = f"{report.name} {word('title', lang)} {report.period.text}"
    lines = [*signed, *told(report, lang)]
    return book(report, title(report, lang), lines, every_table(report, lang), lang, named)


def book(
    report: Mapped, head: str, lines: Sequence[tuple[str, str]], found: Sequence[PrintedTable], lang: str, named: str = ""
) -> bytes:  # fmt: skip
    """A workbook of a sheet of labelled lines under its heading, and one of each table."""
    made = Workbook(write_only=True)
    sums: list[dict[str, float]] = [{}]  # of each sheet: what its sums come to, by cell
    _summary(made, report, head, lines, lang)
    for table in found:
        sums.append(_table(_sheet(made, table.sheet or table.title, report, lang), table))
    made.properties.creator = "水图 Shuitu"
    made.properties.title = xml_text(named or head)
    made.properties.created = report.changed_at.replace(tzinfo=None) if report.changed_at else _UNKNOWN_TIME
    out = io.BytesIO()
    made.save(out)
    return _settled(out.getvalue(), made.properties.created, sums)


def _sheet(book: Workbook, title: str, report: Mapped, lang: str) -> Any:
    """A sheet that prints on A4 across, as wide as the page and with its headings on each."""
    sheet: Any = book.create_sheet(_sheet_name(book, title))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"
    of = f"{report.name} · {figures.period(report.period.first, report.period.last, lang)}"
    sheet.oddFooter.left.text = xml_text(of).replace("&", "&&")
    sheet.oddFooter.center.text, sheet.oddFooter.right.text = "&P / &N", f"{word('as_of', lang)} {report.version}"
    return sheet


def every_table(report: Report, lang: str) -> list[PrintedTable]:
    """All tables of the report, each whole."""
    found = tables.summary(report, lang)
    found.append(tables.months(report, lang))
    found.append(tables.regions(report, lang, report.child_level, report.children, "regions"))
    if report.grandchildren:
        found.append(tables.regions(report, lang, report.grand_level, report.grandchildren, "regions-below"))
    return [
        *found,
        *crossed.tables(report, lang),
        tables.stages(report, lang),
        tables.quality(report, lang),
        *tables.facilities(report, lang),
    ]


def told(report: Report, lang: str) -> list[tuple[str, str]]:
    """The first sheet, line by line: what the figures are of, when, of which version, whose, and what their words mean."""
    lines = [
        (word("name", lang), f"{subject(report, lang)} · {level_name(report.level, lang)} · {report.code}"),
        (
            word("period", lang),
            f"{figures.period(report.period.first, report.period.last, lang)} · {report.period.text}",
        ),
        (word("as_of", lang), data_version(report, lang)),
        ("", word("synthetic_mark", lang) if report.synthetic else ""),
        (word("divisions", lang), divided(report.within, lang)),
        (word("boundary", lang), boundaries(report, report.boundaries, lang)),
        (word("credit", lang), report.place.credit(lang)),
        (word("on_map", lang), report.map_address),
        ("", "" if report.is_public else word("scan_private", lang, site=report.site)),
        *((word("summary", lang), sentence) for sentence in sentences(report, lang)),
        *((word("method", lang), line.in_(lang)) for line in method(report.place.plane)),
    ]
    return [(label, text) for label, text in lines if text]


def _summary(book: Workbook, report: Mapped, head: str, lines: Sequence[tuple[str, str]], lang: str) -> None:
    sheet = _sheet(book, word("summary", lang), report, lang)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 110
    sheet.append([_text(sheet, head, bold=True)])
    before = ""
    for label, text in lines:
        sheet.append([_text(sheet, label if label != before else ""), _text(sheet, text, wrap=True)])
        before = label or before


def _table(sheet: Any, table: PrintedTable) -> dict[str, float]:
    """A table on its sheet; → what its sums come to, by cell."""
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for n, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(n)].width = 6 + 6 * column.width
    sheet.append([_text(sheet, header(column), bold=True, head=True) for column in table.columns])
    for n, row in enumerate(table.rows):
        cells = enumerate(zip(table.columns, row, strict=True))
        sheet.append([_cell(sheet, c, value, mark=table.mark(n, at)) for at, (c, value) in cells])
    sums: dict[str, float] = {}
    if table.total:
        below, last = len(table.rows), []
        for at, (column, value) in enumerate(zip(table.columns, table.total, strict=True)):
            cell = _cell(sheet, column, value, bold=True, mark=table.mark(below, at))
            if _adds_up(column, [row[at] for row in table.rows], value):
                letter = get_column_letter(at + 1)
                sums[f"{letter}{below + 2}"] = float(cell.value)
                cell.value = f"=SUM({letter}2:{letter}{below + 1})"
            last.append(cell)
        sheet.append(last)
    if table.notes:
        sheet.append([])
    for note in table.notes:
        sheet.append([_text(sheet, note)])
    return sums


def _adds_up(column: PrintedColumn, values: Sequence[Value], total: Value) -> bool:
    """Whether a total is the sum of its rows, and so is written as one."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers or not isinstance(total, int | float) or column.kind not in SUMMED:
        return False
    return math.isclose(math.fsum(numbers), total, rel_tol=1e-12, abs_tol=1e-9)


def header(column: PrintedColumn) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _cell(sheet: object, column: PrintedColumn, value: Value, *, bold: bool = False, mark: str = "") -> WriteOnlyCell:
    """A typed cell; a mark is shown beside its number. Text stays text, also when it begins as a formula does."""
    if column.kind == "month" and isinstance(value, str) and (month := MONTH.fullmatch(value)):
        cell = WriteOnlyCell(sheet, value=date(int(month[1]), int(month[2]), 1))
        cell.number_format = FORMATS["month"]
        return cell
    if value is None or isinstance(value, str):
        return _text(sheet, (value or "") + mark, bold=bold)
    cell = WriteOnlyCell(sheet, value=column.number(value))
    cell.number_format = _format(column) + (f'"{mark}"' if mark else "")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _format(column: PrintedColumn) -> str:
    """As many decimals as paper has."""
    if column.kind in ("litres", "density"):
        return f"#,##0.{'0' * column.per.digits}".rstrip(".")
    return FORMATS[column.kind]


def _text(sheet: object, text: str, *, bold: bool = False, head: bool = False, wrap: bool = False) -> WriteOnlyCell:
    cell = text_cell(sheet, text) if text else WriteOnlyCell(sheet)
    if bold:
        cell.font = Font(bold=True)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if head:
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _sheet_name(book: Workbook, title: str) -> str:
    """Excel's rules: no more than 31 characters, none of ``[]:*?/\\``, none twice."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip()[:31]
    return name if name not in book.sheetnames else f"{name[:27]} {len(book.sheetnames)}"


def _reckoned(sums: Mapping[str, float], found: re.Match[bytes]) -> bytes:
    """A cell with a sum, and what it comes to."""
    return found[1] + f"<v>{sums[found[2].decode()]!r}</v>".encode()


def _settled(data: bytes, at: datetime, sums: Sequence[Mapping[str, float]] = ()) -> bytes:
    """Without the times of saving, which openpyxl writes into the ZIP and one of its members; and with what the sums come to, which it
    leaves out: who only reads a file reckons nothing."""
    members = of_office(data, at)
    for n, of_sheet in enumerate(sums, 1):
        name = f"xl/worksheets/sheet{n}.xml"
        if of_sheet:
            members[name] = _SUM.sub(partial(_reckoned, of_sheet), members[name])
    return zipped(members)
