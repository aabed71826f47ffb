"""The filtered list as a file, in its order: CSV, or a workbook whose objects are links. Guarded against what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from geoapp.quality import rows, told
from geoapp.quality.page import note_persons
from layers import registry
from layers.errors import TooLarge
from layers.export.timeless import of_office, zipped
from layers.findings import said
from layers.models import Finding
from layers.quality import BY_ID
from layers.reach import NOWHERE_AT_ALL
from layers.text import guarded
from layers.versions import as_of
from layers.words import SEMICOLON, Listed, Words

MOST = 20_000  # findings of a file
BATCH = 1_000
BOM = "\ufeff"
COLUMNS: tuple[tuple[Words, int], ...] = (
    (Words("编号", "Code"), 36), (Words("规则", "Rule"), 22), (Words("严重程度", "Severity"), 10), (Words("对象", "Objects"), 26),
    (Words("对象链接", "Links of the objects"), 44), (Words("依据", "Evidence"), 56), (Words("区划代码", "Division code"), 14), (Words("区划", "Division"), 18),
    (Words("首次发现", "First seen"), 18), (Words("状态", "State"), 12), (Words("理由", "Reason"), 30), (Words("改法", "Fixes"), 48),
)  # fmt: skip
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LINKS = 4  # the column of links


def refuse_too_many(found: QuerySet[Finding]) -> int:
    """How many rows the file has. `TooLarge` for more than one is made of: a file that was cut would look whole."""
    count = found.order_by()[: MOST + 1].count()
    if count > MOST:
        raise TooLarge(
            Words("超过 {most} 个问题，请加上筛选再导出。", "More than {most} findings: choose more filters, and export again.", most=f"{MOST:,}")
        )  # fmt: skip
    return count


def lines(found: QuerySet[Finding], user: Any, lang: str, site: str) -> Iterator[list[Any]]:
    """Each finding as the cells of its row; of the column of links a list of addresses."""
    every = rows.beside(found.order_by(*rows.ORDER)).iterator(chunk_size=BATCH)
    for some in _batches(every):
        note_persons(some)
        telling = told.Telling(some, user, lang, NOWHERE_AT_ALL)
        for finding in some:
            code, name = told.region(finding, lang)
            reason = finding.verdict.reason if finding.verdict is not None and user.is_authenticated else ""
            yield [
                finding.code, BY_ID[finding.rule].in_(lang), told.SEVERITIES[finding.severity].in_(lang), finding.name,
                [f"{site.rstrip('/')}{one.page}" for one in telling.objects(finding) if one.page],
                said.evidence(finding).in_(lang), code, name,
                timezone.localtime(finding.first_seen).strftime("%Y-%m-%d %H:%M"), told.STATES[finding.state].in_(lang), reason,
                Listed(*said.fixes(finding), by=SEMICOLON).in_(lang),
            ]  # fmt: skip


def _batches(every: Iterator[Finding]) -> Iterator[list[Finding]]:
    while some := list(islice(every, BATCH)):
        yield some


def delimited(found: QuerySet[Finding], user: Any, lang: str, site: str) -> bytes:
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([column.in_(lang) for column, _ in COLUMNS])
    for line in lines(found, user, lang, site):
        line[LINKS] = " ".join(line[LINKS])
        writer.writerow([guarded(value) for value in line])
    return out.getvalue().encode()


def workbook(found: QuerySet[Finding], user: Any, lang: str, site: str) -> bytes:
    """Imports what it needs when it is needed: a web worker that makes none does not carry it."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    from layers.export.cells import text_cell

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(Words("数据问题", "Findings").in_(lang))
    sheet.freeze_panes = "A2"
    for number, (_, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([text_cell(sheet, column.in_(lang)) for column, _ in COLUMNS])
    blue = Font(color="0B5C73", underline="single")
    for line in lines(found, user, lang, site):
        links = line[LINKS]
        line[LINKS] = " ".join(links)
        cells = [text_cell(sheet, value) for value in line]
        if links:  # a cell has one link: to the first, the others stand as text
            cells[LINKS].hyperlink, cells[LINKS].font = links[0], blue
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    # The same findings are the same bytes: without the moment at which it was made.
    return zipped(of_office(out.getvalue(), as_of((registry.FINDING.name,)).changed_at or _EPOCH))
