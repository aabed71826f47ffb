"""The tables of a report: typed values with what each column means, for paper and workbook alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from geoapp.reports import figures
from geoapp.reports.structure import FacilityList, RegionLine, Report
from geoapp.reports.words import item_name, layer_name, level_name, term_name, word
from layers import vocab

Kind = Literal["text", "integer", "litres", "share", "change", "area", "density"]
Value = str | int | float | None

# Rows of facilities that are printed. A row costs WeasyPrint 5 ms and 100 kB (docs/performance.md), so neither time nor
# memory of a report grows with its district: a kind that does not fit whole is counted by region, and listed in the
# workbook.
PRINTED_ROWS = 400
# Rows of regions in print: the townships of a city fit, the villages of one do not.
PRINTED_REGIONS = 400


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. Values are as stored (litres, ratios); paper and workbook show them in ``unit``."""

    label: str
    kind: Kind = "text"
    unit: str = ""
    width: float = 2.0  # relative, on paper

    def shown(self, value: Value) -> str:
        """A value as it is printed."""
        if value is None or value == "":
            return figures.DASH
        return _SHOWN[self.kind](value)


_SHOWN: dict[str, Callable[[Any], str]] = {
    "text": str,
    "integer": figures.integer,
    "litres": figures.in_units,
    "share": figures.percent,
    "change": figures.change,
    "area": lambda value: f"{value:,.2f}",
    "density": lambda value: f"{value / 10_000:,.2f}",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its key (of its anchor and sheet), title, columns, rows, and a last row that sums."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def widths(self) -> list[float]:
        """Of the columns, in percent."""
        whole = sum(column.width for column in self.columns)
        return [round(100 * column.width / whole, 2) for column in self.columns]

    def printed(self) -> list[list[tuple[str, str]]]:
        """(kind, text) of each cell."""
        return [self._printed(row) for row in self.rows]

    def printed_total(self) -> list[tuple[str, str]]:
        return self._printed(self.total)

    def _printed(self, row: Iterable[Value]) -> list[tuple[str, str]]:
        return [(column.kind, column.shown(value)) for column, value in zip(self.columns, row, strict=True)]


def summary(report: Report, lang: str) -> list[Table]:
    """Use by source and by purpose; water outside any region is a row of its own, so that each adds up."""
    tables = []
    for key, parts, vocabulary in (
        ("by_source", report.sources, vocab.SOURCE),
        ("by_purpose", report.purposes, vocab.PURPOSE),
    ):
        rows: list[tuple[Value, ...]] = [
            (term_name(vocabulary, part.code, lang), part.volume_l, part.share) for part in parts
        ]
        if report.outside_l:
            rows.append((word("outside", lang), report.outside_l, report.outside_l / report.total_l))
        columns = (Column(word(key, lang), width=3), _volume(lang), Column(word("share", lang), "share"))
        tables.append(Table(key, word(key, lang), columns, tuple(rows), (word("sum", lang), report.total_l, 1.0)))
    return tables


def _volume(lang: str) -> Column:
    return Column(word("volume", lang), "litres", figures.unit_name(lang))


def regions(report: Report, lang: str, level: str, lines: tuple[RegionLine, ...], key: str) -> Table:
    """Regions by volume, numbered as on the maps; what is known above their level only is the last row but one."""
    columns = (
        Column(word("no", lang), "integer", width=0.9),
        Column(word("code", lang), width=2.2),
        Column(word("name", lang), width=3.2),
        _volume(lang),
        Column(word("share", lang), "share", width=1.5),
        Column(word("area", lang), "area", "km²", width=1.7),
        Column(word("per_km2", lang), "density", figures.unit_name(lang) + "/km²", width=2.1),
        Column(word("change_year", lang), "change", width=1.6),
        Column(word("change_previous", lang), "change", width=1.6),
    )
    rows: list[tuple[Value, ...]] = [
        (n, line.code, line.name, line.volume_l, line.volume_l / report.total_l, line.area_km2, line.m3_per_km2,
         line.change_year, line.change_previous)
        for n, line in enumerate(lines, 1)
    ]  # fmt: skip
    rest = report.total_l - report.outside_l - sum(line.volume_l for line in lines)
    for key_of, volume in (("coarser", rest), ("outside", report.outside_l)):
        if volume:
            blank = (None, None, None, None)
            rows.append((None, "", word(key_of, lang), volume, volume / report.total_l, *blank))
    total = (None, "", word("sum", lang), report.total_l, 1.0, None, None, None, None)
    return Table(key, f"{word('regions', lang)} · {level_name(level, lang)}", columns, tuple(rows), total)


def months(report: Report, lang: str) -> Table:
    """Use by month and source."""
    columns = [Column(word("month", lang), width=1.6)]
    columns += [
        Column(term_name(vocab.SOURCE, code, lang), "litres", figures.unit_name(lang)) for code in report.source_months
    ]
    columns.append(Column(word("sum", lang), "litres", figures.unit_name(lang)))
    rows: list[tuple[Value, ...]] = []
    for m, month in enumerate(report.months):
        volumes = [volumes[m] for volumes in report.source_months.values()]
        rows.append((month, *volumes, sum(volumes)))
    sums = [sum(volumes) for volumes in report.source_months.values()]
    total: tuple[Value, ...] = (word("sum", lang), *sums, sum(sums))
    return Table("months", word("chart_months", lang), tuple(columns), tuple(rows), total)


def stages(report: Report, lang: str) -> Table:
    """Take, supply, use and drain; kinds of which there are none are left out."""
    columns = (
        Column(word("stage", lang), width=1),
        Column(word("item", lang), width=4),
        Column(word("count", lang), "integer", width=1.6),
        Column(word("capacity", lang), "integer", "m³/d", width=2),
        _volume(lang),
    )
    rows: list[tuple[Value, ...]] = []
    for line in report.stages:
        if line.count:
            stage, item = word(line.stage, lang), item_name(line.item, lang)
            rows.append((stage, item, line.count, line.capacity_m3_d, line.volume_l))
        if line.item == "meter":
            rows.append((word("use", lang), word("total", lang), None, None, report.total_l))
    return Table("stages", word("stages", lang), columns, tuple(rows))


def quality(report: Report, lang: str) -> Table:
    """Every rule, also those that found nothing."""
    columns = (
        Column(word("finding", lang), width=5),
        Column(word("count", lang), "integer", width=1.5),
        Column(word("of", lang), "integer", width=1.5),
        Column(word("share", lang), "share", width=1.5),
        _volume(lang),
    )
    rows = tuple(
        (word(each.rule, lang), each.count, each.of, each.count / each.of if each.of else None, each.volume_l)
        for each in report.findings
    )
    return Table("quality", word("quality", lang), columns, rows)


def facilities(report: Report, lang: str) -> list[Table]:
    """Every facility by name, one table a layer."""
    return [_facilities(each, lang) for each in report.facilities]


def printed_facilities(report: Report, lang: str, limit: int = PRINTED_ROWS) -> list[Table]:
    """Lists by name of the kinds that fit into ``limit`` rows together, and counts by region of the others."""
    found = []
    for each in report.facilities:
        fits = len(each.lines) <= limit
        limit -= len(each.lines) if fits else 0
        found.append(_facilities(each, lang) if fits else _counted(report, each, lang))
    return found


def _facilities(found: FacilityList, lang: str) -> Table:
    columns = (
        Column(word("code", lang), width=2),
        Column(word("name", lang), width=4),
        Column(word("place", lang), width=4),
        Column(word("capacity", lang), "integer", "m³/d", width=1.6),
        Column(word("run_by", lang), width=2.4),
    )
    rows = tuple(
        (line.code, line.name, line.place, line.capacity_m3_d, term_name(vocab.MANAGER, line.run_by, lang))
        for line in found.lines
    )
    return Table(found.layer, f"{layer_name(found.layer, lang)} · {len(rows):,}", columns, rows)


def _counted(report: Report, found: FacilityList, lang: str) -> Table:
    """How many facilities of a kind, and with what capacity, are in each region of the level below."""
    columns = (
        Column(level_name(report.child_level, lang), width=4),
        Column(word("count", lang), "integer"),
        Column(word("capacity", lang), "integer", "m³/d"),
    )
    rows: list[tuple[Value, ...]] = []
    for child in report.children:
        mine = [line for line in found.lines if line.region.startswith(child.code)]
        if mine:
            rows.append((child.name, len(mine), sum(line.capacity_m3_d or 0 for line in mine)))
    placed = sum(int(row[1] or 0) for row in rows)
    if placed < len(found.lines):
        rows.append((word("coarser", lang), len(found.lines) - placed, None))
    name = layer_name(found.layer, lang)
    note = word("omitted", lang, name=name, count=figures.integer(len(found.lines)))
    title = f"{name} · {len(found.lines):,}"
    return Table(found.layer, title, columns, tuple(rows), notes=(note,))
