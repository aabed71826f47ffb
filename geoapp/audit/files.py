"""The filtered lines as a file: CSV while it is read, page by page, or a workbook. Guarded against what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from geoapp.audit.filters import LineAt, Wanted, behind
from geoapp.audit.models import Line
from geoapp.audit.words import ACT, CHANNEL, RESULT
from layers.errors import TooLarge
from layers.text import guarded
from layers.words import Words

MOST = 50_000  # lines of a file: a workbook of them takes some ten seconds
BATCH = 2_000
BOM = "\ufeff"
COLUMNS = (
    Words("编号", "Number"), Words("时间", "Time"), Words("行为", "Act"), Words("结果", "Result"), Words("账号", "Account"), Words("账号编号", "Account's number"),
    Words("地址", "Address"), Words("途径", "Channel"), Words("对象", "Object"), Words("行数", "Rows"), Words("问题", "Question"), Words("请求", "Request"), Words("任务", "Errand"), Words("详情", "Detail"),
)  # fmt: skip


def count(wanted: Wanted) -> int:
    """How many lines the file has. `TooLarge` for more than one is made of: a file that was cut would look whole."""
    found = wanted.lines().order_by()[: MOST + 1].count()
    if found > MOST:
        raise TooLarge(
            Words(
                "超过 {most} 行，请缩小时间或加上筛选再导出。",
                "More than {most} lines: choose fewer days or more filters, and export again.",
                most=f"{MOST:,}",
            )
        )
    return found


def batches(wanted: Wanted, upto: LineAt) -> Iterator[list[Line]]:
    """All lines before a place, the newest first: each batch is a question of its own, so that none takes long."""
    place = upto
    while found := list(behind(wanted.lines(), place)[:BATCH]):
        yield found
        place = LineAt(found[-1].at, found[-1].pk)


def row(line: Line, lang: str) -> list[Any]:
    at = timezone.localtime(line.at)
    words = [
        vocab.by_id[value].in_(lang) if value in vocab.by_id else str(value)
        for vocab, value in ((ACT, line.act), (RESULT, line.result))
    ]
    channel = CHANNEL.by_id[line.channel].in_(lang) if line.channel in CHANNEL.by_id else str(line.channel)
    detail = json.dumps(line.detail, ensure_ascii=False, sort_keys=True) if line.detail else ""
    return [
        line.pk, at.isoformat(sep=" ", timespec="milliseconds"), *words, line.account, line.account_id, line.address, channel,
        line.object, line.rows, line.question, line.request_id, line.errand, detail,
    ]  # fmt: skip


def delimited(wanted: Wanted, upto: LineAt, lang: str) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BOM)
    writer.writerow([column.in_(lang) for column in COLUMNS])
    for found in batches(wanted, upto):
        for line in found:
            writer.writerow([guarded(value) if isinstance(value, str) else value for value in row(line, lang)])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def workbook(wanted: Wanted, upto: LineAt, lang: str, path: Path) -> None:
    """Imports what it needs when it is needed: a web worker that makes none does not carry it."""
    from openpyxl import Workbook

    from layers.export.cells import text_cell

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(Words("审计", "Audit").in_(lang))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMN", (9, 27, 16, 9, 18, 12, 18, 12, 22, 10, 50, 18, 12, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([text_cell(sheet, column.in_(lang)) for column in COLUMNS])
    for found in batches(wanted, upto):
        for line in found:
            sheet.append([text_cell(sheet, value) if isinstance(value, str) else value for value in row(line, lang)])
    book.save(path)
