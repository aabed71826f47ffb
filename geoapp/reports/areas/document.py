"""The report of an area with its drawings; page, print and DOCX are those of every report. Pure."""

from __future__ import annotations

from collections.abc import Callable

from geoapp.reports.areas import drawing, tables
from geoapp.reports.areas.sections import DrawnArea
from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.drawing import charts
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.layouts.layout import ReportLayout
from geoapp.reports.official.letterhead import Worn


def draw(
    report: AreaReport, ground: AreaGround, lang: str, layout: ReportLayout | None = None, worn: Worn | None = None
) -> DrawnArea:
    """Of the maps and charts of its layout those that there are of an area."""
    layout = layout or ReportLayout()
    listed_rows = layout.facility_rows if "facilities" in layout.sections else 0
    maps = drawing.draw(report, ground, lang, listed_rows) if "objects" in layout.maps else []
    return DrawnArea(report, lang, maps, _charts(report, lang, layout), layout, worn)


def _charts(report: AreaReport, lang: str, layout: ReportLayout) -> list[Figure]:
    """None where nothing is recorded; of one month or one part no chart would say more than its figure."""
    if not report.total_l:
        return []
    draw: dict[str, Callable[[], Figure | None]] = {
        "months": lambda: charts.months(report, lang) if len(report.months) > 1 else None,
        "regions": lambda: charts.ranking(report, lang, bars) if len(bars) > 1 else None,
        "purposes": lambda: charts.purposes(report, lang),
    }
    bars = tables.bars(report, lang)
    return [figure for figure in (draw[key]() for key in layout.charts) if figure is not None]
