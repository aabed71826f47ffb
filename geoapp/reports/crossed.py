"""Use of each region by source and by purpose: read in one question a level and vocabulary, and said as tables of the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from geoapp.reports import figures
from geoapp.reports.structure import CrossedUse, RegionLine, Report
from geoapp.reports.tables import PrintedColumn, PrintedTable, Value, litres_column
from geoapp.reports.words import level_name, term_name, word
from layers import vocab
from layers.db import rows
from layers.periods import Period
from layers.stats import query
from layers.stats.absence import added
from layers.stats.divisions import Divisions

By = Literal["source", "purpose"]
VOCABULARIES: Mapping[By, vocab.Vocab] = {"source": vocab.SOURCE, "purpose": vocab.PURPOSE}


def read(levels: Sequence[int], period: Period, prefixes: Sequence[str], within: Divisions) -> tuple[CrossedUse, ...]:
    """Of some levels of a region, in the divisions that its report speaks in."""
    return tuple(_read(level, by, period, prefixes, within) for level in levels for by in VOCABULARIES)


def _read(level: int, by: By, period: Period, prefixes: Sequence[str], within: Divisions) -> CrossedUse:
    litres: dict[tuple[str, str], int] = {}
    for code, gap, term, volume in rows(query.crossed_query(level, period, by, prefixes, within)):
        place = (vocab.GAP.by_id[gap].code if gap else code, VOCABULARIES[by].by_id[term].code)
        litres[place] = litres.get(place, 0) + volume  # what lies in none of them may be known at several levels above
    return CrossedUse(vocab.LEVEL.by_id[level].code, by, litres)


def tables(report: Report, lang: str) -> list[PrintedTable]:
    """Regions by term, one table a level and vocabulary. Rows add up to each region's figure, columns to the whole report's."""
    lines = {report.child_level: report.children, report.grand_level: report.grandchildren}
    return [_table(report, crossed, lines[crossed.level], lang) for crossed in report.crossed if lines[crossed.level]]


def _table(report: Report, crossed: CrossedUse, lines: Sequence[RegionLine], lang: str) -> PrintedTable:
    by: By = "source" if crossed.by == "source" else "purpose"
    known = {term for _, term in crossed.litres}
    terms = [term.code for term in VOCABULARIES[by] if term.code in known]
    names = (*(term_name(VOCABULARIES[by], term, lang) for term in terms), word("sum", lang))
    unit = figures.unit(crossed.litres.values(), lang)
    columns = (
        PrintedColumn(word("code", lang), width=2.2),
        PrintedColumn(word("name", lang), width=3.2),
        *(litres_column(name, unit, absent=word("no_data", lang)) for name in names),
    )
    found = tuple(_rows(report, crossed, lines, terms, lang))
    total = tuple(added(row[at] for row in found) for at in range(2, len(columns)))  # type: ignore[misc]
    title = f"{word(f'by_{by}', lang)} · {level_name(crossed.level, lang)}"
    return PrintedTable(f"{by}-{crossed.level}", title, columns, found, ("", word("sum", lang), *total))


def _rows(
    report: Report, crossed: CrossedUse, lines: Sequence[RegionLine], terms: Sequence[str], lang: str
) -> Iterator[tuple[Value, ...]]:
    for line in lines:
        yield line.code, line.name, *(crossed.litres.get((line.code, term)) for term in terms), line.volume_l
    for why, volume in report.held[crossed.level].hidden.items():
        yield "", word(why, lang), *(crossed.litres.get((why, term)) for term in terms), volume
