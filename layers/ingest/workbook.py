"""Excel workbooks, by calamine (fast, reads xlsx, xls and ods, evaluates nothing)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from layers.ingest.archive import guard_sizes
from layers.ingest.extent import refuse_far_cells
from layers.ingest.reading import NO_HINTS, Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table, cell_text, without_empty_rows

CHUNK_ROWS = 50_000
HEADING_WITHIN = 20  # lines from the top
MAX_XML_BYTES = 800 << 20  # a sheet is held whole, in about the size of its XML; a full one of ten columns has as much


def open_workbook(path: Path, sheet: str | None = None, hints: Hints = NO_HINTS) -> Table:
    """One sheet of a workbook; its heading may stand below a title.

    Without a name the only sheet that holds anything is taken; `ImportRefused` lists the sheets when there are several.
    """
    if path.suffix.lower() in {".xlsx", ".xlsm", ".ods"}:
        guard_sizes(path, MAX_XML_BYTES)
        refuse_far_cells(path, sheet)
    try:
        book = CalamineWorkbook.from_path(str(path))
        found = _choose(book, sheet)
        above, headings, lines = _heading(found.iter_rows())
    except (CalamineError, OSError, ValueError) as error:
        raise ImportRefused(
            "工作簿无法打开，可能已损坏或加密", "the workbook cannot be opened: damaged or encrypted"
        ) from error
    notes = [(f"读取工作表“{found.name}”", f"read the sheet {found.name!r}")] if len(book.sheet_names) > 1 else []
    at = len(above) + 1
    if at > 1:
        notes.append((f"表头取自第 {at} 行", f"the heading is line {at}"))
    titles = [word for line in above for word in line if word]
    return Table("workbook", headings, lambda: _chunks(lines, headings, at + 1), notes=notes, above=titles)


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


def _heading(lines: Iterator[list[Any]]) -> tuple[list[tuple[str, ...]], tuple[str, ...], Iterator[list[Any]]]:
    """(the lines above the heading, its words, the lines behind it).

    A sheet often has its title above the heading, in one cell: the heading is the first line with two words or more,
    or else the first with any.
    """
    seen: list[list[Any]] = list(islice(lines, HEADING_WITHIN))
    words = [tuple(cell_text(value) or "" for value in line) for line in seen]
    filled = [(at, sum(map(bool, found))) for at, found in enumerate(words) if any(found)]
    if not filled:
        raise ImportRefused("工作表是空的", "the sheet is empty")
    at = next((at for at, count in filled if count > 1), filled[0][0])
    return words[:at], words[at], chain(seen[at + 1 :], lines)


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
