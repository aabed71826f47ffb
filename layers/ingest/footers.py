"""Lines of a table that are no objects: totals, group headings, notes, who filled it in. Taken out and counted; a total is
compared with the rows that it sums.

What decides is an exact word where no object can have it (in a code, a month, a word of a vocabulary), or in a name where
the row has no code. An object called 其中村 has a code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.sql import SQL, Identifier

from layers.ingest.checks import Mask, as_mask
from layers.ingest.columns import ColumnMap
from layers.ingest.numerals import digits, numeral
from layers.ingest.refusal import Verdicts
from layers.ingest.rows import ROW
from layers.ingest.spec import Column, Spec
from layers.ingest.staging import STAGED
from layers.ingest.table import Chunk
from layers.words import Listed, Words, first_of

_TOTAL = r"^\s*.{0,20}?[合小总共累]\s*计\s*[数行]?\s*[:：]?\s*$|^(平均值?|总和|[全本].{0,4}合计)$"
_SUBTOTAL = r"小\s*计|累\s*计|平均"
_TOTAL_WORDS = pa.array(["Total", "TOTAL", "total", "Subtotal", "Grand Total", "Sum"], pa.string())
_PART = r"^\s*其\s*中\s*([:：].*)?$"
_NOTE = (
    r"^\s*[（(]?(注|备注|说明|附注|填表说明|填表人|填报人|制表人?|审核人?|复核人?|负责人|单位负责人|联系人|联系电话|电话|填表日期"
    r"|填报日期|报送日期|制表日期|数据来源|资料来源|填报单位|制表单位|填表单位)\s*[0-9]*\s*[:：].*$"
    r"|^\s*(注|填表人|填报人|制表人?|审核人?|复核人?|负责人)$"
)
_ASIDE = r"^\s*[（(※*《]"
_HAS_SIGNS = r"[0-9A-Za-z]"
CHECKED = 200  # totals compared
NAMED = 20  # lines that a note names

Cursor = Any


@dataclass(frozen=True, slots=True)
class FooterTotal:
    """A line that sums others: the texts of its numbers by column heading."""

    line: int
    whole: bool  # of the table, and not of a group
    texts: dict[str, str]


@dataclass(slots=True)
class Footers:
    """What was taken out of a file."""

    spec: Spec
    columns: ColumnMap
    numbers: Sequence[str] = ()  # headings of columns of numbers
    totals: list[FooterTotal] = field(default_factory=list)
    others: list[int] = field(default_factory=list)  # lines that speak of the table, or head a group

    def take_out(self, chunk: Chunk) -> Chunk:
        """The chunk without such lines."""
        if not len(chunk) or not chunk.columns:
            return chunk
        strict, loose = self._cells(chunk)
        keyless = self._keyless(chunk)
        count = len(chunk)
        totals = _any(strict, _is_total, count) | (_any(loose, _is_total, count) & keyless)
        other = _any(strict, _speaks, count) | (_any(loose, _speaks, count) & keyless) | _alone(chunk, strict)
        other &= ~totals
        if not (totals.any() or other.any()):
            return chunk
        self._keep(chunk, totals, strict + loose)
        self.others += chunk.rows[other].tolist()
        return _filtered(chunk, ~(totals | other))

    def _cells(self, chunk: Chunk) -> tuple[list[pa.Array], list[pa.Array]]:
        """(columns that hold no words of their own, columns that may): of the fields that identify a row, and the first."""
        strict: list[pa.Array] = []
        loose: list[pa.Array] = []
        for column in self.spec.columns:
            heading = self.columns.fields.get(column.name)
            if heading in chunk.columns and column.field.kind not in ("integer", "number"):
                named = column.field.kind == "text" and column.name != "code"
                (loose if named else strict).append(chunk.columns[heading])
        mapped = set(self.columns.fields.values())
        loose += [texts for heading, texts in list(chunk.columns.items())[:2] if heading not in mapped]
        return strict, loose

    def _keyless(self, chunk: Chunk) -> Mask:
        """Rows that lack what every object has: a code; of usage a month, or a place."""
        fields = self.columns.fields
        missing = np.zeros(len(chunk), dtype=bool)
        for group in self.spec.identified:
            there = [chunk.columns[fields[name]] for name in group if fields.get(name) in chunk.columns]
            if there:
                missing |= np.logical_and.reduce([as_mask(texts.is_null()) for texts in there])
        return missing

    def _keep(self, chunk: Chunk, totals: Mask, labels: list[pa.Array]) -> None:
        numbers = [heading for heading in self.numbers if heading in chunk.columns]
        for at in np.flatnonzero(totals).tolist():
            words = [texts[at].as_py() or "" for texts in labels]
            whole = not any(pc.match_substring_regex(pa.scalar(word), _SUBTOTAL).as_py() for word in words)
            texts = {heading: chunk.columns[heading][at].as_py() for heading in numbers}
            self.totals.append(FooterTotal(int(chunk.rows[at]), whole, {h: text for h, text in texts.items() if text}))

    def notes(self) -> list[Words]:
        """What was left out, for the report."""
        found = []
        if self.totals:
            lines = _lines([total.line for total in self.totals])
            found.append(
                Words(
                    "第 {lines} 行是合计或小计：不导入，只用来核对",
                    "totals, compared and not imported: line {lines}",
                    lines=lines,
                )
            )
        if self.others:
            lines = _lines(self.others)
            found.append(
                Words(
                    "第 {lines} 行是小标题、注释或填表信息：不导入",
                    "lines {lines} are headings or notes: not imported",
                    lines=lines,
                )
            )
        return found


def _lines(numbers: list[int]) -> Listed:
    return first_of(numbers, NAMED, Words(" 等 {count}", ", … ({count} in all)"))


def _any(columns: list[pa.Array], test: Any, count: int) -> Mask:
    found = np.zeros(count, dtype=bool)
    for texts in columns:
        found |= test(texts)
    return found


def _ascii(texts: pa.Array) -> bool:
    return bool(pc.all(pc.string_is_ascii(texts), min_count=0).as_py())


def _is_total(texts: pa.Array) -> Mask:
    if _ascii(texts):
        return as_mask(pc.is_in(texts, value_set=_TOTAL_WORDS))
    return as_mask(pc.match_substring_regex(texts, _TOTAL))


def _speaks(texts: pa.Array) -> Mask:
    if _ascii(texts):
        return np.zeros(len(texts), dtype=bool)
    return as_mask(pc.match_substring_regex(texts, f"{_NOTE}|{_PART}"))


def _alone(chunk: Chunk, strict: list[pa.Array]) -> Mask:
    """Rows of a wide enough table with words in one cell only, which identifies rows: 海淀区 above its permits."""
    none = np.zeros(len(chunk), dtype=bool)
    if chunk.wkb is not None or len(chunk.columns) < 4 or all(_ascii(texts) for texts in strict):
        return none
    filled = np.sum([as_mask(texts.is_valid()) for texts in chunk.columns.values()], axis=0)
    if not (filled == 1).any():
        return none
    word = [as_mask(texts.is_valid()) & (~as_mask(pc.match_substring_regex(texts, _HAS_SIGNS)) |
            as_mask(pc.match_substring_regex(texts, _ASIDE))) for texts in strict]  # fmt: skip
    return (filled == 1) & np.logical_or.reduce(word)


def _filtered(chunk: Chunk, keep: Mask) -> Chunk:
    mask = pa.array(keep)
    columns = {heading: texts.filter(mask) for heading, texts in chunk.columns.items()}
    return Chunk(chunk.rows[keep], columns, None if chunk.wkb is None else chunk.wkb.filter(mask), chunk.ragged)


def compare(cursor: Cursor, footers: Footers, names: Sequence[str], headings: dict[str, tuple[Column, int | None]],
            verdicts: Verdicts) -> list[Words]:  # fmt: skip
    """Compare the totals with the staged rows that they sum; → notes on those that fit. Differences are warnings.

    ``headings``: heading of a column of numbers → its field, and which of the records of a line it is. A total is of the rows
    above it down from the one before, or of all above; one with nothing above it, of those below.
    """
    fitting = []
    before = 0
    per_line = len(verdicts.refused.cells) or 1
    for total in footers.totals[:CHECKED]:
        ranges = [(before, total.line), (0, total.line)]
        before = total.line
        for heading, text in total.texts.items():
            if heading not in headings:
                continue
            column, cell = headings[heading]
            staged = staged_name(column, names)
            said = numeral(text, column.field, column.times).value
            if staged is None or said is None:
                continue
            amount = Fraction(str(said)) * column.scale
            sums = [_sum(cursor, staged, bounds, per_line, cell) for bounds in ranges]
            if sums[-1][1] == 0:
                sums = [_sum(cursor, staged, (total.line, 2**31 // per_line - 1), per_line, cell)]
            if any(_same(amount, one, column, text) for one, _ in sums):
                fitting.append(total.line)
                continue
            which = -1 if total.whole else 0
            row = total.line * per_line + (cell or 0)
            _differs(verdicts, row, heading, text, sums[which][0], column, ranges[which])
    if not fitting:
        return []
    lines = _lines(sorted(set(fitting)))
    return [
        Words(
            "第 {lines} 行的合计与各行之和相符", "the totals of lines {lines} are the sums of their rows", lines=lines
        )
    ]


def staged_name(column: Column, names: Sequence[str]) -> str | None:
    """The staged column that holds a field's numbers."""
    if column.name in names:
        return column.name
    return column.target if column.target in names else None


