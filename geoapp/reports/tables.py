"""The tables of a report: typed values with what each column means, for paper and workbook alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geoapp.reports import figures
from geoapp.reports.structure import FacilityList, Printed, RegionLine, Report
from geoapp.reports.words import item_name, layer_name, level_name, run_by_name, subject, term_name, word
from layers import vocab
from layers.entries import WAY
from layers.stats.absence import added, share

Kind = Literal["text", "integer", "litres", "share", "change", "area", "density", "month", "degrees"]
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """What a column holds. Values are as stored (litres, ratios); paper and workbook show them in ``unit``."""

    label: str
    kind: Kind = "text"
    unit: str = ""
    width: float = 2.0  # relative, on paper
    absent: str = figures.DASH  # what is printed for no value; a workbook has an empty cell
    per: figures.Unit = figures.M3  # of volumes and densities: what they are counted in

    def number(self, value: float) -> float:
        """A stored value in the column's unit."""
        if self.kind == "litres":
            return self.per.of(value)
        return self.per.of_m3(value) if self.kind == "density" else value

    def shown(self, value: Value) -> str:
        """A value as it is printed."""
        if value is None or value == "":
            return self.absent
        if isinstance(value, str) or self.kind not in ("litres", "density"):
            return _SHOWN[self.kind](value)
        return self.per.text(value if self.kind == "litres" else value * figures.LITRES_PER_M3)


def litres_column(label: str, unit: figures.Unit, *, width: float = 2.0, absent: str = figures.DASH) -> PrintedColumn:
    """Of volumes, in the one unit of their table."""
    return PrintedColumn(label, "litres", unit.name, width, absent, unit)


