"""Which lines of a sheet or text are the heading: below titles and who filled it in, in one line or, with merged cells, in several.

It is the line in which most words are known headings of the wanted dataset. Where none are, it is the first line with two words or
more: a title stands in one cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.ingest.columns import distinct, normal
from layers.ingest.reading import Choice, Hints
from layers.ingest.refusal import ImportRefused
from layers.words import Listed, Words

NAME = "heading"
WITHIN = 30  # lines from the top
DEEPEST = 4  # lines of one heading
_BRACKETS = re.compile(r"^(.+?)\s*\([^()]*\)\s*$")
_UNITS = frozenset({
    "m", "米", "km", "公里", "千米", "m2", "平方米", "km2", "平方公里", "亩", "公顷", "m3", "立方米", "方", "万m3", "万立方米", "万方", "吨", "万吨", "l", "升",
    "m3/d", "m3/日", "m3/天", "立方米/日", "立方米/天", "m3/h", "元", "万元", "kw·h", "千瓦时", "度", "人", "户", "眼", "%",
})  # fmt: skip
_NUMBER = re.compile(r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?%?$")
_TOLD = re.compile(r"^([0-9]{1,3})(?:-([0-9]{1,3}))?$")
_TELLING = re.compile(r"[：:]\s*\S")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_NUMBERED = 3  # columns, from which numbers below them can be told from a row
_COLUMN_NUMBER = re.compile(rf"^\(?([0-9]{{1,2}}|[{_STEMS}])\)?$")
_IN_BRACKETS = re.compile(r"^\([^0-9()]+[^()]*\)$")
_OTHERS = 10
_REPEATED, _MOSTLY = 3, 0.6  # so many, and such a part, of a row's cells make it a heading

Line = Sequence[str]
Span = tuple[int, int, int, int]
"""A merged range: first line, first column, last line, last column, from 0."""


@dataclass(frozen=True, slots=True)
class Heading:
    """``first`` and ``last`` line, from 0, and the first line ``below`` that is a row; the words of the columns; what stands above;
    the decision, where there was one."""

    first: int
    last: int
    below: int
    words: tuple[str, ...]
    above: tuple[str, ...]
    choice: Choice | None = None


def find(lines: Sequence[Line], hints: Hints, spans: Iterable[Span] = ()) -> Heading:
    """The heading among the first lines of a table, a text a cell and "" where nothing stands.

    Raises `ImportRefused` when there is nothing in them, and when the lines told are none of them.
    """
    lines = lines[:WITHIN]
    merged = [span for span in spans if span[0] < len(lines)]
    told = _told(hints.told, len(lines))
    filled = [(at, sum(map(bool, line))) for at, line in enumerate(lines) if any(line)]
    if not filled:
        raise ImportRefused(
            "文件或工作表是空的：没有表头", "the file or sheet is empty: there is no heading", param="file"
        )
    several = [at for at, count in filled if count > 1]
    plain = next((at for at in several if not _tells(lines[at])), (several or [filled[0][0]])[0])
    hits = [known_in(line, hints.words) for line in lines]
    best = max(range(len(lines)), key=lambda at: (hits[at], -at))
    counts = dict(filled)
    surer = hits[best] >= 2 or (not hits[plain] and counts.get(best, 0) > counts[plain])
    at = best if hits[best] > hits[plain] and surer else plain
    first, last = told or _extent(lines, at, merged, hints.words)
    words = distinct(joined(lines, first, last, merged, hints.words))
    below = last + 1 + (last + 1 < len(lines) and _is_numbering(lines[last + 1], words))
    above = tuple(word for line in lines[:first] for word in line if word)
    others = [str(other + 1) for other, _ in filled if not first <= other <= last][:_OTHERS]
    choice = None
    if told or last or below > last + 1:
        # A line of which little is known, below another one that could be it too: somebody has to look.
        asks = not told and not first <= plain <= last and hits[at] < 3 and not _tells(lines[plain])
        choice = _choice((first, last, below), words, hits[at], others, asks)
    return Heading(first, last, below, words, above, choice)


def _sample(words: Iterable[str]) -> Listed:
    """The first words of a line, of so many characters."""
    left, found = _SAMPLE, []
    for word in words:
        if left <= 0:
            break
        found.append(word[:left])
        left -= len(word) + 1
    return Listed(*found)


_SAMPLE = 60


def _choice(place: tuple[int, int, int], words: Line, hits: int, others: Sequence[str], asks: bool) -> Choice:
    first, last, below = place
    value = str(first + 1) if first == last else f"{first + 1}-{last + 1}"
    sample = _sample(word for word in words if word)
    why = Words(
        "表头取自第 {value} 行（{sample}）", "the heading is line {value} ({sample})", value=value, sample=sample
    )
    if hits:
        why = Words("{why}，其中 {hits} 个列名可识别", "{why}: {hits} of its words are known", why=why, hits=hits)
    if below > last + 1:
        why = Words(
            "{why}；第 {below} 行是列号，略过",
            "{why}; line {below} numbers the columns and is passed over",
            why=why,
            below=below,
        )
    return Choice(NAME, value, why, others, asks)


def _told(told: Mapping[str, str], count: int) -> tuple[int, int] | None:
    if NAME not in told:
        return None
    found = _TOLD.match(told[NAME].strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= count or last - first >= DEEPEST:
        raise ImportRefused(
            "表头行“{told}”不在文件的前 {count} 行内：应写作行号，如 3 或 3-4", "{told!r} is no line of the first {count}: tell a number, as 3 or 3-4", param=NAME, told=told[NAME], count=count,
        )  # fmt: skip
    return first - 1, last - 1


def is_known(word: str, words: frozenset[str]) -> bool:
    """Whether it is the heading of a field, with or without something in brackets or a mark that it is required."""
    plain = normal(word).strip("*: ")
    if plain in words:
        return True
    bare = _BRACKETS.match(plain)
    return bare is not None and bare[1] in words


def known_in(line: Line, words: frozenset[str]) -> int:
    """How many different known headings a line holds."""
    return len({normal(word) for word in line if word and is_known(word, words)}) if words else 0


def _tells(line: Line) -> bool:
    """Whether a line says of something what it is, as "填报单位：…" does."""
    return any(_TELLING.search(word) for word in line)


def _is_numbering(line: Line, words: Line) -> bool:
    """Whether a line numbers the columns, as forms do below their heading: 甲, 乙, 1, 2, 3 or (1), (2), (3)."""
    cells = [word for word in line if word]
    if len(cells) < _NUMBERED or len(cells) < sum(map(bool, words)):
        return False
    found = [_COLUMN_NUMBER.match(normal(word)) for word in cells]
    if not all(found):
        return False
    labels = [match[1] for match in found if match]
    numbers = [int(label) for label in labels if label.isdecimal()]
    letters = [label for label in labels if not label.isdecimal()]
    return numbers == list(range(1, len(numbers) + 1)) and letters == list(_STEMS[: len(letters)])


def is_unit(word: str) -> bool:
    """Whether a cell below a heading is its unit, bare or in brackets."""
    plain = normal(word)
    return plain.strip("()[] ") in _UNITS or bool(_IN_BRACKETS.match(plain))


def _extent(lines: Sequence[Line], at: int, merged: Sequence[Span], words: frozenset[str]) -> tuple[int, int]:
    """The first and last line of the heading that has ``at`` in it."""
    first = last = at
    grown = True
    while grown:
        grown = False
        for top, column, bottom, _ in merged:
            touches = top <= last and bottom >= first and bottom > top and bool(_cell(lines[top], column))
            if touches and (top < first or bottom > last) and max(last, bottom) - min(first, top) < DEEPEST:
                first, last, grown = min(first, top), max(last, min(bottom, len(lines) - 1)), True
    while last - first + 1 < DEEPEST and last + 1 < len(lines) and _is_below(lines[last], lines[last + 1], words):
        last += 1
    while last - first + 1 < DEEPEST and first and _is_above(lines[first - 1], lines[first], merged, first - 1):
        first -= 1
    return first, last


def _is_below(head: Line, below: Line, words: frozenset[str]) -> bool:
    """Whether a line goes on with the heading above it: under its gaps, or with the units of its columns."""
    cells = [(column, word) for column, word in enumerate(below) if word]
    if not cells or any(_NUMBER.match(word) for _, word in cells):
        return False
    if all(is_unit(word) for _, word in cells):
        return True
    under_gaps = any(not _cell(head, column) for column, _ in cells)
    repeated = any(
        _cell(head, column) and is_known(_cell(head, column), words) for column, word in cells if not is_unit(word)
    )
    return under_gaps and not repeated and any(is_known(word, words) for _, word in cells)


def _is_above(above: Line, head: Line, merged: Sequence[Span], at: int) -> bool:
    """Whether a line tells apart what the heading below it names alike: 2021年 and 2022年 above 数量 and 数量."""
    twice = {word for word, count in Counter(filter(None, head)).items() if count > 1}
    if not twice or _tells(above):
        return False
    tops: dict[str, list[str]] = {}
    for column, word in enumerate(head):
        if word in twice:
            tops.setdefault(word, []).append(_across(above, column, merged, at))
    return all(len(set(found)) == len(found) and any(found) for found in tops.values())


def _cell(line: Line, column: int) -> str:
    return line[column] if column < len(line) else ""


def _across(line: Line, column: int, merged: Sequence[Span], at: int) -> str:
    """The word that reaches over a column: of the merged range it is in, or, where nothing is merged, the nearest to the left."""
    for top, left, bottom, right in merged:
        if top <= at <= bottom and left <= column <= right:
            return _cell(line, left)
    if any(top <= at <= bottom for top, _, bottom, _ in merged):
        return _cell(line, column)
    return next((_cell(line, one) for one in range(column, -1, -1) if _cell(line, one)), "")


def joined(
    lines: Sequence[Line], first: int, last: int, merged: Sequence[Span], words: frozenset[str]
) -> tuple[str, ...]:
    """The words of the columns, those of several lines joined from the top by a slash.

    A known word that stands under one column only needs none above it; a unit is put behind its word in brackets.
    """
    if first == last:
        return tuple(lines[first])
    width = max(len(line) for line in lines[first : last + 1])
    stacks = [_stack(lines, first, last, column, merged) for column in range(width)]
    bottoms = Counter(normal(stack[-1]) for stack in stacks if stack)
    return tuple(_one(stack, bottoms, words) for stack in stacks)


def _stack(lines: Sequence[Line], first: int, last: int, column: int, merged: Sequence[Span]) -> list[str]:
    found: list[str] = []
    for at in range(first, last + 1):
        span = next((s for s in merged if s[0] <= at <= s[2] and s[1] <= column <= s[3]), None)
        word = _cell(lines[span[0]], span[1]) if span else _cell(lines[at], column)
        below = any(_cell(lines[other], column) for other in range(at + 1, last + 1))
        if not word and not span and below and not found:
            word = _across(lines[at], column, merged, at)
        if word and word not in found[-1:]:
            found.append(word)
    return found


def _one(stack: list[str], bottoms: Mapping[str, int], words: frozenset[str]) -> str:
    if len(stack) > 1 and is_unit(stack[-1]):
        return f"{_one(stack[:-1], {}, words)}({stack[-1].strip('()（）[] ')})"
    if len(stack) > 1 and is_known(stack[-1], words) and bottoms.get(normal(stack[-1]), 1) == 1:
        return stack[-1]
    return "/".join(stack)


def refuse_repeated(rows: NDArray[np.int64], columns: Mapping[str, pa.Array], words: frozenset[str]) -> None:
    """Raise `ImportRefused` for a row that is a heading, of this table once more or of another one below it."""
    own, other = np.zeros(len(rows), np.int16), np.zeros(len(rows), np.int16)
    known = pa.array(sorted(words), pa.string())
    for heading, cells in columns.items():
        if heading:
            own += _as_mask(pc.equal(cells, heading))
        if words:
            other += _as_mask(pc.is_in(cells, known))
    named = sum(map(bool, columns))
    for at in np.flatnonzero((own >= min(2, max(named, 1))) | (other >= _REPEATED)).tolist():
        cells = [text for column in columns.values() if (text := column[at].as_py())]
        if own[at] >= _MOSTLY * len(cells) or known_in(cells, words) >= max(_REPEATED, _MOSTLY * len(cells)):
            shown = _sample(cells)
            raise ImportRefused(
                "第 {rows} 行又是一行表头（{shown}）：一张表里似乎有几张表。请把它们分成几个文件或工作表，或删去重复的表头，再导入", "line {rows} is another heading ({shown}): there seem to be several tables in one. Put them apart, or delete it",
                param="file", rows=rows[at], shown=shown,
            )  # fmt: skip


def _as_mask(condition: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)
