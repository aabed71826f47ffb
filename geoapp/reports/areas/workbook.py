"""The tables of the report of an area as a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from geoapp.reports import document, figures, workbook
from geoapp.reports.areas import tables
from geoapp.reports.areas.sections import title_of
from geoapp.reports.areas.structure import AreaReport
from geoapp.reports.credits import boundaries
from geoapp.reports.words import word as common


def xlsx(report: AreaReport, lang: str, signed: Sequence[tuple[str, str]] = ()) -> bytes:
    """The whole workbook; ``signed`` as in a region's (see `geoapp.reports.workbook`)."""
    as_of = common("version", lang, version=report.version, moment=figures.moment(report.changed_at, lang))
    lines = [
        *signed,
        (common("as_of", lang), as_of),
        ("", common("synthetic_mark", lang) if report.synthetic else ""),
        (common("boundary", lang), boundaries(report, report.boundaries, lang)),
        (common("on_map", lang), report.map_address),
        ("", document.private_note(report, lang)),
        *((common("summary", lang), sentence) for sentence in tables.sentences(report, lang)),
        *((common("method", lang), line) for line in tables.method(report, lang)),
    ]
    head = f"{title_of(report, lang)} · {figures.period(report.period.first, report.period.last, lang)}"
    return workbook.book(report, head, [line for line in lines if line[1]], tables.every(report, lang), lang)
