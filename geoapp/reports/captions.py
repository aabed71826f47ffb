"""What stands at a figure or table: its number, title and unit, and below it notes and whose the data are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.tables import PrintedTable
from geoapp.reports.words import word
from layers.words import Listed, Words

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


@dataclass(frozen=True, slots=True)
class Captioned:
    """A figure or a table with its caption. ``key`` says which it is, whatever its number."""

    key: str
    number: str
    title: str
    unit: str
    notes: tuple[str, ...]
    source: str
    figure: Figure | None = None
    table: PrintedTable | None = None
    src: str = ""  # by which a page finds the drawing

    @property
    def anchor(self) -> str:
        return f"{'figure' if self.figure else 'table'}-{self.key}"

    def texts(self) -> Iterator[str]:
        yield from (self.title, *self.notes, self.source)
        if self.figure:
            yield from _TEXT.findall(self.figure.svg)
        if self.table:
            yield from (column.label for column in self.table.columns)
            yield from (
                value for row in (*self.table.rows, self.table.total) for value in row if isinstance(value, str)
            )


class Counter:
    """Counts figures and tables apart, through the whole document; of a bound volume through each ``chapter``: 图3-1."""

    def __init__(self, lang: str, chapter: int = 0) -> None:
        self.lang, self.figures, self.tables = lang, 0, 0
        self.before = f"{chapter}-" if chapter else ""

    def numbered(self, each: Captioned) -> Captioned:
        if each.figure:
            self.figures += 1
            return replace(each, number=Words("图{n}", "Figure {n}", n=f"{self.before}{self.figures}").in_(self.lang))
        self.tables += 1
        return replace(each, number=Words("表{n}", "Table {n}", n=f"{self.before}{self.tables}").in_(self.lang))


def of(what: Figure | PrintedTable, lang: str, credit: str = "") -> Captioned:
    """The caption of a drawing or a table, not numbered yet; ``credit`` names whose the data are, where that was declared."""
    source = Words("资料来源：{credit}", "Source: {credit}", credit=credit).in_(lang) if credit else ""
    if isinstance(what, Figure):
        # A chart of months stands beside a table of them.
        key = "months-chart" if what.key == "months" else what.key
        return Captioned(key, "", what.title, "", (), source, figure=what)
    unit = one_unit(what)
    told = Words("单位：{unit}", "Unit: {unit}", unit=unit).in_(lang) if unit else ""
    return Captioned(what.key, "", what.title, told, what.notes, source, table=what)


def one_unit(table: PrintedTable) -> str:
    """The unit of all figures of a table; nothing where they differ, or some have none. Shares say theirs in each cell."""
    units = {column.unit for column in table.columns if column.kind not in ("text", "month", "share", "change")}
    return units.pop() if len(units) == 1 else ""


def pointing_to_lists(each: Captioned, tables: Sequence[str], lang: str) -> Captioned:
    """Where facilities bear numbers, which tables these are of."""
    if each.figure is None or word("facilities_numbered", lang) not in each.figure.notes:
        return each
    return replace(each, notes=(*each.notes, word("facilities_numbered_in", lang, tables=_told(tables).in_(lang))))


def _told(tables: Sequence[str]) -> Words | Listed:
    """More than two that follow one another are told by the first and the last of them."""
    counts = [int(found[0]) for table in tables if (found := re.search(r"\d+$", table))]
    if len(counts) < 3 or counts != list(range(counts[0], counts[0] + len(tables))):
        return Listed(*tables)
    return Words("{first}至{last}", "{first} to {last}", first=tables[0], last=tables[-1])


def pointing(each: Captioned, table: str, lang: str) -> Captioned:
    """Where a map has numbers in place of names, which table they are of."""
    if not table or each.figure is None or word("numbered", lang) not in each.figure.notes:
        return each
    return replace(each, notes=(*each.notes, word("numbered_in", lang, table=table)))
