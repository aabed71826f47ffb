"""An opened table as the checks take it: which column is which field, in which unit, for which months; footers taken out,
months that stand side by side put one below the other. Every decision is a `Choice`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from layers import languages
from layers.ingest import columns, divisions, measures, wide
from layers.ingest.checks import NO_VALUE_WORDS, by_unique
from layers.ingest.columns import ColumnMap
from layers.ingest.footers import Footers
from layers.ingest.parse import bare_month, plain
from layers.ingest.reading import Choice, Hints
from layers.ingest.source import Source
from layers.ingest.spec import Column, Spec
from layers.ingest.table import Chunk, Table
from layers.ingest.years import Year, find_year
from layers.registry import Field
from layers.words import Listed, Worded, Words

_YEAR_HEADINGS = frozenset({"年", "年份", "年度", "year"})
_TOTAL_HEADINGS = frozenset({"合计", "总计", "全年", "全年合计", "年合计", "累计", "小计", "total"})
YEAR_MONTH = "year+month"


@dataclass(slots=True)
class Arranged:
    """A table and how it is read. ``chunks`` gives what `layers.ingest.rows.sound_rows` takes."""

    table: Table
    spec: Spec
    columns: ColumnMap
    choices: list[Choice] = field(default_factory=list)
    notes: list[Worded] = field(default_factory=list)
    footers: Footers = field(init=False)
    wide: wide.Wide | None = None
    year: Year | None = None
    year_column: str = ""  # of years beside bare months
    empty_cells: int = 0  # of months side by side
    line_totals: dict[int, str] = field(default_factory=dict)  # line → what its own column of totals says

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns that the records of a line come from, where a line is several."""
        return self.wide.headings if self.wide else ()

    def chunks(self) -> Iterator[Chunk]:
        for chunk in self.table.chunks():
            found = divisions.joined(self.footers.take_out(chunk), self.columns)
            if self.year_column:
                found = _dated(found, self.columns.fields["month"], self.year_column)
            if self.wide:
                self._note_totals(found)
                found, empty = self.wide.unpivot(found, NO_VALUE_WORDS)
                self.empty_cells += empty
            yield found

    def _note_totals(self, chunk: Chunk) -> None:
        heading = next((h for h in self.columns.ignored if columns.normal(h) in _TOTAL_HEADINGS), None)
        if heading in chunk.columns:
            texts = zip(chunk.rows.tolist(), chunk.columns[heading].to_pylist(), strict=True)
            self.line_totals |= {line: text for line, text in texts if text}

    def last_notes(self) -> list[Words]:
        """What can be said when all has been read."""
        found = self.footers.notes()
        if self.empty_cells:
            found.append(
                Words(
                    "{empty_cells} 个月份格没有填写：不产生记录",
                    "{empty_cells} cells of months are empty: no records",
                    empty_cells=self.empty_cells,
                )
            )
        return found

    def numbers(self) -> dict[str, tuple[Column, int | None]]:
        """Heading → the field whose numbers stand there, and which record of a line they are."""
        found: dict[str, tuple[Column, int | None]] = {}
        for column in self.spec.columns:
            heading = self.columns.fields.get(column.name)
            if heading and column.field.kind in ("integer", "number") and column.name not in _NOT_SUMMED:
                here = replace(column, times=self.columns.times.get(column.name, Fraction(1)))
                if self.wide and heading == wide.VALUE:
                    found |= {name: (here, at) for at, name in enumerate(self.wide.headings)}
                elif not self.wide:
                    found[heading] = (here, None)
        return found


_NOT_SUMMED = frozenset({"year_built", "correction_no", "depth_m"})


def arrange(table: Table, spec: Spec, source: Source, shown: str) -> Arranged:
    """Decide how a table is read; ``shown`` is what its file is called. `ImportRefused` where it cannot be."""
    fields = [f for f in spec.dataset.fields if f.imported]
    told = _told_columns(source, table.headings)
    words = columns.geometry_words(spec.geometry, table.has_geometry, told)
    headings = unreturned(table.headings)
    months = _months(spec, fields, headings, told, source.told)
    left = tuple(h for h in headings if not months or h not in {one.heading for one in months[0]})
    found = Arranged(table, spec, columns.match(fields, left, told, geometry_words=words))
    _take_cut_headings(found, fields, table)
    found.columns, choices = divisions.choose(fields, found.columns, spec.one_of)
    found.choices += choices
    found.year = find_year({} if source.told.get("year") == YEAR_MONTH else source.told, table.above, headings, shown)
    if months:
        _go_wide(found, *months)
    columns.require(found.columns, fields, spec.scope, spec.one_of)
    _find_years(found)
    mapping = found.columns
    times: dict[str, Fraction] = {}
    if not months or months[2] is None:
        times, choices = measures.choose(fields, mapping, table.above, source.told)
        found.choices += choices
    else:
        times[months[1].name] = months[2]
        found.choices.append(measures.said_by_heading(months[1], months[0][0].heading, months[2]))
    found.columns = replace(mapping, times=times, year=found.year.value if found.year else None)
    found.footers = Footers(spec, found.columns, tuple(found.numbers()))
    return found


