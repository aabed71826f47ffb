"""What a sheet says beside its values, and a reader of values passes over: hidden rows and columns, cells in error, formulas whose
result was not saved, numbers that are shown with zeros in front."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.ingest.refusal import ImportRefused
from layers.words import Listed, Words, first_of

NAMED = 5  # cells, rows or columns that a sentence names
MOST_ERRORS = 200_000
_PADDED = re.compile(r'^((?:"[^"]*"|\\.|-)*)(0+)(?:"[^"]*"|\\.)*$')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|(-)')

Padding = tuple[str, int]
"""What is shown before a whole number, and to how many digits it is filled up."""
Span = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column, from 0."""


@dataclass(slots=True)
class Marks:
    """Of one sheet; rows and columns count from 0. ``padded``: (column, how) → the rows whose number is shown so."""

    hidden_rows: array[int] = field(default_factory=lambda: array("I"))
    hidden_columns: list[int] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: list[str] = field(default_factory=list)  # the first cells
    unsaved_count: int = 0
    padded: dict[tuple[int, Padding], array[int]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)  # where the reader does not know them

    def error(self, row: int, column: int, text: str) -> None:
        if len(self.errors) >= MOST_ERRORS:
            raise ImportRefused(
                "工作表中的错误值（#N/A、#REF! 等）过多", "the sheet has too many cells in error", param="file"
            )
        self.errors[row, column] = text

    def without_result(self, cell: str) -> None:
        self.unsaved_count += 1
        if len(self.unsaved) < NAMED:
            self.unsaved.append(cell)

    def pad(self, row: int, column: int, padding: Padding) -> None:
        self.padded.setdefault((column, padding), array("I")).append(row)


def padding(code: str) -> Padding | None:
    """How a number format fills up whole numbers: ``000`` and ``"W"000``; None for one that shows no more than the number."""
    found = _PADDED.match(code.split(";")[0].strip())
    if not found:
        return None
    before = "".join("".join(parts) for parts in _LITERAL.findall(found[1]))
    return (before, len(found[2])) if before or len(found[2]) > 1 else None


def paddings(codes: Mapping[int, str], styles: list[int]) -> dict[int, Padding]:
    """Of the styles of a workbook (each the number of its format), those that fill up."""
    found = {style: padding(codes.get(number, "")) for style, number in enumerate(styles)}
    return {style: how for style, how in found.items() if how}


def letters(column: int) -> str:
    """0 → A, 16383 → XFD."""
    text, column = "", column + 1
    while column:
        column, left = divmod(column - 1, 26)
        text = chr(65 + left) + text
    return text


def locked() -> ImportRefused:
    """The refusal of a workbook with a password."""
    return ImportRefused(
        "工作簿加了密码：请在 Excel 中打开，取消密码后另存再导入",
        "the workbook has a password: take it off and save it",
        param="file",
    )


def refuse_unsaved(sheet: str, marks: Marks) -> None:
    """Raise `ImportRefused` when there are formulas without a result: what they stand for is not in the file."""
    if marks.unsaved_count:
        cells = Listed(*marks.unsaved)
        raise ImportRefused(
            "工作表“{sheet}”有 {unsaved_count} 个单元格是公式，但没有保存计算结果（如 {cells}）：请用 Excel 或 WPS 打开这个文件，保存后再导入", "the sheet {sheet!r} has {unsaved_count} formulas without saved results ({cells}): open the file in Excel, save it and import it again", param="file", sheet=sheet, unsaved_count=marks.unsaved_count, cells=cells,
        )  # fmt: skip


_MORE = Words("……", ", …")


def notes(marks: Marks, below: int) -> list[Words]:
    """What is hidden and was read all the same; rows from ``below`` on."""
    found = []
    rows = [row for row in marks.hidden_rows if row >= below]
    if rows:
        shown = first_of([row + 1 for row in rows], NAMED, _MORE)
        found.append(
            Words(
                "有 {count} 行是隐藏的（筛选或手工隐藏，如第 {shown} 行），也已读入",
                "{count} hidden rows were read too ({shown})",
                count=len(rows),
                shown=shown,
            )
        )
    if marks.hidden_columns:
        shown = first_of([*map(letters, marks.hidden_columns)], NAMED, _MORE)
        found.append(Words("隐藏的列 {shown} 也已读入", "the hidden columns {shown} were read too", shown=shown))
    return found