def _sum(cursor: Cursor, staged: str, bounds: tuple[int, int], per_line: int, cell: int | None) -> tuple[Fraction, int]:
    which = SQL("") if cell is None else SQL(" AND {} %% %s = %s").format(Identifier(ROW))
    cursor.execute(
        SQL("SELECT COALESCE(sum({column}::numeric), 0), count(*) FROM {staged} WHERE {row} >= %s AND {row} < %s").format(
            column=Identifier(staged), staged=Identifier(STAGED), row=Identifier(ROW)
        ) + which,
        [(bounds[0] + 1) * per_line, bounds[1] * per_line, *([] if cell is None else [per_line, cell])],
    )  # fmt: skip
    amount, count = cursor.fetchone()
    return Fraction(amount), count


def _same(said: Fraction, found: Fraction, column: Column, text: str) -> bool:
    """To half of the last digit that is written."""
    decimals = len(text.partition(".")[2].rstrip("米吨方升m³万元 "))
    return abs(said - found) <= Fraction(column.scale, 2 * 10**decimals) * column.times


def _differs(
    verdicts: Verdicts, row: int, heading: str, text: str, found: Fraction, column: Column, bounds: tuple[int, int]
) -> None:
    per_line = len(verdicts.refused.cells) or 1
    refused = sum(bounds[0] < row // per_line < bounds[1] for row in verdicts.refused.rows)
    said = Words(
        "“{heading}”各行之和为 {amount}", "the rows of {heading!r} add up to {amount}",
        heading=heading, amount=_amount(found, column),
    )  # fmt: skip
    if refused:
        said = Words(
            "{said}，其中 {count} 行被拒收，未计入",
            "{said}; rows refused and left out: {count}",
            said=said,
            count=refused,
        )
    verdicts.warned.add(row, column.name, text, "total_differs", said)


def compare_lines(
    cursor: Cursor, said: Mapping[int, str], column: Column, names: Sequence[str], verdicts: Verdicts
) -> None:
    """Warn of the lines of a table of months whose own total is not the sum of their cells; lines with a refused cell aside."""
    staged, per_line = staged_name(column, names), len(verdicts.refused.cells)
    if staged is None or not said:
        return
    cursor.execute(
        SQL("SELECT {row} / %s, sum({column}::numeric) FROM {staged} GROUP BY 1").format(
            row=Identifier(ROW), column=Identifier(staged), staged=Identifier(STAGED)
        ),
        [per_line],
    )
    sums = dict(cursor.fetchall())
    refused = {row // per_line for row in verdicts.refused.rows}
    for line, text in said.items():
        amount = numeral(text, column.field, column.times).value
        if amount is None or line in refused or line not in sums:
            continue
        if not _same(Fraction(str(amount)) * column.scale, found := Fraction(sums[line]), column, text):
            shown = _amount(found, column)
            verdicts.warned.add(
                line * per_line, column.name, text, "total_differs",
                Words("本行各月之和为 {amount}", "the months of the line add up to {amount}", amount=shown),
            )  # fmt: skip


def _amount(stored: Fraction, column: Column) -> str:
    """A sum in the unit of its field."""
    rounded = Fraction(round(stored / column.scale * 10**6), 10**6)
    return f"{digits(rounded)} {column.field.unit}".rstrip()