def _told_columns(source: Source, headings: Sequence[str]) -> dict[str, str]:
    """Field → column, as its sender said: on the form for it, or as an answer to a choice."""
    answers = {name.removeprefix("column."): value for name, value in source.told.items() if name.startswith("column.")}
    single = {name: value for name, value in answers.items() if not divisions.is_joined(value, headings)}
    return dict(source.field_map) | single


# The last columns of a file of refused rows (`layers.ingest.returned`), in whichever language it was written.
RETURNED = (Words("原因", "Reason"), Words("建议", "What would be right"))
YEAR = Words("年份", "Year")  # of a column that such a file may have


def returned_headings(lang: str) -> tuple[str, ...]:
    return tuple(word.in_(lang) for word in RETURNED)


def unreturned(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings without those that such a file ends with."""
    is_one = tuple(headings[-2:]) in {returned_headings(lang) for lang in languages.codes()}
    return tuple(headings[:-2] if is_one else headings)


def _is_year(heading: str) -> bool:
    said = columns.normal(heading)
    return said in _YEAR_HEADINGS or said in {columns.normal(text) for text in YEAR.everywhere().values()}


def hints(spec: Spec, source: Source) -> Hints:
    """What a reader may know of a file before it opens it."""
    return Hints(source.told, columns.known_words(spec.dataset.fields))


def _months(
    spec: Spec, fields: Sequence[Field], headings: Sequence[str], told: Mapping[str, str], read: Mapping[str, str]
) -> tuple[list[wide.MonthColumn], Field, Fraction | None] | None:
    """The columns that are months, of a dataset of months whose file has no column of them."""
    if not any(column.month for column in spec.columns) or "month" in told or read.get("months") == "no":
        return None
    if "month" in columns.match(fields, [h for h in headings if columns.base(h) == h], geometry_words=()).fields:
        return None
    found = wide.month_columns(headings)
    volumes = sorted((f for f in fields if f.unit in ("m³", "L")), key=lambda f: f.unit != "m³")
    measured = wide.measured(found, volumes) if found else None
    return (found, *measured) if measured else None


def _go_wide(found: Arranged, months: list[wide.MonthColumn], measured: Field, _: Fraction | None) -> None:
    if any(one.year is None for one in months):
        found.year = found.year or Year.unsaid({one.month for one in months}, date.today())
        found.choices.append(found.year.choice())
    found.wide = wide.Wide(tuple(months), found.year.value if found.year else None)
    mapping = found.columns
    fields = {**mapping.fields, "month": wide.MONTH, measured.name: wide.VALUE}
    found.columns = replace(mapping, fields=fields)
    why = Words(
        "{count} 列是月份（{months}）：每格一条记录，水量为“{measured}”",
        "{count} columns are months: a record a cell",
        count=len(months),
        months=found.wide.shown,
        measured=measured,
    )
    found.choices.append(Choice("months", "columns", why, ["no"]))


def _take_cut_headings(found: Arranged, fields: Sequence[Field], table: Table) -> None:
    if table.format != "vector":
        return
    for heading, names in columns.cut_headings(fields, found.columns).items():
        why = Words(
            "列名“{heading}”像是被 DBF 截短的“{field}”（最多 10 个字节）",
            "{heading!r} looks like “{field}”, cut at ten bytes by DBF",
            heading=heading,
            field=next(f for f in fields if f.name == names[0]),
        )
        if others := [f for f in fields if f.name in names[1:]]:
            why = Words("{why}；也可能是{others}", "{why}; it may also be {others}", why=why, others=Listed(*others))
        found.choices.append(Choice(f"column.{names[0]}", heading, why, asks=len(names) > 1))
        mapping = found.columns
        ignored = tuple(one for one in mapping.ignored if one != heading)
        found.columns = replace(mapping, fields={**mapping.fields, names[0]: heading}, ignored=ignored)


def _find_years(found: Arranged) -> None:
    """A column of years beside one of months."""
    if "month" in found.columns.fields and not found.wide:
        found.year_column = next((h for h in found.columns.ignored if _is_year(h)), "")
        if found.year_column:
            why = Words(
                "月份的年份取自列“{heading}”", "the years of months are those of {heading!r}", heading=found.year_column
            )
            found.choices.append(Choice("year", YEAR_MONTH, why))


_YEAR = re.compile(r"^((?:19|20)\d{2})(?:\.0)?\s*年?度?$")


def _year_text(text: str) -> str | None:
    found = _YEAR.match(plain(text))
    return found.group(1) if found else None


def _bare_text(text: str) -> str | None:
    at = bare_month(text)
    return f"{at:02d}" if at else None


def _dated(chunk: Chunk, month: str, year: str) -> Chunk:
    """Months that are written without a year, with that of the column beside."""
    if month not in chunk.columns or year not in chunk.columns:
        return chunk
    years = by_unique(chunk.columns[year], _year_text, pa.string())[0]
    bare = by_unique(chunk.columns[month], _bare_text, pa.string())[0]
    both = pc.binary_join_element_wise(years, bare, "-")
    return Chunk(chunk.rows, {**chunk.columns, month: pc.coalesce(both, chunk.columns[month])}, chunk.wkb, chunk.ragged)
