"""Workbooks (xlsx, xls, ods), by calamine: fast, and it evaluates nothing. What it passes over is read beside it (`marks`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from layers.ingest import biff, headings, marks, opendocument, sheetxml
from layers.ingest.archive import guard_sizes
from layers.ingest.extent import refuse_far_cells
from layers.ingest.headings import Heading
from layers.ingest.marks import Marks, Span
from layers.ingest.reading import NO_HINTS, Choice, Hints, told_value
from layers.ingest.refusal import ImportRefused
from layers.ingest.sniff import content
from layers.ingest.table import Chunk, Table, cell_text, without_empty_rows
from layers.words import Listed, Words

CHUNK_ROWS = 50_000
MAX_XML_BYTES = 800 << 20  # a sheet is held whole, in about the size of its XML; a full one of ten columns has as much
SHEET, ZEROS, MERGED = "sheet", "zeros", "merged"
# Of workbooks of ours: what the columns are.
_DICTIONARIES = frozenset({"说明 about", "fields", "字段说明 fields"})
_MARKS: dict[str, Callable[[Path, str], Marks]] = {"xlsx": sheetxml.marks, "xls": biff.marks, "ods": opendocument.marks}

Lines = Iterator[list[Any]]


def open_workbook(path: Path, sheet: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """One sheet of a workbook; its heading may stand below titles, and in several lines.

    Without a name the only sheet that holds anything is taken, or the only one with a heading that is known; `ImportRefused`
    lists the sheets when there are several.
    """
    kind = content(path)
    if kind in {"xlsx", "ods"}:
        guard_sizes(path, MAX_XML_BYTES)
        refuse_far_cells(path, sheet)
    try:
        with _book(path, kind) as book:
            found = _choose(book, sheet or hints.told.get(SHEET), hints)
            notes, choices = _of_sheets(book, found, sheet)
            return _table(found, _MARKS[kind](path, found.name), hints, notes, choices)
    except PasswordError as error:
        raise marks.locked() from error
    except (CalamineError, OSError, ValueError) as error:
        raise ImportRefused(
            "工作簿无法打开，可能已损坏或加密", "the workbook cannot be opened: damaged or encrypted"
        ) from error


def _book(path: Path, kind: str) -> CalamineWorkbook:
    """The workbook by what is in it: an .xlsx is often called .xls, and opened by Excel all the same."""
    named = {"xlsx": {".xlsx", ".xlsm"}, "xls": {".xls"}, "ods": {".ods"}}[kind]
    if path.suffix in named:
        return CalamineWorkbook.from_path(str(path))
    with path.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def _choose(book: CalamineWorkbook, wanted: str | None, hints: Hints) -> CalamineSheet:
    if wanted is not None:
        if wanted not in book.sheet_names:
            raise ImportRefused(
                "没有名为“{wanted}”的工作表",
                "there is no sheet {wanted!r}",
                param="sheet",
                allowed=book.sheet_names,
                wanted=wanted,
            )
        return book.get_sheet_by_name(wanted)
    tables = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    visible = [one.name for one in tables if one.visible == SheetVisibleEnum.Visible]
    filled = [s for s in map(book.get_sheet_by_name, visible or [one.name for one in tables]) if s.height and s.width]
    if len(filled) > 1:
        filled = [s for s in filled if s.name not in _DICTIONARIES]
    if len(filled) > 1:
        known = [s for s in filled if _known(s, hints) >= 3]
        filled = known if len(known) == 1 and all(_known(s, hints) < 2 for s in filled if s is not known[0]) else filled
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise ImportRefused("工作簿是空的", "the workbook is empty")
    raise ImportRefused(
        "工作簿有多张工作表，请用 --sheet 指定其一", "the workbook has several sheets: choose one by --sheet",
        param="sheet", allowed=[s.name for s in filled],
    )  # fmt: skip


def _known(sheet: CalamineSheet, hints: Hints) -> int:
    """How many known headings the best of a sheet's first lines has."""
    lines = islice(sheet.iter_rows(), headings.WITHIN)
    return max(
        (headings.known_in([cell_text(value) or "" for value in line], hints.words) for line in lines), default=0
    )