_SHOWN: dict[str, Callable[[Any], str]] = {
    "text": str,
    "month": str,
    "integer": figures.integer,
    "share": figures.percent,
    "change": figures.change,
    "area": lambda value: f"{value:,.2f}",
    "degrees": lambda value: f"{value:.6f}",
}


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table with its key (of its anchor and sheet), title, columns, rows, and a last row that sums."""

    key: str
    title: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    notes: tuple[str, ...] = field(default=())
    # Signs beside figures, by row and column, which the notes explain.
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    sheet: str = (
        ""  # of a workbook, where the title tells how many there are: a sheet keeps its name when the data change
    )

    @property
    def widths(self) -> list[float]:
        """Of the columns, in percent."""
        whole = sum(column.width for column in self.columns)
        return [round(100 * column.width / whole, 2) for column in self.columns]

    def printed(self) -> list[list[tuple[str, str]]]:
        """(kind, text) of each cell."""
        return [self._printed(row, n) for n, row in enumerate(self.rows)]

    def printed_total(self) -> list[tuple[str, str]]:
        return self._printed(self.total, len(self.rows))

    def _printed(self, row: Iterable[Value], n: int) -> list[tuple[str, str]]:
        cells = enumerate(zip(self.columns, row, strict=True))
        return [(column.kind, column.shown(value) + self.mark(n, at)) for at, (column, value) in cells]

    def mark(self, row: int, column: int) -> str:
        """The sign beside a figure, with a space before it; nothing where nothing is to be said. The total is the last row."""
        return f" {self.marks[row, column]}" if (row, column) in self.marks else ""


class Marked:
    """The notes of a report that a table has come to, with the signs by which its figures name them."""

    def __init__(self, report: Report, lang: str) -> None:
        self._known = {note.figure: note.in_(lang) for note in report.notes}
        self._numbers = {note.figure: n for n, note in enumerate(report.notes, 1)}
        self.marks: dict[tuple[int, int], str] = {}
        self.notes: list[str] = []

    def at(self, figure: str, row: int, column: int) -> None:
        """Mark a figure if there is anything to say of it."""
        if figure in self._known:
            self.marks[row, column] = sign = f"※{self._numbers[figure]}"
            self.notes.append(f"{sign} {self._known[figure]}")


def summary(report: Report, lang: str) -> list[PrintedTable]:
    """Use by source and by purpose; what lies in no region has rows of its own, so that each adds up to the total."""
    tables = []
    for key, parts, vocabulary in (
        ("by_source", report.sources, vocab.SOURCE),
        ("by_purpose", report.purposes, vocab.PURPOSE),
    ):
        rows: list[tuple[Value, ...]] = [
            (term_name(vocabulary, part.code, lang), part.volume_l, part.share) for part in parts
        ]
        marked = Marked(report, lang)
        for n, part in enumerate(parts):
            marked.at(f"{'source' if key == 'by_source' else 'purpose'}/{part.code}", n, 1)
        if key == "by_purpose":
            marked.at("residents", [part.code for part in parts].index("residential"), 1)
        rows += [(word(why, lang), litres, share(litres, report.total_l)) for why, litres in report.beside.items()]
        marked.at("total", len(rows), 1)
        unit = figures.unit((litres for _, litres, _ in rows), lang)  # type: ignore[misc]
        columns = (
            PrintedColumn(word(key, lang), width=3),
            _used(lang, unit),
            PrintedColumn(word("share", lang), "share"),
        )
        total = (word("sum", lang), report.total_l, share(report.total_l, report.total_l))
        notes = (base_note(report, lang), *marked.notes)
        tables.append(PrintedTable(key, word(key, lang), columns, tuple(rows), total, notes, marked.marks))
    return tables


def base_note(report: Report, lang: str) -> str:
    """Of what the shares of a table are: one base, which its rows add up to."""
    beside = word("and_beside", lang) if report.beside else ""
    return word(
        "share_base", lang, name=subject(report, lang), beside=beside, volume=figures.volume(report.total_l, lang)
    )


def _used(lang: str, unit: figures.Unit, label: str = "") -> PrintedColumn:
    """A column of use: what is not known is said to be."""
    return litres_column(label or word("volume", lang), unit, absent=word("no_data", lang))


def regions(report: Report, lang: str, level: str, lines: tuple[RegionLine, ...], key: str) -> PrintedTable:
    """Regions by volume, numbered as on the maps; what is known above their level only is the last row but one."""
    compared = [change.kind for change in report.changes]
    dense = figures.unit_per_km2((line.m3_per_km2 for line in lines), lang)
    columns = (
        PrintedColumn(word("no", lang), "integer", width=0.9),
        PrintedColumn(word("code", lang), width=2.2),
        PrintedColumn(word("name", lang), width=3.2),
        _used(lang, figures.unit((line.volume_l for line in lines), lang)),
        PrintedColumn(word("share", lang), "share", width=1.5),
        PrintedColumn(word("area", lang), "area", "km²", width=1.7),
        PrintedColumn(word("per_km2", lang), "density", dense.per_km2, width=2.1, per=dense),
        *(PrintedColumn(word(f"change_{kind}", lang), "change", width=1.6) for kind in compared),
    )
    rows: list[tuple[Value, ...]] = [
        (n, line.code, line.name, line.volume_l, share(line.volume_l, report.total_l), line.area_km2, line.m3_per_km2,
         *(line.change_year if kind == "year" else line.change_previous for kind in compared))
        for n, line in enumerate(lines, 1)
    ]  # fmt: skip
    blank = (None,) * (len(columns) - 5)
    for why, volume in report.held[level].hidden.items():
        rows.append((None, "", word(why, lang), volume, share(volume, report.total_l), *blank))
    total = (None, "", word("sum", lang), report.total_l, share(report.total_l, report.total_l), *blank)
    marked = Marked(report, lang)
    marked.at("total", len(rows), 3)
    title = f"{word('regions', lang)} · {level_name(level, lang)}"
    return PrintedTable(key, title, columns, tuple(rows), total, (base_note(report, lang), *marked.notes), marked.marks)


def months(report: Report, lang: str) -> PrintedTable:
    """Use by month of the period and source; what lies in no region has columns of its own."""
    parts = {
        **{term_name(vocab.SOURCE, code, lang): litres for code, litres in report.source_months.items()},
        **{word(why, lang): litres for why, litres in report.beside_months.items()},
    }
    unit = figures.unit((litres[m] for litres in parts.values() for m in report.own_months), lang)
    columns = (
        PrintedColumn(word("month", lang), "month", width=1.6),
        *(_used(lang, unit, name) for name in (*parts, word("sum", lang))),
    )
    rows: list[tuple[Value, ...]] = []
    for m in report.own_months:
        of_month = [litres[m] for litres in parts.values()]
        rows.append((report.months[m], *of_month, added(of_month)))
    sums = [added(litres[m] for m in report.own_months) for litres in parts.values()]
    total: tuple[Value, ...] = (word("sum", lang), *sums, added(sums))
    marked = Marked(report, lang)
    for at, code in enumerate(report.source_months, 1):
        marked.at(f"source/{code}", len(rows), at)
    for m, month in enumerate(report.months):
        if month in report.provisional_months:
            marked.marks[m, 0] = "*"
    if report.provisional_months:
        marked.notes.append(word("provisional_months", lang))
    return PrintedTable(
        "months", word("chart_months", lang), columns, tuple(rows), total, tuple(marked.notes), marked.marks
    )


def stages(report: Report, lang: str) -> PrintedTable:
    """Take, supply, use and drain; kinds of which there are none are left out."""
    unit = figures.unit((report.total_l, *(line.allowed_l_per_year for line in report.stages)), lang)
    columns = (
        PrintedColumn(word("stage", lang), width=1),
        PrintedColumn(word("item", lang), width=4),
        PrintedColumn(word("count", lang), "integer", width=1.6),
        PrintedColumn(word("capacity", lang), "integer", "m³/d", width=2),
        litres_column(word("allowed", lang), unit),
        litres_column(word("volume", lang), unit),
    )
    rows: list[tuple[Value, ...]] = []
    marked = Marked(report, lang)
    for each in WAY:
        for line in report.stages:
            if line.stage == each and line.count:
                marked.at(f"count/{line.item}", len(rows), 2)
                marked.at(f"capacity/{line.item}", len(rows), 3)
                stage, item = word(line.stage, lang), item_name(line, lang)
                rows.append((stage, item, line.count, line.capacity_m3_d, line.allowed_l_per_year, None))
        if each == "use":
            marked.at("total", len(rows), 5)
            rows.append((word("use", lang), word("total", lang), None, None, None, report.total_l))
    return PrintedTable("stages", word("stages", lang), columns, tuple(rows), (), tuple(marked.notes), marked.marks)


def quality(report: Report, lang: str) -> PrintedTable:
    """Every rule, also those that found nothing."""
    columns = (
        PrintedColumn(word("finding", lang), width=5),
        PrintedColumn(word("count", lang), "integer", width=1.5),
        PrintedColumn(word("of", lang), "integer", width=1.5),
        PrintedColumn(word("share", lang), "share", width=1.5),
        litres_column(word("volume", lang), figures.unit((each.volume_l for each in report.findings), lang)),
    )
    rows = tuple((word(each.rule, lang), each.count, each.of, each.share, each.volume_l) for each in report.findings)
    return PrintedTable("quality", word("quality", lang), columns, rows, (), (word("share_of_litres", lang),))


def facilities(report: Printed, lang: str) -> list[PrintedTable]:
    """Every facility by name and with its position, one table a layer."""
    return [_facilities(each, lang, located=True) for each in report.facilities]


def printed_facilities(
    report: Printed, lang: str, limit: int, level: str, under: Sequence[tuple[str, str]]
) -> list[PrintedTable]:
    """Lists by name of the kinds that fit into ``limit`` rows together; of the others how many are in each of the regions ``under``
    the report (code, name), which are of a ``level``."""
    listed = listed_in_print(report, limit)
    return [
        _facilities(each, lang) if each in listed else _counted(each, lang, level, under) for each in report.facilities
    ]


def listed_in_print(report: Printed, limit: int) -> list[FacilityList]:
    """The kinds that fit into ``limit`` rows together: what is numbered on the map is in one of them."""
    found = []
    for each in report.facilities:
        if len(each.lines) <= limit:
            limit -= len(each.lines)
            found.append(each)
    return found


def _facilities(found: FacilityList, lang: str, *, located: bool = False) -> PrintedTable:
    """By the numbers that they bear on the map. ``located``: with where each counts and stands, and how good that is, which paper
    has no room for."""
    columns = (
        PrintedColumn(word("no", lang), "integer", width=1),
        PrintedColumn(word("code", lang), width=2),
        PrintedColumn(word("name", lang), width=3.7),
        PrintedColumn(word("place", lang), width=3.7),
        PrintedColumn(word("capacity", lang), "integer", "m³/d", width=1.6),
        PrintedColumn(word("run_by", lang), width=2.4),
        *(_located_columns(lang) if located else ()),
    )
    rows = tuple(
        (
            *(n, line.code, line.name, line.place, line.capacity_m3_d, run_by_name(found.layer, line.run_by, lang)),
            *(
                (line.region, line.lon, line.lat, term_name(vocab.POSITION_QUALITY, line.position, lang))
                if located
                else ()
            ),
        )
        for n, line in enumerate(found.lines, found.first)
    )
    capacity = added(line.capacity_m3_d for line in found.lines)
    places = word("places", lang, count=figures.integer(len(rows)))
    total = (None, word("sum", lang), places, "", capacity, *("" for _ in columns[5:]))
    name = layer_name(found.layer, lang)
    return PrintedTable(found.layer, f"{name} · {len(rows):,}", columns, rows, total, sheet=name)


def _located_columns(lang: str) -> tuple[PrintedColumn, ...]:
    return (
        PrintedColumn(word("counted_region", lang), width=2.4),
        PrintedColumn(word("longitude", lang), "degrees", "°"),
        PrintedColumn(word("latitude", lang), "degrees", "°"),
        PrintedColumn(vocab.POSITION_QUALITY.in_(lang), width=1.6),
    )


def _counted(found: FacilityList, lang: str, level: str, under: Sequence[tuple[str, str]]) -> PrintedTable:
    """How many facilities of a kind, and with what capacity, are in each of these regions."""
    columns = (
        PrintedColumn(level, width=4),
        PrintedColumn(word("count", lang), "integer"),
        PrintedColumn(word("capacity", lang), "integer", "m³/d"),
    )
    rows: list[tuple[Value, ...]] = []
    for code, name in under:
        mine = [line for line in found.lines if line.region.startswith(code)]
        if mine:
            rows.append((name, len(mine), added(line.capacity_m3_d for line in mine)))
    codes = tuple(code for code, _ in under)
    rest = [line for line in found.lines if not line.region.startswith(codes)]
    if rest:
        rows.append((word("coarser", lang), len(rest), added(line.capacity_m3_d for line in rest)))
    total = (word("sum", lang), len(found.lines), added(line.capacity_m3_d for line in found.lines))
    name = layer_name(found.layer, lang)
    note = word("omitted", lang, name=name, count=figures.integer(len(found.lines)))
    title = f"{name} · {len(found.lines):,}"
    return PrintedTable(found.layer, title, columns, tuple(rows), total, (note,))
