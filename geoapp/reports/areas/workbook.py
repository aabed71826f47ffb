"""The tables of the report of an area as a workbook."""

from __future__ import annotations

from geoapp.reports import figures, workbook
from geoapp.reports.areas import tables
from geoapp.reports.areas.document import title_of
from geoapp.reports.areas.structure import AreaReport
from geoapp.reports.words import word as common


def xlsx(report: AreaReport, lang: str) -> bytes:
    as_of = common("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))
    marks = [common("synthetic_mark", lang)] if report.synthetic else []
    lines = [
        *tables.sentences(report, lang), "", f"{common('as_of', lang)}: {as_of}", *marks, report.map_address, "",
        *tables.method(report, lang),
    ]  # fmt: skip
    head = f"{title_of(report, lang)} · {figures.period(report.period.first, report.period.last, lang)}"
    return workbook.book(head, lines, tables.every(report, lang), lang, report.changed_at)