def _of_sheets(book: CalamineWorkbook, found: CalamineSheet, told: str | None) -> tuple[list[Words], list[Choice]]:
    """What is said of the sheet that was taken, and of those that are hidden."""
    notes = []
    hidden = [
        one.name for one in book.sheets_metadata if one.visible != SheetVisibleEnum.Visible and one.name != found.name
    ]
    if hidden:
        shown = Listed(*hidden[: marks.NAMED])
        notes.append(Words("隐藏的工作表未读：{shown}", "hidden sheets were not read: {shown}", shown=shown))
    if len(book.sheet_names) < 2:
        return notes, []
    others = [
        name for name in book.sheet_names if name != found.name and name not in hidden and name not in _DICTIONARIES
    ]
    if told or not others:
        return [Words("读取工作表“{name}”", "read the sheet {name!r}", name=found.name), *notes], []
    why = Words(
        "读取工作表“{name}”：只有它有内容或可识别的表头",
        "read the sheet {name!r}: the only one that is filled or has a known heading",
        name=found.name,
    )
    return notes, [Choice(SHEET, found.name, why, others)]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How the rows of a sheet are read. ``left`` is its first column, ``filled`` the merged ranges that are filled down."""

    headings: tuple[str, ...]
    at: int  # the first row behind the heading, from 0
    left: int
    marks: Marks
    filled: tuple[Span, ...]
    zeros: bool  # numbers that are shown with zeros in front are read so
    words: frozenset[str]


def _table(sheet: CalamineSheet, found: Marks, hints: Hints, notes: list[Words], choices: list[Choice]) -> Table:
    lines = sheet.iter_rows()
    left = sheet.start[1] if sheet.start else 0
    first = list(islice(lines, headings.WITHIN))
    spans = [(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ()] or found.spans
    moved = [(top, one - left, bottom, other - left) for top, one, bottom, other in spans]
    heading = headings.find([[cell_text(value) or "" for value in line] for line in first], hints, moved)
    below = heading.below
    _drop_above(found, below)
    marks.refuse_unsaved(sheet.name, found)
    down = tuple(span for span in moved if span[0] >= below and span[2] > span[0])
    asked = [heading.choice, _merged(sheet, down, heading, hints), _zeros(found, heading, left, hints)]
    choices = [*choices, *(choice for choice in asked if choice)]
    fill = told_value(hints.told, MERGED, ("fill", "first")) != "first"
    zeros = told_value(hints.told, ZEROS, ("shown", "stored")) != "stored"
    read = _Sheet(heading.words, below, left, found, down if fill else (), zeros, hints.words)
    rows = chain(first[below:], lines)
    said = [*notes, *marks.notes(found, below)]
    return Table(
        "workbook", heading.words, lambda: _chunks(rows, read), notes=said, choices=choices, above=heading.above
    )


def _drop_above(found: Marks, below: int) -> None:
    """Titles may be shown as they like."""
    for key, rows in list(found.padded.items()):
        kept = rows[:0]
        kept.extend(row for row in rows if row >= below)
        if kept:
            found.padded[key] = kept
        else:
            del found.padded[key]


def _merged(sheet: CalamineSheet, down: Sequence[Span], heading: Heading, hints: Hints) -> Choice | None:
    """On merged cells among the rows. A name that is merged holds for all its rows; a number may be their sum, so that is asked."""
    if not down:
        return None
    last = max(span[0] for span in down)
    starts: dict[int, list[int]] = {}
    for top, column, _, _ in down:
        starts.setdefault(top, []).append(column)
    numeric: dict[str, None] = {}
    for at, line in enumerate(islice(sheet.iter_rows(), last + 1)):
        for column in starts.get(at, ()):
            if column < len(line) and isinstance(line[column], int | float) and not isinstance(line[column], bool):
                numeric[heading.words[column] if column < len(heading.words) else marks.letters(column)] = None
    why = Words(
        "{count} 处合并单元格的值用于它所跨的每一行",
        "the value of {count} merged cells holds for each of their rows",
        count=len(down),
    )
    if numeric:
        shown = Listed(*list(numeric)[: marks.NAMED])
        why = Words(
            "{why}；其中有数字（{shown}），若是几行的合计，请选 first，只记在首行",
            "{why}; some are numbers ({shown}): where they are the sum of the rows, tell first",
            why=why,
            shown=shown,
        )
    return Choice(MERGED, hints.told.get(MERGED, "fill"), why, ("fill", "first"), asks=bool(numeric))


def _zeros(found: Marks, heading: Heading, left: int, hints: Hints) -> Choice | None:
    """On numbers that are shown as 001 and stored as 1."""
    if not found.padded:
        return None
    columns = dict.fromkeys(column - left for column, _ in found.padded)
    shown = Listed(*(heading.words[at] if 0 <= at < len(heading.words) else marks.letters(at + left) for at in columns))
    (_, (before, width)), *_ = found.padded
    sample = f"{before}{'1'.zfill(width)}"
    return Choice(
        ZEROS, hints.told.get(ZEROS, "shown"), Words("列 {shown} 的数字带格式显示（如存的是 1，显示为 {sample}），按显示的读取", "the numbers of {shown} are shown by a format (1 as {sample}) and read as they are shown", shown=shown, sample=sample), ("shown", "stored"), asks=True,
    )  # fmt: skip


def _chunks(lines: Lines, read: _Sheet) -> Iterator[Chunk]:
    at = read.at
    carried: dict[Span, str | None] = {}
    while batch := list(islice(lines, CHUNK_ROWS)):
        yield _chunk(batch, read, at, carried)
        at += len(batch)


def _chunk(batch: list[list[Any]], read: _Sheet, at: int, carried: dict[Span, str | None]) -> Chunk:
    columns: list[list[str | None]] = [
        [cell_text(line[i]) if i < len(line) else None for line in batch] for i in range(len(read.headings))
    ]
    _show(columns, batch, read, at)
    _fill(columns, read.filled, at, len(batch), carried)
    named: dict[str, pa.Array] = {}
    for heading, texts in zip(read.headings, columns, strict=True):
        if heading not in named:
            named[heading] = pa.array(texts, pa.string())
    chunk = Chunk(np.arange(at + 1, at + 1 + len(batch), dtype=np.int64), named)
    headings.refuse_repeated(chunk.rows, named, read.words)
    return without_empty_rows(chunk)


def _show(columns: list[list[str | None]], batch: list[list[Any]], read: _Sheet, at: int) -> None:
    """Put what is seen for what is stored: errors, and numbers with zeros in front."""
    for (row, column), text in read.marks.errors.items():
        if at <= row < at + len(batch) and 0 <= column - read.left < len(columns):
            columns[column - read.left][row - at] = text
    if not read.zeros:
        return
    for (column, (before, width)), rows in read.marks.padded.items():
        if not 0 <= (i := column - read.left) < len(columns):
            continue
        numbers = np.asarray(rows, dtype=np.int64)
        for row in numbers[(numbers >= at) & (numbers < at + len(batch))].tolist():
            text = columns[i][row - at]
            if text and text.isdecimal():
                columns[i][row - at] = before + text.zfill(width)


def _fill(
    columns: list[list[str | None]], spans: Sequence[Span], at: int, count: int, carried: dict[Span, str | None]
) -> None:
    """Fill merged cells down; ``carried`` are the values of those that began in rows before."""
    for span in spans:
        top, column, bottom, _ = span
        if bottom < at or top >= at + count or not 0 <= column < len(columns):
            continue
        if top >= at:
            carried[span] = columns[column][top - at]
        for row in range(max(top + 1, at), min(bottom + 1, at + count)):
            columns[column][row - at] = carried[span]
