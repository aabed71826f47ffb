"""Excel workbooks, by calamine (fast, reads xlsx, xls and ods, evaluates nothing)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from layers.ingest.archive import guard_sizes
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, cell_text, without_empty_rows

CHUNK_ROWS = 50_000


def open_workbook(path: Path, sheet: str | None) -> Table:
    """One sheet of a workbook; the heading is the first line that is not empty.

    Without a name the only sheet that holds anything is taken; `ImportRefused` lists the sheets when there are several.
    """
    if path.suffix.lower() in {".xlsx", ".xlsm", ".ods"}:
        guard_sizes(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        found = _choose(book, sheet)
        lines = found.iter_rows()
        at, headings = _heading(lines)
    except (CalamineError, OSError, ValueError) as error:
        raise ImportRefused(
            "工作簿无法打开，可能已损坏或加密", "the workbook cannot be opened: damaged or encrypted"
        ) from error
    notes = [(f"读取工作表“{found.name}”", f"read the sheet {found.name!r}")] if len(book.sheet_names) > 1 else []
    return Table("workbook", headings, lambda: _chunks(lines, headings, at + 1), notes=notes)


def _choose(book: CalamineWorkbook, wanted: str | None) -> CalamineSheet:
    if wanted is not None:
        if wanted not in book.sheet_names:
            raise ImportRefused(
                f"没有名为“{wanted}”的工作表", f"there is no sheet {wanted!r}", param="sheet", allowed=book.sheet_names
            )
        return book.get_sheet_by_name(wanted)
    filled = [s for s in (book.get_sheet_by_name(name) for name in book.sheet_names) if s.height and s.width]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise ImportRefused("工作簿是空的", "the workbook is empty")
    raise ImportRefused(
        "工作簿有多张工作表，请用 --sheet 指定其一", "the workbook has several sheets: choose one by --sheet",
        param="sheet", allowed=[s.name for s in filled],
    )  # fmt: skip


def _heading(lines: Iterator[list[Any]]) -> tuple[int, tuple[str, ...]]:
    """The first line with anything in it: (its number in the sheet from 1, its words)."""
    for number, line in enumerate(lines, start=1):
        words = tuple(cell_text(value) or "" for value in line)
        if any(words):
            return number, words
    raise ImportRefused("工作表是空的", "the sheet is empty")


def _chunks(lines: Iterator[list[Any]], headings: tuple[str, ...], at: int) -> Iterator[Chunk]:
    batch: list[list[Any]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == CHUNK_ROWS:
            yield _chunk(batch, headings, at)
            at += len(batch)
            batch = []
    if batch:
        yield _chunk(batch, headings, at)


def _chunk(batch: list[list[Any]], headings: tuple[str, ...], at: int) -> Chunk:
    columns: dict[str, pa.Array] = {}
    for i, heading in enumerate(headings):
        if heading not in columns:
            columns[heading] = pa.array([cell_text(line[i]) if i < len(line) else None for line in batch], pa.string())
    return without_empty_rows(Chunk(np.arange(at, at + len(batch), dtype=np.int64), columns))
